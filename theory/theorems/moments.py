"""T3: the test error as a functional of the last generator's first two moments."""

from __future__ import annotations

from functools import lru_cache

from sympy import true

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.equivalent.formulas.any_generator import KAPPA, MODEL, on_rows
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
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
    """As the formula of a process whose rows any model of moments (a, m) labels."""
    return derivation_of_theorem(
        FORMULA.id,
        on_rows(),
        {"E_test": EXPRESSIONS["test_error"]},
        {sy.kappa: KAPPA, **MODEL},
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
