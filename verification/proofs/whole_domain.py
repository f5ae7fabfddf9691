"""The rung between drawn points and simulation: a proof on the whole domain, by boxes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from ridgeproof.theory.domains.entries import RealInterval
from ridgeproof.theory.errors import NotBuilt, NoTheorem, SolverError, UndecidedLimit
from ridgeproof.verification.conjectures.claim import Claim
from ridgeproof.verification.conjectures.ladder.case import Case, Proof, Subject
from ridgeproof.verification.conjectures.ladder.choosers import moved, place_with
from ridgeproof.verification.proofs.boxes.problem import Point, Problem
from ridgeproof.verification.proofs.boxes.search import (
    Search,
    SearchInterrupted,
    approached,
    searched,
)
from ridgeproof.verification.proofs.boxes.zeros import zeros
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.progress import Trial

__all__ = ["on_whole_domain", "proof_in_words"]

# Steps of a real, as powers of two of its interval, on which a fall of a small window is seen.
_FINEST = 30


def on_whole_domain(
    trial: Trial,
    subject: Subject,
    stated: Callable[[Any], Problem],
    certificate: Callable[[Any, Search], Mapping[str, Any]] | None = None,
) -> Proof | Counterexample | str | None:
    """Search the whole domain of a claim, and note what came of it.

    A text says why the claim is not defined everywhere, though no place shows it exactly.

    Args:
        trial: that keeps the notes, and knows when time is over.
        subject: the claim.
        stated: it as an inequality.
        certificate: writes a proof down, where another reader knows the theorem.
    """
    claim = subject.claim
    try:
        trial.watch("whole domain: bounding the claim on boxes")
        problem = stated(claim)
        is_near = claim.relation == "equals" and problem.value != 0
        search = (approached if is_near else searched)(problem, trial.late)
    except (NotBuilt, NoTheorem, UndecidedLimit, SolverError) as error:
        trial.note("whole domain", f"no proof by boxes: {error}")
        return None
    except SearchInterrupted as stopped:
        search = stopped.search
        trial.note("whole domain", f"stopped, {_closed(search)}: no proof", **_numbers(search))
        raise
    written = None if certificate is None else partial(certificate, claim, search)
    if search.is_proof:
        how, text = proof_in_words(search)
        bound = {} if how == "symbolic" else _numbers(search) | {"least_bound": search.margin}
        trial.note(how.partition(":")[0].partition(" up")[0], text, **bound)
        return Proof(how, written, is_exact=not is_near)
    if search.point is None:
        shown = _shown(next(search.open_points(), None))
        text = f"not proved, {_closed(search)}: one next to {shown} is not"
        trial.note("whole domain", text, **_numbers(search))
        return _undefined(subject, search)
    example = _failure(subject, search.point)
    if example is None:
        shown = _shown(search.point)
        trial.note("whole domain", f"not proved: the slope has the other sign at {shown}")
    return example


def _undefined(subject: Subject, search: Search) -> Counterexample | str | None:
    """Where a piece of the claim vanishes that must not, or between which values it does."""
    why = None
    for zero in zeros(search.form.problem, search.form.levels, search.open_points()):
        for point in zero.points:
            example = _failure(subject, point)
            if example is not None:
                return example
        between = f"{zero.variable} between {zero.low!r} and {zero.high!r}"
        why = f"a piece of it vanishes for {between} where {_shown(zero.start)}"
    return why


def _failure(subject: Subject, point: Point) -> Counterexample | None:
    found = (subject.examine(case).example for case in _cases_near(subject.claim, point))
    return next(filter(None, found), None)


def proof_in_words(search: Search) -> tuple[str, str]:
    """How a search that is a proof reaches the domain, in short and in full."""
    problem, leaves = search.form.problem, sum(map(len, search.leaves))
    by, delta = f"by {problem.theorem}", float(problem.delta)
    if problem.value == 0:
        return "symbolic", f"{by} both sides are one formula, defined on the domain"
    if delta:
        how = f"whole domain up to {delta:g}: {leaves:,} boxes"
        return how, f"{by} the sides differ by at most {delta:g} on {leaves:,} boxes"
    bound = f"least bound {search.margin:.2g}"
    how = f"whole domain: {leaves:,} boxes, {bound}"
    return how, f"{by} it holds on {leaves:,} boxes that fill the domain ({bound})"


def _numbers(search: Search) -> dict[str, int]:
    return {"boxes": search.boxes, "leaves": sum(map(len, search.leaves))}


def _closed(search: Search) -> str:
    return f"boxes that fill all but {max(0.0, 1 - search.share):.2g} of the domain are closed"


def _shown(point: Point | None) -> str:
    if point is None:
        return "the end"
    numbers = ", ".join(f"{x} = {float(value):.4g}" for x, value in point.numbers.items())
    return f"d = {point.place.d}, {numbers}, {point.place.spectrum}"


def _cases_near(conjecture: Claim, point: Point) -> Iterator[Case]:
    """Cases in which a claim fails whose inequality is violated at a point, if one does."""
    options = {"spectrum": point.place.spectrum, "signal": point.place.signal}
    numbers = {"d": Fraction(point.place.d)}
    numbers |= {str(x): value for x, value in point.numbers.items()}
    place = place_with(conjecture.domain, options, numbers)
    if place is None:
        return
    if conjecture.variable is None:
        yield Case(place)
        return
    name = str(conjecture.variable)
    entry, value = conjecture.domain[name], Fraction(getattr(place, name))
    if isinstance(entry, RealInterval):
        width = entry.most - entry.least
        steps = [width / 2**k for k in range(3, _FINEST)]
        pairs = [(value - step / 2, value + step / 2) for step in steps]
        pairs += [pair for step in steps for pair in ((value, value + step), (value - step, value))]
    else:
        pairs = [(value, value + 1)]
    for first, last in pairs:
        before = moved(conjecture.domain, place, name, first)
        after = moved(conjecture.domain, place, name, last)
        if before is not None and after is not None:
            yield Case(after, before)
