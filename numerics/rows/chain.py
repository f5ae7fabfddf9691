"""The error of a chain of kernel ridge fits on a population, from the equivalents of its stages.

With m the mean of a generator at the rows of the population, (N, outputs), and B its second moment
summed over outputs, (N, N), one generation of T0 rows, penalty lam0 and label noise sigma0^2 is

    m' = P m,   B' = M [a B a + diag(g)] M,   g = lam0^2 beta d + (sigma0^2/T0) v,

d that of B (`ridgeproof.numerics.rows.stage`); it starts at m = y, B = y y'.  A last fit has the
error, averaged over the population,

    mean_k [ diag(P B P') + MoM g - 2 (P m) y + y^2 ],   g = lam^2 beta d + (sigma^2/T) v.

In place of B stands a factor F with B = F F': exact with the columns of y, then with so many random
probes as are asked for, whose error falls as one over the root of their number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.stage import Stage

__all__ = ["Labels", "Outside", "error_of", "fresh_error", "next_labels"]


@dataclass(frozen=True, eq=False)
class Labels:
    """What a generator says at the rows of the population.

    Attributes:
        mean: (N, outputs).
        second: the second moment summed over outputs, (N, N); None where `factor` stands for it.
        factor: F with second = F F', (N, columns).
    """

    mean: Array
    second: Array | None = None
    factor: Array | None = None


@dataclass(frozen=True, eq=False)
class Outside:
    """Rows that are never drawn: their kernel with the population, (rows, N), and their labels."""

    kernel: Array
    truth: Array


def next_labels(stage: Stage, labels: Labels, sigma: float, probes: Array | None = None) -> Labels:
    """One generation: fitted by a stage to labels with noise of variance sigma^2.

    Args:
        stage: of this generator.
        labels: of the one before; the truth is Labels(y, factor=y).
        sigma: standard deviation of the noise of the whole label.
        probes: standard normal, (N, number), fresh for each generation; without them the second
            moment is carried whole, at the price of two products of (N, N) matrices.
    """
    g = _added(stage, labels, sigma)
    mean = stage.mean(labels.mean)
    if probes is not None:
        assert labels.factor is not None
        kept, fresh = stage.mean(labels.factor), stage.M @ (np.sqrt(g)[:, None] * probes)
        fresh /= np.sqrt(probes.shape[1])
        outputs = labels.mean.shape[1]
        if kept.shape[1] > outputs:  # the columns of earlier probes take the new ones up
            return Labels(mean, factor=np.hstack([kept[:, :outputs], kept[:, outputs:] + fresh]))
        return Labels(mean, factor=np.hstack([kept, fresh]))
    if labels.second is None:
        assert labels.factor is not None
        kept = stage.mean(labels.factor)
        second = kept @ kept.T
    else:
        second = (stage.M * stage.a) @ labels.second @ (stage.M * stage.a).T
    second += (stage.M * g) @ stage.M
    return Labels(mean, second)


def error_of(
    stage: Stage, labels: Labels, truth: Array, sigma: float, outside: Outside | None = None
) -> float:
    """The error of a fit to labels with noise, mean of |f - truth|^2 summed over outputs."""
    g = _added(stage, labels, sigma)
    if outside is None:
        response, squares, mean = stage.M * stage.a, stage.squares, stage.mean(labels.mean)
    else:
        weighed = outside.kernel * stage.a
        M = (outside.kernel - weighed @ stage.M) / stage.lam
        response, squares, mean = M * stage.a, M**2, (M * stage.a) @ labels.mean
        truth = outside.truth
    each = _kept(response, labels) + squares @ g - 2 * (mean * truth).sum(axis=1)
    return float(np.mean(each + (truth**2).sum(axis=1)))


def fresh_error(stage: Stage, truth: Array, sigma: float) -> float:
    """The error of a fit to true labels with noise on a row that was not drawn, by leave-one-out.

    mean_k [ lam^2 d_k/h2_k + (sigma^2/T) (q_k - lam dK_k/h2_k) ]
    """
    d = stage.spread(_missed(stage, Labels(truth, factor=truth)))
    own = stage.q - stage.lam * stage.own_spread / stage.h2
    return float(np.mean(stage.lam**2 * d / stage.h2 + sigma**2 / stage.T * own))


def _added(stage: Stage, labels: Labels, sigma: float) -> Array:
    """g: what the chance of the rows and the noise of their labels add."""
    d = stage.spread(_missed(stage, labels))
    return stage.lam**2 * stage.beta * d + sigma**2 / stage.T * stage.noise


def _missed(stage: Stage, labels: Labels) -> Array:
    """The diagonal of E[R] B E[R]', E[R] = (1 - P)/lam."""
    if labels.factor is not None:
        missed: Array = (((labels.factor - stage.mean(labels.factor)) / stage.lam) ** 2).sum(axis=1)
        return missed
    assert labels.second is not None
    response = stage.M * stage.a
    half = response @ labels.second
    both = np.diagonal(labels.second) - 2 * np.diagonal(half) + (half * response).sum(axis=1)
    return both / stage.lam**2


def _kept(response: Array, labels: Labels) -> Array:
    """The diagonal of P B P'."""
    if labels.factor is not None:
        kept: Array = ((response @ labels.factor) ** 2).sum(axis=1)
        return kept
    assert labels.second is not None
    both: Array = ((response @ labels.second) * response).sum(axis=1)
    return both
