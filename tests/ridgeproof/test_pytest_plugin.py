"""The pytest plugin: one test for each claim, chosen, seeded and reported as users expect."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from importlib.metadata import entry_points

import pytest

from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.claims import all_claims
from ridgeproof.verification.power import measure as power
from ridgeproof.verification.power.measure import measure_power
from ridgeproof.verification.power.table import Fate
from ridgeproof.verification.suite import claim
from ridgeproof.verification.suite.claim import ClaimReport
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.verdict import Outcome

pytest_plugins = ["pytester"]

CLAIMS = "ridgeproof.verification.claims"
EVIDENCE = {
    "points": 2,
    "repetitions": 512,
    "literal_repetitions": 64,
    "worst_point": None,
    "mutants": [{"formula": "a slip", "killed": True}],
    "undecided": [],
    "proved": [],
}
WRONG = Counterexample(
    make_setting(d=5, T=13, sigma=1), "test_error", "0.6", "0.7", 0.01, "literal simulation"
)


@pytest.fixture
def run(pytester):
    """Run pytest inside pytest; an installation from before the entry point names the plugin."""
    installed = any(e.name == "ridgeproof" for e in entry_points(group="pytest11"))
    named = () if installed else ("-p", "ridgeproof.pytest_plugin")
    return lambda *options: pytester.runpytest_inprocess(*named, "-p", "no:benchmark", *options)


@pytest.fixture
def verdict(monkeypatch):
    """Let every claim have a given verdict at once; what it was asked for is kept."""
    asked = []

    def give(outcome, example=None, **evidence):
        def verify(question, profile, seed):
            asked.append((question.id, profile.name, seed))
            found = {**EVIDENCE, **evidence}
            return ClaimReport(question.id, question.title, outcome, example, found, 0.1)

        monkeypatch.setattr(claim, "verify_claim", verify)
        return asked

    return give


def test_the_package_ships_the_entry_point():
    """pyproject.toml names the module, so that nobody has to load it by hand."""
    import tomllib
    from pathlib import Path

    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert project["entry-points"]["pytest11"] == {"ridgeproof": "ridgeproof.pytest_plugin"}


def test_every_claim_is_one_test(run):
    """`pytest --pyargs ridgeproof.verification.claims` collects C1, C2, ... and nothing else."""
    result = run("--pyargs", CLAIMS, "--collect-only", "-q")
    nodes = [line for line in result.outlines if "::" in line]
    assert sorted(node.split("::")[1] for node in nodes) == sorted(all_claims())


def test_a_claim_is_tried_for_real(run):
    """C5, chosen by -k, holds; the last lines state the level of the whole run."""
    result = run("--pyargs", CLAIMS, "-k", "C5", "-v")
    result.assert_outcomes(passed=1, deselected=len(all_claims()) - 1)
    result.stdout.fnmatch_lines(["*::C5 PASSED*", "*whole run below 0.001, tolerance 0.03*"])


def test_a_claim_is_named_by_its_module_too(run, verdict):
    """The module of one claim is an argument like any other."""
    verdict(Outcome.CONSISTENT)
    run("--pyargs", f"{CLAIMS}.c1_ridgeless").assert_outcomes(passed=1)


def test_profile_and_seed_reach_the_claims(run, verdict):
    """Both options do; the seed is that of the command line tool unless it is given."""
    asked = verdict(Outcome.CONSISTENT)
    run("--pyargs", CLAIMS, "-k", "C3", "--ridgeproof-profile=full", "--ridgeproof-seed=7")
    run("--pyargs", CLAIMS, "-k", "C3")
    assert asked == [("C3", "full", 7), ("C3", "quick", 20240212)]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("--ridgeproof-seed=-1", "*whole number from 0 to 10^38*"),
        ("--ridgeproof-seed=²", "*whole number from 0 to 10^38*"),
        ("--ridgeproof-profile=slow", "*choose from*quick*full*"),
    ],
)
def test_bad_options_are_usage_errors(run, option, words):
    """pytest's own status for it, and what would be right."""
    result = run("--pyargs", CLAIMS, option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([words])


def test_a_refuted_claim_shows_its_counterexample(run, verdict):
    """The failure is the setting, both numbers, and the lines that do it again; no traceback."""
    verdict(Outcome.REFUTED, WRONG)
    result = run("--pyargs", CLAIMS, "-k", "C3", "--ridgeproof-seed=7")
    result.assert_outcomes(failed=1, deselected=len(all_claims()) - 1)
    text = result.stdout.str()
    assert "C3 refuted: " in text
    assert WRONG.command in text
    assert WRONG.python in text
    assert "claimed 0.6" in text
    assert "observed 0.7" in text
    assert "ridgeproof verify C3 --profile quick --seed 7" in text
    assert "Traceback" not in text
    assert "pytest_plugin.py" not in text


def test_an_undecided_claim_fails_with_its_reason(run, verdict):
    """What could not be decided is no pass."""
    verdict(Outcome.UNDECIDED, undecided=["the budget was spent; about 9,000 repetitions"])
    result = run("--pyargs", CLAIMS, "-k", "C4")
    result.assert_outcomes(failed=1, deselected=len(all_claims()) - 1)
    result.stdout.fnmatch_lines(["*C4 undecided: *", "*about 9,000 repetitions*"])


def test_a_claim_that_was_not_run_is_skipped(run, verdict):
    """Its data are not installed: neither a pass nor a failure."""
    verdict("not-run")
    result = run("--pyargs", CLAIMS, "-k", "C5")
    result.assert_outcomes(skipped=1, deselected=len(all_claims()) - 1)


def test_a_survivor_fails(run, monkeypatch):
    """`verification.power` gives a test for each formula; one mutant let through fails it."""
    honest = measure_power(("noise-free",))
    lost = replace(honest.rows[0], fate=Fate.SURVIVED, by=())
    tables = {("noise-free",): replace(honest, rows=(lost, *honest.rows[1:]))}
    monkeypatch.setattr(power, "measure_power", lambda names, **_: tables.get(names, honest))
    result = run("--pyargs", "ridgeproof.verification.power")
    result.assert_outcomes(passed=len(power.formulas()) - 1, failed=1)
    assert f"{lost.mutant}: this check has no power" in result.stdout.str()


def test_other_runs_are_left_alone(run, pytester):
    """Files of the same names elsewhere are not ours, and a run without claims says nothing."""
    alike = {"power/measure": "", "claims/c1_mine": ""}
    pytester.makepyfile(test_one="def test_one(): pass", **alike)
    result = run(".")
    result.assert_outcomes(passed=1)
    # The list of plugins names it, and so does pytest's warning that it was imported before.
    ours = ("plugins", "PytestAssertRewriteWarning")
    said = [line for line in result.outlines if not any(word in line for word in ours)]
    assert "ridgeproof" not in "\n".join(said)


def test_a_run_over_the_whole_package_does_not_try_the_claims(run):
    """They take a minute: they are tried only where they are asked for."""
    result = run("--pyargs", "ridgeproof.verification", "--collect-only", "-q")
    assert result.ret == pytest.ExitCode.NO_TESTS_COLLECTED


def test_loading_the_plugin_imports_nothing_heavy():
    """Every pytest run in the environment pays for the import: a few milliseconds, no numpy."""
    heavy = {"numpy", "sympy", "scipy", "hypothesis", "click", "verification", "theory"}
    code = (
        f"import pytest, sys; old = set(sys.modules); import ridgeproof.pytest_plugin; "
        f"print(sorted((set(sys.modules) - old) & {heavy!r}))"
    )
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
