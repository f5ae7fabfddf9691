"""Intervals, sums and kappas hold the values that they are said to hold."""

from __future__ import annotations

import operator
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Heaviside, Max, Rational, Symbol, exp, log, sqrt

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.settings.spectra import AR1, Flat, Isotropic, PowerLaw
from ridgeproof.theory.settings.spectra import Levels as Spectrum
from ridgeproof.verification.proofs.boxes import intervals
from ridgeproof.verification.proofs.boxes.intervals import Intervals, Program
from ridgeproof.verification.proofs.boxes.kappas import bracket
from ridgeproof.verification.proofs.boxes.sums import Levels, LevelSum, enclosed_sums, levels_of

K, L = Symbol("k", positive=True), Symbol("l", positive=True)
X, Y = Symbol("x", real=True), Symbol("y", real=True)
FLOATS = st.floats(-50, 50, allow_subnormal=False).map(lambda x: round(x, 3))
OPERATIONS = {
    "+": operator.add,
    "*": operator.mul,
    "/": lambda x, y: x * y.inverse() if isinstance(y, Intervals) else x / y,
}


def point(x):
    """One float as an interval."""
    return Intervals(np.float64(x), np.float64(x))


def holds(between, value):
    """Whether an exact number lies between two floats; true where nothing is known."""
    low, high = float(between.low), float(between.high)
    if not np.isfinite([low, high]).all():
        return True
    return Fraction(low) <= value <= Fraction(high)


def operations_hold(x, y):
    """Whether every operation on two floats holds its exact value, powers of them as well."""
    a, b = Fraction(x), Fraction(y)
    good = all(
        holds(act(point(x), point(y)), act(a, b))
        for name, act in OPERATIONS.items()
        if name != "/" or b
    )
    root = point(abs(x)).power(Fraction(1, 2))
    squares = Fraction(float(root.low)) ** 2 <= abs(a) <= Fraction(float(root.high)) ** 2
    return good and squares and all(holds(point(x).power(Fraction(k)), a**k) for k in range(5))


@given(FLOATS, FLOATS)
@settings(max_examples=60, deadline=None)
def test_operations_on_floats_hold_the_exact_value(x, y):
    """Sums, products, quotients, roots and powers, against fractions."""
    assert operations_hold(x, y)


@pytest.mark.parametrize("name", ["_down", "_up"])
def test_rounding_the_wrong_way_is_seen(monkeypatch, name):
    """The check above fails where an end is not rounded, or rounded inwards."""
    other = {"_down": intervals._up, "_up": intervals._down}[name]
    for wrong in (lambda x: x, other):
        monkeypatch.setattr(intervals, name, wrong)
        assert not all(operations_hold(k / 10, 1 / k) for k in range(3, 40))


@given(FLOATS, FLOATS, st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=60, deadline=None)
def test_programs_hold_every_value_of_a_box(x, y, u, v):
    """At any point of a box, for what a user's formula may be made of."""
    ends = [sorted((x, y)), sorted((y, (x + y) / 2))]
    box = {s: Intervals(*map(np.float64, end)) for s, end in zip((X, Y), ends, strict=True)}
    at = [low + share * (high - low) for share, (low, high) in zip((u, v), ends, strict=True)]
    at = [min(max(z, low), high) for z, (low, high) in zip(at, ends, strict=True)]
    expressions = [
        X * Y - X**2 + Rational(1, 3),
        Max(X, Y**3) / (1 + X**2),
        exp(X / 50) + log(Y**2 + 1),
        sqrt(X**2 + 1) ** 3,
        (Y**2 + 1) ** Rational(-2, 3),
        Heaviside(X, 0) * Y,
    ]
    for each, between in zip(expressions, Program(expressions)(box), strict=True):
        exact = each.subs(dict(zip((X, Y), map(Rational, at), strict=True))).evalf(40)
        assert between.low <= exact <= between.high


def test_what_is_undefined_somewhere_stays_so():
    """A maximum does not hide a pole, a product with zero neither."""
    box = {X: Intervals(np.float64(-1), np.float64(1)), Y: point(0.0)}
    for each in (Max(1, 1 / X), Y / X, sqrt(X) + 1, log(X) * Y):
        (between,) = Program([each])(box)
        assert np.isnan(between.low) or np.isnan(between.high)


SUMS = [
    LevelSum(w, a, K, c, m)
    for w, a, c, m in [
        (0, 1, 0, 1),
        (0, 2, 0, 2),
        (0, 1, 1, 3),
        (1, 0, 2, 2),
        (1, 1, 1, 4),
        (1, 0, 0, 1),
    ]
] + [LevelSum(0, 2, K, 1, 2, L, 0, 1), LevelSum(1, 1, K, 1, 1, L, 2, 3)]
LEVELS = [(Isotropic(), 9), (PowerLaw(Fraction(3, 2)), 40), (AR1(Fraction(1, 2)), 12)]


def exact_sum(each, spectrum, d, values):
    """A sum to 40 digits, its levels written out."""
    w, a, *rest = each.args
    with mpmath.workdps(40):
        match spectrum:
            case Isotropic():
                s = [mpmath.mpf(1)] * d
            case PowerLaw(beta):
                s = [
                    mpmath.mpf(i) ** (-mpmath.mpf(beta.numerator) / beta.denominator)
                    for i in range(1, d + 1)
                ]
            case AR1(rho):
                r = mpmath.mpf(rho.numerator) / rho.denominator
                rows = [[r ** abs(i - j) for j in range(d)] for i in range(d)]
                s = mpmath.eigsy(mpmath.matrix(rows), eigvals_only=True)
        total = mpmath.mpf(0)
        for x in s:
            term = x ** int(a) * (x / d if w else 1)
            for k in range(0, len(rest), 3):
                kappa, c, m = mpmath.mpf(values[rest[k]]), int(rest[k + 1]), int(rest[k + 2])
                term *= kappa**c / (x + kappa) ** m
            total += term
        return total


@pytest.mark.parametrize(("spectrum", "d"), LEVELS)
def test_sums_hold_every_value_and_little_else(spectrum, d):
    """Inside a range of kappas, and to twelve digits for one kappa."""
    held = levels_of(d, spectrum, Flat())
    wide = {
        K: Intervals(np.array([0.1]), np.array([0.7])),
        L: Intervals(np.array([0.02]), np.array([3.0])),
    }
    narrow = {K: point(0.3), L: point(0.5)}
    outer, inner = enclosed_sums(SUMS, held, wide), enclosed_sums(SUMS, held, narrow)
    for each in SUMS:
        for k, other in ((0.1, 0.02), (0.3, 3.0), (0.7, 0.5), (0.45, 1.0)):
            value = exact_sum(each, spectrum, d, {K: k, L: other})
            assert float(outer[each].low[0]) <= value <= float(outer[each].high[0])
        value = exact_sum(each, spectrum, d, {K: 0.3, L: 0.5})
        assert float(inner[each].low[0]) <= value <= float(inner[each].high[0])
        assert inner[each].high[0] - inner[each].low[0] <= 1e-12 * value


def test_derivatives_of_sums_are_sums_of_the_same_kind():
    """Against a difference of exact values: a dropped term would show."""
    spectrum, d = PowerLaw(Fraction(3, 2)), 12
    for each in SUMS:
        slope, at, h = (
            each.diff(K),
            {K: mpmath.mpf("0.3"), L: mpmath.mpf("0.5")},
            mpmath.mpf(10) ** -12,
        )
        by_terms = sum(
            coefficient * exact_sum(part, spectrum, d, at)
            for part, coefficient in slope.as_coefficients_dict().items()
        )
        with mpmath.workdps(40):
            ends = [exact_sum(each, spectrum, d, {**at, K: at[K] + sign * h}) for sign in (1, -1)]
            assert mpmath.almosteq((ends[0] - ends[1]) / (2 * h), by_terms, 1e-12)


@given(st.integers(1, 40), st.floats(0, 2), st.sampled_from(LEVELS[:2]))
@settings(max_examples=40, deadline=None)
def test_kappa_is_between_its_ends(rows, lam, level):
    """On either side of the largest root of lam = kappa (1 - df1/rows), to ten digits."""
    spectrum, d = level
    held = levels_of(d, spectrum, Flat())
    found = bracket(held, Intervals(np.array([lam]), np.array([lam])), point(float(rows)))
    low, high = float(found.low[0]), float(found.high[0])
    if lam == 0 and rows >= d:
        assert low == high == 0
        return

    def excess(kappa):
        df1 = exact_sum(LevelSum(0, 1, K, 0, 1), spectrum, d, {K: kappa})
        with mpmath.workdps(40):
            return kappa * (1 - df1 / rows) - mpmath.mpf(lam)

    assert low == 0 or excess(low) <= 0
    assert excess(high) >= 0
    assert high - low <= 1e-9 * high + 1e-12


def test_a_negative_penalty_has_no_bracket():
    """The branch of the largest root is left: nothing is said."""
    held = Levels.stack([levels_of(5, Isotropic(), Flat())])
    found = bracket(held, Intervals(np.array([-0.1]), np.array([0.2])), point(9.0))
    assert np.isnan(found.low).all()


def test_sums_of_extreme_numbers_are_held_or_refused():
    """No term underflows where sums are bounded; beyond that nothing is said."""
    each = LevelSum(1, 4, K, 2, 12)
    for s in (10**-15, 10**15):
        value = Fraction(s)
        held = levels_of(3, Spectrum(((value, 3),)), Flat())
        (found,) = enclosed_sums([each], held, {K: point(s)}).values()
        exact = value * value**4 * Fraction(s) ** 2 / (value + Fraction(s)) ** 12
        assert 0 < float(found.low[0]) <= exact <= float(found.high[0])
    with pytest.raises(NotBuilt):
        levels_of(3, Spectrum(((Fraction(10**25), 3),)), Flat())
    with pytest.raises(NotBuilt):
        enclosed_sums([LevelSum(1, 9, K, 2, 9)], held, {K: point(1.0)})
    (large,) = enclosed_sums([each], held, {K: point(1e25)}).values()
    assert np.isnan(large.high[0])
