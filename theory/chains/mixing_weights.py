"""The weight of real labels: how much noise survives at a weight, and which weight is best.

One generation on averaged labels takes the noise v, in units of the real labels' variance, to

    v' = (1-W)^2 (v + rho) + W^2,      rho = sigma0^2/sigma_real^2.

Each statement below is proved by completing a square (`ridgeproof derive weighted-mixing`).
Sources: He, Xu, Cheng 2025 (arXiv 2502.18049); Garg, Bhattacharya, Sur 2025 (arXiv 2509.22341);
derived here.
"""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Integer, Rational, sqrt

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_integer, check_real, exact

__all__ = [
    "LABEL_NOISE",
    "golden_weight",
    "greedy_weight",
    "greedy_weights",
    "limiting_noise",
    "noise_step",
    "optimal_weight",
]

# Variance of the averaged labels' noise when what they inherit has variance pooled.
LABEL_NOISE: Expr = sy.weight**2 * sy.sigma_real**2 + (1 - sy.weight) ** 2 * (
    sy.pooled + sy.sigma0**2
)


def noise_step() -> Expr:
    """v' of one generation, with v = pooled in units of sigma_real^2."""
    return LABEL_NOISE.subs({sy.sigma0**2: sy.ratio, sy.sigma_real: 1})


def limiting_noise() -> Expr:
    """v as n -> infinity at a constant weight W in (0, 1]: (W^2 + rho (1-W)^2)/(W (2-W))."""
    step = noise_step()
    rate = step.diff(sy.pooled)
    return (step.subs(sy.pooled, 0) / (1 - rate)).factor()


def greedy_weight() -> Expr:
    """The weight with the least v' after v: (v + rho)/(v + rho + 1), and v' equals it."""
    inherited = sy.pooled + sy.ratio
    return inherited / (inherited + 1)


def optimal_weight(ratio: Fraction | int | str | Expr = 1) -> Expr:
    """The constant weight with the least v in the limit: (sqrt(rho^2 + 4 rho) - rho)/2.

    The limit equals it.

    Args:
        ratio: rho = sigma0^2/sigma_real^2 >= 0, a number or a SymPy expression.

    >>> optimal_weight(1)
    -1/2 + sqrt(5)/2
    >>> optimal_weight("1/2")
    1/2
    """
    rho = ratio if isinstance(ratio, Expr) else _rational("ratio", ratio)
    return (sqrt(rho**2 + 4 * rho) - rho) / 2


def golden_weight() -> Expr:
    """1/golden ratio: the best constant weight for equal noises."""
    return optimal_weight(1)


def greedy_weights(n: int, ratio: Fraction | int | str = 1) -> tuple[Rational, ...]:
    """The best weight of each of n generations in turn, the first of real labels only.

    For equal noises they are ratios of Fibonacci numbers, F(2t-1)/F(2t).

    >>> greedy_weights(5)
    (1, 2/3, 5/8, 13/21, 34/55)
    """
    check_integer("n", n, least=1)
    rho, best = _rational("ratio", ratio), greedy_weight()
    weights = [Integer(1)]
    while len(weights) < n:
        # The noise that is left equals the weight that left it.
        weights.append(best.subs({sy.pooled: weights[-1], sy.ratio: rho}))
    return tuple(weights)


def _rational(name: str, value: Fraction | int | str) -> Rational:
    number = check_real(name, exact(name, value), least=0)
    return Rational(number.numerator, number.denominator)


def ratio_of_weight() -> Expr:
    """The ratio rho for which the constant weight W* is the best: W*^2/(1-W*)."""
    return sy.best_weight**2 / (1 - sy.best_weight)


def excess_of_weight() -> Expr:
    """How far the limiting noise at W exceeds that at W*, which is W* itself."""
    gap = (sy.weight - sy.best_weight) ** 2
    return gap / (sy.weight * (2 - sy.weight) * (1 - sy.best_weight))
