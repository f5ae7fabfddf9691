"""N1a: one generation of least squares on all sets so far, of any sizes; exact."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.mixture import gathering_generation
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA", "POOLED"]

# On one design: the mean of n label sets has the noise of one of them over n, and so on.
POOLED = sy.pooled + sy.sigma0**2 / sy.n**2

EXPRESSIONS = {
    "mean": sy.m,
    "second_moment": sy.a + sy.sigma0**2 * sy.T0 / (sy.gathered * (sy.gathered - sy.d - 1) * sy.s),
    "label_noise": POOLED,
}


@lru_cache
def derive() -> Derivation:
    """One generation on fresh designs; on one design it is a fit of T2a."""
    return Derivation(
        FORMULA.id,
        (gathering_generation(),),
        "The increments are uncorrelated, so that sets of sizes T_i and noises sigma_i add "
        "sigma_i^2 T_i/(N_i (N_i-d-1)) each, N_i = T_1 + ... + T_i.  On one design the fit on n "
        "label sets is the fit on their mean, and moves the last one by X^+ e/n: the variances "
        "of such noises add up to pooled.",
    )


FORMULA = Formula(
    id="accumulating-generator",
    theorem="N1a",
    title="One generation of least squares on all sets so far",
    statement=(
        "A new set of T0 rows, N in all, adds sigma0^2 T0 Sigma^-1/(N (N-d-1)) to the covariance, "
        "at every finite size; sets may differ in size and noise."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(
        Eq(sy.lam0, 0), Or(sy.gathered >= sy.d + 2, And(Eq(sy.sigma0, 0), sy.gathered >= sy.d))
    ),
    regime="--chain accumulate, lam0 = 0, first T0 >= d + 2, later sets of any size",
    kind=FormulaKind.EXACT,
    source="derived here",
    derive=derive,
    exact_pieces="the generators' covariance",
    priority=20,
    chain="accumulate; accumulate, varying",
)
