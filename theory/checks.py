"""Small validators whose messages carry the name, the value, the condition and the remedy."""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from numbers import Real
from pathlib import Path
from typing import Any, Final

from ridgeproof.theory.errors import InputError

__all__ = [
    "INFINITE",
    "check_choice",
    "check_dimension",
    "check_integer",
    "check_output",
    "check_real",
    "closest",
    "counted",
    "exact",
    "parse_rational",
    "settle",
]

# The dimension of an infinite power law.  It compares with integers as it should; whoever does
# arithmetic with d asks `Setting.is_infinite` first.
INFINITE: Final[int] = math.inf  # type: ignore[assignment]

# Longer literals than these carry no meaning here and could exhaust memory when made exact.
_MAX_DIGITS = 400
_MAX_EXPONENT = 400
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE](?P<exponent>[+-]?\d+))?\Z", re.ASCII)


def parse_rational(name: str, text: str) -> Fraction:
    """Read a decimal or p/q literal as an exact rational; "0.1" means 1/10.

    Raises:
        InputError: the text is not a finite decimal or a ratio of integers.

    >>> parse_rational("--lam", "0.1")
    Fraction(1, 10)
    """
    stripped = text.strip()
    if len(stripped) > _MAX_DIGITS:
        raise InputError(
            name, text, "is too long a number", f"use at most {_MAX_DIGITS} characters"
        )
    numerator, slash, denominator = stripped.partition("/")
    if slash:
        below = _decimal(name, text, denominator)
        if below == 0:
            raise InputError(name, text, "divides by zero", "use a non-zero denominator")
        return _decimal(name, text, numerator) / below
    return _decimal(name, text, stripped)


def _decimal(name: str, whole: str, part: str) -> Fraction:
    match = _NUMBER.match(part.strip())
    if match is None:
        raise InputError(
            name,
            whole,
            "is not a finite number",
            "write a decimal or a fraction such as 0.5 or 1/2",
        )
    if abs(int(match["exponent"] or 0)) > _MAX_EXPONENT:
        raise InputError(
            name, whole, "has too large an exponent", f"keep it within {_MAX_EXPONENT} decades"
        )
    return Fraction(part.strip())


def exact(name: str, value: object) -> Fraction:
    """Make an exact rational of a number of any type, or of its text.

    A float, NumPy's included, is read through its shortest decimal form, so that 0.1 means 1/10.

    Raises:
        InputError: it is neither a real number, a Decimal nor text, or is not finite.
    """
    if type(value) is Fraction:
        return value
    if isinstance(value, bool):
        raise InputError(name, value, "is not a number", "give a number")
    if isinstance(value, int | Fraction):
        return Fraction(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InputError(name, value, "is not finite", "give a finite number")
        return Fraction(float.__repr__(value))  # subclasses print themselves otherwise
    if getattr(value, "shape", None) == () and not isinstance(value, Real):
        return exact(name, value.item())  # type: ignore[attr-defined]  # an array of one number
    if not isinstance(value, str | Real | Decimal):  # a date, say, whose text reads as a number
        raise InputError(name, value, "is not a finite number", "give a number, or its text")
    return parse_rational(name, str(value))


def check_real(
    name: str,
    value: object,
    *,
    least: int | None = None,
    above: int | None = None,
    below: int | None = None,
) -> Fraction:
    """Return the value as an exact number if it lies in the stated interval.

    Raises:
        InputError: it does not, or is not a finite number.
    """
    number = exact(name, value)
    if least is not None and number < least:
        raise InputError(name, value, f"must be at least {least}", f"give {name} >= {least}")
    if above is not None and number <= above:
        raise InputError(name, value, f"must be greater than {above}", f"give {name} > {above}")
    if below is not None and number >= below:
        raise InputError(name, value, f"must be less than {below}", f"give {name} < {below}")
    return number


def check_integer(name: str, value: object, *, least: int, most: int = 10**12) -> int:
    """Return an int in [least, most]; a fractional, negative or textual value is refused."""
    # Most are whole already, and settings are made by the thousand.
    number = value if type(value) is int else exact(name, value)
    if number.denominator != 1:
        raise InputError(name, value, "must be a whole number", f"round {name} to an integer")
    if number < least:
        raise InputError(name, value, f"must be at least {least}", f"give {name} >= {least}")
    if number > most:
        raise InputError(name, value, f"must be at most {most}", f"give {name} <= {most}")
    return int(number)


def check_dimension(name: str, value: object) -> int:
    """Return an int of at least 1, or `INFINITE` for "inf"."""
    if str(value).strip() == "inf":
        return INFINITE
    return check_integer(name, value, least=1)


def settle(record: object, **fields: Any) -> None:
    """Store what the fields of a frozen record were converted to; for its ``__post_init__``."""
    for name, value in fields.items():
        object.__setattr__(record, name, value)


def check_output(name: str, path: Path) -> None:
    """Refuse a file that cannot be written where it is named, before anything is computed."""
    try:
        if path.is_dir():
            raise InputError(name, path, "is a folder", "name a file in it")
        if not path.parent.is_dir():
            raise InputError(name, path, "lies in a folder that does not exist", "make it first")
    except OSError as error:  # such as a name that is too long
        reason = f"cannot be written ({error.strerror})"
        raise InputError(name, path, reason, "name another file") from error


def closest(name: object, known: Iterable[str], most: int = 1) -> str:
    """A hint at the closest known words, first those that differ by case alone, or nothing.

    >>> closest("evalute", ["derive", "evaluate"])
    'did you mean evaluate? '
    """
    word, words = str(name)[:40], list(known)
    same = [other for other in words if other.lower() == word.lower()]
    close = same or difflib.get_close_matches(word, words, n=most)
    return f"did you mean {' or '.join(close)}? " if close else ""


def check_choice(
    name: str, value: object, choices: Iterable[str], condition: str = "is unknown"
) -> str:
    """A word that is one of some choices.

    Raises:
        InputError: it is none; names the closest.
    """
    known = list(choices)
    if value not in known:
        remedy = f"{closest(value, known)}choose from {', '.join(known)}"
        raise InputError(name, value, condition, remedy)
    return str(value)


def counted(count: int, noun: str, nouns: str = "") -> str:
    """A number of things, in words.

    >>> counted(1, "spike"), counted(2, "energy", "energies")
    ('1 spike', '2 energies')
    """
    return f"{count} {noun if count == 1 else nouns or noun + 's'}"
