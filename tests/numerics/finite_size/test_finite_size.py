"""The exact finite-size oracle against quadrature, simulation, exact identities and itself."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

import mpmath
import numpy as np
import pytest
from flint import arb, ctx, fmpq
from scipy.special import eval_genlaguerre, gammaln

from ridgeproof.numerics.arithmetic.rational_balls import center, exact_ball, upper_radius
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.finite_size.expansion import expanded_sums, gamma_moments, half_moments
from ridgeproof.numerics.finite_size.laguerre import one_point_density
from ridgeproof.numerics.finite_size.stieltjes import gamma_transform, half_transform, omega, pair
from ridgeproof.numerics.finite_size.traces import fit_traces
from ridgeproof.numerics.finite_size.wishart import _refined, eigenvalue_sums
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.settings.setting import make_setting

# Odd and even N = min(d, T); T above, at and below d; a = |T-d| of both parities, and 0.
SHAPES = [
    (1, 1), (1, 4), (4, 1), (2, 2), (2, 3), (3, 2), (3, 3), (3, 5), (4, 9), (9, 4),
    (5, 6), (7, 7), (8, 8), (10, 15), (11, 15), (16, 10),
]  # fmt: skip
TENTH = Fraction(1, 10)


class Moments(NamedTuple):
    """h_k = E tr (X'X/T + lam)^-k, and the larger of their radii."""

    h1: mpmath.mpf
    h2: mpmath.mpf
    radius: mpmath.mpf


def wishart_moments(d, T, lam, digits=30):
    """The first two resolvent moments, from the sums of lam (x + lam)^-1 and its square."""
    bits = int((digits + 5) * 3.33)
    with ctx.workprec(bits):
        sums = (each + (d - min(d, T)) for each in eigenvalue_sums(d, T, lam, bits))
        balls = [each / exact_ball(lam**k) for k, each in enumerate(sums, 1)]
        return Moments(*map(center, balls), max(map(upper_radius, balls)))


def close(got, wanted, digits):
    """Whether two mpmath numbers agree to this many relative digits."""
    with mpmath.workdps(digits + 20):
        return abs(got - wanted) <= abs(wanted) * mpmath.mpf(10) ** -digits


def rational(value):
    """A Fraction as an mpmath number of the current precision."""
    return mpmath.mpf(value.numerator) / value.denominator


# --- the density -------------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "T"), SHAPES)
def test_density_has_the_moments_of_a_wishart_matrix(d, T):
    """Int rho, int x rho, ... are N, E tr W, E tr W^2 and E tr W^3, which are known polynomials."""
    N, a = min(d, T), abs(T - d)
    density = one_point_density(N, a)
    with ctx.workprec(400):
        factor = arb(density.edge)
        bulk, last = gamma_moments(fmpq(a + 1), 2 * N + 4), gamma_moments(fmpq(a + 1, 2), N + 4)
        if density.step:
            factor, last = density.step / omega(a), half_moments(last, a, omega(a))
        moments = [
            pair(density.smooth.coeffs(), bulk[j:])
            + 2**j * factor * pair(density.last.coeffs(), last[j:])
            for j in range(4)
        ]
    known = [N, d * T, d * T * (d + T + 1), d * T * (d**2 + T**2 + 3 * d * T + 3 * (d + T) + 4)]
    for moment, value in zip(moments, known, strict=True):
        assert moment.contains(value)
        assert moment.rel_accuracy_bits() > 100


def literal_density(N, a, u, nodes):
    """The density at x = u^2 as the literature writes it, times dx/du: kernel, eps phi, odd N."""
    offsets, weights = nodes

    def phi(k, v):
        """phi_k(v^2) times d(v^2)/dv, which has no fractional power."""
        return 2 * v**a * np.exp(-(v**2) / 2) * eval_genlaguerre(k, a, v**2)

    def integral(k, end):
        grid = end[..., None] * offsets
        return (phi(k, grid) * weights).sum(-1) * end

    x = u**2
    total = np.zeros_like(u)
    for k in range(N - 1):
        log_ratio = gammaln(k + 1) - gammaln(k + a + 1)
        kernel = x**a * np.exp(-x + log_ratio) * eval_genlaguerre(k, a, x) ** 2
        total += 2 * u * kernel
    infinity = np.array(15.0)
    if N > 1:
        eps = integral(N - 2, u) - integral(N - 2, infinity) / 2
        total -= np.exp(gammaln(N) - gammaln(N - 1 + a)) / 2 * phi(N - 1, u) * eps
    if N % 2:
        total += phi(N - 1, u) / integral(N - 1, infinity)
    return total


@pytest.mark.parametrize(("d", "T"), [(1, 3), (2, 2), (3, 4), (3, 5), (4, 4), (4, 5), (6, 4)])
def test_moments_agree_with_quadrature_of_the_literal_density(d, T):
    """Gauss-Legendre on the formula as it is printed, without our integrations by parts."""
    N, a, lam = min(d, T), abs(T - d), Fraction(1, 2)
    x, w = np.polynomial.legendre.leggauss(120)
    nodes = (x + 1) / 2, w / 2
    u = 15 * nodes[0]  # e^(-15^2/2) is below 1e-48
    rho = literal_density(N, a, u, nodes)
    # Sums of some hundred products of modest size: a thousand ulp is ample.
    assert (rho * nodes[1] * 15).sum() == pytest.approx(N, rel=1000 * 2**-52)
    moments = wishart_moments(d, T, lam, 20)
    for k, exact in ((1, moments.h1), (2, moments.h2)):
        value = (rho * nodes[1] * 15 / (u**2 / T + float(lam)) ** k).sum()
        null = (d - N) / float(lam) ** k
        assert value + null == pytest.approx(float(exact), rel=2000 * 2**-52)


# --- resolvent moments -------------------------------------------------------------------------


@pytest.mark.parametrize("T", [1, 2, 5, 40])
def test_one_dimension_is_a_chi_square(T):
    """d = 1: E (chi2_T/T + lam)^-k by quadrature of the chi-square density, to 25 digits."""
    lam = Fraction(3, 10)
    moments = wishart_moments(1, T, lam, 30)
    with mpmath.workdps(35):
        log_norm = mpmath.log(2) * (mpmath.mpf(T) / 2 - 1) + mpmath.loggamma(mpmath.mpf(T) / 2)
        for k, exact in ((1, moments.h1), (2, moments.h2)):
            value = mpmath.quad(
                lambda u, k=k: (
                    u ** (T - 1) * mpmath.exp(-u * u / 2 - log_norm)
                    / (u * u / T + rational(lam)) ** k
                ),
                [0, 1, 3, 6, 10, 20],
            )  # fmt: skip
            assert close(exact, value, 25)


@pytest.mark.parametrize("T", [2, 3, 6])
def test_two_dimensions_by_hand(T):
    """d = 2: the joint density of the two eigenvalues, integrated over their sum and product.

    With x_1 + x_2 = s and 4 x_1 x_2 = s^2 v^2 the density is s^(a+1) e^(-s/2) times v^a, a = T-2,
    both normalised, and tr (W+z)^-1 = (s + 2z)/(s^2 v^2/4 + s z + z^2).
    """
    lam, a = Fraction(1, 2), T - 2
    z = float(lam) * T
    x, w = np.polynomial.legendre.leggauss(200)
    half = (x + 1) / 2
    v, s = half[:, None], 12 * half[None, :] ** 2 * 12
    mass = w[:, None] * v**a * w[None, :] * half[None, :] * s ** (a + 1) * np.exp(-s / 2)
    determinant = s**2 * v**2 / 4 + s * z + z**2
    first = (s + 2 * z) / determinant
    second = first**2 - 2 / determinant
    moments = wishart_moments(2, T, lam, 20)
    # A sum of 40 000 positive terms, each a few ulp wrong.
    assert T * (mass * first).sum() / mass.sum() == pytest.approx(float(moments.h1), rel=1e-13)
    assert T**2 * (mass * second).sum() / mass.sum() == pytest.approx(float(moments.h2), rel=1e-13)


@pytest.mark.parametrize(("d", "T"), [(4, 6), (5, 6), (6, 6), (5, 3), (7, 12)])
@pytest.mark.parametrize("lam", [TENTH, Fraction(2)])
def test_moments_and_traces_agree_with_simulation(d, T, lam):
    """40 000 sampled Wishart matrices: every trace within 4.5 standard errors."""
    rng = np.random.default_rng([d, T, lam.numerator])
    X = rng.standard_normal((40_000, T, d))
    x = np.linalg.eigvalsh(np.swapaxes(X, 1, 2) @ X / T).clip(0)
    penalty = float(lam)
    kept = x / (x + penalty)
    moments, fit = wishart_moments(d, T, lam), fit_traces(d, T, lam, 100)
    sampled = [
        (moments.h1, (1 / (x + penalty)).sum(1)),
        (moments.h2, (1 / (x + penalty) ** 2).sum(1)),
        (fit.mean, kept.mean(1)),
        (fit.coll, (kept**2).mean(1)),
        (fit.bias, ((1 - kept) ** 2).mean(1)),
        (fit.noise, (x / (x + penalty) ** 2).sum(1) / T),
    ]
    for exact, sample in sampled:
        error = sample.std(ddof=1) / np.sqrt(len(sample))
        assert abs(sample.mean() - float(exact)) < 4.5 * error


@pytest.mark.parametrize(("d", "T"), [(4, 9), (5, 9), (10, 15), (100, 150)])
def test_small_penalty_approaches_the_inverse_wishart_moments(d, T):
    """0 < h_1(0) - h_1(lam) < lam h_2(0), because h_1 is convex: 30 digits of a closed form."""
    lam = Fraction(1, 10**30)
    # The second-order gap lam^2 h_3 is of order 1e-58.
    near, spare = wishart_moments(d, T, lam, 80), T - d
    with mpmath.workdps(90):
        first = mpmath.mpf(d * T) / (spare - 1)
        second = mpmath.mpf(d * T**2 * (T - 1)) / (spare * (spare - 1) * (spare - 3))
        assert 0 < first - near.h1 < rational(lam) * second
        assert 0 < second - near.h2


@pytest.mark.parametrize(("d", "T"), SHAPES)
def test_second_moment_is_minus_the_derivative_of_the_first(d, T):
    """A central difference of h_1 at 60 digits reproduces h_2 to the square of the step."""
    lam, step = Fraction(2, 5), Fraction(1, 10**15)
    up, down = (wishart_moments(d, T, lam + e, 60).h1 for e in (step, -step))
    with mpmath.workdps(70):
        slope = (down - up) / (2 * rational(step))
        # The error is step^2 h_4 and h_4 <= h_2/lam^2.
        assert close(wishart_moments(d, T, lam, 60).h2, slope, 28)


@pytest.mark.parametrize(("d", "T"), SHAPES)
def test_expansion_at_large_penalty_agrees_with_the_closed_form(d, T):
    """Two routes that share only the polynomials: moments of W, and F and J at -z."""
    N, a, lam = min(d, T), abs(T - d), Fraction(50_000, T)
    closed = _closed_form(d, T, lam)
    with ctx.workprec(600):
        expanded = expanded_sums(one_point_density(N, a), a, exact_ball(lam * T), 200)
        for one, other in zip(closed, expanded, strict=True):
            assert one.overlaps(other)
            assert one.rel_accuracy_bits() >= 200
            assert other.rel_accuracy_bits() >= 190


def _closed_form(d, T, lam):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("ridgeproof.numerics.finite_size.wishart.expansion_serves", lambda *_: False)
        return eigenvalue_sums.__wrapped__(d, T, lam, 200)


@pytest.mark.parametrize(("d", "T"), [(4, 7), (5, 7), (3, 3), (7, 4)])
def test_large_penalty_is_bracketed_by_the_trace_moments(d, T):
    """h_1 lies between consecutive partial sums of sum (-1)^j E tr S^j / lam^(j+1)."""
    lam = Fraction(1000)
    traces = [
        Fraction(d),
        Fraction(d),
        Fraction(d * (d + T + 1), T),
        Fraction(d * (d**2 + T**2 + 3 * d * T + 3 * (d + T) + 4), T**2),
    ]
    partial, sums = Fraction(0), []
    for j, trace in enumerate(traces):
        partial += (-1) ** j * trace / lam ** (j + 1)
        sums.append(partial)
    h1 = wishart_moments(d, T, lam, 30).h1
    with mpmath.workdps(40):
        for one, other in pairwise(sums):
            assert min(one, other) < Fraction(str(h1)) < max(one, other)


def test_deterministic_equivalent_and_first_correction():
    """h_1 minus (kappa/lam) tr G minus the O(1) correction halves whenever the sizes double."""
    errors = []
    for d in (20, 40, 80, 160):
        T, lam = 3 * d // 2, TENTH
        phi, penalty = d / T, float(lam)
        shift = penalty + phi - 1
        kappa = (shift + (shift**2 + 4 * penalty) ** 0.5) / 2
        gamma = phi / (1 + kappa) ** 2
        leading = kappa / penalty * d / (1 + kappa)
        correction = phi / (1 + kappa) ** 3 / (1 - gamma) ** 2
        h1 = float(wishart_moments(d, T, lam, 20).h1)
        assert abs(h1 - leading - correction) < abs(h1 - leading) / 5
        errors.append(h1 - leading - correction)
    # The next order is c/d (1 + O(1/d)).
    ratios = [one / other for one, other in pairwise(errors)]
    assert ratios == pytest.approx([2, 2, 2], abs=0.25)
    assert abs(ratios[2] - 2) < abs(ratios[0] - 2)


def test_exact_bias_exceeds_its_equivalent_by_18_percent():
    """d = 10, T = 15, lam = 0.1: the size of the finite-size effect."""
    d, T, lam = 10, 15, 0.1
    shift = lam + d / T - 1
    kappa = (shift + (shift**2 + 4 * lam) ** 0.5) / 2
    equivalent = kappa**2 / (1 + kappa) ** 2 / (1 - d / T / (1 + kappa) ** 2)
    exact = float(finite_size_terms(make_setting(d=d, T=T, lam=TENTH)).bias)
    assert round(100 * (exact / equivalent - 1)) == 18


# --- digits and radii --------------------------------------------------------------------------


@pytest.mark.parametrize(("d", "T"), [*SHAPES, (40, 41), (60, 90), (2, 1000)])
@pytest.mark.parametrize("lam", [Fraction(1, 10**12), TENTH, Fraction(20)])
def test_radius_is_kept_and_small(d, T, lam):
    """At 15 digits the value is within its radius of the one at 45, and right to 15 digits."""
    coarse, fine = (wishart_moments(d, T, lam, digits) for digits in (15, 45))
    for name in ("h1", "h2"):
        got, wanted = getattr(coarse, name), getattr(fine, name)
        with mpmath.workdps(60):
            assert abs(got - wanted) <= coarse.radius + fine.radius
        assert close(got, wanted, 15)


@pytest.mark.parametrize("bits", [53, 120, 300])
@pytest.mark.parametrize(
    ("a", "w"), [(0, "1/100"), (0, "30"), (1, "1"), (5, "1/10"), (50, "7"), (1000, "2")]
)
def test_quadrature_error_bound_holds(a, w, bits):
    """The ball of J at few bits meets the one at many, for wide and for narrow integrands."""
    with ctx.workprec(700):
        w = exact_ball(Fraction(w))
        coarse, fine = half_transform(a, w, bits), half_transform(a, w, bits + 250)
        for one, other in zip(coarse, fine, strict=True):
            assert one.overlaps(other)
        assert coarse[0].rel_accuracy_bits() >= bits - 8


@pytest.mark.parametrize(("a", "w"), [(0, 0.25), (0, 40), (1, 2), (4, 0.125), (31, 5), (60, 200)])
def test_half_transform_is_the_integral_it_claims(a, w):
    """J = int g_s(y) P(s, y)/(y+w) dy and the same with the square, by mpmath's quadrature."""
    with mpmath.workdps(25):
        s = mpmath.mpf(a + 1) / 2

        def integrand(u, k):
            y = u * u
            log_density = a * mpmath.log(u) - y - mpmath.loggamma(s)
            below = mpmath.gammainc(s, 0, y, regularized=True)
            return 2 * mpmath.exp(log_density) * below / (y + w) ** k

        centre = mpmath.sqrt(s)
        ends = [0, centre / 2, centre, centre + 1, centre + 3, centre + 9]
        wanted = [mpmath.quad(lambda u, k=k: integrand(u, k), ends) for k in (1, 2)]
    with ctx.workprec(150):
        got = half_transform(a, arb(w), 100)
        for one, other in zip(got, wanted, strict=True):
            assert close(center(one), other, 18)


@pytest.mark.parametrize("w", ["1/1000000", "1/3", "6", "33", "400", "100000"])
@pytest.mark.parametrize("s", ["1/2", "1", "7/2", "60", "3001/2"])
def test_gamma_transform_in_every_regime(s, w):
    """Series and continued fraction both enclose int exp(-w t) (1+t)^-s dt by quadrature."""
    s, w = Fraction(s), Fraction(w)
    with mpmath.workdps(60):
        # int exp(-w t) (1+t)^-s dt on the scale where it lives; mpmath.hyperu errs at 34 digits.
        scale = rational(w + s)
        wanted = (
            mpmath.quad(
                lambda t: mpmath.exp(
                    -rational(w) * t / scale - rational(s) * mpmath.log1p(t / scale)
                ),
                [0, 1, 4, 20, 100, 10**4, mpmath.inf],
            )
            / scale
        )
    for bits in (60, 120):
        with ctx.workprec(bits):
            value, _ = gamma_transform(fmpq(s.numerator, s.denominator), exact_ball(w))
            got, error = center(value), upper_radius(value)
        with mpmath.workdps(60):
            assert abs(got - wanted) <= error
            assert error <= wanted * mpmath.mpf(2) ** -(bits - 20)


def test_refinement_gives_up_with_an_error():
    """Balls that never shrink end in SolverError, not in a number."""
    for hopeless in (arb(1, 1), 1 / arb(0)):
        with pytest.raises(SolverError, match="ask for fewer digits"):
            _refined(100, lambda _, ball=hopeless: (ball, ball), 8)


def test_precision_is_restored():
    """Neither library's working precision changes."""
    before = ctx.prec, mpmath.mp.prec
    finite_size_terms(make_setting(d=4, T=7, lam=TENTH), digits=40)
    assert (ctx.prec, mpmath.mp.prec) == before
