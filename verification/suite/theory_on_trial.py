"""The theory as a claim sees it: float64 values, from the catalogue or from a mutated copy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from sympy import Expr

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.evaluate import evaluate_terms
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.rows.stage import Stage, solve_stage
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.formula import ERROR_TERMS, Form, Formula
from ridgeproof.theory.settings.setting import Setting

__all__ = ["CATALOGUE", "Theory", "as_fraction", "mutated", "signal_energy"]


@dataclass(frozen=True)
class Theory:
    """Values of the test error, its terms and its optimal penalty.

    ``overrides`` holds formulas tried in their place, ``penalty`` another rule for the ridge,
    ``equations`` the ring that the general theorem is solved in, ``stage`` the equivalent of kernel
    ridge on rows.
    """

    overrides: Mapping[str, Formula] = field(default_factory=dict)
    penalty: Callable[[Setting], Fraction] | None = None
    equations: type[Float64Ring] = Float64Ring
    stage: Callable[..., Stage] = solve_stage

    def optimal_lam(self, setting: Setting) -> Fraction:
        """The penalty claimed to be optimal."""
        if self.penalty is not None:
            return self.penalty(setting)
        return as_fraction(optimum(setting).lam)

    def value(
        self, setting: Setting, quantity: str = "test_error", form: Form = Form.LIMIT
    ) -> float:
        """The value of test_error, bias, variance or synthetic at a setting."""
        terms = evaluate_terms(setting, Float64(), form, self.overrides)
        if quantity in ERROR_TERMS:
            return float(terms[quantity])
        return float(sum(terms.values()))

    def named(self, formula_id: str, name: str, setting: Setting, form: Form = Form.EXACT) -> float:
        """The value of one named expression of a formula at a setting."""
        formula = self.overrides.get(formula_id) or find(formula_id)
        point = make_point(setting, Float64())
        return float(evaluate_expression(formula.expression(name, form), point))


def signal_energy(setting: Setting) -> float:
    """b = ||w0||_Sigma^2."""
    return float(evaluate_expression(sy.b, make_point(setting, Float64())))


def as_fraction(number: Any) -> Fraction:
    """A number of an engine as a rational, to 15 digits."""
    return Fraction(f"{float(number):.15g}")


CATALOGUE = Theory()


def mutated(formula_id: str, changes: Mapping[str, Expr]) -> Theory:
    """The catalogue with some expressions of one formula replaced: a deliberately wrong theorem."""
    formula = find(formula_id)
    wrong = replace(formula, expressions={**formula.expressions, **changes})
    return Theory({formula.id: wrong})
