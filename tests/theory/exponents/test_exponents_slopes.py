"""The max-plus terms against the sums themselves at growing T, in floating point.

An independent route: the deterministic equivalent is summed over the levels i^-beta, nothing is
expanded.  Slopes are taken over a factor 16 of T at sizes where the next order has died out; the
band of 0.02 is the one a scaling conjecture is given, wrong formulas are off by 0.1 and more.
For c > 1 the synthetic term's next order is only T^-(c-1) smaller, hence a band of (c-1)/5.
"""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.theory.exponents import Noise, c, error_exponent, source, terms
from ridgeproof.theory.symbols import beta, ell

BAND = 0.02


def effective_penalty(s, lam, T):
    """kappa from lam = kappa (1 - df1/T), by bisection in log kappa."""
    low, high = np.log(1e-40), np.log(lam + 2 * s.sum() / T)
    for _ in range(80):
        middle = (low + high) / 2
        kappa = np.exp(middle)
        if kappa * (1 - np.sum(s / (s + kappa)) / T) > lam:
            high = middle
        else:
            low = middle
    return np.exp(high)


def error_terms(T, b, source_exponent, growth, ridge):
    """Bias, variance and synthetic term (unit noises) at lam = T^-ridge, phi0 = 1/2."""
    d = round(T**growth / 2)
    i = np.arange(1, d + 1.0)
    s, energy = i**-b, i ** -(1 + 2 * b * source_exponent)
    kappa = effective_penalty(s, T**-ridge, T)
    u, complement = s / (s + kappa), kappa / (s + kappa)
    df2 = (u * u).sum()
    inflation = df2 / (T - df2)
    bias = (energy / energy.sum() * complement**2).sum() * (1 + inflation)
    rho = (df2 + inflation * (complement**2).sum()) / d
    return np.log([bias, inflation, rho])


@pytest.mark.parametrize(
    ("b", "r", "growth", "ridge"),
    [
        (2.0, 0.7, 0.6, 0.3),  # inside the domain
        (1.5, 0.4, 0.6, 9 / 22),  # the corrected optimum
        (2.0, 1.5, 0.6, 0.4),  # r above 1: the bias saturates
        (1.5, 0.4, 0.3, 15 / 22),  # beyond: the classical ridge's plateau
        (3.0, 0.2, 0.4, 1.5),  # beyond, rough truth: the bias falls as kappa^2 d^(2 beta (1-r))
        (2.0, 1.5, 0.3, 0.9),  # beyond, smooth truth: the bias falls as kappa^2
        (2.0, 0.7, 1.0, 2.6),  # c = 1, beyond: T >= d still
        (3.0, 0.4, 1.25, 1.2),  # c > 1, inside
    ],
)
def test_terms_have_their_exponents(b, r, growth, ridge):
    """Each of the three terms, inside and beyond the domain, for c below, at and above 1."""
    T = (4e5) ** (1 / growth)
    slopes = error_terms(T, b, r, growth, ridge) - error_terms(T / 16, b, r, growth, ridge)
    at = {beta: b, source: min(r, 1.0), c: growth, ell: ridge}
    expected = [float(term.subs(at)) for term in terms().values()]
    np.testing.assert_allclose(
        slopes / np.log(16), expected, rtol=0, atol=max(BAND, (growth - 1) / 5)
    )


def test_without_saturation_the_plateau_would_be_a_divergence():
    """What the naive exponent predicts at the same point is outside the band by far."""
    naive = (15 / 22) / 1.5 - 0.3
    at = {beta: 1.5, source: 0.4, c: 0.3, ell: 15 / 22}
    assert abs(naive - float(error_exponent(Noise.SYNTHETIC).subs(at))) > 5 * BAND


@pytest.mark.parametrize(("b", "r", "growth"), [(1.5, 0.4, 0.3), (3.0, 0.2, 0.3), (2.0, 1.5, 0.15)])
def test_the_optimal_penalty_of_the_finite_dimension_regime(b, r, growth):
    """Clean, small c: the minimiser itself scales as T^-(1-c+beta c (1-2 r_)), not as least_ell."""
    from scipy.optimize import minimize_scalar

    from ridgeproof.theory.exponents import exponents

    expected = exponents(b, r, growth, clean=True)

    def optimal(T):
        def error(ridge):
            bias, variance, _ = error_terms(T, b, r, growth, ridge)
            return np.logaddexp(bias, variance)

        centre = float(expected.ell)
        found = minimize_scalar(error, bounds=(centre - 0.3, centre + 0.3), method="bounded")
        return -found.x * np.log(T)

    sizes = [(2e3) ** (1 / growth) / 16, (2e3) ** (1 / growth)]
    slope = (optimal(sizes[1]) - optimal(sizes[0])) / np.log(16)
    assert abs(slope + float(expected.ell)) < BAND
