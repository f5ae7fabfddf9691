"""Random features downstream: evaluate against NumPy and simulation, the peak, the refusals."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.simulation.simulate import simulate

BASE = {
    "d": 12, "T": 30, "T0": 40, "n": 3, "sigma": "1/2", "sigma0": "3/2", "sigma_real": "2/3",
    "lam": "1/5", "width": 9, "spectrum": "levels:2*5,1/2*7",
}  # fmt: skip
REGIMES = {
    "narrow": {},
    "wide": {"width": 50},
    "few rows": {"T": 7},
    "mixture": {"synthetic_fraction": "2/5", "T0": 6},
    "ridge generators": {"lam0": "1/3", "width": 30},
    "only real rows": {"synthetic_fraction": 0},
    "clean": {"n": 0, "T0": None},
    "ridgeless, narrow": {"lam": 0},
    "ridgeless, few rows": {"lam": 0, "T": 6},
    "ridgeless, wide, few rows": {"lam": 0, "T": 6, "width": 40},
}


def setting_of(name, **changes):
    """A setting of a regime."""
    return make_setting(**{**BASE, **REGIMES[name], **changes})


def fixed_point(s, lam, sizes):
    """The kappa of lam = kappa prod (1 - df1/size) with df1 below the least size."""

    def df1(x):
        return np.sum(s / (s + np.exp(x)))

    least, low, high = min(sizes), -60.0, 60.0
    if least < len(s):
        low = brentq(lambda x: df1(x) - least, low, high, xtol=1e-15, rtol=1e-15)
        if lam == 0:
            return np.exp(low)

    def excess(x):
        return np.exp(x) * np.prod([1 - df1(x) / size for size in sizes]) - lam

    if lam == 0:
        return 0.0
    return np.exp(brentq(excess, low, high, xtol=1e-15, rtol=1e-15))


def by_hand(setting):
    """The three terms: the chain by its own recursion, then the fit through (Q, B, r, rho)."""
    s = np.repeat([2.0, 0.5], [5, 7])
    w0 = np.full(12, 1 / np.sqrt(12))
    lam0, sigma0 = float(setting.lam0), float(setting.sigma0)
    m, signal, noise = w0, w0**2, w0 * 0
    for _ in range(setting.n):
        k = fixed_point(s, lam0, [setting.T0])
        rows = setting.T0 - np.sum((s / (s + k)) ** 2)
        m = s / (s + k) * m
        signal, noise = (
            (s / (s + k)) ** 2 * a + s * (k / (s + k)) ** 2 * np.sum(a * s / (s + k) ** 2) / rows
            for a in (signal, noise)
        )
        noise = noise + sigma0**2 * s / (s + k) ** 2 / rows
    k = fixed_point(s, float(setting.lam), [setting.T, setting.width])
    p2 = float(setting.synthetic_fraction)
    u = s / (s + k)
    df1, df2 = np.sum(u), np.sum(u**2)
    rho = (df1 - df2) / (k * (setting.width - df2))
    r = (df2 + (df1 - df2) ** 2 / (setting.width - df2)) / setting.T

    def Q(level):
        return k**2 * np.sum(s * level * (1 + s * rho) / (s + k) ** 2)

    def quadratic(D):
        own = np.sum(s * D) - 2 * k * np.sum(s * D / (s + k)) + Q(D) / (1 - r)
        return p2**2 * own + p2 * (1 - p2) * np.sum(s * D) * r / (1 - r)

    drift = w0 * (m - w0)
    cross = Q(drift) / (1 - r) - k * np.sum(s * drift / (s + k))
    bias = Q(w0**2) / (1 - r) + 2 * p2 * cross + quadratic(signal - 2 * m * w0 + w0**2)
    labels = p2 * float(setting.sigma) ** 2 + (1 - p2) * float(setting.real_noise) ** 2
    return bias, labels * r / (1 - r), quadratic(noise)


@pytest.mark.parametrize("regime", REGIMES)
def test_terms_agree_with_numpy(regime):
    """Each of the three terms, typed again; catches a slip in kappa, in B, rho or a term."""
    setting = setting_of(regime)
    terms = evaluate(setting).terms
    fast = evaluate_terms(setting, Float64())
    for name, expected in zip(ERROR_TERMS, by_hand(setting), strict=True):
        assert float(terms[name]) == pytest.approx(expected, rel=1e-11, abs=1e-13)
        assert float(fast[name]) == pytest.approx(expected, rel=1e-11, abs=1e-13)


@pytest.mark.parametrize(
    "regime", ["narrow", "mixture", "ridgeless, narrow", "ridgeless, few rows"]
)
def test_certified_radii_hold(regime):
    """The value at twice the digits lies within the certified radius."""
    setting = setting_of(regime)
    value = evaluate(setting, digits=20, certified=True)
    finer = evaluate(setting, digits=45)
    with mpmath.workdps(60):
        gap = abs(mpmath.mpf(value.shown(value.value)) - mpmath.mpf(finer.shown(finer.value)))
        assert gap <= mpmath.mpf(value.shown_radius(value.radius)) < mpmath.mpf("1e-18")


def test_the_error_peaks_where_the_width_meets_the_rows():
    """Double descent: T = 60 rows of d = 200; the peak over the width is at T, and grows."""
    base = {"d": 200, "T": 60, "sigma": 1, "spectrum": "power-law:1"}
    widths = range(40, 81, 4)

    def errors(lam):
        return [float(evaluate(make_setting(**base, lam=lam, width=w)).value) for w in widths]

    for lam, height in (("1e-4", 2), ("1e-6", 20)):
        peaked = errors(lam)
        assert widths[int(np.argmax(peaked))] == 60
        assert max(peaked) > height * max(peaked[0], peaked[-1])
    # Enough ridge, and there is no peak.
    calm = errors(1)
    assert calm == sorted(calm, reverse=True)


@pytest.mark.parametrize("regime", ["narrow", "wide", "few rows", "ridgeless, few rows"])
def test_simulation_agrees_with_the_limit(regime):
    """The literal process at 16 times the size, to four standard errors (of a few per cent)."""
    setting = setting_of(regime)
    found = simulate(setting.grown(16), repetitions=48, seed=5)
    assert abs(found.mean - float(evaluate(setting).value)) < 4 * found.standard_error
    assert found.standard_error < 0.1 * found.mean


@pytest.mark.parametrize(
    "regime", ["narrow", "mixture", "ridgeless, narrow", "ridgeless, few rows"]
)
def test_the_conditional_estimator_has_the_literal_mean(regime):
    """Label noise integrated out: the same expectation, by another route, at the same size."""
    few = "few" in regime
    setting = setting_of(
        regime, d=6, T=2 if few else 15, width=8 if few else 4, T0=20, n=1, spectrum="isotropic"
    )
    literal = simulate(setting, repetitions=4000, seed=1)
    found = simulate(setting, repetitions=1000, seed=2, method="conditional")
    error = np.hypot(literal.standard_error, found.standard_error)
    assert abs(literal.mean - found.mean) < 4 * error
    assert error < 0.08 * found.mean


@pytest.mark.parametrize("form", list(Form))
def test_features_that_span_the_space_are_least_squares(form):
    """lam = 0, T >= d, width >= d: the value of the plain process, in either form."""
    for width in (12, 50):
        spanned = setting_of("narrow", lam=0, width=width)
        plain = setting_of("narrow", lam=0, width=None)
        assert evaluate(spanned, form=form).value == evaluate(plain, form=form).value
        assert evaluate(spanned).formulas == ("ridgeless",)
    assert evaluate(setting_of("narrow", width=12)).formulas[0] == "random-features"


@pytest.mark.parametrize(
    ("changes", "infinite"),
    [
        ({"width": 9, "T": 8, "sigma": 0}, True),
        ({"width": 9, "T": 9, "sigma": 0}, True),
        ({"width": 9, "T": 10, "sigma": 0}, True),
        ({"width": 9, "T": 11, "sigma": 1}, False),
        ({"width": 9, "T": 7, "sigma": 1}, False),
        ({"width": 9, "T": 12, "sigma": 1}, False),
        ({"width": 12, "T": 11, "sigma": 0}, True),
        ({"width": 12, "T": 10, "sigma": 1}, False),
        ({"width": 12, "T": 12, "sigma": 0}, False),
        ({"width": 12, "T": 13, "sigma": 0}, False),
        ({"width": 12, "T": 13, "sigma": 1}, True),
        ({"width": 13, "T": 11, "sigma": 0}, False),
        ({"width": 13, "T": 11, "sigma": 1}, True),
        ({"width": 30, "T": 13, "sigma": 1}, True),
        ({"width": 9, "T": 9, "sigma": 1, "lam": "1/9"}, False),
    ],
)
def test_when_the_expectation_is_infinite(changes, infinite):
    """The width in the place of d where it is smaller; d = 12, clean data."""
    setting = setting_of("clean", **{"lam": 0, **changes})
    if infinite:
        with pytest.raises(InfiniteExpectation, match="within 1 of"):
            require_finite(setting)
    else:
        require_finite(setting)


@pytest.mark.parametrize(("width", "infinite"), [(2, True), (3, True), (4, False)])
def test_the_tail_tells_a_finite_mean_from_an_infinite_one(width, infinite):
    """T = 2 rows in d = 3 without noise: x P(error > x) stays put where the mean is infinite."""
    rng = np.random.Generator(np.random.PCG64DXSM(8))
    X = rng.standard_normal((400_000, 2, 3))
    Q = rng.standard_normal((400_000, 3, width))
    w0 = np.ones(3) / np.sqrt(3)
    Z = X @ Q
    Zt = np.swapaxes(Z, 1, 2)
    a = Zt @ np.linalg.solve(Z @ Zt, (X @ w0)[..., None])
    errors = np.sum(((Q @ a)[..., 0] - w0) ** 2, axis=1)
    near, far = (x * np.mean(errors > x) for x in (30, 1000))
    assert (far > 0.6 * near) == infinite
    setting = make_setting(d=3, T=2, width=width)
    if infinite:
        with pytest.raises(InfiniteExpectation):
            require_finite(setting)
    else:
        require_finite(setting)


@pytest.mark.parametrize(
    ("changes", "admitted"),
    [
        ({"width": 6, "T": 9}, False),
        ({"width": 6, "T": 10}, True),
        ({"width": 13, "T": 10}, False),
        ({"width": 16, "T": 10}, True),
        ({"width": 12, "T": 14}, True),
        ({"width": 6, "T": 9, "lam": 1}, True),
    ],
)
def test_heavy_tails_are_out_of_scope(changes, admitted):
    """Without ridge, T within 3 of the dimensions reached has no finite variance, noise or not."""
    setting = setting_of("clean", **{"lam": 0, "sigma": 0, **changes})
    assert (admissible(setting) is None) == admitted


def test_isotropic_features_without_ridge_have_an_exact_limit():
    """Sigma = I, width M <= T - 2: (1 - M/d) (T-1)/(T-M-1) b + sigma^2 M/(T-M-1) exactly.

    The features of one draw leave 1 - M/d of the signal, which is Gaussian noise to least squares.
    """
    small = make_setting(d=8, T=12, width=4, sigma="1/2")
    exact = 0.5 * 11 / 7 + 0.25 * 4 / 7
    found = simulate(small, repetitions=8_000, seed=3, method="conditional")
    assert abs(found.mean - exact) < 4 * found.standard_error
    assert found.standard_error < 0.02 * exact
    limit = float(evaluate(small).value)
    assert limit == pytest.approx((0.5 + 0.25 / 3) / (1 - 1 / 3), rel=1e-12)


def test_what_knows_no_features_refuses_them():
    """Optimum, phase and finite size raise, at lam = 0 with spanning features as well."""
    setting = setting_of("narrow", spectrum="isotropic", width=20)
    for question in (optimum, phase, finite_size_terms):
        with pytest.raises((NotBuilt, NoTheorem), match="width"):
            question(setting)
        with pytest.raises((NotBuilt, NoTheorem), match="width"):
            question(setting.with_(lam=0))


@pytest.mark.parametrize(
    ("formula", "verdict"),
    [("sigma^2*width/(T-width)", "identical"), ("sigma^2*d/(T-d)", "refuted")],
)
def test_conjectures_may_name_the_width(formula, verdict):
    """The limit grows the width with d and T: few features without ridge have variance M/(T-M)."""
    conjecture = read_conjecture(
        f"""
        [conjecture]
        title = "few features"
        quantity = "variance"
        relation = "equals"
        kind = "limit"
        formula = "{formula}"
        [domain]
        lam = 0
        d = 60
        T = 45
        width = "20 .. 30"
        n = 0
        sigma = [0.5, 2]
        spectrum = ["isotropic"]
        signal = ["flat"]
        """
    )
    assert check(conjecture).verdict == verdict
