"""Power laws as functions: against Euler-Maclaurin, against arrays, and at their edges."""

import math
from fractions import Fraction
from itertools import pairwise

import mpmath
import numpy as np
import pytest
from flint import arb, arb_series, ctx, fmpq

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.numerics.kappa.rough_kappa import rough_kappa
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.power_law import is_function
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.settings.setting import INFINITE, make_setting
from ridgeproof.theory.spectral import SpectralSum

H = {"T": 1000, "lam": "1e-6", "spectrum": "power-law:3/2", "signal": "source:1/2"}
# Derivatives, two by two, in Euler-Maclaurin.
ORDER = 60


def series_at(start, function, order):
    """Taylor coefficients of a function of the index at ``start``."""
    cap = ctx.cap
    ctx.cap = order
    try:
        return function(arb_series([start, 1], order)).coeffs()
    finally:
        ctx.cap = cap


def euler_maclaurin(function, integral, start, end=None):
    """Sum of f(i) for i = 1..end (infinity) with a head of start - 1 terms; not certified.

    ``function`` takes a ball or a series; ``integral(x)`` is the integral of f from x to infinity.
    """
    total = sum((function(arb(i)) for i in range(1, start)), arb(0))
    for place, sign in [(start, 1), (end, -1)] if end else [(start, 1)]:
        c = series_at(place, function, 2 * ORDER)
        total += sign * integral(arb(place)) + c[0] / 2
        for k in range(1, ORDER):
            # B_2k/(2k)! times the derivative of order 2k-1.
            total -= sign * arb(fmpq.bernoulli(2 * k)) / (2 * k) * c[2 * k - 1]
    return total


def kept(beta, kappa):
    """u = 1/(1 + kappa i^beta) as a function of i, and its integral from x to infinity."""
    b = arb(beta.numerator) / beta.denominator

    def u(x):
        return 1 / (1 + kappa * (b * x.log()).exp())

    def integral(x):
        z = -1 / (kappa * x**b)
        return x ** (1 - b) / (kappa * (b - 1)) * z.hypgeom_2f1(1, 1 - 1 / b, 2 - 1 / b)

    return u, integral


@pytest.mark.parametrize("digits", [15, 50])
@pytest.mark.parametrize("d", ["inf", 10**5, 10**12])
def test_kappa_solves_its_equation_summed_by_euler_maclaurin(d, digits):
    """lam = kappa (1 - df_1/T) with df_1 from a head of 300, an exact tail and 60 derivatives."""
    found = evaluate(make_setting(d=d, **H), digits=digits, certified=True)
    with ctx.workprec(400):
        kappa = arb(mpmath.nstr(found.kappa, digits + 12))
        u, integral = kept(Fraction(3, 2), kappa)
        df1 = euler_maclaurin(u, integral, 300, None if d == "inf" else d)
        lam = kappa * (1 - df1 / 1000)
        # d lam / d kappa = 1 - gamma < 1: an error of kappa is at least that of lam.
        assert abs(lam - arb("1e-6")) <= arb(mpmath.nstr(found.kappa_radius, 20))
        assert abs(df1 / arb(mpmath.nstr(found.df1, digits + 5)) - 1) < arb(10) ** -digits


def test_case_h_is_the_limit_of_long_arrays():
    """kappa grows with d towards the infinite one, at the rate of the missing trace d^-1/2."""
    infinite = float(evaluate(make_setting(d="inf", **H)).kappa)
    gaps = [
        1 - float(evaluate(make_setting(d=d, **H)).kappa) / infinite
        for d in (10**4, 10**6, 10**8, 10**10)
    ]
    assert [round(a / b, 1) for a, b in pairwise(gaps[1:])] == [10.0, 10.0]
    assert 0.02 < gaps[1] < 0.03


@pytest.mark.parametrize(
    "given",
    [
        {"lam": "1e-3", "T": 300},
        {"lam": 0, "T": 12_000},
        {"lam": "1e-9", "T": 24_999},
        {"lam": "0.01", "T": 400, "n": 3, "T0": 200, "sigma0": "1/2"},
        {"lam": 0, "T": 900, "n": 2, "T0": 6000, "lam0": "1e-4", "sigma0": "1/2"},
        {"lam": "0.1", "T": 900, "n": 2, "T0": 30_000, "sigma0": "1/2"},
        {"lam": 0, "T": 30_000, "n": 1, "T0": 24_000, "sigma0": 1},
        {"lam": 0, "T": 30_000, "n": 2, "T0": 100, "sigma0": 1},
    ],
)
@pytest.mark.parametrize(
    ("beta", "signal"), [("1/2", "source:1/5"), ("1", "flat"), ("4", "source:2")]
)
def test_functions_agree_with_arrays(beta, given, signal):
    """The same 25000 eigenvalues as an array in float64: kappa and every term."""
    setting = make_setting(d=25_000, spectrum=f"power-law:{beta}", signal=signal, sigma=1, **given)
    assert is_function(setting)
    found = evaluate(setting)
    point = make_point(setting, Float64())
    assert float(point.values[sy.kappa]) == pytest.approx(float(found.kappa), rel=2e-15)
    energy = evaluate_expression(sy.b, point)
    with Balls(15).scope():
        balls = evaluate_expression(sy.b, make_point(setting, Balls(15)))
    assert float(energy) == pytest.approx(float(balls), rel=1e-13)
    for name, term in evaluate_terms(setting, Float64()).items():
        # T = 24999 makes 1 - gamma small; float64 loses that factor.
        scale = float(found.value) / (1 - float(found.gamma)) if found.gamma < 1 else 1
        assert abs(float(term) - float(found.terms[name])) <= 1e-12 * scale


def sum_at_infinity(summand, **changes):
    """A sum over the spectrum of case H."""
    engine = Balls(30)
    point = make_point(make_setting(d="inf", **{**H, **changes}), engine)
    with engine.scope():
        return evaluate_expression(SpectralSum(summand), point)


def test_sums_at_infinity_are_zeta_values():
    """sum s^2 = zeta(3), sum b = 1, sum w0^2 = zeta(1 + 2 beta r - beta)/zeta(1 + 2 beta r)."""
    with mpmath.workdps(40), Balls(40).scope():
        for summand, changes, expected in (
            (sy.s**2, {}, mpmath.zeta(3)),
            (sy.s, {}, mpmath.zeta(mpmath.mpf(3) / 2)),
            (sy.s * sy.w0**2, {}, mpmath.mpf(1)),
            (sy.w0**2, {"signal": "source:3/2"}, mpmath.zeta(4) / mpmath.zeta(5.5)),
        ):
            ball = sum_at_infinity(summand, **changes)
            assert abs(ball / arb(expected) - 1) < arb(10) ** -28


@pytest.mark.parametrize("summand", [1 + 0 * sy.s, sy.s / sy.s, sy.w0**2, sy.s**sy.d])
def test_divergent_sums_are_refused(summand):
    """d itself, and the length of a signal of finite energy, are infinite."""
    with pytest.raises(InputError, match="d = inf"):
        sum_at_infinity(summand)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"spectrum": "isotropic"}, "d = inf: does not go with the spectrum isotropic"),
        ({"spectrum": "power-law:1"}, "infinite trace"),
        ({"signal": "flat"}, "signal = flat: does not exist at d = inf"),
        ({"spectrum": "power-law:2", "d": "nan"}, "d = nan"),
        ({"spectrum": "power-law:2", "d": "-inf"}, "d = -inf"),
    ],
)
def test_what_does_not_exist_at_infinity(given, message):
    """Each says what is wrong and what to do."""
    with pytest.raises(InputError, match=message):
        make_setting(**{"d": INFINITE, **H, **given})


def test_no_array_is_infinite():
    """The engines that hold spectra in arrays say so."""
    with pytest.raises(NotBuilt, match="d = inf"):
        build_spectrum(make_setting(d="inf", **H), Float64())


def test_an_infinite_setting_prints_and_parses():
    """canonical() and command_line() write inf."""
    setting = make_setting(d="inf", **H)
    assert setting.canonical()["d"] == "inf"
    assert "--d inf " in setting.command_line()
    assert setting == make_setting(**{**H, "d": math.inf})
    assert setting.grown(3).T == 3000


def test_growing_an_infinite_spectrum_changes_nothing():
    """Three copies of every level, three times the rows: kappa and the terms stay."""
    setting = make_setting(d="inf", **H, n=2, T0=500, sigma=1, sigma0=1)
    once, grown = evaluate(setting, digits=25), evaluate(setting.grown(3), digits=25)
    for name, term in once.terms.items():
        assert once.shown(term) == grown.shown(grown.terms[name])


@pytest.mark.parametrize(
    ("beta", "d", "lam", "T"),
    [
        ("3/2", math.inf, "1e-6", 1000),
        ("101/100", math.inf, 0, 10**9),
        ("1/10", 10**12, 0, 10**12 - 5),
        ("3", 10**12, "1e-200", 10**11),
        ("2", 10**12, "1e280", 1),
    ],
)
def test_the_rough_kappa_is_close(beta, d, lam, T):
    """Within two per cent of the certified one, over hundreds of decades."""
    setting = make_setting(d=d, T=T, lam=lam, spectrum=f"power-law:{beta}", signal="source:1/2")
    exact = evaluate(setting, digits=5).kappa
    rough = rough_kappa(Fraction(beta), setting.d, setting.lam, Fraction(T))
    assert abs(rough / float(exact) - 1) < 0.02


def test_the_cost_does_not_depend_on_d():
    """A trillion eigenvalues take as many elements as an infinity of them."""
    engine = Balls(15)
    sizes = [len(build_spectrum(make_setting(d=d, **H), engine).s) for d in (10**7, 10**12, "inf")]
    assert np.ptp(sizes) == 0
    assert sizes[0] < 3000
