"""What the classical ridge really does on fake data when d is small: a plateau, no divergence.

The scaling law read outside its domain promises n sigma0^2 T^(1/(2 beta r_ + 1) - c), which
diverges for c < 1/(2 beta r_ + 1).  In truth the synthetic term is n sigma0^2 rho with

    rho = [df2 + gamma/(1 - gamma) (d - 2 df1 + df2)]/(T0 - d) <= d/(T0 - d)   once T >= 2 df2,

because, with gamma = df2/T,

    (T0 - d) (d/(T0 - d) - rho) = (d - df2)(T - 2 df2)/(T - df2) + 2 gamma/(1 - gamma) (df1 - df2)

and df2 <= df1 <= d; T >= 2 d implies T >= 2 df2.  There d - df2 and df1 - df2 are at most
2 d kappa d^beta, a vanishing fraction of d, so that the error tends to n sigma0^2 phi0/(1 - phi0).

Derived here from the catalogued ridge formula.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Expr, cancel, oo, solve

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.kept_ridge import classical_ell, naive_rate
from ridgeproof.theory.exponents.proofs import Proof, prove
from ridgeproof.theory.exponents.regions import PARAMETERS, Region, c
from ridgeproof.theory.formula import Form
from ridgeproof.theory.theorems.ridge import FORMULA

__all__ = [
    "PlateauRefutation",
    "gap_identity",
    "plateau_height",
    "refute_divergence",
    "synthetic_factor",
    "threshold",
]


@dataclass(frozen=True)
class PlateauRefutation:
    """Why a claimed growth T^claimed of the error is impossible, and what happens instead."""

    region: Region
    claimed: Expr
    diverges: Proof
    """claimed > 0: the claim is a divergence."""
    sampled: Proof
    """1 - c > 0: T >= 2 d from some T on."""
    bounded: Proof
    """d/(T0 - d) - rho >= 0 for T >= 2 df2: no divergence."""
    approaches: Proof
    """ell - beta c > 0: (d - df2)/d <= 2 kappa d^beta vanishes, so the bound is the limit."""
    truth: Expr
    """The limit of the error."""


def synthetic_factor() -> Expr:
    """Return rho of the catalogued ridge formula, in df1, df2, d, T and T0."""
    synthetic = FORMULA.expression("synthetic", Form.LIMIT)
    return (synthetic / (sy.n * sy.sigma0**2)).subs(sy.gamma, sy.df2 / sy.T)


def plateau_height() -> Expr:
    """Return rho when all d directions are learned, df1 = df2 = d: phi0/(1 - phi0).

    >>> plateau_height()
    phi0/(1 - phi0)
    """
    learned = synthetic_factor().subs({sy.df1: sy.d, sy.df2: sy.d})
    height = sy.phi0 / (1 - sy.phi0)
    if cancel(learned.subs(sy.d, sy.phi0 * sy.T0) - height) != 0:
        message = f"rho with every direction learned is {learned}, not {height}"
        raise DerivationError(message)
    return height


def gap_identity() -> tuple[Expr, Expr]:
    """Return d - (T0 - d) rho and its form as a sum of non-negative terms, proved equal.

    Raises:
        DerivationError: they differ.
    """
    left = sy.d - (sy.T0 - sy.d) * synthetic_factor()
    ratio = sy.df2 / (sy.T - sy.df2)
    right = (sy.d - sy.df2) * (sy.T - 2 * sy.df2) / (sy.T - sy.df2) + 2 * ratio * (sy.df1 - sy.df2)
    if cancel(left - right) != 0:
        message = f"{left} is not {right}"
        raise DerivationError(message)
    return left, right


@lru_cache(maxsize=1)
def threshold() -> Expr:
    """Return the c at which the classical ridge starts to learn all d directions.

    >>> threshold()
    1/(2*beta*r_ + 1)
    """
    (crossing,) = solve(naive_rate(classical_ell()), c)
    return cancel(crossing)


@lru_cache(maxsize=1)
def refute_divergence() -> PlateauRefutation:
    """Refute the divergence of the classical ridge for c < 1/(2 beta r_ + 1), by proof.

    Raises:
        DerivationError: one of the four steps is not proved.

    >>> refute_divergence().bounded.method.value
    'positivity'
    """
    region = PARAMETERS.within(c, 0, threshold(), closed=False)
    sizes = (
        Region(())
        .within(sy.df2, 0, oo)
        .within(sy.df1, sy.df2, oo)
        .within(sy.d, sy.df1, oo)
        .within(sy.T, 2 * sy.df2, oo)
        .within(sy.T0, sy.d, oo)
    )
    claimed = naive_rate(classical_ell())
    return PlateauRefutation(
        region=region,
        claimed=claimed,
        diverges=prove(claimed, region, strict=True),
        sampled=prove(1 - c, region, strict=True),
        bounded=prove(sy.d / (sy.T0 - sy.d) - synthetic_factor(), sizes),
        approaches=prove(classical_ell() - sy.beta * c, region, strict=True),
        truth=sy.n * sy.sigma0**2 * plateau_height(),
    )
