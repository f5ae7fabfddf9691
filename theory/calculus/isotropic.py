"""Sigma = I: totals instead of levels, and minimum-norm generators in closed form."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import ESTIMATE, TRUTH
from ridgeproof.theory.calculus.derivation import Section, insert, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    dual_inverse_wishart,
    generator_moments,
    least_squares,
    noise_expectation,
    projector,
    random_projection,
)
from ridgeproof.theory.calculus.sections import as_a_generator
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.specialise import isotropic

__all__ = ["minimum_norm_chains"]


def _totals() -> Rule:
    """Every sum over levels is d times its summand; T0 = eta d."""
    return Rule(
        "totals",
        RuleKind.ALGEBRA,
        "Sigma = I: sum a_i = alpha, sum m_i w0_i = mu, sum w0_i^2 = b, T0 = eta d",
        lambda expression: isotropic(expression).subs(sy.T0, sy.eta * sy.d),
        needs=frozenset({"isotropic"}),
    )


@lru_cache
def _generation() -> tuple[Section, Section]:
    """mu' = E[w']'w0 and alpha' = E||w'||^2 of minimum norm on fresh designs, T0 <= d-2."""
    mean = unfold(
        "one generator by minimum norm: mean",
        "mu'",
        trace(ESTIMATE * transposed(TRUTH)),
        "mu' = E[w']'w0 for the next generator w' = w_hat, Sigma = I",
        [
            least_squares(),
            projector(),
            noise_expectation(),
            generator_moments(),
            random_projection(),
            eigenbasis(),
            as_a_generator(),
            _totals(),
        ],
    )
    second = unfold(
        "one generator by minimum norm: second moment",
        "alpha'",
        trace(ESTIMATE * transposed(ESTIMATE)),
        "alpha' = E ||w'||^2 for the next generator w' = w_hat, Sigma = I",
        [
            least_squares(),
            projector(),
            noise_expectation(),
            dual_inverse_wishart(),
            generator_moments(),
            random_projection(),
            eigenbasis(),
            as_a_generator(),
            _totals(),
        ],
    )
    return mean, second


def minimum_norm_chains(
    downstream: Expr, targets: dict[str, Expr], statement: str, sigma0: Expr = sy.sigma0
) -> tuple[Section, ...]:
    """Minimum-norm generators on fresh designs and on one, and the error downstream of each.

    Args:
        downstream: the error as a functional of the last generator.
        targets: the error on "independent designs", and on a "shared design, n >= 1".
        statement: why it is what the functional becomes.
        sigma0: the noise of the generators' labels.
    """
    mean, second = _generation()
    once = {sy.mu: sy.b, sy.alpha: sy.b, sy.pooled: sy.n * sy.sigma0**2}
    pooled = insert(
        once,
        "X^+ X X^+ = X^+, so that n fits are one fit of w0 with the sum of n noises",
        isotropic=True,
    )
    found: list[Section] = [mean, second]
    for design, target in targets.items():
        known: dict[Symbol, Expr] = {}
        for name, x, one in (("mean", sy.mu, mean), ("second moment", sy.alpha, second)):
            step, why, rule = one.result, f"{x}' of one generator", solved_over_generations(x, sy.b)
            if design.startswith("shared"):
                step, rule = step.subs(sy.sigma0**2, sy.pooled), pooled
                why += ", its noise of variance pooled"
            found.append(unfold(f"{name} of the generators, {design}", f"{x}_n", step, why, [rule]))
            known[x] = found[-1].result.subs(sy.sigma0, sigma0)
        found.append(
            unfold(
                f"the whole process, {design}",
                "E_test",
                downstream,
                "the downstream error, as a functional of the last generator",
                [
                    _totals(),
                    insert(known, isotropic=True),
                    restate(target, statement, isotropic=True),
                ],
            )
        )
    return tuple(found)
