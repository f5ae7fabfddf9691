"""kappa against reference digits, a closed form, and bisection on the defining equation."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import center, middle, upper_radius
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectrum import build_spectrum, make_spectrum
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.settings.setting import make_setting

FLOAT = Float64()

# Computed outside this project; inputs are exact (i^-3/2 and 1/1000 as real numbers).
REFERENCE = {
    "A": ("isotropic", 300, 600, "1e-3", "1.996023825427506499118e-3"),
    "B": ("power-law:3/2", 10**5, 1000, "1e-6", "1.107637516774518076162e-4"),
    "C2": ("isotropic", 300, 300, "1e-12", "1.000000500000125000000e-6"),
    "C3": ("power-law:3/2", 300, 300, "1e-10", "2.189677474402004658905e-7"),
    "D1": ("isotropic", 300, 150, "0", "1"),
    "D2": ("power-law:3/2", 10**5, 1000, "0", "1.092237484362805237461e-4"),
    "E": ("power-law:3/2", 10**6, 1000, "1e-6", "1.173385789754446400981e-4"),
    "F": ("isotropic", 300, 600, "0", "0"),
    "G": ("power-law:4", 10**4, 2000, "1e-14", "1.301184547411193494771e-13"),
}
# E at many digits would take a minute as an array of 10^6 numbers.
MANY_DIGITS = [
    pytest.param(case, marks=pytest.mark.slow) if case in {"B", "D2"} else case
    for case in REFERENCE
    if case != "E"
]


def solve(spec, d, T, lam, engine):
    """kappa of a spectrum given as text."""
    return solve_kappa(
        build_spectrum(make_setting(d=d, T=T, spectrum=spec), engine), lam, T, engine
    )


@pytest.mark.parametrize("case", REFERENCE)
def test_reference_digits_in_float64(case):
    """Every reference case to 1e-15, that is, 4.5 ulp."""
    *problem, reference = REFERENCE[case]
    found = solve(*problem, FLOAT)
    with mpmath.workdps(40):
        assert abs(found.value - mpmath.mpf(reference)) <= mpmath.mpf("1e-15") * found.value


@pytest.mark.parametrize("digits", [30, 50])
@pytest.mark.parametrize("case", MANY_DIGITS)
def test_reference_digits_at_many_digits(case, digits):
    """All 22 printed digits: half a unit in the last place, whatever the working precision."""
    *problem, reference = REFERENCE[case]
    found = solve(*problem, Balls(digits))
    with mpmath.workdps(60):
        printed = mpmath.mpf(reference)
        value = center(found.value)
        assert abs(value - printed) <= printed * mpmath.mpf("5e-22")
        assert upper_radius(found.value) <= mpmath.mpf(10) ** -digits * value


def isotropic_kappa(d, T, lam):
    """The positive root of kappa^2 + kappa (1 - d/T - lam) - lam = 0, at the working precision."""
    lam = mpmath.mpf(lam.numerator) / lam.denominator
    half = (1 - mpmath.mpf(d) / T - lam) / 2
    return mpmath.sqrt(half * half + lam) - half


def bisected_kappa(levels, T, lam):
    """Plain bisection of lam = kappa - kappa df_1/T on log kappa: only the equation is shared."""
    lam = mpmath.mpf(lam.numerator) / lam.denominator

    def excess(kappa):
        sum_ = mpmath.fsum(
            count * kappa * s / (kappa + s)
            for s, count in ((mpmath.mpf(s.numerator) / s.denominator, m) for s, m in levels)
        )
        return kappa - sum_ / T - lam

    low, high = mpmath.mpf(10) ** -40, mpmath.mpf(10) ** 20
    assert excess(low) < 0 < excess(high)
    while high / low - 1 > mpmath.mpf(10) ** -40:
        middle = mpmath.sqrt(low * high)
        low, high = (middle, high) if excess(middle) < 0 else (low, middle)
    return low


decades = st.builds(
    lambda mantissa, exponent: mantissa * Fraction(10) ** exponent,
    st.integers(1, 99),
    st.integers(-14, 6),
)
spectra = st.lists(st.tuples(decades, st.integers(1, 400)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(levels=spectra, T=st.integers(1, 1500), lam=decades | st.just(Fraction(0)))
@example(levels=[(Fraction(1), 150), (Fraction(1, 10**12), 150)], T=150, lam=Fraction(0))
@example(levels=[(Fraction(1), 150), (Fraction(1, 10**12), 150)], T=150, lam=Fraction(1, 10**9))
@example(levels=[(Fraction(1), 300)], T=299, lam=Fraction(0))
@example(levels=[(Fraction(1), 300)], T=300, lam=Fraction(1, 10**13))
@example(levels=[(Fraction(7), 5), (Fraction(1, 10**9), 200)], T=205, lam=Fraction(1, 10**11))
def test_kappa_agrees_with_bisection(levels, T, lam):
    """Float64 to 1e-15 and 30 digits to 1e-30, at gaps of 12 decades and next to T = d as well."""
    if lam == 0 and sum(count for _, count in levels) <= T:
        return
    with mpmath.workdps(90):
        expected = bisected_kappa(levels, T, lam)
    for engine, tolerance in ((FLOAT, "1e-15"), (Balls(30), "1e-30")):
        with engine.scope():
            s = engine.array(value for value, _ in levels)
        spectrum = make_spectrum(s, [count for _, count in levels], np.ones(len(s)))
        found = solve_kappa(spectrum, lam, T, engine)
        with mpmath.workdps(60):
            assert abs(middle(found.value) / expected - 1) <= mpmath.mpf(tolerance)
            assert found.radius <= 64 * engine.epsilon * found.value


@settings(max_examples=100, deadline=None)
@given(d=st.integers(1, 10**6), T=st.integers(1, 10**6), lam=decades)
def test_isotropic_closed_form(d, T, lam):
    """The quadratic solved with 80 digits, to 1e-15 in float64."""
    with mpmath.workdps(80):
        expected = isotropic_kappa(d, T, lam)
        found = solve("isotropic", d, T, lam, FLOAT)
        assert abs(found.value / expected - 1) <= mpmath.mpf("1e-15")


def test_the_enclosure_holds_the_root():
    """At 20 digits the interval contains the root known to 60, and excludes a nearby wrong one."""
    found = solve("power-law:3/2", 50, 30, "1e-5", Balls(20))
    better = solve("power-law:3/2", 50, 30, "1e-5", Balls(60))
    with mpmath.workdps(70):
        assert abs(center(found.value) - center(better.value)) <= upper_radius(found.value)
        assert upper_radius(found.value) <= mpmath.mpf(10) ** -20 * center(better.value)


@pytest.mark.parametrize("T", [300, 301, 10**9])
def test_ridgeless_is_zero_by_definition(T):
    """lam = 0 and T >= d: an exact zero."""
    found = solve("isotropic", 300, T, 0, FLOAT)
    assert (found.value, found.radius) == (0, 0)
    assert isinstance(found.exact, Fraction)


def test_beyond_the_range_of_float64():
    """lam = 1e-400: an error in float64, and kappa = 2 lam to first order with more digits."""
    with pytest.raises(SolverError, match="beyond the range of float64"):
        solve("isotropic", 300, 600, "1e-400", FLOAT)
    found = solve("isotropic", 300, 600, "1e-400", Balls(30))
    with mpmath.workdps(50):
        assert abs(center(found.value) / (2 * mpmath.mpf(10) ** -400) - 1) <= mpmath.mpf(10) ** -30


@pytest.mark.parametrize(
    ("lam", "T", "name"), [("-1", 10, "lam"), ("1", 0, "T"), ("nan", 9, "lam")]
)
def test_bad_arguments(lam, T, name):
    """Negative ridge, no rows, and a ridge that is not a number."""
    spectrum = build_spectrum(make_setting(d=3, T=5), FLOAT)
    with pytest.raises(InputError, match=name):
        solve_kappa(spectrum, lam, T, FLOAT)


def test_overflow_is_an_error_with_a_diagnosis():
    """s + kappa beyond the largest float64 would turn every k into 0: no number comes out."""
    spectrum = make_spectrum(np.array([1.5e308, 1.0]), [1, 9], np.ones(2))
    with pytest.raises(SolverError, match="T = 5, d = 10: the iteration left"):
        solve_kappa(spectrum, Fraction(10) ** 308, 5, FLOAT)
