"""Formulas that are not test errors on trial: true ones hold, wrong ones fall, odd ones do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Rational

from ridgeproof.theory.catalogue import find
from ridgeproof.verification.power import measure as power
from ridgeproof.verification.power.measure import measure_power
from ridgeproof.verification.power.measured_benches import VALUE_BENCHES
from ridgeproof.verification.power.measured_trial import ValueTrial
from ridgeproof.verification.power.mutants import Mutant, mutants_of
from ridgeproof.verification.power.table import Fate


def trial(name):
    """The trial of one formula."""
    return ValueTrial(find(name), VALUE_BENCHES[name])


def mutant(name, expression, wrong):
    """A formula with one expression replaced."""
    formula = find(name)
    changed = replace(formula, expressions={**formula.expressions, expression: wrong})
    return Mutant("by hand", expression, changed)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["clean-scaling", "power-law", "optimal-ridge"])
def test_mutants_above_the_tolerance_are_killed(name, monkeypatch):
    """By numbers that do not know the formula; and the truth passes at every point.

    Every fifth mutant: all of them are for `verify --profile full`.
    """
    found = mutants_of(name)
    some = replace(found, mutants=found.mutants[::5])
    monkeypatch.setattr(power, "mutants_of", lambda _: some)
    table = measure_power((name,))
    assert len(table.rows) == len(some.mutants)
    assert not table.survivors
    assert not table.false_refutations
    killed = [row for row in table.rows if row.fate is Fate.KILLED]
    assert len(killed) > 0.8 * len(table.rows)
    assert {witness for row in killed for witness in row.by} <= {"measurement", "definition"}


def test_a_constant_off_by_three_percent_is_killed_and_by_one_it_is_no_target():
    """The variance of clean ridge, against the sums over the infinite spectrum."""
    variance = find("clean-scaling").expressions["ridge_variance"]
    rows = [
        trial("clean-scaling").row(mutant("clean-scaling", "ridge_variance", variance * share))
        for share in (1, Rational(101, 100), Rational(103, 100))
    ]
    assert [row.fate for row in rows] == [Fate.BELOW, Fate.BELOW, Fate.KILLED]
    assert rows[2].effect == pytest.approx(0.03)
    assert str(rows[2].setting) == "beta 3/2 r 2/5 ell 3/5"


@pytest.mark.slow
def test_a_root_that_does_not_exist_ends_the_search():
    """A wrong quartic without a root between the ends is undefined, and the search stops."""
    root = find("optimal-ridge").expressions["root"]
    row = trial("optimal-ridge").row(mutant("optimal-ridge", "root", root**2 + 1))
    assert (row.fate, row.by) == (Fate.KILLED, ("definition",))


def test_a_wrong_measurement_refutes_the_truth():
    """The other error rate is measured, not assumed."""
    bench = VALUE_BENCHES["optimal-ridge"]
    shifted = replace(
        bench,
        measured=lambda name, point: replace(
            bench.measured(name, point), value=1.01 * bench.measured(name, point).value
        ),
    )
    truths = list(ValueTrial(find("optimal-ridge"), shifted).truths())
    assert len(truths) == len(bench.points)
    assert all(truth.refuted for truth in truths)
    assert not any(truth.refuted for truth in trial("optimal-ridge").truths())


def test_a_truth_that_is_undefined_does_not_pass():
    """NaN is near nothing: it counts as refuted, not as consistent."""
    broken = replace(VALUE_BENCHES["optimal-ridge"], claimed=lambda *_: float("nan"))
    truths = list(ValueTrial(find("optimal-ridge"), broken).truths())
    assert truths
    assert all(truth.refuted for truth in truths)


def test_a_survivor_says_where_its_effect_was_largest():
    """With measurements that exclude nothing every wrong formula survives, at a named point."""
    bench = VALUE_BENCHES["optimal-ridge"]
    blind = replace(
        bench, measured=lambda name, point: replace(bench.measured(name, point), error=1e9)
    )
    lam = find("optimal-ridge").expressions["lam"]
    row = ValueTrial(find("optimal-ridge"), blind).row(mutant("optimal-ridge", "lam", 2 * lam))
    assert row.fate is Fate.SURVIVED
    assert row.setting in bench.points
