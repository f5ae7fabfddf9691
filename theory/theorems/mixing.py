"""N2: the test error downstream of real and synthetic rows, for any generator."""

from __future__ import annotations

from functools import lru_cache

from sympy import true

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.equivalent.formulas.any_generator import MIXED, on_two_kinds_of_rows
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA"]

_K = sy.kappa / (sy.s + sy.kappa)
_P2 = sy.synthetic_fraction
_P1 = 1 - _P2
_INFLATION = sy.gamma / (1 - sy.gamma)
# Second moment of delta = w_n - w0, and delta'w0 in expectation, level by level.
_DEVIATION = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
_DRIFT = sy.m * sy.w0 - sy.w0**2

_BIAS = SpectralSum(sy.s * _K**2 * sy.w0**2) / (1 - sy.gamma)
_NOISE = (_P1 * sy.sigma_real**2 + _P2 * sy.sigma**2) * _INFLATION
_CROSS = SpectralSum(sy.s * _K * _DRIFT) - SpectralSum(sy.s * _K**2 * _DRIFT) / (1 - sy.gamma)
_COLLAPSE = SpectralSum(sy.s * (1 - _K) ** 2 * _DEVIATION) + _INFLATION * SpectralSum(
    sy.s * _K**2 * _DEVIATION
)
_DISAGREEMENT = _INFLATION * SpectralSum(sy.s * _DEVIATION)

EXPRESSIONS = {
    "test_error": _BIAS + _NOISE - 2 * _P2 * _CROSS + _P2**2 * _COLLAPSE + _P1 * _P2 * _DISAGREEMENT
}


@lru_cache
def derive() -> Derivation:
    """As the formula of a process whose synthetic rows any model of moments (a, m) labels."""
    return derivation_of_theorem(
        FORMULA.id,
        on_two_kinds_of_rows(features=False),
        {"E_test": EXPRESSIONS["test_error"]},
        MIXED,
        "lam = 0 follows by continuity: kappa = 0 for T > d, df1 = T for T < d.  The last term, "
        "with P1 P2, is the noise of labels that disagree: it is largest at an even mixture.",
    )


FORMULA = Formula(
    id="mixing",
    theorem="N2",
    title="Real and synthetic rows in one training set",
    statement=(
        "A share P2 of the rows is labelled by the last generator, the others by the truth.  What "
        "the generator got wrong, delta = w_n - w0, enters as P2^2 times its own error downstream "
        "and as P1 P2 times a label noise of variance E||delta||_Sigma^2; the first part stays "
        "when data are plentiful."
    ),
    expressions=EXPRESSIONS,
    assumptions=true,
    regime="a share of real rows downstream (--synthetic-fraction), any lam, T and generator",
    kind=FormulaKind.LIMIT,
    source="derived here; the setting and the effect: Dohmatob et al. 2025, Strong model collapse "
    "(arXiv 2410.04840)",
    derive=derive,
    downstream="mixture",
)
