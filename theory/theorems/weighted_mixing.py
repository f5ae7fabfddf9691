"""N3: labels averaged with fresh real ones at every generation, least squares; exact."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Eq, Expr, Integer, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.averaging import averaged_mean, averaged_second_moment
from ridgeproof.theory.calculus.derivation import Derivation, Section, restate, unfold
from ridgeproof.theory.calculus.recurrences import solved_over_generations
from ridgeproof.theory.calculus.rules import Rule, RuleKind
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

__all__ = ["FORMULA"]

_W, _KEPT = sy.weight, 1 - sy.weight
FRESH_NOISE = LABEL_NOISE.subs(sy.pooled, 0)

EXPRESSIONS = {
    "mean": _W * sy.w0 + _KEPT * sy.m,
    "second_moment": _W**2 * sy.w0**2
    + 2 * _W * _KEPT * sy.m * sy.w0
    + _KEPT**2 * sy.a
    + FRESH_NOISE / (sy.s * (sy.T0 - sy.d - 1)),
    "label_noise": LABEL_NOISE,
}


def insert(values: dict[Expr, Expr]) -> Rule:
    """Put values in, inside sums over levels and outside."""
    shown = ", ".join(f"{symbol} = {value}" for symbol, value in values.items())

    def rewrite(expression: Expr) -> Expr:
        inside = expression.replace(
            lambda node: isinstance(node, SpectralSum), lambda node: node.with_levels(values)
        )
        return inside.subs(values, simultaneous=True)

    return Rule("insertion", RuleKind.INSERTION, f"insert {shown}", rewrite, substitution=values)


@lru_cache
def derive() -> Derivation:
    """One generation, from the definition; then how noise adds up, and which weight is best."""
    mean, second = averaged_mean(), averaged_second_moment()
    tidy_mean = unfold(
        "the mean, collected",
        "m' w0",
        mean.result,
        "the mean of the next generator, times w0",
        [restate(EXPRESSIONS["mean"] * sy.w0, "collect W")],
    )
    tidy_second = unfold(
        "the second moment, collected",
        "a'",
        second.result,
        "the second moment of the next generator",
        [restate(EXPRESSIONS["second_moment"], "collect W")],
    )
    return Derivation(
        FORMULA.id,
        (mean, tidy_mean, second, tidy_second, _covariance(), _greedy(), *_constant()),
        "The chain starts at the truth, v_0 = 0.  A first generation of real labels only (W = 1) "
        "leaves v_1 = 1; the greedy weights after it are 2/3, 5/8, 13/21, ... for rho = 1.",
        main=3,
    )


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
    assumptions=And(Eq(sy.lam0, 0), Or(sy.T0 >= sy.d + 2, And(Eq(FRESH_NOISE, 0), sy.T0 >= sy.d))),
    regime="--chain weighted:W, lam0 = 0, T0 >= d + 2 (T0 >= d without noise), either design",
    kind=FormulaKind.EXACT,
    source="He, Xu, Cheng 2025 (arXiv 2502.18049) for the setting; derived here",
    derive=derive,
    exact_pieces="the generators' covariance, a multiple of Sigma^-1/(T0-d-1)",
    priority=20,
    chain="weighted; weighted, varying",
)
