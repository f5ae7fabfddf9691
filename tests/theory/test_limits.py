"""The proportional limit: what survives, what tends to what, and what it refuses to guess."""

from __future__ import annotations

import pytest
from sympy import (
    Max,
    Min,
    Piecewise,
    Rational,
    exp,
    expand_log,
    log,
    oo,
    simplify,
    sqrt,
    zeta,
)
from sympy import sign as sign_of

from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.limits import limit_value, proportional_limit
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


def sign_at(place):
    """The sign of an expression at one place, by SymPy; log 30 = log 2 + log 3 + log 5."""

    def sign(expression):
        value = expand_log(expression.subs(place), force=True, factor=True)
        return int(sign_of(value))

    return sign


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
        (Piecewise((d, shared), (d / T, True)), "grow differently"),
        (2**T, "faster than every power"),
        (log(log(T)), "logarithm of a logarithm"),
        (exp(sqrt(log(T))), "power of a logarithm"),
        ((1 - T / d) ** T, "growing power of what is not positive"),
        (zeta(1 + 1 / d), "zeta of what is not above 1"),
    ],
)
def test_what_is_no_series_is_refused(expression, complaint):
    """Unequal branches and what grows on another scale are errors, never guesses."""
    with pytest.raises(UndecidedLimit, match=complaint):
        limit_value(expression, sign_at({d: 6, T: 15, shared: True}))
    with pytest.raises(UndecidedLimit):
        proportional_limit(expression + d - d * (1 + 1 / T))


def test_a_theorem_whose_leading_terms_cancel_is_refused():
    """As a claim (T+1)^2/T - T tends to 2; as a term of a theorem it is of another order."""
    with pytest.raises(UndecidedLimit, match="leading terms"):
        proportional_limit((T + 1) ** 2 / T - T)


def test_too_much_cancellation_is_refused():
    """1/log(T) is a series without end: what it hides is not guessed."""
    hidden = T * (log(d + 1) / log(T) - log(d) / log(T)) * log(T)
    with pytest.raises(UndecidedLimit, match="leading terms"):
        limit_value(hidden, sign_at({d: 6, T: 15}))


@pytest.mark.parametrize("expression", [sqrt(d - T), log(T - 2 * d + 9), 1 / (T - T)])
def test_what_is_undefined_at_all_large_sizes_is_an_error(expression):
    """Roots and logarithms of negative numbers at d = 10, T = 15, whatever they are elsewhere."""
    with pytest.raises(SolverError):
        limit_value(expression, sign_at({d: 10, T: 15}))


# What each tends to at d = 6, T = 15, T0 = 20, n = 2, derived by hand.
LIMITS = {
    # ratios, powers and roots; leading terms that cancel
    (T + 1) ** 2 / T - T: 2,
    sqrt(T**2 + T) - T: Rational(1, 2),
    sqrt(T**2 + d) - T: Rational(1, 5),
    T**2 * (sqrt(1 + 1 / T) - 1 - 1 / (2 * T)): -Rational(1, 8),
    ((d + 1) ** Rational(1, 3) - d ** Rational(1, 3)) * d ** Rational(2, 3): Rational(1, 3),
    (T - d - 1) * (T - d + 1) - (T - d) ** 2: -1,
    (T**3 + 1) / (T**2 + T + 1) - T: -1,
    d ** Rational(1, 64) / 10**45: oo,
    (d - T) * sqrt(T): -oo,
    d**n / (T0 + 1) ** n: Rational(9, 100),
    (d + 1) ** (n - 3) * d: 1,
    d ** (n + 1) / T**2: oo,
    # 2 T = 5 d here, and nowhere near
    1 / (2 * T - 5 * d + 1): 1,
    (2 * T - 5 * d + 1) / (2 * T - 5 * d + 2): Rational(1, 2),
    sqrt(2 * T - 5 * d + 4): 2,
    1 / (log(2 * T) - log(5 * d) + 1 / d) / d: 1,
    # logarithms
    log(d) / log(T): 1,
    log(sqrt(d) + 1) / log(T): Rational(1, 2),
    log(T) * (log(d) / log(T) - 1): log(Rational(2, 5)),
    log(d) * ((log(d) + 1) / (log(d) - 1) - 1): 2,
    (d * log(d) - d) / (T * log(T)): Rational(2, 5),
    10**40 / log(d): 0,
    1 + log(d) / 10**45: oo,
    log(d) ** 5 / d ** Rational(1, 64): 0,
    d * log(1 + 1 / T): Rational(2, 5),
    1 / log(1 + 1 / d) - d: Rational(1, 2),
    # growing exponents
    (1 + 1 / d) ** (2 * d): exp(2),
    (1 - 1 / d) ** T: exp(-Rational(5, 2)),
    d ** (1 / d): 1,
    phi ** (T - d) * T**5: 0,
    1 + T * exp(-sqrt(d)): 1,
    d**2 * (exp(1 / d) - 1 - 1 / d): Rational(1, 2),
    # the others
    Max(log(d), sqrt(d)) / sqrt(d): 1,
    Max(1 / d, 1 / T) * d: 1,
    Min(1, 1 + exp(-d)): 1,
    zeta(2 + 1 / d): zeta(2),
    sqrt((d - T) ** 2 + T) / T: Rational(3, 5),
}


@pytest.mark.parametrize(("expression", "expected"), LIMITS.items(), ids=str)
def test_limits_known_by_hand(expression, expected):
    """Decided without a large number, the terms that cancel and the tiny ones included."""
    place = {d: 6, T: 15, T0: 20, n: 2, phi: Rational(2, 5)}
    found = limit_value(expression, sign_at(place))
    assert simplify(expand_log(found.subs(place) - expected, factor=True)) == 0 or found == expected
