"""Rules for one row more or less: what E tr R is beyond its deterministic equivalent.

With R_x the resolvent without a row x and q = x'R_x x/T, R x = R_x x/(1 + q) and
R = R_x - R_x x x'R_x/(T (1 + q)).  The mean of 1/(1+q) over the rows is chi = 1 - (d - lam tr R)/T
exactly, and Rbar = (chi Sigma + lam)^-1.
"""

from __future__ import annotations

from sympy import Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import RBAR, SIGMA, R, S, X
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.calculus.words import trace
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

__all__ = [
    "CUBE",
    "common_share",
    "equal_shares",
    "joined",
    "leave_one_row_out",
    "linear_in_the_share",
    "resolvent_difference",
]

# sum s^2/(s + kappa)^3: the size of every first correction.
CUBE = SpectralSum(sy.s**2 / (sy.s + sy.kappa) ** 3)


def joined(name: str, kind: RuleKind, statement: str, before: Expr, after: Expr) -> Rule:
    """A line that replaces ``before`` by ``after``; its kind says how it is checked."""

    def rewrite(expression: Expr) -> Expr:
        if (expression - before).expand() != 0:
            raise DerivationError(f"{name}: {expression} is not {before}")
        return after

    averaged = () if kind is RuleKind.IDENTITY else (X,)
    return Rule(name, kind, statement, rewrite, averaged)


def resolvent_difference() -> Rule:
    """R - Rbar = Rbar (chi Sigma - S) R."""
    return joined(
        "resolvent identity",
        RuleKind.IDENTITY,
        "R - Rbar = Rbar (Rbar^-1 - R^-1) R, Rbar^-1 = chi Sigma + lam, R^-1 = S + lam",
        trace(R) - trace(RBAR),
        sy.chi * trace(RBAR * SIGMA * R) - trace(RBAR * S * R),
    )


def leave_one_row_out() -> Rule:
    """The mean of the difference, to o(1): variances of quadratic forms in one row."""
    return joined(
        "one row left out",
        RuleKind.CORRECTION,
        "tr Rbar S R is the mean over the rows of x'R_x Rbar x/(1+q), and R = R_x - R_x x x'R_x/"
        "(T (1+q)); 1/(1+q) = chi - chi^2 (q - E q) + ..., Cov(x'Ax, x'Bx) = 2 tr(A Sigma B Sigma) "
        "+ kappa4 sum s^2 A_ii B_ii, R_ii ~ (kappa/lam) G_ii",
        sy.chi * trace(RBAR * SIGMA * R) - trace(RBAR * S * R),
        _variances(),
    )


def equal_shares() -> Rule:
    """chi ~ lam/kappa, hence Rbar ~ (kappa/lam) G, and lam R Sigma lam R ~ K Sigma K/(1-gamma)."""
    return joined(
        "equal shares",
        RuleKind.EQUIVALENT,
        "chi ~ lam/kappa, Rbar ~ (kappa/lam) G, lam R Sigma lam R ~ K Sigma K/(1-gamma)",
        _variances(),
        sy.kappa / sy.lam * CUBE / sy.T * (1 / (1 - sy.gamma) + sy.kappa4),
    )


def _variances() -> Expr:
    word = trace(RBAR * SIGMA * R * SIGMA * R)
    return sy.chi**2 / sy.T * (word + sy.kappa4 * (sy.kappa / sy.lam) ** 3 * CUBE)


def common_share() -> Rule:
    """lam tr R = T chi - T + d, and lam tr Rbar = d - sum s/(s + lam/chi)."""
    return joined(
        "definition of chi",
        RuleKind.IDENTITY,
        "lam tr R = T chi - T + d, lam tr Rbar = d - sum s/(s + lam/chi)",
        sy.lam * trace(R) - sy.lam * trace(RBAR),
        sy.T * sy.chi - sy.T + SpectralSum(sy.s / (sy.s + sy.lam / sy.chi)),
    )


def linear_in_the_share() -> Rule:
    """The line vanishes at chi = lam/kappa, with slope T (1-gamma) kappa/lam."""
    excess = trace(R) - sy.kappa / sy.lam * SpectralSum(1 / (sy.s + sy.kappa))
    return joined(
        "linear in chi",
        RuleKind.EQUIVALENT,
        "0 at chi = lam/kappa, slope T (1-gamma) kappa/lam there, and chi - lam/kappa = "
        "(lam/T) (tr R - (kappa/lam) tr G)",
        sy.T * sy.chi - sy.T + SpectralSum(sy.s / (sy.s + sy.lam / sy.chi)),
        sy.kappa * (1 - sy.gamma) * excess,
    )
