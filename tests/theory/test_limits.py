"""The proportional limit by power counting: what survives, and what it refuses to guess."""

from __future__ import annotations

import pytest
from sympy import Piecewise, log, sqrt

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.symbols import (
    T0,
    T,
    b,
    d,
    df1,
    df2,
    eta,
    gamma,
    kappa,
    lam,
    n,
    phi,
    s,
    shared,
    sigma,
    sigma0,
    w0,
)

SIGNAL = SpectralSum(s * w0**2)
COUNT = SpectralSum(s / (s + kappa))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (d / (T - d - 1), d / (T - d)),
        (n * sigma0**2 * d / (T0 - d - 1), n * sigma0**2 * d / (T0 - d)),
        ((df2 + d - 2 * df1) / (T0 - d - 1), (df2 + d - 2 * df1) / (T0 - d)),
        (sigma**2 * gamma / (1 - gamma), sigma**2 * gamma / (1 - gamma)),
        (b + d / T**2, b),
        (eta**n * b + 1 / d, eta**n * b),
        (SIGNAL * T / (T + 1), SIGNAL),
        (COUNT / (T - 1), COUNT / T),
        (COUNT / T + SIGNAL, COUNT / T + SIGNAL),
        (sqrt((T + 1) / (d + 2)), sqrt(T / d)),
        (phi + 1 / T, phi),
        (lam * (d + 1) / (T - 3), lam * d / T),
        (
            Piecewise((d / (T - 1), shared), (d / (T + 1), True)),
            Piecewise((d / T, shared), (d / T, True)),
        ),
    ],
)
def test_leading_terms_survive(expression, expected):
    """Sizes and unweighted sums grow, ratios and weighted sums do not."""
    assert proportional_limit(expression) == expected


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        ((T + 1) ** 2 / T - T, "leading terms"),
        (log(T), "no proportional limit"),
        (Piecewise((d, shared), (d / T, True)), "grow differently"),
        (2**T, "no proportional limit"),
    ],
)
def test_what_needs_more_than_powers_is_refused(expression, complaint):
    """Cancelling leading terms, logarithms and unequal branches are errors, never guesses."""
    with pytest.raises(DerivationError, match=complaint):
        proportional_limit(expression)
