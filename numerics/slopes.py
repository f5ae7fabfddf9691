"""Slopes of what a process asks as its sizes grow: measured by the solver, no asymptotics.

The sizes, penalties and d of a scale are put in at two large T, on the actual spectrum, and the
logarithms of the asks are compared.  Derived here.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from scipy.optimize import minimize_scalar

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.facts import only_ask, size_names
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.scaling.exponents import ELL
from ridgeproof.theory.scaling.leading import PowerLaws
from ridgeproof.theory.scaling.scale import Scale

__all__ = ["Measured", "measured_slopes"]

# The largest size, and how much smaller the other one is.
_LARGEST, _RATIO = 12.0, 2.0


@dataclass(frozen=True)
class Measured:
    """The slope of log ask in log T, and that of -log lam where the penalty was searched."""

    rate: float
    ell: float | None


def measured_slopes(
    process: Process,
    ask: str,
    scale: Scale,
    laws: PowerLaws,
    values: Mapping[str, Fraction],
    *,
    ell: Fraction | None = None,
) -> Measured:
    """The slope of one ask between two sizes, the largest of them 10^12.

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
        raise InputError(missing[0], "open", "has no slope to measure", "give it a value")
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

    steepest = max(
        float(p.subs(dict.fromkeys(p.free_symbols, 0))) for _, p in scale.powers.values()
    )
    high = _LARGEST / max(1.0, steepest)
    low = high - _RATIO / max(1.0, steepest)
    if ELL not in scale.open or ell is not None:
        given = float(ell or 0)
        return Measured((at(high, given) - at(low, given)) / (high - low), None)
    best = []
    for size in (low, high):
        grid = [k / 4 for k in range(17)]
        start = min(grid, key=lambda x, size=size: at(size, x))  # type: ignore[misc]
        bounds = max(start - 0.25, 0.0), start + 0.25
        found = minimize_scalar(
            lambda x, size=size: at(size, x),
            bounds=bounds,
            method="bounded",
            options={"xatol": 1e-6},
        )
        best.append((found.fun, found.x * size))
    (first, x), (second, y) = best
    return Measured((second - first) / (high - low), (y - x) / (high - low))
