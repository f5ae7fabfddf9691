"""Proofs for all sizes: never of what a dense sample contradicts, and the slips that would."""

from __future__ import annotations

import random
from dataclasses import replace
from fractions import Fraction
from importlib import import_module

import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate_terms
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory.domains.entries import Derived
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.proofs import positivity, ratios
from ridgeproof.verification.proofs.all_sizes import all_sizes, proof_of
from ridgeproof.verification.suite.claim import PROFILES, _proof, judge_for

BOTH = 'd = {integers = [5, 60]}\nT = "d/2 .. 3*d"\nT0 = "d + 2 .. 4*d"\nn = {integers = [0, 6]}'
MANY = 'd = {integers = [5, 60]}\nT = "d + 2 .. 4*d"\nT0 = "2*d .. 4*d"\nn = {integers = [1, 4]}'
NOISES = "sigma = [0.1, 2]\nsigma0 = [0.1, 2]"
PENALTIES = ("lam = [0.05, 1]", "lam = [0.5, 20]", 'lam = "sigma^2*d/T"', "lam = 1")
# What each quantity may be compared with: bounds up to a factor.
BOUNDS = {
    "variance": ("sigma^2*phi/(1-phi)", "sigma^2*df2/T", "sigma^2*df1/T", "sigma^2*phi/4/lam"),
    "synthetic": ("n*sigma0^2*d/(T0-d)", "n*sigma0^2*df1/(T0-d)", "n*sigma0^2*df2/(T0-d)"),
    "bias": ("b", "kappa^2/(1+kappa)^2", "kappa/(1+kappa)", "lam", "lam/(1+lam)"),
    "test_error": ("1 + sigma^2 + n*sigma0^2*d/(T0-d)", "kappa/(1+kappa)", "sigma^2*df2/T"),
}
MOVES = ("lam", "n", "sigma", "sigma0", "T", "T0")


def claim(quantity, relation, formula, domain):
    """A claim about a limit."""
    head = f'quantity = "{quantity}"\nrelation = "{relation}"\nkind = "limit"'
    return read_conjecture(f'[conjecture]\n{head}\nformula = "{formula}"\n[domain]\n{domain}\n')


def some_claim(rng):
    """A claim within 3 per cent of a simple bound, or one of monotony: true or false."""
    quantity = rng.choice(sorted(BOUNDS))
    domain = f"{rng.choice((BOTH, MANY))}\n{NOISES}\n{rng.choice(PENALTIES)}\n"
    domain += rng.choice(("", 'spectrum = ["isotropic", "power-law:3/2"]\n'))
    if rng.random() < 0.4:
        names = [x for x in MOVES if x != "lam" or "lam = [" in domain]
        return claim(
            quantity, rng.choice(("increases-in", "decreases-in")), rng.choice(names), domain
        )
    factor = 1 + Fraction(rng.choice((-30, -3, 0, 0, 3, 30)), 1000)
    bound = rng.choice(BOUNDS[quantity])
    return claim(quantity, rng.choice(("at-most", "at-least")), f"{factor}*({bound})", domain)


def value(setting, conjecture):
    """The quantity in float64, by the evaluation that the proofs know nothing of."""
    terms = evaluate_terms(setting, Float64())
    return float(terms.get(conjecture.quantity, sum(terms.values())))


class Dense:
    """A chooser that prefers ends."""

    def __init__(self, rng):
        self.rng = rng

    def option(self, name, options):
        """Any."""
        return self.rng.choice(options)

    def whole(self, name, least, most, known):
        """An end, or any."""
        return self.rng.choice((least, most, self.rng.randint(least, most)))

    def real(self, name, least, most):
        """An end, or a sixteenth in between."""
        share = Fraction(self.rng.choice((0, 0, 16, 16, self.rng.randint(0, 16))), 16)
        return least + share * (most - least)


def worst(conjecture, rng, count=25):
    """The least margin, relatively, by which a claim holds at so many settings of its domain."""
    least = 1.0
    sign = -1 if conjecture.relation in {"at-most", "decreases-in"} else 1
    for _ in range(count):
        setting = conjecture.domain.setting(Dense(rng))
        if not isinstance(setting, Setting):
            continue
        found = value(setting, conjecture)
        if conjecture.variable is None:
            point = make_point(setting, Float64())
            try:
                other = float(evaluate_expression(conjecture.formula, point))
            except SolverError:
                return -1.0  # undefined there, hence false
        else:
            name = str(conjecture.variable)
            here = getattr(setting, name)
            step = 1 if name in {"n", "T", "T0"} else here / 50
            moved = setting.with_(**{name: here + step})
            if isinstance(conjecture.domain["lam"], Derived):
                moved = moved.with_(lam=moved.sigma**2 * moved.d / moved.T)
            if moved not in conjecture.domain:
                continue
            found, other = value(moved, conjecture), found
        least = min(least, sign * (found - other) / max(abs(found), abs(other), 1e-300))
    return least


def proved_and_false(seeds):
    """How many random claims are proved, and how many fail on a sample: none does both."""
    proved = false = 0
    for seed in seeds:
        rng = random.Random(seed)
        conjecture = some_claim(rng)
        margin, proof = worst(conjecture, rng), all_sizes(conjecture)
        assert proof is None or margin > -1e-9, (conjecture.statement, conjecture.domain, margin)
        proved, false = proved + (proof is not None), false + (margin < -1e-9)
    return proved, false


def test_nothing_that_a_sample_contradicts_is_proved():
    """Random claims near simple bounds, and of monotony."""
    proved, false = proved_and_false(range(5, 8))
    assert proved
    assert false


@pytest.mark.slow
def test_none_of_many_claims_is_proved_wrongly():
    """The same at length."""
    proved, false = proved_and_false(range(8, 60))
    assert proved >= 12
    assert false >= 12


def first_cell(*args, cells=ratios._cells, **options):
    """Only where rows are no fewer than dimensions."""
    yield next(cells(*args, **options))


def frozen(conjecture, reduced, slope=ratios._slope):
    """kappa does not move."""
    return slope(conjecture, replace(reduced, implicit={}))


def turned(conjecture, reduced, goal=ratios._goal):
    """The other sign."""
    return -goal(conjecture, reduced)


def lam_alone(v, ratio):
    """kappa = lam."""
    return (1 - v) / v


def unsigned(polynomial, images, shown=positivity._on_orthant):
    """Negative coefficients pass."""
    return shown(polynomial, images)[0], 1


@pytest.mark.parametrize("piece", ["sigma/sigma", "n/n", "kappa/kappa", "lam/lam", "1/(T-2*d)"])
def test_zero_over_zero_is_not_proved(piece):
    """What a noise of zero multiplies is absent; what it divides is undefined."""
    domain = 'd = {integers = [5, 9]}\nT = "2*d"\nn = 0\nsigma = 0\nlam = 0'
    assert proof_of(claim("bias", "at-most", "b + sigma/(T-2*d+1)", domain)) is not None
    assert proof_of(claim("bias", "at-most", f"b + 1 + 0*({piece})", domain)) is None


FEW = f"{BOTH}\nlam = [0.05, 1]\nsigma = 1\nsigma0 = 1"
RIDGE = f"{MANY}\nlam = 1\nsigma = 1\nsigma0 = 1"


@pytest.mark.parametrize(
    ("quantity", "relation", "formula", "domain", "patches"),
    [
        # 1 - phi v^2 >= 1 - v^2 where phi <= 1, and not beyond.
        ("bias", "at-most", "kappa/(2+kappa)", FEW, {"_cells": first_cell}),
        ("bias", "decreases-in", "lam", FEW, {"_slope": frozen}),
        ("variance", "at-least", "sigma^2*df2/T + 0/(lam-1/2)", FEW, {"_conditions": lambda _: []}),
        ("variance", "at-least", "sigma^2*phi/(1-phi)", RIDGE, {"_goal": turned}),
        ("variance", "at-least", "sigma^2*phi/((1+lam)^2-phi)", RIDGE, {"_penalty": lam_alone}),
        ("variance", "at-most", "sigma^2*df2/T", FEW, {
            "_is_negative_somewhere": lambda *_: False, "_on_orthant": unsigned,
        }),
    ],
)  # fmt: skip
def test_a_slip_would_prove_what_is_false(
    quantity, relation, formula, domain, patches, monkeypatch
):
    """A part of the region dropped, a sign, kappa held still, a guard forgotten."""
    false = claim(quantity, relation, formula, domain)
    assert all_sizes(false) is None
    for name, slip in patches.items():
        module = ratios if hasattr(ratios, name) else positivity
        monkeypatch.setattr(module, name, slip)
    assert all_sizes(false) is not None


@pytest.mark.parametrize(
    "name",
    [
        "c3_impossible_learning",
        "c4_bias_and_variance",
        "c8_corrected_ridge",
        "c10_classical_on_fake",
        "n1_accumulate",
    ],
)
def test_a_built_in_claim_carries_its_proofs(name):
    """They are found anew, and one that is lost leaves the claim undecided."""
    built_in = import_module(f"ridgeproof.verification.claims.{name}").CLAIM
    assert built_in.proofs
    judge = judge_for(built_in, PROFILES["quick"], 0)
    for text in built_in.proofs:
        assert _proof(text, judge)["how"] in {"symbolic", "all sizes"}
        assert not judge.undecided
    wrong = text.replace('formula = "', 'formula = "0.99*') if "formula" in text else text
    turned = {"at-least": "at-most", "at-most": "at-least", "equals": "equals"}
    for here, there in turned.items():
        if f'"{here}"' in wrong:
            wrong = wrong.replace(here, there)
            break
    assert not _proof(wrong, judge)["how"]
    assert judge.undecided
