"""The best penalty against the number of generations: the closed form over a simulated optimum."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.compute.executors import run_chunks
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Against, Curve, Panel, Point
from ridgeproof.verification.figures.tracing import Line, Request, Run
from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["FIGURE", "Draw", "base", "draw_fits", "simulated_optimum"]

_MOST = 10
_SHOWN = (0, 1, 2, 4, 7, 10)
_ROWS = (2, 4)  # T/d
_REPETITIONS = 160
# Steps in log lam: of slopes, whose error must stay below 1e-9 (at n = 0 every design has the same
# optimum), and of the curvature, which only scales the standard error.
_STEP, _BEND = 3e-5, 0.05
_RANGE = (1e-3, 1e2)  # where the minimum is looked for: the closed form is not asked
_GRID = 11


def base(d: int, rows: int, n: int) -> Setting:
    """Isotropic, T0 = 3 d, noise 1/2 everywhere."""
    return make_setting(d=d, T=rows * d, T0=3 * d, n=n, sigma="1/2", sigma0="1/2")


@dataclass(frozen=True, eq=False)
class Draw:
    """One repetition before its penalty is chosen: Z'Z = V t V' downstream, the chain in V.

    Attributes:
        t: shape (d,).
        chain: diagonal of V' C V, C the covariance of the last generator given the designs.
    """

    t: NDArray[np.float64]
    chain: NDArray[np.float64]

    def error(self, setting: Setting, lam: float) -> float:
        """The expected error given the designs, over the signs of the truth too.

        With F = V t/(t + T lam) V' the fit of noise-free labels,

            |F - 1|^2/d + sigma^2 tr (Z'Z)(Z'Z + T lam)^-2 + tr F C F'.
        """
        kept = self.t / (self.t + setting.T * lam)
        noise = float(setting.sigma) ** 2 * self.t / (self.t + setting.T * lam) ** 2
        return float(np.sum((1 - kept) ** 2 / setting.d + noise + kept**2 * self.chain))


def draw_fits(setting: Setting, rng: np.random.Generator) -> Draw:
    """Draw every design of an isotropic chain of least-squares generators."""
    assert setting.T0 is not None
    covariance = np.zeros((setting.d, setting.d))
    for _ in range(setting.n):
        Z = rng.standard_normal((setting.T0, setting.d))
        covariance += float(setting.sigma0) ** 2 * np.linalg.inv(Z.T @ Z)
    Z = rng.standard_normal((setting.T, setting.d))
    t, V = np.linalg.eigh(Z.T @ Z)
    return Draw(t, np.sum(V * (covariance @ V), axis=0))


def simulated_optimum(setting: Setting, repetitions: int, seed: int) -> tuple[float, float]:
    """The penalty with the least simulated error, and its standard error.

    On fixed draws of 2 E(2) - E(1), the mean slope in log lam is a function of lam; its root is a
    Z-estimator, with standard error sd(slope)/(sqrt(repetitions) |curvature|).
    """
    rng = make_generator(seed, "figure", setting.canonical(), "optimum")
    sizes = (setting, setting.grown(2))
    draws = [[draw_fits(size, rng) for size in sizes] for _ in range(repetitions)]

    def errors(u: float) -> NDArray[np.float64]:
        lam = math.exp(u)
        small, large = (
            np.array([pair[k].error(size, lam) for pair in draws]) for k, size in enumerate(sizes)
        )
        return 2 * large - small

    def slopes(u: float) -> NDArray[np.float64]:
        return (errors(u + _STEP) - errors(u - _STEP)) / (2 * _STEP)

    low, high = _neighbours(lambda u: float(errors(u).mean()))
    best = brentq(lambda u: float(slopes(u).mean()), low, high, xtol=1e-11)
    at = slopes(best)
    bend = float(slopes(best + _BEND).mean() - slopes(best - _BEND).mean()) / (2 * _BEND)
    lam = math.exp(best)
    return lam, lam * float(at.std(ddof=1)) / math.sqrt(repetitions) / abs(bend)


def _neighbours(mean: Callable[[float], float]) -> tuple[float, float]:
    """Two points of a coarse grid in log lam, between which a mean error has its minimum."""
    grid = np.log(np.geomspace(_RANGE[0], _RANGE[1], _GRID))
    lowest = int(np.argmin([mean(u) for u in grid]))
    if not 0 < lowest < _GRID - 1:
        raise SolverError(f"the simulated error has no minimum for lam in {_RANGE}")
    return float(grid[lowest - 1]), float(grid[lowest + 1])


def measure(run: Run) -> tuple[Panel, ...]:
    """Left, the best penalty; right, the error there and at the classical penalty."""
    d = run.size(24)
    return (
        Panel(
            f"best penalty   ($T_0 = 3d$; simulated at $d = {d}$ and ${2 * d}$)",
            "$n$",
            "$\\lambda^*$",
            tuple(_penalties(run, d)),
            xscale="linear",
        ),
        Panel(
            "error at the best and at the classical penalty   ($T = 2d$)",
            "$n$",
            "test error $E$",
            run.trace(_errors(d)),
            xscale="linear",
            yscale="linear",
        ),
    )


def _penalties(run: Run, d: int) -> Iterator[Curve]:
    repetitions = run.repetitions(_REPETITIONS)
    settings = [base(d, rows, n) for rows in _ROWS for n in _SHOWN]
    search = partial(simulated_optimum, repetitions=repetitions, seed=run.seed)
    found = dict(zip(settings, run_chunks(search, settings, executor=run.executor), strict=True))
    for rows in _ROWS:
        exact = [float(optimum(base(d, rows, n)).lam) for n in range(_MOST + 1)]
        points = []
        for n in _SHOWN:
            lam, error = found[base(d, rows, n)]
            redo = f"simulated_optimum at {base(d, rows, n)}, from draws at d = {d} and {2 * d}"
            points.append(
                Point(n, lam, error, exact[n], Against.CORRECTED, "conditional", repetitions, redo)
            )
            run.tick()
        yield Curve(f"$T = {rows}\\,d$", tuple(range(_MOST + 1)), tuple(exact), tuple(points))


def _errors(d: int) -> Iterator[Line]:
    chains = [base(2 * d, _ROWS[0], n) for n in range(_MOST + 1)]
    tuned = {
        "classical": [setting.with_(lam=_classical(setting)) for setting in chains],
        "best": [setting.with_(lam=_best(setting)) for setting in chains],
    }
    for hue, (name, settings) in enumerate(tuned.items()):
        yield Line(
            f"{name} $\\lambda$",
            list(enumerate(settings)),
            [Request(n, settings[n], _REPETITIONS) for n in _SHOWN],
            hue=hue + 2,
        )


def _best(setting: Setting) -> Fraction:
    return Fraction(f"{float(optimum(setting).lam):.6g}")


def _classical(setting: Setting) -> Fraction:
    return Fraction(f"{float(optimum(setting).classical_lam):.6g}")


FIGURE = Figure(
    name="optimal-ridge",
    title="The best penalty grows with the number of generations",
    shows=(
        "Left: the penalty that minimises the error on fake data, as a closed form (lines) and as "
        "the minimum of the simulated error (points; the search does not know the formula). "
        "Right: the error there, and at the classical penalty, which is best for n = 0 only."
    ),
    measure=measure,
)
