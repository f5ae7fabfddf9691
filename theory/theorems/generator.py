"""T4: one fresh-design generator, ridge lam0 or minimum norm, as an affine map of (m, a)."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Not

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.equivalent.formulas.any_generator import KAPPA, MODEL, next_generator
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["FORMULA"]

_K0 = sy.kappa0 / (sy.s + sy.kappa0)
_ROWS = sy.T0 * (1 - sy.gamma0)
_Q = SpectralSum(sy.a * sy.s / (sy.s + sy.kappa0) ** 2) / _ROWS

EXPRESSIONS = {
    "mean": (1 - _K0) * sy.m,
    "second_moment": (1 - _K0) ** 2 * sy.a
    + sy.s * _K0**2 * _Q
    + sy.sigma0**2 * sy.s / (sy.s + sy.kappa0) ** 2 / _ROWS,
}


@lru_cache
def derive() -> Derivation:
    """As the formulas of a process that fits a model on another's labels."""
    return derivation_of_theorem(
        FORMULA.id,
        next_generator(),
        {**EXPRESSIONS, "mean": EXPRESSIONS["mean"] * sy.w0},
        {sy.kappa0: KAPPA, **MODEL},
        "Minimum norm (lam0 = 0, T0 < d) follows by continuity: df1(kappa0) = T0.",
    )


FORMULA = Formula(
    id="generator",
    theorem="T4",
    title="One generation is an affine map of the generator's moments",
    statement=(
        "A generator fitted by ridge or minimum norm on T0 fresh rows shrinks the signal by "
        "1 - K0, spreads what it lost over the spectrum, and adds its own label noise."
    ),
    expressions=EXPRESSIONS,
    assumptions=Not(And(sy.shared, sy.lam0 > 0, sy.n > 1)),
    regime="fresh designs, lam0 >= 0 (T0 < d or T0 > d at lam0 = 0); a shared design at lam0 = 0",
    kind=FormulaKind.LIMIT,
    source="derived here, from the equivalents in Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712)",
    derive=derive,
)
