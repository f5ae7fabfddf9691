"""Worlds: concrete matrices for every letter of the calculus, drawn at random.

The second route for each line of a derivation.  Everything here is plain numpy on the definitions
of the letters: no rule, no canonical form and no solver of the other layers is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus import alphabet as at
from ridgeproof.theory.calculus.words import transposed
from ridgeproof.theory.settings.features import FeatureLaw, Gaussian, excess_kurtosis
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.fits import ridge

__all__ = [
    "Array",
    "Shape",
    "World",
    "draw_world",
    "make_shape",
    "with_designs",
]

Array = NDArray[np.floating[Any]]
_NORMAL = Gaussian()
_PENALTIES = (
    (sy.lam, sy.T, sy.kappa, sy.df1, sy.df2, sy.gamma),
    (sy.lam0, sy.T0, sy.kappa0, sy.df1_0, sy.df2_0, sy.gamma0),
)


@dataclass(frozen=True)
class Shape:
    """Everything about a world that is not random: sizes, spectrum, moments, penalties."""

    s: Array
    w0: Array
    mean: Array
    second: Array  # E[w w'], full
    probe: Array
    scalars: Mapping[Symbol, float]
    law: FeatureLaw = _NORMAL

    def grown(self, k: int) -> Shape:
        """The same shape k times as large, with signal energy split over the copies."""
        scalars = dict(self.scalars)
        for size in (sy.d, sy.T, sy.T0, sy.width):
            scalars[size] *= k
        copies = np.ones((k, k)) / k**2
        centred = self.second - np.outer(self.mean, self.mean)
        mean = np.tile(self.mean, k) / np.sqrt(k)
        # The diagonal is split like the signal; what couples two levels is spread over all copies.
        spread = np.kron(np.eye(k) / k, np.diag(np.diag(centred)))
        coupled = np.kron(copies, centred - np.diag(np.diag(centred)))
        return Shape(
            np.tile(self.s, k),
            np.tile(self.w0, k) / np.sqrt(k),
            mean,
            spread + coupled + np.outer(mean, mean),
            np.tile(self.probe, k),
            scalars,
            self.law,
        )


@dataclass(frozen=True)
class World:
    """Numbers for every letter, scalar symbol and level symbol."""

    letters: Mapping[Symbol, Array]
    scalars: Mapping[Symbol, Any]
    levels: Mapping[Symbol, Array]

    def with_letters(self, letters: Mapping[Symbol, Array]) -> World:
        """The same world with some letters replaced (and their transposes)."""
        both = dict(self.letters)
        for symbol, matrix in letters.items():
            both[symbol] = matrix
            both[transposed(symbol)] = np.swapaxes(matrix, -1, -2)
        return replace(self, letters=both)


def make_shape(
    rng: np.random.Generator, *, d: int, T: int, T0: int, lam: float, isotropic: bool = False
) -> Shape:
    """A generic shape: spread spectrum, correlated generator moments, every scalar different."""
    s = np.ones(d) if isotropic else np.geomspace(2.0, 0.2, d)
    w0 = rng.normal(size=d) / np.sqrt(d)
    mean = w0 * rng.uniform(0.3, 0.9, size=d)
    factor = rng.normal(size=(d, d)) / d
    scalars = {sy.d: d, sy.T: T, sy.T0: T0, sy.lam: lam, sy.lam0: 0.7 * lam}
    scalars |= {sy.sigma: 0.8, sy.sigma0: 1.3, sy.n: 3, sy.pooled: 0.4, sy.sigma_real: 0.6}
    scalars |= {sy.gathered: T0 + 9, sy.weight: 0.3, sy.ratio: 0.7, sy.best_weight: 0.45}
    scalars |= {sy.q: 0.5, sy.q0: 0.9}
    scalars |= {sy.synthetic_fraction: round(0.4 * T) / T, sy.width: round(0.75 * d)}
    probe = rng.uniform(0.5, 1.5, size=d)
    return Shape(s, w0, mean, np.outer(mean, mean) + factor @ factor.T, probe, scalars)


def draw_world(shape: Shape, rng: np.random.Generator, *, estimates: bool = True) -> World:
    """Draw one fit and realise every letter from its definition."""
    s = shape.s
    root = np.linalg.cholesky(shape.second - np.outer(shape.mean, shape.mean))
    labeller = shape.mean + root @ rng.normal(size=len(s))
    scalars = {**shape.scalars, sy.kappa4: float(excess_kurtosis(shape.law) or 0)}
    for lam, rows, kappa, df1, df2, gamma in _PENALTIES:
        number = _effective_penalty(tuple(s), scalars[lam], int(scalars[rows]))
        kept = s / (s + number)
        scalars |= {kappa: number, df1: float(np.sum(kept)), df2: float(np.sum(kept**2))}
        scalars[gamma] = scalars[df2] / scalars[rows]
    second = np.diag(shape.second)
    scalars |= {sy.alpha: float(second.sum()), sy.mu: float(shape.mean @ shape.w0)}
    scalars[sy.v] = 1 / (1 + scalars[sy.kappa])
    rows, d = scalars[sy.T0], scalars[sy.d]
    scalars[sy.Delta] = scalars[sy.n] * scalars[sy.sigma0] ** 2 * d / (rows - d - 1)
    letters = {
        at.SIGMA: np.diag(s),
        at.SIGMA_INVERSE: np.diag(1 / s),
        at.W: labeller[:, None],
        at.TRUTH: shape.w0[:, None],
        at.W_TRUTH: np.outer(shape.w0, shape.w0),
        at.A: shape.second,
        at.M: np.outer(shape.mean, shape.w0),
        at.B: np.diag(shape.probe),
    }
    levels = {
        sy.s: s,
        sy.w0: shape.w0,
        sy.m: shape.mean,
        sy.a: np.diag(shape.second).copy(),
        sy.B: shape.probe,
    }
    X = Entries(shape.law)(rng, (int(scalars[sy.T]), len(s))) * np.sqrt(s)
    world = with_designs(World({}, scalars, levels).with_letters(letters), X)
    return world.with_letters(_fits(X, labeller, scalars, rng)) if estimates else world


def with_designs(world: World, X: Array) -> World:
    """The world with another design, or a stack of them, and all that is a function of it."""
    scalars, s = dict(world.scalars), world.levels[sy.s]
    (rows, d), lam = X.shape[-2:], scalars[sy.lam]

    def gram(part: Array) -> Array:
        return np.asarray(np.swapaxes(part, -1, -2) @ part)

    letters = {
        at.X: X,
        at.S: gram(X) / rows,
        at.S2: gram(X[..., rows - _new(rows, scalars) :, :]) / rows,
        at.ROW: gram(X[..., :1, :]) / rows,
    }
    if lam > 0:
        R = np.linalg.inv(letters[at.S] + lam * np.eye(d))
        h1 = np.trace(R, axis1=-2, axis2=-1)
        chi = 1 - (d - lam * h1) / rows
        scalars |= {sy.h1: h1, sy.h2: np.sum(R * R, axis=(-2, -1)), sy.chi: chi}
        letters |= {at.R: R}
        letters[at.RBAR] = np.eye(d) / (np.asarray(chi)[..., None] * s + lam)[..., None, :]
    else:
        letters[at.PLUS] = np.linalg.pinv(X)
        letters[at.PROJECTOR] = letters[at.PLUS] @ X
        if rows >= d:
            letters[at.INVERSE] = np.linalg.inv(gram(X))
    return replace(world, scalars=scalars).with_letters(letters)


def _new(rows: int, scalars: Mapping[Symbol, float]) -> int:
    """How many of the rows, the last ones, are synthetic."""
    return round(rows * scalars[sy.synthetic_fraction])


def _fits(
    X: Array, labeller: Array, scalars: Mapping[Symbol, float], rng: np.random.Generator
) -> dict[Symbol, Array]:
    """The noise, and what a generic solver makes of the labels."""
    lam, rows = scalars[sy.lam], len(X)
    noise = rng.normal(size=rows)
    heard = X @ labeller + scalars[sy.sigma] * noise
    real = rows - _new(rows, scalars)
    # The truth is zero on real rows; the fit of earlier labels alone is the labeller.
    mixed = np.concatenate([scalars[sy.sigma_real] * noise[:real], heard[real:]])
    residual = noise[:real] - X[:real] @ np.linalg.lstsq(X[:real], noise[:real], rcond=None)[0]
    earlier = np.concatenate([X[:real] @ labeller + residual, heard[real:]])
    columns = {
        at.NOISE: noise,
        at.NOISE1: noise[:real],
        at.NOISE2: noise[real:],
        at.ESTIMATE: _generic_fit(X, heard, lam),
        at.MIXED: _generic_fit(X, mixed, lam),
        at.GATHERED: _generic_fit(X, earlier, lam),
    }
    designs = {at.X1: X[:real], at.X2: X[real:]}
    return designs | {letter: column[:, None] for letter, column in columns.items()}


def _generic_fit(X: Array, labels: Array, lam: float) -> Array:
    """The fit with penalty lam of |labels - X w|^2/T, as the literal simulation has it."""
    learn = ridge(np.asarray(X, dtype=np.float64), lam * len(X))
    return learn(np.asarray(labels, dtype=np.float64))


@lru_cache(maxsize=8)
def _effective_penalty(levels: tuple[float, ...], lam: float, rows: int) -> float:
    """The root of lam = kappa (1 - df1/T) with df1 < T."""
    if lam == 0 and rows >= len(levels):
        return 0.0
    s = np.array(levels)

    def gap(log_kappa: float) -> float:
        kappa = float(np.exp(log_kappa))
        return kappa * (1 - float(np.sum(s / (s + kappa))) / rows) - lam

    upper = np.log(lam + float(np.sum(s)) / rows) + 1
    lower = np.log(lam) - 1 if lam > 0 else upper - 60
    return float(np.exp(brentq(gap, lower, upper, xtol=1e-15, rtol=1e-15)))
