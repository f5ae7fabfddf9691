"""The rungs that ask theory: at drawn cases, where the claim is tightest, and for the smallest.

What theory leaves open goes to simulation (`on_trial`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.conjectures.ladder.case import Finding, Proof, Subject, cases_at
from ridgeproof.verification.conjectures.ladder.on_trial import simulate
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.worst import places_to_look, searched
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["climb"]

# Evaluations on the way to where a piece is undefined, and what counts as being there.
_TOWARDS, _NEAR = 300, 1e-9
# Places that the search for a smaller counterexample draws; each begins several changes.
_EXAMPLES, _CHANGES = 100, 40


def climb(trial: Trial, subject: Subject, places: list[Any], seed: int) -> Verdict:
    """Compare a claim with theory at some places, and put what it leaves open on trial."""
    variable = subject.claim.variable
    cases = [case for place in places for case in cases_at(subject, place)]
    if not cases:
        trial.note("domain", f"no two values of {variable} to compare could be drawn")
        return trial.verdict(Outcome.UNDECIDED)
    kind = "points" if variable is None else "changes"
    findings: list[Finding] = []
    for case in cases:
        if trial.late():
            return trial.out_of_time("precision")
        trial.watch(f"precision: {len(findings)} of {len(cases)} {kind}")
        findings.append(subject.examine(case))
        if (found := findings[-1].example) is not None:
            return _shrunk(trial, subject, found, "precision", places)
    _refuse(trial, findings)
    # A case that is not clear may have been followed by one that refutes.
    if unclear := next((f.unclear for f in findings if f.unclear), ""):
        return _unclear(trial, "precision", unclear)
    if (found := _undefined(trial, subject, places)) is not None:
        return _shrunk(trial, subject, found, "search", places)
    if (found := subject.off(places)) is not None:
        trial.note("symbolic", "the claim fails by a share too small for digits")
        return trial.verdict(Outcome.REFUTED, found)
    known = sum(finding.is_known for finding in findings)
    agrees = f"agrees at {known} of {len(findings)} {kind} with {subject.theory}"
    theorems = {theorem for finding in findings for theorem in finding.theorems}
    trial.note("precision", agrees if known else subject.silence(), theorems=sorted(theorems))
    near = None
    if known:
        everywhere = subject.everywhere(trial)
        if isinstance(everywhere, Proof):
            near = everywhere
            if near.is_exact:
                return _proved(trial, Outcome.PROVED, near)
        elif isinstance(everywhere, str):
            return _unclear(trial, "search", everywhere)
        elif everywhere is not None:
            return _shrunk(trial, subject, everywhere, "whole domain", places)
        found, unclear = _closer(trial, subject, places, seed)
        if found is not None:
            return _shrunk(trial, subject, found, "search", places)
        if unclear:
            return _unclear(trial, "search", unclear)
        if trial.late():
            return trial.out_of_time("search")
    unknown = [
        case.places[0]
        for case, finding in zip(cases, findings, strict=True)
        if not finding.is_known and finding.refused is None
    ]
    if not unknown and known:
        return _proved(trial, Outcome.IDENTICAL, near)
    return simulate(trial, subject, list(dict.fromkeys(unknown)))


def _proved(trial: Trial, outcome: Outcome, proof: Proof | None) -> Verdict:
    how = "" if proof is None else proof.how
    written = proof if proof is not None and proof.certificate is not None else None
    return trial.verdict(outcome, how=how, proof=written)


def _refuse(trial: Trial, findings: list[Finding]) -> None:
    """Count the cases with a number that is none; raise its error where they are all."""
    refused = [finding.refused for finding in findings if finding.refused is not None]
    if len(refused) == len(findings) and all(type(error) is InputError for error in refused):
        raise refused[0]
    reasons = Counter(str(error).partition(". ")[0] for error in refused)
    trial.out_of_scope = {**trial.out_of_scope, **reasons}


def _unclear(trial: Trial, rung: str, why: str) -> Verdict:
    trial.note(rung, f"not every point could be compared: {why}")
    return trial.verdict(Outcome.UNDECIDED)


def _undefined(trial: Trial, subject: Subject, places: list[Any]) -> Counterexample | None:
    """A place where a piece of the formula is undefined, if one is met on the way to it."""
    for far in subject.gaps():

        def distance(place: Any, far: Callable[[Any], float | None] = far) -> float | None:
            size = far(place)
            if size is not None and size < _NEAR and _example(subject, place) is not None:
                return -1.0
            return None if size is None else size / (1 + size)

        search = searched(
            subject.claim.domain, places, distance, evaluations=_TOWARDS, late=trial.late
        )
        if search.found is not None:
            return _example(subject, search.found)
    return None


def _closer(
    trial: Trial, subject: Subject, places: Sequence[Any], seed: int
) -> tuple[Counterexample | None, str]:
    """A failure nearer to the thresholds than simulation goes, or where the claim is tight.

    With it, why a case that was met is not clear, if so.
    """
    domain = subject.claim.domain
    look, evaluations, words = places_to_look(domain, list(places), subject.evaluations, seed)
    trial.watch("search: looking for where the claim is closest to failing")
    unclear = [""]

    def margin(place: Any) -> float | None:
        # What grows with every small step grows; larger ones end abruptly where a range does.
        case = next(cases_at(subject, place), None)
        if case is None:
            return None
        finding = subject.examine(case)
        unclear.append(finding.unclear)
        return finding.margin

    if subject.claim.relation == "equals" and evaluations:
        # The margin of an equality leads nowhere.
        evaluations, words = 0, "points, those next to a threshold included"
    # Each margin of a change is one of two places.
    most = evaluations if subject.claim.variable is None else evaluations // 2
    search = searched(domain, look, margin, evaluations=most, late=trial.late)
    if search.found is not None:
        return _example(subject, search.found), ""
    trial.note("search", f"holds at all of {len(search.known)} {words}")
    return None, max(unclear)


def _example(subject: Subject, place: Any) -> Counterexample | None:
    """The counterexample of the first case of a place that fails."""
    wrong = (subject.examine(case).example for case in cases_at(subject, place))
    return next(filter(None, wrong), None)


def _shrunk(
    trial: Trial, subject: Subject, found: Counterexample, rung: str, places: list[Any]
) -> Verdict:
    """Refuted, by the smallest counterexample that a bounded search finds."""
    trial.found = found
    place = smallest(
        subject.places(),
        lambda place: not trial.late() and _example(subject, place) is not None,
        examples=_EXAMPLES if subject.claim.variable is None else _CHANGES,
    )
    best = None if place is None else _example(subject, place)
    trial.note(rung, "the claim fails; the smallest counterexample found at this budget")
    if words := subject.remark(best or found, places):
        trial.note("limit", words)
    return trial.verdict(Outcome.REFUTED, best or found)
