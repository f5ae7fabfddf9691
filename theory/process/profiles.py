"""Profiles: numbers along the eigenvectors of Sigma, written in s, i, d (and w0 for a signal).

    "1/20 + 4/5/(d + 1 - i)"     s_i the i-th eigenvalue, i = 1..d
    "where(i - 5, 1, inf)"       where(x, a, b) is a if x >= 0, else b
    "power-law:2"                a spectrum as on the command line

An expression is evaluated in any ring; the caller brings its functions.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Protocol, TypeVar

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Call, Expression, Name, Text, evaluate, walk
from ridgeproof.theory.process.text import read_expression

__all__ = ["FUNCTIONS", "check_profile", "profile_values", "read_profile"]

# Every function with the number of its arguments.
FUNCTIONS = {"sqrt": 1, "exp": 1, "log": 1, "min": 2, "max": 2, "where": 3}
_SPECTRUM = re.compile(r"isotropic\Z|[a-z][a-z0-9-]*:")

Ring = TypeVar("Ring")


class _Ordered(Protocol):
    def __lt__(self, other: float, /) -> bool: ...
    def __abs__(self) -> object: ...
    def __eq__(self, other: object, /) -> bool: ...


def read_profile(name: str, text: str, *, signal: bool = False) -> Expression:
    """A profile's tree; the text of a spectrum (or a signal) stays a `Text`.

    Args:
        name: the profile's name.
        text: what the user wrote.
        signal: whether it is a truth, which may use w0.

    Raises:
        InputError: the text is no profile.

    >>> str(read_profile("pen", "1 + (i - 1)/4"))
    '1 + (i - 1)/4'
    """
    where = f"profile {name}"
    if isinstance(text, str) and _SPECTRUM.match(text.strip()):
        return Text(text.strip())
    tree = read_expression(text, where)
    known = {"s", "i", "d", "inf"} | ({"w0"} if signal else set())
    for part in walk(tree):
        match part:
            case Call(function, arguments, options):
                if FUNCTIONS.get(function) != len(arguments) or options:
                    remedy = "use sqrt(x), exp(x), log(x), min(x, y), max(x, y), where(x, a, b)"
                    raise InputError(where, part, "is no function of a profile", remedy)
            case Name(written) if written not in known:
                remedy = f"a profile is written in {', '.join(sorted(known))}"
                raise InputError(where, written, "is not known in a profile", remedy)
            case Text():
                raise InputError(where, part, "is a word in a profile", "write an expression")
    return tree


def profile_values(
    tree: Expression,
    names: Mapping[str, Ring],
    number: Callable[[Fraction], Ring],
    functions: Mapping[str, Callable[..., Ring]],
) -> Ring:
    """The value of a profile's expression in a ring, with `functions` for the names in FUNCTIONS.

    >>> profile_values(read_profile("p", "max(i, 2)"), {"i": Fraction(1)}, Fraction, {"max": max})
    Fraction(2, 1)
    """

    def other(part: Expression) -> Ring:
        match part:
            case Call(function, arguments) if function in functions:
                return functions[function](*map(value, arguments))
        raise InputError("profile", part, "is no expression", "write it in s, i and d")

    def value(part: Expression) -> Ring:
        return evaluate(part, names, number, other)

    return value(tree)


def check_profile(
    name: str, values: Sequence[_Ordered], d: int, *, signed: bool = False, infinite: bool = False
) -> None:
    """Refuse a profile of the wrong length, or with an entry that is negative or no number.

    Args:
        name: the profile's name or text.
        values: its numbers.
        d: how many directions there are.
        signed: whether negative entries are welcome (a truth, a scaling).
        infinite: whether infinite entries are (a penalty, of directions that are not fitted).

    >>> check_profile("p", [1.0, float("inf")], 2, infinite=True)
    """
    if len(values) != d:
        condition = f"has {len(values)} entries for d = {d}"
        raise InputError(f"profile {name}", "...", condition, f"give {d}")
    for i, value in enumerate(values, 1):
        if value != value:  # noqa: PLR0124
            condition, remedy = f"is no number at i = {i}", "check divisions, roots and logarithms"
            raise InputError(f"profile {name}", value, condition, remedy)
        if not infinite and abs(value) == math.inf:
            condition, remedy = f"is infinite at i = {i}", "give finite numbers"
            raise InputError(f"profile {name}", value, condition, remedy)
        if not signed and value < 0:
            condition, remedy = f"is negative at i = {i}", "give numbers that are not negative"
            raise InputError(f"profile {name}", value, condition, remedy)
