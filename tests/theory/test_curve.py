"""The rewritten error curve equals the catalogued functional, symbolically."""

from __future__ import annotations

import pytest
from sympy import Add, Integer, diff, simplify, symbols

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.curve import far_curve, gap, gap_of_kappa, near_curve, penalty_of_kappa
from ridgeproof.theory.definitions import defined, ridge_of_kappa
from ridgeproof.theory.spectral import SpectralSum

# Two levels of multiplicity one, with everything that a level carries.
NAMES = (sy.s, sy.a, sy.m, sy.w0)
LEVELS = [
    dict(zip(NAMES, symbols(f"s{i} a{i} m{i} w{i}", positive=True), strict=True)) for i in (1, 2)
]


def spelled_out(expression, product):
    """The sums written out for two levels, B being the difference of m w0 and ``product``."""
    return expression.replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: Add(
            *(
                node.summand.subs({sy.B: sy.m * sy.w0 - product}).subs(level, simultaneous=True)
                for level in LEVELS
            )
        ),
    ).subs(sy.d, 2)


def is_zero(expression):
    """Decided at three rational points with more digits than any accident."""
    free = sorted(expression.free_symbols, key=str)
    points = [
        {x: Integer(2 + (7 * i + 3 * j) % 11) / (1 + j) for i, x in enumerate(free)}
        for j in range(3)
    ]
    return all(simplify(expression.subs(point)) == 0 for point in points)


@pytest.mark.parametrize(
    ("curve", "product"), [(near_curve, sy.a), (far_curve, Integer(0))], ids=["near", "far"]
)
def test_error_and_slope_are_those_of_the_functional(curve, product):
    """Anchor + error is T3, and the slope is its derivative in log kappa, through gamma too."""
    functional = spelled_out(defined(find("moments").expression()), Integer(0))
    gap_here = spelled_out(gap_of_kappa(T_at_least_d=False), Integer(0))
    error = spelled_out(defined(curve().anchor + Add(*curve().error)), product)
    slope = spelled_out(Add(*curve().slope), product)
    assert is_zero(error.subs(gap, gap_here) - functional)
    assert is_zero(slope.subs(gap, gap_here) - sy.kappa * diff(functional, sy.kappa))


def test_both_ways_of_writing_gap_and_penalty_agree():
    """T - d + sum(1 - u^2) is T - df2, and T - d + sum(1 - u) is T - df1."""
    assert is_zero(
        spelled_out(gap_of_kappa(T_at_least_d=True) - gap_of_kappa(T_at_least_d=False), Integer(0))
    )
    assert is_zero(
        spelled_out(penalty_of_kappa(T_at_least_d=True) - defined(ridge_of_kappa()), Integer(0))
    )


def test_nothing_cancels_in_the_near_curve():
    """With B = 0 every term of the error is non-negative, and only the gamma terms fall."""
    falling = [term for term in near_curve().slope if "-2" in str(term)]
    assert all("gap**2" in str(term) for term in falling)
    assert len(falling) == 2
