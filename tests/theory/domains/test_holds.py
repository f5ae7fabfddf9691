"""Assumptions over whole domains: a proof is right everywhere, a refutation somewhere."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import And, Eq, Integer, Ne, Not, Or, Rational, S, cancel, true

from ridgeproof.theory.domains.domain import make_domain
from ridgeproof.theory.domains.entries import IntegerRange, RealInterval
from ridgeproof.theory.domains.holds import holds_on, named_values, slack_substitution
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.symbols import (
    T0,
    T,
    beta,
    d,
    eta,
    gamma,
    kappa,
    lam,
    lam0,
    n,
    phi,
    phi0,
    r,
    sigma,
    sigma0,
)

UNIT = RealInterval(Fraction(0), Fraction(1))
RIDGELESS = make_domain(
    lam=0,
    d=IntegerRange(Integer(5), Integer(60)),
    T=IntegerRange(d + 2, 4 * d),
    T0=IntegerRange(d + 2, 4 * d),
    n=IntegerRange(Integer(0), Integer(6)),
    sigma=RealInterval(Fraction(1, 10), Fraction(2)),
    sigma0=UNIT,
)
SHORT = make_domain(
    d=IntegerRange(Integer(5), Integer(60)),
    T=IntegerRange(Integer(2), 4 * d),
    T0=IntegerRange(Integer(2), d - 2),
    n=IntegerRange(Integer(1), Integer(6)),
    lam=UNIT,
)
SCALING = make_domain(
    spectrum="power-law:3/2",
    signal=["source:0.4", "source:2"],
    T=IntegerRange(Integer(64), Integer(4096)),
    T0=T ** Rational(3, 5),
    d=T0 / 2,
    n=1,
    lam=T ** (-3 * beta / 11),
)
SMALL = make_domain(
    d=IntegerRange(Integer(2), Integer(5)),
    T=IntegerRange(d - 1, 2 * d + 1),
    T0=(T + 1) / 2,
    n=1,
)


@pytest.mark.parametrize(
    ("domain", "assumption", "expected"),
    [
        (RIDGELESS, And(Eq(lam, 0), Eq(lam0, 0), T >= d + 2, T0 >= d + 2), True),
        (RIDGELESS, T > d + 2, False),
        (RIDGELESS, n >= 1, False),
        (RIDGELESS, n >= 0, True),
        (RIDGELESS, sigma > 0, True),
        (RIDGELESS, sigma0 > 0, False),
        (RIDGELESS, Ne(T, d), True),
        (RIDGELESS, Ne(T, T0), False),
        (RIDGELESS, Eq(T, T0), False),
        (RIDGELESS, phi < 1, True),
        (RIDGELESS, phi0 <= Rational(60, 62), True),
        (RIDGELESS, eta <= 4, True),
        (RIDGELESS, eta < 4, False),
        (RIDGELESS, T0 < d, False),
        (RIDGELESS, Not(T0 < d), True),
        (RIDGELESS, kappa >= 0, True),
        (RIDGELESS, gamma < 1, None),
        (RIDGELESS, true, True),
        (RIDGELESS, S.false, False),
        (SHORT, T0 <= d - 2, True),
        (SHORT, T0 < d, True),
        (SHORT, eta < 1, True),
        (SHORT, n >= 1, True),
        (SHORT, Or(T0 <= d - 2, T0 >= d + 2), True),
        (SHORT, Or(T <= d - 2, T >= d + 2), False),
        (SHORT, Eq(lam, 0), False),
        (SHORT, Or(Eq(lam, 0), T < d), False),
        (SHORT, Eq(sigma, 0), True),
        (SCALING, T0 >= d + 2, True),
        (SCALING, T >= d + 2, True),
        (SCALING, T >= T0, True),
        (SCALING, T0 >= d + 7, False),
        (SCALING, T0 < d, False),
        (SCALING, T0**5 >= T**3, False),
        (SMALL, 2 * T0 <= T + 2, True),
        (SMALL, 2 * T0 <= T + Rational(3, 2), False),
        (SMALL, 2 * T0 >= T + Rational(1, 2), None),
        (SCALING, lam > 0, True),
        (SCALING, lam > Rational(1, 5), False),
        (SCALING, Eq(beta, Rational(3, 2)), True),
        (SCALING, beta > 1, True),
        (SCALING, r >= Rational(2, 5), True),
        (SCALING, r < 1, False),
    ],
)
def test_known_answers(domain, assumption, expected):
    """Assumptions of the catalogue on typical domains; rounding and upper ends included."""
    assert holds_on(domain, assumption) is expected


FORM = st.tuples(*[st.integers(-3, 3)] * 4)
RELATIONS = st.sampled_from(["__ge__", "__gt__", "__le__", "__lt__", "eq", "ne"])


@cache
def members():
    """Every setting of a small domain with dependent ends and a rounded size, by its values."""
    found = [
        make_setting(d=size, T=rows, T0=(rows + 1 + 1) // 2, n=1)
        for size in range(2, 6)
        for rows in range(size - 1, 2 * size + 2)
    ]
    assert all(setting in SMALL for setting in found)
    return [named_values(setting) for setting in found]


def related(form, relation):
    """A relation between a linear form in d, T, T0 and zero."""
    one, x, y, z = form
    value = one + x * d + y * T + z * T0
    if relation in {"eq", "ne"}:
        return (Eq if relation == "eq" else Ne)(value, 0)
    return S.true if value.is_number and getattr(value, relation)(0) else (
        S.false if value.is_number else getattr(value, relation)(0)
    )  # fmt: skip


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(FORM, RELATIONS, FORM, RELATIONS, st.sampled_from([And, Or]))
def test_answers_are_right_at_every_setting(first, relation, second, other, join):
    """True means at every setting of a small domain, False at not all: checked one by one."""
    assumption = join(related(first, relation), related(second, other))
    answer = holds_on(SMALL, assumption)
    everywhere = all(assumption.xreplace(values) == true for values in members())
    assert answer is None or answer is everywhere


def test_slack_carries_the_bounds():
    """Every name becomes its bound plus a non-negative slack, down to slacks alone."""
    slack = slack_substitution(RIDGELESS)
    assert slack[lam] == 0
    assert (slack[T] - slack[d] - 2).is_nonnegative
    assert (slack[sigma] - Rational(1, 10)).is_nonnegative
    assert all(str(x).endswith("_slack") for value in slack.values() for x in value.free_symbols)
    assert cancel(slack[phi] - slack[d] / slack[T]) == 0


def test_slack_from_above():
    """T0 = 2 .. d - 2 taken from its upper end proves d - T0 >= 2 at once."""
    slack = slack_substitution(SHORT, from_above={"T0", "lam"})
    assert (slack[d] - slack[T0] - 2).is_nonnegative
    assert (1 - slack[lam]).is_nonnegative


def test_slack_leaves_rounded_sizes_alone():
    """A size that rounding may change has no exact expression, so none is substituted."""
    slack = slack_substitution(SCALING)
    assert T0 not in slack
    assert d not in slack
    assert slack[beta] == Rational(3, 2)
    assert r not in slack
    assert slack_substitution(make_domain(d=5, T=2 * d))[T] == 10
