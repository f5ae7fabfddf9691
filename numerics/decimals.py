"""Decimals: a number and its radius as they are printed, to so many digits."""

from __future__ import annotations

from fractions import Fraction

import mpmath

from ridgeproof.numerics.arithmetic.precision import Number

__all__ = ["decimal", "printed_radius", "shown_radius"]

# Digits that a decimal is printed with before it turns to an exponent, as floats are.
_MIN_FIXED, _MAX_FIXED = -5, 16


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


def _exact(number: Number) -> Fraction:
    size = int(number.man) * Fraction(2) ** int(number.exp)
    return -size if number < 0 else size
