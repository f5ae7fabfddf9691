"""The effective penalty of one fit at lam < 0, and the spectral edge that bounds it.

lam(kappa) = kappa (1 - df_1(kappa)/T) is convex for kappa > -min s, because kappa s/(s + kappa) =
s - s^2/(s + kappa).  The branch is its rising part: it begins at the edge, where its slope
1 - df_2/T vanishes, and holds the ridgeless kappa.  The slope rises too, and vanishes between the
kappa at which the least eigenvalue alone makes df_2 = T, and the one at which all d would if they
were alike, all the least or all the greatest.  Derived here.
"""

from __future__ import annotations

import numpy as np

from ridgeproof.numerics.arithmetic.bisection import bisected
from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.errors import InputError, SolverError

__all__ = ["negative_kappa", "spectral_edge"]

_ROUNDING = 8 * np.finfo(np.float64).eps


def _lam(s: Array, counts: Array, T: Array, kappa: Array) -> Array:
    """kappa (1 - df_1/T) = kappa ((T - d) + sum of kappa/(s + kappa))/T, (points,)."""
    rest = (kappa[:, None] / (s + kappa[:, None])) @ counts
    return np.asarray(kappa * (T - counts.sum() + rest) / T)


def _slope(s: Array, counts: Array, T: Array, kappa: Array) -> Array:
    """1 - df_2/T, (points,)."""
    return np.asarray(1 - (s / (s + kappa[:, None])) ** 2 @ counts / T)


def spectral_edge(s: Array, counts: Array, T: Array) -> tuple[Array, Array]:
    """(kappa, lam) at the left end of the branch, one for each T; minus the edge of X'X/T.

    Args:
        s: positive eigenvalues, (levels,).
        counts: their multiplicities, (levels,).
        T: rows, (points,).

    >>> kappa, lam = spectral_edge(np.array([1.0]), np.array([300.0]), np.array([1200.0]))
    >>> lam  # -(1 - sqrt(d/T))^2
    array([-0.25])
    """
    least = s.argmin()
    low = s[least] * (np.sqrt(counts[least] / T) - 1)
    all_alike = np.sqrt(counts.sum() / T) - 1
    high = np.maximum(s.min() * all_alike, s.max() * all_alike)
    kappa = bisected(lambda kappa: _slope(s, counts, T, kappa) < 0, low, high)
    return kappa, _lam(s, counts, T, kappa)


def negative_kappa(s: Array, counts: Array, lam: Array, T: Array, start: Array) -> Array:
    """kappa for lam < 0, right of the spectral edge.

    Args:
        s: positive eigenvalues, (levels,).
        counts: their multiplicities, (levels,).
        lam: penalties, (points,).
        T: rows, (points,).
        start: the ridgeless kappa, (points,).

    Raises:
        InputError: a lam at or left of the edge, which is named.
        SolverError: rounding hides on which side of the edge lam is.
    """
    lowest, edge = spectral_edge(s, counts, T)
    beyond = lam <= edge
    if beyond.any():
        raise InputError(
            "lam",
            f"{lam[beyond][0]:.15g}",
            f"lies beyond the spectral edge: a fit on {T[beyond][0]:g} rows with one weight has "
            f"its edge at {edge[beyond][0]:.15g}",
            "give a larger lam",
        )
    terms = T + counts.sum() + abs(lowest[:, None] / (s + lowest[:, None])) @ counts
    if (lam - edge <= _ROUNDING * abs(lowest) * terms / T).any():
        raise SolverError("kappa for a negative lam: no root next to the spectral edge in float64")
    return bisected(lambda kappa: _lam(s, counts, T, kappa) < lam, lowest, start)
