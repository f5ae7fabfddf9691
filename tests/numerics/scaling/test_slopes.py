"""Exponents against slopes of the solver's values at T = 10^12: asymptotics are not asked."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import pytest

from ridgeproof.numerics.scaling.process_exponents import ProcessExponents
from ridgeproof.numerics.scaling.slopes import measured_slopes, process_exponents
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.scaling import sums
from ridgeproof.theory.scaling.exponents import scaling_laws
from ridgeproof.theory.scaling.leading import PowerLaws
from ridgeproof.theory.scaling.scale import read_scale

BAND = 0.01
LAWS = PowerLaws(Fraction(3, 2), Fraction(2, 5))
SMOOTH = PowerLaws(Fraction(3, 2), Fraction(7, 5))
TEACHER = "A = rows(T)\ny = A@w0 + sigma*noise(A)\nm = ridge(y, lam)\n"
CLEAN = "B = rows(T)\nf = ridge(B@w0 + sigma*noise(B), lam)\n"
CHAIN = """
A = rows(T0)
w = least_squares(A@w0 + sigma*noise(A))
B = rows(T)
f = ridge(B@w + sigma*noise(B), lam)
"""
WEAK = """
A = rows(T0)
F = features(width)
m = ridge(A@w0 + sigma*noise(A), lam0, features=F)
B = rows(T)
f = ridge(B@m, lam)
"""
GROWING = "T0 = T^(3/5), width = T^(2/5), lam0 = T^-1, lam = T^-(1/2)"
PROCESSES = {
    "ridge chain": (CHAIN, "T0 = T^(3/5), d = T^(3/5)/2, lam = T^-ell", LAWS),
    "plateau": (CHAIN, "T0 = T^(3/10), d = T^(3/10)/2, lam = T^-(15/22)", LAWS),
    "undersampled": (CHAIN, "T0 = T^(5/4), d = T^(5/4)/2, lam = T^-ell", LAWS),
    "finite dimension": (CLEAN, "d = T^(3/10)/2, lam = T^-ell", LAWS),
    "self-distillation": (f"{TEACHER}f = ridge(A@m, lam)\n", "lam = T^-ell", SMOOTH),
    "interpolation": (f"{TEACHER}f = ridge(A@m, lam)\n", "lam = T^-2", LAWS),
    "weak to strong": (WEAK, GROWING, LAWS),
}


def both(name):
    """The exponents derived, and the slopes measured."""
    steps, scale, spectrum = PROCESSES[name]
    process = make_process({"process": {"steps": steps}, "ask": {"E": "risk(f)"}})
    grown, one = read_scale(scale), {"sigma": Fraction(1)}
    law = scaling_laws(process, grown, spectrum, one)["E"]
    return law, measured_slopes(process, "E", grown, spectrum, one)


@pytest.mark.parametrize("name", PROCESSES)
def test_exponents_are_slopes(name):
    """Rate, and where it is free the best ell, within 0.01."""
    law, measured = both(name)
    assert abs(float(law.rate) - measured.rate) < BAND
    if law.ell is not None:
        assert abs(float(law.ell) - measured.ell) < BAND


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("self-distillation", slice(1, None)),  # no first directions: r does not saturate at 1
        ("ridge chain", slice(1)),  # no pole where s turns to kappa
    ],
)
def test_wrong_rules_for_a_sum_are_caught(name, kept, monkeypatch):
    """They are off, or give the ask a negative factor and are refused."""
    points = sums._points
    monkeypatch.setattr(sums, "_points", lambda *given: points(*given)[kept] or points(*given))
    try:
        law, measured = both(name)
        off = abs(float(law.rate) - measured.rate)
    except InputError:
        off = math.inf
    assert off > 5 * BAND


def test_what_is_open_has_no_slope():
    """beta is needed."""
    steps, scale, _ = PROCESSES["interpolation"]
    process = make_process({"process": {"steps": steps}, "ask": {"E": "risk(f)"}})
    with pytest.raises(InputError, match="beta"):
        measured_slopes(process, "E", read_scale(scale), PowerLaws(None, LAWS.r), {})


def test_where_leading_terms_cancel_the_slope_is_measured():
    """The training error of an interpolating fit is (lam/kappa)^2: 2 (beta - ell)."""
    asks = {"train": "mean_square(y - A@m)"}
    # A d that does not grow is for other questions.
    process = make_process({"process": {"steps": TEACHER, "parameters": {"d": 60}}, "ask": asks})
    space = {"beta": LAWS.beta, "r": LAWS.r, "sigma": 1}
    found = process_exponents(process, "lam = T^-2", **space)["train"]
    assert found.measured
    assert abs(found.rate + 1) < BAND
    assert process_exponents(process, "lam = T^-ell", **space)["train"].rate is None


def test_a_slope_of_nothing_is_shown_as_zero():
    """Within the accuracy of slopes: no T^(-0.0000) nor T^(-0.0004)."""
    asks = {"train": "mean_square(y - A@m)"}
    process = make_process({"process": {"steps": TEACHER}, "ask": asks})
    found = process_exponents(process, "lam = T^-2", beta="3/2", r="2/5", sigma=1)["train"]
    shown = ProcessExponents({"train": replace(found, rate=-4e-4)}, "", {})
    assert shown.rows()[0] == ("train", "T^(0)")
    assert shown.data()["asks"]["train"]["rate"] == "0"
