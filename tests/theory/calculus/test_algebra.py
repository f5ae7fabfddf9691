"""Canonical forms decide: true identities are equal, false ones stay apart."""

from __future__ import annotations

import pytest
from sympy import Integer, Rational

from ridgeproof.theory.calculus.algebra import canonical, equal
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.symbols import (
    T0,
    B,
    T,
    a,
    b,
    d,
    df1,
    df1_0,
    df2,
    df2_0,
    eta,
    gamma,
    gamma0,
    kappa,
    kappa0,
    lam,
    lam0,
    m,
    phi,
    phi0,
    s,
    sigma,
    w0,
)

K = kappa / (s + kappa)
K0 = kappa0 / (s + kappa0)
U = s / (s + kappa)

TRUE = {
    "df1": (SpectralSum(U), df1),
    "df2": (SpectralSum(U**2), df2),
    "tr K": (SpectralSum(K), d - df1),
    "tr K^2": (SpectralSum(K**2), d - 2 * df1 + df2),
    "tr K U": (SpectralSum(K * U), df1 - df2),
    "df of the generator": (SpectralSum(1 - K0), df1_0),
    "both resolvents at once": (
        SpectralSum(1 / ((s + kappa) * (s + kappa0))) * (kappa0 - kappa),
        (d - df1) / kappa - (d - df1_0) / kappa0,
    ),
    "lam is explicit": (lam, kappa * (1 - df1 / T)),
    "lam0 is explicit": (lam0 * T0, kappa0 * (T0 - df1_0)),
    "gamma": (gamma, df2 / T),
    "gamma0": (gamma0 * T0, df2_0),
    "phi and eta": (phi0 * eta, Integer(1)),
    "phi": (phi * T, d),
    "b": (b, SpectralSum(s * w0**2)),
    "weights move through partial fractions": (
        SpectralSum(w0**2 * s * U),
        SpectralSum(s * w0**2) - kappa * SpectralSum(U * w0**2),
    ),
    "m w0 is one weight": (SpectralSum(m * w0 * (U + K)), SpectralSum(w0 * m)),
    "the variance of the downstream fit": (
        sigma**2 / (lam * T) * (SpectralSum(K * s) - SpectralSum(K**2 * s) / (1 - gamma)),
        sigma**2 * gamma / (1 - gamma),
    ),
    "the overfitting of the truth": (
        SpectralSum(s * K**2 * w0**2) * (1 + gamma / (1 - gamma)),
        SpectralSum(s * K**2 * w0**2) / (1 - gamma),
    ),
    "the test matrix is a weight": (SpectralSum(B * U), SpectralSum(B) - SpectralSum(B * K)),
}

FALSE = {
    "df1 is not df2": (SpectralSum(U), df2),
    "a sum is not its square": (SpectralSum(U**2), df1**2),
    "weighted sums are not counted": (SpectralSum(w0**2 * U), df1),
    "a is not w0^2": (SpectralSum(a * s), b),
    "m w0 is not w0^2": (SpectralSum(s * m * w0), b),
    "tr K^2 with the wrong sign": (SpectralSum(K**2), d - 2 * df1 - df2),
    "lam is not kappa": (lam, kappa),
    "gamma with the wrong df": (gamma, df1 / T),
    "gamma with the wrong rows": (gamma, df2 / T0),
    "phi and phi0": (phi, phi0),
    "kappa and kappa0": (SpectralSum(K), SpectralSum(K0)),
    "first moment of s": (SpectralSum(s), d),
    "one factor 1 - gamma": (gamma / (1 - gamma), gamma),
    "a small constant": (df1, df1 + Rational(1, 10**30)),
    "the cross term": (SpectralSum((a - w0**2) * K), SpectralSum((a + w0**2) * K)),
}


@pytest.mark.parametrize("name", TRUE)
def test_true_identities(name):
    """The difference of two equal expressions has the canonical form zero."""
    left, right = TRUE[name]
    assert equal(left, right)
    assert canonical(left) == canonical(right)


@pytest.mark.parametrize("name", FALSE)
def test_false_identities(name):
    """Expressions that differ at some spectrum are never called equal."""
    assert not equal(*FALSE[name])


def test_canonical_form_is_a_fixed_point():
    """Bringing a canonical form into canonical form changes nothing."""
    for left, _ in TRUE.values():
        once = canonical(left)
        assert canonical(once) == once
