"""The sections that derivations are made of: one generation of the chain, all of it, the error."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import ESTIMATE, SIGMA, TRUTH, B, W
from ridgeproof.theory.calculus.derivation import Section, insert, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
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
    "as_a_generator",
    "components",
    "error_of_a_model",
    "least_squares_chain",
    "least_squares_downstream",
    "least_squares_generation",
    "whole_process",
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


def as_a_generator() -> Rule:
    """The rows and the noise of a generator."""
    return insert({sy.T: sy.T0, sy.sigma: sy.sigma0}, "the rows and the noise of a generator")


@lru_cache
def error_of_a_model() -> Section:
    """The error of any model in its first two moments."""
    return unfold(
        "the error of a model",
        "E_test",
        trace(SIGMA * (W - TRUTH) * (transposed(W) - transposed(TRUTH))),
        "E_test = E ||w - w0||_Sigma^2 = E tr Sigma (w - w0)(w - w0)'",
        [generator_moments(), truth(), eigenbasis()],
    )


@lru_cache
def least_squares_generation() -> Section:
    """One generation of least squares with T0 >= d + 2 rows: the next second moment, exact."""
    return unfold(
        "one generator by least squares",
        "a'",
        trace(B * ESTIMATE * transposed(ESTIMATE)),
        "tr B A' for the second moment A' = E[w' w''] of the next generator w' = w_hat, "
        "B any diagonal matrix",
        [
            least_squares(),
            pseudo_inverse(),
            noise_expectation(),
            pseudo_inverse(),
            generator_moments(),
            inverse_wishart(),
            eigenbasis(),
            components(),
            as_a_generator(),
        ],
    )


def least_squares_chain(one: Section) -> Section:
    """Generations by least squares, n symbolic: a_n, from what ``one`` of them makes of a."""
    return unfold(
        "generators by least squares",
        "a_n",
        one.result,
        "the next second moment",
        [solved_over_generations(sy.a, sy.w0**2)],
    )


def least_squares_downstream(one: Section, target: Expr) -> tuple[Section, ...]:
    """The chain, and a downstream fit that is one generation more, with T rows and noise sigma."""
    chain, error = least_squares_chain(one), error_of_a_model()
    last = one.result.xreplace({sy.T0: sy.T, sy.sigma0: sy.sigma, sy.q0: sy.q})
    total = unfold(
        "the whole process",
        "E_test",
        error.result,
        "the error of the downstream fit, w = w_hat",
        [
            insert({sy.a: last}, "w_hat is one generation more, with T rows and noise sigma"),
            insert({sy.a: chain.result, sy.m: sy.w0}),
            restate(target, "sum over the eigenvalues; the truth cancels"),
        ],
    )
    return chain, error, total


def whole_process(
    downstream: Expr, moments: Mapping[Symbol, Expr], target: Expr, title: str = ""
) -> Section:
    """The downstream error of ridge (T3) on labels of a generator with known moments."""
    return unfold(
        ", ".join(["the whole process", *filter(None, [title])]),
        "E_test",
        downstream,
        "the downstream error, as a functional of the last generator",
        [
            insert(moments),
            restate(target, "partial fractions in s, lam = kappa (1 - df1/T), gamma = df2/T"),
        ],
    )
