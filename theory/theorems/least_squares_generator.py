"""T2a: one generation of least squares, exact at finite size: the step behind T1 and T2."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.sections import least_squares_generation
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA"]

EXPRESSIONS = {
    "mean": sy.m,
    "second_moment": sy.a + sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1)),
    "label_noise": sy.pooled + sy.sigma0**2,
}


@lru_cache
def derive() -> Derivation:
    """The least-squares chain of T1 and T2, before it is iterated."""
    return Derivation(
        FORMULA.id,
        (least_squares_generation(),),
        "Least squares is unbiased: the mean stays w0.  On one shared design the noises add up to "
        "one of variance pooled, which a single fit passes on.",
    )


FORMULA = Formula(
    id="least-squares-generator",
    theorem="T2a",
    title="One generation of least squares adds one inverse Wishart mean",
    statement=(
        "A generator fitted by least squares keeps the mean and adds sigma0^2 Sigma^-1/(T0-d-1) to "
        "the covariance, at every finite size; generations may differ in size and noise."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(Eq(sy.lam0, 0), Or(sy.T0 >= sy.d + 2, And(Eq(sy.sigma0, 0), sy.T0 >= sy.d))),
    regime="lam0 = 0, T0 >= d + 2 in every generation (T0 >= d without noise), either design",
    kind=FormulaKind.EXACT,
    source="derived here; mean of the inverse Wishart law",
    derive=derive,
    exact_pieces="the generators' covariance, each sigma0^2 Sigma^-1/(T0-d-1)",
    priority=20,
    chain="replace; replace, varying",
)
