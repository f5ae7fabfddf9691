"""N1: generators that accumulate their sets, least squares, ridge downstream; closed sums."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import And, Eq, EulerGamma, Expr, Not, Or, Piecewise, digamma, pi, polygamma

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, Section, restate, unfold
from ridgeproof.theory.calculus.gathering import (
    gathering_generation,
    repeating_generation,
    summed_over_generations,
)
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.calculus.sections import insert_moments
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import moments, ridge

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


def _rows_so_far() -> Rule:
    rows = (sy.n + 1) * sy.T0
    return Rule(
        "rows so far",
        RuleKind.INSERTION,
        "N = (n+1) T0 for generation n + 1",
        lambda step: step.subs(sy.gathered, rows),
        substitution={sy.gathered: rows},
    )


@lru_cache
def derive() -> Derivation:
    """What one generation adds, the two sums over the generations, and the error downstream."""
    found = []
    for one, total, rules, title in (
        (repeating_generation(), _SHARED, [], "one shared design"),
        (gathering_generation(), _FRESH, [_rows_so_far()], "fresh designs"),
    ):
        closed = sy.w0**2 + sy.sigma0**2 * total / sy.s
        summed = unfold(
            f"all generations, {title}",
            "a_n",
            one.result,
            "the next second moment",
            [*rules, summed_over_generations(sy.a, sy.w0**2, closed)],
        )
        found.append((one, summed, title))
    downstream = moments.FORMULA.derive()
    (again, repeated, reused), (one, gathered, fresh) = found
    return replace(
        downstream,
        id=FORMULA.id,
        sections=(
            *downstream.sections,
            one,
            gathered,
            _total(downstream, gathered, _TERMS[False], fresh),
            again,
            repeated,
            _total(downstream, repeated, _TERMS[True], reused),
        ),
        remark="Least squares is unbiased: m = w0.  As n -> infinity both sums converge, to pi^2/6 "
        "on one design and to (-gamma_E - psi(1-(d+1)/T0)) (T0-d-1)/(d+1) < pi^2/6 on fresh ones.",
    )


def _total(downstream: Derivation, chain: Section, terms: dict[str, Expr], title: str) -> Section:
    return unfold(
        f"the whole process, {title}",
        "E_test",
        downstream.result,
        "the downstream error, as a functional of the last generator",
        [
            insert_moments({sy.a: chain.result, sy.m: sy.w0}),
            restate(
                sum(terms.values()),
                "partial fractions in s, lam = kappa (1 - df1/T), gamma = df2/T",
            ),
        ],
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
