"""The proportional limit: d, T, T0, width grow together, and with them the degrees of freedom.

The sizes are N times what they are, and N goes to infinity.  An expression is a series in N
(`theory.expansion`), of which one term is enough for most; where leading terms cancel more of them
are followed.  Nothing is evaluated at a large size.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import TypeVar

from sympy import Expr, Integer, nan, zoo

from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.expansion import DEPTHS, Asked, Expansion, Short, undecided

__all__ = ["eventual_sign", "limit_value", "proportional_limit"]

Sign = Callable[[Expr], int]
Found = TypeVar("Found", Expr, int)


@lru_cache(maxsize=256)
def proportional_limit(expression: Expr) -> Expr:
    """Keep what survives when d, T, T0 -> infinity at fixed ratios: 1/(T0-d-1) -> 1/(T0-d).

    The coefficient of the leading power, for a theorem, whose assumptions keep it from vanishing.
    Weighted spectral sums (sum s w0^2) are intensive, unweighted ones extensive.

    Raises:
        UndecidedLimit: the expression is no series in powers and logarithms, or its leading terms
            cancel: what is left then is of another order than was meant.
    """
    try:
        series = Expansion(1, None).of(expression)
        if series.terms:
            return series.terms[0][1]
        if series.rest is None:
            return Integer(0)
    except Short:
        pass
    raise undecided(f"leading terms of {expression} cancel")


def limit_value(expression: Expr, sign: Sign) -> Expr:
    """The limit of an expression in d, T, T0, ... (of ratios, where it is finite), or oo or -oo.

    Args:
        expression: a claim, in the names of `theory.symbols`.
        sign: -1, 0 or 1 for an expression that does not depend on N.  It raises `UndecidedLimit`
            where it does not know.

    Raises:
        UndecidedLimit: the expression is no series in powers and logarithms of N, too many of its
            leading terms cancel, or ``sign`` does not know.
        SolverError: the expression is not real, or divides by zero, at all large sizes.

    >>> from ridgeproof.theory.symbols import T, d
    >>> from sympy import log
    >>> positive = lambda expression: 1
    >>> limit_value(d / (T - d - 1), positive), limit_value(d * log(1 + 1 / T), positive)
    (d/(T - d), d/T)
    >>> limit_value(log(d) / log(T), positive), limit_value(d / log(T), positive)
    (1, oo)
    """
    return _found(expression, sign, Expansion.limit)


def eventual_sign(expression: Expr, sign: Sign) -> int:
    """-1, 0 or 1: the sign of an expression at all large sizes, 0 only if it is zero there.

    Args and errors as of `limit_value`.

    >>> from ridgeproof.theory.symbols import T, d
    >>> eventual_sign(d * (T - 2 * d) - d * T, lambda expression: -1)
    -1
    """
    return _found(expression, sign, Expansion.sign_of)


def _found(expression: Expr, sign: Sign, ask: Callable[[Expansion, Expr], Found]) -> Found:
    if expression.has(zoo, nan):
        raise SolverError("a denominator vanishes")
    answers: dict[Expr, int] = {}
    while True:
        found = _attempt(expression, tuple(answers.items()), ask)
        if isinstance(found, Asked):
            answers[found.question] = sign(found.question)
        elif isinstance(found, Exception):
            raise type(found)(*found.args)
        else:
            return found


@lru_cache(maxsize=2048)
def _attempt(
    expression: Expr,
    answers: tuple[tuple[Expr, int], ...],
    ask: Callable[[Expansion, Expr], Found],
) -> Found | Exception:
    """What is asked, as far as some answers lead: the next question, or why it is not known.

    Points at which every sign is the same share one expansion.
    """
    try:
        for terms in DEPTHS:
            with suppress(Short):
                return ask(Expansion(terms, dict(answers)), expression)
    except (Asked, SolverError, UndecidedLimit) as outcome:
        # A copy, without the frames that led there.
        return type(outcome)(*outcome.args)
    return undecided(f"more than {DEPTHS[-1]} of its leading terms cancel")
