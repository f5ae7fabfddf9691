"""Sigma = I: totals instead of levels, and minimum-norm generators in closed form."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, cancel, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import GENERATOR, SIGMA, TRUTH
from ridgeproof.theory.calculus.derivation import Section, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    dual_inverse_wishart,
    generator_moments,
    isotropic_covariance,
    least_squares,
    noise_expectation,
    projector,
    random_projection,
    shared_chain,
    summed_noise_expectation,
    truth,
)
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.definitions import ridge_of_kappa
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.specialise import isotropic

__all__ = [
    "equal_when_isotropic",
    "independent_mean",
    "independent_second_moment",
    "insert_totals",
    "isotropic_sums",
    "restate_when_isotropic",
    "shared_mean",
    "shared_second_moment",
]


def isotropic_sums() -> Rule:
    """Every sum over levels is d times its summand; T0 = eta d."""
    return Rule(
        "totals",
        RuleKind.ALGEBRA,
        "Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d",
        lambda expression: isotropic(expression).subs(sy.T0, sy.eta * sy.d),
        needs=frozenset({"isotropic"}),
    )


def insert_totals(totals: dict[Expr, Expr]) -> Rule:
    """Put the totals alpha and mu of a known generator in."""
    return Rule(
        "generator totals",
        RuleKind.INSERTION,
        "insert " + ", ".join(f"{symbol} = {value}" for symbol, value in totals.items()),
        lambda expression: expression.subs(totals),
        substitution=totals,
        needs=frozenset({"isotropic"}),
    )


def equal_when_isotropic(left: Expr, right: Expr) -> bool:
    """Whether two expressions agree for Sigma = I, as rational functions of kappa, eta, eta^n."""
    explicit = (left - right).subs(sy.lam, ridge_of_kappa())
    difference = isotropic(explicit).subs(sy.T0, sy.eta * sy.d)
    return cancel(together(difference)) == 0


def restate_when_isotropic(target: Expr, statement: str) -> Rule:
    """Rewrite the line as ``target``, after proving the two equal for Sigma = I."""

    def rewrite(expression: Expr) -> Expr:
        if not equal_when_isotropic(expression, target):
            raise DerivationError(f"the derivation gives {expression}, which is not {target}")
        return target

    return Rule("collect", RuleKind.ALGEBRA, statement, rewrite, needs=frozenset({"isotropic"}))


_FIT = GENERATOR


@lru_cache
def independent_second_moment() -> Section:
    """alpha_n = E||w_n||^2 along minimum-norm fits on fresh isotropic designs, T0 <= d-2."""
    return unfold(
        "generators by minimum norm, fresh designs: second moment",
        "alpha_n",
        trace(SIGMA * _FIT.estimate * transposed(_FIT.estimate)),
        "alpha' = E ||w'||^2 for the next generator w' = w_hat0, Sigma = I",
        [
            least_squares(_FIT),
            isotropic_covariance(),
            projector(_FIT),
            noise_expectation(_FIT),
            dual_inverse_wishart(_FIT),
            generator_moments(_FIT),
            random_projection(_FIT),
            eigenbasis(),
            isotropic_sums(),
            solved_over_generations(sy.alpha, sy.b),
        ],
    )


@lru_cache
def independent_mean() -> Section:
    """mu_n = E[w_n]'w0 along minimum-norm fits on fresh isotropic designs."""
    return unfold(
        "generators by minimum norm, fresh designs: mean",
        "mu_n",
        trace(SIGMA * _FIT.estimate * transposed(TRUTH)),
        "mu' = E[w']'w0 for the next generator w' = w_hat0, Sigma = I",
        [
            least_squares(_FIT),
            isotropic_covariance(),
            projector(_FIT),
            noise_expectation(_FIT),
            generator_moments(_FIT),
            random_projection(_FIT),
            eigenbasis(),
            isotropic_sums(),
            solved_over_generations(sy.mu, sy.b),
        ],
    )


@lru_cache
def shared_second_moment() -> Section:
    """alpha_n = E||w_n||^2 after n >= 1 minimum-norm fits on one isotropic design."""
    return unfold(
        "generators by minimum norm, one shared design: second moment",
        "alpha_n",
        trace(SIGMA * _FIT.chain * transposed(_FIT.chain)),
        "alpha_n = E ||w_n||^2 for w_n after n >= 1 generations, Sigma = I",
        [
            shared_chain(_FIT),
            isotropic_covariance(),
            projector(_FIT),
            summed_noise_expectation(_FIT),
            dual_inverse_wishart(_FIT),
            random_projection(_FIT),
            truth(),
            eigenbasis(),
            isotropic_sums(),
        ],
    )


@lru_cache
def shared_mean() -> Section:
    """mu_n = E[w_n]'w0 after n >= 1 minimum-norm fits on one isotropic design."""
    return unfold(
        "generators by minimum norm, one shared design: mean",
        "mu_n",
        trace(SIGMA * _FIT.chain * transposed(TRUTH)),
        "mu_n = E[w_n]'w0 for w_n after n >= 1 generations, Sigma = I",
        [
            shared_chain(_FIT),
            isotropic_covariance(),
            projector(_FIT),
            summed_noise_expectation(_FIT),
            random_projection(_FIT),
            truth(),
            eigenbasis(),
            isotropic_sums(),
        ],
    )
