"""Clean scaling constants: against beta functions and sines, and wrong ones are seen."""

from __future__ import annotations

from dataclasses import replace

import mpmath
import pytest
from sympy import Eq, Rational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.verification.derivations.steps import check_step

FORMULA = find("clean-scaling")
LINES = [pair for section in FORMULA.derive().sections for pair in section.pairs()]


def at(name, **values):
    """One expression of the catalogue as a number."""
    numbers = {getattr(sy, symbol): value for symbol, value in values.items()}
    return float(FORMULA.expressions[name].subs(numbers))


@pytest.mark.parametrize("beta", [Rational(3, 2), Rational(2), Rational(5)])
def test_constants_are_sines_and_beta_functions(beta):
    """c = (pi/beta)/sin(pi/beta) and B(2-2r, 2r)/beta/zeta(1 + 2 beta r), r = 1/2 included."""
    c = float(mpmath.pi / beta / mpmath.sin(mpmath.pi / beta))
    assert at("df1", beta=beta, kappa=1) == pytest.approx(c, rel=1e-13)
    assert at("df2", beta=beta, kappa=1) == pytest.approx((1 - 1 / float(beta)) * c, rel=1e-13)
    for r in (Rational(2, 5), Rational(1, 2), Rational(9, 10)):
        total = mpmath.zeta(1 + 2 * float(beta * r))
        expected = mpmath.beta(2 - 2 * float(r), 2 * float(r)) / float(beta) / total
        assert at("bias_sum", beta=beta, r=r, kappa=1) == pytest.approx(float(expected), rel=1e-12)


def test_the_bias_is_continuous_in_the_source_to_leading_order():
    """Just below and above r = 1 the two leading terms together give the logarithm of r = 1."""
    beta, kappa = Rational(3, 2), 1e-6
    middle = at("bias_sum", beta=beta, r=1, kappa=kappa)
    h = Rational(1, 10**4)
    below = at("bias_sum", beta=beta, r=1 - h, kappa=kappa)
    rest = kappa**2 * mpmath.zeta(1 - 2 * 1.5e-4) / mpmath.zeta(1 + 3 * (1 - 1e-4))
    assert below + float(rest) == pytest.approx(middle, rel=1e-2)


@pytest.mark.parametrize("pair", LINES, ids=lambda pair: str(pair[1].expression.args[0])[:20])
def test_a_constant_off_by_two_per_cent_is_seen(pair):
    """Each line holds on the infinite spectrum, and not with another constant."""
    previous, step = pair
    left, right = step.expression.args
    right = FORMULA.expressions.get(str(right), right)
    assert check_step(previous, replace(step, expression=Eq(left, right))).checked
    wrong = Eq(left, right * Rational(102, 100))
    assert not check_step(previous, replace(step, expression=wrong)).checked
