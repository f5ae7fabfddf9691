"""The atlas: every entry is whole, every claim is decided as it is meant, and the page says so."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ridgeproof.commands.atlas import command
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.atlas.curve import measure_curve
from ridgeproof.verification.atlas.entries import Claim, all_entries, find_entry
from ridgeproof.verification.claims.a1_atlas import trial
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE
from ridgeproof.verification.testing.judge import Judge, Refutation

_PAGE = Path(__file__).parents[3] / "docs" / "atlas.md"


def test_every_entry_is_whole():
    """At least 30; each has a result, a source, a question, a true and a false claim, curves."""
    entries = all_entries()
    assert len(entries) >= 30
    for entry in entries:
        assert entry.result, entry.name
        assert entry.process.title, entry.name
        assert "arXiv:" in entry.process.source, entry.name
        assert {claim.holds for claim in entry.claims} == {True, False}, entry.name
        assert all(claim.comment and claim.conjecture.title for claim in entry.claims), entry.name
        curves = entry.about["curve"]
        assert set(curves["asks"]) <= dict(entry.process.asks).keys(), entry.name


def test_the_page_names_every_claim():
    """docs/atlas.md is generated; its entries and claims are those of today."""
    text = _PAGE.read_text(encoding="utf-8")
    for entry in all_entries():
        section = text.split(f"\n## {entry.name}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
        assert f"](../examples/atlas/{entry.name}/plot.svg)" in section
        for claim in entry.claims:
            shown = f"{claim.conjecture.title}: `{claim.conjecture.statement}`"
            assert shown in section, (
                "run: python -m ridgeproof.verification.atlas.page > docs/atlas.md"
            )


@pytest.mark.slow
@pytest.mark.parametrize("entry", all_entries(), ids=lambda entry: entry.name)
def test_every_claim_is_as_it_is_meant(entry):
    """True claims hold, false ones are refuted, and the page has the same verdicts."""
    text = _PAGE.read_text(encoding="utf-8")
    for claim in entry.claims:
        verdict = claim.check()
        assert claim.as_meant(verdict), claim.name
        assert f"`{claim.conjecture.statement}` | {verdict.verdict}" in text


def test_a_claim_that_is_not_as_it_is_meant_is_seen(monkeypatch):
    """A false claim among the true ones fails the command, and A1."""
    entry = find_entry("ridgeless-two-branches")
    wrong = Claim(entry.claims[-1].path, holds=True)
    monkeypatch.setitem(entry.__dict__, "claims", (wrong,))
    monkeypatch.setattr("ridgeproof.verification.atlas.entries.all_entries", lambda: (entry,))
    monkeypatch.setattr("ridgeproof.verification.claims.a1_atlas.all_entries", lambda: (entry,))
    done = CliRunner().invoke(command, ["--check", "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout)["entries"][0]["claims"][0]["verdict"] == "refuted"
    with pytest.raises(Refutation):
        trial(Judge("A1", 1e-6, 0.03, 4096, 1, redo=""), CATALOGUE)


@pytest.mark.slow
def test_the_command_lists_shows_and_draws(tmp_path):
    """The list has every question; a page has numbers and claims; a drawing is a file."""
    listed = CliRunner().invoke(command, [])
    assert listed.exit_code == 0
    assert "Can a student be better than its teacher?" in listed.output
    out = tmp_path / "golden.svg"
    shown = CliRunner().invoke(command, ["golden-ratio", "--draw", str(out)])
    assert shown.exit_code == 0, shown.output
    assert "best_share 0.61803" in shown.output
    assert out.read_text(encoding="utf-8").count("<svg") == 1


@pytest.mark.parametrize("name", ["predictive-risk", "ridgeless-two-branches", "weak-to-strong"])
def test_drawings_are_current(name, tmp_path):
    """A drawing that is kept is what the command draws: its words, and its numbers nearly."""
    (tmp_path / name).mkdir()
    done = CliRunner().invoke(command, [name, "--draw", str(tmp_path)])
    assert done.exit_code == 0, done.output
    kept, drawn = (
        (folder / name / "plot.svg").read_text(encoding="utf-8")
        for folder in (find_entry(name).folder.parent, tmp_path)
    )
    number = re.compile(r"-?\d+\.\d+")
    assert number.sub("", kept) == number.sub("", drawn), (
        "run: ridgeproof atlas --draw examples/atlas"
    )
    there, here = (np.array(number.findall(text), dtype=float) for text in (kept, drawn))
    assert np.abs(there - here).max() < 0.05


def test_drawings_are_small():
    """Every entry has one, below 40 kB."""
    for entry in all_entries():
        assert 5_000 < (entry.folder / "plot.svg").stat().st_size < 40_000, entry.name


def test_curves_are_those_of_the_theorem():
    """The line of ridgeless-two-branches is its formula, and stops where the error is infinite."""
    (panel,) = measure_curve(find_entry("ridgeless-two-branches"), repetitions=0).panels
    (curve,) = panel.curves
    for T, risk in zip(curve.x, curve.y, strict=True):
        few, many = 1 - T / 40 + 0.25 * T / (40 - T) if T != 40 else 0.0, 10 / (T - 39.999999)
        if abs(T - 40) < 2:
            assert math.isnan(risk)
        else:
            assert risk == pytest.approx(few if T < 40 else many, rel=1e-6)


def test_an_entry_that_is_not_there():
    """A name that is nearly right is guessed."""
    with pytest.raises(InputError, match="Did you mean golden-ratio"):
        find_entry("golden-ration")
    done = CliRunner().invoke(command, ["--draw", "x.svg"])
    assert isinstance(done.exception, InputError)
