"""Checking a line beyond the deterministic equivalent: means to o(1), with controls."""

from __future__ import annotations

import numpy as np
from sympy import Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus import alphabet
from ridgeproof.theory.settings.features import excess_kurtosis
from ridgeproof.verification.derivations.world_values import value
from ridgeproof.verification.derivations.worlds import Array, Shape, World, draw_world, with_designs
from ridgeproof.verification.simulation.feature_laws import Entries

__all__ = ["first_correction"]

_REPETITIONS = 4000


def first_correction(
    before: Expr, after: Expr, base: Shape, rng: np.random.Generator
) -> tuple[float, float]:
    """How far two lines are apart on average, d -> infinity, and its standard error.

    Richardson over k = 1, 2; tr S and tr S^2, whose means are known, take the noise away.
    """
    combined, variance = 0.0, 0.0
    for k, weight in ((1, -1.0), (2, 2.0)):
        world = _worlds(base.grown(k), rng)
        gaps = value(before, world) - value(after, world)
        # The intercept of the regression on the controls is the mean, corrected for them.
        design = np.column_stack([np.ones(_REPETITIONS), *_controls(world, base)])
        fitted = np.linalg.lstsq(design, gaps, rcond=None)[0]  # tr S of signs is constant
        combined += weight * float(fitted[0])
        variance += weight**2 * float(np.mean((gaps - design @ fitted) ** 2)) / _REPETITIONS
    return abs(combined), float(np.sqrt(variance))


def _worlds(shape: Shape, rng: np.random.Generator) -> World:
    """One world whose design-dependent letters are stacks over many designs."""
    d, T = len(shape.s), int(shape.scalars[sy.T])
    Z = Entries(shape.law)(rng, (_REPETITIONS * T, d)).reshape(_REPETITIONS, T, d)
    return with_designs(draw_world(shape, rng, estimates=False), Z * np.sqrt(shape.s))


def _controls(world: World, base: Shape) -> tuple[Array, Array]:
    """tr S and tr S^2 minus their means, which depend on the law by its kurtosis alone."""
    s, S, T = world.levels[sy.s], world.letters[alphabet.S], world.scalars[sy.T]
    kurtosis = float(excess_kurtosis(base.law) or 0)
    square = np.sum(s**2) * (1 + (1 + kurtosis) / T) + np.sum(s) ** 2 / T
    return np.trace(S, axis1=1, axis2=2) - np.sum(s), np.sum(S * S, axis=(1, 2)) - square
