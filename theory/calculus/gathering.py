"""Generators fitted on every set so far: what a new set adds to the last fit.

Let w be fitted by least squares on the earlier rows, and let N rows X_all, the last T0 of them X0
with labels X0 w + sigma0 e0, be fitted next.  The normal equations of the earlier fit say that the
earlier labels deviate from X w by residuals orthogonal to their rows, so that only the new noise
moves the estimate:

    w' = w + sigma0 Vall X0' e0,     Vall = (X_all' X_all)^-1.

The N rows are alike, so that E[Vall X0'X0 Vall] = (T0/N) E[Vall].  Derived here.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, expand, expand_func, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import (
    AGAIN,
    ALL_INVERSE,
    ALL_X,
    GATHERED,
    GENERATOR,
    SIGMA_INVERSE,
    B,
    W,
)
from ridgeproof.theory.calculus.derivation import Section, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    generator_moments,
    inverse_wishart,
    noise_expectation,
    pseudo_inverse,
)
from ridgeproof.theory.calculus.sections import components
from ridgeproof.theory.calculus.words import replace_words, trace, transposed
from ridgeproof.theory.errors import DerivationError

__all__ = [
    "fit_again",
    "gathered_fit",
    "gathered_inverse",
    "gathered_share",
    "gathering_generation",
    "repeating_generation",
    "summed_over_generations",
]

_FIT = GENERATOR


def gathered_fit() -> Rule:
    """w' = w + sigma0 Vall X0'e0: only the new noise moves the fit on all sets."""
    answer = W + _FIT.sigma * ALL_INVERSE * transposed(_FIT.X) * _FIT.e
    return Rule(
        "fit on all sets",
        RuleKind.IDENTITY,
        f"{GATHERED} = w + {_FIT.sigma} {ALL_INVERSE} {_FIT.X}' {_FIT.e}, "
        "w fitted on the sets before",
        replace_words((GATHERED,), expand(answer)),
    )


def fit_again() -> Rule:
    """The same on one design X0 seen n times before: w' = w + sigma0 X0^+ e0/(n+1)."""
    answer = W + _FIT.sigma * _FIT.P * _FIT.e / (sy.n + 1)
    return Rule(
        "fit on one design again",
        RuleKind.IDENTITY,
        f"{AGAIN} = w + {_FIT.sigma} {_FIT.X}^+ {_FIT.e}/(n+1), "
        "w fitted on n sets of the same inputs",
        replace_words((AGAIN,), expand(answer)),
    )


def gathered_share() -> Rule:
    """E[Vall X0'X0 Vall] = (T0/N) E[Vall]: the rows are exchangeable."""
    word = (ALL_INVERSE, transposed(_FIT.X), _FIT.X, ALL_INVERSE)
    return Rule(
        "exchangeable rows of all sets",
        RuleKind.EXPECTATION,
        f"E[{ALL_INVERSE} {_FIT.X}'{_FIT.X} {ALL_INVERSE}] = (T0/N) E[{ALL_INVERSE}]",
        replace_words(word, _FIT.T / sy.gathered * ALL_INVERSE),
        (ALL_X,),
    )


def gathered_inverse() -> Rule:
    """E[Vall] = Sigma^-1/(N-d-1), N >= d+2."""
    return Rule(
        "inverse Wishart mean (all sets)",
        RuleKind.EXPECTATION,
        f"E[{ALL_INVERSE}] = Sigma^-1/(N-d-1), N >= d+2",
        replace_words((ALL_INVERSE,), SIGMA_INVERSE / (sy.gathered - sy.d - 1)),
        (ALL_X,),
    )


@lru_cache
def gathering_generation() -> Section:
    """One least-squares generation on all sets, fresh designs: the next second moment, exact."""
    return unfold(
        "one generator on all sets so far",
        "a'",
        trace(B * GATHERED * transposed(GATHERED)),
        f"tr B A' for the next generator w' = {GATHERED}, B any diagonal matrix",
        [
            gathered_fit(),
            noise_expectation(_FIT),
            gathered_share(),
            gathered_inverse(),
            generator_moments(_FIT),
            eigenbasis(),
            components(),
        ],
    )


@lru_cache
def repeating_generation() -> Section:
    """Generation n + 1 on one shared design, all label sets used: the next second moment, exact."""
    return unfold(
        "one generator on all sets so far, one shared design",
        "a'",
        trace(B * AGAIN * transposed(AGAIN)),
        f"tr B A' for the next generator w' = {AGAIN}, B any diagonal matrix",
        [
            fit_again(),
            noise_expectation(_FIT),
            pseudo_inverse(_FIT),
            inverse_wishart(_FIT),
            generator_moments(_FIT),
            eigenbasis(),
            components(),
        ],
    )


def summed_over_generations(unknown: Expr, start: Expr, closed: Expr) -> Rule:
    """Rewrite the step from generation n to n + 1 as its n-th iterate, proved by induction.

    Raises:
        DerivationError: the induction fails.
    """

    def rewrite(step: Expr) -> Expr:
        at_start = simplify(closed.subs(sy.n, 0) - start)
        gap = closed.subs(sy.n, sy.n + 1) - step.subs(unknown, closed)
        if at_start != 0 or simplify(expand_func(gap)) != 0:
            raise DerivationError(f"{closed} does not satisfy the recurrence {step} from {start}")
        return closed

    return Rule(
        "induction over the generations",
        RuleKind.RECURRENCE,
        f"sum from {unknown}_0 = {start}: holds at n = 0, and one step leads from n to n+1 by "
        "psi(x+1) = psi(x) + 1/x",
        rewrite,
        substitution={unknown: start},
    )
