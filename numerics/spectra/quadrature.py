"""A power law with any number of eigenvalues, up to infinity, as a few weighted levels.

sum_{i=1}^{d} g(i) is one eigenvalue after the other at first, then range by range, each range by
the Gauss rule of the indices in it: the rule of the sum over N successive integers (the discrete
Chebyshev polynomials, whose recurrence coefficients are k^2 (1 - k^2/N^2)/(4 k^2 - 1) on [-1, 1];
Szego 1939, 2.8).  It is exact for polynomials of degree 2 n - 1, and its weights are positive, so
that every formula of a process holds on its levels as on any others.  g is analytic around a range
on which i changes by a factor of 2, and s of 3, at most: its singularities are at i = 0 and where
s = -kappa, and an error falls by more than 30 for each node.

Of infinitely many eigenvalues the far ones are ranges of log i that grow, since s there is far
below every kappa, and a sum does not differ from its integral.  What is left after the last index
that float64 holds is not bounded by itself: a second rule with other borders, other nodes and half
the reach has to agree.  Derived here.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source

__all__ = ["indices", "power_law_levels"]


class _Rule(NamedTuple):
    """How ranges are laid out and summed.

    Attributes:
        nodes: on each range.
        growth: of i on a range.
        contrast: of s on a range.
        decades: of s, and of i, that float64 holds.
    """

    nodes: int
    growth: float
    contrast: float
    decades: int


_FIRST = _Rule(16, 2.0, 3.0, 280)
_SECOND = _Rule(14, 1.8, 2.6, 140)

# Of infinitely many, ranges grow from where i and 1/s are beyond these.
_FAR_INDEX, _FAR_DECADES = 2**30, 50


@lru_cache(maxsize=16)
def indices(beta: Fraction, d: int, *, second: bool) -> tuple[Array, Array]:
    """Indices i, not all whole, and how many eigenvalues each stands for.

    Args:
        beta: the exponent of s = i^-beta.
        d: how many eigenvalues, or infinity.
        second: whether to take the rule that judges the first.

    >>> i, counts = indices(Fraction(1), 10**12, second=False)
    >>> len(i) < 1000, float(round(counts.sum() / 10**12, 12))
    (True, 1.0)
    """
    rule = _SECOND if second else _FIRST
    width = min(math.log(rule.growth), math.log(rule.contrast) / float(beta))
    far = d + 1
    if math.isinf(d):
        far = max(_FAR_INDEX, math.ceil(10 ** min(_FAR_DECADES / float(beta), rule.decades)))
    nodes, weights = [], []
    start = 1
    while start < far:
        stop = min(max(math.floor(start * math.exp(width)), start + 1), far)
        i, counts = _sum_rule(stop - start, rule.nodes)
        nodes.append(start + i)
        weights.append(counts)
        start = stop
    if math.isinf(d):
        x, shares = np.polynomial.legendre.leggauss(rule.nodes)
        log_start, end = math.log(start - 0.5), rule.decades * math.log(10) / max(float(beta), 1)
        while log_start < end:
            log_stop = min(log_start + width, end)
            i = np.exp(log_start + (log_stop - log_start) * (1 + x) / 2)
            nodes.append(i)
            weights.append(i * shares * (log_stop - log_start) / 2)
            log_start, width = log_stop, 1.5 * width
    return np.concatenate(nodes), np.concatenate(weights)


def power_law_levels(setting: Setting, *, second: bool) -> tuple[Spectrum, Array]:
    """The levels of a setting with a power law, and their indices; counts are not whole.

    ``second`` takes the rule that judges the first.
    """
    assert isinstance(setting.spectrum, PowerLaw)
    beta, d, signal = setting.spectrum.beta, setting.distinct, setting.signal
    i, counts = indices(beta, d, second=second)
    s = i ** -float(beta)
    if isinstance(signal, Source):
        energy = i ** -float(1 + 2 * beta * signal.r)
        w0sq = energy / s / (energy @ counts)
    else:
        w0sq = np.full(len(i), 1 / d)
    # Each is k eigenvalues that share a direction's energy.
    return Spectrum(s, counts * setting.copies, w0sq / setting.copies, setting.d), i


def _sum_rule(N: int, most: int) -> tuple[Array, Array]:
    """Nodes and weights of the sum over 0..N-1."""
    if N <= most:
        return np.arange(N, dtype=float), np.ones(N)
    k = np.arange(1, most)
    beside = k * np.sqrt((1 - (k / N) ** 2) / (4 * k**2 - 1.0))
    x, vectors = np.linalg.eigh(np.diag(beside, 1) + np.diag(beside, -1))
    return (N * x + (N - 1)) / 2, N * vectors[0] ** 2
