"""Labels averaged with fresh real ones at the same inputs: W (X w0 + noise) + (1-W) (X w + noise).

The labelling model of such a set is W w0 + (1-W) w, and its two label noises are independent.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Integer, expand

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import AVERAGED, GENERATOR, REAL_NOISE, TRUTH, B, W
from ridgeproof.theory.calculus.derivation import Section, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    expect_noise,
    generator_moments,
    inverse_wishart,
    noise_expectation,
    pseudo_inverse,
    truth,
)
from ridgeproof.theory.calculus.sections import components
from ridgeproof.theory.calculus.words import replace_words, trace, transposed

__all__ = [
    "averaged_least_squares",
    "averaged_mean",
    "averaged_model",
    "averaged_second_moment",
    "real_noise_expectation",
]

_FIT = GENERATOR


def averaged_least_squares() -> Rule:
    """The least-squares estimate from averaged labels."""
    weight = sy.weight
    labels = weight * (_FIT.X * TRUTH + sy.sigma_real * REAL_NOISE)
    labels += (1 - weight) * (_FIT.X * W + _FIT.sigma * _FIT.e)
    return Rule(
        "least squares on averaged labels",
        RuleKind.DEFINITION,
        f"{AVERAGED} = {_FIT.X}^+ y, y = W ({_FIT.X} w0 + sigma_real {REAL_NOISE}) "
        f"+ (1-W) ({_FIT.X} w + {_FIT.sigma} {_FIT.e})",
        replace_words((AVERAGED,), expand(_FIT.P * labels)),
    )


def real_noise_expectation() -> Rule:
    """The noise of the real labels is standard normal, independent of all else."""
    return expect_noise("label noise (real labels)", REAL_NOISE, Integer(1), "I")


@lru_cache
def averaged_mean() -> Section:
    """The next mean after least squares on averaged labels, as m' w0."""
    return unfold(
        "one generator by least squares on averaged labels: mean",
        "m' w0",
        trace(B * AVERAGED * transposed(TRUTH)),
        f"tr B E[w'] w0' for the next generator w' = {AVERAGED}, B any diagonal matrix",
        [
            averaged_least_squares(),
            pseudo_inverse(_FIT),
            noise_expectation(_FIT),
            real_noise_expectation(),
            generator_moments(_FIT),
            truth(),
            eigenbasis(),
            components(),
        ],
    )


@lru_cache
def averaged_second_moment() -> Section:
    """The next second moment after least squares on averaged labels."""
    return unfold(
        "one generator by least squares on averaged labels: second moment",
        "a'",
        trace(B * AVERAGED * transposed(AVERAGED)),
        f"tr B A' for the next generator w' = {AVERAGED}, B any diagonal matrix",
        [
            averaged_least_squares(),
            pseudo_inverse(_FIT),
            noise_expectation(_FIT),
            real_noise_expectation(),
            pseudo_inverse(_FIT),
            generator_moments(_FIT),
            truth(),
            inverse_wishart(_FIT),
            eigenbasis(),
            components(),
        ],
    )


@lru_cache
def averaged_model(*, squared: bool) -> Section:
    """The moments of the model behind averaged labels, u = W w0 + (1-W) w."""
    model = sy.weight * TRUTH + (1 - sy.weight) * W
    other = sy.weight * transposed(TRUTH) + (1 - sy.weight) * transposed(W)
    name = "second moment" if squared else "mean"
    return unfold(
        f"the model behind averaged labels: {name}",
        "a_u" if squared else "m_u w0",
        trace(B * model * (other if squared else transposed(TRUTH))),
        "the labels are those of u = W w0 + (1-W) w, with noise of variance W^2 sigma_real^2 + "
        "(1-W)^2 sigma0^2; B any diagonal matrix",
        [generator_moments(_FIT), truth(), eigenbasis(), components()],
    )
