"""Power: wrong formulas are refuted, true ones are not, and the page is current."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.verification.power import measure as power
from ridgeproof.verification.power.measure import formulas, measure_power
from ridgeproof.verification.power.mutants import mutants_of
from ridgeproof.verification.power.page import PROCESSES
from ridgeproof.verification.power.simulated_benches import BENCHES
from ridgeproof.verification.power.table import NO_POWER, Fate, PowerTable, conclusion, summary
from ridgeproof.verification.suite.altered import ALTERED

PAGE = Path(__file__).parents[3] / "docs" / "power.md"


@lru_cache
def measured(name):
    """The table of one formula."""
    return measure_power((name,), seed=5)


def fewer(monkeypatch, name, step):
    """Put only every so many-th mutant of a formula on trial."""
    found = mutants_of(name)
    some = replace(found, mutants=found.mutants[::step])
    monkeypatch.setattr(power, "mutants_of", lambda _: some)


@pytest.mark.parametrize("name", [pytest.param("ridgeless", marks=pytest.mark.slow), "noise-free"])
def test_the_cheap_formulas_kill_every_mutant(name):
    """Simulation refutes all of them, so does the exact oracle, and neither the truth."""
    table = measured(name)
    assert len(table.rows) == len(mutants_of(name).mutants)
    assert {row.fate for row in table.rows} == {Fate.KILLED}
    counts = table.counts(name)
    assert counts["simulation"] == counts["oracle"] == len(table.rows)
    assert table.truths
    assert not table.false_refutations
    assert table.has_power


@pytest.mark.slow
def test_ridge_kills_its_mutants(monkeypatch):
    """Limits too, on Richardson pairs; a fifth of them, all are for `verify --profile full`."""
    fewer(monkeypatch, "ridge", 5)
    table = measure_power(("ridge",), seed=5)
    assert table.rows
    assert not table.survivors
    assert not table.false_refutations


def test_a_survivor_is_named():
    """A mutant that nothing refuted is reported with the words that the command prints."""
    table = measured("noise-free")
    lost = replace(table.rows[0], fate=Fate.SURVIVED, by=())
    worse = PowerTable((lost, *table.rows[1:]), table.truths, 0, 0)
    assert not worse.has_power
    assert NO_POWER in "\n".join(conclusion(worse))
    assert summary(worse)[0][4] == "1"
    assert worse.data()["survivors"][0]["mutant"] == lost.mutant


def test_what_refutes_the_truth_too_kills_nothing(monkeypatch):
    """An oracle that is wrong, or a point where the truth is undefined, is no evidence of power."""
    monkeypatch.setattr(power, "_oracle", lambda *_: 1e9)
    fewer(monkeypatch, "noise-free", 6)
    table = measure_power(("noise-free",), seed=5)
    assert {row.by for row in table.rows} == {("simulation",)}


def test_every_bench_draws_points():
    """A bench without points would pass everything."""
    assert all(len(bench.settings) > 2 for bench in BENCHES)


@pytest.mark.slow
def test_the_page_lists_the_mutants_of_today():
    """docs/power.md is generated; its formulas and mutants are those of the catalogue."""
    text = PAGE.read_text(encoding="utf-8")
    for name in formulas():
        section = text.split(f"\n## {name}\n", maxsplit=1)[1].split("\n## ", maxsplit=1)[0]
        listed = [line.split("`")[1] for line in section.splitlines() if line.startswith("| `")]
        assert listed == [mutant.description for mutant in mutants_of(name).mutants], (
            "run: python -m ridgeproof.verification.power.page > docs/power.md"
        )


def test_altered_equations_fall_where_they_matter():
    """docs/power.md is current; each altered equation falls somewhere, none that matters stands."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Altered equations of processes\n")[1]
    rows = [line.split(" | ") for line in section.split("\n## ")[0].splitlines() if "|" in line]
    fates = {first.strip("| "): {each.strip(" |") for each in rest} for first, *rest in rows[2:]}
    assert list(fates) == [ring.slip() for ring in ALTERED]
    assert all("refuted" in found for found in fates.values())
    assert set().union(*fates.values()) <= {"refuted", "no effect here"}
    assert [each.strip("| ") for each in rows[0]] == ["slip", *PROCESSES]


def test_a_wrong_catalogue_is_seen(monkeypatch):
    """The other error rate: a wrong formula in the truth's place is refuted where it stands."""
    formula = find("ridgeless")
    wrong = {**formula.expressions, "variance": sy.sigma**2 * sy.d / (sy.T - sy.d)}
    monkeypatch.setattr(power, "find", lambda _: replace(formula, expressions=wrong))
    fewer(monkeypatch, "ridgeless", 12)
    table = measure_power(("ridgeless",), seed=5)
    assert {row.quantity for row in table.false_refutations} == {"variance"}
