"""Every error that ridgeproof raises on purpose, in one place.

A message always carries four things: the name, the value, the condition it violates, and what
to do about it.  The command line prints the message and exits with status 2.
"""

from __future__ import annotations

__all__ = [
    "DerivationError",
    "InfiniteExpectation",
    "InputError",
    "NoTheorem",
    "NotBuilt",
    "RidgeproofError",
    "SolverError",
]


class RidgeproofError(Exception):
    """Base class: anything ridgeproof refuses or cannot do."""


class InputError(RidgeproofError, ValueError):
    """A value violates a condition: names both and says what to do."""

    def __init__(self, name: str, value: object, condition: str, remedy: str) -> None:
        self.name = name
        self.value = value
        self.condition = condition
        self.remedy = remedy
        super().__init__(name, value, condition, remedy)

    def __str__(self) -> str:
        shown = str(self.value)
        if len(shown) > 80:
            shown = shown[:77] + "..."
        remedy = self.remedy[:1].upper() + self.remedy[1:]
        return f"{self.name} = {shown}: {self.condition}. {remedy}"


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
