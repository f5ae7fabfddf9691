"""Affine recurrences: the closed form against plain iteration, and what is refused."""

from __future__ import annotations

import pytest
from sympy import Rational, Symbol, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.recurrences import solve_affine, solved_over_generations
from ridgeproof.theory.errors import DerivationError

x, p, q, start = (Symbol(name, positive=True) for name in "xpqs")


@pytest.mark.parametrize("step", [p * x + q, x + q, p * x, sy.eta * x + sy.sigma0**2, q + 0 * x])
def test_closed_form_is_the_iteration(step):
    """n steps by hand give the closed form at n = 0, ..., 5, rate 1 included."""
    closed = solve_affine(step, x, start)
    iterate = start
    for n in range(6):
        assert simplify(closed.subs(sy.n, n) - iterate) == 0
        iterate = step.subs(x, iterate)


@pytest.mark.parametrize("step", [x**2 + q, p / (1 + x), q * x * (1 - x)])
def test_other_recurrences_are_refused(step):
    """A step that is not affine has no geometric closed form."""
    with pytest.raises(DerivationError, match="not affine"):
        solve_affine(step, x, start)


def test_rule_carries_what_its_check_needs():
    """The rule names the unknown and its start, so that the check can iterate by itself."""
    rule = solved_over_generations(sy.alpha, sy.b)
    assert rule.substitution == {sy.alpha: sy.b}
    grown = rule(sy.alpha * Rational(1, 2) + 1)
    assert simplify(grown - (2 + (sy.b - 2) * Rational(1, 2) ** sy.n)) == 0
