"""Generators with fewer rows than dimensions, T0 < d: fresh designs against one shared design."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Panel
from ridgeproof.verification.figures.tracing import Line, Request, Run

__all__ = ["FIGURE", "base"]

_SHARES = {"d/2": Fraction(1, 2), "3d/4": Fraction(3, 4)}  # T0/d
_MOST = 10
_SHOWN = (1, 2, 4, 7, 10)


def base(d: int, share: Fraction, design: str, noise: Fraction) -> Setting:
    """Minimum-norm generators with T0 = share d, least squares downstream."""
    return make_setting(
        d=d, T=2 * d, T0=round(share * d), n=1, sigma=noise, sigma0=noise, design=design
    )


def measure(run: Run) -> tuple[Panel, ...]:
    """Without label noise, and with it."""
    d = run.size(300)
    given = f"$d = {d}$, $T = {2 * d}$, $\\lambda = 0$"
    return (
        Panel(
            f"no label noise   ({given})",
            "$n$",
            "test error $E$",
            # Averaged over the signs of w0, some of these errors have no randomness left: the
            # process as written shows their bars.
            run.trace(_lines(d, Fraction(0), "literal", 24)),
            xscale="linear",
            yscale="linear",
        ),
        Panel(
            f"$\\sigma = \\sigma_0 = 1/2$   ({given})",
            "$n$",
            "test error $E$",
            run.trace(_lines(d, Fraction(1, 2), "conditional", 16)),
            xscale="linear",
            yscale="linear",
        ),
    )


def _lines(d: int, noise: Fraction, method: str, repetitions: int) -> Iterator[Line]:
    for hue, (rows, share) in enumerate(_SHARES.items()):
        for dash, design in enumerate(("independent", "shared")):
            setting = base(d, share, design, noise)
            yield Line(
                f"{design},\n$T_0 = {rows}$",
                [(n, setting.with_(n=n)) for n in range(_MOST + 1)],
                [Request(n, setting.with_(n=n), repetitions, method) for n in _SHOWN],
                hue=2 * dash + hue,
                dash=dash,
            )


FIGURE = Figure(
    name="overparametrized",
    title="Generators with $T_0 < d$ lose the signal, even without label noise",
    shows=(
        "The error against the number of generators with fewer rows than dimensions (isotropic, "
        "least squares downstream). Left: without label noise fresh designs forget the signal "
        "geometrically, b (1 - (T0/d)^n), while a shared design loses it once. Right: with noise a "
        "shared design adds the same noise at every generation, and fresh designs saturate."
    ),
    measure=measure,
)
