"""A bank of conjectures, true and false, the subtle ones: no true one falls, every false one does.

Each file of tests/bank says in its first word what it is.  The process and the theorems decide,
never the comment.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.testing.verdict import Outcome

BANK = sorted((Path(__file__).parents[2] / "bank").glob("*.toml"))
HOLDS = {Outcome.PROVED, Outcome.IDENTICAL, Outcome.CONSISTENT}
# Both truths and every rung have others that are quick.
SLOW = {
    "clean_bias_rate",
    "limit_claimed_exact_without_theorem",
    "more_noise_wants_less_ridge",
    "more_ridge_means_more_bias",
    "optimal_penalty_has_a_dip",
    "ridge_on_a_shared_design_turns",
    "shared_ridge_chain_loses_signal",
    "shared_ridge_chain_noise_bound",
    "wrong_clean_bias_rate",
    "wrong_scaling",
}
# What only simulation can decide, and must.
WITHOUT_THEOREM = {
    "finite_size_variance_of_a_filter",
    "limit_claimed_exact_without_theorem",
    "shared_ridge_chain_forgets_noise",
    "shared_ridge_chain_keeps_the_signal",
    "shared_ridge_chain_loses_signal",
    "shared_ridge_chain_noise_bound",
    "inflated_classical_ridge",
    "more_noise_wants_less_ridge",
    "more_ridge_means_more_bias",
    "ridge_on_a_shared_design_turns",
}


# What is proved, and how; the rest is searched or simulated.
PROVED = {
    "classical_ridge_on_clean_data": "all sizes",
    "each_generation_hurts": "all sizes",
    "exact_classical_ridge": "all sizes",
    "fake_data_want_more_ridge": "all sizes",
    "filter_bounds_the_variance_below": "all sizes",
    "finite_size_variance_of_least_squares": "all sizes",
    "fresh_designs_compound": "symbolic",
    "more_data_help_at_the_best_penalty": "all sizes",
    "more_noise_wants_more_ridge": "all sizes",
    "optimal_penalty_grows_with_dimension": "all sizes",
    "ridgeless_law": "symbolic",
    "rows_do_not_matter_to_a_perfect_fit": "symbolic",
    "rows_of_generators_help": "symbolic",
    "variance_sees_no_chain": "symbolic",
}


def bank(*, truth):
    """The conjectures whose first word is that."""
    return [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in SLOW else [])
        for path in BANK
        if path.read_text(encoding="utf-8").startswith(f"# {truth}: ")
    ]


def decided(path):
    """The verdict, within the time that a user is promised."""
    start = time.monotonic()
    verdict = check(read_conjecture(path), time_limit=60)
    assert time.monotonic() - start < 60
    assert (verdict.repetitions > 0) is (path.stem in WITHOUT_THEOREM)
    return verdict


@pytest.mark.parametrize("path", bank(truth="FALSE"))
def test_a_false_conjecture_is_refuted(path):
    """With a counterexample in its domain, claimed and observed side by side."""
    verdict = decided(path)
    assert verdict.verdict is Outcome.REFUTED
    example = verdict.counterexample
    assert example.claimed != example.observed
    # A limit is tried at sizes grown beyond the domain.
    conjecture = read_conjecture(path)
    assert conjecture.kind == "limit" or example.setting in conjecture.domain


@pytest.mark.parametrize("path", bank(truth="TRUE"))
def test_a_true_conjecture_holds(path):
    """It is decided, and not refuted."""
    verdict = decided(path)
    assert verdict.verdict in HOLDS
    assert verdict.how == PROVED.get(path.stem, verdict.how)
    assert (verdict.verdict is Outcome.PROVED) is bool(verdict.how)
    assert verdict.counterexample is None


def test_the_bank_is_balanced():
    """Enough of both kinds, and every file says which it is."""
    true, false = len(bank(truth="TRUE")), len(bank(truth="FALSE"))
    assert true + false == len(BANK) >= 30
    assert min(true, false) >= 12


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("finite_size_variance_of_a_filter", {"budget": 9}, "budget"),
        ("chain_denominator", {"time_limit": 1e-9}, "more time"),
        ("finite_size_variance_of_a_filter", {"time_limit": 1e-9}, "more time"),
        ("optimal_penalty_has_a_dip", {"time_limit": 1e-9}, "more time"),
    ],
)
def test_undecided_says_what_is_missing(name, options, words):
    """Budget, time, or a wider domain: the evidence names it."""
    path = next(path for path in BANK if path.stem == name)
    verdict = check(read_conjecture(path), **options)
    assert verdict.verdict is Outcome.UNDECIDED
    missing = verdict.evidence["missing"]
    assert missing
    assert all(words in text for text in missing)


NARROW = """[conjecture]
quantity = "variance"
relation = "{relation}"
kind     = "limit"
formula  = "{formula}"
[domain]
d        = 10
T        = {T}
n        = 0
sigma    = 1
lam      = {lam}
"""


@pytest.mark.parametrize(
    ("relation", "formula", "T", "lam", "words"),
    [
        ("scales-as", "T^(-1)", "{ integers = [11, 12] }", "0.1", "T"),
        ("scales-as", "T^(-2/3)", "{ integers = [11, 40] }", "0.1", "a longer range of T"),
    ],
)
def test_a_narrow_domain_says_what_to_widen(relation, formula, T, lam, words):
    """Too few values, or a slope that still moves."""
    text = NARROW.format(relation=relation, formula=formula, T=T, lam=lam)
    verdict = check(read_conjecture(text))
    assert verdict.verdict is Outcome.UNDECIDED
    assert words in verdict.evidence["missing"][0]
