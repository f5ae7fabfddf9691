"""The slope of a claimed quantity along its variable: whether a claim of monotony holds at a place.

It is that of the asks, by the implicit equations, and the chain rule; a turn closer than any step
is seen by it.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from flint import arb

from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.equivalent.gradients.gradient import gradient_of_process
from ridgeproof.theory.domains.entries import RealInterval
from ridgeproof.theory.errors import NotBuilt, RidgeproofError
from ridgeproof.verification.conjectures.ladder.case import Case, Finding, Subject, examined
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.sides import FINE, FLOAT, Theory, rational

__all__ = ["by_slope"]

# A slope that moves the quantity by a smaller share over the whole interval is not read in float64.
_LEAST = 1e-6
# How much closer the second place of a counterexample may come, each time tenfold.
_CLOSER = 12


def by_slope(subject: Subject, theory: Theory, case: Case) -> Finding | None:
    """Decide a change by the slope where it begins.

    None where the variable is no real or moves other numbers, or where no slope decides.
    """
    name = str(subject.claim.variable)
    entry = subject.claim.domain[name] if case.before is not None else None
    if not isinstance(entry, RealInterval):
        return None
    before, after = (place.values for place in case.places)
    if [key for key, value in after.items() if value != before[key]] != [name]:
        return None
    change = None
    with suppress(RidgeproofError):  # a slope that is not certified decides nothing
        for digits in (FLOAT, FINE):
            value, slope = _at(theory, case.places[0], name, digits)
            change = subject.sign * slope * exact_ball(entry.most - entry.least)
            if change > (_LEAST * abs(value) if digits == FLOAT else 0):
                size = float(abs(value).mid())
                margin = float(change.mid()) / size if size else 1.0
                return Finding(is_known=True, margin=margin)
    if change is None or not change < 0:
        return None
    # Some second place is near enough for the quantity itself to show it.
    for k in range(_CLOSER):
        numbers = {**before, name: before[name] + (after[name] - before[name]) / 10**k}
        near = replace(case.places[0], numbers=tuple(numbers.items()))
        found = examined(subject, Case(near, case.places[0]))
        if found.example is not None:
            return found
    return None


def _at(theory: Theory, place: Place, name: str, digits: int) -> tuple[Any, Any]:
    """The quantity and its slope at a place, as balls; a slope of fine digits is certified.

    Raises:
        RidgeproofError: there is none, or no certificate.
    """
    sides = theory.sides
    leaves = theory.leaves(place, digits)
    if leaves is None:
        raise NotBuilt("the theorem gives no value")
    process = replace(sides.process, asks=tuple(sides.conjecture.asks.items()))
    given = {**theory.given(place), "digits": digits, "certified": digits == FINE}
    found = gradient_of_process(process, [name], **given)
    slopes = {
        ask: exact_ball(rational(each[name] if found.certified else float(each[name])))
        + arb(0, float(found.radii[ask][name]) if found.radii else 0)
        for ask, each in found.items()
    }
    return sides.at(place, leaves)[0], sides.slope(place, leaves, name, slopes)
