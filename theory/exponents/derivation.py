"""The derivation of the scaling exponents, step by step, each with what proved it.

Exponents are those of T.  A step marked `argument` is a written proof whose ingredients are the
machine-checked steps around it; `axiom` is the deterministic equivalent or a definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from sympy import And, Eq, Expr, Implies, Le, Max, Min, Symbol, oo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.exponents.asymptotics import (
    bias_head_and_tail,
    complement_is_square,
    head_level_bound,
    learned_on_every_cell,
    logarithmic_derivative,
    tail_integral,
    tail_level_bound,
    terms_are_continuous,
)
from ridgeproof.theory.exponents.crossover import crossover, crossover_of_ridge, plateau_exponent
from ridgeproof.theory.exponents.optimum import optimal_exponents
from ridgeproof.theory.exponents.plateau import gap_identity, plateau_height, refute_divergence
from ridgeproof.theory.exponents.proofs import Method, Proof
from ridgeproof.theory.exponents.regimes import ScalingRegime
from ridgeproof.theory.exponents.regions import c
from ridgeproof.theory.exponents.terms import KAPPA, LEARNED, Noise, terms, unfold

__all__ = ["ScalingStep", "derivation_steps"]


class ScalingStep(NamedTuple):
    """One line of the derivation."""

    expression: Expr
    justification: str
    proved_by: Method


_K, _F = Symbol("k", nonnegative=True), Symbol("f", nonnegative=True)
_ELL, _RATE = Symbol("ell_opt"), Symbol("rate")
_KEPT = Symbol("rate_at_classical")

_SETTINGS = {
    Noise.SYNTHETIC: "fake data (n >= 1, sigma0 > 0, sigma > 0)",
    Noise.SYNTHETIC_ONLY: "fake data, sigma = 0",
    Noise.CLEAN: "clean data (n sigma0^2 = 0, sigma > 0)",
    Noise.NOISE_FREE: "no label noise at all",
}


@lru_cache(maxsize=1)
def derivation_steps() -> tuple[ScalingStep, ...]:
    """Return (expression, justification, proved_by) for every step, proving each on the way.

    Raises:
        DerivationError: a step does not hold.

    >>> {step.proved_by.value for step in derivation_steps()} <= {m.value for m in Method}
    True
    """
    return (*_sums(), *_terms(), *_optima(), *_plateau(), *_crossovers())


def _method(*proofs: Proof) -> Method:
    """The weaker link names the step: one inequality left to z3 makes it z3's."""
    return Method.Z3 if any(p.method is Method.Z3 for p in proofs) else Method.POSITIVITY


def _sums() -> Iterator[ScalingStep]:
    yield ScalingStep(
        Eq(sy.lam, sy.kappa * (1 - sy.df1 / sy.T)),
        "definition of kappa in the deterministic equivalent; s_i = i^-beta, b_i = i^-(1 + 2 beta "
        "r), lam = T^-ell, T0 = T^c, d = phi0 T0",
        Method.AXIOM,
    )
    for (statement, proof), reason in (
        (head_level_bound(), "u = s/(s + kappa), for s >= kappa; and u <= 1"),
        (tail_level_bound(), "for every level: the denominator shrinks"),
    ):
        yield ScalingStep(statement, reason, proof.method)
    yield ScalingStep(
        tail_integral(),
        "bounds the sum over i > N = kappa^(-1/beta) of s_i/kappa = (i/N)^-beta: the directions "
        "that are not learned count for a constant times those that are",
        Method.ALGEBRA,
    )
    yield ScalingStep(
        Eq(_F, Min(_K / sy.beta, c)),
        "the exponent of df1 and of df2, kappa = T^-k: min(N, d)/4 <= df_k <= min(N, d) beta/(beta "
        "- 1), from the three bounds above",
        Method.ARGUMENT,
    )
    yield ScalingStep(
        Eq(_K, KAPPA),
        "T >= d: df1/T <= phi0 < 1 at c = 1 and -> 0 below, so kappa and lam have one order.  T < "
        "d: so they do while df1 = o(T), that is for ell < beta; from there on kappa stays at its "
        "value for lam = 0, where df1 = T, since d kappa/d lam = 1/(1 - gamma) is bounded",
        Method.ARGUMENT,
    )
    yield ScalingStep(
        Eq(_F, LEARNED),
        "both together, on each of the four cells (inside and beyond the domain, T >= d and T < "
        "d): df_2 saturates at d when c <= 1 and at the order of T when c > 1",
        _method(*learned_on_every_cell()),
    )


def _terms() -> Iterator[ScalingStep]:
    yield ScalingStep(
        logarithmic_derivative(),
        "kappa du/dkappa = -u (1 - u) summed, with df1 ~ kappa^(-1/beta): at lam = 0, T < d, gamma "
        "tends to 1 - 1/beta < 1; at T >= d gamma <= phi0.  Hence 1/(1 - gamma) is of order 1",
        Method.ALGEBRA,
    )
    exponents = terms()
    k_and_f = bias_head_and_tail()
    yield ScalingStep(
        Eq(Symbol("bias"), k_and_f),
        "kappa^2 sum b_i/(s_i + kappa)^2: head i <= N and tail i > N are power sums, each of the "
        "order of its largest end; r_ = min(r, 1).  At r = 1 the head has log T equal ends",
        Method.POSITIVITY,
    )
    terms_are_continuous()
    yield ScalingStep(
        Eq(Symbol("variance"), exponents["variance"]),
        "sigma^2 gamma/(1 - gamma), gamma = df2/T, 1/(1 - gamma) of order 1",
        Method.ARGUMENT,
    )
    yield ScalingStep(
        complement_is_square(),
        "d - 2 df1 + df2 = sum (1 - u)^2; it is of order d where df1 = o(d), in particular for "
        "c > 1, and where df1 is of order d (only for c <= 1) df2 alone is as large",
        Method.ALGEBRA,
    )
    yield ScalingStep(
        Eq(Symbol("synthetic"), exponents["synthetic"]),
        "n sigma0^2 rho, rho = [df2 + gamma/(1 - gamma) (d - 2 df1 + df2)]/(T0 - d), with the "
        "order of each factor",
        Method.ARGUMENT,
    )
    yield ScalingStep(
        Eq(Symbol("E"), Max(*(Symbol(name) for name in exponents))),
        "the error is a sum of non-negative terms: its exponent is the largest of theirs",
        Method.ARGUMENT,
    )


def _optima() -> Iterator[ScalingStep]:
    for noise in Noise:
        optimum = optimal_exponents(noise)
        for regime in optimum.regimes:
            yield ScalingStep(
                Implies(_where(regime), And(Eq(_ELL, regime.ell), Eq(_RATE, regime.rate))),
                f"{_SETTINGS[noise]}: {_reason(regime)}",
                _method(*regime.proofs),
            )
    for regime in optimal_exponents().classical:
        yield ScalingStep(
            Implies(_where(regime), Eq(_KEPT, regime.rate)),
            f"{_SETTINGS[Noise.SYNTHETIC]}: the classical ell = {regime.ell} kept, the largest "
            "term there",
            _method(*regime.proofs),
        )


def _reason(regime: ScalingRegime) -> str:
    programme = (
        "min over ell of the maximum, a vertex of a linear programme; attained there, and a lower "
        "bound on every cell by dual weights"
    )
    if regime.rate == -oo:
        return "every term falls without bound as ell grows: lam = 0 recovers the truth, E = 0"
    if regime.ell == regime.least_ell:
        return programme
    return (
        f"{programme}.  Every ell >= {regime.least_ell} reaches the rate; the optimal one balances "
        "the bias with what the ridge still saves of the variance, (d - df2)/T"
    )


def _where(regime: ScalingRegime) -> Expr:
    interval = regime.region.intervals[-1]
    return And(c > interval.low, c <= interval.high)


def _plateau() -> Iterator[ScalingStep]:
    left, right = gap_identity()
    yield ScalingStep(
        Eq(left, right, evaluate=False),
        "the distance of (T0 - d) rho from d, gamma = df2/T",
        Method.ALGEBRA,
    )
    refutation = refute_divergence()
    yield ScalingStep(
        Le(Symbol("rho"), plateau_height()),
        "each summand is non-negative since df2 <= df1 <= d and 2 df2 <= T (T >= 2 d suffices): "
        "whatever the ridge, the synthetic term is at most n sigma0^2 phi0/(1 - phi0)",
        refutation.bounded.method,
    )
    yield ScalingStep(
        Implies(
            c < refutation.region.intervals[-1].high,
            And(
                Eq(Symbol("refuted"), sy.T**refutation.claimed),
                Eq(Symbol("limit"), refutation.truth),
            ),
        ),
        "the scaling formula read outside its domain promises the growth T^(1/(2 beta r_ + 1) - c) "
        "of the classical ridge; the bound refutes it.  (d - df2)/d <= 2 kappa d^beta vanishes, so "
        "the error tends to the bound",
        _method(refutation.diverges, refutation.sampled, refutation.bounded, refutation.approaches),
    )


def _crossovers() -> Iterator[ScalingStep]:
    yield ScalingStep(
        Eq(Symbol("T_x"), crossover()),
        "variance = synthetic term when all directions are learned (least squares)",
        Method.ALGEBRA,
    )
    yield ScalingStep(
        Eq(Symbol("T_x"), crossover_of_ridge()),
        "the same equation for any ridge, linear in T: at least T_x - 2 d, at most T_x",
        Method.ALGEBRA,
    )
    yield ScalingStep(
        Eq(Symbol("plateau"), sy.T0 ** unfold(plateau_exponent())),
        "the optimal error at fixed T0, T -> oo: gamma -> 0 leaves the bias and df2/(T0 - d), the "
        "programme of c = 1 with T0 in the place of T",
        Method.ARGUMENT,
    )
