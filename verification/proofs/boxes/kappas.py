"""Rigorous brackets of kappa: lam = kappa (1 - df1(kappa)/rows), for lam >= 0 the largest root.

f(k) = k - sum s k/(s + k)/rows is convex with f(0) = 0 <= lam, so that f(k) >= lam says that k is
above the root and f(k) <= lam that it is below.  The root rises with lam and falls with the rows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ridgeproof.verification.proofs.boxes.intervals import Intervals
from ridgeproof.verification.proofs.boxes.sums import Levels, gamma

__all__ = ["bracket"]

Array = NDArray[np.float64]

_STEPS, _WIDTHS = 60, (3e-14, 1e-12, 1e-9, 1e-6, 1e-3)
_TINY = 1e-30


def bracket(held: Levels, lam: Intervals, rows: Intervals) -> Intervals:
    """Kappa for every lam and number of rows between two ends; undefined where lam may be < 0."""
    shape = (len(held.low),)
    low, high = (np.broadcast_to(x, shape) for x in (lam.low, lam.high))
    few, many = (np.broadcast_to(x, shape) for x in (rows.low, rows.high))
    below, above = _root(held, low, many), _root(held, high, few)
    undefined = ~(low >= 0) | ~(few > 0)
    return Intervals(
        np.where(undefined, np.nan, below.low), np.where(undefined, np.nan, above.high)
    )


def _root(held: Levels, lam: Array, rows: Array) -> Intervals:
    near = _near(held, lam, rows)
    low, high = np.zeros_like(near), np.full_like(near, np.inf)
    for width in _WIDTHS:
        first, last = near * (1 - width), near * (1 + width) + _TINY
        low = np.where((low == 0) & (_excess(held, first, rows).high <= lam), first, low)
        high = np.where(np.isinf(high) & (_excess(held, last, rows).low >= lam), last, high)
        if (low > 0).all() and np.isfinite(high).all():
            break
    ridgeless = (lam == 0) & (rows >= held.counts.sum(1))
    return Intervals(np.where(ridgeless, 0.0, low), np.where(ridgeless, 0.0, high))


def _excess(held: Levels, k: Array, rows: Array) -> Intervals:
    """Enclosures of f(k) at floats k: df1 is one sum of positive terms, in three roundings each."""
    with np.errstate(all="ignore"):
        df1 = (held.counts * (held.low / (held.low + k[:, None]))).sum(1)
        # An eigenvalue lies between two neighbouring floats, and df1 moves by no more than it does.
        margin = gamma(held.low.shape[1] + 8)
        df1_between = Intervals(df1 * (1 - margin), df1 * (1 + margin))
        share = df1_between * Intervals(rows, rows).inverse()
        return Intervals(k, k) * (Intervals(1.0, 1.0) + -share)


def _near(held: Levels, lam: Array, rows: Array) -> Array:
    """Floats close to the root, by Newton's method from the right."""
    s, counts = held.low, held.counts
    k = lam + (s * counts).sum(1) / rows
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            share = s / (s + k[:, None])
            value = k * (1 - (counts * share).sum(1) / rows) - lam
            rise = 1 - (counts * share * share).sum(1) / rows
            step = np.where(rise > 0, value / rise, 0.0)
            after = np.maximum(k - step, 0.0)
            done = np.abs(after - k) <= 1e-15 * k
            k = after
            if done.all():
                break
    return np.where(np.isfinite(k), k, 1.0)
