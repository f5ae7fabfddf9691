"""Rules for a fit on two kinds of rows: which rows are of which does not matter to the law.

The first are real and the others synthetic, or the first are those of earlier sets.

The T rows are independent and alike, so that they are exchangeable: only how many are synthetic
matters.  S2 is the synthetic rows' part of S, and D any matrix that does not depend on the rows:

    E R S2 = P2 E R S,
    E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T],     q = x x'/T of one row,

for Q a function of S, because a pair of different rows is synthetic with probability
P2 (T P2 - 1)/(T - 1), and a single row with probability P2.  What single rows contribute beyond
P2^2 is what mixing costs: the labels of the two kinds of rows disagree.  Derived here.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, Integer, Mul

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import (
    GATHERED,
    INVERSE,
    MIXED,
    NOISE1,
    NOISE2,
    ROW,
    S2,
    SIGMA,
    X1,
    X2,
    B,
    S,
    W,
    X,
)
from ridgeproof.theory.calculus.derivation import Section, insert, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.rules import (
    Rule,
    RuleKind,
    expect_noise,
    generator_moments,
    inverse_wishart,
)
from ridgeproof.theory.calculus.sections import components
from ridgeproof.theory.calculus.words import (
    InTurn,
    Tr,
    Word,
    map_words,
    replace_words,
    trace,
    transposed,
)
from ridgeproof.theory.errors import DerivationError

__all__ = [
    "exchangeable_rows",
    "gathered_fit",
    "gathering_generation",
    "mixed_gram",
    "mixed_inverse",
    "mixed_least_squares",
    "mixed_noise",
    "one_row_of_least_squares",
]

_P2 = sy.synthetic_fraction
_P1 = 1 - _P2


def mixed_least_squares() -> Rule:
    """w_hat = (X'X)^-1 (X1'y1 + X2'y2): least squares on real and synthetic rows, w0 = 0."""
    real = transposed(X1) * sy.sigma_real * NOISE1
    synthetic = transposed(X2) * (X2 * W + sy.sigma * NOISE2)
    return Rule(
        "mixed least squares",
        RuleKind.DEFINITION,
        "w_hat = (X'X)^-1 (X1'y1 + X2'y2), y1 = sigma_real e1, y2 = X2 w + sigma e2, X = (X1; X2)",
        replace_words((MIXED,), INVERSE * (real + synthetic)),
    )


def mixed_gram() -> Rule:
    """X2'X2 = T S2 and X1'X1 = T (S - S2)."""
    synthetic = replace_words((transposed(X2), X2), sy.T * S2)
    real = replace_words((transposed(X1), X1), sy.T * S - sy.T * S2)
    return Rule(
        "Gram matrices of the two kinds of rows",
        RuleKind.IDENTITY,
        "X2'X2 = T S2, X1'X1 = T (S - S2)",
        InTurn((synthetic, real)),
    )


def mixed_inverse() -> Rule:
    """(X'X)^-1 S = 1/T."""
    return Rule(
        "full column rank",
        RuleKind.IDENTITY,
        "(X'X)^-1 S = 1/T for T >= d",
        replace_words((INVERSE, S), 1 / sy.T),
    )


def mixed_noise() -> tuple[Rule, Rule]:
    """E[e1 e1'] = I, E[e2 e2'] = I, both of mean 0 and independent."""
    return (
        expect_noise("label noise of real rows", NOISE1, Integer(1), "I"),
        expect_noise("label noise of synthetic rows", NOISE2, Integer(1), "I"),
    )


def exchangeable_rows() -> Rule:
    """E[.. S2 ..] = P2 E[.. S ..], and the like for two S2: exact at every size."""

    def change(word: Word) -> Expr | None:
        places = [i for i, x in enumerate(word) if x == S2]
        if not places:
            return None
        if len(places) == 1:
            return _P2 * trace(Mul(*(S if x == S2 else x for x in word)))
        if len(places) > 2:
            raise DerivationError(f"no rule for {len(places)} S2 in {Tr(Mul(*word))}")
        full, single = (trace(Mul(*(new if x == S2 else x for x in word))) for new in (S, ROW))
        beyond = sy.T * single - full / sy.T
        return (_P2**2 * full + _P1 * _P2 * sy.T / (sy.T - 1) * beyond).expand()

    return Rule(
        "exchangeable rows",
        RuleKind.EXPECTATION,
        "E R S2 = P2 E R S; E S2 Q S2 = P2^2 E S Q S + P1 P2 T/(T-1) [T E q Q q - E S Q S/T], "
        "q = x x'/T of any one row x, Q a function of S, P2 the synthetic fraction, P1 = 1 - P2",
        lambda expression: map_words(expression, change),
        (X,),
    )


def _around_rows(word: Word) -> tuple[Expr, Expr] | None:
    """C and Q of tr(C q Q q), C deterministic; None without q."""
    places = [i for i, x in enumerate(word) if x == ROW]
    if not places:
        return None
    i, j = places
    first, second = word[i + 1 : j], word[j + 1 :] + word[:i]
    for C, Q in ((first, second), (second, first)):
        if not Tr(Mul(*C)).is_random:
            return Mul(*C), Mul(*Q)
    raise DerivationError(f"no rule for the single row in {Tr(Mul(*word))}")


def one_row_of_least_squares() -> Rule:
    """E tr(C q V Sigma V q), V = (X'X)^-1, exactly.

    In whitened coordinates Z = U W^(1/2), W = Z'Z, with the orthonormal U independent of W.  One
    row u of U has E u_i u_j u_k u_l = (three pairings)/(T (T+2)), so that z'z z'W^-2 z has the mean
    [E tr W tr W^-1 + 2 d]/(T (T+2)), and E tr W tr W^-1 = d (T d - 2)/(T-d-1) by differentiating
    the inverse Wishart mean in the scale of W.  Derived here.
    """
    T, d = sy.T, sy.d

    def change(word: Word) -> Expr | None:
        found = _around_rows(word)
        if found is None:
            return None
        C, Q = found
        if Q != INVERSE * SIGMA * INVERSE:
            raise DerivationError(f"no rule for the single row in {Tr(Mul(*word))}")
        return (T - 2) * (d + 2) / (T**3 * (T + 2) * (T - d - 1)) * trace(C * SIGMA)

    return Rule(
        "one row of least squares",
        RuleKind.EXPECTATION,
        "E tr(C q (X'X)^-1 Sigma (X'X)^-1 q) = tr(C Sigma) (T-2) (d+2)/(T^3 (T+2) (T-d-1)), "
        "q = x x'/T of one row x, T >= d+2",
        lambda expression: map_words(expression, change),
        (X,),
    )


def gathered_fit() -> Rule:
    """w_hat = w + sigma (X'X)^-1 X2'e2 on rows X1 that w was fitted on, and new ones X2.

    The normal equations of the earlier fit say that the earlier labels deviate from X1 w by
    residuals orthogonal to their rows, so that only the new noise moves the estimate.
    """
    return Rule(
        "fit on all sets",
        RuleKind.IDENTITY,
        "w_hat = w + sigma (X'X)^-1 X2'e2, w fitted on the rows X1 before",
        replace_words((GATHERED,), W + sy.sigma * INVERSE * transposed(X2) * NOISE2),
    )


@lru_cache
def gathering_generation() -> Section:
    """One least-squares generation on all sets, fresh designs: the next second moment, exact."""
    share = sy.T0 / sy.gathered
    values = {sy.T: sy.gathered, sy.synthetic_fraction: share, sy.sigma: sy.sigma0}
    return unfold(
        "one generator on all sets so far",
        "a'",
        trace(B * GATHERED * transposed(GATHERED)),
        "tr B A' for the next generator w' = w_hat, B any diagonal matrix; the rows X2 are new, a "
        "share P2 of all T",
        [
            gathered_fit(),
            mixed_noise()[1],
            mixed_gram(),
            exchangeable_rows(),
            mixed_inverse(),
            inverse_wishart(),
            generator_moments(),
            eigenbasis(),
            components(),
            insert(values, "a set of T0 rows, N in all"),
        ],
    )
