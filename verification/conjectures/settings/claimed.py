"""The claimed side: the value of a conjecture's formula at a setting, exact or in the limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from typing import Any

import mpmath
from sympy import Expr, Integer, oo

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.walker import AMPLITUDES, evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.holds import named_values
from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.case import DIGITS
from ridgeproof.verification.conjectures.ladder.formula import (
    Where,
    check_guards,
    in_words,
    limit_at,
)

__all__ = ["another_limit", "claimed_limit", "claimed_value", "limits_in_words"]

_SHOWN = 3  # limits, where the formula has several


def claimed_value(conjecture: Conjecture, setting: Setting) -> Any:
    """The formula's value at a setting, to `DIGITS` digits; a limit may be infinite.

    Raises:
        SolverError: the formula, or a piece of it, is infinite or undefined there; of a limit,
            undefined.
        UndecidedLimit: the limit is not known, nor whether the formula is defined.
    """
    formula, limit = conjecture.formula, conjecture.kind == "limit"
    check_guards(conjecture.guards, _where(setting), limit=limit)
    if limit:
        formula = claimed_limit(formula, setting)
        if formula in (oo, -oo):
            return mpmath.inf if formula == oo else -mpmath.inf
    engine = Balls(DIGITS)
    value = evaluate_expression(formula, make_point(setting, engine))
    if not engine.is_finite(value):
        raise SolverError(f"{conjecture.formula_text} is not a finite real number")
    return center(value)


@lru_cache(maxsize=4096)
def claimed_limit(formula: Expr, setting: Setting) -> Expr:
    """What a formula tends to as the sizes of a setting grow together, or oo, or -oo.

    In the limit d, T, T0, the width and the degrees of freedom grow; kappa, gamma, phi, b do not.

    Raises:
        SolverError: the formula is undefined at all large sizes.
        UndecidedLimit: the limit is not known.
    """
    return limit_at(formula, _where(setting))


def _where(setting: Setting) -> Where:
    values = named_values(setting)
    scales = {symbol: value for symbol, value in values.items() if symbol in AMPLITUDES}
    absent = {symbol: value for symbol, value in scales.items() if value == 0}
    scales |= {sy.kappa: Integer(0)} if setting.lam == 0 and setting.T >= setting.d else {}
    engine = Balls(DIGITS)

    def ball(expression: Expr) -> Any:
        with engine.scope():
            return engine.convert(evaluate_expression(expression, make_point(setting, engine)))

    return Where(values, ball, absent, scales)


def limits_in_words(conjecture: Conjecture, settings: Sequence[Setting]) -> str:
    """What the formula tends to at some settings, or why that is not known."""
    # With a noise of zero a formula has fewer terms: the others say more.
    fewest = min(len(_where(setting).absent) for setting in settings)
    found: dict[str, None] = {}
    unknown = ""
    for setting in settings:
        if len(_where(setting).absent) == fewest:
            try:
                found[in_words(claimed_limit(conjecture.formula, setting))] = None
            except SolverError as error:
                found[f"nothing real ({error})"] = None
            except UndecidedLimit as error:
                unknown = str(error)
    shown = list(found)[:_SHOWN] + ["..."] * (len(found) > _SHOWN)
    known = f"the formula tends to {', elsewhere to '.join(shown)}"
    return "; elsewhere ".join(filter(None, [known if found else "", unknown]))


def another_limit(conjecture: Conjecture, setting: Setting, settings: Iterable[Setting]) -> str:
    """What the formula tends to at a setting, where it does not at some others; empty if it does.

    A noise that is zero there is no difference.
    """
    formula, absent = conjecture.formula, _where(setting).absent
    try:
        here = claimed_limit(formula, setting)
        for other in settings:
            with suppress(SolverError, UndecidedLimit):
                if claimed_limit(formula, other).subs(absent) == here:
                    return ""
    except SolverError:
        return ""  # undefined, which the counterexample says
    return f"at the counterexample the formula tends to {in_words(here)}"
