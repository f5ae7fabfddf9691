"""Checks for the lines of a scaling derivation.

A line was proved when the derivation was built, which raises otherwise.  An exponent, and a written
argument above all, is checked here against those measured from the deterministic equivalent on
actual spectra: a route that shares nothing with leading orders.
"""

from __future__ import annotations

from fractions import Fraction

from sympy import Rational, Symbol
from sympy.core.relational import Equality

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Step
from ridgeproof.theory.scaling.fake_data import c, source
from ridgeproof.theory.theorems.power_law import Method
from ridgeproof.verification.derivations.slopes import Growth, measured_exponents, plateau_slope

__all__ = ["check_scaling"]

# Measured slopes approach the exponents like powers of T: at T = 10^6 they are this close at the
# parameters below, where no two terms compete.
_SLOPE_TOLERANCE = 0.05

_SAMPLES = (
    Growth(Fraction(3, 2), Fraction(2, 5), Fraction(3, 5), Fraction(9, 22)),
    Growth(Fraction(2), Fraction(1, 2), Fraction(4, 5), Fraction(1, 2)),
)


def check_scaling(step: Step) -> tuple[bool, float, float, str]:
    """(checked, gap, allowed, method) for one line of the scaling derivation."""
    measured = [_measured_gap(step, growth) for growth in _SAMPLES]
    gaps = [gap for gap in measured if gap is not None]
    if gaps:
        return max(gaps) <= _SLOPE_TOLERANCE, max(gaps), _SLOPE_TOLERANCE, "slopes at T = 10^6"
    proved = step.rule.name not in {Method.ARGUMENT.value, Method.AXIOM.value}
    return proved, 0.0, 0.0, f"proved by {step.rule.name}"


def _measured_gap(step: Step, growth: Growth) -> float | None:
    """|measured - claimed| for a line ``name = exponent``; None where it names nothing measured."""
    statement = step.expression
    if not isinstance(statement, Equality) or not isinstance(statement.lhs, Symbol):
        return None
    slopes = measured_exponents(growth)
    name = statement.lhs.name
    if name == "plateau":
        exponent = statement.rhs.as_base_exp()[1].subs(_values(growth, slopes))
        return abs(plateau_slope(growth) - float(exponent))
    if name not in slopes:
        return None
    claimed = statement.rhs.subs(_values(growth, slopes))
    return abs(slopes[name] - float(claimed)) if claimed.is_number else None


def _values(growth: Growth, slopes: dict[str, float]) -> dict[Symbol, Rational]:
    def rational(value: Fraction) -> Rational:
        return Rational(value.numerator, value.denominator)

    known = {
        sy.beta: rational(growth.beta),
        sy.r: rational(growth.r),
        source: rational(min(growth.r, Fraction(1))),
        c: rational(growth.c),
        sy.ell: rational(growth.ell),
    }
    named = {Symbol(name): Rational(str(slope)) for name, slope in slopes.items()}
    orders = {Symbol(name, nonnegative=True): named[Symbol(name)] for name in ("k", "f")}
    return known | named | orders
