"""N6: isotropic ridge at every finite size, in terms of two traces of the Wishart resolvent."""

from __future__ import annotations

from functools import lru_cache

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import ESTIMATE, TRUTH
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.rules import (
    generator_moments,
    gram,
    noise_expectation,
    resolvent,
    resolvent_average,
    ridge_fit,
    truth,
)
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["FORMULA"]

_MEAN = 1 - sy.lam * sy.h1 / sy.d
_COLLECTED = 1 - 2 * sy.lam * sy.h1 / sy.d + sy.lam**2 * sy.h2 / sy.d

EXPRESSIONS = {
    "test_error": sy.b
    - 2 * _MEAN * sy.mu
    + _COLLECTED * sy.alpha
    + sy.sigma**2 * (sy.h1 - sy.lam * sy.h2) / sy.T
}


@lru_cache
def derive() -> Derivation:
    """From the definition by exact identities and rotation invariance alone: no limit is taken."""
    section = unfold(
        "downstream ridge fit, Sigma = I",
        "E_test",
        trace((ESTIMATE - TRUTH) * (transposed(ESTIMATE) - transposed(TRUTH))),
        "E_test = E ||w_hat - w0||^2, w = w_n, Sigma = I",
        [
            ridge_fit(),
            gram(),
            resolvent(),
            noise_expectation(),
            gram(),
            resolvent(),
            generator_moments(),
            truth(),
            resolvent_average(),
            eigenbasis(),
            restate(EXPRESSIONS["test_error"], "collect mu, alpha and sigma^2", isotropic=True),
        ],
    )
    return Derivation(
        FORMULA.id,
        (section,),
        "h1 and h2 come from the one-point density of the Laguerre orthogonal ensemble; mu and "
        "alpha follow a ridge chain by the same two traces of its own resolvent.",
    )


FORMULA = Formula(
    id="finite-size",
    theorem="N6",
    title="Isotropic ridge, exact at every finite size",
    statement=(
        "For Sigma = I the error needs only E tr R and E tr R^2 of the downstream resolvent and "
        "the totals mu, alpha of the last generator; both traces are known exactly, so that "
        "limits can be compared with the truth without simulation."
    ),
    expressions=EXPRESSIONS,
    assumptions=sy.is_isotropic,
    regime="Sigma = I, every d, T and lam; `evaluate --form exact` uses it",
    kind=FormulaKind.EXACT,
    source="derived here; density of the Laguerre orthogonal ensemble: Adler, Forrester, Nagao, "
    "van Moerbeke 2000 (arXiv solv-int/9907001)",
    derive=derive,
    exact_pieces="everything",
    downstream="ridge at finite size",
)
