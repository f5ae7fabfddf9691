"""N1b: generators on all sets so far without ridge, from fewer rows than dimensions on."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Eq, Expr, Not, Piecewise

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import generator
from ridgeproof.theory.theorems.accumulating_generator import POOLED

__all__ = ["FORMULA"]

_FIRST = Eq(sy.gathered, sy.T0)
# E X^+ X^+' on all N rows: the noise of T4 for unit noise, at kappa0 of N rows.
_NOISE = sy.s / (sy.s + sy.kappa0) ** 2 / (sy.gathered - sy.df2_0)
_LATER = sy.a + sy.sigma0**2 * sy.T0 / sy.gathered * _NOISE


def _from(first: Expr, later: Expr) -> Expr:
    return Piecewise((first, _FIRST), (later, Not(_FIRST)))


EXPRESSIONS = {
    "mean": _from(generator.EXPRESSIONS["mean"], sy.m),
    "second_moment": _from(generator.EXPRESSIONS["second_moment"], _LATER),
    "label_noise": POOLED,
}


@lru_cache
def derive() -> Derivation:
    """The first generation is T4; later ones lose nothing and add a share of the noise."""
    one = generator.FORMULA.derive()
    step = generator.EXPRESSIONS["second_moment"].subs(sy.gamma0, sy.df2_0 / sy.T0)
    noise = sum(term for term in step.args if term.has(sy.sigma0))
    later = unfold(
        "a later generation",
        "a'",
        sy.a + sy.T0 / sy.gathered * noise.subs(sy.T0, sy.gathered),
        "w' = w + sigma0 (X_all'X_all)^+ X0'e0, because w lies in the row space of the earlier "
        "sets; the rows are exchangeable, so that E[...] is T0/N of the noise of a fit on N rows",
        [restate(_LATER, "the noise of T4 on N rows: T0 (1-gamma0) becomes N - df2(kappa0)")],
    )
    return replace(
        one,
        id=FORMULA.id,
        sections=(*one.sections, later),
        remark="kappa0 belongs to N rows: df1(kappa0) = N below d, kappa0 = 0 above.  The bias is "
        "that of the first generation for ever.",
    )


FORMULA = Formula(
    id="accumulating-minimum-norm",
    theorem="N1b",
    title="Accumulated sets that begin with fewer rows than dimensions",
    statement=(
        "The first minimum-norm fit loses what it does not see, and nothing is lost after it: the "
        "bias freezes at its first value, while every set adds the share T0/N of the noise of a "
        "fit on all N rows."
    ),
    expressions=EXPRESSIONS,
    assumptions=Eq(sy.lam0, 0),
    regime="--chain accumulate, lam0 = 0, any T0; exact for Sigma = I by finite-size",
    kind=FormulaKind.LIMIT,
    source="derived here, from the equivalents in Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712)",
    derive=derive,
    chain="accumulate; accumulate, varying",
)
