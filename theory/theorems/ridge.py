"""T2: ridge downstream on labels of a least-squares chain."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.sections import (
    least_squares_chain,
    least_squares_generation,
    whole_process,
)
from ridgeproof.theory.chains.assumptions import LEAST_SQUARES_CHAIN
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.theorems import moments

__all__ = ["FORMULA"]

_INFLATION = sy.gamma / (1 - sy.gamma)
_RHO = (sy.df2 + _INFLATION * (sy.d - 2 * sy.df1 + sy.df2)) / (sy.T0 - sy.d - 1)

EXPRESSIONS = {
    "bias": SpectralSum(sy.kappa**2 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2) / (1 - sy.gamma),
    "variance": sy.sigma**2 * _INFLATION,
    "synthetic": sy.n * sy.sigma0**2 * _RHO,
}


@lru_cache
def derive() -> Derivation:
    """From the process to bias + variance + n sigma0^2 rho."""
    downstream, one = moments.FORMULA.derive(), least_squares_generation()
    chain = least_squares_chain(one)
    known = {sy.a: chain.result, sy.m: sy.w0}
    total = whole_process(downstream.result, known, sum(EXPRESSIONS.values()))
    return replace(
        downstream,
        id=FORMULA.id,
        sections=(*downstream.sections, one, chain, total),
        remark="The mean of every generator is w0, because least squares is unbiased: m = w0.  "
        "lam = 0 with T < d follows by continuity in lam: kappa stays positive.",
    )


FORMULA = Formula(
    id="ridge",
    theorem="T2",
    title="Ridge regression: bias + variance + n sigma0^2 rho",
    statement=(
        "The chain adds to the clean bias and variance a third term, linear in the number of "
        "generations, that the ridge penalty shrinks."
    ),
    expressions=EXPRESSIONS,
    assumptions=LEAST_SQUARES_CHAIN,
    regime="any lam (kappa > 0 at lam = 0 needs T < d), least-squares generators",
    kind=FormulaKind.LIMIT,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); re-derived here",
    derive=derive,
    exact_pieces="the generators' covariance, n sigma0^2 Sigma^-1/(T0-d-1)",
    priority=20,
)
