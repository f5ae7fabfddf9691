"""The claimed side: the value of a conjecture's formula at a setting, exact or in the limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any

import mpmath
from sympy import Expr, Integer, Symbol, expand_log, nan, oo, zoo

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Multiprecision
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.walker import AMPLITUDES, evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.holds import named_values
from ridgeproof.theory.errors import NotBuilt, SolverError, UndecidedLimit
from ridgeproof.theory.limits import eventual_sign, limit_value
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.guards import Guard

__all__ = ["DIGITS", "another_limit", "claimed_limit", "claimed_value", "limits_in_words"]

# Working digits of the high-precision rung; 40 are compared.
DIGITS = 50
_SHOWN = 3  # limits, where the formula has several


def claimed_value(conjecture: Conjecture, setting: Setting) -> Any:
    """The formula's value at a setting, to `DIGITS` digits; a limit may be infinite.

    Raises:
        SolverError: the formula, or a piece of it, is infinite or undefined there; of a limit,
            undefined.
        UndecidedLimit: the limit is not known, nor whether the formula is defined.
    """
    formula, limit = conjecture.formula, conjecture.kind == "limit"
    _check_guards(conjecture.guards, setting, limit)
    if limit:
        formula = claimed_limit(formula, setting)
        if formula in (oo, -oo):
            return mpmath.inf if formula == oo else -mpmath.inf
    engine = Multiprecision(DIGITS)
    value = evaluate_expression(formula, make_point(setting, engine))
    if not engine.is_finite(value):
        raise SolverError(f"{conjecture.formula_text} is not a finite real number")
    return value


def _check_guards(guards: Iterable[Guard], setting: Setting, limit: bool) -> None:
    """Raise SolverError where a piece of the formula is undefined, in a limit at large sizes."""
    guards = tuple(guards)
    if not guards:
        return
    values = named_values(setting)
    zeros = {symbol: value for symbol, value in values.items() if symbol in AMPLITUDES}
    zeros |= {sy.kappa: Integer(0)} if setting.lam == 0 and setting.T >= setting.d else {}
    absent = dict.fromkeys(_absent(setting), Integer(0))
    known = partial(_sign, setting=setting)

    def sign(expression: Expr) -> int:
        return eventual_sign(expression.subs(absent), known) if limit else known(expression)

    for guard in guards:
        guard.check(sign, values, zeros)


@lru_cache(maxsize=4096)
def claimed_limit(formula: Expr, setting: Setting) -> Expr:
    """What a formula tends to as the sizes of a setting grow together, or oo, or -oo.

    In the limit d, T, T0, the width and the degrees of freedom grow; kappa, gamma, phi, b do not.

    Raises:
        SolverError: the formula is undefined at all large sizes.
        UndecidedLimit: the limit is not known.
    """
    # What a noise of zero multiplies does not happen: there may be no T0.
    present = formula.subs({symbol: Integer(0) for symbol in _absent(setting)})
    if present.has(zoo, nan):
        present = formula
    return limit_value(present, partial(_sign, setting=setting))


def limits_in_words(conjecture: Conjecture, settings: Sequence[Setting]) -> str:
    """What the formula tends to at some settings, or why that is not known."""
    # With a noise of zero a formula has fewer terms: the others say more.
    fewest = min(len(_absent(setting)) for setting in settings)
    found: dict[str, None] = {}
    unknown = ""
    for setting in settings:
        if len(_absent(setting)) == fewest:
            try:
                found[_in_words(claimed_limit(conjecture.formula, setting))] = None
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
    formula, absent = conjecture.formula, dict.fromkeys(_absent(setting), 0)
    try:
        here = claimed_limit(formula, setting)
        for other in settings:
            with suppress(SolverError, UndecidedLimit):
                if claimed_limit(formula, other).subs(absent) == here:
                    return ""
    except SolverError:
        return ""  # undefined, which the counterexample says
    return f"at the counterexample the formula tends to {_in_words(here)}"


def _in_words(expression: Expr) -> str:
    return str(expression).replace("**", "^").replace("oo", "infinity")


def _absent(setting: Setting) -> list[Symbol]:
    values = named_values(setting)
    return [symbol for symbol in AMPLITUDES if values.get(symbol) == 0]


def _sign(expression: Expr, setting: Setting) -> int:
    """The sign of an expression at a setting: exact where it is rational, by balls where not."""
    value = expression.xreplace(named_values(setting))
    if value.is_number and not value.is_Rational:
        # Logarithms of different primes are linearly independent over the rationals.
        value = expand_log(value, force=True, factor=True)
    if value.is_Rational:
        return (value.p > 0) - (value.p < 0)
    engine = Balls(DIGITS)
    try:
        with engine.scope():
            ball = evaluate_expression(expression, make_point(setting, engine))
            return engine.compare(ball, engine.number(0))
    except (SolverError, NotBuilt):
        shown = _in_words(expression)
        raise UndecidedLimit(f"it is not decided whether {shown} is zero") from None
