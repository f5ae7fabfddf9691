"""A formula claimed as a limit: its symbolic limit, whatever its sizes say, on every rung alike."""

from __future__ import annotations

import random

import mpmath
import pytest
from sympy import lambdify, oo

from ridgeproof import make_setting
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import RidgeproofError
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.ladder.case import Case
from ridgeproof.verification.conjectures.parser import parse_formula
from ridgeproof.verification.conjectures.settings.claimed import claimed_limit, limits_in_words
from ridgeproof.verification.conjectures.settings.subject import SettingSubject
from ridgeproof.verification.testing.verdict import Outcome

V = "sigma^2*phi/(1-phi)"
VARIANCE = """d = { integers = [5, 6] }
T = "2*d .. 4*d"
n = 0
sigma = 1
lam = 0
"""
SYNTHETIC = """d = { integers = [5, 40] }
T = "2*d"
T0 = "2*d .. 4*d"
n = { integers = [1, 3] }
sigma0 = [0.1, 2]
lam = 0
lam0 = 0
chain = "weighted:0"
"""


def claim(formula, relation="equals", quantity="variance", domain=VARIANCE):
    """A claim about a limit; V stands for the limit of the variance of least squares."""
    head = {"quantity": quantity, "relation": relation, "kind": "limit", "formula": formula}
    stated = "\n".join(f'{key} = "{text.replace("V", V)}"' for key, text in head.items())
    return read_conjecture(f"[conjecture]\n{stated}\n[domain]\n{domain}")


TRUE = [
    ("at-least", "V*(1+1/sqrt(d))"),
    ("at-least", "V*(1+1/d^(3/5))"),
    ("at-least", "100*sigma^2/log(d)"),
    ("at-most", "V*(1-1/sqrt(d))"),
    ("at-most", "V*(1-1/d^(1/3))"),
    ("at-most", "V*log(d)/200"),
    ("equals", "V*log(d)/log(T)"),
    ("equals", "V*log(2*T)/log(T)"),
    ("equals", "V*(1+1/d)^d/exp(1)"),
    ("equals", "V*d*log(1+1/d)"),
]
FALSE = [
    ("at-least", "V*log(d)/200"),
    ("at-least", "V*log(T)/150"),
    ("at-most", "V*200/log(d)"),
    ("at-most", "V-sqrt(d)/10^20"),
    ("equals", "V*(1+log(d)/10^45)"),
    ("equals", "V*(1+d^(1/64)/10^45)"),
    ("equals", "V*log(d)/log(T^2)"),
    ("equals", "V*(1+1/10^39)"),
    ("equals", "V*(1+1/10^60)"),
    ("at-most", "V*(1-1/10^45)"),
    ("equals", "V*(1+1/d)^T/exp(1)"),
    # The leading terms of both sides vanish at T = 2 d, of which no proof may lose sight.
    ("equals", "V*(T-2*d+1)/(T-2*d+2)"),
]


@pytest.mark.parametrize(
    ("relation", "formula", "holds"),
    [(*each, True) for each in TRUE] + [(*each, False) for each in FALSE],
)
def test_a_limit_is_judged_by_what_the_formula_tends_to(relation, formula, holds):
    """At d = 5 and d = 10^60 most of these say the opposite."""
    verdict = check(claim(formula, relation))
    assert verdict.verdict in ({Outcome.PROVED, Outcome.IDENTICAL} if holds else {Outcome.REFUTED})
    (limit, *_) = (rung for rung in verdict.evidence["rungs"] if rung["rung"] == "limit")
    assert limit["finding"].startswith("the formula tends to ")
    if not holds:
        assert verdict.counterexample.claimed != verdict.counterexample.observed


@pytest.mark.parametrize(
    ("formula", "quantity", "domain"),
    [
        ("sigma^2*gamma/(1-gamma)*(1+1/sqrt(T))", "test_error", VARIANCE),
        ("n*sigma0^2*d/(T0-d-sqrt(d))", "synthetic", SYNTHETIC),
        ("sigma^2*phi/b + 1/sqrt(T)", "optimal_lam", VARIANCE.replace("lam = 0\n", "")),
    ],
)
def test_a_limit_is_taken_of_every_quantity(formula, quantity, domain):
    """With and without the fixed point, a chain, and for the optimal penalty."""
    verdict = check(claim(formula, quantity=quantity, domain=domain))
    assert verdict.verdict in {Outcome.PROVED, Outcome.IDENTICAL}


@pytest.mark.parametrize(
    "piece",
    [
        "1+1/(d*(T-2*d))", "1+zeta(T/d-1)/d", "max(1, 1/(T-2*d)-10)", "1+0/(T-2*d)",
        "1/(1/(T-2*d))/(T-2*d)", "1+log(d-T)-log(d-T)", "1+(d-T)^(1/3)/d",
    ],
)  # fmt: skip
def test_what_vanishes_in_the_limit_must_still_be_defined(piece):
    """At T = 2 d each has no value at any size, although its limit is 1 elsewhere or by algebra."""
    verdict = check(claim(f"V*({piece})"))
    assert verdict.verdict is Outcome.REFUTED
    assert verdict.counterexample.claimed == "undefined"


@pytest.mark.parametrize(
    ("piece", "outcome"),
    [
        ("1+1/(d*(T-d-1))", Outcome.PROVED),
        ("1+1/(d*(T-2*d+1))", Outcome.IDENTICAL),
        # Zero by the definition of kappa, which no digits show.
        ("1+1/(d*(T*lam-kappa*(T-df1)))", Outcome.UNDECIDED),
    ],
)
def test_what_is_defined_at_large_sizes_is_no_obstacle(piece, outcome):
    """Proved on the domain, seen at the points, or not known."""
    domain = VARIANCE.replace("lam = 0", "lam = [0.5, 1]") if "lam" in piece else VARIANCE
    assert check(claim(f"sigma^2*gamma/(1-gamma)*({piece})", domain=domain)).verdict is outcome


def test_a_limit_that_is_not_known_leaves_a_claim_undecided():
    """Neither bad input nor a verdict: the reason is in the evidence, and is what is missing."""
    verdict = check(claim("V*(1+1/log(log(d)))"))
    assert verdict.verdict is Outcome.UNDECIDED
    assert "logarithm of a logarithm" in verdict.evidence["missing"][0]
    case = Case(make_setting(d=5, T=13, sigma=1))
    finding = SettingSubject(claim("V + exp(d)")).examine(case)
    assert finding.margin is None
    assert "faster than every power" in finding.unclear


def test_the_line_on_the_limit_says_what_the_verdict_rests_on():
    """b = 1 is seen where sqrt(d) is rational; elsewhere the limit is not known."""
    text = "V*(1+1/(3+d*(b-1)))"
    settings = [make_setting(d=d, T=3 * d, sigma=1) for d in (5, 16)]
    assert limits_in_words(claim(text), settings) == (
        "the formula tends to 4*phi*sigma^2/(3*(1 - phi)); "
        "elsewhere it is not decided whether d*(b - 1) is zero"
    )


def test_signs_at_a_point_are_exact():
    """log(2 T) = log(5 d) at d = 6, T = 15: logarithms of the same primes, not digits, say so."""
    formula = parse_formula("1/(log(2*T) - log(5*d) + 1/d)/d")
    assert claimed_limit(formula, make_setting(d=6, T=15)) == 1
    assert claimed_limit(formula, make_setting(d=6, T=16)) == 0


SHAPES = (
    "({} + {})", "({} - {})", "{}*{}", "({})/({})", "({})^2 - {}", "sqrt(({})^2 + {}) - {}",
    "({})^(1/3) - {}", "min({}, {})", "max({}, {})", "exp(({})/({}))", "(1 + 1/({}))^({})",
)  # fmt: skip


def formula_of(rng, depth):
    """A formula in sizes, at random; half of the differences cancel in their leading terms."""
    if depth == 0 or rng.random() < 0.2:
        return rng.choice(["d", "T", "T0", "phi", "1", "2"])
    parts = [formula_of(rng, depth - 1) for _ in range(3)]
    return rng.choice(SHAPES).format(*parts[:2], parts[0])


def test_limits_are_those_of_numbers():
    """Random formulas at sizes 10^120 times as large, to 600 digits: fast enough without logs."""
    rng = random.Random(1)
    compared = 0
    while compared < 40:
        text = formula_of(rng, 3)
        d = rng.choice([3, 4, 6])
        sizes = {"d": d, "T": rng.choice([d, d + 1, 2 * d]), "T0": rng.choice([2 * d, 9])}
        try:
            formula = parse_formula(text)
            limit = claimed_limit(formula, make_setting(**sizes, n=1))
        except RidgeproofError:
            continue
        with mpmath.workdps(600):
            try:
                near, far = (value_at(each, sizes, 10**120) for each in (formula, limit))
            except (ZeroDivisionError, OverflowError):
                continue
        if limit in (oo, -oo):
            assert near * int(limit == oo or -1) > 1e5, text
        elif not isinstance(near, mpmath.mpc):
            assert abs(near - far) <= 1e-5 * max(1, abs(far)), text
            compared += 1


def value_at(expression, sizes, growth):
    """An expression at sizes so many times as large, by mpmath."""
    numbers = {sy.NAMED[name]: mpmath.mpf(size * growth) for name, size in sizes.items()}
    numbers[sy.phi] = numbers[sy.d] / numbers[sy.T]
    return lambdify(list(numbers), expression, "mpmath")(*numbers.values())
