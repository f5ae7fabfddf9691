"""The rung between drawn points and simulation: a proof on the whole domain, by boxes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from ridgeproof.theory.domains.entries import RealInterval
from ridgeproof.theory.errors import NotBuilt, SolverError, UndecidedLimit
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.case import Case
from ridgeproof.verification.conjectures.ladder.choosers import moved, place_with
from ridgeproof.verification.proofs.boxes.search import Point, Search, searched
from ridgeproof.verification.proofs.inequality import stated
from ridgeproof.verification.testing.progress import Trial

__all__ = ["cases_near", "try_to_prove"]

# Steps of a real, as powers of two of its interval, on which a fall of a small window is seen.
_FINEST = 30


def try_to_prove(trial: Trial, conjecture: Conjecture) -> Search | None:
    """Search the whole domain, and note what came of it; None where there is nothing to search."""
    try:
        problem = stated(conjecture)
    except (NotBuilt, UndecidedLimit, SolverError) as error:
        trial.note("whole domain", f"no proof by boxes: {error}")
        return None
    trial.watch("whole domain: bounding the claim on boxes")
    try:
        search = searched(problem, trial.late)
    except NotBuilt as error:
        trial.note("whole domain", f"no proof by boxes: {error}")
        return None
    except KeyboardInterrupt:
        trial.note("whole domain", "interrupted: the boxes closed so far are no proof")
        raise
    numbers = {"boxes": search.boxes, "leaves": sum(map(len, search.leaves))}
    if search.is_proof:
        trial.note(
            "whole domain",
            f"by {problem.theorem} it holds on {numbers['leaves']:,} boxes that "
            f"fill the domain (least bound {search.margin:.2g})",
            **numbers,
            least_bound=search.margin,
        )
    elif search.point is None:
        trial.note(
            "whole domain",
            f"not proved: boxes that fill {search.share:.3g} of the domain are closed, one next to "
            f"{_shown(search.first_open())} is not",
            **numbers,
        )
    return search


def _shown(point: Point | None) -> str:
    if point is None:
        return "the end"
    numbers = ", ".join(f"{x} = {float(value):.4g}" for x, value in point.numbers.items())
    return f"d = {point.place.d}, {numbers}, {point.place.spectrum}"


def cases_near(conjecture: Conjecture, point: Point) -> Iterator[Case]:
    """Cases in which a claim fails whose inequality is violated at a point, if one does."""
    options = {"spectrum": point.place.spectrum, "signal": point.place.signal}
    numbers = {"d": Fraction(point.place.d)}
    numbers |= {str(x): value for x, value in point.numbers.items()}
    place: Setting | None = place_with(conjecture.domain, options, numbers)
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
        pairs = [(value, value + 1), (value - 1, value)]
    for first, last in pairs:
        before = moved(conjecture.domain, place, name, first)
        after = moved(conjecture.domain, place, name, last)
        if before is not None and after is not None:
            yield Case(after, before)
