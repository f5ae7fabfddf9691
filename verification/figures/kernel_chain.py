"""Generators that learn from one another by kernel ridge regression, simulated literally.

    f_0 = the true labels;  for m = 0..n-1:  draw T0 rows, y = f_m + noise,
    f_{m+1} = the kernel ridge fit with penalty lam0;  then draw T rows, y = f_n + noise, and fit
    with penalty lam.  Error = mean of |f - f_0|^2 over the rows it is measured on.

A fit is f(x) = k(x)' (K + T lam)^-1 y with the Gram matrix K of its rows: scikit-learn's
KernelRidge has alpha = T lam.  Labels have one or more columns; the variance of the noise is shared
out evenly over them, so that sigma^2 is the noise of the whole label, as in processes.  Like the
simulation of processes this module knows the definition only, and none of the theory.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["KernelWorld", "Plan", "chain_errors", "coefficients", "simulated_errors"]

Array: TypeAlias = NDArray[np.float64]
Indices: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class Plan:
    """What one repetition does: it measures every n with every lam, on the same draws."""

    T: int
    T0: int
    n: tuple[int, ...]
    lam: tuple[float, ...]
    lam0: float
    sigma: float
    sigma0: float


@dataclass(frozen=True, eq=False)
class KernelWorld:
    """Rows to draw from, and rows to measure on.

    Attributes:
        gram: kernel of the N rows that are drawn with these and, behind them, with rows that
            never are, (N, M).
        truth: labels of all M rows, (M, outputs).
        replacement: whether a row may be drawn twice for one set.
        fresh: measure on the rows that the last fit did not draw; otherwise on all N, or where
            there are rows that are never drawn, on those.
        gram0: of the kernel that the generators are fitted with, (N, N); None: the same.
    """

    gram: Array
    truth: Array
    replacement: bool = True
    fresh: bool = False
    gram0: Array | None = None

    def draw(self, size: int, rng: np.random.Generator) -> Indices:
        """The rows of one set."""
        N = len(self.gram)
        return rng.integers(N, size=size) if self.replacement else rng.permutation(N)[:size]

    def tested(self, drawn: Indices) -> Indices:
        """The rows that a fit on the drawn ones is measured on."""
        N, M = self.gram.shape
        if self.fresh:
            return np.setdiff1d(np.arange(N), drawn)
        return np.arange(N, M) if M > N else np.arange(N)


def simulated_errors(
    world: KernelWorld, plan: Plan, seed: int, repetitions: int, chunk: int = 0
) -> Array:
    """Errors of so many repetitions from the stream of a chunk, (repetitions, n, lam)."""
    rng = make_generator(seed, "rows", asdict(plan), "chain", chunk)
    return np.array([chain_errors(world, plan, rng) for _ in range(repetitions)])


def chain_errors(world: KernelWorld, plan: Plan, rng: np.random.Generator) -> Array:
    """The errors of one repetition, shape (len(plan.n), len(plan.lam))."""
    chain = [world.draw(plan.T0, rng) for _ in range(max(plan.n))]
    train = world.draw(plan.T, rng)
    labels = [y for n, y in enumerate(_labels(world, plan, chain, train, rng)) if n in plan.n]
    outputs = world.truth.shape[1]
    # All generations label the same rows: one factorisation serves them.
    noise = plan.sigma / np.sqrt(outputs) * rng.standard_normal((plan.T, outputs))
    y = np.hstack([each + noise for each in labels])
    tested = world.tested(train)
    with_all = world.gram[train]  # whole rows first: they lie together in memory, columns do not
    gram, seen = with_all[:, train], with_all[:, tested]
    fits = np.hstack([coefficients(gram, y, lam) for lam in plan.lam])
    fitted = (seen.T @ fits).reshape(len(tested), len(plan.lam), len(plan.n), outputs)
    missed = fitted - world.truth[tested][:, None, None]
    errors: Array = (missed**2).sum(axis=3).mean(axis=0).T
    return errors


def coefficients(gram: Array, y: Array, lam: float) -> Array:
    """c with f(x) = k(x)'c for ridge lam > 0: the solution of (K + T lam) c = y.

    gram is K of shape (T, T), left as it is; y has shape (T,) or one column for each output.

    >>> coefficients(np.eye(2), np.array([1.0, 3.0]), 0.5)
    array([0.5, 1.5])
    """
    shifted = gram.copy()
    shifted[np.diag_indices(len(gram))] += len(gram) * lam
    factor = scipy.linalg.cho_factor(shifted, lower=True, overwrite_a=True, check_finite=False)
    solution: Array = scipy.linalg.cho_solve(factor, y, check_finite=False)
    return solution


def _labels(
    world: KernelWorld, plan: Plan, chain: list[Indices], train: Indices, rng: np.random.Generator
) -> list[Array]:
    """What generators 0, 1, ... say on the downstream rows, without the downstream noise."""
    said, outputs = [world.truth[train]], world.truth.shape[1]
    taught = world.truth[chain[0]] if chain else said[0]
    for m, rows in enumerate(chain):
        y = taught + plan.sigma0 / np.sqrt(outputs) * rng.standard_normal((plan.T0, outputs))
        with_all = (world.gram if world.gram0 is None else world.gram0)[rows]
        learned = coefficients(with_all[:, rows], y, plan.lam0)
        said.append(with_all[:, train].T @ learned)
        if m + 1 < len(chain):
            taught = with_all[:, chain[m + 1]].T @ learned
    return said
