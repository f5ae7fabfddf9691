"""The claimed side: the value of a conjecture's formula at a setting, exact or in the limit."""

from __future__ import annotations

from typing import Any

from ridgeproof.numerics.arithmetic.precision import Multiprecision
from ridgeproof.numerics.point import Point, make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture

__all__ = ["DIGITS", "GROWTH", "claimed_value"]

# Working digits of the high-precision rung; 40 are compared.
DIGITS = 50
# A limit is a formula at sizes this many times as large: what is left is far below 40 digits.
GROWTH = 10**60

_EXTENSIVE = (sy.d, sy.T, sy.T0, sy.width)
_DEGREES = (sy.df1, sy.df2)


def claimed_value(conjecture: Conjecture, setting: Setting) -> Any:
    """The formula's value at a setting, to `DIGITS` digits; for a limit, that of the grown setting.

    Growing multiplies d, T, T0, the width and the degrees of freedom, and leaves kappa, gamma, phi
    and b alone.

    Raises:
        SolverError: the formula is infinite or undefined there.
    """
    engine = Multiprecision(DIGITS)
    point = make_point(setting, engine)
    if conjecture.kind == "limit":
        point = _grown(point)
    value = evaluate_expression(conjecture.formula, point)
    if not engine.is_finite(value):
        raise SolverError(f"{conjecture.formula_text} is not a finite real number")
    return value


def _grown(point: Point) -> Point:
    values: dict[Any, Any] = {
        symbol: point.values[symbol] * GROWTH for symbol in _EXTENSIVE if symbol in point.values
    }
    with point.engine.scope():
        for degrees in _DEGREES:
            values[degrees] = evaluate_expression(degrees, point) * point.engine.number(GROWTH)
        values[sy.gamma] = evaluate_expression(sy.gamma, point)
        values[sy.b] = evaluate_expression(sy.b, point)
    return point.with_values(values)
