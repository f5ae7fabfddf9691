"""N1: generators that accumulate their sets, least squares, ridge downstream; closed sums."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import (
    And,
    Eq,
    EulerGamma,
    Expr,
    Integer,
    Not,
    Or,
    Piecewise,
    digamma,
    pi,
    polygamma,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, insert, unfold
from ridgeproof.theory.calculus.mixture import gathering_generation
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.sections import least_squares_generation, whole_process
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import moments, ridge
from ridgeproof.theory.theorems.accumulating_generator import POOLED

__all__ = ["FORMULA", "fresh_limit", "shared_limit"]

_SPARE = sy.T0 - sy.d - 1
_SHIFT = (sy.d + 1) / sy.T0

# sum of 1/(i (i T0-d-1)), and of 1/(i^2 (T0-d-1)), for i = 1, ..., n.
_FRESH = (digamma(sy.n + 1 - _SHIFT) - digamma(1 - _SHIFT) - digamma(sy.n + 1) - EulerGamma) / (
    sy.d + 1
)
_SHARED = (pi**2 / 6 - polygamma(1, sy.n + 1)) / _SPARE


def _terms(total: Expr) -> dict[str, Expr]:
    """Those of ridge (T2), where n generations that replace add n/(T0-d-1) instead."""
    return {
        name: term.subs(sy.n, total * _SPARE) if name == "synthetic" else term
        for name, term in ridge.EXPRESSIONS.items()
    }


_TERMS = {True: _terms(_SHARED), False: _terms(_FRESH)}

EXPRESSIONS = {
    name: fresh
    if (shared := _TERMS[True][name]) == fresh
    else Piecewise((shared, sy.shared), (fresh, Not(sy.shared)))
    for name, fresh in _TERMS[False].items()
}


def fresh_limit() -> Expr:
    """The sum of 1/(i (i T0-d-1)) over every i >= 1: what accumulating fresh sets ends at."""
    return (-EulerGamma - digamma(1 - _SHIFT)) / (sy.d + 1)


def shared_limit() -> Expr:
    """The sum of 1/(i^2 (T0-d-1)) over every i >= 1."""
    return pi**2 / 6 / _SPARE


@lru_cache
def derive() -> Derivation:
    """What one generation adds, the two sums over the generations, and the error downstream."""
    downstream = moments.FORMULA.derive()
    gathering = gathering_generation()
    summed = unfold(
        "all generations, fresh designs",
        "a_n",
        gathering.result,
        "the next second moment",
        [
            insert({sy.gathered: (sy.n + 1) * sy.T0}, "the rows of n + 1 sets"),
            solved_over_generations(sy.a, sy.w0**2, sy.w0**2 + sy.sigma0**2 * _FRESH / sy.s),
        ],
    )
    shared = sy.sigma0**2 * _SHARED * _SPARE
    noise = unfold(
        "all generations, one shared design",
        "pooled_n",
        POOLED.subs(sy.n, sy.n + 1),
        "one fit on the mean of all label sets, whose noise this is the variance of (N1a)",
        [solved_over_generations(sy.pooled, Integer(0), shared)],
    )
    one = least_squares_generation()
    pooled = unfold(
        "one fit of that noise",
        "a_n",
        one.result.subs(sy.sigma0**2, sy.pooled),
        "the next second moment, with noise of variance pooled",
        [insert({sy.a: sy.w0**2, sy.pooled: shared}, "one fit of w0 with all the noise")],
    )
    found = [*downstream.sections]
    for chain, title, terms in (
        ((gathering, summed), "fresh designs", _TERMS[False]),
        ((noise, one, pooled), "one shared design", _TERMS[True]),
    ):
        known = {sy.a: chain[-1].result, sy.m: sy.w0}
        found += [*chain, whole_process(downstream.result, known, sum(terms.values()), title)]
    return replace(
        downstream,
        id=FORMULA.id,
        sections=tuple(found),
        remark="Least squares is unbiased: m = w0.  As n -> infinity both sums converge, to pi^2/6 "
        "on one design and to (-gamma_E - psi(1-(d+1)/T0)) (T0-d-1)/(d+1) < pi^2/6 on fresh ones.",
    )


FORMULA = Formula(
    id="accumulate",
    theorem="N1",
    title="Generators that accumulate their sets: the error stays bounded",
    statement=(
        "Generator i is fitted on all i sets so far and adds sigma0^2 d/(i (i T0-d-1)) to the "
        "error, on one shared design sigma0^2 d/(i^2 (T0-d-1)): both sums converge, and the "
        "well-known sum of 1/i^2 is exact only for the shared design."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(Eq(sy.lam0, 0), Or(sy.T0 >= sy.d + 2, And(Eq(sy.sigma0, 0), sy.T0 >= sy.d))),
    regime="--chain accumulate, lam0 = 0, T0 >= d + 2 (T0 >= d if sigma0 = 0), any lam",
    kind=FormulaKind.LIMIT,
    source="Gerstgrasser et al. 2024 (arXiv 2404.01413) for the setting; derived here",
    derive=derive,
    exact_pieces="the generators' covariance",
    priority=20,
    chain="accumulate",
)
