"""read_domain: a table of plain values, as TOML gives it, to a Domain."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sympy import Expr, Integer, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import closest, exact
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import (
    CHOICES,
    REALS,
    SIZES,
    Choice,
    Derived,
    Entry,
    Fixed,
    IntegerRange,
    RealInterval,
    read_option,
)
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.conjectures.parser import parse_formula

__all__ = ["check_keys", "read_domain", "read_entry", "read_number", "read_number_entry"]

_NAMES = {name: sy.NAMED[name] for name in (*SIZES, *REALS, "beta", "r")}
_ENTRY_HELP = "give a number, { integers = [a, b] }, [a, b], 'a .. b' or a formula"


def read_domain(table: Mapping[str, Any]) -> Domain:
    """Read the entries of a [domain] table; also a way to write a domain in Python.

    A number is exact (an int, Fraction, Decimal, or a float read through its shortest decimal);
    ``{"integers": [a, b]}`` a range of whole numbers; ``[a, b]`` a real interval; a text with
    ``..`` a range whose ends use earlier names; any other text a derived value.

    >>> print(read_domain({"d": {"integers": [5, 60]}, "T": "d + 2 .. 4*d"}).describe())
    d ∈ {5, …, 60}, T ∈ {d + 2, …, 4*d}
    """
    if not isinstance(table, Mapping):
        raise InputError("domain", table, "is no table", "give names and their entries")
    check_keys("[domain]", table, (*SIZES, *REALS, *CHOICES))
    return Domain(tuple((name, read_entry(name, value, _NAMES)) for name, value in table.items()))


def check_keys(where: str, table: Mapping[str, Any], known: Iterable[str]) -> None:
    """Refuse a key that is not known, and name the ones closest to it."""
    known = list(known)
    for key in table:
        if key not in known:
            guess = closest(key, known, 2)
            if key in {"beta", "r"}:
                guess = 'it comes from spectrum = "power-law:BETA" and signal = "source:R"; '
            raise InputError(where, key, "is not a known key", f"{guess}keys: {', '.join(known)}")


def read_entry(name: str, value: Any, names: Mapping[str, Symbol]) -> Entry:
    """Read one entry; its expressions may use these names."""
    label = f"domain {name}"
    if name in CHOICES:
        options = value if isinstance(value, list | tuple) else [value]
        return Choice(tuple(_option(name, option) for option in options))
    return read_number_entry(label, value, names)


def read_number_entry(
    label: str, value: Any, names: Mapping[str, Symbol], remedy: str = _ENTRY_HELP
) -> Entry:
    """Read what is a number, a range, an interval or a formula in these names."""
    match value:
        case str() if ".." in value:
            return IntegerRange(*_ends(label, value, names))
        case str():
            expression = parse_formula(value, names, name=label)
            if expression.is_Rational:
                return Fixed(Fraction(int(expression.p), int(expression.q)))
            return Derived(expression)
        case {"integers": [int() as least, int() as most], **rest} if not rest:
            if not isinstance(least, bool) and not isinstance(most, bool):
                return IntegerRange(Integer(least), Integer(most))
        case [least, most]:
            return RealInterval(read_number(label, least), read_number(label, most))
        case int() | Decimal() | Fraction() | float():
            return Fixed(read_number(label, value))
    raise InputError(label, _plain(value), "is not an entry", remedy)


def _plain(value: Any) -> Any:
    """The value as the user wrote it: decimals without their type."""
    if isinstance(value, list):
        return "[" + ", ".join(str(_plain(each)) for each in value) + "]"
    return str(value) if isinstance(value, Decimal) else value


def read_number(label: str, value: Any, remedy: str = _ENTRY_HELP) -> Fraction:
    """An exact number of a table."""
    if isinstance(value, str | list | tuple | dict):
        raise InputError(label, _plain(value), "is not a number", remedy)
    return exact(label, str(value) if isinstance(value, Decimal) else value)


def _option(name: str, option: Any) -> Any:
    label = f"domain {name}"
    if not isinstance(option, str):
        raise InputError(label, option, "is not a text", f'give {name} = ["..."]')
    try:
        return read_option(name, option)
    except InputError as error:  # a part of a specification knows nothing of domains
        where = error.name if error.name.startswith(label) else f"domain {error.name}"
        raise InputError(where, error.value, error.condition, error.remedy) from error


def _ends(label: str, text: str, names: Mapping[str, Symbol]) -> tuple[Expr, Expr]:
    least, _, most = text.partition("..")
    if ".." in most:
        raise InputError(label, text, "has more than one ..", "write a .. b")
    # Spaces in front keep the columns those of the whole text.
    shifted = " " * (len(text) - len(most)) + most
    return parse_formula(least, names, name=label), parse_formula(shifted, names, name=label)
