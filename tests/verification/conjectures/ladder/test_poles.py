"""A claim that is infinite or undefined somewhere in its domain is refuted there, on every rung."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sympy import Integer

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import make_domain
from ridgeproof.theory.domains.entries import IntegerRange
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.ladder.case import Case
from ridgeproof.verification.conjectures.ladder.on_trial import pilot, put
from ridgeproof.verification.conjectures.settings.subject import SettingSubject
from ridgeproof.verification.testing.judge import Judge, Refutation

# Where "{}" is 0 each is at a pole or outside the domain of a function.
POLES = [
    "1/({})", "({})^(-1/2)", "({}-1)^(1/3)", "({}-1)^({}-1/2)", "sqrt({}-1)", "log({})",
    "log({}-1)", "zeta({}+1)", "zeta({})", "1/zeta({}-1)", "1/log({}+1)", "1/(exp({})-1)",
    "1/min({}, 0)",
]  # fmt: skip
AROUND = ["{}", "min(1, {})", "max({}, 1)", "sqrt(4 + {})", "1/(2 + {})"]
# What decides a claim about the variance: proof, theorems at points, theorems at no point.
RUNGS = {
    "one d": "d = 5\nlam = 0",
    "symbolic": "d = { integers = [5, 6] }\nlam = 0",
    "precision": 'd = { integers = [5, 6] }\nlam = [0, 1]\nspectrum = ["isotropic", "ar1:1/2"]',
    "simulation": 'd = { integers = [5, 6] }\nlam = [1, 2]\nfeatures = "student:5"',
}


def claim(relation, formula, rung):
    """A conjecture on the variance, in a domain that d = 5 belongs to."""
    return read_conjecture(
        f'[conjecture]\nquantity = "variance"\nrelation = "{relation}"\nkind = "exact"\n'
        f'formula = "{formula}"\n[domain]\n{RUNGS[rung]}\nT = "d + 9 .. 4*d"\nn = 0\n'
        "sigma = [0.5, 2]\n"
    )


@pytest.mark.slow
@settings(
    deadline=None,
    database=None,
    derandomize=True,
    max_examples=20,
    phases=[Phase.explicit, Phase.generate],
    report_multiple_bugs=False,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
)
@example("1/({})", "min(1, {})", " + ", "at-most", "one d")
@example("sqrt({}-1)", "{}", " + ", "at-most", "symbolic")
@example("1/({})", "max({}, 1)", " + ", "at-most", "symbolic")
@example("zeta({}+1)", "{}", "*", "equals", "precision")
@example("1/({})", "1 + 0*({})", "*", "equals", "symbolic")
@example("log({})", "1 + ({}) - ({})", "*", "equals", "one d")
@example("{}", "({})/({})", "*", "equals", "precision")
@example("sqrt({}-1)", "1 + 0*({})", "*", "equals", "symbolic")
@example("({}-1)^({}-1/2)", "1 + 0*({})", "*", "equals", "precision")
@given(
    st.sampled_from(POLES),
    st.sampled_from(AROUND),
    st.sampled_from([" + ", "*"]),
    st.sampled_from(["equals", "at-most", "at-least"]),
    st.sampled_from(sorted(RUNGS)),
)
def test_a_pole_in_the_domain_refutes(pole, around, joined, relation, rung):
    """Every function at its poles and outside its domain, alone and inside others: no traceback."""
    piece = around.replace("{}", pole.replace("{}", "d - 5"))
    verdict = check(claim(relation, f"sigma^2*d/(T - d - 1){joined}({piece})", rung), budget=4000)
    assert verdict.verdict.value == "refuted"
    assert verdict.counterexample.claimed == "undefined"
    assert verdict.counterexample.setting.d == 5


def test_a_pole_between_the_drawn_points_is_looked_for():
    """At T = 3 d, to which no margin of the claim leads: the piece itself does."""
    stated = claim("equals", "sigma^2*d/(T - d - 1)*((T - 3*d)/(T - 3*d))", "symbolic")
    wide = dict(stated.domain.items) | {
        "d": IntegerRange(Integer(5), Integer(40)), "T": IntegerRange(2 * sy.d, 4 * sy.d)
    }  # fmt: skip
    assert check(replace(stated, domain=make_domain(**wide))).counterexample.claimed == "undefined"


@pytest.mark.parametrize(
    "term", ["n*sigma^2/(T - d - 9)", "n/(T - d - 9)*sigma^2", "(1 + 1/(T - d - 9))*n"]
)
def test_what_a_noise_of_zero_multiplies_needs_no_value(term):
    """n = 0 there: the term is absent, whatever it divides by, and however it is written."""
    verdict = check(claim("equals", f"sigma^2*d/(T - d - 1) + {term}", "symbolic"))
    assert verdict.verdict.value == "proved"


def test_a_pole_that_only_the_search_for_points_meets_refutes():
    """The pilot calls it the tightest point of all, and the trial there needs no repetition."""
    subject = SettingSubject(claim("equals", "sigma^2*zeta(d - 4)", "simulation"))
    setting = make_setting(d=5, T=15, sigma=1, lam=1, features="student:5")
    assert pilot(subject, Case(setting), 0) == 0
    judge = Judge("claim", alpha=0.001)
    with pytest.raises(Refutation, match="undefined"):
        put(subject, Case(setting), judge, "conditional")
    assert judge.repetitions == 0


def test_an_exponent_that_the_spectrum_leaves_undefined_is_bad_input():
    """sqrt(beta - 2) is imaginary at beta = 1."""
    text = (
        '[conjecture]\nquantity = "test_error"\nrelation = "scales-as"\nkind = "limit"\n'
        'formula = "T^(-sqrt(beta - 2))"\n[domain]\nd = 50\nT = { integers = [100, 10000] }\n'
        'n = 0\nsigma = 1\nlam = 0.1\nspectrum = "power-law:1"\n'
    )
    with pytest.raises(InputError, match="not a finite real number at beta = 1"):
        check(read_conjecture(text))
