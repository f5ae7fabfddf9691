"""Every error that ridgeproof raises on purpose, in one place.

A message always carries four things: the name, the value, the condition it violates, and what
to do about it.  The command line prints the message and exits with status 2.
"""

from __future__ import annotations

import re
from enum import Enum
from typing import Final

__all__ = [
    "MISSING",
    "DerivationError",
    "InfiniteExpectation",
    "InputError",
    "NoTheorem",
    "NotBuilt",
    "RidgeproofError",
    "SolverError",
    "UndecidedLimit",
    "plain",
    "shortened",
]

# Escape sequences, all other controls but line ends and tabs, what turns the order of text around,
# and halves of characters.
_UNPRINTABLE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|[\0-\x08\x0b-\x1f\x7f-\x9f]"
    "|[\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
_VALUE, _SHOWN = 80, 60  # characters: the longest text shown whole, and what is left of others
_LONG_WORD = re.compile(r"\S{121,}")


class _Missing(Enum):
    """What stands for a value that is not there; the same in every process."""

    VALUE = "missing"


MISSING: Final = _Missing.VALUE


def plain(text: str) -> str:
    r"""A text as it may reach a terminal: without escape sequences and control characters.

    >>> plain("a \x1b[31mred\x1b[0m\x07 title")
    'a red title'
    """
    return _UNPRINTABLE.sub("", text)


def shortened(text: str) -> str:
    """The text, or where it is long its first characters and how many there are.

    >>> shortened("9" * 5000)[57:]
    '999... (5,000 characters)'
    """
    return text if len(text) <= _VALUE else f"{text[:_SHOWN]}... ({len(text):,} characters)"


def _message(text: str) -> str:
    """The text, printable; words too long to be ours are shortened."""
    return _LONG_WORD.sub(lambda word: shortened(word[0]), plain(text))


class RidgeproofError(Exception):
    """Base class: anything ridgeproof refuses or cannot do."""

    def __str__(self) -> str:
        return _message(super().__str__())


class InputError(RidgeproofError, ValueError):
    """A value violates a condition: names both and says what to do."""

    def __init__(self, name: str, value: object, condition: str, remedy: str) -> None:
        self.name = name
        self.value = value
        self.condition = condition
        self.remedy = remedy
        self.is_located = False  # whether the condition names the place in a file
        super().__init__(name, value, condition, remedy)

    def __str__(self) -> str:
        shown = shortened(str(self.value))
        if plain(shown) != shown:
            shown += " (without its control characters)"
        given = "is missing" if self.value is MISSING else f"= {shown}"
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        message = f"{self.name} {given}: {self.condition}. {remedy}"
        return _message(message.replace("\n", " "))


class InfiniteExpectation(InputError):
    """The expectation of the test error is infinite: there is no number to return."""


class NoTheorem(RidgeproofError):
    """No catalogued theorem covers the setting; simulation may still run it."""


class NotBuilt(RidgeproofError, NotImplementedError):
    """The request is meaningful but this version does not do it."""


class SolverError(RidgeproofError, ArithmeticError):
    """A numerical solver could not certify its answer, so it returns none."""


class DerivationError(RidgeproofError):
    """A derivation step did not apply, or did not lead to the catalogued expression."""


class UndecidedLimit(DerivationError):
    """The proportional limit of an expression is not known: nothing is concluded from it."""
