"""Taylor models and clusters: every claimed bound, tried at points and against plain sums."""

from fractions import Fraction
from itertools import pairwise

import pytest
from flint import arb, arb_poly, ctx, fmpq
from hypothesis import given, settings
from hypothesis import strategies as st

from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.arithmetic.taylor_model import TaylorModel
from ridgeproof.numerics.spectra.eigenvalue_ranges import Law, edges
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError

# Low enough for products and quotients to be cut.
ORDER = 4
POINTS = [Fraction(k, 7) for k in range(-7, 8)]
coefficients = st.lists(st.integers(-9, 9), min_size=1, max_size=4)


def model(numbers):
    """The model of a polynomial with these coefficients, exact."""
    return TaylorModel(arb_poly([exact_ball(Fraction(c)) for c in numbers]), arb(0), ORDER)


def at(numbers, y):
    """The polynomial's exact value."""
    return sum(c * y**k for k, c in enumerate(numbers))


def contains(found, y, value):
    """Whether a model allows this value at y."""
    y_ball = arb(fmpq(y.numerator, y.denominator))
    bound = found.remainder * abs(y_ball) ** ORDER
    error = abs(found.polynomial(y_ball) - arb(fmpq(value.numerator, value.denominator)))
    return not error > bound


@settings(max_examples=80, deadline=None)
@given(f=coefficients, g=coefficients, h=coefficients)
def test_arithmetic_encloses(f, g, h):
    """f g + f/h - g/h^2 at 15 points, for h away from zero; a lost remainder would show."""
    h = [sum(map(abs, h)) + 1, *h[1:]]
    F, G, H = map(model, (f, g, h))
    found = F * G + F / H + -(G / (H * H))
    for y in POINTS:
        a, b, c = (Fraction(at(each, y)) for each in (f, g, h))
        assert contains(found, y, a * b + a / c - b / c**2)


@settings(max_examples=50, deadline=None)
@given(f=coefficients, radius=st.integers(1, 5), g=coefficients)
def test_remainders_are_carried(f, radius, g):
    """f known up to r |y|^4: every f + t y^4 with |t| <= r must stay inside f g and f/h."""
    F = TaylorModel(model(f).polynomial, arb(radius), ORDER)
    h = [sum(map(abs, g)) + 1, *g[1:]]
    product, quotient = F * model(g), F / model(h)
    for y in POINTS:
        for t in (-radius, radius):
            value = at(f, y) + t * y**ORDER
            assert contains(product, y, value * at(g, y))
            assert contains(quotient, y, value / Fraction(at(h, y)))


def test_a_denominator_with_a_zero_bounds_nothing():
    """1/y and 1/(1 + 2y) leave an infinite remainder, never a number; y/y is one."""
    assert not (model([0, 1]) / model([0])).is_finite()
    assert (model([0, 3]) / model([0, 1])).coefficients() == [3]
    assert not (model([1]) / model([0, 1])).is_finite()
    assert not (model([1]) / model([1, 2])).is_finite()


def test_a_square_near_its_zero_is_still_bounded():
    """(1 + y/2)^2 >= 1/4: 1 - 1 - 1/4 bounds nothing, pieces of the interval do."""
    found = model([1]) / model([1, 1, Fraction(1, 4)])
    assert found.is_finite()


@pytest.mark.parametrize("kind", ["last", "between"])
@pytest.mark.parametrize("beta", [Fraction(1, 2), Fraction(1), Fraction(5, 2)])
@pytest.mark.parametrize("energy", [None, Fraction(9, 4)])
def test_a_range_sums_like_its_eigenvalues(kind, beta, energy):
    """Plain sums over i = 500..899 of functions of s and w0^2, to 25 digits."""
    with ctx.workprec(120):
        law = Law(beta, energy, 899)
        found = law.last(500, 120) if kind == "last" else law.between(500, 900, 120)
        s, w = found.eigenvalues(), found.signal()
        kappa = 9 * arb(500) ** fmpq(-beta.numerator, beta.denominator)
        levels = [arb(i) ** fmpq(-beta.numerator, beta.denominator) for i in range(500, 900)]
        signals = [
            arb(i) ** fmpq(-law.shift.numerator, law.shift.denominator) / law.norm()
            for i in range(500, 900)
        ]
        functions = (
            lambda s, _: s / (s + kappa),
            lambda s, w: (s / (s + kappa)) ** 2 * w,
            lambda s, w: kappa**2 * s * w / (s + kappa) ** 2 - 2 * w + 1 / (s + 1),
            lambda s, _: (3 - s) ** -2 + s / 2,
        )
        for function in functions:
            ball = function(s, w).total()
            expected = sum((function(*pair) for pair in zip(levels, signals, strict=True)), arb(0))
            assert ball.overlaps(expected)
            assert abs(ball - expected) < arb(10) ** -25 * abs(expected)


@pytest.mark.parametrize("kind", ["last", "between"])
def test_what_a_short_series_leaves_out_is_in_the_radius(kind):
    """Ten terms at high precision: the truncation is visible, and inside the ball."""
    with ctx.workprec(200):
        law = Law(Fraction(3, 2), Fraction(9, 4), 899)
        found = law.last(500, 12) if kind == "last" else law.between(500, 900, 12)
        kappa = 4 * arb(500) ** fmpq(-3, 2)
        s, w = found.eigenvalues(), found.signal()
        levels = [arb(i) ** fmpq(-3, 2) for i in range(500, 900)]
        signals = [arb(i) ** fmpq(-3, 4) / law.norm() for i in range(500, 900)]
        pairs = list(zip(levels, signals, strict=True))
        for ball, expected in (
            ((s / (s + kappa)).total(), sum((s / (s + kappa) for s, _ in pairs), arb(0))),
            ((w / (s + kappa)).total(), sum((w / (s + kappa) for s, w in pairs), arb(0))),
        ):
            assert ball.overlaps(expected)
            assert abs(ball.mid() / expected - 1) > arb(10) ** -30
            assert ball.rel_accuracy_bits() > 10


def test_ranges_cover_every_index_once():
    """Edges are increasing, end where asked, and no range exceeds the ratio 3 by more than one."""
    for beta in (0.01, 0.5, 3.0, 40.0):
        found = edges(4001, 10**6, beta)
        assert (found[0], found[-1]) == (4001, 10**6)
        for a, b in pairwise(found):
            assert b == a + 1 or (b / a) ** beta <= 3


def test_too_many_ranges_are_refused():
    """beta = 1000 falls by a factor 3 every few indices."""
    with pytest.raises(NotBuilt, match="too many decades"):
        edges(4001, 10**6, 1000.0)


def test_what_a_cluster_cannot_do_is_an_error():
    """Products of signals, divisions by them, and sums that diverge."""
    law = Law(Fraction(3, 2), Fraction(2), 10**9)
    with ctx.workprec(80):
        found = law.last(100, 80)
        s, w = found.eigenvalues(), found.signal()
        with pytest.raises(NotBuilt, match="two signals"):
            w * w
        with pytest.raises(SolverError, match="signal"):
            s / w
        endless = Law(Fraction(3, 2), Fraction(2), float("inf")).last(100, 80)
        with pytest.raises(InputError, match="diverge"):
            endless.number(arb(1)).total()
        assert (s < arb(1), s > arb(1)) == (True, False)
