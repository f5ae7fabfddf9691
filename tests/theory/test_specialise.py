"""Specialisations: numbers, ridgeless, isotropic, infinite data, and what is refused."""

from __future__ import annotations

import pytest
from sympy import Rational, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.specialise import isotropic, ridgeless, specialise
from ridgeproof.theory.spectral import SpectralSum

T1, T2 = find("T1").expression(), find("T2").expression()
U = sy.s / (sy.s + sy.kappa)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (SpectralSum(U), sy.d / (1 + sy.kappa)),
        (SpectralSum(U**2), sy.d / (1 + sy.kappa) ** 2),
        (sy.df1, sy.d / (1 + sy.kappa)),
        (sy.gamma, sy.d / (sy.T * (1 + sy.kappa) ** 2)),
        (SpectralSum(sy.s * sy.w0**2), sy.b),
        (SpectralSum(sy.s * sy.a), sy.alpha),
        (SpectralSum(sy.s * sy.m * sy.w0), sy.mu),
        (SpectralSum(U * sy.w0**2), sy.b / (1 + sy.kappa)),
        (sy.df1_0, sy.d / (1 + sy.kappa0)),
    ],
)
def test_isotropic_sums_are_totals(expression, expected):
    """Sigma = I: d times the summand, with the totals b, alpha and mu."""
    assert simplify(isotropic(expression) - expected) == 0


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (sy.gamma / (1 - sy.gamma), sy.d / (sy.T - sy.d)),
        (sy.df1 + sy.df2, 2 * sy.d),
        (SpectralSum(sy.kappa * sy.w0**2 / (sy.s + sy.kappa)), 0),
        (SpectralSum(U * sy.w0**2), SpectralSum(sy.w0**2)),
        (sy.lam + sy.kappa + sy.phi, sy.d / sy.T),
    ],
)
def test_ridgeless_is_kappa_zero(expression, expected):
    """lam = 0, T > d: kappa = 0 and every degree of freedom is used."""
    assert simplify(ridgeless(expression) - expected) == 0


def test_numbers_go_in_one_after_the_other():
    """n=3 and T=20 in T1; decimals are exact."""
    special = specialise(T1, ["n=3", "T=20", "d=5", "T0=16", "sigma=0.1", "sigma0=1/2"])
    assert special == Rational(1, 100) * Rational(5, 14) + 3 * Rational(1, 4) * Rational(5, 10)


def test_spectrum_can_be_isotropic():
    """The clean isotropic ridge error in closed form."""
    special = specialise(T2, ["n=0", "spectrum=isotropic"])
    k, gamma = sy.kappa, sy.d / (sy.T * (1 + sy.kappa) ** 2)
    expected = k**2 * sy.b / (1 + k) ** 2 / (1 - gamma) + sy.sigma**2 * gamma / (1 - gamma)
    assert simplify(special - expected) == 0


def test_infinite_generators():
    """T0 = inf takes the synthetic term away and leaves the clean error."""
    clean = find("T2").expressions
    assert equal(specialise(T2, ["T0=inf"]), clean["bias"] + clean["variance"])


@pytest.mark.parametrize(
    ("setting", "name", "condition"),
    [
        ("n", "--set", "not NAME=VALUE"),
        ("n=", "--set", "not NAME=VALUE"),
        ("=3", "--set", "not a symbol"),
        ("colour=3", "--set", "not a symbol"),
        ("gamma=0", "--set", "not a symbol"),
        ("n=x", "--set n", "not a finite number"),
        ("n=nan", "--set n", "not a finite number"),
        ("n=inf", "--set", "cannot be infinite"),
        ("d=oo", "--set", "cannot be infinite"),
        ("n=-1", "--set n", "at least 0"),
        ("n=1/2", "--set n", "whole"),
        ("T=0", "--set T", "at least 1"),
        ("d=2.5", "--set d", "whole"),
        ("sigma=-1", "--set sigma", "at least 0"),
        ("lam=-1", "--set lam", "at least 0"),
        ("spectrum=power-law:2", "--set spectrum", "cannot be set"),
        ("n=__import__('os')", "--set n", "not a finite number"),
        ("sigma=9**9**9", "--set sigma", "not a finite number"),
        ("sigma=1e999999999", "--set sigma", "exponent"),
    ],
)
def test_bad_settings_are_refused(setting, name, condition):
    """Name, value, condition and remedy; no text is evaluated."""
    with pytest.raises(InputError, match=condition) as caught:
        specialise(T1, [setting])
    assert caught.value.name == name
    assert caught.value.remedy


def test_a_pole_is_no_result():
    """d = 3, T0 = 4 divides by T0 - d - 1 = 0: an error, not an infinite number."""
    with pytest.raises(InputError, match="infinite or undefined"):
        specialise(T1, ["d=3", "T0=4"])
