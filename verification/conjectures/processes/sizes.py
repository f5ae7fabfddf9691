"""size_names: the parameters of a process that grow with d, for claims about a limit.

rows(T), rows(2*T + k) and rows(T/3) say it plainly.  In rows(share*T) one factor grows and the
other is a ratio: a ratio is what stands beside a number in a sum, as in (1 - share)*T, or has a
value that is not whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from numbers import Rational
from typing import Any

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import (
    Binary,
    Call,
    Expression,
    Name,
    Negative,
    Number,
    parts,
    walk,
)
from ridgeproof.theory.process.names import names_in
from ridgeproof.theory.process.record import Process

__all__ = ["check_sizes_grow", "size_names"]


def size_names(process: Process, table: Mapping[str, Any]) -> frozenset[str]:
    """The names that are numbers of rows or features: alone, in sums, multiples and products.

    Args:
        process: its steps say what is a size, its defaults what is a ratio.
        table: the entries of a domain, as they are written.

    >>> from ridgeproof.theory.process.file import make_process
    >>> steps = "A = rows((1 - p)*T)" + chr(10) + "m = ridge(A@w0, 1)"
    >>> size_names(make_process({"process": {"steps": steps}, "ask": {"risk": "risk(m)"}}), {})
    frozenset({'T'})
    """
    return frozenset(found for found in _found(process, table) if isinstance(found, str))


def check_sizes_grow(process: Process, table: Mapping[str, Any]) -> None:
    """Refuse a claim about a limit where nothing says which factor of a product grows.

    Raises:
        InputError: names the product.
    """
    for found in _found(process, table):
        if isinstance(found, Expression):
            condition = "is a number of rows or features, of which one factor grows with d"
            remedy = (
                "name the product as one parameter, or give the ratio a value that is not whole"
            )
            raise InputError("steps", found, condition, remedy)


def _found(process: Process, table: Mapping[str, Any]) -> Iterator[str | Expression]:
    """The sizes, and the products of which it is not known which factor is one."""
    trees = [
        part.arguments[0]
        for part in walk(process.steps)
        if isinstance(part, Call) and part.function in {"rows", "features"} and part.arguments
    ]
    ratios = {name for tree in trees for name in _beside_numbers(tree)}
    values = {**process.defaults, **table}
    ratios |= {name for name, value in values.items() if _is_ratio(value)}
    for tree in trees:
        yield from _growing(tree, ratios)


def _growing(tree: Expression, ratios: set[str]) -> Iterator[str | Expression]:
    match tree:
        case Name(name):
            yield name
        case Negative(below) | Binary("/", below, _):
            yield from _growing(below, ratios)
        case Binary("+" | "-", left, right):
            yield from _growing(left, ratios)
            yield from _growing(right, ratios)
        case Binary("*", left, right):
            found = [set(_growing(side, ratios)) - ratios for side in (left, right)]
            if all(found):
                yield tree
            else:
                yield from found[0] | found[1]


def _beside_numbers(tree: Expression) -> Iterator[str]:
    """The names of factors such as (1 - share): a size is never added to a number in a factor."""
    for part in walk(tree):
        if isinstance(part, Binary) and part.sign == "*":
            for factor in parts(part):
                inner = [x for x in walk(factor) if isinstance(x, Binary) and x.sign in {"+", "-"}]
                if any(isinstance(side, Number) for x in inner for side in parts(x)):
                    yield from names_in(factor)


def _is_ratio(value: Any) -> bool:
    """Whether a default, or an entry of a domain, is an interval or a number that is not whole."""
    return (
        isinstance(value, list)
        or (isinstance(value, Rational) and value.denominator != 1)
        or (isinstance(value, Decimal | float) and value != int(value))
    )
