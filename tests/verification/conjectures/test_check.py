"""check on the example conjectures and on small ones: each rung, each verdict, each relation."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import pytest

from ridgeproof import evaluate, make_setting
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.testing.verdict import Outcome

EXAMPLES = sorted(Path(__file__).parents[3].glob("examples/conjectures/*.toml"))
TRUE = {Outcome.PROVED, Outcome.IDENTICAL, Outcome.CONSISTENT}

# One true example for each way of being true, simulation apart.
KINDS = {
    "ridgeless_is_linear": (Outcome.PROVED, "symbolic"),
    "finite_size_ridge_bound": (Outcome.PROVED, "all sizes"),
    "more_ridge_forgets_noise": (Outcome.PROVED, "whole domain"),
    "accumulating_on_one_design": (Outcome.PROVED, "symbolic"),
}

LONG = {"more_ridge_forgets_noise"}

DOMAIN = """[domain]
d      = { integers = [5, 30] }
T      = "d + 10 .. 4*d + 10"
T0     = "d + 10 .. 4*d + 10"
n      = { integers = [0, 4] }
sigma  = [0.1, 2.0]
sigma0 = [0.1, 2.0]
lam    = 0
"""


def conjecture(formula, *, relation="equals", kind="exact", quantity="test_error", **entries):
    """A conjecture over the small domain, with some entries changed."""
    lines = [line for line in DOMAIN.splitlines() if line.split("=")[0].strip() not in entries]
    lines += [f"{name} = {entry}" for name, entry in entries.items() if entry]
    head = {"quantity": quantity, "relation": relation, "kind": kind, "formula": formula}
    stated = "\n".join(f'{key} = "{value}"' for key, value in head.items())
    return read_conjecture(f"[conjecture]\n{stated}\n" + "\n".join(lines) + "\n")


@lru_cache
def verdict_of(path, seed=20240212):
    """The verdict on an example."""
    return check(read_conjecture(path), seed=seed, time_limit=60)


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=[pytest.mark.slow] if path.stem in LONG else [])
        for path in EXAMPLES
    ],
)
def test_examples_have_the_verdict_their_comment_promises(path):
    """True conjectures hold and false ones are refuted, within the time limit."""
    start = time.monotonic()
    verdict = verdict_of(path)
    promised = path.read_text(encoding="utf-8").split(maxsplit=2)[1].strip(":,.")
    assert promised in {"TRUE", "FALSE"}
    if promised == "TRUE":
        found = verdict.verdict, verdict.how.partition(":")[0]
        assert found == KINDS.get(path.stem, found)
        assert verdict.verdict in TRUE
        assert verdict.counterexample is None
        # The literal process has a word in whatever simulation decides.
        literal = verdict.evidence["literal_repetitions"] > 0
        assert literal is (verdict.verdict is Outcome.CONSISTENT)
    else:
        assert verdict.verdict is Outcome.REFUTED
        assert verdict.counterexample.setting in read_conjecture(path).domain
    assert time.monotonic() - start < 60


@pytest.mark.slow
def test_workers_do_not_change_a_verdict(monkeypatch):
    """The same seed gives the same verdict and evidence on one and on two workers."""
    # Each point starts a pool of its own: two points show what nine do.
    monkeypatch.setattr("ridgeproof.verification.conjectures.ladder.on_trial._SIMULATED", 1)
    path = Path(__file__).parents[2] / "bank" / "shared_ridge_chain_noise_bound.toml"
    one, two = (
        check(read_conjecture(path), seed=20240212, workers=workers).data() for workers in (1, 2)
    )
    assert {**one, "seconds": 0} == {**two, "seconds": 0}
    assert one["repetitions"] > 0


@pytest.mark.parametrize(
    ("formula", "relation", "kind", "expected"),
    [
        ("sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)", "equals", "exact", {Outcome.PROVED}),
        ("sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)", "equals", "limit", {Outcome.PROVED}),
        ("sigma^2*phi/(1-phi) + n*sigma0^2*phi0/(1-phi0)", "equals", "exact", {Outcome.REFUTED}),
        ("sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d)", "equals", "exact", {Outcome.REFUTED}),
        ("sigma^2*d/(T-d-1) + sigma0^2*d/(T0-d-1)", "equals", "limit", {Outcome.REFUTED}),
        ("sigma^2*d/(T-d) + n*sigma0^2*d/(T0-d)", "at-least", "exact", TRUE),
        ("sigma^2*d/(T-d) + n*sigma0^2*d/(T0-d)", "at-most", "exact", {Outcome.REFUTED}),
        ("n", "increases-in", "exact", TRUE),
        ("n", "decreases-in", "exact", {Outcome.REFUTED}),
        ("T", "decreases-in", "exact", TRUE),
        ("T", "increases-in", "limit", {Outcome.REFUTED}),
        ("log(d - 100)", "equals", "exact", {Outcome.REFUTED}),  # undefined on the domain
        ("d - T", "equals", "exact", {Outcome.REFUTED}),  # a negative error
        ("1/(T-d-10)", "equals", "exact", {Outcome.REFUTED}),  # a pole in the domain
    ],
)
def test_verdicts_on_small_conjectures(formula, relation, kind, expected):
    """Each relation, true and false."""
    verdict = check(conjecture(formula, relation=relation, kind=kind))
    assert verdict.verdict in expected
    assert (verdict.counterexample is not None) is (verdict.verdict is Outcome.REFUTED)


@pytest.mark.parametrize(
    ("formula", "expected"), [("T^(-1)", TRUE), ("T^(-1/2)", {Outcome.REFUTED})]
)
def test_scaling_conjectures(formula, expected):
    """The slope of the variance at fixed d is -1, and not -1/2."""
    claim = conjecture(
        formula, relation="scales-as", kind="limit", quantity="variance",
        d="20", T="{ integers = [1000, 100000] }", n="0", T0="", sigma0="", sigma="1",
    )  # fmt: skip
    assert check(claim).verdict in expected


@pytest.mark.parametrize(
    ("formula", "toward", "lam", "expected"),
    [
        ("lam^(-1/2)", "0", "[1e-8, 1e8]", TRUE),
        ("lam^(-1)", "0", "[1e-8, 1e8]", {Outcome.REFUTED}),
        ("lam^(-1/2)", "infinity", "[1e-8, 1e8]", {Outcome.REFUTED}),
        ("lam^(-2)", "infinity", "[1e-8, 1e8]", TRUE),
        ("lam^(-7/10)", "0", "[0.1, 100]", {Outcome.UNDECIDED}),  # on its way to -1/2
    ],
)
def test_a_slope_is_read_at_the_end_that_is_claimed(formula, toward, lam, expected):
    """At T = d the variance is like lam^(-1/2) as lam -> 0, and like lam^(-2) as it grows."""
    claim = conjecture(
        formula, relation="scales-as", kind="limit", quantity="variance",
        d="20", T="20", n="0", T0="", sigma0="", sigma="1", lam=lam,
    )  # fmt: skip
    assert check(replace(claim, toward=toward)).verdict in expected


def test_a_slope_that_only_passes_through_the_claim_is_undecided():
    """At fixed lam the error tends to a floor: -1/2 is met on the way, still moving."""
    claim = conjecture(
        "T^(-1/2)", relation="scales-as", kind="limit",
        d="20", T="{ integers = [1000, 33682386] }", n="0", T0="", sigma0="", sigma="1",
        lam="0.001",
    )  # fmt: skip
    verdict = check(claim)
    assert verdict.verdict is Outcome.UNDECIDED
    assert "still moving by 0.2 an octave" in verdict.evidence["rungs"][0]["finding"]
    assert verdict.evidence["missing"] == ["a longer range of T would decide it"]


def test_a_counterexample_is_the_smallest():
    """Refuting d/(T-d) shrinks to the smallest d, clean data and the simplest noise."""
    verdict = check(conjecture("sigma^2*d/(T-d) + n*sigma0^2*d/(T0-d-1)"))
    setting = verdict.counterexample.setting
    assert (setting.d, setting.n) == (5, 0)
    data = verdict.counterexample.data()
    assert data["claimed"] != data["observed"]
    assert data["command"].startswith("ridgeproof evaluate --d 5 ")


def test_a_counterexample_s_python_line_runs():
    """The printed line names its form as text, and gives the observed value."""
    example = check(conjecture("sigma^2*d/(T-d) + n*sigma0^2*d/(T0-d-1)")).counterexample
    assert example.python.endswith("), form='exact').value)")
    given = {key: x for key, x in example.setting.canonical().items() if x is not None}
    value = evaluate(make_setting(**given), form="exact")
    assert value.shown(value.value)[:12] == example.observed[:12]


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"T": '"4*d .. d"'}, r"T = {4\*d, …, d} has no whole number"),
        ({"T": '"d + 0.5 .. d + 0.7"'}, "has no whole number"),
        ({"T": '"1/(d + 1)"'}, r"T = 1/\(d \+ 1\) is too small"),
        ({"T": "11", "synthetic_fraction": "0.5"}, "synthetic_fraction times T is not a whole"),
        ({"spectrum": '"ar1:1/2"', "signal": '"source:1/2"'}, "no signal suits the spectrum ar1"),
    ],
)
def test_a_domain_without_a_setting_is_refused(entries, words):
    """Bad input, not an undecided claim: the entry is named."""
    with pytest.raises(InputError, match=words):
        check(conjecture("n", **entries))


def test_a_spent_budget_is_undecided():
    """Without a theorem and with a handful of repetitions nothing is concluded."""
    claim = conjecture("sigma^2*gamma/(1-gamma)", quantity="variance", n="0", T0="", sigma0="",
                       lam="[0.1, 1]", spectrum='["power-law:1.5"]')  # fmt: skip
    verdict = check(claim, budget=64)
    assert verdict.verdict is Outcome.UNDECIDED
    assert verdict.evidence["missing"]


def test_a_time_limit_can_only_leave_a_claim_undecided():
    """No time: undecided for true and false claims alike, unless decided by symbols."""
    for formula in ("sigma^2*d/(T-d)", "sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d)"):
        verdict = check(conjecture(formula), time_limit=1e-9)
        assert verdict.verdict is Outcome.UNDECIDED
        assert verdict.counterexample is None


NARROW = {"n": "0", "T0": "", "sigma0": ""}


def test_next_to_a_threshold_without_a_theorem_nothing_is_known():
    """No point that can be judged is never a pass, and the draws out of scope are counted."""
    near = {**NARROW, "T": '"d + 2 .. d + 3"', "features": '"student:5"'}
    verdict = check(conjecture("sigma^2*d/(T-d-1)", **near))
    assert verdict.verdict is Outcome.UNDECIDED
    assert list(verdict.evidence["out_of_scope"]) == ["lam = 0, sigma > 0 and |T - d| < 4"]
    (missing,) = verdict.evidence["missing"]
    assert missing.startswith("no theorem, and next to a threshold the simulated error")


@pytest.mark.parametrize(
    ("formula", "relation", "T", "expected"),
    [
        ("sigma^2*d/(T-d-1)", "equals", "d + 1 .. 4*d", TRUE),  # both infinite at d + 1
        ("sigma^2*d", "at-most", "d + 1 .. 4*d", {Outcome.REFUTED}),
        ("sigma^2*d", "equals", "d + 1 .. d + 2", {Outcome.REFUTED}),
        ("sigma^2*d/(T-d)", "at-least", "d + 1 .. 4*d", TRUE),
        pytest.param("T", "decreases-in", "d + 1 .. 4*d", TRUE, marks=pytest.mark.slow),
        ("T", "decreases-in", "d - 2 .. 4*d", {Outcome.REFUTED}),  # through infinity
    ],
)
def test_an_infinite_expectation_speaks(formula, relation, T, expected):
    """It is above every bound; a formula that is infinite with it is right."""
    claim = conjecture(formula, relation=relation, quantity="variance", **NARROW, T=f'"{T}"')
    verdict = check(claim)
    assert verdict.verdict in expected
    assert verdict.repetitions == 0
    example = verdict.counterexample
    assert example is None or example.observed in {"infinite", "+inf"}


def test_the_limit_is_finite_where_growing_sizes_are():
    """T = d + 1 is infinite as it stands; d, T = 2d, 2d + 2 and so on are not."""
    near = {**NARROW, "T": '"d + 1 .. d + 2"'}
    claims = ("sigma^2*phi/(1-phi)", TRUE), ("sigma^2*d/2", {Outcome.REFUTED})
    for formula, expected in claims:
        claim = conjecture(formula, kind="limit", quantity="variance", **near)
        assert check(claim).verdict in expected


def test_an_interrupt_keeps_what_was_found():
    """Ctrl-C during a check gives its evidence so far, undecided."""

    def interrupt(text):
        if text.startswith("precision"):
            raise KeyboardInterrupt

    verdict = check(conjecture("sigma^2*d/(T-d)"), watch=interrupt)
    assert verdict.verdict is Outcome.UNDECIDED
    assert verdict.evidence["rungs"][-1]["rung"] == "interrupted"
