"""check: decide a conjecture, by the cheapest evidence that settles it.

    1  domain      the claim is defined and possible at every drawn point
    2  symbolic    equal to (or ordered against) a derived theorem on the whole domain -> proved
    3  precision   50 digits against the derived theory at drawn points   -> identical or refuted
    4  oracle      exact finite-size results, where there are some (part of 3)
    5  simulation  an anytime-valid sequential test of the process itself

A refuted claim comes with the smallest counterexample found at this budget.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from typing import Any

from theory.errors import NotBuilt, NoTheorem
from theory.setting import Setting
from verification.alarm import Alarm, alarm_at
from verification.conjecture import Conjecture
from verification.declared import USER, Declared, UserSampler
from verification.executors import borrow
from verification.judge import Judge, Refutation
from verification.ladder.growth import change_refutes, measure_slopes, next_values
from verification.ladder.precise import Finding, examine
from verification.ladder.search import smallest
from verification.ladder.simulated import judge_change, judge_point
from verification.ladder.symbolic import prove
from verification.seeds import digest
from verification.strategies import draw
from verification.verdict import Counterexample, Outcome, Verdict

__all__ = ["DEFAULT_BUDGET", "check"]

# Repetitions, in all, that a check may spend.
DEFAULT_BUDGET = 200_000
_POINTS = 24  # compared at high precision
_SIMULATED = 8  # put on trial by simulation
_LIMIT_SHRINK = 1024  # repetitions of a point while shrinking a limit's counterexample
_LITERAL = 1  # of which this many by the literal process

_NO_POINT = "no admissible point could be drawn: widen the domain"
_OUT_OF_TIME = "the time limit was reached before every point was compared: allow more time"

Watch = Callable[[str], None]


@dataclass
class _Trial:
    """What a check has done so far; complete enough at any moment to be reported."""

    question: Conjecture | Declared
    alpha: float
    tolerance: float
    budget: int
    seed: int
    deadline: float | None
    watch: Watch
    start: float = field(default_factory=time.monotonic)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    judge: Judge | None = None
    executor: Executor | None = None
    out_of_scope: dict[str, int] = field(default_factory=dict)
    shares: int = 1  # trials that the budget is divided by
    interrupted: bool = False
    found: Counterexample | None = None  # what an interrupt during shrinking must not lose

    @property
    def conjecture(self) -> Conjecture:
        """The question as a stated formula, which every rung but the last needs."""
        assert isinstance(self.question, Conjecture)
        return self.question

    def note(self, rung: str, finding: str, **details: Any) -> None:
        self.rungs.append({"rung": rung, "finding": finding, **details})
        self.watch(f"{rung}: {finding}")

    def late(self) -> bool:
        return self.deadline is not None and time.monotonic() >= self.deadline

    def verdict(self, outcome: Outcome, example: Counterexample | None = None) -> Verdict:
        repetitions = self.judge.repetitions if self.judge else 0
        evidence: dict[str, Any] = {
            "rungs": self.rungs,
            "out_of_scope": self.out_of_scope,
            "points": [p.data() for p in self.judge.points] if self.judge else [],
            "literal_repetitions": self.judge.literal_repetitions if self.judge else 0,
            "missing": self._missing(outcome),
            "seed": self.seed,
            "interrupted": self.interrupted,
        }
        return Verdict(
            outcome,
            self.question.statement,
            example,
            evidence,
            self.alpha,
            self.tolerance,
            repetitions,
            time.monotonic() - self.start,
        )

    def _missing(self, outcome: Outcome) -> list[str]:
        """What an undecided verdict lacks; otherwise the points that stayed open."""
        named = list(self.judge.undecided) if self.judge else []
        if outcome is not Outcome.UNDECIDED:
            return named
        last = self.rungs[-1]
        if last["rung"] in {"time", "interrupted"}:
            return [*named, last["finding"]]
        if self.judge and self.judge.needed:
            # A round number above what the points ask for, with room for the forecast's error.
            total = 1.5 * max(self.judge.needed) * self.shares
            return [*named, f"--budget {float(f'{total:.1e}'):.0f} would decide these points"]
        return named or [last["finding"]]


def check(
    conjecture: Conjecture | Declared,
    *,
    alpha: float = 0.001,
    tolerance: float = 0.01,
    budget: int = DEFAULT_BUDGET,
    time_limit: float | None = None,
    seed: int = 0,
    workers: int = 1,
    watch: Watch | None = None,
) -> Verdict:
    """Decide a conjecture.

    Args:
        conjecture: the claim and its domain, read from a file or declared in Python.
        alpha: bound on the probability that a true claim is refuted.
        tolerance: relative; "consistent" means that the deviation is below it at every point.
        budget: repetitions in all; the verdict is a function of it and of the seed.
        time_limit: seconds; it can only turn a verdict into undecided.
        seed: of every draw.
        workers: processes to simulate with; the verdict does not depend on it.
        watch: called with a line on what is being done.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    trial = _Trial(conjecture, alpha, tolerance, budget, seed, deadline, watch or (lambda _: None))
    alarm = Alarm()
    try:
        with (
            alarm_at(deadline) as alarm,
            # One pool for the whole check: starting processes costs more than most points.
            borrow(workers, None) as trial.executor,
        ):
            return _climb(trial)
    except KeyboardInterrupt:
        trial.interrupted = not alarm.rang
        if alarm.rang:
            trial.note("time", _OUT_OF_TIME)
        else:
            trial.note("interrupted", "stopped by the user; what was found so far is kept")
        return trial.verdict(Outcome.REFUTED if trial.found else Outcome.UNDECIDED, trial.found)


def _climb(trial: _Trial) -> Verdict:
    question = trial.question
    drawn = draw(question.domain, _POINTS, _draw_seed(trial), question.quantity)
    trial.out_of_scope = dict(drawn.out_of_scope)
    if not drawn.settings:
        trial.note("domain", _NO_POINT, why=trial.out_of_scope)
        return trial.verdict(Outcome.UNDECIDED)
    if isinstance(question, Declared):
        return _simulate(trial, list(drawn.settings), declared_point(question))
    conjecture = question
    if conjecture.relation == "scales-as":
        return _scaling(trial)
    theorem = prove(conjecture)
    if theorem is not None:
        trial.note("symbolic", f"follows from {theorem.theorem} ({theorem.id}) on the whole domain")
        return trial.verdict(Outcome.PROVED)
    trial.note("symbolic", "does not follow from a catalogued theorem on the whole domain")
    if conjecture.variable is not None:
        return _monotone(trial, list(drawn.settings))
    return _pointwise(trial, list(drawn.settings))


def _draw_seed(trial: _Trial) -> int:
    return int.from_bytes(digest([trial.seed, trial.question.statement])[:8], "big")


def _pointwise(trial: _Trial, settings: list[Setting]) -> Verdict:
    conjecture = trial.conjecture
    findings: list[Finding] = []
    for setting in settings:
        if trial.late():
            trial.note("precision", _OUT_OF_TIME)
            return trial.verdict(Outcome.UNDECIDED)
        trial.watch(f"precision: {len(findings)} of {len(settings)} points")
        finding = examine(conjecture, setting)
        findings.append(finding)
        if finding.counterexample is not None:
            return _shrunk(trial, finding.counterexample)
    known = [finding for finding in findings if finding.known is not None]
    trial.note(
        "precision",
        f"agrees with the derived theory at {len(known)} of {len(findings)} points"
        if known
        else "no derived theorem gives the quantity at the drawn points",
        theorems=sorted({f for finding in known if finding.known for f in finding.known.formulas}),
    )
    if len(known) == len(findings):
        return trial.verdict(Outcome.IDENTICAL)
    unknown = [finding.setting for finding in findings if finding.known is None]
    return _simulate(trial, unknown, judge_point_of(conjecture))


def _shrunk(trial: _Trial, found: Counterexample) -> Verdict:
    conjecture = trial.conjecture
    trial.found = found

    def fails(setting: Setting) -> bool:
        return not trial.late() and examine(conjecture, setting).counterexample is not None

    setting = smallest(conjecture.domain, conjecture.quantity, fails)
    best = examine(conjecture, setting).counterexample if setting is not None else None
    trial.note("precision", "the claim fails; the smallest counterexample found at this budget")
    return trial.verdict(Outcome.REFUTED, best or found)


Trial = Callable[[Setting, Judge, str], Any]


def declared_point(declared: Declared) -> Trial:
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


def judge_point_of(conjecture: Conjecture) -> Trial:
    """The trial of one point for a pointwise relation."""
    return lambda setting, judge, method: judge_point(conjecture, setting, judge, method)


def _simulate(
    trial: _Trial, settings: list[Setting], put: Trial, literal: int = _LITERAL
) -> Verdict:
    """Put points on trial; refute by the smallest failing one, never hide an undecided one."""
    chosen = settings[:_SIMULATED]
    trial.shares = len(chosen) + literal
    share = trial.budget // trial.shares
    judge = Judge(
        trial.question.statement,
        alpha=trial.alpha / trial.shares,
        tolerance=trial.tolerance,
        budget=max(share, 1),
        seed=trial.seed,
        deadline=trial.deadline,
        executor=trial.executor,
    )
    trial.judge = judge
    methods = ["conditional"] * len(chosen) + ["literal"] * literal
    for number, (setting, method) in enumerate(
        zip([*chosen, *chosen[:literal]], methods, strict=True)
    ):
        trial.watch(f"simulation: point {number + 1} of {len(methods)} ({method})")
        try:
            put(setting, judge, method)
        except Refutation as refutation:
            trial.note("simulation", "the sequential test refutes the claim")
            return _smaller_by_simulation(trial, refutation, put)
    decided = [p for p in judge.points if p.outcome == "consistent" and "literal" not in p.method]
    literal_only = [u for u in judge.undecided if u not in _literal_undecided(judge)]
    trial.note("simulation", f"{len(decided)} of {len(chosen)} points within the tolerance")
    outcome = Outcome.UNDECIDED if literal_only or not decided else Outcome.CONSISTENT
    return trial.verdict(outcome)


def _literal_undecided(judge: Judge) -> list[str]:
    """Undecided literal runs: the noisier witness may contradict a claim, it need not bound it."""
    literal = Counter(p.method.startswith("literal") for p in judge.points)
    return judge.undecided[-1:] if literal[True] and judge.points[-1].outcome == "undecided" else []


def _smaller_by_simulation(trial: _Trial, refutation: Refutation, put: Trial) -> Verdict:
    """Shrink on a budget of repetitions; the refuted point stands in any case.

    Eight times the budget of a point where draws are cheap; a limit's pairs of sizes are dear.
    """
    judge = trial.judge
    assert judge is not None
    limit = trial.question.kind == "limit"
    trial.found = best = refutation.counterexample
    shrinking = Judge(
        judge.claim,
        alpha=judge.alpha,
        tolerance=judge.tolerance,
        budget=_LIMIT_SHRINK if limit else min(8 * judge.budget, 65_536),
        seed=judge.seed,
        deadline=trial.deadline,
        executor=trial.executor,
    )
    found: dict[Setting, Counterexample] = {}

    def fails(setting: Setting) -> bool:
        spent = shrinking.repetitions > (8 * _LIMIT_SHRINK if limit else trial.budget)
        if trial.late() or spent:
            return False
        try:
            put(setting, shrinking, "conditional")
        except Refutation as smaller:
            found[setting] = smaller.counterexample
            return True
        return False

    trial.watch("simulation: looking for a smaller counterexample")
    setting = smallest(
        trial.question.domain, trial.question.quantity, fails, examples=10 if limit else 30
    )
    judge.points += shrinking.points
    return trial.verdict(Outcome.REFUTED, found.get(setting, best) if setting else best)


def _monotone(trial: _Trial, settings: list[Setting]) -> Verdict:
    conjecture = trial.conjecture
    pairs = [(s, t) for s in settings for t in next_values(conjecture, s)]
    if not pairs:
        trial.note("domain", f"no two values of {conjecture.variable} to compare could be drawn")
        return trial.verdict(Outcome.UNDECIDED)
    unknown = []
    for before, after in pairs:
        if trial.late():
            trial.note("precision", _OUT_OF_TIME)
            return trial.verdict(Outcome.UNDECIDED)
        known, example = change_refutes(conjecture, before, after)
        if example is not None:
            return _shrunk_change(trial, example)
        if not known:
            unknown.append((before, after))
    trial.note(
        "precision", f"{len(pairs) - len(unknown)} of {len(pairs)} changes agree with theory"
    )
    if not unknown:
        return trial.verdict(Outcome.IDENTICAL)
    following = dict(unknown)

    def put(setting: Setting, judge: Judge, method: str) -> None:
        del method
        after = following.get(setting) or next(iter(next_values(conjecture, setting)), None)
        if after is not None:
            judge_change(conjecture, setting, after, judge)

    # A difference of literal runs would drown in its own noise: no literal trial here.
    return _simulate(trial, list(following), put, literal=0)


def _shrunk_change(trial: _Trial, found: Counterexample) -> Verdict:
    conjecture = trial.conjecture
    trial.found = found

    def example(setting: Setting) -> Counterexample | None:
        for after in next_values(conjecture, setting):
            wrong = change_refutes(conjecture, setting, after)[1]
            if wrong is not None:
                return wrong
        return None

    setting = smallest(
        conjecture.domain,
        conjecture.quantity,
        lambda s: not trial.late() and example(s) is not None,
        examples=40,
    )
    trial.note("precision", "the claim fails; the smallest counterexample found at this budget")
    best = example(setting) if setting is not None else None
    return trial.verdict(Outcome.REFUTED, best or found)


def _scaling(trial: _Trial) -> Verdict:
    conjecture = trial.conjecture
    try:
        slopes = measure_slopes(conjecture)
    except (NoTheorem, NotBuilt):
        slopes = None
    if slopes is None:
        trial.note(
            "scaling",
            f"no theorem gives three positive values of the quantity along {conjecture.variable}",
        )
        return trial.verdict(Outcome.UNDECIDED)
    table = [
        {"value": str(value), "error": error}
        for value, error in zip(slopes.values, slopes.errors, strict=True)
    ]
    trial.note(
        "scaling",
        f"log-log slope {slopes.last:.4f} at {conjecture.variable} = {slopes.values[-1]}, "
        f"claimed {float(slopes.claimed):.4f}, still moving by {slopes.drift:.1g} an octave",
        slopes=list(slopes.slopes),
        table=table,
    )
    if slopes.outcome == "refuted":
        example = Counterexample(
            slopes.settings[-1],
            f"log-log slope in {conjecture.variable}",
            f"{float(slopes.claimed):.6g}",
            f"{slopes.last:.6g}",
            None,
            "limit theorem, deterministic equivalent along the range",
            term=conjecture.quantity,
            before=slopes.settings[-2],
            slope_in=str(conjecture.variable),
        )
        return trial.verdict(Outcome.REFUTED, example)
    if slopes.outcome == "undecided":
        trial.note("scaling", f"a longer range of {conjecture.variable} would decide it")
    return trial.verdict(Outcome(slopes.outcome))
