"""T3: the test error as a functional of the last generator's first two moments."""

from __future__ import annotations

from functools import lru_cache

from sympy import true

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.calculus.sections import downstream_ridge
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA"]

_K = sy.kappa / (sy.s + sy.kappa)

EXPRESSIONS = {
    "test_error": SpectralSum(
        sy.s * ((1 - _K) ** 2 * sy.a - 2 * (1 - _K) * sy.m * sy.w0 + sy.w0**2)
    )
    + sy.gamma / (1 - sy.gamma) * (SpectralSum(sy.s * _K**2 * sy.a) + sy.sigma**2)
}


@lru_cache
def derive() -> Derivation:
    """From the definition of the downstream fit to the functional of (a, m)."""
    downstream = downstream_ridge()
    collected = unfold(
        "in terms of K and gamma",
        "E_test",
        downstream.result,
        "the downstream error in the eigenbasis",
        [
            restate(
                EXPRESSIONS["test_error"],
                "partial fractions in s, lam = kappa (1 - df1/T), gamma = df2/T",
            )
        ],
    )
    return Derivation(
        FORMULA.id,
        (downstream, collected),
        "lam = 0 follows by continuity: kappa = 0 for T > d, df1 = T for T < d.",
    )


FORMULA = Formula(
    id="moments",
    theorem="T3",
    title="Every generator enters through its first two moments",
    statement=(
        "Given the mean m and the second moment a of the last generator, diagonal in the "
        "eigenbasis, the downstream test error is this functional: nothing else about the "
        "generator matters."
    ),
    expressions=EXPRESSIONS,
    assumptions=true,
    regime="any generator independent of the downstream draws",
    kind=FormulaKind.LIMIT,
    source="derived here, from the equivalents in Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712)",
    derive=derive,
)
