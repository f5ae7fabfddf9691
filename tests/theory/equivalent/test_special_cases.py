"""The catalogue's limits are special cases of the one theorem, and the page says which."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest
from sympy import Rational

from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.equivalent.formulas.special_cases import DERIVED, STAYS, special_cases, table

_SHORT = {"ridgeless", "least-squares-generator", "weighted-mixing", "mixing-least-squares"}
_SHORT |= {"accumulating-generator"}


@lru_cache
def _cases():
    return tuple(special_cases())


@pytest.mark.parametrize("long", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_entries_are_special_cases(long):
    """The theorem derives each entry's formula; one that is off by a millionth it does not."""
    for case in _cases():
        if (case.entry in _SHORT) is long:
            continue
        assert case.holds(), (case.entry, case.words)
        off = {name: each * (1 + Rational(1, 10**6)) for name, each in case.targets.items()}
        if not long:
            assert not replace(case, targets=off).holds(), (case.entry, case.words)


def test_every_entry_is_a_case_or_stays():
    """None is forgotten: each is a special case, or has a reason to stay."""
    assert not {case.entry for case in _cases()} & DERIVED.keys()
    proved = {case.entry for case in _cases()} | DERIVED.keys()
    assert proved | STAYS.keys() == catalogue().keys()
    assert not proved & STAYS.keys()
    assert {f.id for f in catalogue().values() if f.kind.value == "limit"} - proved == {
        "accumulating-minimum-norm", "optimal-ridge", "universality"
    }  # fmt: skip


@pytest.mark.slow
def test_entries_said_to_be_derived_from_a_process_are():
    """The first sections of each are a process's, and no step is an equivalent of the calculus."""
    for entry in DERIVED:
        derivation = find(entry).derive()
        assert derivation.formulas is not None, entry
        steps = [step for section in derivation.by_rules for step in section.steps]
        assert not any(step.rule.kind is RuleKind.EQUIVALENT for step in steps), entry


def test_the_table_of_the_page_is_current():
    """docs/equivalent.md has the table as it is now."""
    page = Path("docs/equivalent.md").read_text(encoding="utf-8")
    assert table() in page
