"""T6: noise-free collapse, isotropic: the signal itself dies, exactly at every finite size."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Expr, Integer, Not, Piecewise

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus import isotropic as iso
from ridgeproof.theory.calculus.alphabet import DOWNSTREAM, SIGMA, TRUTH
from ridgeproof.theory.calculus.derivation import Derivation, Section, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.rules import generator_moments, least_squares, pseudo_inverse, truth
from ridgeproof.theory.calculus.words import trace, transposed
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
    fit = DOWNSTREAM
    error = fit.estimate - TRUTH
    downstream = unfold(
        "noiseless downstream least squares",
        "E_test",
        trace(SIGMA * error * (transposed(fit.estimate) - transposed(TRUTH))).subs(sy.sigma, 0),
        "E_test = E ||w_hat - w0||_Sigma^2, w = w_n",
        [
            least_squares(fit, noiseless=True),
            pseudo_inverse(fit),
            generator_moments(fit),
            truth(),
            eigenbasis(),
            iso.isotropic_sums(),
        ],
    )
    fresh = (iso.independent_mean(), iso.independent_second_moment())
    reused = (iso.shared_mean(), iso.shared_second_moment())
    return Derivation(
        FORMULA.id,
        (
            downstream,
            *fresh,
            _total(downstream, fresh, _INDEPENDENT, "independent designs"),
            *reused,
            _total(downstream, reused, _SHARED, "shared design, n >= 1"),
        ),
    )


def _total(
    downstream: Section, moments: tuple[Section, Section], target: Expr, title: str
) -> Section:
    mean, second = moments
    return unfold(
        f"the whole process, {title}",
        "E_test",
        downstream.result,
        "the downstream error, as a functional of the last generator",
        [
            iso.insert_totals({sy.alpha: second.result.subs(sy.sigma0, 0), sy.mu: mean.result}),
            iso.restate_when_isotropic(target, "collect b"),
        ],
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
