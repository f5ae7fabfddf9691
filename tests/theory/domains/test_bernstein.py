"""The sign prover: what it proves is true at every point, and linear forms are all decided."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational, sqrt

from ridgeproof.theory.domains.bernstein import enclosure, positive_on
from ridgeproof.theory.symbols import T0, T, d, kappa, lam

BOX = (
    (lam, Rational(1, 10), Integer(2)),
    (d, Integer(5), Integer(60)),
    (T, d + 2, 4 * d),
    (T0, Integer(2), d - 2),
)


@pytest.mark.parametrize(
    ("expression", "strict", "expected"),
    [
        (T - d - 2, False, True),
        (T - d - 2, True, False),
        (T - d - 3, False, False),
        (4 * d - T, False, True),
        (d - T0 - 2, False, True),
        (T - T0 - 4, False, True),
        (T - T0 - 4, True, False),
        (1 - d / T, True, True),
        (d / (T - d - 1) - d / (T - d), True, True),
        (1 / (T - d), True, True),
        (1 / (d - T), True, False),
        (1 / (T - d - 2), True, False),
        (1 / (d + 2 - T), False, False),
        (1 / (T - T0 - 4), True, False),
        (1 / (d - T0 - 2), True, False),
        (1 / (4 * d - T), True, False),
        (d / (1 + lam * (T - d)), True, True),
        (T**2 - T0 * d, True, True),
        (lam - lam**2 / 4, True, True),
        (lam - lam**2 / 2, True, False),
        (sqrt(T) - 2, True, True),
        (sqrt(T) - 3, True, False),
        (T ** Rational(3, 5) - 3, True, True),
        (T ** Rational(-9, 22), True, True),
        (T - 3 * T ** Rational(1, 5), True, True),
        (T - 5 * sqrt(T), True, False),
        (sqrt(T + d) - sqrt(12), False, True),
        (sqrt(d - T), False, False),
        (kappa * T + 1, True, True),
        (kappa - 1, True, False),
    ],
)
def test_known_signs(expression, strict, expected):
    """Signs known by hand, with ends that depend on earlier names, roots and denominators."""
    assert positive_on(expression, BOX, strict=strict) is expected


COEFFICIENTS = st.lists(st.integers(-3, 3), min_size=6, max_size=6)
SMALL = ((d, Integer(2), Integer(4)), (T, d - 1, 2 * d))


def points(steps=4):
    """A grid of the real box SMALL, ends included."""
    for i, j in product(range(2 * steps + 1), range(steps + 1)):
        x = 2 + Fraction(i, steps)
        yield x, x - 1 + (x + 1) * Fraction(j, steps)


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(COEFFICIENTS, st.booleans())
def test_a_proof_is_true_at_every_point(coefficients, strict):
    """No quadratic that is proved positive is negative (or zero, if strict) anywhere on a grid."""
    one, x, y, xx, xy, yy = coefficients
    expression = one + x * d + y * T + xx * d**2 + xy * d * T + yy * T**2
    if positive_on(expression, SMALL, strict=strict):
        values = [one + x * p + y * q + xx * p * p + xy * p * q + yy * q * q for p, q in points()]
        assert min(values) > 0 if strict else min(values) >= 0


@settings(deadline=None, max_examples=40, derandomize=True, database=None)
@given(st.tuples(*[st.integers(-4, 4)] * 3))
def test_linear_forms_are_decided(coefficients):
    """A linear form is proved positive exactly when it is positive at the corners of the box."""
    one, x, y = coefficients
    corners = [(p, q) for p in (2, 4) for q in (p - 1, 2 * p)]
    least = min(one + x * p + y * q for p, q in corners)
    assert positive_on(one + x * d + y * T, SMALL) is (least > 0)
    assert positive_on(one + x * d + y * T, SMALL, strict=False) is (least >= 0)


@settings(deadline=None, max_examples=60, derandomize=True, database=None)
@given(COEFFICIENTS)
def test_enclosure_contains_every_value(coefficients):
    """The two numbers of an enclosure bound the expression on a grid of the box."""
    one, x, y, xx, xy, yy = coefficients
    expression = one + x * d + y * T + xx * d**2 + xy * d * T + yy * T**2
    least, most = enclosure(expression, SMALL)
    for p, q in points():
        value = one + x * p + y * q + xx * p * p + xy * p * q + yy * q * q
        assert least <= Rational(value.numerator, value.denominator) <= most


def test_a_hard_case_ends():
    """A form that would need thousands of coefficients is given up, not pursued."""
    expression = (d + T + T0 + lam + 1) ** 30 - (d - T + T0 - lam) ** 30
    assert positive_on(expression, BOX) in {True, False}
