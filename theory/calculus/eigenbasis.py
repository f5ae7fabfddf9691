"""From traces of deterministic words to spectral sums, in the eigenbasis of Sigma."""

from __future__ import annotations

from sympy import Expr, Mul, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import (
    SIGMA,
    SIGMA_INVERSE,
    W_TRUTH,
    A,
    B,
    M,
)
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.calculus.words import Tr, Word, map_words, transposed
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["DIAGONAL", "FULL", "eigenbasis"]

# The diagonal entry of each deterministic letter.
DIAGONAL: dict[Symbol, Expr] = {
    SIGMA: sy.s,
    SIGMA_INVERSE: 1 / sy.s,
    A: sy.a,
    M: sy.m * sy.w0,
    transposed(M): sy.m * sy.w0,
    W_TRUTH: sy.w0**2,
    B: sy.B,
}

# Of these letters only the diagonal is known, so that at most one may occur in a word.
FULL = {A, M, transposed(M), W_TRUTH}


def eigenbasis() -> Rule:
    """tr(D C) = sum_i D_i C_ii for diagonal D: only the diagonal of A and M matters."""

    def change(word: Word) -> Expr | None:
        if Tr(Mul(*word)).is_random:
            raise DerivationError(f"{Tr(Mul(*word))} still holds a random matrix")
        unknown = [x for x in word if x not in DIAGONAL]
        if unknown:
            raise DerivationError(f"{Tr(Mul(*word))} holds {unknown[0]}, which has no diagonal")
        if sum(x in FULL for x in word) > 1:
            raise DerivationError(f"{Tr(Mul(*word))} needs more than the diagonal of a moment")
        return SpectralSum(Mul(*(DIAGONAL[x] for x in word)))

    return Rule(
        "eigenbasis",
        RuleKind.ALGEBRA,
        "tr(D C) = sum_i D_i C_ii for D a function of Sigma (or a diagonal test matrix)",
        lambda expression: map_words(expression, change),
    )
