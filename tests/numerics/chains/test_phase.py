"""Many generations: against plain iteration, eigenvalues of the full matrix, and evaluate."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.chains.chain import chain_moments
from ridgeproof.numerics.chains.phase import ChainFate, limiting_moment, moment_radius, phase
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.spectrum import expanded
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InfiniteExpectation, InputError, NoTheorem
from ridgeproof.theory.settings.setting import make_setting

ULP = 2.0**-52
COMMON = {"d": 24, "T": 40, "sigma": "0.3", "sigma0": "0.7", "lam": "0.2"}
FORGETTING = [
    make_setting(**COMMON, T0=10, spectrum="power-law:3/2"),
    make_setting(**COMMON, T0=22, spectrum="ar1:0.8"),
    make_setting(**COMMON, T0=60, lam0="0.1", spectrum="power-law:1"),
    make_setting(**COMMON, T0=24, lam0="0.01", spectrum="ar1:0.5"),
    make_setting(**COMMON, T0=12),
    make_setting(**COMMON, T0=12, lam0="1/3"),
    make_setting(**COMMON, T0=5, spectrum="spiked:20*3,1"),
]


def full_matrix(setting):
    """diag(D) + g c' on all d eigenvectors, in NumPy, written out from the definition."""
    point = make_point(setting, Balls(30))
    s, _ = expanded(point.spectrum)
    kappa0 = float(point.values[sy.kappa0])
    shrink = s / (s + kappa0)
    rows = setting.T0 - (shrink**2).sum()
    spread, collected = s * (kappa0 / (s + kappa0)) ** 2 / rows, s / (s + kappa0) ** 2
    return np.diag(shrink**2) + np.outer(spread, collected), shrink


@pytest.mark.parametrize("setting", FORGETTING, ids=str)
def test_the_radii_are_those_of_the_full_matrix(setting):
    """eigvals of the d x d matrix; d ulp of a well-conditioned Perron root."""
    matrix, shrink = full_matrix(setting)
    report = phase(setting)
    expected = max(abs(np.linalg.eigvals(matrix)))
    assert float(report.moment_radius) == pytest.approx(expected, rel=24 * 16 * ULP)
    # The means are a diagonal map: their radius is its largest entry, and the joint one.
    assert float(report.radius) == pytest.approx(max(expected, shrink.max()), rel=64 * ULP)
    assert report.moment_radius <= report.radius * (1 + ULP) < 1
    assert 0 < report.feedback < 0.5


@pytest.mark.parametrize("setting", FORGETTING, ids=str)
def test_the_limit_is_what_iteration_tends_to(setting):
    """After N generations the distance to the limit is below radius^N times the start."""
    report = phase(setting)
    many = int(report.generations(Fraction(1, 10**12))) + 1
    value = evaluate(setting.with_(n=many)).value
    assert report.regime is ChainFate.FORGOTTEN
    # Signal and noise each contribute at most a few times b + E_inf of relative size 10^-12.
    scale = 1 + float(report.limit_error)
    assert abs(float(value) - float(report.limit_error)) < 1e-11 * scale
    early = evaluate(setting.with_(n=many // 20 + 1)).value
    assert abs(float(early) - float(report.limit_error)) > 1e-11 * scale


def test_the_fixed_point_by_linear_algebra():
    """(1 - D - g c')^-1 h, solved in NumPy, is the closed form."""
    for setting in FORGETTING[:4]:
        point = make_point(setting.with_(n=2), Balls(30))
        matrix, shrink = full_matrix(setting)
        s, _ = expanded(point.spectrum)
        noise = float(setting.sigma0) ** 2 * shrink**2 / s / (setting.T0 - (shrink**2).sum())
        expected = np.linalg.solve(np.eye(len(s)) - matrix, noise)
        found = limiting_moment(point).astype(float)
        condition = np.linalg.cond(np.eye(len(s)) - matrix)
        assert np.allclose(found, expected, rtol=8 * condition * ULP, atol=0)


def test_the_fixed_point_is_fixed():
    """One more step of the catalogued generator returns the same moments, to 40 digits."""
    setting = FORGETTING[2].with_(n=1)
    point = make_point(setting, Balls(40))
    moment = limiting_moment(point)
    started = type(point)(
        point.engine,
        type(point.spectrum)(point.spectrum.s, point.spectrum.multiplicity, moment, 24),
        point.values,
    )
    after = chain_moments(setting, started)
    with point.engine.scope():
        for old, signal, noise in zip(moment, after.signal, after.noise, strict=True):
            assert abs(signal + noise - old) < point.engine.number(10) ** -40 * old


def test_isotropic_minimum_norm_keeps_eta():
    """Sigma = I, T0 < d: both radii are eta = T0/d exactly."""
    report = phase(make_setting(d=300, T=600, T0=100, sigma0=1), digits=30)
    for radius in (report.radius, report.moment_radius):
        with mpmath.workdps(40):
            assert abs(radius - mpmath.mpf(1) / 3) < mpmath.mpf(10) ** -30
    assert float(report.generations("1/2")) == pytest.approx(np.log(2) / np.log(3), rel=4 * ULP)


def test_least_squares_grow_linearly():
    """T0 > d: radius 1, and each generation adds exactly the growth."""
    setting = make_setting(**COMMON, T0=60, spectrum="power-law:3/2")
    report = phase(setting)
    first, third = (evaluate(setting.with_(n=n)).value for n in (1, 3))
    assert (report.regime, report.radius, report.limit_error) == (ChainFate.LINEAR, 1, None)
    assert float(report.growth) == pytest.approx(float(third - first) / 2, rel=64 * ULP)
    assert report.generations() == mpmath.inf


def test_a_shared_design_forgets_once():
    """Minimum norm on one design: noise adds up, and nothing more is forgotten."""
    setting = make_setting(**COMMON, T0=10, design="shared", spectrum="power-law:3/2")
    report = phase(setting)
    first, third = (evaluate(setting.with_(n=n)).value for n in (1, 3))
    assert (report.regime, report.radius) == (ChainFate.LINEAR, 1)
    assert float(report.growth) == pytest.approx(float(third - first) / 2, rel=64 * ULP)
    quiet = setting.with_(sigma0=0)
    assert phase(quiet).regime is ChainFate.CONSTANT
    assert float(phase(quiet).limit_error) == pytest.approx(
        float(evaluate(quiet.with_(n=9)).value), rel=64 * ULP
    )


def test_ridge_generators_forget_at_any_sample_size():
    """lam0 > 0 with T0 far beyond d: forgotten, however slowly."""
    report = phase(make_setting(**COMMON, T0=10**6, lam0="1e-6", spectrum="ar1:0.5"))
    assert report.regime is ChainFate.FORGOTTEN
    assert 1 - 1e-5 < report.radius < 1
    assert report.generations("1/2") > 10**5


def test_without_label_noise_the_error_tends_to_b():
    """C5: sigma = sigma0 = 0, T0 < d: everything is forgotten, E_inf = b, at lam = 0 too."""
    for lam, T in (("0", 40), ("0", 24), ("0.3", 40), ("0", 12)):
        report = phase(make_setting(d=24, T=T, T0=10, lam=lam))
        assert float(report.limit_error) == pytest.approx(1.0, rel=16 * ULP)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"T0": None}, InputError),
        ({"T0": 24}, InfiniteExpectation),
        ({"T0": 25}, InfiniteExpectation),
        ({"T0": 40, "lam": "0", "T": 24}, InfiniteExpectation),
        ({"T0": 40, "lam0": 1, "design": "shared"}, NoTheorem),
    ],
)
def test_refusals(changes, error):
    """Missing T0, infinite expectations and the missing theorem are typed."""
    with pytest.raises(error):
        phase(make_setting(**{**COMMON, **changes}))


def test_the_radius_at_fifty_digits():
    """The secular equation holds at 50 digits, and changes sign next to the root."""
    point = make_point(FORGETTING[0].with_(n=2), Balls(50))
    fine = make_point(FORGETTING[0].with_(n=2), Balls(60))
    with mpmath.workdps(70):
        radii = [center(moment_radius(each)) for each in (point, fine)]
        assert abs(radii[0] - radii[1]) < mpmath.mpf(10) ** -50
