"""scales-as: the log-log slope of a quantity along one variable, and the verdict on it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

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
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["Slopes", "decide_scaling", "measure_slopes"]

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
    laws = decay(*(conjecture.domain.options(name)[0] for name in ("spectrum", "signal")))
    claimed = evaluated("formula", exponent, laws)
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
    """The quantity whose slope is wanted; of a spectrum too long for floating point by its law."""
    if quantity == "optimal_lam":
        return optimum(setting).lam
    try:
        terms = evaluate_terms(setting, Float64())
    except NotBuilt:
        terms = dict(evaluate(setting).terms)
    return terms[quantity] if quantity in ERROR_TERMS else sum(terms.values())


def decide_scaling(trial: Trial, conjecture: Conjecture) -> Verdict:
    """Measure the slope from theory, which alone decides it."""
    slopes = measure_slopes(conjecture)
    if slopes is None:
        trial.note(
            "scaling",
            "scales-as is decided by theorems alone, and none gives three positive values of the "
            f"quantity along {conjecture.variable}: simulate the range, or claim increases-in",
        )
        return trial.verdict(Outcome.UNDECIDED)
    table = [
        {"value": str(value), "error": error}
        for value, error in zip(slopes.values, slopes.errors, strict=True)
    ]
    trial.note(
        "scaling",
        f"log-log slope {slopes.last:.4f} at {conjecture.variable} = {slopes.values[-1]}, "
        f"claimed {float(slopes.claimed):.4f}, still moving by {slopes.drift:.1g} an octave",
        slopes=list(slopes.slopes),
        table=table,
    )
    if slopes.outcome == "refuted":
        example = Counterexample(
            slopes.settings[-1],
            f"log-log slope in {conjecture.variable}",
            f"{float(slopes.claimed):.6g}",
            f"{slopes.last:.6g}",
            None,
            "limit theorem, deterministic equivalent along the range",
            term=conjecture.quantity,
            before=slopes.settings[-2],
            slope_in=str(conjecture.variable),
        )
        return trial.verdict(Outcome.REFUTED, example)
    if slopes.outcome == "undecided":
        trial.note("scaling", f"a longer range of {conjecture.variable} would decide it")
    return trial.verdict(Outcome(slopes.outcome))
