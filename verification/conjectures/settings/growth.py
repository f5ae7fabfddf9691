"""scales-as: the log-log slope of a quantity along one variable."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from ridgeproof.numerics.arithmetic.precision import Float64, Number
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.domains.entries import SIZES, IntegerRange, RealInterval, evaluated
from ridgeproof.theory.domains.space import decay
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem, SolverError
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.choosers import pinned

__all__ = ["SLOPE_TOLERANCE", "Slopes", "measure_slopes"]

SLOPE_TOLERANCE = 0.02
# Octaves over which a slope is measured.
_OCTAVES = 10


@dataclass(frozen=True)
class Slopes:
    """Local log-log slopes along values of the variable, towards the end that is claimed for."""

    values: tuple[Fraction, ...]
    errors: tuple[float, ...]
    slopes: tuple[float, ...]
    claimed: Fraction
    settings: tuple[Setting, ...]

    @property
    def last(self) -> float:
        """The slope over the last octave."""
        return self.slopes[-1]

    @property
    def drift(self) -> float:
        """How much the slope still moves: its change over the last step, or octave if shorter."""
        if len(self.slopes) < 2:
            return float("inf")
        octave = abs(math.log2(self.values[-1] / self.values[-3])) / 2
        return abs(self.slopes[-1] - self.slopes[-2]) / min(octave, 1.0)

    @property
    def outcome(self) -> str:
        """consistent, refuted, or undecided while the slope still moves towards the claim."""
        gap = abs(self.last - float(self.claimed))
        if gap <= SLOPE_TOLERANCE:
            # A slope that only passes through the claim says nothing about where it ends.
            return "consistent" if self.drift <= SLOPE_TOLERANCE else "undecided"
        # A slope that drifts there could arrive: a geometric tail of ratio 0.9 moves 9 drifts.
        away = len(self.slopes) > 1 and gap > abs(self.slopes[-2] - float(self.claimed))
        reach = self.drift if away else 9 * self.drift
        return "refuted" if gap > SLOPE_TOLERANCE + reach else "undecided"


def measure_slopes(conjecture: Conjecture) -> Slopes | None:
    """Slopes from the deterministic equivalent along the variable's range; None without theorem.

    Values of the variable at which the quantity is infinite or has no optimum are left out.
    """
    variable, exponent = conjecture.variable, conjecture.exponent
    assert variable is not None
    assert exponent is not None
    claimed = _rational(conjecture, exponent)
    name = variable.name
    entry = conjecture.domain[name]
    assert isinstance(entry, IntegerRange | RealInterval)
    ends = Fraction(str(entry.least)), Fraction(str(entry.most))
    start, stop = ends if conjecture.toward == "infinity" else ends[::-1]
    values: list[Fraction] = []
    settings: list[Setting] = []
    errors: list[float] = []
    for k in range(_OCTAVES + 1):
        value = Fraction(start * (stop / start) ** Fraction(k, _OCTAVES))
        if name in SIZES:
            value = Fraction(round(value))
        setting = pinned(conjecture.domain, name, value)
        if setting is None or (settings and setting == settings[-1]):
            continue
        try:
            error = _quantity(setting, conjecture.quantity)
        except (NoTheorem, NotBuilt):
            return None
        except (InfiniteExpectation, SolverError):
            continue  # no number at this value, which says nothing of the others
        values.append(value)
        settings.append(setting)
        errors.append(float(error))
    if len(values) < 3 or min(errors) <= 0:
        return None
    logs = [(math.log(value), math.log(error)) for value, error in zip(values, errors, strict=True)]
    slopes = tuple((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairwise(logs))
    return Slopes(tuple(values), tuple(errors), slopes, claimed, tuple(settings))


def _quantity(setting: Setting, quantity: str) -> Number:
    """The quantity whose slope is wanted; the optimal penalty is no part of the error."""
    if quantity == "optimal_lam":
        return optimum(setting).lam
    terms = _terms(setting)
    return terms[quantity] if quantity in ERROR_TERMS else sum(terms.values())


def _terms(setting: Setting) -> Mapping[str, Number]:
    """The terms of the error in floating point; of a spectrum too long for that, by its law."""
    try:
        return evaluate_terms(setting, Float64())
    except NotBuilt:
        return evaluate(setting).terms


def _rational(conjecture: Conjecture, exponent: Any) -> Fraction:
    known = decay(conjecture.domain.options("spectrum")[0], conjecture.domain.options("signal")[0])
    return evaluated("formula", exponent, known)
