"""Arithmetic of what names stand for: numbers, models, vectors on rows, lists of labels."""

from __future__ import annotations

from fractions import Fraction

from ridgeproof.theory.process.builder import Builder, Expectation, FeatureSet, RowSet, Value
from ridgeproof.theory.process.expressions import Expression, Name, Number, Text, binary, walk
from ridgeproof.theory.process.linear import Combination, Vector, minus, over, plus, times
from ridgeproof.theory.process.operators.rows import Noisy

__all__ = ["described", "operate", "opposite"]

_MINUS = Number(Fraction(-1))


def described(value: object) -> str:
    """What a value is, in a word."""
    match value:
        case Combination():
            return "a model"
        case Vector():
            return "a vector on rows"
        case RowSet():
            return "rows"
        case FeatureSet():
            return "random features"
        case tuple():
            return "a list"
        case Text():
            return "a quoted word"
        case Name(name):
            return f"the parameter {name}, which no step makes"
    return "a number"


def opposite(build: Builder, value: Value) -> Value:
    """-value."""
    return operate(build, "*", _MINUS, value)


def operate(build: Builder, sign: str, left: Value, right: Value) -> Value:
    """The value of left sign right.

    Raises:
        InputError: the operation has no meaning, or would make the process nonlinear.
    """
    match sign, left, right:
        case _, Text(), _:
            pass
        case _, _, Text():
            pass
        case _, Expression(), Expression():
            return _numbers(build, sign, left, right)
        case "@", RowSet(index), Combination():
            return Vector(index, right)
        case "@", Combination() | Vector(), RowSet():
            raise build.refuse(f"... @ {described(right)}", "is reversed", "write rows @ model")
        case "+", tuple(), tuple():
            return left + right
        case "+" | "-", Combination(), Combination():
            return left.plus(right if sign == "+" else right.times(_MINUS))
        case "+" | "-", Vector(), Vector():
            other = right if sign == "+" else right.times(_MINUS)
            return Vector(_common(build, left, right), left.models, left.noises).plus(other)
        case "*", Expression(), Combination() | Vector():
            return right.times(_factor(build, left))
        case "*", Combination() | Vector(), Expression():
            return left.times(_factor(build, right))
        case "/", Combination() | Vector(), Expression():
            return left.times(over(Number(Fraction(1)), _factor(build, right)))
        case "*" | "/" | "^", _, Combination() | Vector():
            raise _nonlinear(build, sign, left, right)
        case "^", Combination() | Vector(), _:
            raise _nonlinear(build, sign, left, right)
        case "*", Expression(), RowSet():
            remedy = "write the number before a bracket, as in 2*(A@m)"
            raise build.refuse(f"{left}*rows", "multiplies rows", remedy)
    condition = f"joins {described(left)} and {described(right)} by {sign}"
    remedy = "add models to models, vectors to vectors on the same rows, and scale by numbers"
    raise build.refuse(sign, condition, remedy)


def _nonlinear(build: Builder, sign: str, left: Value, right: Value) -> Exception:
    condition = f"depends nonlinearly on a model ({described(left)} {sign} {described(right)})"
    remedy = "a process is linear in its labels: this is outside linear processes"
    return build.refuse(sign, condition, remedy)


def _numbers(build: Builder, sign: str, left: Expression, right: Expression) -> Expression:
    match sign:
        case "+":
            return plus(left, right)
        case "-":
            return minus(left, right)
        case "*":
            return times(left, right)
        case "/":
            return over(left, right)
        case "^":
            return binary(sign, left, right)
    raise build.refuse(sign, "joins two numbers", "write rows @ model, and * for numbers")


def _factor(build: Builder, number: Expression) -> Expression:
    if any(isinstance(part, Expectation) for part in walk(number)):
        condition = "is an expectation used as a number in a step"
        remedy = "a process is linear in its labels: this is outside linear processes"
        raise build.refuse(type(number).__name__, condition, remedy)
    return number


def _common(build: Builder, left: Vector, right: Vector) -> int:
    """The rows of a sum: the same, or rows and the same rows seen with noise on their features."""
    if left.rows == right.rows:
        return left.rows
    for one, other in ((left, right), (right, left)):
        node = build.nodes[one.rows]
        if isinstance(node, Noisy) and node.rows == other.rows:
            return one.rows
    remedy = "add vectors on the same rows; pool different rows in a list"
    raise build.refuse("+", "adds vectors on different rows", remedy)
