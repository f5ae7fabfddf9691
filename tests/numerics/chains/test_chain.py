"""The chain's moments come from the formula that is given, also where least squares keeps them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Rational

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.chain import _keeps_truth
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting

# Two generations that differ, by least squares: the bias downstream is that of the truth.
SETTING = make_setting(d=6, T=9, T0="20,31", n=2, sigma=1, sigma0=1, lam="1/2", signal="flat")


def bias(**changes):
    """The bias, with some expressions of the generator replaced."""
    formula = find("least-squares-generator")
    wrong = replace(formula, expressions={**formula.expressions, **changes})
    return evaluate_terms(SETTING, Float64(), Form.LIMIT, {formula.id: wrong})["bias"]


@pytest.mark.parametrize(
    "changes",
    [{"mean": sy.m * Rational(9, 10)}, {"second_moment": sy.a * Rational(9, 10)}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_wrong_least_squares_generator_changes_the_bias(changes):
    """No shortcut may decide from the setting alone that the truth is kept: a slip would hide."""
    assert bias(**changes) != pytest.approx(bias(), rel=1e-3)


@pytest.mark.parametrize(
    "name", [name for name in catalogue() if "second_moment" in find(name).expressions]
)
def test_every_catalogued_generator_keeps_the_truth_by_least_squares(name):
    """With kappa0 = 0 the mean and w0^2 pass through each of them, exactly; a share of 0.9 not."""
    step = find(name).expressions
    assert _keeps_truth(step["mean"], step["second_moment"])
    for share in (Rational(9, 10), Rational(1001, 1000)):
        assert not _keeps_truth(share * step["mean"], step["second_moment"])
        assert not _keeps_truth(step["mean"], share * step["second_moment"])


@pytest.mark.parametrize(("T0", "form"), [(6, Form.LIMIT), (7, Form.EXACT)])
def test_least_squares_on_labels_without_noise_are_the_truth(T0, form):
    """Next to T0 = d the covariance would be infinite, and there is none."""
    downstream = {"d": 6, "T": 12, "sigma": 1, "lam": "1/10", "synthetic_fraction": "1/2"}
    taught = evaluate(make_setting(**downstream, T0=T0, n=3), form=form)
    assert taught.value == evaluate(make_setting(**downstream), form=form).value
    assert taught.terms["synthetic"] == 0
