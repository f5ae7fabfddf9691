"""T5: isotropic features, generators with fewer rows than dimensions (minimum norm)."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import Add, And, Expr, Not, Piecewise

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.isotropic import minimum_norm_chains
from ridgeproof.theory.chains.assumptions import MINIMUM_NORM_CHAIN
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import moments

__all__ = ["FORMULA"]

# 1 - k and k, with k = kappa/(1 + kappa).
_v, _k = 1 / (1 + sy.kappa), sy.kappa / (1 + sy.kappa)
_INFLATION = sy.gamma / (1 - sy.gamma)
_SHRINK = _v**2 + _INFLATION * _k**2
_NU = sy.T0 / (sy.d - sy.T0 - 1)
_FRESH = (1 - sy.eta**sy.n) / (1 - sy.eta)


def _terms(surviving: Expr, generations: Expr) -> dict[str, Expr]:
    """The terms when E[w_n] = surviving w0, and ``generations`` noises have accumulated."""
    return {
        "bias": sy.b * (1 - 2 * _v * surviving + _SHRINK * surviving),
        "variance": sy.sigma**2 * _INFLATION,
        "synthetic": sy.sigma0**2 * _NU * generations * _SHRINK,
    }


_INDEPENDENT = _terms(sy.eta**sy.n, _FRESH)
_SHARED = _terms(sy.eta, sy.n)

EXPRESSIONS = {
    name: _SHARED[name]
    if _SHARED[name] == _INDEPENDENT[name]
    else Piecewise((_SHARED[name], sy.shared), (_INDEPENDENT[name], Not(sy.shared)))
    for name in _INDEPENDENT
}


@lru_cache
def derive() -> Derivation:
    """From the process to the two closed forms, independent and shared designs."""
    downstream = moments.FORMULA.derive()
    targets = {
        "independent designs": Add(*_INDEPENDENT.values()),
        "shared design, n >= 1": Add(*_SHARED.values()),
    }
    chains = minimum_norm_chains(
        downstream.result, targets, "k = kappa/(1 + kappa), gamma = phi/(1 + kappa)^2"
    )
    return replace(
        downstream,
        id=FORMULA.id,
        sections=(*downstream.sections, *chains),
        remark="alpha and mu are exact at finite size; with lam = 0 and T >= d + 2 everything is.",
    )


FORMULA = Formula(
    id="isotropic-overparametrized",
    theorem="T5",
    title="Isotropic features, generators fitted on fewer rows than dimensions",
    statement=(
        "Each fresh minimum-norm generator keeps the fraction eta = T0/d of the signal and adds "
        "noise, so that bias and variance are both hurt; on a shared design only the first "
        "generation loses signal."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(sy.is_isotropic, MINIMUM_NORM_CHAIN),
    regime="Sigma = I, lam0 = 0, T0 <= d - 2 (T0 <= d - 1 if sigma0 = 0), n >= 1",
    kind=FormulaKind.LIMIT,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); exact generator moments derived here",
    derive=derive,
    exact_pieces="the generators' first two moments, with T0/(d-T0-1)",
    priority=20,
)
