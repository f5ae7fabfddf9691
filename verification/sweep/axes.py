"""The values that one name of a setting takes in a grid, in order, as a TOML file gives them.

A number, ``a .. b``, ``{ integers = [a, b] }`` and a formula in earlier names mean what they mean
in a conjecture's domain.  A list is a list of values here: a grid has points, not intervals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import cache, lru_cache
from types import NoneType
from typing import Any, TypeAlias, get_args, get_origin, get_type_hints

from sympy import Expr, Integer, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.domains.entries import (
    Derived,
    Fixed,
    IntegerRange,
    evaluated,
    nearest,
    used_symbols,
)
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import (
    PowerLaw,
    SignalSpec,
    Source,
    SpectrumSpec,
    parse_signal,
    parse_spectrum,
)
from ridgeproof.verification.conjectures.domain_table import (
    check_keys,
    read_number,
    read_number_entry,
)

__all__ = ["AxisKind", "Item", "Kinds", "Values", "known_after", "names", "read_values"]

# A range beyond this many values is a mistake, not a grid.
_MOST_POINTS = 10**7
_DIGITS = 6  # significant digits of points on a logarithmic scale
_HELP = (
    "give a number, a list, 'a .. b', a formula, { integers = [a, b] } or "
    "{ reals = [a, b], points = K }"
)
_SPACINGS = ("linear", "log")

Item: TypeAlias = Fraction | Expr | IntegerRange | SpectrumSpec | SignalSpec | str


class AxisKind(Enum):
    """What a field of a setting holds: it decides how its values are read and tabulated."""

    WHOLE = "whole"
    REAL = "real"
    TEXT = "text"


Kinds: TypeAlias = Mapping[str, AxisKind]


@cache
def names() -> dict[str, AxisKind]:
    """The fields of a setting that a grid can vary, from the types of `Setting` itself."""
    kinds = {}
    for name, hint in get_type_hints(Setting).items():
        held = {part for part in (get_args(hint) or (hint,)) if part is not NoneType}
        if get_origin(hint) is tuple:
            continue  # made from other fields
        if held == {int}:
            kinds[name] = AxisKind.WHOLE
        else:
            kinds[name] = AxisKind.REAL if held == {Fraction} else AxisKind.TEXT
    return kinds


@dataclass(frozen=True)
class Values:
    """A name and its values: numbers, options, ranges, and formulas in names settled before it."""

    name: str
    items: tuple[Item, ...]
    kind: AxisKind

    @property
    def shown_as(self) -> AxisKind:
        """What a column of the values holds: inf makes it real, and a schedule text."""
        texts = {item for item in self.items if isinstance(item, str)}
        if self.kind is not AxisKind.WHOLE or texts - {"inf"}:
            return AxisKind.TEXT if texts else self.kind
        return AxisKind.REAL if texts else AxisKind.WHOLE

    @property
    def used(self) -> set[Symbol]:
        """The symbols that the values are computed from."""
        found: set[Symbol] = set()
        for item in self.items:
            if isinstance(item, IntegerRange):
                found |= used_symbols(item)
            elif isinstance(item, Expr):
                found |= item.free_symbols
        return found

    @property
    def size(self) -> int | None:
        """How many values there are, or None where that depends on other names."""
        total = 0
        for item in self.items:
            if not isinstance(item, IntegerRange):
                total += 1
            elif used_symbols(item):
                return None
            else:
                low, high = item.ends(self.name, {})
                total += max(0, high - low + 1)
        return total

    def at(self, known: Mapping[Symbol, Fraction]) -> list[Any]:
        """The values where the earlier names have the values ``known``.

        Raises:
            InputError: a formula has no finite real value there.
        """
        found: list[Any] = []
        for item in self.items:
            if isinstance(item, IntegerRange):
                low, high = (_evaluated(self.name, end, known) for end in (item.least, item.most))
                found += map(Fraction, range(math.ceil(low), math.floor(high) + 1))
            elif isinstance(item, Expr):
                value = _evaluated(self.name, item, known)
                whole = self.kind is AxisKind.WHOLE
                found.append(Fraction(nearest(value)) if whole else value)
            else:
                found.append(item)
        return [int(x) if self._is_whole(x) else x for x in found]

    def _is_whole(self, value: Any) -> bool:
        return self.kind is AxisKind.WHOLE and isinstance(value, Fraction)


def known_after(name: str, value: Any, known: Mapping[Symbol, Fraction]) -> dict[Symbol, Fraction]:
    """What formulas may use once a name has its value: the number, or the exponent of a law."""
    match value:
        case PowerLaw(beta):
            return {**known, sy.beta: beta}
        case Source(r):
            return {**known, sy.r: r}
        case int() | Fraction():
            return {**known, _symbol(name): Fraction(value)}
    return dict(known)


def read_values(name: str, value: Any, kinds: Kinds | None = None) -> Values:
    """Read one entry of a [grid] table; the names are those of a setting unless given.

    >>> read_values("T", [300, "2*d"]).at({sy.d: Fraction(50)})
    [300, 100]
    >>> read_values("lam", {"reals": [Decimal("0.01"), 1], "points": 3, "spacing": "log"}).items
    (Fraction(1, 100), Fraction(1, 10), Fraction(1, 1))

    Raises:
        InputError: naming the key, what is wrong with it, and what to write.
    """
    label = f"grid {name}"
    options = value if isinstance(value, list | tuple) else [value]
    if not options:
        raise InputError(label, "[]", "has no value", "give at least one, or leave it out")
    kinds = kinds or names()
    items = tuple(item for option in options for item in _items(name, label, option, kinds))
    return Values(name, items, kinds[name])


def _items(name: str, label: str, option: Any, kinds: Kinds) -> tuple[Item, ...]:
    kind = kinds[name]
    if kind is AxisKind.TEXT:
        return (_option(name, label, option),)
    match option:
        case "inf" | Decimal() if name == "d" and option in {"inf", Decimal("inf")}:
            return ("inf",)
        case str() if _has_schedule(option):
            return (option,)
        case dict():
            return _spaced(kind, label, option)
        case str() | int() | Decimal() | Fraction() | float():
            numbers = [other for other, held in kinds.items() if held is not AxisKind.TEXT]
            symbols = {x: _symbol(x) for x in (*numbers, "beta", "r")}
            match read_number_entry(label, option, symbols, _HELP):
                case Fixed(value):
                    return (_checked(kind, label, option, value),)
                case Derived(expression):
                    return (expression,)
                case IntegerRange() as entry:
                    return (entry,)
    raise InputError(label, option, "is not an entry", _HELP)


def _checked(kind: AxisKind, label: str, value: Any, number: Fraction) -> Fraction:
    if kind is AxisKind.WHOLE and number.denominator > 1:
        raise InputError(label, value, "must be whole", "round it to an integer")
    return number


def _option(name: str, label: str, option: Any) -> Item:
    if not isinstance(option, str):
        raise InputError(label, option, "is not a text", f'give {name} = ["..."]')
    match name:
        case "spectrum":
            return parse_spectrum(option, label)
        case "signal":
            return parse_signal(option, label)
    return option


def _has_schedule(text: str) -> bool:
    """Whether a text has commas outside parentheses: the numbers of the generations in turn."""
    depth = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            return True
    return False


def _spaced(kind: AxisKind, label: str, table: Mapping[str, Any]) -> tuple[Item, ...]:
    """The values of { integers = [a, b] } and { reals = [a, b], points = K, spacing = ... }."""
    check_keys(label, table, ("integers", "reals", "points", "spacing"))
    given = [key for key in ("integers", "reals") if key in table]
    if len(given) != 1:
        raise InputError(label, table, "needs integers or reals", _HELP)
    ends, spacing = table[given[0]], table.get("spacing", "linear")
    if not isinstance(ends, list | tuple) or len(ends) != 2:
        raise InputError(label, ends, "is not a pair of ends", f"write {given[0]} = [a, b]")
    if spacing not in _SPACINGS:
        raise InputError(f"{label} spacing", spacing, "is unknown", "write linear or log")
    whole = given[0] == "integers"
    low, high = (_checked(kind, label, x, read_number(label, x, _HELP)) for x in ends)
    if whole and not low.denominator == high.denominator == 1:
        raise InputError(label, ends, "must be whole", "round the ends, or write reals = [a, b]")
    if low > high:
        raise InputError(label, table, "is empty", "give the smaller end first")
    if whole and "points" not in table:
        if spacing == "log":
            raise InputError(label, table, "has no number of points", "add points = K")
        return (IntegerRange(Integer(int(low)), Integer(int(high))),)
    if not whole and kind is AxisKind.WHOLE:
        raise InputError(label, table, "must be whole", "write { integers = [a, b] }")
    if "points" not in table:
        raise InputError(label, table, "has no number of points", "add points = K")
    points = check_integer(f"{label} points", table["points"], least=2, most=_MOST_POINTS)
    if spacing == "log" and low <= 0:
        raise InputError(label, table, "has no logarithm at its lower end", "begin above 0")
    found = [_between(low, high, Fraction(k, points - 1), spacing) for k in range(points)]
    if whole:
        found = [Fraction(nearest(x)) for x in found]
    return tuple(dict.fromkeys(found))


def _between(low: Fraction, high: Fraction, share: Fraction, spacing: str) -> Fraction:
    """A point between two ends, which are kept exactly; rounded to be readable on a log scale."""
    if share in {0, 1} or spacing == "linear":
        return low + share * (high - low)
    logarithm = math.log(low) + float(share) * (math.log(high) - math.log(low))
    return Fraction(f"{math.exp(logarithm):.{_DIGITS}g}")


def _symbol(name: str) -> Symbol:
    return sy.NAMED.get(name) or Symbol(name, nonnegative=True)


def _evaluated(name: str, expression: Expr, known: Mapping[Symbol, Fraction]) -> Fraction:
    used = tuple(pair for pair in known.items() if pair[0] in expression.free_symbols)
    return _remembered(name, expression, used)


@lru_cache(maxsize=4096)
def _remembered(name: str, expression: Expr, used: tuple[tuple[Symbol, Fraction], ...]) -> Fraction:
    # An irrational value takes a millisecond, and a grid asks for it again and again.
    try:
        return evaluated(name, expression, dict(used))
    except InputError as error:
        remedy = "change it, or narrow the grid"
        raise InputError(f"grid {name}", error.value, error.condition, remedy) from error
