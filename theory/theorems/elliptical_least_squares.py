"""N7, rows with a scale of their own: least squares is not universal."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Integer, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, insert, unfold
from ridgeproof.theory.calculus.sections import least_squares_downstream
from ridgeproof.theory.equivalent.formulas.any_generator import on_rows_of_two_scales
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import ridgeless

__all__ = ["FORMULA"]

EXPRESSIONS = {
    "bias": Integer(0),
    "variance": sy.sigma**2 * sy.q,
    "synthetic": sy.n * sy.sigma0**2 * sy.q0,
}


# In the responses of the rows of two scales, h = 1/(1 + c^2 q).
_NAMES = ("T1", "T2", "c1", "c2", "h1", "h2")
_T1, _T2, _c1, _c2, _h1, _h2 = (Symbol(name, real=True) for name in _NAMES)
_RELATIONS = {
    _h1: 1 / (1 + _c1**2 * sy.q0),
    _h2: 1 / (1 + _c2**2 * sy.q0),
    sy.d: sum(T * c**2 * sy.q0 / (1 + c**2 * sy.q0) for T, c in ((_T1, _c1), (_T2, _c2))),
}


@lru_cache
def derive() -> Derivation:
    """One fit on rows of two scales as a process, and the chain of T1 with its variance."""
    fit = derivation_of_theorem(
        FORMULA.id,
        on_rows_of_two_scales(),
        {"variance": sy.sigma0**2 * sy.q0 / (sy.s * sy.d)},
        {sy.q0: (1 / _h1 - 1) / _c1**2},
        "A row c x with tau = c^2 is x with weight tau and the noise over c.  The two responses "
        "add up to E[tau q/(1 + tau q)] = d/T; more scales are more of them, with the same q.  "
        "tau = 1 gives q = d/(T-d).",
        _RELATIONS,
    )
    one = unfold(
        "one generator by least squares",
        "a'",
        sy.a,
        "labels of any model: least squares is unbiased, and its variance is added",
        [insert({sy.a: sy.a + fit.result}, "the fit's own variance")],
    )
    total = least_squares_downstream(one, sum(EXPRESSIONS.values()))
    return replace(fit, sections=(*fit.sections, one, *total))


FORMULA = Formula(
    id="elliptical-least-squares",
    theorem="N7b",
    title="Least squares on rows that each have a scale of their own",
    statement=(
        "Where a row is sqrt(tau) times a normal vector, with a fresh scale tau of mean 1, "
        "d/(T-d) becomes the root q of E[tau q/(1 + tau q)] = d/T, which is larger: the normal "
        "formula is wrong at leading order."
    ),
    expressions=EXPRESSIONS,
    assumptions=ridgeless.FORMULA.assumptions,
    regime=f"elliptical features, {ridgeless.FORMULA.regime}",
    kind=FormulaKind.LIMIT,
    source="derived here",
    derive=derive,
    priority=30,
    features="elliptical",
)
