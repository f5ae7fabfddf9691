"""The claims of the suite can fail: each refuses its wrong formulas and accepts the true one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial

import pytest
from sympy import Rational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.claims import all_claims, find_claim
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.strategies import settings
from ridgeproof.verification.suite.claim import (
    PROFILES,
    Claim,
    judge_for,
    on_all,
    try_mutants,
    verify_claim,
)
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, mutated
from ridgeproof.verification.testing.judge import Refutation
from ridgeproof.verification.testing.verdict import Outcome

QUICK = PROFILES["quick"]
# What kills does not depend on the tolerance; `ridgeproof verify` decides the truth to 3 per cent.
COARSE = replace(QUICK, tolerance=0.1)
D, GAP, GAP0 = sy.d, sy.T - sy.d - 1, sy.T0 - sy.d - 1
# Claims about data have tests of their own.
SIMULATED = [claim for claim in all_claims().values() if isinstance(claim, Claim)]
# The claims that take longer than the others on trial.
LONG = {"C2", "C4", "C8", "C11", "C13", "N3", "N4", "N7"}


@pytest.mark.parametrize(
    "claim",
    [
        pytest.param(claim, id=claim.id, marks=[pytest.mark.slow] if claim.id in LONG else [])
        for claim in SIMULATED
    ],
)
def test_a_claim_refutes_its_wrong_formulas_where_the_truth_stands(claim):
    """At the very settings that kill its mutants the catalogued formula stands, and is decided."""
    judge = judge_for(claim, COARSE, seed=0)
    killed = list(try_mutants(claim, judge))
    assert [mutant["formula"] for mutant in killed] == [m.description for m in claim.mutants]
    assert all(mutant["killed"] for mutant in killed)
    assert judge.points
    assert not judge.undecided


def test_a_kill_where_the_truth_falls_too_is_none():
    """A statement that fails at the last witness, whatever the theory, is refuted there."""
    claim = find_claim("C1")
    witness = claim.mutants[-1].witness.with_(n=7)

    def fails_there(setting, judge, theory):
        judge.compare(setting, "test_error", 1, 2, holds=setting.n != 7, method="by hand")

    harmless = replace(claim.mutants[-1], theory=lambda: CATALOGUE, witness=witness)
    flawed = replace(claim, holds=fails_there, mutants=(harmless,), examples=1)
    report = verify_claim(flawed, QUICK)
    assert report.verdict is Outcome.REFUTED
    assert report.counterexample.setting == witness
    assert not report.evidence["mutants"]


def test_truth_and_mutants_see_the_same_draws_once(monkeypatch):
    """A judge that remembers decides as one that does not, and draws nothing twice."""
    claim, drawn = find_claim("C5"), []
    plain = judge_for(claim, QUICK, seed=0)
    with pytest.raises(Refutation) as alone:
        claim.holds(claim.mutants[0].witness, plain, claim.mutants[0].theory())
    table = Sampler._table
    monkeypatch.setattr(
        Sampler,
        "_table",
        lambda *place, **how: drawn.append((*place, *how.values())) or table(*place, **how),
    )
    killed = next(try_mutants(claim, judge_for(claim, QUICK, seed=0)))
    assert killed["repetitions"] == plain.repetitions
    assert killed["at"] == str(alone.value.counterexample.setting)
    assert 0 < len(set(drawn)) == len(drawn)


WRONG = {
    "n dropped": {"synthetic": sy.sigma0**2 * D / GAP0},
    "n + 1": {"synthetic": (sy.n + 1) * sy.sigma0**2 * D / GAP0},
    "n^2": {"synthetic": sy.n**2 * sy.sigma0**2 * D / GAP0},
    "T for T0": {"synthetic": sy.n * sy.sigma0**2 * D / GAP},
    "T0 for T": {"variance": sy.sigma**2 * D / GAP0},
    "sigma for sigma0": {"synthetic": sy.n * sy.sigma**2 * D / GAP0},
    "sigma^4": {"variance": sy.sigma**4 * D / GAP},
    "d - 1": {"variance": sy.sigma**2 * (D - 1) / GAP},
    "T - d - 2": {"variance": sy.sigma**2 * D / (GAP - 1)},
    "T - d + 1": {"variance": sy.sigma**2 * D / (GAP + 2)},
    "0.9 times": {"variance": Rational(9, 10) * sy.sigma**2 * D / GAP},
    "1.1 times": {"synthetic": Rational(11, 10) * sy.n * sy.sigma0**2 * D / GAP0},
    "wrong sign": {"synthetic": -sy.n * sy.sigma0**2 * D / GAP0},
    "a bias": {"bias": sy.b},
}


@pytest.mark.parametrize("slip", WRONG)
def test_c1_sees_every_usual_slip(slip):
    """A constant, a sign, an exponent, a swapped symbol or a scale of ten per cent."""
    claim = find_claim("C1")
    witness = claim.witness.with_(T=26, sigma=Fraction(2), n=2)
    judge = judge_for(claim, QUICK, seed=0)
    with pytest.raises(Refutation):
        claim.holds(witness, judge, mutated("ridgeless", WRONG[slip]))


def test_a_cheap_claim_holds_in_full():
    """Points, literal witness and mutants, as `ridgeproof verify` runs them; each seed its own."""
    reports = [verify_claim(find_claim("C1"), QUICK, seed=seed) for seed in (3, 4)]
    for report in reports:
        assert report.verdict is Outcome.CONSISTENT
        assert report.counterexample is None
        assert all(mutant["killed"] for mutant in report.evidence["mutants"])
        assert report.evidence["literal_repetitions"] > 0
        assert report.data()["verdict"] == "consistent"
    one, other = (report.evidence["worst_point"] for report in reports)
    assert one != other


def test_a_false_theory_makes_the_claim_refuted():
    """With a wrong catalogue the report says refuted, and names a setting."""
    wrong = mutated("ridgeless", {"variance": sy.sigma**2 * D / (sy.T - sy.d)})
    report = verify_claim(find_claim("C1"), QUICK, seed=3, theory=wrong)
    assert report.verdict is Outcome.REFUTED
    assert report.counterexample.setting.sigma > 0
    assert "ridgeproof simulate" in report.data()["counterexample"]["command"]


def test_a_claim_that_kills_nothing_is_undecided():
    """A check that cannot fail has shown nothing: a surviving mutant forbids a pass."""
    claim = find_claim("C5")
    harmless = replace(claim.mutants[0], theory=lambda: CATALOGUE)
    report = verify_claim(replace(claim, mutants=(harmless,), examples=1), QUICK)
    assert report.verdict is Outcome.UNDECIDED


def test_a_claim_without_points_is_undecided():
    """No point on trial is no evidence."""
    claim = find_claim("C5")
    idle = replace(claim, holds=lambda *_: None, mutants=(), examples=1)
    report = verify_claim(idle, replace(QUICK, budget=1))
    assert report.verdict is Outcome.UNDECIDED


def test_properties_shrink_to_the_smallest_setting():
    """hypothesis reports the simplest failing setting of the domain."""
    claim = find_claim("C1")
    wrong = mutated("ridgeless", {"variance": sy.sigma**2 * D / (sy.T - sy.d)})
    judge = judge_for(claim, QUICK, seed=0)
    holds = partial(claim.holds, judge=judge, theory=wrong)
    with pytest.raises(Refutation) as caught:
        on_all(settings(claim.domain), holds, examples=10, seed=0)
    setting = caught.value.counterexample.setting
    assert (setting.d, setting.n, setting.design) == (3, 0, "independent")


def test_claims_are_found_by_id():
    """Ids in order, upper or lower case; an unknown one names the others."""
    assert list(all_claims()) == sorted(all_claims(), key=lambda name: (name[0], int(name[1:])))
    assert find_claim("c5").id == "C5"
    with pytest.raises(InputError, match=r"CLAIM = C0: is not a claim. .*choose from A1, C1"):
        find_claim("C0")


@pytest.mark.parametrize("claim", all_claims().values(), ids=lambda claim: claim.id)
def test_claims_are_complete_records(claim):
    """A title, a statement, a mutant, a profile, and points or a trial of its own."""
    assert claim.title
    assert claim.statement.endswith(".")
    # The wrong formulas of the atlas are its false claims, which its trial refutes.
    assert claim.mutants or claim.id == "A1"
    assert set(claim.profiles) <= set(PROFILES)
    assert "full" in claim.profiles
    assert claim.examples > 0 if isinstance(claim, Claim) else claim.budget > 0
