"""N3: labels averaged with fresh real ones at every generation, least squares; exact."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Expr, Integer, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import TRUTH, B, W
from ridgeproof.theory.calculus.derivation import Derivation, Section, insert, restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import generator_moments, truth
from ridgeproof.theory.calculus.sections import components
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.chains.mixing_weights import (
    LABEL_NOISE,
    excess_of_weight,
    greedy_weight,
    limiting_noise,
    noise_step,
    ratio_of_weight,
)
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.theorems import least_squares_generator

__all__ = ["FORMULA", "on_averaged_labels"]

_W, _KEPT = sy.weight, 1 - sy.weight
_FRESH_NOISE = LABEL_NOISE.subs(sy.pooled, 0)
# What one generation sees: the moments of the model W w0 + (1-W) w behind averaged labels, and
# their noise.
_SEEN = {
    sy.m: _W * sy.w0 + _KEPT * sy.m,
    sy.a: _W**2 * sy.w0**2 + 2 * _W * _KEPT * sy.m * sy.w0 + _KEPT**2 * sy.a,
    sy.pooled: _FRESH_NOISE,
}


def on_averaged_labels(step: dict[str, Expr]) -> dict[str, Expr]:
    """The step of a generator on labels averaged with real ones, from that on any labels."""
    moved = {name: insert(_SEEN)(_heard(step[name])) for name in ("mean", "second_moment")}
    return {**moved, "label_noise": LABEL_NOISE}


def _heard(step: Expr) -> Expr:
    """A step in the variance of its labels' noise."""
    return step.subs(sy.sigma0**2, sy.pooled)


EXPRESSIONS = on_averaged_labels(least_squares_generator.EXPRESSIONS)


@lru_cache
def derive() -> Derivation:
    """One generation (T2a) on other labels; how noise adds up, and which weight is best."""
    one = least_squares_generator.FORMULA.derive()
    moved = [
        unfold(
            f"the generation on averaged labels: {name.replace('_', ' ')}",
            label,
            _heard(least_squares_generator.EXPRESSIONS[name]),
            "the step of T2a, m, a and the noise's variance pooled being those of the labels",
            [insert(_SEEN)],
        )
        for name, label in (("mean", "m'"), ("second_moment", "a'"))
    ]
    return Derivation(
        FORMULA.id,
        (*one.sections, *_models(), *moved, _covariance(), _greedy(), *_constant()),
        "The chain starts at the truth, v_0 = 0.  A first generation of real labels only (W = 1) "
        "leaves v_1 = 1; the greedy weights after it are 2/3, 5/8, 13/21, ... for rho = 1.",
        main=4,
    )


def _models() -> tuple[Section, ...]:
    """The moments of the model behind averaged labels, u = W w0 + (1-W) w."""
    model = _W * TRUTH + _KEPT * W
    found = []
    for name, label, other, moment in (
        ("mean", "m_u w0", transposed(TRUTH), _SEEN[sy.m] * sy.w0),
        ("second moment", "a_u", _W * transposed(TRUTH) + _KEPT * transposed(W), _SEEN[sy.a]),
    ):
        found.append(
            unfold(
                f"the model behind averaged labels: {name}",
                label,
                trace(B * model * other),
                "the labels are those of u = W w0 + (1-W) w, with noise of variance "
                "W^2 sigma_real^2 + (1-W)^2 sigma0^2; B any diagonal matrix",
                [
                    generator_moments(),
                    truth(),
                    eigenbasis(),
                    components(),
                    restate(moment, "collect W"),
                ],
            )
        )
    return tuple(found)


def _covariance() -> Section:
    one_fit = sy.s * (sy.T0 - sy.d - 1)
    return unfold(
        "the covariance is one number",
        "tr B A'",
        SpectralSum(sy.B * EXPRESSIONS["second_moment"]),
        "the next second moment, for any diagonal matrix B",
        [
            insert({sy.m: sy.w0, sy.a: sy.w0**2 + sy.pooled / one_fit}),
            restate(
                SpectralSum(sy.B * (sy.w0**2 + LABEL_NOISE / one_fit)),
                "the covariance stays a multiple of Sigma^-1/(T0-d-1), on one design or many",
            ),
        ],
    )


def _greedy() -> Section:
    best = greedy_weight()
    return unfold(
        "the best weight for one generation",
        "v'",
        noise_step(),
        "v = pooled in units of sigma_real^2, rho = sigma0^2/sigma_real^2",
        [
            restate(
                best + (_W - best) ** 2 / (1 - best),
                "complete the square: the best weight is the noise that it leaves",
            )
        ],
    )


def _constant() -> tuple[Section, Section]:
    best = sy.best_weight
    grown = unfold(
        "a constant weight",
        "v_n",
        noise_step(),
        "v' of one generation",
        [solved_over_generations(sy.pooled, Integer(0))],
    )
    optimum = unfold(
        "the best constant weight as n -> infinity",
        "v",
        limiting_noise(),
        "the fixed point of v', which is the limit for 0 < W <= 1 since (1-W)^2 < 1",
        [
            insert({sy.ratio: ratio_of_weight()}),
            restate(
                best + excess_of_weight(),
                "complete the square: W* is the root of W*^2 = rho (1-W*), and v = W* there",
            ),
        ],
    )
    return grown, optimum


FORMULA = Formula(
    id="weighted-mixing",
    theorem="N3",
    title="Labels averaged with fresh real ones, least squares",
    statement=(
        "With weight W on a fresh real label at every input the noise of the chain stays bounded: "
        "in units of one real fit it tends to (W^2 + rho (1-W)^2)/(W (2-W)), least at "
        "W = (sqrt(rho^2 + 4 rho) - rho)/2, one over the golden ratio for equal noises."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(Eq(sy.lam0, 0), Or(sy.T0 >= sy.d + 2, And(Eq(_FRESH_NOISE, 0), sy.T0 >= sy.d))),
    regime="--chain weighted:W, lam0 = 0, T0 >= d + 2 (T0 >= d without noise), either design",
    kind=FormulaKind.EXACT,
    source="He, Xu, Cheng 2025 (arXiv 2502.18049) for the setting; derived here",
    derive=derive,
    exact_pieces="the generators' covariance, a multiple of Sigma^-1/(T0-d-1)",
    priority=20,
    chain="weighted; weighted, varying",
)
