"""Expressions: the trees that the text of a process is made of, exact and in any ring.

One set of trees serves steps, asks and profiles.  Arithmetic of numbers is folded where a tree is
built, so that 7/5 is the number 7/5; nothing else is simplified.  `evaluate` computes a tree in any
ring that has + - * / and powers: fractions, floats, arrays, balls, symbols.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from fractions import Fraction
from typing import Any, ClassVar, TypeVar

from ridgeproof.theory.errors import InputError

__all__ = [
    "ONE",
    "ZERO",
    "Binary",
    "Call",
    "Expression",
    "Items",
    "Name",
    "Negative",
    "Number",
    "Text",
    "binary",
    "evaluate",
    "exact_value",
    "negative",
    "parts",
    "rebuilt",
    "walk",
]

_MAX_SIZE = 20_000
_MAX_DEPTH = 250
_MAX_BITS = 4096
_MAX_EXPONENT = 64

Ring = TypeVar("Ring")


@dataclass(frozen=True)
class Expression:
    """A tree; the subclasses here are those of the language, the asks add leaves of their own.

    Raises:
        InputError: the tree is too large or too deep to be meant.
    """

    size: ClassVar[int] = 1
    depth: ClassVar[int] = 1
    level: ClassVar[int] = 4  # binding strength of the text: 0 sum, 1 product, 2 sign, 3 power

    def __post_init__(self) -> None:
        below = parts(self)
        if not below:
            return
        # Kept on the tree: a step that squares a name 200 times is a small graph but a huge tree.
        size = 1 + sum(part.size for part in below)
        depth = 1 + max(part.depth for part in below)
        if size > _MAX_SIZE or depth > _MAX_DEPTH:
            condition = f"has {size} terms, nested {depth} deep"
            remedy = f"use at most {_MAX_SIZE} terms and {_MAX_DEPTH} levels"
            raise InputError("expression", type(self).__name__, condition, remedy)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "depth", depth)


@dataclass(frozen=True)
class Number(Expression):
    """An exact number."""

    value: Fraction

    def __post_init__(self) -> None:
        if max(abs(self.value.numerator), self.value.denominator).bit_length() > _MAX_BITS:
            remedy = f"keep numbers within {_MAX_BITS} bits"
            raise InputError("expression", "number", "is too large a number", remedy)

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class Name(Expression):
    """A name: of a step's result, a truth or a parameter."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Text(Expression):
    """A quoted word: the name of a profile, a law, an activation."""

    text: str

    def __str__(self) -> str:
        return f"'{self.text}'"


@dataclass(frozen=True)
class Negative(Expression):
    """-item."""

    item: Expression
    level: ClassVar[int] = 2

    def __str__(self) -> str:
        return f"-{_shown(self.item, 2)}"


@dataclass(frozen=True)
class Binary(Expression):
    """left sign right, with sign one of + - * / @ ^."""

    sign: str
    left: Expression
    right: Expression

    def __str__(self) -> str:
        level, left, right = _LEVELS[self.sign]
        gap = " " if level == 0 else ""
        return f"{_shown(self.left, left)}{gap}{self.sign}{gap}{_shown(self.right, right)}"


@dataclass(frozen=True)
class Call(Expression):
    """function(arguments, name=option, ...)."""

    function: str
    arguments: tuple[Expression, ...]
    options: tuple[tuple[str, Expression], ...] = ()

    def __str__(self) -> str:
        given = [str(argument) for argument in self.arguments]
        given += [f"{name}={value}" for name, value in self.options]
        return f"{self.function}({', '.join(given)})"


@dataclass(frozen=True)
class Items(Expression):
    """[item, item, ...]: pooled labels, or weights."""

    items: tuple[Expression, ...]

    def __str__(self) -> str:
        return f"[{', '.join(map(str, self.items))}]"


ZERO = Number(Fraction(0))
ONE = Number(Fraction(1))

# Own level, and the least level of the left and the right operand without parentheses.
_LEVELS = {
    "+": (0, 0, 1),
    "-": (0, 0, 1),
    "*": (1, 1, 2),
    "/": (1, 1, 2),
    "@": (1, 1, 2),
    "^": (3, 4, 2),
}
_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _shown(item: Expression, least: int) -> str:
    level = _level_of(item)
    return str(item) if level >= least else f"({item})"


def _level_of(item: Expression) -> int:
    match item:
        case Binary(sign):
            return _LEVELS[sign][0]
        case Number(value):
            return 1 if value.denominator != 1 else 2 if value < 0 else 4
    return item.level


def parts(item: object) -> tuple[Expression, ...]:
    """The trees directly below one, in order."""
    if isinstance(item, Expression):
        held = (getattr(item, field.name) for field in fields(item))
        return tuple(found for value in held for found in parts_of(value))
    return ()


def parts_of(value: object) -> Iterator[Expression]:
    """The trees that a field of a record holds, in order."""
    if isinstance(value, Expression):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from parts_of(item)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from parts_of(getattr(value, field.name))


def walk(item: object) -> Iterator[Expression]:
    """Every tree within a tree or a record, itself first.

    >>> [str(part) for part in walk(binary("+", Name("a"), ONE))]
    ['a + 1', 'a', '1']
    """
    stack = list(parts_of(item))[::-1]
    while stack:
        found = stack.pop()
        yield found
        stack.extend(reversed(parts(found)))


def rebuilt(tree: Expression, each: Callable[[Expression], Expression]) -> Expression:
    """The tree with each(part) for every part directly below it, in their order."""
    match tree:
        case Negative(item):
            return negative(each(item))
        case Binary(sign, left, right):
            return Binary(sign, each(left), each(right))
        case Items(items):
            return Items(tuple(map(each, items)))
        case Call(function, arguments, options):
            given = tuple(map(each, arguments))
            return Call(function, given, tuple((name, each(value)) for name, value in options))
    return tree


def binary(sign: str, left: Expression, right: Expression) -> Expression:
    """The tree of an operation; of two numbers, the number.

    Raises:
        InputError: a division by the number zero, or a number too large to be meant.

    >>> str(binary("*", binary("/", Number(Fraction(7)), Number(Fraction(5))), Name("x")))
    '7/5*x'
    """
    if isinstance(left, Number) and isinstance(right, Number):
        if sign == "^":
            return _power(left, right)
        if sign in _OPERATIONS:
            if sign == "/" and right == ZERO:
                condition, remedy = "divides by zero", "remove the division by zero"
                raise InputError("expression", f"{left}/{right}", condition, remedy)
            return Number(_OPERATIONS[sign](left.value, right.value))
    return Binary(sign, left, right)


def _power(base: Number, exponent: Number) -> Expression:
    if exponent.value.denominator != 1:
        return Binary("^", base, exponent)
    if abs(exponent.value) > _MAX_EXPONENT:
        remedy = f"keep powers of numbers within {_MAX_EXPONENT}"
        raise InputError("expression", f"{base}^{exponent}", "has too large an exponent", remedy)
    if base == ZERO and exponent.value < 0:
        condition, remedy = "divides by zero", "remove the division by zero"
        raise InputError("expression", f"{base}^{exponent}", condition, remedy)
    return Number(Fraction(base.value ** int(exponent.value)))


def negative(item: Expression) -> Expression:
    """-item; of a number, the number."""
    return Number(-item.value) if isinstance(item, Number) else Negative(item)


def evaluate(
    item: Expression,
    names: Mapping[str, Ring],
    number: Callable[[Fraction], Ring],
    other: Callable[[Expression], Ring] | None = None,
) -> Ring:
    """The value of a tree in a ring.

    Args:
        item: the tree.
        names: the values of its names.
        number: makes an element of the ring of an exact number.
        other: the value of a part that is no arithmetic (a call, an expectation); refused if None.

    Raises:
        InputError: a name has no value, or a part is no arithmetic.

    >>> evaluate(binary("/", Name("T"), Number(Fraction(4))), {"T": Fraction(6)}, Fraction)
    Fraction(3, 2)
    """

    def value(part: Expression) -> Any:
        match part:
            case Number(exact):
                return number(exact)
            case Name(name) if name in names:
                return names[name]
            case Negative(below):
                return -value(below)
            case Binary("^", base, Number(exponent)) if exponent.denominator == 1:
                return value(base) ** int(exponent)
            case Binary("^", base, exponent):
                return value(base) ** value(exponent)
            case Binary(sign, left, right) if sign in _OPERATIONS:
                return _OPERATIONS[sign](value(left), value(right))
        if other is not None:
            return other(part)
        if isinstance(part, Name):
            raise InputError("parameter", part.name, "has no value", f"give {part.name}")
        raise InputError("expression", part, "is no arithmetic", "write numbers, names and + - * /")

    return value(item)


def exact_value(name: str, item: Expression, values: Mapping[str, Fraction]) -> Fraction:
    """The value of a tree at exact values of its names, as a fraction.

    Args:
        name: what the value is called in an error message.
        item: the tree.
        values: the values of its names.

    Raises:
        InputError: a name has no value, a division by zero, or a power that is no fraction.

    >>> exact_value("T", binary("^", Name("k"), Number(Fraction(2))), {"k": Fraction(3)})
    Fraction(9, 1)
    """
    try:
        value = evaluate(item, values, Fraction)
    except ZeroDivisionError as error:
        raise InputError(name, item, "divides by zero", "change the parameters in it") from error
    if not isinstance(value, Fraction):
        raise InputError(name, item, "is not a fraction", "use whole numbers as exponents")
    return value
