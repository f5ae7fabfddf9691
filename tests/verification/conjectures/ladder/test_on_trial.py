"""Points on trial: how the budget is shared, what is left of it, and who may spend it."""

from __future__ import annotations

from functools import partial

import pytest

from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.declared import conjecture
from ridgeproof.verification.conjectures.ladder.on_trial import Cases
from ridgeproof.verification.conjectures.settings.subject import SettingSubject
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome


def normal(setting, rng, *, noisy, quiet):
    """Draws around 1, with much noise in three dimensions."""
    return rng.normal(1.0, noisy if setting.d == 3 else quiet, 64)


def claim(value, *, noisy, quiet):
    """That the mean is a number, in one to six dimensions."""
    domain = {"d": {"integers": [1, 6]}, "T": "d + 9", "n": 0, "sigma": 1}
    simulator = partial(normal, noisy=noisy, quiet=quiet)
    return conjecture(domain=domain, simulator=simulator)(lambda _: value)


def spent(verdict):
    """Repetitions at each point, the literal run left out."""
    return [point["repetitions"] for point in verdict.evidence["points"]]


def test_what_is_left_goes_to_the_points_that_need_it():
    """One noisy point among quiet ones needs more than its share, and gets it."""
    verdict = check(claim(1.0, noisy=4, quiet=0.5), budget=100_000, tolerance=0.2)
    assert verdict.verdict is Outcome.CONSISTENT
    assert max(spent(verdict)) > 100_000 // 6
    assert sum(spent(verdict)) == verdict.repetitions <= 100_000


def test_nothing_is_spent_on_what_the_rest_cannot_decide():
    """Every point keeps to its share where none could be decided with what is left."""
    verdict = check(claim(1.0, noisy=50, quiet=50), budget=20_000)
    assert verdict.verdict is Outcome.UNDECIDED
    assert max(spent(verdict)) == 20_000 // 6


@pytest.mark.parametrize("budget", [600, 3000, 20_000])
def test_the_search_for_a_smaller_counterexample_keeps_to_the_budget(budget):
    """What is false is refuted at once; what comes after costs no more than what is left."""
    verdict = check(claim(1.5, noisy=0.5, quiet=0.5), budget=budget)
    assert verdict.verdict is Outcome.REFUTED
    assert verdict.repetitions <= budget
    assert verdict.evidence["missing"] == []


def test_an_open_literal_run_is_named_as_a_witness():
    """Consistent by the other estimator; the literal run was too noisy to tell."""
    verdict = check(
        conjecture(domain={"d": 8, "T": {"integers": [16, 40]}, "n": 0, "sigma": 1, "lam": 1})(
            evaluate_exactly
        ),
        tolerance=0.003,
        budget=60_000,
    )
    assert verdict.verdict is Outcome.CONSISTENT
    assert verdict.evidence["missing"]
    missing = verdict.evidence["missing"]
    assert all(x.startswith("a witness only: ") and "(literal run)" in x for x in missing)


def test_large_steps_and_small_ones_are_tried_in_turn():
    """What turns in a corner is seen by small steps, what rises slowly by large ones."""
    subject = SettingSubject(
        read_conjecture(
            '[conjecture]\nquantity = "variance"\nrelation = "decreases-in"\nkind = "exact"\n'
            'formula = "T"\n[domain]\nd = 6\nT = { integers = [18, 60] }\nn = 0\nsigma = 1\n'
            'lam = 1\nfeatures = "student:5"\n'
        )
    )
    trial = Trial(subject.claim, 0.001, 0.01, 1000, 0, None, lambda _: None)
    found = Cases(trial, subject, list(subject.draw(8, 0).places)).found.values()
    steps = [case.place.T - case.before.T for case in found]
    assert max(steps) >= 18
    assert min(steps) == 1


def evaluate_exactly(setting):
    """The exact finite-size error."""
    from ridgeproof import evaluate

    return float(evaluate(setting, form="exact").value)
