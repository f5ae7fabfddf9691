"""T6: noise-free collapse, isotropic: the signal itself dies, exactly at every finite size."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Integer, Not, Piecewise

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.isotropic import minimum_norm_chains
from ridgeproof.theory.calculus.sections import error_of_a_model
from ridgeproof.theory.chains.assumptions import MINIMUM_NORM_CHAIN
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA"]

_INDEPENDENT = sy.b * (1 - sy.eta**sy.n)
_SHARED = sy.b * (1 - sy.eta)

EXPRESSIONS = {
    "bias": Piecewise((_SHARED, sy.shared), (_INDEPENDENT, Not(sy.shared))),
    "variance": Integer(0),
    "synthetic": Integer(0),
}


@lru_cache
def derive() -> Derivation:
    """A noiseless full-rank downstream fit returns w_n, so the error is the chain's own."""
    downstream = error_of_a_model()
    targets = {"independent designs": _INDEPENDENT, "shared design, n >= 1": _SHARED}
    return Derivation(
        FORMULA.id,
        (downstream, *minimum_norm_chains(downstream.result, targets, "collect b", Integer(0))),
        "Least squares on at least d rows without noise returns the model that labelled them.",
    )


FORMULA = Formula(
    id="noise-free",
    theorem="T6",
    title="Collapse without any label noise",
    statement=(
        "With fresh designs the surviving signal decays as eta^n and the error climbs to b; with "
        "one shared design nothing more is lost after the first generation."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(
        sy.is_isotropic,
        Eq(sy.sigma, 0),
        Eq(sy.sigma0, 0),
        Eq(sy.lam, 0),
        sy.T >= sy.d,
        MINIMUM_NORM_CHAIN,
    ),
    regime="Sigma = I, sigma = sigma0 = lam = lam0 = 0, T >= d > T0, n >= 1",
    kind=FormulaKind.EXACT,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); exact finite-size form derived here",
    derive=derive,
    exact_pieces="everything",
    priority=30,
)
