"""How far the limit is from the finite size: isotropic ridge, T = 3d/2, T0 = 2d + 2, n = 2."""

from __future__ import annotations

from dataclasses import replace

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Curve, Panel, Point
from ridgeproof.verification.figures.tracing import Line, Request, Run

__all__ = ["FIGURE", "PENALTIES", "SIZES", "base", "gaps"]

SIZES = (4, 8, 16, 32, 64, 128)
PENALTIES = ("0.01", "0.1", "1")
_SIMULATED = (4, 8, 16, 32, 64)
_REPETITIONS = 60_000  # over d


def base(d: int, lam: str) -> Setting:
    """One size of the sequence that tends to the limit."""
    return make_setting(d=d, T=3 * d // 2, T0=2 * d + 2, n=2, sigma="1/2", sigma0="1/2", lam=lam)


def gaps(d: int, lam: str) -> list[float]:
    """(exact - limit)/limit of the error and of its three terms, at one size."""
    setting = base(d, lam)
    exact, limit = (evaluate(setting, digits=20, form=form) for form in (Form.EXACT, Form.LIMIT))
    pairs = [(exact.value, limit.value)]
    pairs += [(exact.terms[name], limit.terms[name]) for name in ERROR_TERMS]
    return [float(x) / float(y) - 1 for x, y in pairs]


def measure(run: Run) -> tuple[Panel, ...]:
    """Left, the error against d; right, its relative distance from the limit."""
    most = max(8, 64 // run.shrink)
    sizes = [d for d in SIZES if d <= 2 * most]
    shown = [d for d in _SIMULATED if d <= most]
    curves = []
    for lam, points in zip(PENALTIES, _simulated(run, shown), strict=True):
        exact = tuple(float(evaluate(base(d, lam), form=Form.EXACT).value) for d in sizes)
        curves.append(Curve(f"$\\lambda = {lam}$", tuple(map(float, sizes)), exact, points))
    distances = [_distance(curve, lam) for curve, lam in zip(curves, PENALTIES, strict=True)]
    unit = Curve("slope $-1$", (4.0, sizes[-1]), (0.4, 1.6 / sizes[-1]), reference=True)
    return (
        Panel(
            "the error; dotted: its limit form   ($T = 3d/2$, $T_0 = 2d + 2$, $n = 2$)",
            "$d$",
            "test error $E$",
            (*map(_unjudged, curves), *(_limit(lam, sizes) for lam in PENALTIES)),
        ),
        Panel("relative distance from the limit", "$d$", "$E/E_{limit} - 1$", (*distances, unit)),
    )


def _simulated(run: Run, sizes: list[int]) -> list[tuple[Point, ...]]:
    plans = [
        Line(lam, [], [Request(d, base(d, lam), _REPETITIONS // d // run.shrink) for d in sizes])
        for lam in PENALTIES
    ]
    return [curve.points for curve in run.trace(plans)]


def _limit(lam: str, sizes: list[int]) -> Curve:
    values = tuple(float(evaluate(base(d, lam)).value) for d in sizes)
    return Curve("", tuple(map(float, sizes)), values, reference=True)


def _unjudged(curve: Curve) -> Curve:
    """The points without their theory: they are judged once, in the other panel."""
    return replace(curve, points=tuple(replace(point, theory=None) for point in curve.points))


def _distance(curve: Curve, lam: str) -> Curve:
    """The curve and its points as relative distances from the limit form at their own size."""
    limits = {d: float(evaluate(base(int(d), lam)).value) for d in curve.x}
    points = tuple(
        replace(
            point,
            mean=point.mean / limits[point.x] - 1,
            standard_error=point.standard_error and point.standard_error / limits[point.x],
            theory=(point.theory or 0.0) / limits[point.x] - 1,
        )
        for point in curve.points
    )
    ys = tuple(gaps(int(d), lam)[0] for d in curve.x)
    return replace(curve, y=ys, points=points)


FIGURE = Figure(
    name="finite-size",
    title="The limit is approached like $1/d$",
    shows=(
        "Isotropic ridge at growing size. Left: the exact error at finite size (lines), simulation "
        "(points) and the limit form (dotted). Right: the relative distance from the limit, which "
        "falls like 1/d, with the same points."
    ),
    measure=measure,
)
