"""increases-in and decreases-in: changes from drawn points, and where they are least."""

from __future__ import annotations

from collections.abc import Iterator

from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.ladder.change import Change, examine_change, next_values
from ridgeproof.verification.conjectures.ladder.on_trial import (
    NEXT_TO_A_THRESHOLD,
    decide_by_simulation,
)
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.simulated import judge_change, pilot_change
from ridgeproof.verification.conjectures.ladder.worst import places_to_look, worst
from ridgeproof.verification.strategies import settings as settings_of
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["decide_monotone"]


def decide_monotone(trial: Trial, settings: list[Setting], seed: int) -> Verdict:
    """Compare changes with the theory; what it does not know is put on trial by simulation."""
    conjecture = trial.conjecture
    pairs = [(s, t) for s in settings for t in next_values(conjecture, s, fine=True)]
    if not pairs:
        trial.note("domain", f"no two values of {conjecture.variable} to compare could be drawn")
        return trial.verdict(Outcome.UNDECIDED)
    unknown: list[tuple[Setting, Setting]] = []
    for before, after in pairs:
        if trial.late():
            return trial.out_of_time("precision")
        change = examine_change(conjecture, before, after)
        if change.counterexample is not None:
            return _shrunk(trial, change.counterexample, "precision")
        if not change.known:
            unknown.append((before, after))
    known = len(pairs) - len(unknown)
    trial.note("precision", f"{known} of {len(pairs)} changes agree with theory")
    if known:
        found = _steepest(trial, settings, seed)
        if found is not None:
            return _shrunk(trial, found, "search")
        if trial.late():
            return trial.out_of_time("search")
    if not unknown:
        return trial.verdict(Outcome.IDENTICAL)
    following = _steps(trial, [before for before, _ in unknown])
    if not following:
        trial.note("simulation", f"no theorem, and {NEXT_TO_A_THRESHOLD}")
        return trial.verdict(Outcome.UNDECIDED)

    def put(setting: Setting, judge: Judge, method: str) -> None:
        del method
        # A counterexample is the smaller for a small step.
        after = following.get(setting) or next(_judgeable(trial, setting), None)
        if after is not None:
            judge_change(conjecture, setting, after, judge)

    def pilot(setting: Setting) -> float | None:
        after = following.get(setting) or next(_judgeable(trial, setting), None)
        return None if after is None else pilot_change(conjecture, setting, after, trial.seed)

    # A difference of literal runs would drown in its own noise: no literal trial here.
    return decide_by_simulation(trial, list(following), put, literal=0, pilot=pilot)


def _steps(trial: Trial, settings: list[Setting]) -> dict[Setting, Setting]:
    """A step from each setting, the large ones and the small ones in turn, along the range."""
    name = str(trial.conjecture.variable)
    possible = {s: list(_judgeable(trial, s)) for s in dict.fromkeys(settings)}
    ordered = sorted((s for s in possible if possible[s]), key=lambda s: getattr(s, name))
    return {s: possible[s][-1 if k % 2 == 0 else 0] for k, s in enumerate(ordered)}


def _judgeable(trial: Trial, setting: Setting) -> Iterator[Setting]:
    """The steps from a setting that simulation can judge."""
    conjecture = trial.conjecture
    if admissible(setting, conjecture.quantity) is None:
        for after in next_values(conjecture, setting):
            if admissible(after, conjecture.quantity) is None:
                yield after


def _changes(trial: Trial, setting: Setting) -> Iterator[Change]:
    """What theory says of the changes from a setting."""
    for after in next_values(trial.conjecture, setting, fine=True):
        yield examine_change(trial.conjecture, setting, after)


def _example(trial: Trial, setting: Setting) -> Counterexample | None:
    wrong = (change.counterexample for change in _changes(trial, setting))
    return next(filter(None, wrong), None)


def _steepest(trial: Trial, drawn: list[Setting], seed: int) -> Counterexample | None:
    """A wrong change where the right ones are least, or next to a threshold."""
    domain, quantity = trial.conjecture.domain, trial.conjecture.quantity
    settings, evaluations, words = places_to_look(domain, drawn, quantity, seed)
    trial.watch("search: looking for where the claim is closest to failing")

    def margin(setting: Setting) -> float | None:
        # What grows with every small step grows; larger ones end abruptly where a range does.
        return next((change.margin for change in _changes(trial, setting)), None)

    # Each margin is one of two settings.
    found, tried = worst(domain, settings, margin, evaluations=evaluations // 2, late=trial.late)
    if found is not None:
        return _example(trial, found)
    trial.note("search", f"holds from all of {tried} {words}")
    return None


def _shrunk(trial: Trial, found: Counterexample, rung: str) -> Verdict:
    conjecture = trial.conjecture
    trial.found = found
    setting = smallest(
        settings_of(conjecture.domain, quantity=conjecture.quantity),
        lambda s: not trial.late() and _example(trial, s) is not None,
        examples=40,
    )
    trial.note(rung, "the claim fails; the smallest counterexample found at this budget")
    best = _example(trial, setting) if setting is not None else None
    return trial.verdict(Outcome.REFUTED, best or found)
