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
from ridgeproof.theory.calculus.alphabet import (
    ALL_INVERSE,
    ALL_X,
    DOWNSTREAM,
    GATHERED,
    GENERATOR,
    MIXTURE,
    RBAR,
    SIGMA,
    SIGMA_INVERSE,
    TRUTH,
    W_TRUTH,
    A,
    B,
    Fit,
    M,
    W,
)
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
    "row_letters",
]

Array = NDArray[np.floating[Any]]
_NORMAL = Gaussian()


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


def draw_world(
    shape: Shape,
    rng: np.random.Generator,
    *,
    fits: tuple[Fit, ...] = (DOWNSTREAM, GENERATOR),
    estimates: bool = True,
) -> World:
    """Draw the fits and realise every letter from its definition."""
    s = shape.s
    root = np.linalg.cholesky(shape.second - np.outer(shape.mean, shape.mean))
    labeller = shape.mean + root @ rng.normal(size=len(s))
    scalars = dict(shape.scalars)
    letters = {
        SIGMA: np.diag(s),
        SIGMA_INVERSE: np.diag(1 / s),
        W: labeller[:, None],
        TRUTH: shape.w0[:, None],
        W_TRUTH: np.outer(shape.w0, shape.w0),
        A: shape.second,
        M: np.outer(shape.mean, shape.w0),
        B: np.diag(shape.probe),
    }
    for fit in fits:
        letters |= _draw_fit(fit, shape, scalars, labeller, rng, estimates=estimates)
    if DOWNSTREAM in fits:
        letters |= _mixture(letters, shape, labeller, estimates=estimates)
    if GENERATOR in fits and estimates and scalars[sy.gathered] > len(s):
        letters |= _gathered(letters, shape, labeller, rng)
    second = np.diag(shape.second)
    scalars |= {sy.alpha: float(second.sum()), sy.mu: float(shape.mean @ shape.w0)}
    if DOWNSTREAM.R in letters:
        R = letters[DOWNSTREAM.R]
        scalars |= {sy.h1: float(np.trace(R)), sy.h2: float(np.sum(R * R))}
        lam, d = scalars[sy.lam], len(s)
        chi = 1 - (d - lam * float(np.trace(R))) / scalars[sy.T]
        scalars |= {sy.chi: chi, sy.kappa4: float(excess_kurtosis(shape.law) or 0)}
        letters[RBAR] = np.diag(1 / (chi * s + lam))
    scalars[sy.v] = 1 / (1 + scalars.get(sy.kappa, 0.0))
    rows, d = scalars[sy.T0], scalars[sy.d]
    scalars[sy.Delta] = scalars[sy.n] * scalars[sy.sigma0] ** 2 * d / (rows - d - 1)
    levels = {
        sy.s: s,
        sy.w0: shape.w0,
        sy.m: shape.mean,
        sy.a: np.diag(shape.second).copy(),
        sy.B: shape.probe,
    }
    return World({}, scalars, levels).with_letters(letters)


def _draw_fit(
    fit: Fit,
    shape: Shape,
    scalars: dict[Symbol, float],
    labeller: Array,
    rng: np.random.Generator,
    *,
    estimates: bool,
) -> dict[Symbol, Array]:
    s, rows, lam = shape.s, int(shape.scalars[fit.T]), shape.scalars[fit.lam]
    d = len(s)
    X = Entries(shape.law)(rng, (rows, d)) * np.sqrt(s)
    noise = rng.normal(size=rows)
    S = X.T @ X / rows
    kappa = _effective_penalty(tuple(s), lam, rows)
    scalars[fit.kappa] = kappa
    scalars[fit.df1] = float(np.sum(s / (s + kappa)))
    scalars[fit.df2] = float(np.sum((s / (s + kappa)) ** 2))
    scalars[fit.gamma] = scalars[fit.df2] / rows
    letters: dict[Symbol, Array] = {
        fit.X: X,
        fit.e: noise[:, None],
        fit.S: S,
    }
    if lam > 0:
        letters[fit.R] = np.linalg.inv(S + lam * np.eye(d))
    else:
        letters[fit.P] = np.linalg.pinv(X)
        letters[fit.Pi] = letters[fit.P] @ X
        if rows >= d:
            letters[fit.Winv] = np.linalg.inv(X.T @ X)
    if estimates:
        labels = X @ labeller + shape.scalars[fit.sigma] * noise
        letters[fit.estimate] = _generic_fit(X, labels, lam)[:, None]
    return letters


def _mixture(
    letters: Mapping[Symbol, Array], shape: Shape, labeller: Array, *, estimates: bool
) -> dict[Symbol, Array]:
    """The downstream rows again, the first of them labelled by the truth."""
    scalars, X, e = shape.scalars, letters[DOWNSTREAM.X], letters[DOWNSTREAM.e][:, 0]
    rows, lam = len(X), scalars[DOWNSTREAM.lam]
    real = rows - round(rows * scalars[sy.synthetic_fraction])
    found = {name: stack[0] for name, stack in row_letters(X[None], shape.scalars).items()}
    found |= {MIXTURE.X1: X[:real], MIXTURE.X2: X[real:]}
    found |= {MIXTURE.e1: e[:real, None], MIXTURE.e2: e[real:, None]}
    if estimates:
        labels = X @ labeller + scalars[sy.sigma] * e
        labels[:real] = scalars[sy.sigma_real] * e[:real]  # the truth is zero
        found[MIXTURE.estimate] = _generic_fit(X, labels, lam)[:, None]
    return found


def row_letters(X: Array, scalars: Mapping[Symbol, float]) -> dict[Symbol, Array]:
    """S2 of the synthetic rows, which come last, and x x'/T of the first, for a stack of X."""
    rows = X.shape[1]
    synthetic = X[:, rows - round(rows * scalars[sy.synthetic_fraction]) :]
    first = X[:, :1]
    return {
        MIXTURE.S2: np.swapaxes(synthetic, 1, 2) @ synthetic / rows,
        MIXTURE.row: np.swapaxes(first, 1, 2) @ first / rows,
    }


def _generic_fit(X: Array, labels: Array, lam: float) -> Array:
    """The fit with penalty lam of |labels - X w|^2/T, as the literal simulation has it."""
    learn = ridge(np.asarray(X, dtype=np.float64), lam * len(X))
    return learn(np.asarray(labels, dtype=np.float64))


def _gathered(
    letters: Mapping[Symbol, Array], shape: Shape, labeller: Array, rng: np.random.Generator
) -> dict[Symbol, Array]:
    """The generator's rows after others that the labeller itself was fitted on."""
    X, e = letters[GENERATOR.X], letters[GENERATOR.e][:, 0]
    rows, d = X.shape
    before = rng.normal(size=(int(shape.scalars[sy.gathered]) - rows, d)) * np.sqrt(shape.s)
    # Earlier labels whose own fit is the labeller: off it by residuals orthogonal to their rows.
    noise = rng.normal(size=len(before))
    earlier = before @ labeller + noise - before @ np.linalg.lstsq(before, noise, rcond=None)[0]
    labels = X @ labeller + shape.scalars[sy.sigma0] * e
    joined = np.vstack([before, X])
    return {
        ALL_X: joined,
        ALL_INVERSE: np.linalg.inv(joined.T @ joined),
        GATHERED: _generic_fit(joined, np.concatenate([earlier, labels]), 0.0)[:, None],
    }


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
