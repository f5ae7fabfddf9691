"""check: decide a conjecture, by the cheapest evidence that settles it.

    1  domain      the claim is defined and possible at every drawn point; a limit is taken first
    2  symbolic    equal to (or ordered against) a derived theorem on the whole domain -> proved
    3  precision   50 digits against the derived theory at drawn points, and at those where an
                   inequality is closest to failing -> identical or refuted
    4  oracle      exact finite-size results, where there are some (part of 3)
    5  whole domain  bounds on boxes that fill it -> proved, or a point where the claim fails
    6  simulation  an anytime-valid sequential test of the process itself

A refuted claim comes with the smallest counterexample found at this budget.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.compute.alarm import Alarm, alarm_at
from ridgeproof.verification.compute.executors import borrow
from ridgeproof.verification.conjectures.claim import Claim
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.declared import Declared, DeclaredSubject
from ridgeproof.verification.conjectures.ladder.case import Subject
from ridgeproof.verification.conjectures.ladder.climb import climb
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.conjectures.processes.subject import ProcessSubject
from ridgeproof.verification.conjectures.settings.subject import SettingSubject
from ridgeproof.verification.simulation.seeds import digest
from ridgeproof.verification.testing.progress import OUT_OF_TIME, Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["DEFAULT_BUDGET", "check"]

# Repetitions, in all, that a check may spend.
DEFAULT_BUDGET = 200_000
_POINTS = 24  # compared at high precision

_NO_POINT = "no admissible point could be drawn: widen the domain"


def check(
    conjecture: Claim,
    *,
    alpha: float = 0.001,
    tolerance: float = 0.01,
    budget: int = DEFAULT_BUDGET,
    time_limit: float | None = None,
    seed: int = 0,
    workers: int = 1,
    watch: Callable[[str], None] | None = None,
    theorem: bool = True,
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
        theorem: whether the theorem may speak about a process; without it simulation decides.

    Raises:
        InputError: no choice of its entries leads to a setting of the domain.
    """
    deadline = None if time_limit is None else time.monotonic() + time_limit
    trial = Trial(conjecture, alpha, tolerance, budget, seed, deadline, watch or (lambda _: None))
    alarm = Alarm()
    try:
        with (
            alarm_at(deadline) as alarm,
            # One pool for the whole check: starting processes costs more than most points.
            borrow(workers, None) as trial.executor,
        ):
            return _decided(trial, _subject(conjecture, theorem=theorem))
    except KeyboardInterrupt:
        trial.interrupted = not alarm.rang
        if alarm.rang:
            trial.note("time", OUT_OF_TIME)
        else:
            trial.note("interrupted", "stopped by the user; what was found so far is kept")
        return trial.verdict(Outcome.REFUTED if trial.found else Outcome.UNDECIDED, trial.found)


def _subject(conjecture: Claim, *, theorem: bool) -> Subject:
    match conjecture:
        case ProcessConjecture():
            return ProcessSubject(conjecture, theorem)
        case Declared():
            return DeclaredSubject(conjecture)
        case Conjecture():
            return SettingSubject(conjecture)
    raise TypeError(conjecture)


def _decided(trial: Trial, subject: Subject) -> Verdict:
    seed = int.from_bytes(digest([trial.seed, trial.question.statement])[:8], "big")
    drawn = subject.draw(_POINTS, seed)
    trial.out_of_scope = dict(drawn.out_of_scope)
    if drawn.is_empty:
        reason, count = Counter(drawn.out_of_scope).most_common(1)[0]
        total = sum(drawn.out_of_scope.values())
        condition = f"has no setting: in {count} of {total} draws {reason}"
        described = subject.claim.domain.describe()
        raise InputError("domain", described, condition, "change that entry")
    places = list(drawn.places)
    if not places:
        trial.note("domain", _NO_POINT, why=trial.out_of_scope)
        return trial.verdict(Outcome.UNDECIDED)
    return subject.begin(trial, places) or climb(trial, subject, places, seed)
