"""The crossover: up to T_x more downstream rows help, beyond it the generators limit the error."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import partial

import numpy as np
from sympy import solve

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.selection import best, facts
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.derivations.slopes import crossover_size
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Against, Curve, Note, Panel, Point
from ridgeproof.verification.figures.tracing import Line, Request, Run, geometric, rational

__all__ = ["FIGURE", "crossing", "least_squares", "power_law"]

_RATIOS = (2, 4, 16)  # T0/d
_BRACKET = 1.15  # T on both sides of the crossing, apart by this factor
_REPETITIONS = 24


def power_law(d: int, ratio: int) -> Setting:
    """One generator, downstream noise that is large next to the generator's."""
    return make_setting(
        d=d, T=4 * d, T0=ratio * d, n=1, sigma=2, sigma0=1,
        spectrum="power-law:3/2", signal="source:2/5",
    )  # fmt: skip


def least_squares(d: int, T0: int, n: int) -> Setting:
    """Isotropic, no ridge: the case for which T_x is exact in the limit."""
    return make_setting(d=d, T=4 * d, T0=T0, n=n, sigma=2, sigma0=1)


def crossing(setting: Setting, form: Form = Form.EXACT) -> float:
    """The T, not rounded, at which the formula's variance equals its synthetic term."""
    (formula,) = best(setting)
    variance, synthetic = (formula.expression(name, form) for name in ("variance", "synthetic"))
    values = {symbol: value for symbol, value in facts(setting).items() if symbol != sy.T}
    (T,) = solve((variance - synthetic).subs(values), sy.T)
    return float(T)


def measure(run: Run) -> tuple[Panel, ...]:
    """Left, the best error against T; right, T_x against T0, found in the simulation."""
    d = run.size(64)
    least = run.trace(_best(d, run.count(40)))
    sizes = [crossover_size(power_law(d, ratio)) for ratio in _RATIOS]
    notes = tuple(
        Note(x, float(np.interp(x, curve.x, curve.y)), "|", plain=True)
        for x, curve in zip(sizes, least, strict=True)
    )
    return (
        Panel(
            f"least error over $\\lambda$, power law   ($d = {d}$; ticks: $T_x$)",
            "$T$",
            "least test error",
            least,
            notes=notes,
        ),
        Panel(
            f"where the two noises are equal   ($d = {run.size(40)}$, $\\sigma = 2\\sigma_0$)",
            "$T_0$",
            "$T_x$",
            tuple(_crossings(run, run.size(40))),
        ),
    )


def _best(d: int, count: int) -> Iterator[Line]:
    dense = [round(T) for T in geometric(2 * d, 2000 * d, count)]
    sparse = [2 * d, 6 * d, 20 * d, 80 * d]
    for ratio in _RATIOS:
        rows = sorted({*dense, *sparse})
        tuned = dict(zip(rows, _tuned(power_law(d, ratio), rows), strict=True))
        yield Line(
            f"$T_0 = {ratio}\\,d$",
            [(T, tuned[T]) for T in dense],
            [Request(T, tuned[T], _REPETITIONS, corrected=True) for T in sparse],
        )


def _tuned(setting: Setting, rows: list[int]) -> list[Setting]:
    """The setting with these T, each at the best penalty of a fine grid."""
    grid = geometric(1e-4, 1, 120)
    found = evaluate_process(setting.process(), T=np.array(rows)[:, None], lam=grid, terms=False)
    least = found.values["test_error"].argmin(axis=1)
    return [setting.with_(T=T, lam=rational(grid[k])) for T, k in zip(rows, least, strict=True)]


def _crossings(run: Run, d: int) -> Iterator[Curve]:
    sizes = [int(x * d) for x in (2, 3, 5, 10)]
    dense = [round(x) for x in geometric(1.5 * d, 12 * d, run.count(30))]
    for n in (1, 4):
        settings = [least_squares(d, T0, n) for T0 in sizes]
        yield Curve(
            f"$n = {n}$",
            tuple(float(T0) for T0 in dense),
            tuple(crossover_size(least_squares(d, T0, n)) for T0 in dense),
            tuple(map(partial(_found, run), settings)),
        )


def _found(run: Run, setting: Setting) -> Point:
    """The crossing in the simulation: log variance - log synthetic, interpolated in log(T - d)."""
    wanted = crossing(setting)
    rows = [round(wanted / _BRACKET), round(wanted * _BRACKET)]
    gaps, errors = zip(*(_log_ratio(run, setting.with_(T=T)) for T in rows), strict=True)
    low, high = (math.log(T - setting.d) for T in rows)
    share = gaps[0] / (gaps[0] - gaps[1])
    surplus = math.exp(low + share * (high - low))
    slope = (gaps[1] - gaps[0]) / (high - low)
    spread = math.hypot((1 - share) * errors[0], share * errors[1]) / abs(slope)
    assert setting.T0 is not None
    return Point(
        float(setting.T0),
        setting.d + surplus,
        surplus * spread if math.isfinite(spread) else None,
        wanted,
        Against.EXACT,
        "conditional",
        2 * run.repetitions(20 * _REPETITIONS),
        f"variance and synthetic term of {setting} simulated at T = {rows[0]} and {rows[1]}",
    )


def _log_ratio(run: Run, setting: Setting) -> tuple[float, float]:
    """log(variance/synthetic) and its standard error, infinite where a term has none.

    The two terms are drawn apart.
    """
    variance, synthetic = run.points(
        [
            Request(0, setting, 20 * _REPETITIONS, quantity=quantity)
            for quantity in ("variance", "synthetic")
        ]
    )
    error = math.hypot(*((p.standard_error or math.inf) / p.mean for p in (variance, synthetic)))
    return math.log(variance.mean / synthetic.mean), error


FIGURE = Figure(
    name="crossover",
    title="Beyond $T_x$ more data do not help: the generators limit the error",
    shows=(
        "Left: the least error over lam under a power law falls with T at the clean rate up to "
        "about T_x (ticks) and then tends to a plateau that only T0 lowers. Right: T_x = d + (1 - "
        "phi0) T0 sigma^2/(n sigma0^2), where the variance equals the generators' noise, against "
        "T0: the line is the limit, the points are crossings found in the simulation."
    ),
    measure=measure,
)
