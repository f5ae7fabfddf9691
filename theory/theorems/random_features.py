"""N5: the test error downstream when ridge sees random features of a given width."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, true

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.equivalent.formulas.any_generator import MIXED, on_two_kinds_of_rows
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA"]

_P2 = sy.synthetic_fraction
_P1 = 1 - _P2
_KEPT = 1 - sy.gamma_width
# Second moment of delta = w_n - w0, and delta'w0 in expectation, level by level.
_DEVIATION = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
_DRIFT = sy.m * sy.w0 - sy.w0**2
# tr(Sigma G^2)/(width - df2): what the width adds to the signal that ridge loses.
_LEAK = SpectralSum(sy.s / (sy.s + sy.kappa) ** 2) / (sy.width - sy.df2)


def _total(level: Expr) -> Expr:
    return SpectralSum(sy.s * level)


def _passed(level: Expr) -> Expr:
    """tr(Sigma C) less what the equivalent J loses of it once."""
    return _total(level * sy.kappa / (sy.s + sy.kappa))


def _lost(level: Expr) -> Expr:
    """E tr(C J'Sigma J), for C with this diagonal."""
    once = SpectralSum(sy.s * level / (sy.s + sy.kappa) ** 2)
    twice = SpectralSum(sy.s**2 * level / (sy.s + sy.kappa) ** 2)
    return sy.kappa**2 * (once + _LEAK * twice)


_NOISE = _P1 * sy.sigma_real**2 + _P2 * sy.sigma**2
_COLLAPSE = _total(_DEVIATION) - 2 * _passed(_DEVIATION) + _lost(_DEVIATION) / _KEPT
_DISAGREEMENT = _total(_DEVIATION) * sy.gamma_width / _KEPT

EXPRESSIONS = {
    "test_error": (_lost(sy.w0**2) + _NOISE * sy.gamma_width) / _KEPT
    + 2 * _P2 * (_lost(_DRIFT) / _KEPT - _passed(_DRIFT))
    + _P2**2 * _COLLAPSE
    + _P1 * _P2 * _DISAGREEMENT
}


@lru_cache
def derive() -> Derivation:
    """As the formula of a process whose synthetic rows any model of moments (a, m) labels."""
    return derivation_of_theorem(
        FORMULA.id,
        on_two_kinds_of_rows(features=True),
        {"E_test": EXPRESSIONS["test_error"]},
        MIXED,
        "lam = 0 follows by continuity: df1 = min(T, width) where that is below d.",
    )


FORMULA = Formula(
    id="random-features",
    theorem="N5",
    title="Ridge on random features of a given width",
    statement=(
        "Ridge on `width` random combinations of the features acts like ridge with a larger "
        "kappa, and with more degrees of freedom that noise can fill: the error peaks where the "
        "width meets the number of rows.  Real and synthetic rows may be mixed."
    ),
    expressions=EXPRESSIONS,
    assumptions=true,
    regime="random features downstream (--width), any lam, T, generator and share of real rows",
    kind=FormulaKind.LIMIT,
    source="derived here; the setting: Dohmatob et al. 2025, Strong model collapse "
    "(arXiv 2410.04840)",
    derive=derive,
    downstream="random features",
)
