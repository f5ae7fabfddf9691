"""Scaling laws from the process alone: saturation, and what is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sympy import Rational, Symbol, log

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.scaling.exponents import laws_of, scaling_laws
from ridgeproof.theory.scaling.leading import Leading, PowerLaws
from ridgeproof.theory.scaling.order import Cancelled, Place, Space
from ridgeproof.theory.scaling.scale import read_scale
from ridgeproof.theory.theorems.clean_scaling import EXPRESSIONS

OPEN = PowerLaws(None, None)
FAKE = """
A = rows(T0)
w = least_squares(A@w0 + sigma0*noise(A))
B = rows(T)
m = ridge(B@w + sigma*noise(B), lam)
"""
CLEAN = """
B = rows(T)
m = ridge(B@w0 + sigma*noise(B), lam)
"""
ONE = Fraction(1)


def laws(steps, scale, spectrum=OPEN, asks=None, **values):
    """The laws of a process written in lines."""
    process = make_process({"process": {"steps": steps}, "ask": asks or {"E": "risk(m)"}})
    return scaling_laws(process, read_scale(scale), spectrum, values)


def test_twice_the_ridge_saturates_later():
    """Twice the teacher less its student, iterated ridge, uses smoothness up to r = 2."""
    steps = CLEAN + "u = 2*m - ridge(B@m, lam)\n"
    beta, r = Rational(3, 2), Symbol("r")
    spectrum = PowerLaws(Fraction(3, 2), None)
    law = laws(steps, "lam = T^-ell", spectrum, asks={"E": "risk(u)"}, sigma=ONE)["E"]
    for smooth in (Rational(1, 2), Rational(3, 2), Rational(3)):
        used = min(smooth, Rational(2))
        rate = -2 * beta * used / (2 * beta * used + 1)
        assert law.rate.subs(r, smooth) == rate


def test_exponents_far_apart():
    """A hundred is as two; beyond what branches are told by, there is no answer."""
    spectrum = PowerLaws(Fraction(2), ONE)
    given = {"sigma": ONE, "sigma0": ONE}
    rates = [
        laws(FAKE, f"T0 = T^{c}, d = T^{c}/2, lam = T^-ell", spectrum, **given)["E"]
        for c in (2, 100, 10**6)
    ]
    assert rates[0] == rates[1]
    assert isinstance(rates[2], NotBuilt)


def test_logarithms():
    """At r = 1 the bias of ridge has a factor log T, and at the best ell it has it too."""
    found = laws(CLEAN, "lam = T^(-1/2)", PowerLaws(Fraction(2), ONE), sigma=Fraction(0))["E"]
    assert (found.rate, found.logs) == (-1, 1)


def test_where_leading_terms_cancel_there_is_no_law():
    """The training error of an interpolating fit is zero but for its penalty."""
    steps = "B = rows(T)\ny = B@w0 + sigma*noise(B)\nm = ridge(y, lam)\n"
    asks = {"train": "mean_square(y - B@m)", "risk": "risk(m)"}
    spectrum = PowerLaws(Fraction(3, 2), Fraction(2, 5))
    found = laws(steps, "lam = T^-2", spectrum, asks=asks, sigma=ONE)
    assert isinstance(found["train"], Cancelled)
    assert found["risk"].rate == 0


@pytest.mark.parametrize(
    ("scale", "values", "name"),
    [
        ("lam = T^-ell, T1 = T^c", {"sigma": ONE}, "--scale"),  # no parameter
        ("lam = 1/log(T)", {"sigma": ONE}, "--scale"),
        ("lam = T^(ell^2)", {"sigma": ONE}, "--scale"),
        ("lam = T + 1", {"sigma": ONE}, "--scale"),
        ("lam", {"sigma": ONE}, "--scale"),
        ("lam = T^-ell, lam = T", {"sigma": ONE}, "--scale"),
        ("lam = T^-ell, sigma = T0", {}, "--scale"),  # two sizes
        ("lam = T^-ell", {}, "parameters"),  # sigma is missing
        ("lam = T^-beta", {"sigma": ONE}, "--scale"),
    ],
)
def test_what_is_no_scale_is_refused(scale, values, name):
    """An InputError that names what is wrong."""
    with pytest.raises(InputError) as refused:
        laws(CLEAN, scale, **values)
    assert refused.value.name == name


def test_asks_that_are_not_positive_are_refused():
    """A negative inner product has no exponent."""
    with pytest.raises(InputError, match="negative for large sizes"):
        laws(CLEAN, "lam = T^-ell", asks={"E": "inner(m, 0*w0 - w0)"}, sigma=ONE)


def test_what_is_no_power_law_is_refused():
    """A flat spectrum, a spectrum without a trace, and a signal without a source."""

    def read(**parameters):
        table = {"steps": CLEAN, "parameters": parameters}
        return make_process({"process": table, "ask": {"E": "risk(m)"}})

    assert laws_of(read()) == OPEN
    assert laws_of(read(spectrum="isotropic"), beta=2, r="open") == PowerLaws(Fraction(2), None)
    for given in ({"spectrum": "isotropic"}, {"spectrum": "power-law:1"}, {"signal": "flat"}):
        with pytest.raises(InputError):
            laws_of(read(**given))


def test_minimum_norm_generators_on_an_infinite_spectrum():
    """Least squares with d = infinity interpolates: the variance of the labels does not vanish."""
    spectrum = PowerLaws(Fraction(3, 2), Fraction(2, 5))
    asks = {"w": "risk(w)"}
    found = laws(FAKE, "T0 = T^c, lam = T^-ell", spectrum, asks=asks, sigma=ONE, sigma0=ONE)
    assert found["w"].rate == 0


@pytest.mark.parametrize(
    ("r", "sigma", "ell", "name"),
    [
        ("2/5", 0, "1/2", "ridge_bias"),
        (1, 0, "1/2", "ridge_bias"),  # a logarithm
        ("3/2", 0, "1/2", "ridge_bias"),
        (2, 1, "3/4", "ridge_variance"),
        ("2/5", 0, 3, "ridgeless_bias"),
        (2, 1, 3, "ridgeless_variance"),
    ],
)
def test_the_constants_of_n8(r, sigma, ell, name):
    """The leading factor of the risk of a ridge on clean data, without and with label noise."""
    beta, r = Fraction(2), Fraction(r)
    process = make_process({"process": {"steps": CLEAN}, "ask": {"E": "risk(m)"}})
    scale = read_scale(f"lam = T^-({ell})")
    given = {"sigma": Fraction(sigma)}
    leading = Leading(derive_process(process, **given), given, scale, PowerLaws(beta, r))
    order = leading.at(Place(Space([]), {})).ask("E")
    T = Rational(10) ** 40  # only powers of T and log T are compared
    values = {sy.beta: Rational(2), sy.r: Rational(str(r)), sy.T: T, sy.sigma: sigma}
    kappa = EXPRESSIONS["ridgeless_kappa"].subs(values) if "less" in name else T ** -Rational(ell)
    claimed = EXPRESSIONS[name].subs({**values, sy.kappa: kappa, sy.lam: kappa}).evalf(20)
    exponent = Rational(str(order.exponent.as_expr()))
    ours = order.factor * T**exponent * log(T) ** order.logs
    assert abs(ours / claimed - 1) < (0.05 if order.logs else 1e-12)
