"""N7: what the law of the features changes, to first order: their excess kurtosis alone."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import RBAR, R
from ridgeproof.theory.calculus.derivation import Derivation, differentiate, restate, unfold
from ridgeproof.theory.calculus.rows import (
    CUBE,
    common_share,
    equal_shares,
    joined,
    leave_one_row_out,
    linear_in_the_share,
    resolvent_difference,
)
from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.calculus.words import trace
from ridgeproof.theory.definitions import defined, ridge_of_kappa
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA"]

_FOURTH = SpectralSum(sy.s**2 / (sy.s + sy.kappa) ** 4)
_TRACE = (
    sy.kappa / sy.lam * SpectralSum(1 / (sy.s + sy.kappa))
    + CUBE / sy.T / (1 - sy.gamma) ** 2
    + sy.kappa4 * CUBE / sy.T / (1 - sy.gamma)
)
_SQUARE = (
    SpectralSum(sy.kappa**2 / (sy.s + sy.kappa) ** 2)
    + SpectralSum(sy.kappa**2 * sy.s / (sy.s + sy.kappa) ** 2)
    * SpectralSum(sy.s / (sy.s + sy.kappa) ** 2)
    / (sy.T * (1 - sy.gamma))
) / sy.lam**2
_SQUARE += (
    3 * _FOURTH * (1 / (1 - sy.gamma) ** 2 + sy.kappa4 / (1 - sy.gamma))
    + 2 * CUBE**2 / sy.T * (2 / (1 - sy.gamma) ** 3 + sy.kappa4 / (1 - sy.gamma) ** 2)
) / (sy.T * (1 - sy.gamma))


def _of_kappa(expression: Expr) -> Expr:
    """The expression as a function of kappa alone, at fixed T and spectrum."""
    return defined(expression.subs(sy.lam, ridge_of_kappa()))


EXPRESSIONS = {"resolvent_trace": _TRACE, "resolvent_square": _SQUARE}


@lru_cache
def derive() -> Derivation:
    """Leave one row out, and solve for the trace that the resolvent's own equation contains."""
    left_out = unfold(
        "what one row changes",
        "E[tr R - tr Rbar]",
        trace(R) - trace(RBAR),
        "Rbar = (chi Sigma + lam)^-1, chi = 1 - (d - lam tr R)/T",
        [
            resolvent_difference(),
            leave_one_row_out(),
            equal_shares(),
        ],
    )
    closed = unfold(
        "the same in terms of tr R alone",
        "lam (tr R - tr Rbar)",
        sy.lam * trace(R) - sy.lam * trace(RBAR),
        "lam times the quantity of the first section",
        [common_share(), linear_in_the_share()],
    )
    total = unfold(
        "the trace",
        "E tr R",
        trace(R),
        "R = (X'X/T + lam)^-1",
        [
            joined(
                "both sections",
                RuleKind.CORRECTION,
                "kappa (1-gamma) E[tr R - (kappa/lam) tr G] = lam E[tr R - tr Rbar]",
                trace(R),
                sy.kappa / sy.lam * SpectralSum(1 / (sy.s + sy.kappa))
                + sy.lam / sy.kappa / (1 - sy.gamma) * left_out.result,
            ),
            restate(_TRACE, "collect kappa4"),
        ],
    )
    square = unfold(
        "the trace of the square",
        "(1-gamma) E tr R^2",
        -_of_kappa(_TRACE),
        "E tr R^2 = -d/dlam E tr R and dlam/dkappa = 1-gamma, at fixed T: minus E tr R, as a "
        "function of kappa",
        [
            differentiate(sy.kappa),
            restate((1 - sy.gamma) * EXPRESSIONS["resolvent_square"], "dlam/dkappa = 1 - gamma"),
        ],
    )
    return Derivation(
        FORMULA.id,
        (left_out, closed, total, square),
        "Independent entries of any law with a finite fourth moment; normal ones have kappa4 = 0.  "
        "For Sigma = I the law enters every error through these two traces alone (`finite-size` "
        "holds for each law with its own), so that limits are universal and corrections are not.",
    )


FORMULA = Formula(
    id="universality",
    theorem="N7",
    title="The law of the entries enters at order 1/d, through its kurtosis",
    statement=(
        "For features Sigma^(1/2) z with independent entries z the limits are those of normal "
        "features; the first corrections of E tr R and E tr R^2, R = (X'X/T + lam)^-1, depend on "
        "the law through the excess kurtosis kappa4 alone."
    ),
    expressions=EXPRESSIONS,
    assumptions=sy.lam > 0,
    regime="independent entries with a finite fourth moment, any Sigma, lam > 0, to o(1)",
    kind=FormulaKind.LIMIT,
    source="derived here; the constant is that of Bai and Silverstein 2004 for normal and of Pan "
    "and Zhou 2008 for other entries",
    derive=derive,
    exact_pieces="",
    downstream="traces of the resolvent",
)
