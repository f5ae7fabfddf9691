"""Put points on trial by simulation, and shrink the one that fails."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis.strategies import SearchStrategy

from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.declared import USER, Declared, UserSampler
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.worst import tightest
from ridgeproof.verification.strategies import settings as settings_of
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["NEXT_TO_A_THRESHOLD", "Put", "decide_by_simulation", "declared_point", "spread"]

# Why a point that no theorem covers cannot be put on trial.
NEXT_TO_A_THRESHOLD = (
    "next to a threshold the simulated error has no finite variance: let the domain go further "
    "from T = d or T0 = d"
)
# Puts one setting on trial, by one method; raises Refutation.
Put = Callable[[Setting, Judge, str], Any]

_SIMULATED = 8  # points put on trial
_LITERAL = 1  # of which this many by the literal process
# Settings that a pilot looks at beyond the drawn ones, if the budget has so much for each.
_PILOTED, _PILOT_SHARE = 48, 4096
# A point is tried again if the advised budget exceeds what is left by no more than this.
_HOPEFUL = 1.3
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
    trial: Trial,
    settings: list[Setting],
    put: Put,
    literal: int = _LITERAL,
    pilot: Callable[[Setting], float | None] | None = None,
    places: SearchStrategy[Any] | None = None,
) -> Verdict:
    """Put points on trial; refute by the smallest failing one, never hide an undecided one.

    Half of them are those where the pilot, if there is one, finds the claim tightest.  Every point
    has the same share of the budget; what is left over goes to those it can decide.

    Smaller counterexamples are looked for among ``places``, settings of the domain by default.
    """
    tight = [] if pilot is None else _tight(trial, settings, pilot)
    rest = spread([s for s in settings if s not in tight], _SIMULATED - len(tight))
    chosen = [*rest, *tight]
    trial.shares = len(chosen) + literal
    methods = ["conditional"] * len(chosen) + ["literal"] * literal
    try:
        for number, (setting, method) in enumerate(
            zip([*chosen, *chosen[:literal]], methods, strict=True)
        ):
            trial.watch(f"simulation: point {number + 1} of {len(methods)} ({method})")
            trial.judges.append(trial.new_judge(trial.budget // trial.shares))
            put(setting, trial.judges[-1], method)
        _spend_the_rest(trial, chosen, put)
    except Refutation as refutation:
        trial.note("simulation", "the sequential test refutes the claim")
        return _smaller(trial, refutation, put, places)
    # The literal run is the noisier witness: it may contradict a claim, it need not bound it.
    judges = trial.judges[: len(chosen)]
    decided = sum(bool(judge.points) and not judge.undecided for judge in judges)
    trial.note("simulation", f"{decided} of {len(chosen)} points within the tolerance")
    open_points = any(judge.undecided for judge in judges)
    return trial.verdict(Outcome.UNDECIDED if open_points or not decided else Outcome.CONSISTENT)


def _tight(
    trial: Trial, settings: list[Setting], pilot: Callable[[Setting], float | None]
) -> list[Setting]:
    """The settings where a pilot finds the claim tightest, after a short search."""
    trial.watch("simulation: a pilot looks for where the claim is tightest")
    evaluations = min(_PILOTED, trial.budget // _PILOT_SHARE)
    if not evaluations:
        return []
    domain: Any = trial.question.domain
    found = tightest(domain, settings, pilot, evaluations=evaluations, late=trial.late)
    return found[: _SIMULATED // 2]


def spread(settings: list[Setting], count: int) -> list[Setting]:
    """So many of the settings, evenly over the list: corners come first in it, then random ones."""
    if len(settings) <= count or count < 2:
        return settings[:count]
    return [settings[k * (len(settings) - 1) // (count - 1)] for k in range(count)]


def _spend_the_rest(trial: Trial, chosen: list[Setting], put: Put) -> None:
    """Try undecided points again, those that need least first, as long as the budget may do.

    The same draws come first, and the test may look at any time: its level is not touched.
    """
    while not trial.late():
        needs = {
            index: trial.need(judge)
            for index, judge in enumerate(trial.judges[: len(chosen)])
            if judge.needed
        }
        if not needs:
            return
        index = min(needs, key=lambda index: needs[index])
        left = trial.budget - trial.spent + trial.judges[index].spent
        if needs[index] > _HOPEFUL * left:
            return
        budget = int(min(needs[index], left))
        trial.watch(f"simulation: point {index + 1} again ({budget:,} repetitions)")
        trial.judges[index] = trial.new_judge(budget)
        put(chosen[index], trial.judges[index], "conditional")


def _smaller(
    trial: Trial, refutation: Refutation, put: Put, places: SearchStrategy[Any] | None
) -> Verdict:
    """Shrink on what is left of the budget; the refuted point stands in any case."""
    limit = trial.question.kind == "limit"
    most = _LIMIT_SHRINK if limit else min(8 * trial.budget // trial.shares, _SHRINK)
    left = min(trial.budget - trial.spent, 8 * _LIMIT_SHRINK if limit else math.inf)
    trial.found = best = refutation.counterexample
    shrinking = trial.new_judge(most)
    trial.judges.append(shrinking)
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
    domain: Any = trial.question.domain
    setting = smallest(
        settings_of(domain, quantity=trial.question.quantity) if places is None else places,
        fails,
        examples=10 if limit else 30,
    )
    return trial.verdict(Outcome.REFUTED, found.get(setting, best) if setting else best)
