"""Put points on trial by simulation, and shrink the one that fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from theory.setting import Setting
from verification.declared import USER, Declared, UserSampler
from verification.judge import Judge, Refutation
from verification.ladder.search import smallest
from verification.trial import Trial
from verification.verdict import Counterexample, Outcome, Verdict

__all__ = ["NEXT_TO_A_THRESHOLD", "Put", "decide_by_simulation", "declared_point"]

# Why a point that no theorem covers cannot be put on trial.
NEXT_TO_A_THRESHOLD = (
    "next to a threshold the simulated error has no finite variance: let the domain go further "
    "from T = d or T0 = d"
)
# Puts one setting on trial, by one method; raises Refutation.
Put = Callable[[Setting, Judge, str], Any]

_SIMULATED = 8  # points put on trial
_LITERAL = 1  # of which this many by the literal process
_SHRINK = 65_536  # repetitions of a point while shrinking a counterexample
_LIMIT_SHRINK = 1024  # the same for a limit, whose pairs of sizes are dear


def declared_point(declared: Declared) -> Put:
    """The trial of one point for a conjecture declared in Python."""

    def put(setting: Setting, judge: Judge, method: str) -> Any:
        sampler = None
        if declared.simulator is not None:
            sampler = UserSampler(declared.simulator, setting, judge.seed, judge.claim)
            method = USER
        try:
            return judge.mean(
                setting,
                declared.value(setting),
                quantity=declared.quantity,
                relation=declared.relation,
                method=method,
                sampler=sampler,
            )
        except Refutation as refutation:
            found = refutation.counterexample
            command, python = declared.redo(setting, found.repetitions)
            raise Refutation(replace(found, redo=command, redo_python=python)) from None

    return put


def decide_by_simulation(
    trial: Trial, settings: list[Setting], put: Put, literal: int = _LITERAL
) -> Verdict:
    """Put points on trial; refute by the smallest failing one, never hide an undecided one."""
    chosen = settings[:_SIMULATED]
    trial.shares = len(chosen) + literal
    judge = trial.judge = trial.new_judge(trial.budget // trial.shares)
    methods = ["conditional"] * len(chosen) + ["literal"] * literal
    decided, still_open = 0, 0
    for number, (setting, method) in enumerate(
        zip([*chosen, *chosen[:literal]], methods, strict=True)
    ):
        trial.watch(f"simulation: point {number + 1} of {len(methods)} ({method})")
        seen = len(judge.points), len(judge.undecided)
        try:
            put(setting, judge, method)
        except Refutation as refutation:
            trial.note("simulation", "the sequential test refutes the claim")
            return _smaller(trial, refutation, put)
        # The literal run is the noisier witness: it may contradict a claim, it need not bound it.
        if method != "literal":
            tried, left_open = len(judge.points) > seen[0], len(judge.undecided) > seen[1]
            decided += tried and not left_open
            still_open += left_open
    trial.note("simulation", f"{decided} of {len(chosen)} points within the tolerance")
    return trial.verdict(Outcome.UNDECIDED if still_open or not decided else Outcome.CONSISTENT)


def _smaller(trial: Trial, refutation: Refutation, put: Put) -> Verdict:
    """Shrink on what is left of the budget; the refuted point stands in any case."""
    judge = trial.judge
    assert judge is not None
    limit = trial.question.kind == "limit"
    most = _LIMIT_SHRINK if limit else min(8 * judge.budget, _SHRINK)
    left = min(trial.budget - judge.spent, 8 * _LIMIT_SHRINK if limit else math.inf)
    trial.found = best = refutation.counterexample
    shrinking = trial.new_judge(most)
    found: dict[Setting, Counterexample] = {}

    def fails(setting: Setting) -> bool:
        shrinking.budget = int(min(most, left - shrinking.spent))
        if trial.late() or shrinking.budget < 1:
            return False
        try:
            put(setting, shrinking, "conditional")
        except Refutation as smaller:
            found[setting] = smaller.counterexample
            return True
        return False

    trial.watch("simulation: looking for a smaller counterexample")
    setting = smallest(
        trial.question.domain,
        trial.question.quantity,
        fails,
        examples=10 if limit else 30,
    )
    judge.points += shrinking.points
    return trial.verdict(Outcome.REFUTED, found.get(setting, best) if setting else best)
