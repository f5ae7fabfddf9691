"""Raising the working precision until balls are narrow enough, and turning them into mpmath."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import mpmath
from flint import arb, ctx, fmpq

from ridgeproof.numerics.arithmetic.precision import GUARD_DIGITS
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import SolverError

__all__ = ["accuracy", "ball", "bits_for", "check_digits", "number", "radius", "refined"]

_ATTEMPTS = 8
_MOST_DIGITS = 1000


def check_digits(digits: object) -> int:
    """The number of decimal digits asked for, 1 to 1000."""
    return check_integer("digits", digits, least=1, most=_MOST_DIGITS)


def bits_for(digits: int) -> int:
    """Binary digits that carry this many decimal digits and a few guard digits."""
    return math.ceil((digits + 3) * math.log2(10))


def ball(value: Fraction | int) -> Any:
    """The ball around an exact number, at the current precision."""
    exact = Fraction(value)
    return arb(fmpq(exact.numerator, exact.denominator))


def accuracy(balls: Sequence[Any]) -> int:
    """Correct bits of the worst ball, relative to its value; an exact zero is no concern."""
    inexact = [each for each in balls if not each.is_exact()]
    if not all(each.is_finite() for each in balls):
        return -(2**30)
    return min((each.rel_accuracy_bits() for each in inexact), default=2**30)


def refined(
    what: str, bits: int, compute: Callable[[int], tuple[Any, ...]], start: int
) -> tuple[Any, ...]:
    """Evaluate compute(precision) at growing precision until every ball has these relative bits.

    Raises:
        SolverError: the balls stay too wide.
    """
    precision = bits + start
    for _ in range(_ATTEMPTS):
        with ctx.workprec(precision):
            balls = compute(precision)
        reached = accuracy(balls)
        if reached >= bits:
            return balls
        # A ball's width shrinks in proportion, but a ball around noise tells nothing: double.
        precision += bits - reached + 16 if reached > 8 else precision
    raise SolverError(
        f"{what} did not reach {bits} bits at a working precision of {precision} bits: "
        "ask for fewer digits"
    )


def number(of: Any, digits: int) -> Any:
    """The midpoint of a ball as an mpmath number with guard digits."""
    with mpmath.workdps(digits + GUARD_DIGITS):
        return _exact(of.mid())


def radius(balls: Sequence[Any], digits: int) -> Any:
    """The largest distance between a true value and the `number` that stands for it."""
    with mpmath.workdps(digits + GUARD_DIGITS):
        rounding = mpmath.mpf(10) ** -(digits + GUARD_DIGITS - 1)
        return max(
            _exact(each.rad()) * (1 + rounding) + abs(_exact(each.mid())) * rounding
            for each in balls
        )


def _exact(of: Any) -> Any:
    mantissa, exponent = of.man_exp()
    return mpmath.ldexp(mpmath.mpf(int(mantissa)), int(exponent))
