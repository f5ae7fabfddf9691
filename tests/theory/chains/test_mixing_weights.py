"""The best weights of real labels: golden ratio, Fibonacci numbers, and proofs of both."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
from sympy import Rational, diff, fibonacci, simplify, solve, sqrt

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.chains.mixing_weights import (
    excess_of_weight,
    golden_weight,
    greedy_weight,
    greedy_weights,
    limiting_noise,
    noise_step,
    optimal_weight,
    ratio_of_weight,
)
from ridgeproof.theory.errors import InputError

W, RHO, V = sy.weight, sy.ratio, sy.pooled
RATIOS = [Rational(1, 10), Rational(1, 2), 1, 3]


def by_hand(v, weight, ratio):
    """One generation's noise as it stands in the literature."""
    return (1 - weight) ** 2 * (v + ratio) + weight**2


def test_noise_of_one_generation():
    """v' = (1-W)^2 (v + rho) + W^2."""
    assert simplify(noise_step() - by_hand(V, W, RHO)) == 0


@pytest.mark.parametrize("ratio", RATIOS)
@pytest.mark.parametrize("weight", [Rational(1, 5), Rational(1, 2), Rational(9, 10)])
def test_limit_is_where_the_iteration_goes(weight, ratio):
    """200 generations from the truth come within 1e-12 of (W^2 + rho (1-W)^2)/(W (2-W))."""
    v = 0.0
    for _ in range(200):
        v = by_hand(v, float(weight), float(ratio))
    limit = limiting_noise().subs({W: weight, RHO: ratio})
    assert v == pytest.approx(float(limit), rel=1e-12)
    assert limit == (weight**2 + ratio * (1 - weight) ** 2) / (weight * (2 - weight))


def test_golden_ratio():
    """For equal noises W* = 1/golden ratio, and v = W* there."""
    assert simplify(golden_weight() - (sqrt(5) - 1) / 2) == 0
    assert simplify(limiting_noise().subs({W: golden_weight(), RHO: 1}) - golden_weight()) == 0


@pytest.mark.parametrize("ratio", RATIOS)
def test_the_optimal_weight_is_stationary_and_beats_others(ratio):
    """dv/dW = 0 at W*, v(W*) = W*, and weights on either side leave more noise."""
    best, limit = optimal_weight(ratio), limiting_noise().subs(RHO, ratio)
    assert simplify(diff(limit, W).subs(W, best)) == 0
    assert simplify(limit.subs(W, best) - best) == 0
    for other in (best * Rational(9, 10), (1 + best) / 2, Rational(1, 100), 1):
        assert float(limit.subs(W, other)) > float(best)


def test_excess_over_the_optimum_is_a_square():
    """v(W) - W* = (W - W*)^2/(W (2-W) (1-W*)), where rho = W*^2/(1-W*)."""
    difference = limiting_noise().subs(RHO, ratio_of_weight()) - sy.best_weight
    assert simplify(difference - excess_of_weight()) == 0
    x = sy.best_weight
    assert simplify(optimal_weight(x**2 / (1 - x)).subs(x, Rational(3, 7))) == Rational(3, 7)


@pytest.mark.parametrize("ratio", RATIOS)
def test_greedy_weight_minimises_each_generation(ratio):
    """The only stationary point of v' in W, with v' = W there."""
    (stationary,) = solve(diff(by_hand(V, W, ratio), W), W)
    best = greedy_weight().subs(RHO, ratio)
    assert simplify(stationary - best) == 0
    assert simplify(by_hand(V, best, ratio) - best) == 0


def test_greedy_weights_are_ratios_of_fibonacci_numbers():
    """F(2t-1)/F(2t), from the recursion; they decrease towards the golden ratio."""
    found = greedy_weights(9)
    assert list(found) == [fibonacci(2 * t - 1) / fibonacci(2 * t) for t in range(1, 10)]
    assert all(after < before for before, after in pairwise(found))
    assert float(found[-1] - golden_weight()) == pytest.approx(0, abs=1e-6)


def test_greedy_weights_leave_what_they_weigh():
    """Iterating v' with them gives v_t = W_t, for unequal noises too."""
    v = Fraction(0)
    for weight in greedy_weights(6, "1/3"):
        exact = Fraction(int(weight.p), int(weight.q))
        v = by_hand(v, exact, Fraction(1, 3))
        assert v == exact


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: greedy_weights(0), "n"),
        (lambda: greedy_weights(2, -1), "ratio"),
        (lambda: optimal_weight("-1/2"), "ratio"),
        (lambda: optimal_weight("x"), "ratio"),
    ],
)
def test_bad_arguments_are_named(call, name):
    """Counts and ratios outside their ranges."""
    with pytest.raises(InputError) as caught:
        call()
    assert caught.value.name == name
