"""T1: least squares downstream, least squares in the chain; exact at finite size."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Integer, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.sections import least_squares_downstream, least_squares_generation
from ridgeproof.theory.chains.assumptions import LEAST_SQUARES_CHAIN
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA"]

EXPRESSIONS = {
    "bias": Integer(0),
    "variance": sy.sigma**2 * sy.d / (sy.T - sy.d - 1),
    "synthetic": sy.n * sy.sigma0**2 * sy.d / (sy.T0 - sy.d - 1),
}


@lru_cache
def derive() -> Derivation:
    """From the process to E_test = sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1)."""
    one = least_squares_generation()
    return Derivation(
        FORMULA.id,
        (one, *least_squares_downstream(one, sum(EXPRESSIONS.values()))),
        "The mean of every generator is w0, because least squares is unbiased: m = w0.",
    )


FORMULA = Formula(
    id="ridgeless",
    theorem="T1",
    title="Ridgeless regression: the error is linear in the number of generations",
    statement=(
        "With least squares everywhere the test error is the clean variance plus n times the "
        "variance of one generator, whatever the spectrum and the truth."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(
        Eq(sy.lam, 0),
        Or(sy.T >= sy.d + 2, And(sy.T >= sy.d, Eq(sy.sigma, 0))),
        LEAST_SQUARES_CHAIN,
    ),
    regime="lam = 0, T >= d + 2 (T >= d if sigma = 0), least-squares generators",
    kind=FormulaKind.EXACT,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); exact finite-size form derived here",
    derive=derive,
    exact_pieces="everything: the inverse Wishart mean is exact at finite size",
    priority=30,
)
