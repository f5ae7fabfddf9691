"""N2 at finite size: least squares on real and synthetic rows, exact."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.calculus.sections import mixed_downstream_least_squares
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA", "carried_over"]

_P2 = sy.synthetic_fraction
_P1 = 1 - _P2


def carried_over() -> Expr:
    """The share of E||w_n - w0||_Sigma^2 that the fit takes over from its synthetic rows.

    Its limit is P2^2 + P1 P2 phi/(1-phi).
    """
    pairs = _P2 * (sy.T * _P2 - 1) / (sy.T - 1)
    single = (sy.T - 2) * (sy.d + 2) / ((sy.T + 2) * (sy.T - sy.d - 1))
    return pairs + _P1 * _P2 * sy.T / (sy.T - 1) * single


EXPRESSIONS = {
    "test_error": (_P1 * sy.sigma_real**2 + _P2 * sy.sigma**2) * sy.d / (sy.T - sy.d - 1)
    + carried_over() * SpectralSum(sy.s * (sy.a - 2 * sy.m * sy.w0 + sy.w0**2))
}


@lru_cache
def derive() -> Derivation:
    """From the definition by exact expectations alone: no limit is taken."""
    downstream = mixed_downstream_least_squares()
    collected = unfold(
        "collected",
        "E_test",
        downstream.result,
        "the downstream error in the eigenbasis",
        [restate(EXPRESSIONS["test_error"], "collect E||w_n - w0||_Sigma^2 and the noises")],
    )
    return Derivation(
        FORMULA.id,
        (downstream, collected),
        "Only the total E||w_n - w0||_Sigma^2 of the last generator enters.",
    )


FORMULA = Formula(
    id="mixing-least-squares",
    theorem="N2 exact",
    title="Least squares on real and synthetic rows, exact at finite size",
    statement=(
        "With lam = 0 the last generator enters through its own error E||w_n - w0||_Sigma^2 "
        "alone, times a factor that depends on T, d and the synthetic fraction."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(Eq(sy.lam, 0), sy.T >= sy.d + 2),
    regime="a share of real rows downstream, lam = 0, T >= d + 2, any generator",
    kind=FormulaKind.EXACT,
    source="derived here",
    derive=derive,
    exact_pieces="the downstream fit on real and synthetic rows",
    priority=10,
    downstream="mixture",
)
