"""The walker against NumPy formulas written out by hand, closed forms, and its own refusals."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
import sympy
from sympy import Integer, Max, Min, Piecewise, Rational, Symbol

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import middle
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression, evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.spectral import SpectralSum

FLOAT, MANY = Float64(), Balls(40)
ULP = 2.0**-52

K = sy.kappa / (sy.s + sy.kappa)
VARIANCE = sy.sigma**2 * sy.gamma / (1 - sy.gamma)
RIDGE = (
    sy.kappa**2 * SpectralSum(sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2) / (1 - sy.gamma)
    + VARIANCE
    + sy.n
    * sy.sigma0**2
    * (sy.df2 + sy.gamma / (1 - sy.gamma) * (sy.d - 2 * sy.df1 + sy.df2))
    / (sy.T0 - sy.d)
)
MOMENTS = SpectralSum(
    sy.s * ((1 - K) ** 2 * sy.a - 2 * (1 - K) * sy.m * sy.w0 + sy.w0**2)
) + sy.gamma / (1 - sy.gamma) * (SpectralSum(sy.s * K**2 * sy.a) + sy.sigma**2)
LEAST_SQUARES_A = sy.w0**2 + sy.n * sy.sigma0**2 / (sy.s * (sy.T0 - sy.d))
CHAIN = make_setting(
    d=60, T=40, T0=150, n=3, sigma="0.3", sigma0="1/2", lam="0.01",
    spectrum="power-law:3/2", signal="source:0.4",
)  # fmt: skip


def with_least_squares(point):
    """The point with the moments of a least-squares chain."""
    a, m = evaluate_levels(LEAST_SQUARES_A, point), evaluate_levels(sy.w0, point)
    return point.with_moments(a=a, m=m)


def test_the_ridge_formula_equals_numpy():
    """Bias, variance and fake-data term written out in NumPy; 16 ulp for a dozen roundings."""
    point = make_point(CHAIN, FLOAT)
    s, w, k = point.spectrum.s, point.spectrum.w0sq, float(point.values[sy.kappa])
    df1, df2 = (s / (s + k)).sum(), (s**2 / (s + k) ** 2).sum()
    g = df2 / 40
    bias = k**2 * (s * w / (s + k) ** 2).sum() / (1 - g)
    fake = 3 * 0.25 * (df2 + g / (1 - g) * (60 - 2 * df1 + df2)) / 90
    expected = bias + 0.09 * g / (1 - g) + fake
    assert evaluate_expression(RIDGE, point) == pytest.approx(expected, rel=16 * ULP)


@pytest.mark.parametrize("engine", [FLOAT, MANY])
def test_two_formulas_for_one_error_agree(engine):
    """The general functional of (m, a) reduces to the ridge formula on a least-squares chain."""
    point = with_least_squares(make_point(CHAIN, engine))
    with engine.scope():
        ratio = evaluate_expression(MOMENTS, point) / evaluate_expression(RIDGE, point)
        assert abs(ratio - 1) <= 20 * engine.epsilon


def test_engines_agree():
    """Float64 is within 16 ulp of 40 digits on a whole formula."""
    few, many = (evaluate_expression(RIDGE, make_point(CHAIN, engine)) for engine in (FLOAT, MANY))
    assert float(abs(few / many - 1)) <= 16 * ULP


def test_a_generator_step_returns_level_arrays():
    """m' = (1-K0) m and a' of one ridge generation, against NumPy."""
    K0 = sy.kappa0 / (sy.s + sy.kappa0)
    q = SpectralSum(sy.a * sy.s / (sy.s + sy.kappa0) ** 2) / (sy.T0 * (1 - sy.gamma0))
    noise = sy.sigma0**2 * sy.s / (sy.s + sy.kappa0) ** 2 / (sy.T0 * (1 - sy.gamma0))
    step = (1 - K0) ** 2 * sy.a + sy.s * K0**2 * q + noise
    point = make_point(CHAIN.with_(T0=30), FLOAT)
    s = point.spectrum.s
    f, a = np.linspace(0.5, 1, 60), np.linspace(1, 2, 60)
    moved = point.with_moments(a=a, m=f)
    k = float(point.values[sy.kappa0])
    scale = 30 - (s**2 / (s + k) ** 2).sum()
    u, q_value = s / (s + k), (a * s / (s + k) ** 2).sum() / scale
    expected = u**2 * a + s * (1 - u) ** 2 * q_value + 0.25 * s / (s + k) ** 2 / scale
    assert evaluate_levels(step, moved) == pytest.approx(expected, rel=32 * ULP)
    assert evaluate_levels((1 - K0) * sy.m, moved) == pytest.approx(u * f, rel=8 * ULP)


def test_moments_of_the_truth_on_two_levels():
    """sum (m - w0)^2 with m = f w0 is sum (f-1)^2 w0^2; forgetting a multiplicity shows."""
    setting = make_setting(d=5, T=9, spectrum="levels:2*2,1*3", signal="energies:4,6")
    point = make_point(setting, FLOAT).with_moments(a=np.array([5.0, 7.0]), m=np.array([3.0, 0.5]))
    assert evaluate_expression(SpectralSum((sy.m - sy.w0) ** 2), point) == 2 * 4 + 3 * 0.25 * 2
    assert evaluate_expression(SpectralSum(sy.m * sy.w0), point) == 2 * 3 + 3 * 0.5 * 2
    assert evaluate_expression(SpectralSum(sy.s * sy.a), point) == 2 * 2 * 5 + 3 * 7
    assert evaluate_expression(sy.b, point) == 10
    assert evaluate_expression(SpectralSum(Integer(1)), point) == 5


def test_rational_parts_are_exact():
    """(T - d - 1)^-1 at T = 10^12: 1/3 + 1/3 - 2/3 leaves nothing behind."""
    point = make_point(make_setting(d=10**12 - 4, T=10**12), MANY)
    value = evaluate_expression(1 / (sy.T - sy.d - 1) + Rational(1, 3) - Rational(2, 3), point)
    assert value == 0


@pytest.mark.parametrize("engine", [FLOAT, MANY])
def test_absent_terms_vanish_even_where_their_factor_is_infinite(engine):
    """sigma = 0 at T = d + 1, and n = 0 without any T0."""
    point = make_point(make_setting(d=10, T=11), engine)
    ridgeless = sy.sigma**2 * sy.d / (sy.T - sy.d - 1)
    assert evaluate_expression(ridgeless, point) == 0
    assert evaluate_expression(sy.n * sy.d / (sy.T0 - sy.d), point) == 0
    with pytest.raises(SolverError, match="infinite or undefined"):
        evaluate_expression(ridgeless, point.with_values({sy.sigma: 1}))


@pytest.mark.parametrize("engine", [FLOAT, MANY])
def test_ridgeless_at_T_equal_d_without_noise(engine):
    """gamma = 1, yet K = 0 exactly: the error is the chain's own, n sigma0^2 d/(T0-d)."""
    setting = make_setting(d=30, T=30, T0=90, n=2, sigma0="1/2")
    point = with_least_squares(make_point(setting, engine))
    assert float(evaluate_expression(MOMENTS, point)) == pytest.approx(0.25, rel=8 * ULP)
    with pytest.raises(SolverError):
        evaluate_expression(MOMENTS, point.with_values({sy.sigma: 1}))


def test_an_exact_zero_over_zero_is_not_zero():
    """lam/kappa at lam = 0, T >= d has the limit (T-d)/T, so 0 would be a silent error."""
    point = make_point(make_setting(d=10, T=30), FLOAT)
    for expression in (sy.lam / sy.kappa, sy.kappa * SpectralSum(sy.s / sy.kappa)):
        with pytest.raises(SolverError, match="1/kappa"):
            evaluate_expression(expression, point)


def test_abbreviations_may_be_overridden():
    """A value given at the point wins over the definition."""
    point = make_point(make_setting(d=300, T=600), FLOAT)
    assert evaluate_expression(sy.gamma + sy.phi, point) == 1
    assert evaluate_expression(sy.gamma, point.with_values({sy.gamma: Fraction(1, 4)})) == 0.25


@pytest.mark.parametrize("engine", [FLOAT, MANY])
@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (Max(sy.sigma**2, sy.T ** (-sy.r)), "0.1"),
        (Min(sy.T, sy.d, 7), "4"),
        (sympy.sqrt(sy.T), "10"),
        (sy.T ** Rational(-1, 2), "0.1"),
        (sympy.log(sy.T) / sympy.log(10), "2"),
        (sympy.exp(-sympy.log(sy.T)), "0.01"),
        (sympy.zeta(2) * 6 / sympy.pi**2, "1"),
        (sympy.zeta(sy.d, 1) * 90 / sympy.pi**4, "1"),
        (sympy.digamma(sy.d - 3) + sympy.EulerGamma, "0"),
        (sympy.polygamma(1, sy.d - 3) * 6 / sympy.pi**2, "1"),
        (abs(sy.d - sy.T), "96"),
        (sympy.E ** sympy.log(2), "2"),
        (Piecewise((1, sy.T < sy.d), (2, sy.T >= 100), (3, True)), "2"),
        (Piecewise((1, sympy.And(sy.T > sy.d, sy.r < 1)), (2, True)), "1"),
        (Piecewise((1, sympy.Or(sy.T < sy.d, sy.kappa > 1)), (2, True)), "2"),
        (Piecewise((1, sympy.Eq(sy.n, 0)), (2, True)), "1"),
        (Piecewise((1, sympy.Ne(sy.n, 0)), (2, True)), "2"),
    ],
)
def test_nodes(engine, expression, expected):
    """Every kind of node at a point where its value is known."""
    setting = make_setting(
        d=4, T=100, sigma="1/5", spectrum="power-law:2", signal="source:1/2", lam="0.001"
    )
    found = middle(evaluate_expression(expression, make_point(setting, engine)))
    with mpmath.workdps(60):
        assert abs(found - mpmath.mpf(expected)) <= 4 * middle(engine.epsilon) * max(1, found)


def test_large_exact_powers_do_not_explode():
    """eta^n at n = 10^9 is a number near 0, not a rational with 10^9 digits."""
    setting = make_setting(d=1000, T=10, T0=999, n=10**7)
    found = middle(evaluate_expression(sy.eta**sy.n, make_point(setting, MANY)))
    with mpmath.workdps(50):
        assert abs(mpmath.log(found) / (10**7 * mpmath.log(mpmath.mpf("0.999"))) - 1) < 1e-38


@pytest.mark.parametrize(
    ("expression", "error", "message"),
    [
        (sympy.sin(sy.T), NotBuilt, "no rule"),
        (sy.T + sympy.Float(0.5), NotBuilt, "Float"),
        (sympy.I * sy.T, NotBuilt, "ImaginaryUnit"),
        (sympy.oo + 0 * sy.T, NotBuilt, "Infinity"),
        (Symbol("foo") + 1, InputError, "foo is missing"),
        (SpectralSum(sy.a), InputError, "moments"),
        (SpectralSum(sy.w0), InputError, "needs a moment"),
        (SpectralSum(sy.w0**4), InputError, "needs a moment"),
        (SpectralSum(sy.w0**3 * sy.s), InputError, "needs a moment"),
        (SpectralSum(sy.w0**2 * (1 + sy.w0**2)), InputError, "needs a moment"),
        (SpectralSum(sy.w0 + 1), InputError, "needs a moment"),
        (SpectralSum(sy.w0 + sy.w0**2), InputError, "needs a moment"),
        (SpectralSum(sympy.exp(sy.w0)), InputError, "needs a moment"),
        (SpectralSum(sy.s / (1 + sy.w0**2)), InputError, "needs a moment"),
        (sy.s + sy.T, InputError, "outside a sum"),
        (1 / (sy.T - sy.d - 24), SolverError, "infinite or undefined"),
        (sympy.log(sy.d - sy.T), SolverError, "infinite or undefined"),
        (sympy.sqrt(sy.d - sy.T), SolverError, "infinite or undefined"),
        (Piecewise((1, sy.T < sy.d)), SolverError, "no branch"),
        (SpectralSum(Piecewise((1, sy.s < 1), (2, True))), NotBuilt, "condition"),
    ],
)
@pytest.mark.parametrize("engine", [FLOAT, MANY])
def test_refusals(expression, error, message, engine):
    """Unknown nodes, missing values, unknown moments and non-finite values are typed errors."""
    point = make_point(make_setting(d=6, T=30, lam="0.1"), engine)
    with pytest.raises(error, match=message):
        evaluate_expression(expression, point)


def test_an_infinite_intermediate_is_not_hidden_by_a_later_division():
    """1/(1/(T - T)) is not 0: the inner infinity is reported."""
    point = make_point(make_setting(d=6, T=30, lam="0.1"), FLOAT)
    infinite = 1 / SpectralSum(sy.s - Symbol("one"))
    with pytest.raises(SolverError, match="infinite or undefined"):
        evaluate_expression(1 / (1 + infinite), point.with_values({Symbol("one"): 1}))


def test_floats_are_not_values():
    """A Python float is neither exact nor an engine's number, so a point refuses it."""
    spectrum = make_point(make_setting(d=6, T=30), FLOAT).spectrum
    with pytest.raises(InputError, match="neither exact"):
        FormulaPoint(FLOAT, spectrum, {sy.T: 0.1})
