"""N2 at finite size: least squares on real and synthetic rows, exact."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import MIXED, SIGMA
from ridgeproof.theory.calculus.derivation import Derivation, insert, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.mixture import (
    exchangeable_rows,
    mixed_gram,
    mixed_inverse,
    mixed_least_squares,
    mixed_noise,
    one_row_of_least_squares,
)
from ridgeproof.theory.calculus.rules import generator_moments, inverse_wishart
from ridgeproof.theory.calculus.words import trace, transposed
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
    downstream = unfold(
        "downstream least squares on real and synthetic rows",
        "E_test",
        trace(SIGMA * MIXED * transposed(MIXED)),
        "E_test = E ||w_hat||_Sigma^2 where w0 = 0: the fit is linear in its labels, so that X w0 "
        "may be taken from all of them, and the real ones are noise",
        [
            mixed_least_squares(),
            *mixed_noise(),
            mixed_gram(),
            generator_moments(),
            exchangeable_rows(),
            mixed_inverse(),
            one_row_of_least_squares(),
            inverse_wishart(),
            eigenbasis(),
        ],
    )
    gap = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
    collected = unfold(
        "collected",
        "E_test",
        downstream.result,
        "the downstream error in the eigenbasis",
        [
            insert({sy.a: gap}, "the second moment of w_n - w0, for any w0"),
            restate(EXPRESSIONS["test_error"], "collect E||w_n - w0||_Sigma^2 and the noises"),
        ],
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
