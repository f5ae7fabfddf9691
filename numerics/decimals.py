"""Decimals: numbers and their radii as they are printed, to so many digits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Number

__all__ = [
    "decimal",
    "decimals",
    "first_of",
    "printed_radius",
    "radii_in_decimals",
    "shown_radius",
]

# Digits that a decimal is printed with before it turns to an exponent, as floats are.
_MIN_FIXED, _MAX_FIXED = -5, 16
_MOST = 5  # numbers of an array that are shown


def decimal(number: Number, digits: int) -> str:
    """A number with this many significant digits."""
    with mpmath.workdps(digits + 5):
        return mpmath.nstr(mpmath.mpf(number), digits, min_fixed=_MIN_FIXED, max_fixed=_MAX_FIXED)


def shown_radius(radius: Number) -> str:
    """A radius with two digits, rounded up."""
    with mpmath.workdps(20):
        return mpmath.nstr(mpmath.mpf(radius) * (1 + mpmath.mpf("0.05")), 2)


def printed_radius(number: Number, radius: Number, digits: int) -> Number:
    """A radius that also holds around the printed decimal; rounded up."""
    written = Fraction(decimal(number, digits))
    slack = abs(_exact(number) - written)
    with mpmath.workprec(80):
        rounded = mpmath.mpf(slack.numerator) / slack.denominator + radius
        return rounded * (1 + mpmath.mpf(2) ** -70)


def decimals(numbers: Array, digits: int) -> Any:
    """A number of this many digits as text, or for an array nested lists of texts."""

    def text(number: Any) -> str:
        is_float = isinstance(number, float)
        return f"{number:.{digits}g}" if is_float else decimal(number, digits)

    return _each(numbers, text)


def radii_in_decimals(radii: Array) -> Any:
    """The same of radii, with two digits, rounded up."""
    return _each(radii, shown_radius)


def first_of(shown: Any) -> str:
    """A number in decimals, or the first few of an array."""
    if isinstance(shown, str):
        return shown
    numbers = np.array(shown, dtype=object)
    first = ", ".join(map(str, numbers.flat[:_MOST]))
    return first + (f", ... ({numbers.size} numbers)" if numbers.size > _MOST else "")


def _each(numbers: Array, shown: Callable[[Any], str]) -> Any:
    texts = np.array([shown(number) for number in numbers.ravel().tolist()], dtype=object)
    return texts.reshape(numbers.shape).tolist()


def _exact(number: Number) -> Fraction:
    size = int(number.man) * Fraction(2) ** int(number.exp)
    return -size if number < 0 else size
