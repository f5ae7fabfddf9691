"""Bisection to the last digit, for many points at once."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array

__all__ = ["bisected"]

# Enough for a root that is denormal in an interval of any length.
_MOST = 2200


def bisected(is_left: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Where a condition that holds on the left of one place for each point ceases to hold.

    >>> bisected(lambda x: x * x < 2, np.zeros(1), np.ones(1) * 2)
    array([1.41421356])
    """
    middle = low
    for _ in range(_MOST):
        middle = low + (high - low) / 2
        if ((middle <= low) | (middle >= high)).all():
            break
        left = is_left(middle)
        low, high = np.where(left, middle, low), np.where(left, high, middle)
    return middle
