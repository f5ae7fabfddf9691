"""The moments (m, a) of the last generator, by iterating the catalogued step (T4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sympy import Expr

from numerics.point import Point
from numerics.precision import Array
from numerics.walker import evaluate_levels
from theory import symbols as sy
from theory.affine import affine_step
from theory.catalogue import find
from theory.errors import NotBuilt
from theory.setting import Setting

__all__ = ["ChainMoments", "chain_moments"]

# Beyond this many operations on levels a plain iteration is refused rather than left to run.
_MAX_OPERATIONS = 10**9


@dataclass(frozen=True, eq=False)
class ChainMoments:
    """The last generator, level by level; a = signal + noise.

    Attributes:
        mean: factor f with E[w_n,i] = f w0_i.
        signal: the part of a that is quadratic in w0.
        noise: the part of a that is proportional to sigma0^2.
    """

    mean: Array
    signal: Array
    noise: Array


def chain_moments(
    setting: Setting, point: Point, expressions: Mapping[str, Expr] | None = None
) -> ChainMoments:
    """Iterate a' = D a + g sum(c a) + h from a = w0^2, and the mean, n times.

    ``expressions`` (mean, second_moment) are those of the catalogued generator unless given.

    With a shared design and lam0 = 0 the n generations are one fit from w0 whose label noise is
    the sum of theirs: one step with n sigma0^2 in place of sigma0^2.

    Raises:
        NotBuilt: n is so large that iterating level by level would not end.
    """
    expressions = expressions or find("generator").expressions
    step = affine_step(expressions["second_moment"])
    keeps = evaluate_levels(expressions["mean"].subs(sy.m, 1), point)
    diagonal, spread, collected, shift = (
        evaluate_levels(part, point)
        for part in (step.diagonal, step.spread, step.collected, step.shift)
    )
    engine, spectrum = point.engine, point.spectrum
    steps, scale = (1, setting.n) if setting.design == "shared" else (setting.n, 1)
    if steps * len(spectrum.s) > _MAX_OPERATIONS:
        raise NotBuilt(
            f"n = {setting.n} generations of {len(spectrum.s)} levels are too many to iterate. "
            "The error has a limit as n grows: evaluate a smaller n, or an isotropic spectrum"
        )
    with engine.scope():
        weights = spectrum.weights

        def advance(a: Array, noise: Array) -> Array:
            total = engine.weighted_sum(collected * a, weights)
            return diagonal * a + spread * total + noise

        signal, noise = spectrum.w0sq, spectrum.w0sq * 0
        added, nothing = shift * engine.number(scale), shift * 0
        mean = keeps * 0 + engine.number(1)
        for _ in range(steps):
            following = advance(signal, nothing), advance(noise, added), mean * keeps
            if all(
                np.array_equal(new, old)
                for new, old in zip(following, (signal, noise, mean), strict=True)
            ):
                break  # the fixed point, to the last digit: further steps change nothing
            signal, noise, mean = following
        return ChainMoments(mean, signal, noise)
