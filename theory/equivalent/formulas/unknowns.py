"""The named numbers of a derivation, and how each is found."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from sympy import Expr, Symbol

__all__ = ["Unknown", "UnknownKind"]


class UnknownKind(Enum):
    """How an unknown is found once those before it are."""

    SIZE = "what is derived is rounded to whole rows"
    KAPPA = "one equation for each fit, (5), that (1) and (2) reduce to"
    RESPONSES = "(1) and (2) of a fit on several kinds of rows: one response for each kind"
    VALUE = "by itself"
    PROFILE = "direction by direction"
    SYSTEM = "a linear system"


@dataclass(frozen=True)
class Unknown:
    """Named numbers that are solved for together.

    Attributes:
        kind: how.
        symbols: their names.
        left, right: the sides of their equations, one for each.
        reason: which equation of the theorem this is.
        level: q s of the fit that a kappa belongs to.
    """

    kind: UnknownKind
    symbols: tuple[Symbol, ...]
    left: tuple[Expr, ...]
    right: tuple[Expr, ...]
    reason: str
    level: Expr | None = None
