"""The least value of a function of one number on an interval, from whole arrays of its values.

A grid finds the valley, finer grids close in on it, and a polynomial through the last one places
the minimum beyond what differences of values tell: h^6 beside the eps/h of its noise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Number
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.theory.errors import NotBuilt

__all__ = ["Minimum", "falls", "minimise", "refined"]

_POINTS = 33
_ROUNDS = 40
# Width of the last grid, relative to its place, and degree of the polynomial on it.
_NARROW = 4e-3
_DEGREE = 7
_ROUNDING = 16 * np.finfo(np.float64).eps
# What falls by this much of the decade before, or more, is not about to settle.
_SLOWER = 0.9
# Decades on both sides of one where the interval is not bounded.
_DECADES = 12


Place = TypeVar("Place")


@dataclass(frozen=True)
class Minimum(Generic[Place]):
    """Where a function is least, and its value; infinity is a place."""

    at: Place
    value: float


def minimise(function: Callable[[Array], Array], low: float, high: float) -> Minimum[float]:
    """The least value on [low, high]; high may be infinite.

    It is -inf where the function still falls as fast at the far end of an unbounded interval, so
    that no value of it is the least.

    Args:
        function: of an array of places; infinite where it has no value.
        low: the lower end, finite.
        high: the upper end.

    >>> least = minimise(lambda x: (x - 2) ** 4 + (x - 2) ** 2 + 1, 0.0, np.inf)
    >>> print(f"{least.at:.9f} {least.value:.9f}")
    2.000000000 1.000000000
    >>> minimise(lambda x: x, 0.0, np.inf)
    Minimum(at=0.0, value=0.0)
    """
    grid = _grid(low, high)
    values = function(grid)
    best = int(np.nanargmin(values))
    at_the_end = np.isinf(high) and not np.isfinite(values[best + 1 :]).any()
    if at_the_end and falls(function, float(grid[best])):
        return Minimum(np.inf, -np.inf)
    if np.isinf(high) and best == len(grid) - 1:
        return Minimum(np.inf, float(values[best]))
    for _ in range(_ROUNDS):
        left, right = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
        width = right - left
        if width <= _NARROW * max(abs(left), abs(right)) or width < np.finfo(float).tiny:
            break
        grid = np.linspace(left, right, _POINTS)
        values = function(grid)
        best = int(np.nanargmin(values))
    # The places that a minimum can have exactly come last, and win where rounding decides.
    places = np.array([grid[best], _polished(function, grid, best), *_ends(low, high)])
    values = function(places)
    equal = values <= np.nanmin(values) + _ROUNDING * abs(np.nanmin(values))
    best = int(np.flatnonzero(equal)[-1])
    return Minimum(float(places[best]), float(values[best]))


def refined(function: Callable[[Fraction], Number], at: Fraction, digits: int) -> Fraction:
    """A smooth minimum inside the interval, by Newton on differences of values.

    They are h = 10^-(digits/2 + 4) apart, relative to the place: h^2 is what they are wrong by.

    Args:
        function: at an exact place, to 3/2 of the digits and some more.
        at: a place close by.
        digits: of the place.

    Raises:
        NotBuilt: the function is not convex there, or Newton does not settle.
    """
    scale = abs(at) or Fraction(1)
    h = scale / 10 ** (digits // 2 + 4)
    for _ in range(_ROUNDS):
        left, middle, right = function(at - h), function(at), function(at + h)
        bend = right - 2 * middle + left
        if not bend > 0:
            break
        move = (exact_ball(h) * (left - right) / (2 * bend)).mid()
        mantissa, exponent = move.man_exp()
        at += int(mantissa) * Fraction(2) ** int(exponent)
        # The next step would be of the order of the square of this one.
        if abs(move) < exact_ball(h * 10):
            return at
    raise NotBuilt("a minimum where the ask has no curvature, to more digits than float64")


def falls(function: Callable[[Array], Array], far: float) -> bool:
    """Whether the last decade lowers the value as the one before did; what settles does not."""
    values = function(far * np.array([1e-2, 1e-1, 1.0]))
    with np.errstate(invalid="ignore"):
        before, last = values[:-1] - values[1:]
    return bool(last > _ROUNDING * abs(values[-1]) and not last < _SLOWER * before)


def _ends(low: float, high: float) -> list[float]:
    return [end for end in (high, low, 0.0) if low <= end <= high and np.isfinite(end)]


def _grid(low: float, high: float) -> Array:
    parts = [np.array(_ends(low, high))]
    if low < 0:
        parts.append(np.linspace(low, min(high, 0.0), _POINTS))
    if high > 0:
        far = 10.0**_DECADES if np.isinf(high) else high
        small = low if low > 0 else far / 10 ** (2 * _DECADES) if np.isinf(high) else far * 1e-9
        parts.append(np.geomspace(small, far, 4 * _POINTS))
        if np.isfinite(high):
            parts.append(np.linspace(max(low, 0.0), high, _POINTS))
    return np.unique(np.concatenate(parts))


def _polished(function: Callable[[Array], Array], grid: Array, best: int) -> float:
    """The critical point of a polynomial through values around the best place, if it has one."""
    place = float(grid[best])
    if best in {0, len(grid) - 1}:
        return place
    half = float(max(grid[best + 1] - place, place - grid[best - 1]))
    x = np.linspace(-1, 1, _POINTS)
    values = function(place + half * x)
    if not np.isfinite(values).all():
        return place
    slope = np.polynomial.Chebyshev.fit(x, values - values.min(), _DEGREE).deriv()
    inside = [float(r.real) for r in slope.roots() if abs(r.imag) < 1e-9 and abs(r.real) <= 1]
    if not inside:
        return place
    return place + half * min(inside, key=abs)
