"""Balls at as many digits as it takes until the digits asked for are right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TypeVar

from flint import arb

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.theory.errors import SolverError

__all__ = ["until_right"]

# Evaluations at growing precision before giving up.
_ATTEMPTS = 5

Found = TypeVar("Found")


def until_right(
    what: str,
    digits: int,
    find: Callable[[Balls], Found],
    needed: Callable[[Found], Iterable[Number]],
    wanted: Callable[[Found], Iterable[Number]],
    *,
    zeros: bool = False,
) -> Found:
    """What is found at a working precision at which its balls have the digits asked for.

    Args:
        what: is evaluated, for the error message.
        digits: asked for.
        find: evaluates in balls.
        needed: balls that must have the digits.
        wanted: balls that may lack them in the end: a term that is zero by cancellation has none
            at any precision.
        zeros: whether a ball that holds zero at twice the digits, beside the largest of them all,
            is right.

    Raises:
        SolverError: the digits are not reached.
    """
    working = digits
    for attempt in range(_ATTEMPTS):
        last = attempt == _ATTEMPTS - 1
        try:
            found = find(Balls(working))
        except SolverError:
            if last:
                raise
            working = 2 * working + 20
            continue
        balls, others = list(needed(found)), list(wanted(found))
        sizes = [abs(each).upper() for each in (*balls, *others) if not each.contains(0)]
        zero = max(sizes, default=arb(1)) * arb(10) ** -(2 * digits)
        missing = 0.0
        for ball in [*balls, *(() if last else others)]:
            if not (zeros and ball.contains(0) and abs(ball).upper() <= zero):
                missing = max(missing, _missing(ball, digits))
        if missing <= 0:
            return found
        # Twice what is missing, because conditioning can depend on the digits; at least a few.
        working += math.ceil(2 * min(missing, working)) + 5
    raise SolverError(
        f"{what}: {digits} digits are not reached with {working} digits of "
        "working precision, which means that it is zero or close to it. Ask for fewer digits"
    )


def _missing(ball: Number, digits: int) -> float:
    """How many of the decimal digits asked for a ball does not have; none where it is exact."""
    if ball.is_exact():
        return 0.0
    good = ball.rel_accuracy_bits() * math.log10(2)
    return digits + 1 - max(good, -digits)
