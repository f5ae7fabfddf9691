"""kappa on random features, against bisection on the pair of equations as they are written."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectrum import build_spectrum, make_spectrum
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.settings.setting import make_setting

ONE = [(Fraction(1), 300)]
GAP = [(Fraction(1), 150), (Fraction(1, 10**12), 150)]
SPREAD = [(Fraction(7), 5), (Fraction(1, 3), 40), (Fraction(1, 10**9), 200)]

# levels, T, width, lam: each next to a place where one of the two equations degenerates.
HARD = {
    "T = width < d, next to no ridge": (ONE, 200, 200, "1e-40"),
    "T = width = d, next to no ridge": (ONE, 300, 300, "1e-30"),
    "T = d < width": (ONE, 300, 700, "1e-30"),
    "width = d < T": (ONE, 700, 300, "1e-30"),
    "T and width one apart, below d": (ONE, 200, 201, "1e-20"),
    "T and width one apart, around d": (ONE, 301, 300, "1e-20"),
    "bound in the gap of the spectrum": (GAP, 150, 150, "1e-9"),
    "one side of the gap each": (GAP, 150, 151, "1e-13"),
    "width of one": (SPREAD, 1000, 1, "1e-3"),
    "one row": (SPREAD, 1, 10, "1e-12"),
    "width without end": (SPREAD, 100, 10**12, "1e-5"),
    "ridge without end": (SPREAD, 100, 90, "1e12"),
    "no ridge, T < width < d": (SPREAD, 60, 200, "0"),
    "no ridge, width < T": (SPREAD, 900, 60, "0"),
    "no ridge, T = width": (SPREAD, 60, 60, "0"),
}


def bisected(levels, T, width, lam):
    """The root with df_1 < min(T, width) by bisection, twice: first where that branch begins."""
    levels = [(mpmath.mpf(s.numerator) / s.denominator, count) for s, count in levels]
    lam = mpmath.mpf(lam.numerator) / lam.denominator

    def df1(kappa):
        return mpmath.fsum(count * s / (s + kappa) for s, count in levels)

    def root(excess, low):
        high = mpmath.mpf(10) ** 40
        assert excess(high) > 0
        while high / low - 1 > mpmath.mpf(10) ** -50:
            middle = mpmath.sqrt(low * high)
            low, high = (middle, high) if excess(middle) < 0 else (low, middle)
        return high

    least = min(T, width)
    tiny = mpmath.mpf(10) ** -60
    start = root(lambda k: least - df1(k), tiny) if least < sum(c for _, c in levels) else tiny
    if lam == 0:
        return start
    return root(lambda k: k * (1 - df1(k) / width) * (1 - df1(k) / T) - lam, start)


def spectrum_of(levels, engine):
    """The levels as a spectrum of an engine."""
    with engine.scope():
        s = engine.array(value for value, _ in levels)
    return make_spectrum(s, [count for _, count in levels], np.ones(len(s)))


def check(levels, T, width, lam):
    """Float64 to 1e-15, and a ball that holds the root and no more than 30 digits of it."""
    with mpmath.workdps(160):
        expected = bisected(levels, T, width, lam)
    found = solve_kappa(spectrum_of(levels, Float64()), lam, T, Float64(), width)
    with mpmath.workdps(80):
        assert abs(found.value / expected - 1) <= mpmath.mpf("1e-15")
        assert found.radius <= 64 * Float64().epsilon * found.value
    engine = Balls(30)
    found = solve_kappa(spectrum_of(levels, engine), lam, T, engine, width)
    with mpmath.workdps(120):
        radius = center(found.value.rad()) + expected * mpmath.mpf(10) ** -49
        assert abs(center(found.value) - expected) <= radius <= expected * mpmath.mpf("1e-30")


@pytest.mark.parametrize("case", HARD)
def test_hard_cases(case):
    """Every degenerate neighbourhood, to the last digit."""
    levels, T, width, lam = HARD[case]
    check(levels, T, width, Fraction(lam))


decades = st.builds(
    lambda mantissa, exponent: mantissa * Fraction(10) ** exponent,
    st.integers(1, 99),
    st.integers(-14, 6),
)
spectra = st.lists(st.tuples(decades, st.integers(1, 400)), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(
    levels=spectra,
    T=st.integers(1, 1500),
    width=st.integers(1, 1500),
    lam=decades | st.just(Fraction(0)),
)
@example(levels=[(Fraction(1), 3)], T=2, width=2, lam=Fraction(1, 10**9))
def test_kappa_agrees_with_bisection(levels, T, width, lam):
    """Any sizes and twenty decades of eigenvalues and ridges."""
    if lam == 0 and sum(count for _, count in levels) <= min(T, width):
        return
    check(levels, T, width, lam)


@pytest.mark.parametrize("digits", [2, 15, 60])
@pytest.mark.parametrize(
    "case", ["T = width < d, next to no ridge", "bound in the gap of the spectrum"]
)
def test_the_ball_holds_the_root_of_the_polynomial(case, digits):
    """With exact rationals the product changes sign between the two ends of the ball."""
    levels, T, width, lam = HARD[case]
    lam = Fraction(lam)
    found = solve_kappa(spectrum_of(levels, Balls(digits)), lam, T, Balls(digits), width)

    def exact(number):
        return int(number.man) * Fraction(2) ** int(number.exp)

    def excess(kappa):
        df1 = sum(count * s / (s + kappa) for s, count in levels)
        if df1 >= min(T, width):
            return -lam  # below the branch
        return kappa * (1 - df1 / T) * (1 - df1 / width) - lam

    middle, radius = exact(center(found.value)), exact(center(found.value.rad()))
    assert excess(middle - radius) <= 0 <= excess(middle + radius)
    assert radius <= middle / Fraction(10) ** digits


def test_the_other_branch_is_not_taken():
    """With df_1 above both T and width the product is positive as well: that root is no answer."""
    lam, T, width = Fraction(1, 100), 100, 120
    found = float(solve_kappa(spectrum_of(ONE, Float64()), lam, T, Float64(), width).value)

    def excess(kappa):
        df1 = 300 / (1 + kappa)
        return kappa * (1 - df1 / T) * (1 - df1 / width) - float(lam)

    other = next(k for k in np.geomspace(1e-9, 1, 10_000) if excess(k) > 0)
    assert other < 300 / width - 1 < 300 / T - 1 < found
    assert abs(excess(found)) < 1e-15


def test_a_width_without_end_is_ridge():
    """The distance to the plain kappa falls like 1/width, to every digit."""
    engine = Balls(40)
    spectrum = spectrum_of(SPREAD, engine)
    plain = solve_kappa(spectrum, Fraction(1, 1000), 90, engine).value
    gaps = [
        solve_kappa(spectrum, Fraction(1, 1000), 90, engine, width).value - plain
        for width in (10**9, 10**12)
    ]
    assert 0 < gaps[0] < 1e-6 * plain
    assert abs(gaps[0] / gaps[1] - 1000) < 1e-3


@pytest.mark.parametrize("sizes", [(300, 300), (300, 10**9), (400, 301)])
def test_features_that_span_the_space_need_no_kappa(sizes):
    """lam = 0 with T >= d and width >= d: an exact zero."""
    found = solve_kappa(spectrum_of(ONE, Float64()), 0, sizes[0], Float64(), sizes[1])
    assert isinstance(found.exact, Fraction)
    assert isinstance(found.exact, Fraction)


def test_a_power_law_without_end():
    """d = infinity: the ball meets a truncated sum whose tail is bounded by an integral."""
    setting = make_setting(
        d="inf", T=60, width=40, lam="1e-4", spectrum="power-law:2", signal="source:1/2"
    )
    engine = Balls(15)
    kappa = float(solve_kappa(build_spectrum(setting, engine), setting.lam, 60, engine, 40).value)
    i = np.arange(1, 10**6 + 1.0)
    # Beyond N the sum of 1/(1 + kappa i^2) is the integral from N + 1/2 up to O(N^-3).
    tail = (np.pi / 2 - np.arctan(np.sqrt(kappa) * (1e6 + 0.5))) / np.sqrt(kappa)
    df1 = np.sum(1 / (1 + kappa * i**2)) + tail
    assert kappa * (1 - df1 / 60) * (1 - df1 / 40) == pytest.approx(1e-4, rel=1e-11)


def test_bad_width():
    """A width must be a positive whole number; failures name it."""
    with pytest.raises(InputError, match="width"):
        solve_kappa(spectrum_of(ONE, Float64()), 1, 10, Float64(), 0)
    spectrum = make_spectrum(np.array([1.5e308, 1.0]), [1, 9], np.ones(2))
    with pytest.raises(SolverError, match="T = 5, width = 4, d = 10: the iteration left"):
        solve_kappa(spectrum, Fraction(10) ** 308, 5, Float64(), 4)
