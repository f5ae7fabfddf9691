"""The optimal penalty by simulation: its value, its direction, and when neither can be told."""

from __future__ import annotations

import pytest

from ridgeproof import make_setting
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.settings.optimal import judge_optimum_change
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.verdict import Outcome

pytestmark = pytest.mark.usefixtures("nothing_proved")

HOLDS = {Outcome.IDENTICAL, Outcome.CONSISTENT}

# sigma^2 d/T at every finite size: the Bayes rule of a flat prior.
BAYES = "d=8\nT=16\nn=0\nsigma=[0.5, 1.0]"
SILENT = "d=8\nT={integers=[12, 16]}\nn=0\nsigma=0"
SHARED = "d=8\nT=16\nT0=24\nn={integers=[2, 5]}\nsigma=0.5\nsigma0=1\nlam0=0.01\ndesign='shared'"


def verdict_of(formula, relation, domain, kind="exact", **options):
    """The verdict on a claim about the optimal penalty."""
    head = f'quantity="optimal_lam"\nrelation="{relation}"\nkind="{kind}"\nformula="{formula}"'
    return check(read_conjecture(f"[conjecture]\n{head}\n[domain]\n{domain}\n"), **options)


@pytest.mark.parametrize(
    ("formula", "relation", "domain", "expected"),
    [
        pytest.param("sigma", "increases-in", BAYES, HOLDS, marks=pytest.mark.slow),
        ("sigma", "decreases-in", BAYES, {Outcome.REFUTED}),
        ("0", "equals", SILENT, HOLDS),
        ("0", "at-most", SILENT, HOLDS),
        ("0.1", "equals", SILENT, {Outcome.REFUTED}),
        ("0", "equals", BAYES, {Outcome.REFUTED}),
        ("0", "at-least", BAYES, HOLDS),  # no penalty is negative
        ("-0.1", "at-least", BAYES, HOLDS),
        ("-0.1", "at-most", BAYES, {Outcome.REFUTED}),
        ("-0.1", "equals", BAYES, {Outcome.REFUTED}),
    ],
)
def test_what_simulation_says_of_an_optimum(formula, relation, domain, expected):
    """True and false, of its direction and at its least."""
    verdict = verdict_of(formula, relation, domain)
    assert verdict.verdict in expected
    assert (verdict.counterexample is not None) is (verdict.verdict is Outcome.REFUTED)


@pytest.mark.slow
def test_the_direction_of_a_limit():
    """Noise adds up on a shared design, and wants more ridge with every generation."""
    verdict = verdict_of("n", "decreases-in", SHARED, "limit", budget=8_000)
    assert verdict.verdict is Outcome.REFUTED
    example = verdict.counterexample
    assert (example.before.d, example.setting.d, example.setting.copies) == (32, 32, 4)
    assert example.before.n < example.setting.n
    assert example.observed.startswith("> 0")


def test_what_does_not_move_is_undecided_with_its_reason():
    """Without generators their penalty is nothing to the optimum."""
    domain = "d=8\nT=16\nn=0\nT0=20\nsigma=1\nsigma0=1\nlam0=[0.1, 1]"
    verdict = verdict_of("lam0", "increases-in", domain)
    assert verdict.verdict is Outcome.UNDECIDED
    assert all("too close to tell apart" in line for line in verdict.evidence["missing"])
    assert len(verdict.evidence["missing"]) == len(set(verdict.evidence["missing"]))


@pytest.mark.slow
def test_the_two_sides_of_a_point_share_its_budget():
    """An optimum that is bracketed costs no more than a value; one point is tried literally too."""
    verdict = verdict_of("sigma^2*phi", "equals", BAYES, budget=9 * 1024)
    spent = {}
    for point in verdict.evidence["points"]:
        key = point["setting"], point["method"] == "literal"
        spent.setdefault(key, []).append(point["repetitions"])
    assert sum(literal for _, literal in spent) == 1
    assert all(len(each) == 2 and sum(each) <= 1024 for each in spent.values())


@pytest.mark.slow
def test_a_limit_must_move_by_more_than_it_is_allowed(monkeypatch):
    """The direction of an optimum is not told from finite sizes alone."""
    conjecture = read_conjecture(
        '[conjecture]\nquantity="optimal_lam"\nrelation="decreases-in"\nkind="limit"\nformula="n"\n'
        f"[domain]\n{SHARED}\n"
    )
    before = make_setting(
        d=8, T=16, T0=24, n=2, sigma="1/2", sigma0=1, lam0="1/100", design="shared"
    )
    bench = Judge("test", alpha=0.01, budget=512)
    with pytest.raises(Refutation):
        judge_optimum_change(conjecture, before, before.with_(n=4), bench)
    monkeypatch.setattr(
        "ridgeproof.verification.conjectures.settings.optimal.allowance", lambda _: 1.0
    )
    judge_optimum_change(conjecture, before, before.with_(n=4), bench)
    assert "too close to tell apart" in bench.undecided[-1]
