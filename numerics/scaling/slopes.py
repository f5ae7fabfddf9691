"""Slopes of what a process asks as its sizes grow: measured by the solver, no asymptotics.

The sizes, penalties and d of a scale are put in at two large T, on the actual spectrum, and the
logarithms of the asks are compared.  Derived here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar
from sympy import Rational, Symbol

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_real, exact
from ridgeproof.theory.errors import InputError, NotBuilt, NoTheorem, SolverError
from ridgeproof.theory.process.expressions import Expression, Name
from ridgeproof.theory.process.facts import only_ask, require_known, size_names
from ridgeproof.theory.process.graph import Iteration, Node, references
from ridgeproof.theory.process.names import names_in
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Rows
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.scaling.exponents import ELL, OPEN, Law, laws_of, scaling_laws
from ridgeproof.theory.scaling.fake_data import classical_ell
from ridgeproof.theory.scaling.leading import PowerLaws
from ridgeproof.theory.scaling.scale import Scale, read_scale

__all__ = ["AskExponents", "Measured", "measured_slopes", "process_exponents"]

# The largest size, and how much smaller the other one is.
_LARGEST, _RATIO = 12.0, 2.0


@dataclass(frozen=True)
class Measured:
    """The slope of log ask in log T, that of -log lam where the penalty was searched, log10 T."""

    rate: float | None
    ell: float | None
    largest: float | None = None


@dataclass(frozen=True)
class AskExponents:
    """ask ~ T^rate log(T)^logs at the best lam ~ T^-ell: exact, or Piecewise in what is open.

    Attributes:
        ell: the best one; None where none is free.
        rate: there, or of the scale as it is.
        classical_ell: the best one if the rows of the fit are clean and noisy; None where beta, r
            or how these rows grow is open.
        rate_at_classical: with that one kept.
        regime: one of theory.scaling.exponents.REGIMES by name.
        logs: how many factors log T go with the rate.
        rate_at_ell: at the ell that was given; None where none was.
        measured: whether ell and rate are slopes measured at a large size, and no exponents.
        reason: why they are, or why nothing is found.
        scale: what grows how, and the base that all are powers of.
        largest: log10 of the base where slopes are measured.
    """

    ell: Any
    rate: Any
    classical_ell: Any
    rate_at_classical: Any
    regime: str
    logs: Any
    rate_at_ell: Any
    measured: bool
    reason: str
    scale: Scale
    largest: float | None = None


def process_exponents(
    process: Process,
    scale: str,
    *,
    ask: str | None = None,
    beta: object = None,
    r: object = None,
    ell: object = None,
    **values: object,
) -> dict[str, AskExponents]:
    r"""How every ask of a process grows with its sizes under a power law.

    Args:
        process: the record.
        scale: powers of one size, as in "T0 = T^c, lam = T^-ell"; d is infinite unless it is here.
        ask: of one only.
        beta: s_i = i^-beta; what the process says unless given, a symbol if neither or "open".
        r: s_i w0_i^2 ~ i^-(1 + 2 beta r); as beta.
        ell: also the rate there.
        **values: of parameters that do not grow, and of names in the exponents of the scale.

    Raises:
        InputError: scale, values or spectrum do not fit, or an ask is not positive.
        NotBuilt: an ask has no exponents, and no slope because something is open.

    >>> from ridgeproof.theory.process.file import read_process
    >>> process = read_process('''[process]
    ... steps = "A = rows(T)\\nm = ridge(A@w0 + noise(A), lam)"
    ... [ask]
    ... risk = "risk(m)"
    ... ''')
    >>> found = process_exponents(process, "lam = T^-ell", beta="3/2", r="2/5")["risk"]
    >>> found.ell, found.rate
    (15/22, -6/11)
    """
    process, grown, laws = only_ask(process, ask), read_scale(scale), laws_of(process, beta, r)
    numbers = {name: exact(name, value) for name, value in values.items()}
    grown = grown.at({name: x for name, x in numbers.items() if name in grown.open})
    numbers = {name: x for name, x in numbers.items() if name not in read_scale(scale).open}
    require_known(process, numbers)
    constants = {**process.defaults, **numbers}
    # d is infinite where the scale does not say how it grows.
    constants = {n: x for n, x in constants.items() if n not in grown.powers and n != "d"}
    free = ELL in grown.open
    if ell is not None and not free:
        raise InputError("ell", ell, "is in no power of --scale", "write lam = T^-ell there")
    found = scaling_laws(process, grown, laws, constants)

    def rates(place: Fraction) -> dict[str, Any]:
        laws_there = scaling_laws(process, grown.at({ELL: place}), laws, constants)
        return {name: getattr(law, "rate", None) for name, law in laws_there.items()}

    given = None if ell is None else check_real("ell", exact("ell", ell), least=0)
    at_given = {} if given is None else rates(given)
    classical = None
    if free and laws.beta is not None and laws.r is not None:
        usual = Fraction(str(classical_ell().subs({sy.beta: laws.beta, sy.r: laws.r})))
        classical = _classical(process, grown, usual)
    at_classical = {} if classical is None else rates(classical)
    answers = {}
    for name, law in found.items():
        at = classical, at_classical.get(name)
        if isinstance(law, Law):
            here = law.ell, law.rate, *at, law.regime, law.logs, at_given.get(name), False, ""
            largest = None
        else:
            why = str(law)
            try:
                slopes = measured_slopes(process, name, grown, laws, constants)
                if given is not None:
                    there = measured_slopes(process, name, grown, laws, constants, ell=given)
                    at_given[name] = there.rate
            except (NotBuilt, NoTheorem, SolverError, InputError) as error:
                if isinstance(error, InputError):
                    if error.name == f"ask {name}":
                        raise
                    if error.value == OPEN:
                        message = f"ask {name} has no exponents in what is open: {why}"
                        raise NotBuilt(
                            f"{message}. Give {error.name} a value, and slopes are measured"
                        ) from law
                # What the solver does not take leaves out this ask, and keeps the others.
                slopes, why = Measured(None, None), f"{why}; {error}"
            largest = slopes.largest
            found_it = slopes.rate is not None
            kind = "measured" if found_it else "none"
            here = slopes.ell, slopes.rate, *at, kind, 0, at_given.get(name), found_it, why
        answers[name] = AskExponents(*here, grown, largest)
    return answers


def _classical(process: Process, scale: Scale, usual: Fraction) -> Fraction | None:
    """The ell at which penalties are n^-usual on the n rows of their fits; None if none is."""
    counts = {n: process.defaults[n] for n in count_names(process) if n in process.defaults}
    nodes = normal_form(process, counts).nodes
    found: set[Any] = set()
    axis = Symbol(ELL, positive=True)
    for name in scale.holding(ELL):
        power = scale.powers[name][1]
        slope = power.coeff(axis)
        for size in _rows_under(nodes, name):
            rows = scale.powers.get(size.name) if isinstance(size, Name) else None
            if rows is None:
                return None
            found.add((-Rational(str(usual)) * rows[1] - power.subs(axis, 0)) / slope)
    ell = found.pop() if len(found) == 1 else None
    if ell is None or not ell.is_Rational or ell < 0:
        return None
    return Fraction(int(ell.p), int(ell.q))


def _rows_under(nodes: Sequence[Node], penalty: str) -> Iterator[Expression]:
    """The sizes of the rows of all fits with this penalty."""
    for node in nodes:
        if isinstance(node, Iteration):
            yield from _rows_under(node.body.nodes, penalty)
        if isinstance(node, Ridge) and penalty in names_in(node.lam):
            for index in references(node.groups):
                if isinstance(rows := nodes[index], Rows):
                    yield rows.size


def measured_slopes(
    process: Process,
    ask: str,
    scale: Scale,
    laws: PowerLaws,
    values: Mapping[str, Fraction],
    *,
    ell: Fraction | None = None,
) -> Measured:
    """The slope of one ask between two sizes, the largest of them 10^12, or what sizes allow.

    Args:
        process: the record.
        ask: what is measured.
        scale: what grows how, with no name open but ell.
        laws: spectrum and signal, both with values.
        values: of the parameters that do not grow.
        ell: its value; searched for the least ask where it is open and this is None.

    Raises:
        InputError: something else is open, or the ask is not positive there.
        SolverError, NoTheorem, NotBuilt: the solver does not evaluate the process.
    """
    if missing := [n for n in scale.open if n != ELL] or [
        n for n in ("beta", "r") if getattr(laws, n) is None
    ]:
        raise InputError(missing[0], OPEN, "has no slope to measure", "give it a value")
    process = only_ask(process, ask)
    counts = {n: process.defaults[n] for n in count_names(process) if n in process.defaults}
    whole = size_names(normal_form(process, counts).nodes)

    def at(exponent: float, ell: float) -> float:
        T = 10.0**exponent
        given: dict[str, Any] = dict(values)
        for name, (factor, power) in scale.powers.items():
            grown = float(factor) * T ** float(power.subs(dict.fromkeys(power.free_symbols, ell)))
            is_size = name in whole or name in {"d", scale.base}
            given[name] = max(1, round(grown)) if is_size else Fraction(repr(grown))
        d = given.pop("d", "inf")
        found = evaluate_process(
            process,
            d=d,
            spectrum=f"power-law:{laws.beta}",
            signal=f"source:{laws.r}",
            terms=False,
            **given,
        )
        value = float(np.asarray(found.values[ask]))
        if not value > 0:
            raise InputError(f"ask {ask}", value, "is not positive", "change its sign")
        return math.log10(value)

    def height(name: str) -> tuple[float, float]:
        factor, power = scale.powers[name]
        # A constant below 1 makes no room: sizes are at most 10^12 without it.
        return math.log10(max(1.0, float(factor))), float(
            power.subs(dict.fromkeys(power.free_symbols, 0))
        )

    heights = [height(name) for name in scale.powers]
    steepest = max(1.0, *(power for _, power in heights))
    rooms = [height(name) for name in (whole | {"d"}) & scale.powers.keys()]
    high = min([_LARGEST / steepest, *((_LARGEST - x) / p for x, p in rooms if p > 0)])
    low = high - _RATIO / steepest
    if high * steepest < _LARGEST / 2:
        raise NotBuilt(
            f"sizes of at most 10^{_LARGEST:g} leave no large {scale.base} to measure at"
        )
    # What holds no such penalty, a minimum over it for one, is not searched.
    searched = ELL in scale.open and ell is None and at(high, 0.5) != at(high, 1.0)
    if not searched:
        given = float(ell or 0)
        return Measured((at(high, given) - at(low, given)) / (high - low), None, high)
    best = []
    for size in (low, high):
        grid = [k / 4 for k in range(17)]
        start = min(grid, key=lambda x, size=size: at(size, x))  # type: ignore[misc]
        if start == grid[-1]:
            raise NotBuilt(f"it still falls at ell = {start:g}: give ell")
        bounds = max(start - 0.25, 0.0), start + 0.25
        found = minimize_scalar(
            lambda x, size=size: at(size, x),
            bounds=bounds,
            method="bounded",
            options={"xatol": 1e-6},
        )
        best.append((float(found.fun), float(found.x) * size))
    (first, x), (second, y) = best
    return Measured((second - first) / (high - low), (y - x) / (high - low), high)
