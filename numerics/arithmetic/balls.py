"""Balls: arithmetic in which every number is an interval that provably holds the true value."""

# ruff: noqa: D102  (what a method means is said once, on Engine)
from __future__ import annotations

import math
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from ridgeproof.numerics.arithmetic.precision import (
    GUARD_DIGITS,
    Array,
    Engine,
    Number,
    object_array,
)
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.spectra.eigenvalue_cluster import Cluster
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import NotBuilt, SolverError

__all__ = ["Balls", "Undecided"]


class Undecided(SolverError):
    """Two balls overlap, so that their order is not known at this precision."""


@dataclass(frozen=True)
class Balls(Engine):
    """Real balls (midpoint, radius) of python-flint, rounded outwards.

    Rationals enter exactly and every operation encloses its result, so that the radius of an
    answer is a theorem about the formula that was evaluated.

    >>> engine = Balls(30)
    >>> with engine.scope():
    ...     (engine.number(Fraction(1, 10)) * 10).contains(1)
    True
    """

    digits: int

    def __post_init__(self) -> None:
        check_integer("digits", self.digits, least=1, most=100_000)

    @property
    def bits(self) -> int:
        """Bits of the midpoints."""
        return math.ceil((self.digits + GUARD_DIGITS) * math.log2(10))

    @property
    def epsilon(self) -> Number:
        return arb(10) ** -(self.digits + 2)

    def scope(self) -> AbstractContextManager[Any]:
        return ctx.workprec(self.bits)

    def number(self, value: int | Fraction) -> Number:
        return exact_ball(value)

    def array(self, values: Iterable[int | Fraction]) -> Array:
        return object_array([exact_ball(value) for value in values])

    def convert(self, values: Any) -> Any:
        if isinstance(values, np.ndarray):
            return object_array([arb(each) for each in values.tolist()])
        return arb(values)

    def power(self, base: Any, exponent: Fraction | Number) -> Any:
        if isinstance(exponent, Fraction):
            if exponent.denominator == 1:
                return base ** int(exponent)
            exponent = fmpq(exponent.numerator, exponent.denominator)
        return self._each(lambda x: x**exponent, base)

    def function(self, name: str, x: Any) -> Any:
        return self._each(lambda each: getattr(each, name)(), x)

    def atan2(self, y: Array, x: Array) -> Array:
        return object_array([arb.atan2(*pair) for pair in zip(y, x, strict=True)])

    def gamma(self, x: Any) -> Any:
        return x.gamma()

    def zeta(self, exponent: Any, start: Any) -> Any:
        return exponent.zeta(start) if exponent > 1 else arb("nan")

    def polygamma(self, order: int, x: Any) -> Any:
        if order == 0:
            return x.digamma()
        return (-1) ** (order + 1) * arb(order).fac() * arb(order + 1).zeta(x)

    def pi(self) -> Number:
        return arb.pi()

    def euler_gamma(self) -> Number:
        return arb.const_euler()

    def weighted_sum(self, values: Array, weights: Array | None) -> Number:
        weighted = values if weights is None else values * weights
        total = arb(0)
        for each in weighted.tolist():
            total += each.total() if isinstance(each, Cluster) else each
        return total

    def is_finite(self, x: Any) -> bool:
        values = x.tolist() if isinstance(x, np.ndarray) else (x,)
        return all(each.is_finite() for each in values)

    def compare(self, x: Number, y: Number) -> int:
        difference = x - y
        if difference.is_zero():
            return 0
        if difference > 0:
            return 1
        if difference < 0:
            return -1
        raise Undecided(
            f"whether {x} is below {y} is open at {self.digits} digits: ask for more digits, or "
            "move the setting off this boundary"
        )

    def minimum(self, x: Any, y: Any) -> Any:
        return np.frompyfunc(arb.min, 2, 1)(x, y)

    def maximum(self, x: Any, y: Any) -> Any:
        return np.frompyfunc(arb.max, 2, 1)(x, y)

    @staticmethod
    def _each(function: Any, x: Any) -> Any:
        if isinstance(x, np.ndarray):
            return object_array([Balls._each(function, each) for each in x.tolist()])
        if isinstance(x, Cluster):
            raise NotBuilt(
                "a function other than + - * / and whole powers of the eigenvalues of a power law "
                "with many levels: use at most 20000 levels"
            )
        return function(x)
