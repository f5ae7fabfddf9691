"""Generators that learn from one another by kernel ridge regression, simulated literally.

    f_0 = the true labels;  for m = 0..n-1:  draw T0 images, y = f_m + noise,
    f_{m+1} = the kernel ridge fit with penalty lam0;  then draw T images, y = f_n + noise, and fit
    with penalty lam.  Error = mean of |f - f_0|^2 over the images it is measured on.

Labels have one or more columns; the variance of the noise is shared out evenly over them, so that
sigma^2 is the noise of the whole label, as in processes.  Like their simulation this module knows
the definition only, and none of the theory.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ridgeproof.verification.figures.kernels import Array, coefficients

__all__ = ["KernelWorld", "Plan", "chain_errors"]

Indices = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """What one repetition does: it measures every n with every lam, on the same draws.

    ``tested`` limits the images that the error is measured on; by default it is all there are.
    """

    T: int
    T0: int
    n: tuple[int, ...]
    lam: tuple[Fraction, ...]
    lam0: Fraction
    sigma: Fraction
    sigma0: Fraction
    tested: int | None = None


class Draw(NamedTuple):
    """Rows of the Gram matrix: a training set for each generator, one downstream, the test set."""

    chain: list[Indices]
    train: Indices
    test: Indices | slice


@dataclass(frozen=True, eq=False)
class KernelWorld:
    """Images to draw from, by their Gram matrix (N, N) and their true labels (N, outputs).

    A ``population`` is all there is: images are drawn from it with replacement, and the error is
    the mean over all of it.  Otherwise every set of a repetition is disjoint from the others, and
    the error is measured on the images that were not drawn.
    """

    gram: Array
    truth: Array
    is_population: bool

    def draw(self, plan: Plan, rng: np.random.Generator) -> Draw:
        """The sets of one repetition.

        Raises:
            ValueError: disjoint sets would leave fewer test images than downstream ones.
        """
        N, generations = len(self.truth), max(plan.n)
        if self.is_population:
            chain = [rng.integers(N, size=plan.T0) for _ in range(generations)]
            train = rng.integers(N, size=plan.T)
            test = slice(None) if plan.tested is None else rng.permutation(N)[: plan.tested]
            return Draw(chain, train, test)
        used = generations * plan.T0 + plan.T
        if N - used < plan.T:
            raise ValueError(
                f"{generations} generators of {plan.T0} images and {plan.T} downstream leave "
                f"{N - used} of {N} to measure on: take fewer"
            )
        order = rng.permutation(N)
        starts = [m * plan.T0 for m in range(generations)]
        chain = [order[start : start + plan.T0] for start in starts]
        return Draw(chain, order[used - plan.T : used], order[used:][: plan.tested])


def chain_errors(world: KernelWorld, plan: Plan, rng: np.random.Generator) -> Array:
    """The errors of one repetition, shape (len(plan.n), len(plan.lam))."""
    draw = world.draw(plan, rng)
    labels = [y for n, y in enumerate(_labels(world, plan, draw, rng)) if n in plan.n]
    truth, outputs = world.truth[draw.test], world.truth.shape[1]
    noise = float(plan.sigma) / np.sqrt(outputs) * rng.standard_normal((plan.T, outputs))
    # All generations label the same images: one factorisation serves them.
    y = np.hstack([each + noise for each in labels])
    with_all = world.gram[draw.train]
    gram, seen = with_all[:, draw.train], with_all[:, draw.test]
    fits = np.hstack([coefficients(gram, y, float(lam)) for lam in plan.lam])
    fitted = (seen.T @ fits).reshape(len(truth), len(plan.lam), len(plan.n), outputs)
    errors: Array = ((fitted - truth[:, None, None]) ** 2).sum(axis=3).mean(axis=0).T
    return errors


def _labels(world: KernelWorld, plan: Plan, draw: Draw, rng: np.random.Generator) -> list[Array]:
    """What generators 0, 1, ... say on the downstream images, without the downstream noise."""
    said = [world.truth[draw.train]]
    outputs = world.truth.shape[1]
    taught = world.truth[draw.chain[0]] if draw.chain else said[0]
    for m, rows in enumerate(draw.chain):
        y = taught + float(plan.sigma0) / np.sqrt(outputs) * rng.standard_normal((plan.T0, outputs))
        # Whole rows first: they lie together in memory, columns do not.
        with_all = world.gram[rows]
        learned = coefficients(with_all[:, rows], y, float(plan.lam0))
        said.append(with_all[:, draw.train].T @ learned)
        if m + 1 < len(draw.chain):
            taught = with_all[:, draw.chain[m + 1]].T @ learned
    return said
