"""Random features in a world: numbers for the letters of `theory.calculus.features`.

Plain numpy on the definitions of the letters, as in `verification.derivations.worlds`; the effective penalty
comes from bisection on the two equations as they are written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import DOWNSTREAM, MIXTURE, TRUTH, W
from ridgeproof.theory.calculus.features import (
    ESTIMATE,
    FEATURE_LETTERS,
    FEATURES,
    SIGMA_ROOT,
    SIGMA_ROOT_INVERSE,
    H,
    J,
    L,
    U,
)
from ridgeproof.verification.derivations.worlds import World, holds

__all__ = ["feature_letters", "sees_features", "with_features"]

Array = NDArray[np.floating[Any]]

_SCALARS = {sy.width, sy.nu, sy.gamma_width, sy.df2_width}


def sees_features(*expressions: Expr) -> bool:
    """Whether a line is about a fit on random features."""
    return any(
        e.free_symbols & _SCALARS or any(holds(letter, e) for letter in FEATURE_LETTERS)
        for e in expressions
    )


def with_features(world: World, rng: np.random.Generator, *, estimates: bool = True) -> World:
    """Draw Q; kappa and all that depends on it become those of the fit on the features."""
    s, scalars = world.levels[sy.s], dict(world.scalars)
    d, T, width, lam = len(s), *(int(scalars[x]) for x in (sy.T, sy.width)), scalars[sy.lam]
    kappa = _effective_penalty(tuple(s), lam, T, width)
    df1 = float(np.sum(s / (s + kappa)))
    df2 = float(np.sum((s / (s + kappa)) ** 2))
    nu = kappa * (1 - df1 / width)
    scalars |= {sy.kappa: kappa, sy.df1: df1, sy.df2: df2, sy.gamma: df2 / T, sy.nu: nu}
    Q = rng.normal(size=(d, width)) / np.sqrt(width)
    root = np.diag(np.sqrt(s))
    kept = Q @ np.linalg.inv(Q.T * s @ Q + nu * np.eye(width)) @ Q.T
    letters = {
        FEATURES.X: Q,
        FEATURES.R: np.linalg.inv(root @ Q @ Q.T @ root + nu * np.eye(d)),
        H: kept,
        J: np.eye(d) - kept * s,
        SIGMA_ROOT: root,
        SIGMA_ROOT_INVERSE: np.diag(1 / np.sqrt(s)),
        DOWNSTREAM.K: np.diag(kappa / (s + kappa)),
        DOWNSTREAM.G: np.diag(1 / (s + kappa)),
    }
    if estimates:
        letters[ESTIMATE] = _generic_fit(world, Q, lam)[:, None]
    drawn = feature_letters(world.letters[DOWNSTREAM.X][None], Q, lam)
    letters |= {name: stack[0] for name, stack in drawn.items()}
    return replace(world, scalars=scalars).with_letters(letters)


def feature_letters(X: Array, Q: Array, lam: float) -> dict[Symbol, Array]:
    """V and L of a stack of designs on the same features."""
    S = np.swapaxes(X, 1, 2) @ X / X.shape[1]
    inverse = np.linalg.inv(Q.T @ S @ Q + lam * np.eye(Q.shape[1]))
    fitted = Q @ inverse @ Q.T
    return {U: fitted, L: np.eye(len(Q)) - fitted @ S}


def _generic_fit(world: World, Q: Array, lam: float) -> Array:
    """Ridge on the features of real and synthetic rows, as one least-squares problem."""
    letters: Mapping[Symbol, Array] = world.letters
    X = letters[DOWNSTREAM.X]
    real = letters[MIXTURE.X1] @ letters[TRUTH] + world.scalars[sy.sigma_real] * letters[MIXTURE.e1]
    fake = letters[MIXTURE.X2] @ letters[W] + world.scalars[sy.sigma] * letters[MIXTURE.e2]
    stacked = np.vstack([X @ Q, np.sqrt(len(X) * lam) * np.eye(Q.shape[1])])
    labels = np.vstack([real, fake])[:, 0]
    target = np.concatenate([labels, np.zeros(Q.shape[1])])
    weights: Array = np.linalg.lstsq(stacked, target, rcond=None)[0]
    return Q @ weights


@lru_cache(maxsize=8)
def _effective_penalty(levels: tuple[float, ...], lam: float, T: int, width: int) -> float:
    """The root of lam = kappa (1 - df1/width) (1 - df1/T) with df1 < min(T, width)."""
    s = np.array(levels)

    def df1(log_kappa: float) -> float:
        return float(np.sum(s / (s + np.exp(log_kappa))))

    def gap(log_kappa: float) -> float:
        lost = df1(log_kappa)
        return float(np.exp(log_kappa)) * (1 - lost / T) * (1 - lost / width) - lam

    upper, lower = np.log(lam + float(np.sum(s))) + 3, np.log(lam) - 3
    least = min(T, width)
    if df1(lower) > least:
        lower = brentq(lambda x: df1(x) - least, lower, upper, xtol=1e-15, rtol=1e-15)
    return float(np.exp(brentq(gap, lower, upper, xtol=1e-15, rtol=1e-15)))
