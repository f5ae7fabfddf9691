"""Which theorem other laws of the features get, and what is refused to them."""

from __future__ import annotations

import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.testing.judge import Judge, Refutation

IID = ["rademacher", "uniform", "student:3", "student:5"]
BASE = {"d": 10, "T": 40, "T0": 30, "n": 2, "sigma": 1, "sigma0": 1}


@pytest.mark.parametrize("law", IID)
@pytest.mark.parametrize(
    "changes", [{}, {"lam": "1/10"}, {"T0": 5}, {"lam0": "1/10"}, {"T": 5, "spectrum": "ar1:1/2"}]
)
def test_iid_entries_have_the_limit_of_normal_ones(law, changes):
    """The same number from the same theorem, and the regime names the law."""
    normal = evaluate(make_setting(**{**BASE, **changes}))
    other = evaluate(make_setting(**{**BASE, **changes}, features=law))
    assert other.value == normal.value
    assert other.formulas[: len(normal.formulas)] == normal.formulas
    assert other.regime == f"{normal.regime}, {law} features"


@pytest.mark.parametrize("law", IID)
@pytest.mark.parametrize("ask", [evaluate, optimum])
def test_iid_entries_have_no_exact_form(law, ask):
    """d/(T-d-1) and the Wishart density are those of normal features: refused, never borrowed."""
    with pytest.raises(NoTheorem, match="gaussian features"):
        ask(make_setting(**BASE, features=law), form=Form.EXACT)
    with pytest.raises(NotBuilt, match="normal features"):
        finite_size_terms(make_setting(**BASE, features=law))


def test_the_exact_form_is_refuted_for_signs():
    """d/(T-d-1) is 0.727 at d = 8, T = 20; signs have 0.658."""
    setting = make_setting(d=8, T=20, sigma=1, features="rademacher")
    judge = Judge("exact form", alpha=1e-6, seed=1)
    with pytest.raises(Refutation):
        judge.mean(setting, 8 / 11)


def test_signs_have_infinite_limits_where_normal_features_do():
    """At T = d the error of signs is finite at every size, and its limit is not."""
    with pytest.raises(InfiniteExpectation, match="within 1 of d"):
        evaluate(make_setting(d=10, T=10, sigma=1, features="rademacher"))
