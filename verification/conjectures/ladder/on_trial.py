"""Put places on trial by simulation, and shrink the one that fails."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import cycle
from typing import Any

from ridgeproof.theory.errors import NotBuilt, SolverError
from ridgeproof.verification.conjectures.ladder.case import Case, Subject, cases_at
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.worst import searched
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["Cases", "pilot", "put", "simulate", "spread"]

_SIMULATED = 8  # places put on trial
# Places that a pilot looks at beyond the drawn ones, if the budget has so much for each.
_PILOTED, _PILOT_SHARE = 48, 4096
# A point is tried again if the advised budget exceeds what is left by no more than this.
_HOPEFUL = 1.3
_SHRINK = 65_536  # repetitions of a point while shrinking a counterexample
_LIMIT_SHRINK = 1024  # the same for a limit, whose pairs of sizes are dear


def simulate(trial: Trial, subject: Subject, places: list[Any]) -> Verdict:
    """Put places on trial; refute by the smallest failing one, never hide an undecided one.

    Half of them are those where a pilot, if there is one, finds the claim tightest.  Every place
    has the same share of the budget; what is left over goes to those it can decide.
    """
    chooser = Cases(trial, subject, places)
    places = list(chooser.found)
    if not places:
        why = subject.why_none(chooser.reasons)
        trial.note("simulation", f"no theorem, and {why}")
        return trial.verdict(Outcome.UNDECIDED)
    tight = _tight(trial, subject, chooser)
    chosen = [*spread([p for p in places if p not in tight], _SIMULATED - len(tight)), *tight]
    methods = ["conditional"] * len(chosen) + ["literal"] * subject.literal
    trial.shares = len(methods)
    try:
        for number, (place, method) in enumerate(
            zip([*chosen, *chosen[: subject.literal]], methods, strict=True)
        ):
            trial.watch(f"simulation: point {number + 1} of {len(methods)} ({method})")
            trial.judges.append(trial.new_judge(trial.budget // trial.shares))
            chooser.put(place, trial.judges[-1], method)
        _spend_the_rest(trial, chosen, chooser)
    except Refutation as refutation:
        trial.note("simulation", "the sequential test refutes the claim")
        return _smaller(trial, subject, refutation, chooser)
    # The literal run is the noisier witness: it may contradict a claim, it need not bound it.
    judges = trial.judges[: len(chosen)]
    decided = sum(bool(judge.points) and not judge.undecided for judge in judges)
    trial.note("simulation", f"{decided} of {len(chosen)} points within the tolerance")
    open_points = any(judge.undecided for judge in judges)
    return trial.verdict(Outcome.UNDECIDED if open_points or not decided else Outcome.CONSISTENT)


class Cases:
    """Which case of a place is put on trial: one of a step that simulation can judge."""

    def __init__(self, trial: Trial, subject: Subject, places: list[Any]) -> None:
        self.subject = subject
        self.reasons: Counter[str] = Counter()
        possible = {place: list(self._judgeable(place)) for place in dict.fromkeys(places)}
        able = [place for place in possible if possible[place]]
        if subject.claim.variable is not None:
            # Large steps and small ones in turn, along the range.
            able.sort(key=lambda place: getattr(place, str(subject.claim.variable)))
        turns = zip(able, cycle((-1, 0)), strict=False)
        self.found = {place: possible[place][turn] for place, turn in turns}
        trial.out_of_scope = {**self.reasons, **trial.out_of_scope}

    def at(self, place: Any) -> Case | None:
        """A case of a place; where none was chosen the smallest step, whose example is smaller."""
        return self.found.get(place) or next(self._judgeable(place), None)

    def put(self, place: Any, judge: Judge, method: str) -> None:
        """Put the case of a place on trial; raises Refutation."""
        case = self.at(place)
        if case is not None:
            put(self.subject, case, judge, method)

    def _judgeable(self, place: Any) -> Iterator[Case]:
        """The cases that theory does not settle in the claim's favour and simulation can judge."""
        for case in cases_at(self.subject, place, simulated=True):
            why = next(filter(None, map(self.subject.why_not, case.places)), "")
            finding = self.subject.examine(case)
            if why:
                self.reasons[why] += 1
            elif finding.example is not None or not finding.is_known:
                yield case


def put(subject: Subject, case: Case, judge: Judge, method: str) -> None:
    """Put a case on trial, unless theory decides it.

    Raises:
        Refutation: the claim is undefined or fails there, by theory or by simulation.
    """
    # Not every case comes from the drawn ones, which have been looked at.
    finding = subject.examine(case)
    if finding.example is not None:
        raise Refutation(finding.example)
    if finding.unclear:
        judge.undecided.append(f"{subject.name} at {case.place}: {finding.unclear}")
    if finding.is_known:
        return
    try:
        subject.put(case, judge, method)
    except (NotBuilt, SolverError) as error:
        judge.undecided.append(f"{subject.name} at {case.place}: {error}")


def pilot(subject: Subject, case: Case, seed: int) -> float | None:
    """How tight the claim looks by a few draws, a positive number; 0 where theory refutes it.

    None where theory decides it, or none may be drawn.
    """
    finding = subject.examine(case)
    if finding.example is not None:
        return 0.0
    if finding.is_known:
        return None
    return subject.pilot(case, seed)


def _tight(trial: Trial, subject: Subject, chooser: Cases) -> list[Any]:
    """The places where a pilot finds the claim tightest, after a short search."""
    trial.watch("simulation: a pilot looks for where the claim is tightest")
    evaluations = min(_PILOTED, trial.budget // _PILOT_SHARE)
    if not evaluations:
        return []

    def margin(place: Any) -> float | None:
        case = chooser.at(place)
        return None if case is None else pilot(subject, case, trial.seed)

    domain = subject.claim.domain
    search = searched(domain, chooser.found, margin, evaluations=evaluations, late=trial.late)
    return search.known[: _SIMULATED // 2]


def spread(places: list[Any], count: int) -> list[Any]:
    """So many of the places, evenly over the list: corners come first in it, then random ones."""
    if len(places) <= count or count < 2:
        return places[:count]
    return [places[k * (len(places) - 1) // (count - 1)] for k in range(count)]


def _spend_the_rest(trial: Trial, chosen: list[Any], chooser: Cases) -> None:
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
        chooser.put(chosen[index], trial.judges[index], "conditional")


def _smaller(trial: Trial, subject: Subject, refutation: Refutation, chooser: Cases) -> Verdict:
    """Shrink on what is left of the budget; the refuted point stands in any case."""
    limit = subject.claim.kind == "limit"
    most = _LIMIT_SHRINK if limit else min(8 * trial.budget // trial.shares, _SHRINK)
    left = min(trial.budget - trial.spent, 8 * _LIMIT_SHRINK if limit else math.inf)
    trial.found = best = refutation.counterexample
    shrinking = trial.new_judge(most)
    trial.judges.append(shrinking)
    found: dict[Any, Counterexample] = {}

    def fails(place: Any) -> bool:
        shrinking.budget = int(min(most, left - shrinking.spent))
        if trial.late() or shrinking.budget < 1:
            return False
        try:
            chooser.put(place, shrinking, "conditional")
        except Refutation as smaller:
            found[place] = smaller.counterexample
            return True
        return False

    trial.watch("simulation: looking for a smaller counterexample")
    place = smallest(subject.places(), fails, examples=10 if limit else 30)
    return trial.verdict(Outcome.REFUTED, best if place is None else found.get(place, best))
