"""The sections that derivations are made of: one downstream fit, one generation of the chain."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import DOWNSTREAM, GENERATOR, MIXTURE, SIGMA, TRUTH, B, Fit
from ridgeproof.theory.calculus.derivation import Section, Step, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.mixture import (
    deviation,
    exchangeable_rows,
    mixed_gram,
    mixed_inverse,
    mixed_least_squares,
    mixed_noise,
    one_row_of_least_squares,
)
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    elliptical_inverse,
    generator_moments,
    inverse_wishart,
    least_squares,
    noise_expectation,
    pseudo_inverse,
    truth,
)
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

__all__ = [
    "components",
    "downstream_least_squares",
    "insert_moments",
    "least_squares_chain",
    "least_squares_generation",
    "mixed_downstream_least_squares",
]


def components() -> Rule:
    """From tr(B C) = sum_i B_i c_i for every diagonal B, read off c_i."""

    def rewrite(expression: Expr) -> Expr:
        total: Expr = Integer(0)
        for term in Add.make_args(expression):
            probed = [f for f in Mul.make_args(term) if isinstance(f, SpectralSum) and _probes(f)]
            if len(probed) != 1:
                raise DerivationError(f"{term} is not linear in the test matrix B")
            total += term / probed[0] * probed[0].summand / sy.B
        return total

    return Rule(
        "components",
        RuleKind.COMPONENTS,
        "B is an arbitrary diagonal matrix: compare the coefficients of B_i",
        rewrite,
    )


def _probes(node: SpectralSum) -> bool:
    return sy.B in node.bound_symbols


def insert_moments(moments: Mapping[Symbol, Expr]) -> Rule:
    """Put known generator moments (a, m) into the functional."""
    return Rule(
        "generator moments",
        RuleKind.INSERTION,
        "insert " + ", ".join(f"{symbol}_i = {value}" for symbol, value in moments.items()),
        lambda expression: expression.replace(
            lambda node: isinstance(node, SpectralSum),
            lambda node: node.with_levels(dict(moments)),
        ),
        substitution=moments,
    )


def _squared_error(estimate: Symbol = DOWNSTREAM.estimate) -> Expr:
    error = estimate - TRUTH
    error_t = transposed(estimate) - transposed(TRUTH)
    return trace(SIGMA * error * error_t)


_ERROR = "E_test = E ||w_hat - w0||_Sigma^2 = E tr Sigma (w_hat - w0)(w_hat - w0)', w = w_n"


def _inverse(fit: Fit, elliptical: bool) -> Rule:
    return elliptical_inverse(fit) if elliptical else inverse_wishart(fit)


@lru_cache
def downstream_least_squares(*, elliptical: bool = False) -> Section:
    """The downstream least-squares fit: exact at T >= d + 2; a limit where rows share a scale."""
    fit = DOWNSTREAM
    return unfold(
        "downstream least squares",
        "E_test",
        _squared_error(),
        _ERROR,
        [
            least_squares(fit),
            pseudo_inverse(fit),
            noise_expectation(fit),
            pseudo_inverse(fit),
            generator_moments(fit),
            truth(),
            _inverse(fit, elliptical),
            eigenbasis(),
        ],
    )


_MIXED = f"{_ERROR} on synthetic rows, w0 on real ones"


@lru_cache
def mixed_downstream_least_squares() -> Section:
    """Least squares on real and synthetic rows (lam = 0, T >= d + 2): exact at finite size."""
    fit = DOWNSTREAM
    return unfold(
        "downstream least squares on real and synthetic rows",
        "E_test",
        _squared_error(MIXTURE.estimate),
        _MIXED,
        [
            mixed_least_squares(),
            mixed_gram(),
            mixed_inverse(),
            *mixed_noise(),
            mixed_gram(),
            generator_moments(fit),
            truth(),
            deviation(),
            exchangeable_rows(),
            mixed_inverse(),
            one_row_of_least_squares(),
            inverse_wishart(fit),
            eigenbasis(),
        ],
    )


@lru_cache
def least_squares_generation(*, elliptical: bool = False) -> Section:
    """One generation of least squares with T0 >= d + 2 rows: the next second moment, exact.

    Where rows share a scale it is a limit.
    """
    fit = GENERATOR
    return unfold(
        "one generator by least squares",
        "a'",
        trace(B * fit.estimate * transposed(fit.estimate)),
        "tr B A' for the second moment A' = E[w' w''] of the next generator w' = w_hat0, "
        "B any diagonal matrix",
        [
            least_squares(fit),
            pseudo_inverse(fit),
            noise_expectation(fit),
            pseudo_inverse(fit),
            generator_moments(fit),
            _inverse(fit, elliptical),
            eigenbasis(),
            components(),
        ],
    )


@lru_cache
def least_squares_chain(*, elliptical: bool = False) -> Section:
    """Generations of least squares with T0 >= d + 2 rows: a_n, n symbolic; exact as one of them."""
    one = least_squares_generation(elliptical=elliptical)
    solved = solved_over_generations(sy.a, sy.w0**2)
    steps = (*one.steps, Step(solved(one.result), solved))
    return Section("generators by least squares", "a_n", one.start, one.start_reason, steps)
