"""Power laws with the adaptive ridge lam = T^-ell: the classical exponent and the corrected one."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction

from ridgeproof.theory.scaling.answers import exponents
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.derivations.slopes import Growth, power_law_setting
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Curve, Panel
from ridgeproof.verification.figures.tracing import (
    Line,
    Request,
    Run,
    geometric,
    rational,
    theory_value,
)

__all__ = ["BETA", "FIGURE", "GENERATIONS", "SOURCE", "C", "adaptive"]

BETA, SOURCE, C = Fraction(3, 2), Fraction(2, 5), Fraction(3, 5)
GENERATIONS = (0, 1, 5)
_REPETITIONS = 32


def adaptive(d: int, n: int, T: int, ell: Fraction) -> Setting:
    """Fixed generators (T0 = 2 d) and growing T with lam = T^-ell, as the source does."""
    return make_setting(
        d=d, T=T, T0=2 * d, n=n, sigma="1/2", sigma0="1/2",
        lam=rational(float(f"{T ** -float(ell):.6g}")),
        spectrum=f"power-law:{BETA}", signal=f"source:{SOURCE}",
    )  # fmt: skip


def measure(run: Run) -> tuple[Panel, ...]:
    """Left, T0 and d fixed; right, T0 = T^c with d = T0/2, and the slopes."""
    d = run.size(150)
    scaling = run.trace(_scaling(run))
    return (
        Panel(
            f"$d = {d}$, $T_0 = {2 * d}$, classical $\\lambda = T^{{-15/22}}$",
            "$T$",
            "test error $E$",
            run.trace(_fixed(d, exponents(BETA, SOURCE, C).classical_ell, run.count(50))),
        ),
        Panel(
            "$T_0 = T^{3/5}$, $d = T_0/2$, $\\lambda = T^{-\\ell}$",
            "$T$",
            "test error $E$",
            (*scaling, *map(_slope, scaling, (float(rate) for *_, rate in _plans()))),
        ),
    )


def _fixed(d: int, ell: Fraction, count: int) -> Iterator[Line]:
    dense = sorted({round(x * d) for x in geometric(1 / 3, 30, count)})
    sparse = [d // 2, 2 * d, 6 * d, 15 * d]
    for n in GENERATIONS:
        points = [
            Request(T, adaptive(d, n, T, ell), _REPETITIONS // 2, corrected=True) for T in sparse
        ]
        if n == GENERATIONS[-1]:
            points += [
                Request(T, adaptive(d, n, T, ell), _REPETITIONS, "literal") for T in (d, 4 * d)
            ]
        yield Line(f"$n = {n}$", [(T, adaptive(d, n, T, ell)) for T in dense], points)


def _plans() -> list[tuple[str, int, Fraction, Fraction]]:
    """(name, n, ell, rate there) of the scaling curves, worst first."""
    known = exponents(BETA, SOURCE, C)
    plans = (
        ("classical", 1, known.classical_ell),
        ("corrected", 1, known.ell),
        ("clean, classical", 0, known.classical_ell),
    )
    return [
        (name, n, ell, exponents(BETA, SOURCE, C, clean=n == 0, ell=ell).rate_at_ell)
        for name, n, ell in plans
    ]


def _scaling(run: Run) -> Iterator[Line]:
    dense = [round(T) for T in geometric(2**7, 2**23, run.count(40))]
    sparse = [2**7, 2**9, 2**11, 2**13][: 4 if run.shrink == 1 else 2]
    for name, n, ell, rate in _plans():
        growth = Growth(BETA, SOURCE, C, ell, n=n)
        theory = [(T, power_law_setting(growth, T)) for T in dense]
        measured = _local_slope(theory)
        yield Line(
            f"{name}, $\\ell = {ell}$\nslope ${measured:.3f}$\n(claimed ${rate}$)",
            theory,
            [_large(T, power_law_setting(growth, T)) for T in sparse],
        )


def _large(T: int, setting: Setting) -> Request:
    """The point grown until d >= 32, where O(1/d^2) is below the error bars; the limit stays."""
    factor = max(1, -(-32 // setting.d))
    return Request(T, setting.grown(factor), _REPETITIONS, corrected=True)


def _local_slope(theory: list[tuple[int, Setting]]) -> float:
    """The slope over the last decade or so of the curve, where corrections have died out."""
    (low, first), (high, last) = theory[-1 - max(1, len(theory) // 8)], theory[-1]
    return math.log(theory_value(last) / theory_value(first)) / math.log(high / low)


def _slope(curve: Curve, rate: float) -> Curve:
    """The claimed power of T through the end of a curve, over its last decades."""
    end, height = curve.x[-1], curve.y[-1]
    xs = tuple(end / 10**k for k in (3, 0))
    return Curve("", xs, tuple(height * (x / end) ** rate for x in xs), reference=True)


FIGURE = Figure(
    name="power-law",
    title="Power law: on fake data the classical ridge learns too slowly",
    shows=(
        "A power-law spectrum (beta = 3/2, source r = 2/5) with the adaptive ridge lam = T^-ell. "
        "Left: with generators of fixed size the error stops falling in T, and rises again as the "
        "classical ridge shrinks. Right: with T0 = T^(3/5) the classical exponent gives the rate "
        "T^-(8/55), the corrected one T^-(18/55) (dotted: the claimed slopes). Points are doubled "
        "in size so that the O(1/d) error cancels; hollow ones are literal, at one size."
    ),
    measure=measure,
)
