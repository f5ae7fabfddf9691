"""The exact isotropic test error against closed forms, the literal process, and bad input."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.theory.errors import InfiniteExpectation, InputError, NotBuilt, NoTheorem
from ridgeproof.theory.settings.setting import make_setting

TENTH = Fraction(1, 10)


def exact_terms(d, T, lam, *, digits=30, energy=1, **given):
    """The terms on features with Sigma = I and |w0|^2 = energy."""
    signal = f"energies:{energy}"
    setting = make_setting(d=d, T=T, lam=lam, spectrum="isotropic", signal=signal, **given)
    return finite_size_terms(setting, digits=digits)


def close(got, wanted, digits):
    """Whether two mpmath numbers agree to this many relative digits."""
    with mpmath.workdps(digits + 20):
        return abs(got - wanted) <= abs(wanted) * mpmath.mpf(10) ** -digits


def rational(value):
    """A Fraction as an mpmath number of the current precision."""
    return mpmath.mpf(value.numerator) / value.denominator


def terms_of(terms):
    """The three terms as floats."""
    return [float(each) for each in (terms.bias, terms.variance, terms.synthetic)]


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_least_squares_is_the_exact_ridgeless_theorem(design):
    """Lam = 0, T, T0 >= d+2: 0 + sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1)."""
    terms = exact_terms(
        5, 12, 0, sigma=2, n=3, sigma0=Fraction(1, 2), T0=9, design=design, energy=7
    )
    assert terms_of(terms) == [0, 4 * 5 / 6, 3 / 4 * 5 / 3]


@pytest.mark.parametrize(
    ("design", "mean", "signal", "noises"),
    [
        ("independent", Fraction(8, 27), Fraction(8, 27), 1 + Fraction(2, 3) + Fraction(4, 9)),
        ("shared", Fraction(2, 3), Fraction(2, 3), Fraction(3)),
    ],
)
def test_minimum_norm_generators_are_exact(design, mean, signal, noises):
    """T0 < d, lam = 0, T >= d+2: b (1 - 2 mu + alpha), with the exact nu = T0/(d-T0-1)."""
    terms = exact_terms(9, 20, 0, sigma=1, n=3, sigma0=2, T0=6, design=design, energy=3, digits=30)
    wanted = 3 * (1 - 2 * mean + signal), Fraction(9, 10), 4 * Fraction(6, 2) * noises
    with mpmath.workdps(40):
        for got, value in zip((terms.bias, terms.variance, terms.synthetic), wanted, strict=True):
            assert close(got, rational(value), 30)


def test_minimum_norm_downstream_fit_is_exact():
    """T < d, lam = 0, n = 0: b (1 - T/d) + sigma^2 T/(d-T-1)."""
    assert terms_of(exact_terms(8, 4, 0, sigma=1)) == [1 / 2, 4 / 3, 0]


@pytest.mark.parametrize(("T", "T0"), [(12, 9), (3, 9), (12, 3), (3, 3)])
def test_vanishing_penalties_are_continuous(T, T0):
    """Penalties of 1e-40 change no term by more than 1e-35 of it, above and below d = 6."""
    given = {"sigma": Fraction(1), "n": 2, "sigma0": Fraction(1), "T0": T0, "digits": 45}
    limit = exact_terms(6, T, 0, **given)
    near = exact_terms(6, T, Fraction(1, 10**40), lam0=Fraction(1, 10**40), **given)
    with mpmath.workdps(60):
        for name in ("bias", "variance", "synthetic", "total"):
            gap = abs(getattr(near, name) - getattr(limit, name))
            assert gap <= mpmath.mpf(10) ** -35


def simulated_error(rng, setting, repetitions):
    """|w - w0|^2 of the literal process, batched; w0 = e_1."""
    d, T0 = setting.d, setting.T0

    def fit(X, labels, lam):
        rows = X.shape[1]
        transposed = np.swapaxes(X, 1, 2)
        if lam == 0 and rows < d:
            return (transposed @ np.linalg.solve(X @ transposed, labels[..., None]))[..., 0]
        normal = transposed @ X / rows + lam * np.eye(d)
        return np.linalg.solve(normal, transposed @ labels[..., None] / rows)[..., 0]

    def labels(X, w, noise):
        return np.einsum("rtd,rd->rt", X, w) + noise * rng.standard_normal(X.shape[:2])

    truth = np.zeros((repetitions, d))
    truth[:, 0] = 1
    w = truth
    X = rng.standard_normal((repetitions, T0, d))
    for _ in range(setting.n):
        w = fit(X, labels(X, w, float(setting.sigma0)), float(setting.lam0))
        if setting.design == "independent":
            X = rng.standard_normal((repetitions, T0, d))
    X = rng.standard_normal((repetitions, setting.T, d))
    w = fit(X, labels(X, w, float(setting.sigma)), float(setting.lam))
    return ((w - truth) ** 2).sum(1)


CHAINS = [
    {"d": 4, "T": 6, "lam": "0.3", "T0": 5, "lam0": "0.2", "n": 2},
    {"d": 4, "T": 3, "lam": "0.3", "T0": 4, "lam0": "1", "n": 3},
    {"d": 5, "T": 6, "lam": "0.1", "T0": 3, "lam0": "0.5", "n": 1, "design": "shared"},
    {"d": 3, "T": 3, "lam": "0.2", "T0": 9, "lam0": "0", "n": 2},
    {"d": 8, "T": 5, "lam": "0.5", "T0": 3, "lam0": "0", "n": 2},
    {"d": 8, "T": 5, "lam": "0.5", "T0": 3, "lam0": "0", "n": 3, "design": "shared"},
]


@pytest.mark.parametrize("noises", [(0, 0), (1, 0), (0, 1)], ids=["bias", "downstream", "chain"])
@pytest.mark.parametrize("chain", CHAINS)
def test_each_term_agrees_with_the_literal_process(chain, noises):
    """20 000 repetitions of the process, one noise at a time: within 4.5 standard errors."""
    sigma, sigma0 = noises
    setting = make_setting(**chain, sigma=sigma, sigma0=sigma0)
    rng = np.random.default_rng([setting.d, setting.T, setting.n, sigma, sigma0])
    errors = simulated_error(rng, setting, 20_000)
    standard_error = errors.std(ddof=1) / np.sqrt(len(errors))
    terms = finite_size_terms(setting)
    assert (terms.variance > 0, terms.synthetic > 0) == (sigma > 0, sigma0 > 0)
    assert abs(errors.mean() - float(terms.total)) < 4.5 * standard_error


@pytest.mark.parametrize(("d", "T"), [(6, 9), (7, 9), (5, 3)])
def test_classical_optimal_penalty_is_stationary(d, T):
    """On clean data lam = d sigma^2/(T b) minimises the exact error at every finite size."""
    sigma, energy, step = Fraction(1, 2), Fraction(3, 2), Fraction(1, 10**8)
    best = d * sigma**2 / (T * energy)

    def error(lam):
        return exact_terms(d, T, lam, sigma=sigma, energy=energy, digits=50).total

    with mpmath.workdps(60):
        up, down, least = error(best + step), error(best - step), error(best)
        assert least < min(up, down)
        # Stationary: the odd part is of third order in the step, the even part of second.
        assert abs(up - down) < (up + down - 2 * least) * mpmath.mpf(10) ** -6


def test_sets_that_accumulate():
    """Least squares on ever more data, n = 2: |w_n|^2 grows by sum d/(i (i T0-d-1))."""
    noise = sum((Fraction(4, i * (i * 10 - 4 - 1)) for i in (1, 2)), Fraction(0))
    given = {"d": 4, "T": 6, "T0": 10, "lam": TENTH, "sigma0": 1}
    gathered = exact_terms(**given, n=2, chain="accumulate")
    once = exact_terms(**given, n=1)
    assert gathered.bias == once.bias
    with mpmath.workdps(40):
        assert close(gathered.synthetic, once.synthetic * rational(noise / Fraction(4, 5)), 29)


def test_covariance_scale_moves_into_the_penalties():
    """Features of covariance s I: the error is that of penalties over s with |w0|^2 = b."""
    given = {"d": 4, "T": 6, "T0": 5, "n": 2, "sigma": 1, "sigma0": 2}
    unit = make_setting(**given, lam=1, lam0=2)
    scaled = make_setting(**given, lam=3, lam0=6, spectrum="levels:3*4", signal="energies:1")
    assert finite_size_terms(unit) == finite_size_terms(scaled)
    # A flat signal has |w0|^2 = 1, hence b = s.
    flat = finite_size_terms(scaled.with_(signal=unit.signal))
    with mpmath.workdps(40):
        assert close(flat.bias, 3 * finite_size_terms(unit).bias, 29)


def test_copies_of_a_level_change_nothing_but_sizes():
    """A setting grown k times is the isotropic setting of k times the sizes."""
    setting = make_setting(d=3, T=5, lam=TENTH)
    assert finite_size_terms(setting.grown(2)) == exact_terms(6, 10, TENTH)


def test_long_chains_saturate():
    """With lam0 > 0 the signal dies and the noise converges: n = 10^6 costs no more than n = 2."""
    terms = exact_terms(4, 6, TENTH, n=10**6, sigma0=1, T0=5, lam0=1)
    later = exact_terms(4, 6, TENTH, n=10**6 + 1, sigma0=1, T0=5, lam0=1)
    assert close(terms.bias, 1, 29)
    assert close(terms.synthetic, later.synthetic, 29)


# --- refusals ----------------------------------------------------------------------------------

INFINITE = [
    {"d": 5, "T": 5, "lam": 0, "sigma": 1},
    {"d": 5, "T": 6, "lam": 0, "sigma": 1},
    {"d": 5, "T": 9, "lam": 1, "n": 1, "sigma0": 1, "T0": 4},
]
INVALID = [
    ({"d": 0, "T": 5, "lam": 1}, "d"),
    ({"d": 2.5, "T": 5, "lam": 1}, "d"),
    ({"d": 3, "T": -1, "lam": 1}, "T"),
    ({"d": 3, "T": 5, "lam": -1}, "lam"),
    ({"d": 3, "T": 5, "lam": float("nan")}, "lam"),
    ({"d": 3, "T": 5, "lam": 1, "n": 1}, "T0"),
    ({"d": 3, "T": 5, "lam": 1, "digits": 0}, "digits"),
    ({"d": 3, "T": 5, "lam": 1, "digits": 10**6}, "digits"),
    ({"d": 3, "T": 5, "lam": 1, "n": 1, "T0": 9, "design": "fixed"}, "design"),
]


@pytest.mark.parametrize("bad", INFINITE)
def test_infinite_expectations_are_refused(bad):
    """There is no number to return within 1 of d without a penalty."""
    with pytest.raises(InfiniteExpectation):
        exact_terms(**bad)


def test_noiseless_fits_are_finite_even_at_the_threshold():
    """Without label noise T = T0 = d is an exact fit: every term is 0."""
    terms = exact_terms(5, 5, 0, n=2, T0=5)
    assert (*terms_of(terms), float(terms.radius)) == (0, 0, 0, 0)


@pytest.mark.parametrize(("bad", "name"), INVALID)
def test_invalid_arguments_are_named(bad, name):
    """Each bad call names its argument."""
    with pytest.raises(InputError) as caught:
        exact_terms(**bad)
    assert caught.value.name == name


def test_what_is_not_covered_says_so():
    """Anisotropic spectra, huge sizes and shared ridge chains have types of their own."""
    with pytest.raises(NoTheorem, match="power-law"):
        finite_size_terms(make_setting(d=4, T=6, lam=1, spectrum="power-law:2"))
    with pytest.raises(NotBuilt, match="1001"):
        exact_terms(1001, 2000, 1)
    with pytest.raises(NotBuilt, match="shared"):
        exact_terms(3, 5, 1, n=2, sigma0=1, T0=5, lam0=1, design="shared")
    for kind in ({"chain": "accumulate"}, {"chain": "weighted:1/2"}, {"design": "shared"}):
        with pytest.raises(NotBuilt, match="1000000000 generations"):
            finite_size_terms(make_setting(d=4, T=6, T0=9, n=10**9, lam=1, **kind))
