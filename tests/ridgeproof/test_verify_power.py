"""``verify --profile full`` reports the power of the checks, and its exit status."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache

import pytest
from click.testing import CliRunner

from ridgeproof.commands.verify import command
from ridgeproof.verification.claims import all_claims, find_claim
from ridgeproof.verification.power import measure as power
from ridgeproof.verification.power.measure import measure_power
from ridgeproof.verification.power.table import Fate
from ridgeproof.verification.suite import side_by_side as suite
from ridgeproof.verification.suite.claim import PROFILES, verify_claim


@lru_cache
def honest():
    """The table of one formula, quick to measure."""
    return measure_power(("noise-free",))


@lru_cache
def report():
    """The report of one quick claim."""
    return verify_claim(find_claim("C1"), PROFILES["quick"])


def survived():
    """A mutant that nothing refuted."""
    lost = replace(honest().rows[0], fate=Fate.SURVIVED, by=())
    return replace(honest(), rows=(lost, *honest().rows[1:]))


def alarmed():
    """A true formula refuted."""
    wrong = replace(honest().truths[0], verdict="refuted")
    return replace(honest(), truths=(wrong, *honest().truths[1:]))


def run(monkeypatch, table, *options):
    """The command with one quick claim and a ready table."""
    reports = [replace(report(), id=name) for name in all_claims()]
    monkeypatch.setattr(suite, "run_suite", lambda *_, **__: reports)
    monkeypatch.setattr(power, "measure_power", table)
    return CliRunner().invoke(command, ["--profile", "full", *options])


@pytest.mark.parametrize(
    ("table", "code", "words"),
    [
        (honest, 0, "24 of 24 wrong formulas refuted, 0 of"),
        (survived, 1, "this check has no power here"),
        (alarmed, 1, "the true formula was refuted"),
    ],
)
def test_the_table_is_printed_and_counts(monkeypatch, table, code, words):
    """All killed: 0; a survivor fails the suite, and so does a false refutation: 1."""
    result = run(monkeypatch, lambda **_: table())
    assert result.exit_code == code
    assert words in result.output
    assert "below tolerance" in result.output


def test_json_holds_the_summary(monkeypatch):
    """One object on stdout, the survivors in it."""
    result = run(monkeypatch, lambda **_: survived(), "--json")
    data = json.loads(result.stdout)
    assert data["power"]["holds"] is False
    assert data["power"]["mutants"] == 24
    assert [row["fate"] for row in data["power"]["survivors"]] == ["survived"]


def test_an_interrupt_keeps_the_claims(monkeypatch):
    """Ctrl-C during the mutants still prints the claims, status 130."""

    def stop(**_):
        raise KeyboardInterrupt

    result = run(monkeypatch, stop)
    assert result.exit_code == 130
    assert "C5" in result.output
