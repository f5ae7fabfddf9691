"""Linear forms: combinations of models, and vectors on rows, with exact coefficients.

A coefficient is an expression in the parameters.  Sums merge equal terms and drop zeros, and ones
and zeros are folded away, so that forms which differ in these only are equal.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ridgeproof.theory.process.expressions import (
    ONE,
    ZERO,
    Binary,
    Expression,
    Negative,
    Number,
    binary,
)

__all__ = ["Combination", "Vector", "minus", "over", "plus", "residuals", "single", "times"]


@dataclass(frozen=True)
class Combination:
    """sum of coefficient * item over (coefficient, index of a node) pairs."""

    terms: tuple[tuple[Expression, int], ...] = ()

    def plus(self, other: Combination) -> Combination:
        """The sum, in the order of first appearance."""
        total = {index: coefficient for coefficient, index in self.terms}
        for coefficient, index in other.terms:
            total[index] = plus(total.get(index, ZERO), coefficient)
        return Combination(tuple((c, i) for i, c in total.items() if c != ZERO))

    def times(self, factor: Expression) -> Combination:
        """The multiple."""
        scaled = ((times(factor, c), i) for c, i in self.terms)
        return Combination(tuple((c, i) for c, i in scaled if c != ZERO))


@dataclass(frozen=True)
class Vector:
    """X (combination of models) + combination of noise vectors, on one row set X.

    rows, and the indices of both combinations, are those of nodes of a graph.
    """

    rows: int
    models: Combination = Combination()
    noises: Combination = Combination()

    def plus(self, other: Vector) -> Vector:
        """The sum with a vector on the same rows, which stand as this one's."""
        return Vector(self.rows, self.models.plus(other.models), self.noises.plus(other.noises))

    def times(self, factor: Expression) -> Vector:
        """The multiple."""
        return Vector(self.rows, self.models.times(factor), self.noises.times(factor))


def residuals(labels: tuple[Vector, ...], model: Combination) -> tuple[Vector, ...]:
    """Each vector of labels less the model's predictions on its rows."""
    opposite = model.times(Number(Fraction(-1)))
    return tuple(label.plus(Vector(label.rows, opposite)) for label in labels)


def single(index: int) -> Combination:
    """The combination that is one node."""
    return Combination(((ONE, index),))


def plus(left: Expression, right: Expression) -> Expression:
    """left + right, with zeros folded and multiples of one expression merged."""
    if ZERO in {left, right}:
        return right if left == ZERO else left
    (a, first), (b, second) = _split(left), _split(right)
    if first == second:
        return _scaled(a + b, first)
    if b < 0:
        return binary("-", left, _scaled(-b, second))
    return binary("-", right, _scaled(-a, first)) if a < 0 else binary("+", left, right)


def minus(left: Expression, right: Expression) -> Expression:
    """left - right, as `plus`."""
    return plus(left, times(Number(Fraction(-1)), right))


def times(left: Expression, right: Expression) -> Expression:
    """left * right, its number in front."""
    (a, first), (b, second) = _split(left), _split(right)
    if ONE in {first, second}:
        return _scaled(a * b, second if first == ONE else first)
    return _scaled(a * b, binary("*", first, second))


def over(left: Expression, right: Expression) -> Expression:
    """left / right, its number in front.

    Raises:
        InputError: right is the number zero.
    """
    if isinstance(right, Number) and right != ZERO:
        return times(left, Number(1 / right.value))
    a, first = _split(left)
    return _scaled(a, binary("/", first, right))


def _split(item: Expression) -> tuple[Fraction, Expression]:
    """The number in front of an expression, and the rest."""
    match item:
        case Number(value):
            return value, ONE
        case Negative(rest):
            a, rest = _split(rest)
            return -a, rest
        case Binary("*", Number(value), rest):
            return value, rest
    return Fraction(1), item


def _scaled(number: Fraction, rest: Expression) -> Expression:
    if number == 0 or rest == ONE:
        return Number(number)
    if abs(number) == 1:
        return rest if number == 1 else Negative(rest)
    return Binary("*", Number(number), rest)
