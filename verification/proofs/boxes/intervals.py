"""Many intervals at once: arrays of lower and of upper ends, every operation rounded outwards.

IEEE 754 rounds + - * / and the square root correctly, so that the neighbouring float bounds what
was rounded.  exp, log and other powers are taken from balls.  NaN means undefined somewhere, and
stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq
from numpy.typing import NDArray
from sympy import Add, Expr, Heaviside, Max, Min, Mul, Pow, Rational, cse, exp, log, pi

from ridgeproof.theory.errors import NotBuilt

__all__ = ["Intervals", "Program", "enclosed", "outward"]

Array = NDArray[np.float64]

_INFINITY = np.inf


def _down(x: Any) -> Any:
    return np.nextafter(x, -_INFINITY)


def _up(x: Any) -> Any:
    return np.nextafter(x, _INFINITY)


def outward(value: Any) -> tuple[float, float]:
    """Floats on either side of a ball; both are the value where it is a float itself."""
    low, high = float(value.lower()), float(value.upper())
    if not arb(low) <= value.lower():
        low = float(_down(low))
    if not arb(high) >= value.upper():
        high = float(_up(high))
    return low, high


class Intervals:
    """Sets of numbers [low, high], one for each box (arrays of one shape, or single numbers)."""

    __slots__ = ("high", "low")

    def __init__(self, low: Any, high: Any) -> None:
        self.low, self.high = low, high

    def __add__(self, other: Intervals) -> Intervals:
        """Every sum."""
        return Intervals(_down(self.low + other.low), _up(self.high + other.high))

    def __neg__(self) -> Intervals:
        """Every negative."""
        return Intervals(-self.high, -self.low)

    def __mul__(self, other: Intervals) -> Intervals:
        """Every product."""
        ends = [x * y for x in (self.low, self.high) for y in (other.low, other.high)]
        low = np.minimum(np.minimum(ends[0], ends[1]), np.minimum(ends[2], ends[3]))
        high = np.maximum(np.maximum(ends[0], ends[1]), np.maximum(ends[2], ends[3]))
        return Intervals(_down(low), _up(high))

    def inverse(self) -> Intervals:
        """Every inverse; undefined where zero is among the numbers."""
        bad = ~((self.low > 0) | (self.high < 0))
        low = np.where(bad, np.nan, _down(1 / np.where(bad, 1.0, self.high)))
        return Intervals(low, np.where(bad, np.nan, _up(1 / np.where(bad, 1.0, self.low))))

    def power(self, exponent: Fraction) -> Intervals:
        """Every power; undefined where it is for one of the numbers."""
        if exponent < 0:
            return self.power(-exponent).inverse()
        if exponent.denominator == 2:
            bad = ~(self.low >= 0)
            low, high = np.where(bad, 0.0, self.low), np.where(bad, 0.0, self.high)
            root = Intervals(np.where(bad, np.nan, np.maximum(_down(np.sqrt(low)), 0)),
                             np.where(bad, np.nan, _up(np.sqrt(high))))  # fmt: skip
            return root.power(Fraction(exponent.numerator))
        if exponent.denominator > 2:
            power = arb(fmpq(exponent.numerator, exponent.denominator))
            return self._increasing(lambda x: x**power, least=0.0)
        return self._whole(exponent.numerator)

    def _whole(self, exponent: int) -> Intervals:
        least, most = np.abs(self.low), np.abs(self.high)
        if exponent % 2:
            ends = (_powers(least, exponent), _powers(most, exponent))
            low = np.where(self.low >= 0, ends[0].low, -ends[0].high)
            return Intervals(low, np.where(self.high >= 0, ends[1].high, -ends[1].low))
        within = (self.low <= 0) & (self.high >= 0)
        low = np.where(within, 0.0, _powers(np.minimum(least, most), exponent).low)
        return Intervals(low, _powers(np.maximum(least, most), exponent).high)

    def larger(self, other: Intervals) -> Intervals:
        """The larger one of each pair."""
        return Intervals(np.maximum(self.low, other.low), np.maximum(self.high, other.high))

    def smaller(self, other: Intervals) -> Intervals:
        """The smaller one of each pair."""
        return Intervals(np.minimum(self.low, other.low), np.minimum(self.high, other.high))

    def step(self) -> Intervals:
        """Every value between 0 and 1 of a step at zero."""
        undefined = np.isnan(self.low) | np.isnan(self.high)
        low = np.where(undefined, np.nan, np.where(self.low > 0, 1.0, 0.0))
        return Intervals(low, np.where(undefined, np.nan, np.where(self.high < 0, 0.0, 1.0)))

    def exp(self) -> Intervals:
        """Every exponential."""
        return self._increasing(arb.exp, least=-np.inf)

    def log(self) -> Intervals:
        """Every logarithm."""
        return self._increasing(arb.log, least=0.0)

    def _increasing(self, function: Callable[[Any], Any], *, least: float) -> Intervals:
        def at(x: float, side: int) -> float:
            if not np.isfinite(x) or x < least:
                return float("nan")
            value = function(arb(x))
            return outward(value)[side] if value.is_finite() else float("nan")

        ends = [np.asarray(x, dtype=float) for x in (self.low, self.high)]
        low, high = (
            np.array([at(float(x), side) for x in end.ravel()]).reshape(end.shape)
            for side, end in enumerate(ends)
        )
        return Intervals(low, high)


def _powers(base: Array, exponent: int) -> Intervals:
    """A power of what is not negative."""
    low = high = np.ones_like(base)
    for _ in range(exponent):
        low, high = np.maximum(_down(low * base), 0.0), _up(high * base)
    return Intervals(low, high)


def enclosed(value: Fraction) -> Intervals:
    """One number."""
    low, high = outward(arb(fmpq(value.numerator, value.denominator)))
    return Intervals(np.float64(low), np.float64(high))


class Program:
    """Several expressions, what they have in common worked out once.

    Raises:
        NotBuilt: an operation has no enclosure.
    """

    def __init__(self, expressions: Sequence[Expr]) -> None:
        self.shared, self.results = cse(expressions, order="none")
        for each in (*(meaning for _, meaning in self.shared), *self.results):
            _check(each)

    def __call__(self, values: Mapping[Expr, Intervals]) -> list[Intervals]:
        """Enclosures, given those of symbols."""
        known = dict(values)
        with np.errstate(all="ignore"):
            for name, meaning in self.shared:
                known[name] = _value(meaning, known)
            return [_value(each, known) for each in self.results]


_NODES = (Add, Mul, Max, Min, exp, log)


def _check(expression: Expr) -> None:
    if expression.is_Symbol or isinstance(expression, Rational) or expression == pi:
        return
    inside = expression.args
    if isinstance(expression, Pow):
        if not isinstance(expression.exp, Rational):
            raise NotBuilt(f"{expression} has no enclosure: its exponent is no number")
        inside = (expression.base,)
    elif isinstance(expression, Heaviside):
        inside = (inside[0],)
    elif not isinstance(expression, _NODES):
        raise NotBuilt(f"{type(expression).__name__} has no enclosure")
    for each in inside:
        _check(each)


def _value(expression: Expr, known: dict[Expr, Intervals]) -> Intervals:
    if expression in known:
        return known[expression]
    if isinstance(expression, Rational):
        return enclosed(Fraction(int(expression.p), int(expression.q)))
    if expression == pi:
        return Intervals(*map(np.float64, outward(arb.pi())))
    if isinstance(expression, Pow):
        power = Fraction(int(expression.exp.p), int(expression.exp.q))
        return _value(expression.base, known).power(power)
    if isinstance(expression, Heaviside):
        return _value(expression.args[0], known).step()
    parts = [_value(each, known) for each in expression.args]
    if isinstance(expression, exp | log):
        return parts[0].exp() if isinstance(expression, exp) else parts[0].log()
    total = parts[0]
    for part in parts[1:]:
        match expression:
            case Add():
                total = total + part
            case Mul():
                total = total * part
            case Max():
                total = total.larger(part)
            case _:
                total = total.smaller(part)
    return total
