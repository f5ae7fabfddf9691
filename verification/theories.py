"""The theory as a claim sees it: float64 values, from the catalogue or from a mutated copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from sympy import Expr

from numerics.evaluate import evaluate_terms
from numerics.precision import Float64
from theory.catalogue import find
from theory.formula import ERROR_TERMS, Form, Formula
from theory.setting import Setting

__all__ = ["CATALOGUE", "Theory", "mutated"]


@dataclass(frozen=True)
class Theory:
    """Values of the test error and its terms; ``overrides`` holds formulas tried in their place."""

    overrides: Mapping[str, Formula] = field(default_factory=dict)

    def value(
        self, setting: Setting, quantity: str = "test_error", form: Form = Form.LIMIT
    ) -> float:
        """The value of test_error, bias, variance or synthetic at a setting."""
        terms = evaluate_terms(setting, Float64(), form, self.overrides)
        if quantity in ERROR_TERMS:
            return float(terms[quantity])
        return float(sum(terms.values()))


CATALOGUE = Theory()


def mutated(formula_id: str, changes: Mapping[str, Expr]) -> Theory:
    """The catalogue with some expressions of one formula replaced: a deliberately wrong theorem."""
    formula = find(formula_id)
    wrong = replace(formula, expressions={**formula.expressions, **changes})
    return Theory({formula.id: wrong})
