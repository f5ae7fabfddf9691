"""Random features: ridge sees Q'x instead of x, Q (d x width) with entries N(0, 1/width).

The estimate w_hat = Q (Q'SQ + lam)^-1 Q'X'y/T is made of

    U = Q (Q'SQ + lam)^-1 Q',    L = 1 - U S = lam (lam + Q Q'S)^-1,

and the deterministic equivalents are applied twice.  First over X with Q held fixed: the features
are Gaussian with covariance Q'Sigma Q, so that U and L have, with the penalty nu of that fit,

    H = Q (Q'Sigma Q + nu)^-1 Q',    J = 1 - H Sigma = nu (nu + Q Q'Sigma)^-1

in place of the random S.  Then over Q: the columns of Sigma^(1/2) Q are `width` rows of covariance
Sigma, so that F = Sigma^(1/2) Q Q' Sigma^(1/2) is a sample covariance like S, and
J = nu Sigma^(-1/2) (F + nu)^-1 Sigma^(1/2) holds its resolvent.  Derived here; fits on random
features were studied by Dohmatob et al. 2025 (arXiv 2410.04840) among others.
"""

from __future__ import annotations

from dataclasses import replace

from sympy import Expr, Integer, Mul, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import DOWNSTREAM, SIGMA, SIGMA_INVERSE
from ridgeproof.theory.calculus.mixture import LABELS, right_side
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.calculus.words import (
    Tr,
    Word,
    letter,
    map_words,
    replace_words,
    trace,
    transposed,
)
from ridgeproof.theory.errors import DerivationError

__all__ = [
    "ESTIMATE",
    "FEATURES",
    "FEATURE_LETTERS",
    "SIGMA_ROOT",
    "SIGMA_ROOT_INVERSE",
    "H",
    "J",
    "L",
    "U",
    "feature_degrees",
    "feature_first_order",
    "feature_fit",
    "feature_gram",
    "feature_resolvent",
    "feature_second_order",
    "functions_of_sigma",
    "lost_signal",
    "resolvent_of_features",
]

SIGMA_ROOT = letter("Sigma^1/2", "Σ^½", r"\Sigma^{1/2}")
SIGMA_ROOT_INVERSE = letter("Sigma^-1/2", "Σ^-½", r"\Sigma^{-1/2}")
ESTIMATE = letter("wfeat", "ŵ", r"\hat w", symmetric=False, random=True)
U = letter("U", "U", "U", random=True)
L = letter("L", "L", "L", symmetric=False, random=True)
H = letter("H", "H", "H", random=True)
J = letter("J", "J", "J", symmetric=False, random=True)
# The fit of the second equivalent: `width` rows of covariance Sigma, penalty nu.
FEATURES = replace(
    DOWNSTREAM,
    name="features",
    X=letter("Q", "Q", "Q", symmetric=False, random=True),
    S=letter("F", "F", "F", random=True),
    R=letter("RF", "R_F", "R_F", random=True),
    T=sy.width,
    lam=sy.nu,
    gamma=sy.df2 / sy.width,
)
FEATURE_LETTERS = (ESTIMATE, U, L, H, J, FEATURES.X, FEATURES.R)

_fit = DOWNSTREAM
_POWERS: dict[Symbol, Rational] = {
    SIGMA: Rational(1),
    SIGMA_INVERSE: Rational(-1),
    SIGMA_ROOT: Rational(1, 2),
    SIGMA_ROOT_INVERSE: Rational(-1, 2),
}


def feature_fit() -> Rule:
    """w_hat = Q (Q'SQ + lam)^-1 Q'X'y/T: ridge on the features Q'x."""
    return Rule(
        "ridge fit on random features",
        RuleKind.DEFINITION,
        f"w_hat = U (X1'y1 + X2'y2)/T, {LABELS}, U = Q (Q'SQ + lam)^-1 Q', S = X'X/T",
        replace_words((ESTIMATE,), U * right_side() / _fit.T),
    )


def lost_signal() -> Rule:
    """U S = 1 - L, wherever it is not in U S U, which the label noise sees."""

    def change(word: Word) -> Expr | None:
        turns = [word[i:] + word[:i] for i in range(len(word))]
        if any(turned[:3] == (U, _fit.S, U) for turned in turns):
            return None
        for turned in turns:
            rest = Mul(*turned[2:])
            if turned[:2] == (U, _fit.S):
                return trace((1 - L) * rest)
            if turned[:2] == (_fit.S, U):
                return trace((1 - transposed(L)) * rest)
        return None

    return Rule(
        "what the fit loses",
        RuleKind.IDENTITY,
        "U S = 1 - L, L = lam (lam + Q Q'S)^-1",
        lambda expression: map_words(expression, change),
    )


def feature_second_order() -> Rule:
    """L C L' ~ J C J' + H Sigma H tr(C J'Sigma J)/(T (1-gamma_width)), C deterministic."""

    def change(word: Word) -> Expr | None:
        for turned in (word[i:] + word[:i] for i in range(len(word))):
            if turned[0] != L or transposed(L) not in turned:
                continue
            j = turned.index(transposed(L))
            C, D = Mul(*turned[1:j]), Mul(*turned[j + 1 :])
            if turned.count(L) > 1 or turned.count(transposed(L)) > 1:
                raise DerivationError(f"no deterministic equivalent for {Tr(Mul(*word))}")
            inflation = trace(C * transposed(J) * SIGMA * J) / (_fit.T * (1 - sy.gamma_width))
            return trace(J * C * transposed(J) * D) + trace(H * SIGMA * H * D) * inflation
        return None

    return Rule(
        "second-order equivalent given the features",
        RuleKind.EQUIVALENT,
        "L C L' ~ J C J' + H Sigma H tr(C J'Sigma J)/(T (1-gamma_width)): the features have "
        "covariance Q'Sigma Q",
        lambda expression: map_words(expression, change),
        (_fit.X,),
    )


def feature_first_order() -> Rule:
    """L ~ J."""
    return Rule(
        "first-order equivalent given the features",
        RuleKind.EQUIVALENT,
        "L ~ J = nu (nu + Q Q'Sigma)^-1",
        replace_words((L,), J),
        (_fit.X,),
    )


def feature_gram() -> Rule:
    """U S U ~ H Sigma H/(1-gamma_width), the derivative of the first-order equivalent in lam."""
    return Rule(
        "derivative of the first-order equivalent given the features",
        RuleKind.EQUIVALENT,
        "U S U ~ H Sigma H/(1-gamma_width), H = Q (Q'Sigma Q + nu)^-1 Q'",
        replace_words((U, _fit.S, U), H * SIGMA * H / (1 - sy.gamma_width)),
        (_fit.X,),
    )


def feature_degrees() -> Rule:
    """tr(H Sigma H Sigma) ~ T gamma_width."""

    def change(word: Word) -> Expr | None:
        turns = [word[i:] + word[:i] for i in range(len(word))]
        return _fit.T * sy.gamma_width if (H, SIGMA, H, SIGMA) in turns else None

    return Rule(
        "degrees of freedom of the features",
        RuleKind.EQUIVALENT,
        "tr(H Sigma H Sigma) ~ T gamma_width",
        lambda expression: map_words(expression, change),
        (FEATURES.X,),
    )


def resolvent_of_features() -> Rule:
    """H = Sigma^-1 - J Sigma^-1, which holds H in terms of J."""
    return Rule(
        "what the features keep",
        RuleKind.IDENTITY,
        "H = Sigma^-1 - J Sigma^-1",
        replace_words((H,), SIGMA_INVERSE - J * SIGMA_INVERSE),
    )


def feature_resolvent() -> Rule:
    """J = nu Sigma^(-1/2) R_F Sigma^(1/2), R_F = (F + nu)^-1, F = Sigma^(1/2) Q Q' Sigma^(1/2)."""
    return Rule(
        "resolvent of the features",
        RuleKind.IDENTITY,
        "J = nu Sigma^-1/2 R_F Sigma^1/2, R_F = (F + nu)^-1, F = Sigma^1/2 Q Q' Sigma^1/2",
        replace_words((J,), sy.nu * SIGMA_ROOT_INVERSE * FEATURES.R * SIGMA_ROOT),
    )


def functions_of_sigma() -> Rule:
    """Neighbouring powers of Sigma multiply; what cancels leaves words that have other letters."""

    def change(word: Word) -> Expr | None:
        for turned in (word[i:] + word[:i] for i in range(len(word))):
            if len(turned) < 3 or not set(turned[:2]) <= set(_POWERS):
                continue
            merged = _power(_POWERS[turned[0]] + _POWERS[turned[1]])
            if merged is not None:
                return trace(Mul(merged, *turned[2:]))
        return None

    return Rule(
        "powers of Sigma",
        RuleKind.IDENTITY,
        "Sigma^1/2 Sigma^1/2 = Sigma, Sigma^1/2 Sigma^-1/2 = 1, and the like",
        lambda expression: map_words(expression, change),
    )


def _power(exponent: Rational) -> Expr | None:
    """The letter of a power of Sigma; None where there is none."""
    if exponent == 0:
        return Integer(1)
    return next((x for x, power in _POWERS.items() if power == exponent), None)
