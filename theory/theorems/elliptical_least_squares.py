"""N7, rows with a scale of their own: least squares is not universal."""

from __future__ import annotations

from functools import lru_cache

from sympy import Integer

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.calculus.sections import (
    downstream_least_squares,
    insert_moments,
    least_squares_chain,
)
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import ridgeless

__all__ = ["FORMULA"]

EXPRESSIONS = {
    "bias": Integer(0),
    "variance": sy.sigma**2 * sy.q,
    "synthetic": sy.n * sy.sigma0**2 * sy.q0,
}


@lru_cache
def derive() -> Derivation:
    """As T1, with the equivalent of (X'X)^-1 for rows that share a scale in place of its mean."""
    chain = least_squares_chain(elliptical=True)
    downstream = downstream_least_squares(elliptical=True)
    total = unfold(
        "the whole process",
        "E_test",
        downstream.result,
        "the downstream error, as a functional of the last generator",
        [
            insert_moments({sy.a: chain.result, sy.m: sy.w0}),
            restate(sum(EXPRESSIONS.values()), "sum over the eigenvalues; the truth cancels"),
        ],
    )
    return Derivation(
        FORMULA.id,
        (chain, downstream, total),
        "Leaving one row out: d = tr (X'X)(X'X)^-1 is the sum over the rows of "
        "tau q_i/(1 + tau q_i), where every q_i tends to q.  tau = 1 gives q = d/(T-d).",
    )


FORMULA = Formula(
    id="elliptical-least-squares",
    theorem="N7b",
    title="Least squares on rows that each have a scale of their own",
    statement=(
        "Where a row is sqrt(tau) times a normal vector, with a fresh scale tau of mean 1, "
        "d/(T-d) becomes the root q of E[tau q/(1 + tau q)] = d/T, which is larger: the normal "
        "formula is wrong at leading order."
    ),
    expressions=EXPRESSIONS,
    assumptions=ridgeless.FORMULA.assumptions,
    regime=f"elliptical features, {ridgeless.FORMULA.regime}",
    kind=FormulaKind.LIMIT,
    source="derived here",
    derive=derive,
    priority=30,
    features="elliptical",
)
