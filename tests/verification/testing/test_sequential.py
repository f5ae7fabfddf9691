"""The sequential test: thresholds, looks, verdicts, power, and no false refutations."""

from __future__ import annotations

import math
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.testing.e_process import EProcess
from ridgeproof.verification.testing.sequential import Stopped, decide

LEVEL = {"alpha": 0.001, "tolerance": 0.01}


def stream(draw, name="test"):
    """A sampler whose chunks have streams of their own: draw(rng, size) -> values."""
    return lambda chunk, size: draw(make_generator(0, name, None, "test", chunk), size)


def normal(mean, deviation, name="test"):
    """A normal stream."""
    return stream(lambda rng, size: rng.normal(mean, deviation, size), name)


def constant(value):
    """A stream without randomness."""
    return lambda _, size: np.full(size, value)


# --- the verdicts ---


def test_a_true_claim_is_bounded_within_its_tolerance():
    """The verdict on a true mean is consistent, with an ordinary mean and standard error."""
    decision = decide(normal(2.0, 0.2), 2.0, **LEVEL, budget=2**14)
    assert decision.verdict == "consistent"
    assert decision.within_tolerance
    assert decision.standard_error == pytest.approx(0.2 / math.sqrt(decision.repetitions), rel=0.1)
    assert abs(decision.mean - 2.0) < 4 * decision.standard_error


@pytest.mark.parametrize("wrong", [0.95, 1.05])
def test_a_claim_wrong_by_five_percent_is_refuted_quickly(wrong):
    """At 10 % relative noise the first looks suffice, in either direction."""
    decision = decide(normal(2.0, 0.2), 2.0 * wrong, **LEVEL, budget=2**14)
    assert decision.verdict == "refuted"
    assert not decision.within_tolerance
    assert decision.repetitions <= 512
    assert "differs" in decision.reason


def test_a_claim_wrong_by_less_than_the_tolerance_is_refuted_and_says_so():
    """Half a percent off with hardly any noise: refuted, but within the tolerance."""
    decision = decide(normal(2.01, 0.002), 2.0, **LEVEL, budget=2**14)
    assert (decision.verdict, decision.within_tolerance) == ("refuted", True)
    assert "less than the tolerance" in decision.reason


def test_a_spent_budget_is_undecided_and_forecasts_what_is_missing():
    """The number of repetitions that it asks for does decide."""
    short = decide(normal(2.0, 0.8), 2.0, **LEVEL, budget=1000)
    assert (short.verdict, short.repetitions) == ("undecided", 1000)
    asked = int(re.search(r"about ([\d,]+) rep", short.reason)[1].replace(",", ""))
    assert decide(normal(2.0, 0.8), 2.0, **LEVEL, budget=2 * asked).verdict == "consistent"


def test_a_mean_on_the_edge_of_the_tolerance_is_said_to_be_undecidable():
    """Neither refutable within a stated allowance nor inside the tolerance: no budget helps."""
    decision = decide(constant(1.01), 1.0, **LEVEL, allowance=0.02, variance_bound=1.0, budget=256)
    assert decision.reason == (
        "the budget was spent and the mean 1.01 +- 0 sits too close to the edge of the tolerance: "
        "change the tolerance"
    )
    assert decision.needed is None


@pytest.mark.parametrize(
    ("relation", "mean", "verdict"),
    [
        ("at-most", 1.9, "consistent"),
        ("at-most", 2.0, "consistent"),
        ("at-most", 2.1, "refuted"),
        ("at-least", 2.1, "consistent"),
        ("at-least", 2.0, "consistent"),
        ("at-least", 1.9, "refuted"),
    ],
)
def test_one_sided_claims_use_only_the_processes_that_matter(relation, mean, verdict):
    """A bound is refuted by its violation only, and holds when a larger violation is excluded."""
    decision = decide(normal(mean, 0.1), 2.0, relation=relation, **LEVEL, budget=2**14)
    assert decision.verdict == verdict
    used = decision.e_values
    if relation == "at-most":
        assert used.below_claim is used.above_lower is None
    else:
        assert used.above_claim is used.below_upper is None


@pytest.mark.parametrize("side", [1, -1])
def test_an_allowance_widens_the_claim_but_not_the_tolerance(side):
    """A bias within the allowance is no refutation; beyond it, it is; on either side."""
    biased = normal(2.0 + 0.01 * side, 0.01)
    assert decide(biased, 2.0, **LEVEL, budget=2**12).verdict == "refuted"
    assert decide(biased, 2.0, **LEVEL, allowance=0.011, budget=2**12).verdict == "consistent"
    assert decide(biased, 2.0, **LEVEL, allowance=0.005, budget=2**12).verdict == "refuted"
    far = normal(2.0 + 0.03 * side, 0.01)
    assert decide(far, 2.0, **LEVEL, allowance=0.04, budget=2**12).verdict == "undecided"


def test_a_forecast_is_at_least_twice_what_was_spent():
    """Just short of a verdict, the advice is not the budget that has just failed."""
    needed = EProcess(0.8, 1, 1.0).repetitions_to(math.log(1000), 1.0)
    budget = int(0.9 * needed)
    decision = decide(
        constant(1.0), 1.0, alpha=0.001, tolerance=0.2, variance_bound=1.0, budget=budget
    )
    asked = int(re.search(r"about ([\d,]+) rep", decision.reason)[1].replace(",", ""))
    assert asked == pytest.approx(2 * budget, rel=0.05)  # two significant digits


def test_each_verdict_gives_its_reason_in_numbers():
    """Mean, standard error, margin and claim, in words that say which verdict it is."""
    decision = decide(normal(2.0, 0.2), 2.0, **LEVEL, budget=2**14)
    mean = f"the mean {decision.mean:.6g} +- {decision.standard_error:.2g}"
    assert decision.reason == f"{mean} is bounded within 0.02 of the claimed 2"
    decision = decide(normal(2.01, 0.002), 2.0, **LEVEL, budget=2**14)
    mean = f"the mean {decision.mean:.6g} +- {decision.standard_error:.2g}"
    assert decision.reason == (
        f"{mean} differs from the claimed 2, though by less than the tolerance 0.02"
    )


@pytest.mark.parametrize(
    ("relation", "mean", "null", "ratio"),
    [
        ("equals", 1.3, 1.0, 2),  # far off: what refutes it comes first
        ("at-most", 1.3, 1.0, 2),
        ("at-most", 1.0, 1.1, 1),  # true: what bounds it
        ("at-least", 1.0, 0.9, 1),
    ],
)
def test_a_forecast_is_that_of_the_process_that_decides(relation, mean, null, ratio):
    """Refuting takes log(2/alpha), bounding log(1/alpha), at the mean that was seen."""
    decision = decide(
        constant(mean), 1.0, relation=relation, alpha=0.001, tolerance=0.1,
        budget=8, variance_bound=4.0,
    )  # fmt: skip
    direction = 1 if mean > null else -1
    expected = EProcess(null, direction, 4.0).repetitions_to(math.log(ratio * 1000), mean)
    assert decision.verdict == "undecided"
    assert not decision.within_tolerance
    assert decision.needed == pytest.approx(expected, rel=1e-12)
    assert f"{float(f'{expected:.2g}'):,.0f} repetitions would decide it" in decision.reason


def test_ctrl_c_keeps_what_the_looks_before_it_have_seen():
    """The decision so far travels with the interrupt: undecided, with its moments and evidence."""
    draw = normal(2.0, 0.2)

    def interrupted(chunk, size):
        if chunk >= 4:  # the second look
            raise KeyboardInterrupt
        return draw(chunk, size)

    with pytest.raises(Stopped) as caught:
        decide(interrupted, 2.0, alpha=0.001, tolerance=0.001, budget=2**14)
    seen = caught.value.decision
    alone = decide(draw, 2.0, alpha=0.001, tolerance=0.001, budget=256)
    assert (seen.verdict, seen.reason) == ("undecided", "stopped on trial")
    assert (seen.repetitions, seen.mean, seen.e_values) == (256, alone.mean, alone.e_values)
    assert not seen.within_tolerance


@pytest.mark.parametrize("shift", [0.0, 0.04, -0.04])
def test_negative_claims_have_their_margin_on_the_right_sides(shift):
    """The margin is tolerance * |F|, so a negative claimed mean works like a positive one."""
    decision = decide(normal(-2.0 + shift, 0.05), -2.0, **LEVEL, budget=2**14)
    assert decision.verdict == ("refuted" if shift else "consistent")


def test_a_claimed_zero_needs_an_absolute_tolerance():
    """No relative tolerance bounds a deviation from 0; an absolute one does, both ways."""
    assert "absolute" in decide(constant(0.0), 0.0, **LEVEL, budget=256).reason
    absolute = {**LEVEL, "absolute_tolerance": 0.01, "budget": 2**12}
    assert decide(constant(1e-30), 0.0, **absolute).verdict == "consistent"
    assert decide(normal(0.0, 0.02), 0.0, **absolute).verdict == "consistent"
    assert decide(normal(0.02, 0.02), 0.0, **absolute).verdict == "refuted"


def test_a_quantity_without_randomness_is_compared_beyond_rounding():
    """A difference of 1e-13 is rounding, one of 1e-6 is a refutation; at every scale."""
    assert decide(constant(1 + 1e-13), 1.0, **LEVEL, budget=256).verdict == "consistent"
    assert decide(constant(1 + 1e-6), 1.0, **LEVEL, budget=256).verdict == "refuted"
    for scale in (1e-6, 1e6):
        near, far = ((1 + gap) * scale for gap in (1e-13, 1e-6))
        assert decide(constant(near), scale, **LEVEL, budget=256).verdict == "consistent"
        assert decide(constant(far), scale, **LEVEL, budget=256).verdict == "refuted"


# --- the thresholds and the schedule ---


def e_value(null, direction):
    """The e-value that 256 observations of 1.02 reach at unit variance."""
    return math.exp(EProcess(null, direction, 1.0).updated(np.full(256, 1.02)).log_e)


@pytest.mark.parametrize(("factor", "verdict"), [(1.001, "refuted"), (0.999, "undecided")])
def test_refutation_needs_two_over_alpha(factor, verdict):
    """The claim falls exactly when its e-value reaches 2/alpha: two processes share alpha."""
    alpha = 2 / e_value(0.5, 1) * factor
    decision = decide(
        constant(1.02), 0.5, alpha=alpha, tolerance=1e-9, variance_bound=1.0, budget=256
    )
    assert decision.verdict == verdict


@pytest.mark.parametrize(("factor", "verdict"), [(1.001, "consistent"), (0.999, "undecided")])
def test_a_bound_needs_one_over_alpha(factor, verdict):
    """The deviation is bounded exactly when the weaker of two e-values reaches 1/alpha."""
    alpha = factor / min(e_value(1.0 - 0.3, 1), e_value(1.0 + 0.3, -1))
    decision = decide(
        constant(1.02), 1.0, alpha=alpha, tolerance=0.3, variance_bound=1.0, budget=256
    )
    assert decision.verdict == verdict


def test_the_variance_bound_is_twice_that_of_an_independent_pilot():
    """The pilot is 512 repetitions from chunks of its own; it is not reused in the test."""

    def sampler(chunk, size):
        return np.where(np.arange(size) % 2, 3.0, -1.0) if chunk < 0 else np.full(size, 1.02)

    decision = decide(sampler, 1.0, **LEVEL, budget=256)
    s2 = 2 * 4 * 512 / 511  # 512 values at distance 2 from their mean
    expected = EProcess(1.0, 1, s2).updated(np.full(256, 1.02)).log_e
    assert decision.e_values.above_claim == pytest.approx(expected, rel=1e-12)
    assert (decision.mean, decision.repetitions) == (pytest.approx(1.02), 256)


class Watched:
    """A normal stream of mean 2 that shows one control, which explains nothing."""

    def __call__(self, chunk, size):
        """Draws of the stream."""
        return normal(2.0, 0.2)(chunk, size)

    def observed(self, chunk, size):
        """The same draws beside the control."""
        useless = make_generator(0, "useless", None, "test", chunk).normal(0, 50, size)
        return np.column_stack([self(chunk, size), useless])


def test_controls_that_do_not_pay_leave_the_test_as_it_is():
    """The variance bound is that of the draws, and so is every e-value."""
    plain = decide(normal(2.0, 0.2), 2.0, **LEVEL, budget=2**12)
    assert decide(Watched(), 2.0, **LEVEL, budget=2**12) == plain


def test_looks_double_from_256_and_end_at_the_budget():
    """Looks fall at 256, 512, 1024, 1100: seen by where streams of growing evidence stop."""
    sizes = {}

    def sampler(chunk, size):
        sizes[chunk] = size
        return np.full(size, 1.0)

    decide(sampler, 1.0, **LEVEL, budget=256)
    assert sorted(sizes) == [*range(-8, 0), *range(4)]  # the pilot has chunks of its own
    sizes.clear()
    decide(sampler, 1.0, **LEVEL, variance_bound=1.0, budget=1100)
    assert all(isinstance(chunk, int) for chunk in sizes)
    assert sizes == dict.fromkeys(range(17), 64) | {17: 12}
    strong = [
        decide(constant(1.0), 1.0 - gap, **LEVEL, variance_bound=1.0, budget=1100).repetitions
        for gap in (0.9, 0.25, 0.17, 0.138)
    ]
    assert strong == [256, 512, 1024, 1100]


# --- level and power over many claims ---


def heavy(rng, size):
    """sigma^2 d/q with q ~ chi2_{gap+1}: the ridgeless error just inside the gate, gap = 8."""
    return 7 / rng.chisquare(9, size)


def test_no_true_claim_is_refuted_near_the_heavy_tail_gate():
    """300 true claims at the smallest admissible gap, no refutation (the level promises 0.3)."""
    verdicts = [
        decide(stream(heavy, f"true {k}"), 1.0, **LEVEL, budget=2048).verdict for k in range(300)
    ]
    assert "refuted" not in verdicts


def test_wrong_claims_are_refuted_near_the_heavy_tail_gate():
    """Of 30 claims 5 % off at the smallest admissible gap, all are refuted within 2^14."""
    verdicts = [
        decide(stream(heavy, f"false {k}"), 1.05, **LEVEL, budget=2**14).verdict for k in range(30)
    ]
    assert set(verdicts) == {"refuted"}


# --- determinism, interruption, refusals ---


def test_the_decision_does_not_depend_on_the_executor():
    """Same sampler, same decision, inline or on a pool of threads."""
    with ThreadPoolExecutor(3) as executor:
        pooled = decide(normal(2.0, 0.3), 2.0, **LEVEL, budget=2**12, executor=executor)
    assert pooled == decide(normal(2.0, 0.3), 2.0, **LEVEL, budget=2**12)


def test_an_executor_that_is_given_is_the_one_that_draws():
    """Every chunk, of pilot and test, runs on its threads."""
    names = set()

    def draw(_, size):
        names.add(threading.current_thread().name.split("_")[0])
        return np.full(size, 5.0)

    with ThreadPoolExecutor(2, thread_name_prefix="given") as executor:
        decide(draw, 5.0, **LEVEL, budget=256, executor=executor)
    assert names == {"given"}


def test_a_deadline_only_ever_gives_undecided():
    """When time runs out, in the pilot or later, the verdict is undecided and says why."""

    def slow(_, size):
        time.sleep(0.01)
        return np.full(size, 5.0)

    past = decide(slow, 1.0, **LEVEL, budget=256, deadline=time.monotonic())
    assert (past.verdict, past.repetitions, past.mean) == ("undecided", 0, None)
    assert past.reason == "the time limit was reached during the pilot: allow more time"
    soon = time.monotonic() + 0.1
    cut = decide(slow, 5.0, **LEVEL, variance_bound=99.0, budget=2**20, deadline=soon)
    assert (cut.verdict, cut.mean) == ("undecided", 5.0)
    assert cut.reason == "the time limit was reached: allow more time"


def test_a_value_that_is_not_finite_is_an_error():
    """A simulation that overflows never turns into a verdict."""
    with pytest.raises(SolverError) as caught:
        decide(constant(math.nan), 1.0, **LEVEL, budget=256)
    assert str(caught.value) == (
        "the simulation returned a value that is not finite: the setting is beyond double "
        "precision; bring the eigenvalues and noise levels closer together"
    )


_FINITE = "must be finite and at least 0"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"claimed": math.inf}, "claimed = inf: is not finite. Refute it without simulation"),
        ({"claimed": math.nan}, "claimed = nan: is not finite. Refute it without simulation"),
        (
            {"relation": "near"},
            "relation = near: is unknown. Choose from equals, at-most, at-least",
        ),
        ({"alpha": 0.0}, "alpha = 0.0: must lie strictly between 0 and 1. Try 0.001"),
        ({"alpha": 1.0}, "alpha = 1.0: must lie strictly between 0 and 1. Try 0.001"),
        ({"tolerance": 0.0}, "tolerance = 0.0: must be positive and finite. Try 0.01"),
        ({"tolerance": math.inf}, "tolerance = inf: must be positive and finite. Try 0.01"),
        (
            {"absolute_tolerance": 0.0},
            "absolute_tolerance = 0.0: must be positive and finite. Try 0.01",
        ),
        ({"allowance": -1.0}, f"allowance = -1.0: {_FINITE}. Give 0"),
        ({"allowance": math.inf}, f"allowance = inf: {_FINITE}. Give 0"),
        ({"budget": 0}, "budget = 0: must be at least 1. Try 16384"),
        ({"variance_bound": -1.0}, f"variance_bound = -1.0: {_FINITE}. Leave it out"),
        ({"variance_bound": math.inf}, f"variance_bound = inf: {_FINITE}. Leave it out"),
    ],
)
def test_bad_arguments_are_named(changes, says):
    """Every refused call names the argument, its value, the condition and what to do."""
    arguments = {"claimed": 1.0, **LEVEL, "budget": 256, **changes}
    with pytest.raises(InputError) as caught:
        decide(constant(1.0), **arguments)
    assert str(caught.value) == says


def test_the_least_arguments_are_accepted():
    """One repetition, no allowance, a variance bound of 0: the ends of the ranges are inside."""
    decision = decide(constant(2.0), 1.0, **LEVEL, budget=1, allowance=0.0, variance_bound=0.0)
    assert (decision.repetitions, decision.mean, decision.standard_error) == (1, 2.0, None)
    assert not decision.controlled
    assert decide(constant(2.0), 1.0, **LEVEL, budget=2).standard_error == 0.0
