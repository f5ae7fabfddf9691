"""Judge: exact claims meet the mean, limits meet Richardson, and everything is on record."""

from __future__ import annotations

import re
import time
from fractions import Fraction

import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.quantity_draws import Difference
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.testing.allowance import allowance, large_enough
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.sequential import Stopped

CLEAN = make_setting(d=8, T=20, sigma=1)  # exact error 8/11, limit 2/3


def judge(**options):
    """A judge at the level of a suite."""
    return Judge("test", **{"alpha": 1e-6, "tolerance": 0.03, "budget": 8192, **options})


def test_an_exact_claim_meets_the_mean():
    """8/11 is consistent at d = 8, and the limit 2/3 is refuted there."""
    bench = judge()
    assert bench.mean(CLEAN, 8 / 11).verdict == "consistent"
    with pytest.raises(Refutation) as caught:
        bench.mean(CLEAN, 8 / 12)
    assert caught.value.counterexample.setting == CLEAN
    assert [point.outcome for point in bench.points] == ["consistent", "refuted"]


def test_a_limit_is_not_judged_at_one_size():
    """2/3 is consistent as a limit from d = 8; a limit three per cent off is refuted."""
    bench = judge()
    assert bench.mean(CLEAN, 8 / 12, limit=True, quantity="variance").verdict == "consistent"
    with pytest.raises(Refutation, match="Richardson"):
        bench.mean(CLEAN, 8 / 12 * 1.06, limit=True, quantity="variance")
    assert bench.points[0].setting.d >= 32
    assert bench.points[0].pair


@pytest.mark.parametrize(
    ("relation", "claimed", "verdict"),
    [
        ("at-most", 0.9, "consistent"),
        ("at-least", 0.5, "consistent"),
        ("at-most", 0.5, "refuted"),
        ("at-least", 0.9, "refuted"),
    ],
)
def test_inequalities_have_one_side(relation, claimed, verdict):
    """A bound is refuted from its own side alone."""
    bench = judge()
    try:
        found = bench.mean(CLEAN, claimed, relation=relation).verdict
    except Refutation:
        found = "refuted"
    assert found == verdict
    (point,) = bench.points
    assert point.relation == relation
    assert (point.deviation > 0) is (verdict == "refuted")


def test_a_small_budget_is_on_record_as_undecided():
    """What could not be decided is named, not dropped."""
    bench = judge(budget=256, tolerance=0.001)
    assert bench.mean(CLEAN, 8 / 11, method="literal").verdict == "undecided"
    assert "test_error at d 8" in bench.undecided[0]


def test_a_past_deadline_is_undecided():
    """Time can only take a verdict away."""
    bench = judge(deadline=time.monotonic() - 1)
    assert bench.mean(CLEAN, 123.0).verdict == "undecided"


def test_a_claimed_zero_is_judged_in_absolute_terms():
    """The bias of least squares is zero; a claimed bias of zero under ridge is refuted."""
    bench = judge()
    assert bench.mean(CLEAN, 0.0, quantity="bias").verdict == "consistent"
    with pytest.raises(Refutation):
        bench.mean(CLEAN.with_(lam=1), 0.0, quantity="bias")


def test_counts_and_the_worst_point():
    """Repetitions add up, literal ones apart; the worst point lies farthest off."""
    bench = judge(tolerance=0.2)
    bench.mean(CLEAN, 8 / 11)
    bench.mean(CLEAN, 8 / 11, method="literal")
    total = [point.repetitions for point in bench.points]
    assert bench.repetitions == sum(total)
    assert bench.literal_repetitions == total[1]
    assert bench.worst.deviation == max(point.deviation for point in bench.points)


def test_deterministic_comparisons_are_recorded_and_refute():
    """`compare` keeps what it saw and raises where it fails."""
    bench = judge()
    bench.compare(CLEAN, "bias", 1.0, 1.0, holds=True, method="algebra")
    with pytest.raises(Refutation, match="algebra"):
        bench.compare(CLEAN, "bias", 1.0, 2.0, holds=False, method="algebra")
    assert [point.outcome for point in bench.points] == ["consistent", "refuted"]
    assert bench.worst is None


def test_the_same_seed_gives_the_same_trial():
    """A trial is a function of the claim, the point and the seed."""
    one, two, other = judge(seed=1), judge(seed=1), judge(seed=2)
    for bench in (one, two, other):
        bench.mean(CLEAN, 8 / 11)
    assert one.points == two.points
    assert one.points[0].observed != other.points[0].observed


@pytest.mark.parametrize(("d", "grown"), [(8, 32), (32, 32), (40, 40), (20, 40), (31, 62)])
def test_limits_are_taken_from_d_of_at_least_32(d, grown):
    """The smaller size of a Richardson pair is a whole multiple of d, at least 32."""
    assert large_enough(make_setting(d=d, T=2 * d)).d == grown


def test_the_allowance_falls_with_the_square_of_the_size():
    """What Richardson leaves is of order 1/g^2 in the surplus rows of each fit."""
    setting = make_setting(d=32, T=64, T0=96, n=2, sigma=1, sigma0=1, lam="0.1")
    assert allowance(setting) == pytest.approx(4 * allowance(setting.grown(2)), rel=1e-9)
    assert allowance(setting.clean()) < allowance(setting)
    assert allowance(make_setting(d=32, T=64)) == 0.0
    # Ridgeless with T = 2 d rows: g = T - d, hence (2/32)^2.
    assert allowance(make_setting(d=32, T=64, sigma=1)) == pytest.approx((2 / 32) ** 2)


def test_a_refutation_names_everything():
    """The counterexample of a simulated point is complete: setting, both numbers, effort, lines."""
    bench = judge(redo="ridgeproof verify C0")
    with pytest.raises(Refutation) as caught:
        bench.mean(CLEAN, 0.9, quantity="variance", method="literal")
    example, (point,) = caught.value.counterexample, bench.points
    assert (example.setting, example.quantity, example.claimed) == (CLEAN, "variance", "0.9")
    assert example.observed == f"{point.observed:.6g}"
    assert (example.standard_error, example.repetitions) == (
        point.standard_error,
        point.repetitions,
    )
    assert example.method == f"literal simulation, {point.repetitions} repetitions"
    assert example.command == "ridgeproof verify C0"
    assert (point.claimed, point.method, point.outcome) == (0.9, "literal", "refuted")


def test_a_comparison_is_recorded_in_full():
    """Without randomness there are no repetitions and no standard error."""
    bench = judge()
    with pytest.raises(Refutation) as caught:
        bench.compare(CLEAN, "slope", 1.0, 2.0, holds=False, method="algebra")
    (point,), example = bench.points, caught.value.counterexample
    assert (point.setting, point.quantity, point.claimed, point.observed) == (
        CLEAN, "slope", 1.0, 2.0,
    )  # fmt: skip
    assert (point.standard_error, point.repetitions, point.method) == (0.0, 0, "algebra")
    assert (example.setting, example.quantity, example.claimed, example.observed) == (
        CLEAN, "slope", "1", "2",
    )  # fmt: skip
    assert (example.standard_error, example.method) == (None, "algebra")


def test_a_better_penalty_is_no_worse_and_a_worse_one_is_refuted():
    """Ridge at its optimum beats a penalty ten times as large, never the other way round."""
    best = make_setting(d=32, T=64, sigma=1, lam="1/2")
    other = best.with_(lam=5)
    bench = judge(budget=2048)
    assert bench.no_worse(best, other).verdict == "consistent"
    with pytest.raises(Refutation) as caught:
        bench.no_worse(other, best)
    example = caught.value.counterexample
    assert (example.setting, example.before, example.term) == (best, other, "test_error")
    assert example.claimed == ">= 0"
    assert float(example.observed) < 0
    assert example.quantity == "test_error minus that at lam = 5"
    assert example.method == f"controlled simulation, {example.repetitions} repetitions"
    good, bad = bench.points
    assert (good.setting, good.outcome, good.deviation) == (other, "consistent", 0.0)
    assert good.quantity == "test_error minus that at lam = 1/2"
    assert (bad.setting, bad.quantity, bad.method) == (best, example.quantity, "controlled")
    assert (good.claimed, bad.claimed) == (0.0, 0.0)
    assert bad.deviation > 10


def test_two_penalties_are_compared_on_the_same_designs():
    """What the designs have in common cancels: a ten-thousandth of the error is seen at once."""
    best = make_setting(d=32, T=64, sigma=1, lam="1/2")
    near = best.with_(lam=Fraction(501, 1000))
    bench = judge(tolerance=1e-4, budget=512)
    assert bench.no_worse(best, near).verdict == "consistent"
    bench.mean(best, float(evaluate(best).value), limit=True)
    difference, plain = bench.points
    assert difference.standard_error < 1e-3 * plain.standard_error


def test_no_worse_means_by_the_tolerance_of_the_better_error():
    """The margin is relative to the error that is compared with, here about a third."""
    best = make_setting(d=32, T=64, sigma=1, lam="1/2")
    bench = judge(budget=2048, tolerance=0.03)
    decision = bench.no_worse(best, best.with_(lam=5))
    margin = float(re.search(r"bounded within (\S+) of", decision.reason)[1])
    assert margin == pytest.approx(0.03 * evaluate(best).value, rel=0.1)


def test_only_a_known_law_gets_more_than_the_budget():
    """Its draws are cheap: 32 times as many.  Others keep to the budget."""
    bench = judge(budget=300, tolerance=1e-4)
    bench.mean(CLEAN, 8 / 11, method="conditional")
    bench.mean(CLEAN, 8 / 11, method="exact-law")
    assert [point.repetitions for point in bench.points] == [300, 32 * 300]


def test_draws_belong_to_the_claim():
    """Another claim at the same point sees other draws; so does another quantity."""
    one, two = judge(), judge()
    two.claim = "another"
    for bench in (one, two):
        bench.mean(CLEAN, 8 / 11)
    assert one.points[0].observed != two.points[0].observed


# --- movements, interruptions, and what the record keeps ---


MORE = CLEAN.with_(T=40)


def test_a_movement_is_established_or_refuted():
    """More rows, less error: a fall is established, a rise refuted, with both ends on record."""
    bench = judge()
    assert bench.moves(CLEAN, MORE, -1).verdict == "consistent"
    with pytest.raises(Refutation) as caught:
        bench.moves(CLEAN, MORE, 1)
    fall, rise = bench.points
    assert (fall.setting, fall.quantity) == (MORE, "fall of test_error from T = 20")
    assert (rise.setting, rise.quantity) == (MORE, "rise of test_error from T = 20")
    assert (fall.outcome, rise.outcome) == ("consistent", "refuted")
    assert fall.claimed == rise.claimed == 0.0
    # 8/11 - 8/31, either way round.
    assert fall.observed == pytest.approx(0.469, abs=6 * fall.standard_error)
    assert rise.observed == pytest.approx(-0.469, abs=6 * rise.standard_error)
    assert fall.method in {"conditional", "controlled"}
    example = caught.value.counterexample
    assert (example.setting, example.quantity, example.claimed) == (MORE, rise.quantity, "> 0")
    assert example.observed == f"{rise.observed:.6g}"
    assert (example.standard_error, example.repetitions) == (
        rise.standard_error,
        rise.repetitions,
    )
    assert (example.before, example.term) == (CLEAN, "test_error")
    assert fall.deviation == 0.0 < rise.deviation  # only the wrong direction speaks against it
    assert example.method == f"{rise.method} simulation, {rise.repetitions} repetitions"


@pytest.mark.parametrize(
    "tried",
    [
        lambda bench: bench.moves(CLEAN, MORE, -1),
        lambda bench: bench.no_worse(CLEAN.with_(lam=1), CLEAN.with_(lam=9)),
    ],
)
def test_pairs_are_drawn_by_seed_and_claim(tried):
    """The same seed and claim give the same numbers; another of either gives others."""
    benches = [judge(), judge(), judge(seed=1), judge()]
    benches[3].claim = "another"
    for bench in benches:
        tried(bench)
    one, same, seed, claim = (bench.points[0].observed for bench in benches)
    assert one == same
    assert len({one, seed, claim}) == 3


def test_what_does_not_move_neither_rises_nor_falls():
    """A difference that is nothing establishes no sign: refuted, not consistent."""
    for sign in (1, -1):
        with pytest.raises(Refutation):
            judge(budget=512).moves(MORE, MORE, sign)


def test_a_movement_too_small_to_see_is_undecided():
    """One row in four hundred, 256 repetitions: on record as undecided, with what is missing."""
    many = CLEAN.with_(T=400)
    bench = judge(budget=256, alpha=1e-9)
    decision = bench.moves(many.with_(lam=1), CLEAN.with_(lam=1, T=401), -1)
    assert decision.verdict == "undecided"
    assert bench.needed == [decision.needed]
    assert "fall of test_error from T = 400 at d 8 T 401" in bench.undecided[-1]


def test_a_movement_is_of_the_quantity_that_is_named():
    """The bias of ridge falls with more rows; the synthetic part of clean data is nothing."""
    bench = judge()
    ridge = CLEAN.with_(lam=1)
    assert bench.moves(ridge, ridge.with_(T=40), -1, "bias").verdict == "consistent"
    (point,) = bench.points
    assert point.quantity == "fall of bias from T = 20"
    alone = judge()
    alone.moves(ridge, ridge.with_(T=40), -1, "variance")
    assert alone.points[0].observed != point.observed


def interrupted(chunk, size):
    """Draws of 0 +- 0.5 that Ctrl-C ends at the second look."""
    if chunk >= 4:
        raise KeyboardInterrupt
    return make_generator(0, "judge", None, "test", chunk).normal(0.0, 0.5, size)


def test_ctrl_c_leaves_the_point_on_record():
    """What the looks before it saw is kept, as undecided, by the name of its method."""
    bench = judge(tolerance=1e-4)
    with pytest.raises(Stopped) as caught:
        bench.mean(CLEAN, 0.01, method="literal", sampler=interrupted)
    (point,) = bench.points
    assert (point.outcome, point.method, point.repetitions) == ("undecided", "literal", 256)
    assert point.observed == caught.value.decision.mean
    assert bench.undecided == [f"test_error at {CLEAN} (literal run): stopped on trial"]


@pytest.mark.parametrize(
    ("tried", "quantity"),
    [
        (lambda bench: bench.no_worse(CLEAN, MORE), "test_error minus that at lam = 0"),
        (lambda bench: bench.moves(CLEAN, CLEAN, 1), "rise of test_error from T = 20"),
    ],
)
def test_ctrl_c_leaves_pairs_on_record_too(monkeypatch, tried, quantity):
    """A difference that is interrupted is kept as it stands."""
    for name in ("__call__", "observed"):
        monkeypatch.setattr(Difference, name, lambda _, chunk, size: interrupted(chunk, size))
    bench = judge(tolerance=1e-12)
    with pytest.raises(Stopped):
        tried(bench)
    (point,) = bench.points
    assert (point.quantity, point.outcome, point.method) == (quantity, "undecided", "conditional")
    assert point.repetitions == 256


def test_a_sampler_of_ones_own_is_judged_under_its_own_name():
    """It replaces the simulation; the record says which method, and the counterexample agrees."""

    def draw(chunk, size):
        return make_generator(0, "own", None, "test", chunk).normal(2.0, 0.1, size)

    bench = judge()
    assert bench.mean(CLEAN, 2.0, method="digits", sampler=draw).verdict == "consistent"
    with pytest.raises(Refutation) as caught:
        bench.mean(CLEAN, 2.2, method="digits", sampler=draw)
    assert [point.method for point in bench.points] == ["digits", "digits"]
    assert caught.value.counterexample.method.startswith("digits simulation, ")


def test_an_admitted_error_refutes_only_beyond_it():
    """`allowed` is relative to the claim and on record; without it an exact claim admits none."""
    bench = judge(alpha=0.001, budget=2**15)
    # To bound 2 % within 3 % takes draws enough to refute it, were it not allowed.
    assert bench.mean(CLEAN, 8 / 11 * 1.02, allowed=0.04, tolerance=0.03).verdict == "consistent"
    with pytest.raises(Refutation):
        bench.mean(CLEAN, 8 / 11 * 1.12, allowed=0.04)
    with pytest.raises(Refutation):
        bench.mean(CLEAN, 8 / 11 * 1.02)
    assert [point.allowed for point in bench.points] == [0.04, 0.04, 0.0]


def test_a_limit_admits_the_allowance_of_the_size_it_is_taken_at():
    """Not that of the setting as given, and none where the claim is exact."""
    bench = judge()
    bench.mean(CLEAN, 8 / 12, limit=True, quantity="variance")
    (point,) = bench.points
    assert point.setting == large_enough(CLEAN)
    assert point.allowed == allowance(large_enough(CLEAN)) < allowance(CLEAN)


def test_a_tolerance_of_its_own_goes_before_that_of_the_judge():
    """Relative or absolute, for one question."""
    wide = judge(tolerance=1e-5, budget=512)
    wide.mean(CLEAN, 8 / 11, method="literal", tolerance=0.9)
    wide.mean(CLEAN, 8 / 11, method="literal", absolute_tolerance=0.7)
    wide.mean(CLEAN, 8 / 11, method="literal")
    assert [p.outcome for p in wide.points] == ["consistent", "consistent", "undecided"]


def test_a_claimed_zero_is_judged_in_units_of_the_signal():
    """b = 1 + 3: three per cent of it is the margin."""
    scaled = make_setting(d=2, T=20, spectrum="levels:1*1,2*1", signal="energies:1,3")

    def draw(chunk, size):
        return make_generator(0, "zero", None, "test", chunk).normal(0.0, 0.3, size)

    decision = judge(alpha=0.001).mean(scaled, 0.0, method="own", sampler=draw)
    assert decision.reason.endswith("is bounded within 0.12 of the claimed 0")


def test_what_would_decide_is_kept_for_all_but_the_literal_witness():
    """The literal run is a witness with a budget of its own: its needs are not the claim's."""
    bench = judge(budget=256, tolerance=1e-4)
    literal = bench.mean(CLEAN, 8 / 11, method="literal")
    conditional = bench.mean(CLEAN, 8 / 11, method="conditional")
    assert literal.verdict == conditional.verdict == "undecided"
    assert bench.needed == [conditional.needed]
    assert bench.undecided == [
        f"test_error at {CLEAN} (literal run): {literal.reason}",
        f"test_error at {CLEAN}: {conditional.reason}",
    ]


def test_time_limits_reach_every_question():
    """A deadline in the past leaves each of the three undecided."""
    bench = judge(deadline=time.monotonic() - 1)
    assert bench.mean(CLEAN, 8 / 11).verdict == "undecided"
    assert bench.no_worse(CLEAN, CLEAN.with_(lam=5)).verdict == "undecided"
    assert bench.moves(CLEAN, MORE, -1).verdict == "undecided"
    assert all("time limit" in text for text in bench.undecided)
    assert bench.points == []


def test_a_refutation_reads_as_a_sentence():
    """The exception's text names quantity, setting, both numbers and the method."""
    bench = judge()
    with pytest.raises(Refutation) as caught:
        bench.compare(CLEAN, "slope", 1.0, 2.0, holds=False, method="algebra")
    assert str(caught.value) == f"slope at {CLEAN}: claimed 1, observed 2 (algebra)"
