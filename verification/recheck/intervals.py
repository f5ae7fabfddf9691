"""Intervals whose ends are exact arb numbers, rounded outwards; and an expression on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from flint import arb, fmpq
from sympy import Add, Expr, Heaviside, Max, Min, Mul, Pow, Rational, Symbol, cse, exp, log, pi

from ridgeproof.theory.errors import InputError

__all__ = ["Interval", "Program", "ball", "hull"]


def ball(value: float | Fraction) -> Any:
    """An exact number as a ball; a float is the binary number that it is."""
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    return arb(value)


class Interval:
    """All numbers between two ends."""

    __slots__ = ("high", "low")

    def __init__(self, low: Any, high: Any) -> None:
        self.low, self.high = low.lower(), high.upper()

    def __add__(self, other: Interval) -> Interval:
        """Every sum."""
        return Interval(self.low + other.low, self.high + other.high)

    def __mul__(self, other: Interval) -> Interval:
        """Every product; an infinite end times zero is nothing that is known."""
        ends = [x * y for x in (self.low, self.high) for y in (other.low, other.high)]
        if not all(each.is_finite() for each in ends):
            return _EVERYTHING
        return Interval(min(x.lower() for x in ends), max(x.upper() for x in ends))

    def power(self, exponent: Fraction) -> Interval:
        """Every power; all numbers where it is undefined for some."""
        if exponent < 0:
            below = self.power(-exponent)
            if not (below.low > 0 or below.high < 0):
                return _EVERYTHING
            return Interval(1 / below.high, 1 / below.low)
        whole = exponent.denominator == 1
        if not whole and not self.low >= 0:
            return _EVERYTHING
        ends = [x ** (int(exponent) if whole else ball(exponent)) for x in (self.low, self.high)]
        if whole and exponent % 2 == 0 and not (self.low >= 0 or self.high <= 0):
            return Interval(arb(0), max(x.upper() for x in ends))
        return Interval(min(x.lower() for x in ends), max(x.upper() for x in ends))

    def monotone(self, name: str) -> Interval:
        """An increasing function of arb, by name."""
        if name == "log" and not self.low > 0:
            return _EVERYTHING
        return Interval(getattr(self.low, name)(), getattr(self.high, name)())


_EVERYTHING = Interval(arb("-inf"), arb("inf"))


def hull(low: float | Fraction, high: float | Fraction) -> Interval:
    """The numbers between two exact ones."""
    return Interval(ball(low), ball(high))


class Program:
    """Several expressions, with what they have in common worked out once."""

    def __init__(self, expressions: Sequence[Expr]) -> None:
        self.shared, self.results = cse(expressions, order="none")

    def __call__(self, values: Mapping[Expr, Interval]) -> list[Interval]:
        """Enclosures, given those of symbols and of sums."""
        known = dict(values)
        for name, meaning in self.shared:
            known[name] = _enclosed(meaning, known)
        return [_enclosed(each, known) for each in self.results]


def _enclosed(expression: Expr, known: Mapping[Expr, Interval]) -> Interval:
    if expression in known:
        return known[expression]
    if isinstance(expression, Rational):
        return hull(*[Fraction(expression.p, expression.q)] * 2)
    if expression == pi:
        return Interval(arb.pi(), arb.pi())
    if isinstance(expression, Pow) and isinstance(expression.exp, Rational):
        exponent = Fraction(expression.exp.p, expression.exp.q)
        return _enclosed(expression.base, known).power(exponent)
    if not expression.args:
        condition = "is undefined, or a setting that the domain has not"
        raise InputError("formula", expression, condition, "give it in the domain")
    parts = [_enclosed(each, known) for each in expression.args]
    if isinstance(expression, Heaviside):
        return Interval(arb(int(parts[0].low > 0)), arb(int(not parts[0].high < 0)))
    if isinstance(expression, exp | log):
        return parts[0].monotone(type(expression).__name__)
    total = parts[0]
    for part in parts[1:]:
        if isinstance(expression, Add):
            total = total + part
        elif isinstance(expression, Mul):
            total = total * part
        elif isinstance(expression, Max | Min):
            pick = max if isinstance(expression, Max) else min
            total = Interval(pick(total.low, part.low), pick(total.high, part.high))
    if isinstance(expression, Add | Mul | Max | Min):
        return total
    raise InputError("formula", expression, "has no enclosure here", "write it with + - * / and ^")


def symbols(names: str) -> list[Symbol]:
    """Symbols that SymPy may take to be positive."""
    return [Symbol(name, positive=True) for name in names.split()]
