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

from sympy import expand

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import (
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
    noise_expectation,
)
from ridgeproof.theory.calculus.sections import components
from ridgeproof.theory.calculus.words import replace_words, trace, transposed

__all__ = [
    "gathered_fit",
    "gathered_inverse",
    "gathered_share",
    "gathering_generation",
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
