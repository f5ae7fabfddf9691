"""Exact rationals as balls, and balls as mpmath numbers, with nothing lost on the way."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, fmpq

__all__ = ["center", "exact_ball", "exact_power", "exact_powers", "middle", "upper_radius"]


def exact_ball(value: int | Fraction) -> Any:
    """The ball around a rational at the working precision; a point where it is representable."""
    if isinstance(value, int):
        return arb(value)
    return arb(fmpq(value.numerator, value.denominator))


def exact_power(base: int, exponent: Fraction) -> Any:
    """base^exponent for a positive integer base."""
    return arb(base) ** fmpq(exponent.numerator, exponent.denominator)


def exact_powers(count: int, exponent: Fraction) -> list[Any]:
    """i^exponent for i = 1..count."""
    power = fmpq(exponent.numerator, exponent.denominator)
    return [arb(i) ** power for i in range(1, count + 1)]


def center(ball: Any) -> Any:
    """The midpoint as an mpmath number, with nothing rounded."""
    mantissa, exponent = ball.mid().man_exp()
    with mpmath.workprec(max(53, int(mantissa).bit_length())):
        return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))


def middle(number: Any) -> Any:
    """The midpoint of a ball as `center` gives it; a float as it is."""
    return center(number) if isinstance(number, arb) else number


def upper_radius(ball: Any) -> Any:
    """The radius as an mpmath number, exactly."""
    return center(ball.rad())
