"""T7: scaling exponents under a power-law spectrum, T0 = T^c and lam = T^-ell."""

from __future__ import annotations

from functools import lru_cache, partial

from sympy import And, Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.exponents import derivation_steps, terms, unfold
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA"]

EXPRESSIONS = {f"{name}_exponent": unfold(exponent) for name, exponent in terms().items()}


def _restated(expression: Expr, _: Expr) -> Expr:
    """These lines are statements with their own proofs, not rewritings of one another."""
    return expression


@lru_cache
def derive() -> Derivation:
    """From the order of the degrees of freedom to the exponents, regime by regime."""
    lines = derivation_steps()
    first, *rest = lines
    steps = tuple(
        Step(
            line.expression,
            Rule(
                line.proved_by.value,
                RuleKind.SCALING,
                line.justification,
                partial(_restated, line.expression),
            ),
        )
        for line in rest
    )
    section = Section(
        "exponents of T",
        "E_test ~ T^rate",
        first.expression,
        first.justification,
        steps,
    )
    return Derivation(
        FORMULA.id,
        (section,),
        "r_ = min(r, 1).  Powers of T only: at r = 1 the bias carries a factor log T.",
    )


FORMULA = Formula(
    id="power-law",
    theorem="T7",
    title="Modified scaling laws under a power-law spectrum",
    statement=(
        "With s_i = i^-beta, b_i ~ i^-(1 + 2 beta r), T0 = T^c, d = phi0 T0 and lam = T^-ell each "
        "term of the error behaves as a power of T; the exponents are below, the optimal ell and "
        "rate are those of `ridgeproof exponents`."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(sy.beta > 1, sy.r > 0),
    regime="power-law spectrum, beta > 1, r > 0, 0 < phi0 < 1, T -> infinity",
    kind=FormulaKind.SCALING,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); corrected at small c, derived here",
    derive=derive,
)
