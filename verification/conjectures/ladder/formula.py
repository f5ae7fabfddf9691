"""A user's formula at a place: whether its pieces are defined, its limit, and the signs of both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr, Symbol, expand_log, nan, zoo

from ridgeproof.theory.errors import RidgeproofError, UndecidedLimit
from ridgeproof.theory.limits import eventual_sign, limit_value
from ridgeproof.verification.conjectures.guards import Guard

__all__ = ["Where", "check_guards", "in_words", "limit_at", "sign_at"]


@dataclass(frozen=True)
class Where:
    """A place as a formula sees it.

    Attributes:
        numbers: the names that are rational there.
        ball: any expression as a certified ball.
        absent: noises of zero: what they multiply does not happen, whatever it is.
        scales: the noises, n and, if it is zero, kappa.
        stand_ins: names by which `theory.limits` knows what grows.
    """

    numbers: Mapping[Symbol, Expr]
    ball: Callable[[Expr], Any]
    absent: Mapping[Symbol, Expr] = field(default_factory=dict)
    scales: Mapping[Symbol, Expr] = field(default_factory=dict)
    stand_ins: Mapping[Symbol, Symbol] = field(default_factory=dict)

    def growing(self, expression: Expr) -> tuple[Expr, Callable[[Expr], int]]:
        """The expression in the names of `theory.limits`, and the signs of others in them."""
        back = {new: old for old, new in self.stand_ins.items()}
        return expression.xreplace(self.stand_ins), lambda other: sign_at(
            other.xreplace(back), self
        )


def limit_at(formula: Expr, where: Where) -> Expr:
    """What a formula tends to as the sizes of a place grow together, or oo, or -oo.

    Raises:
        SolverError: the formula is undefined at all large sizes.
        UndecidedLimit: the limit is not known.
    """
    present = formula.subs(where.absent)
    if present.has(zoo, nan):
        present = formula
    found = limit_value(*where.growing(present))
    return found.xreplace({new: old for old, new in where.stand_ins.items()})


def check_guards(guards: Iterable[Guard], where: Where, *, limit: bool) -> None:
    """Check the pieces of a formula, in a limit at large sizes.

    Raises:
        SolverError: one is undefined.
        UndecidedLimit: that is not known.
    """

    def sign(expression: Expr) -> int:
        if limit:
            return eventual_sign(*where.growing(expression.subs(where.absent)))
        return sign_at(expression, where)

    for guard in guards:
        guard.check(sign, where.numbers, where.scales)


def sign_at(expression: Expr, where: Where) -> int:
    """The sign of an expression at a place: exact where it is rational, by balls where not.

    Raises:
        UndecidedLimit: the ball reaches over zero.
    """
    value = expression.xreplace(where.numbers)
    if value.is_number and not value.is_Rational:
        # Logarithms of different primes are linearly independent over the rationals.
        value = expand_log(value, force=True, factor=True)
    if value.is_Rational:
        return int(value.p > 0) - int(value.p < 0)
    try:
        ball = where.ball(expression)
    except RidgeproofError:
        ball = None
    if ball is None or not (ball > 0 or ball < 0 or ball.is_zero()):
        raise UndecidedLimit(f"it is not decided whether {in_words(expression)} is zero")
    return 0 if ball.is_zero() else 1 if ball > 0 else -1


def in_words(expression: Expr) -> str:
    """An expression as a user writes it."""
    return str(expression).replace("**", "^").replace("oo", "infinity")
