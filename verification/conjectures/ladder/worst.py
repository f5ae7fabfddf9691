"""Look for a failure between the drawn points, where the margin of a claim is least.

A claim may fail in a window that a few dozen points step over.  Where every drawn point agrees, the
margin by which the claim holds is minimised from those of least margin, each number running over
its range in the domain (coordinate descent).  The search is local: that it finds
nothing is no proof.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic

from scipy.optimize import minimize_scalar

from ridgeproof.theory.domains.entries import CHOICES
from ridgeproof.theory.domains.space import Place, Space
from ridgeproof.verification.conjectures.drawing import draw
from ridgeproof.verification.conjectures.ladder.choosers import (
    ends_of,
    every_place,
    place_at,
    positions_in,
)

__all__ = ["Search", "places_to_look", "searched"]

# Where the search may begin.
_STARTS = 6
# The share of the evaluations that may go to ends of ranges.
_ENDS = 4
# Points tried along a line, besides its ends; how much closer the next look is, and the last one;
# and what a round must gain, relatively, to be followed by another as wide.
_LINE, _CLOSER, _CLOSEST, _GAIN = 8, 5.0, 1e-3, 0.01
# Stands for "no such point", so far above any margin that the search turns back.
_NOWHERE = 1e6


def searched(
    domain: Space[Place],
    places: Iterable[Place],
    margin: Callable[[Place], float | None],
    *,
    evaluations: int,
    late: Callable[[], bool],
) -> Search[Place]:
    """Look for a negative margin.

    Args:
        domain: where to look.
        places: to look at first.
        margin: by how much the claim holds at a place, negative where it fails; None where that is
            not known.
        evaluations: most margins to compute beyond those of the places.
        late: whether to stop looking.
    """
    search = Search(domain, margin, late)
    with contextlib.suppress(_Over):
        for place in places:
            search.tried_at(place)
        starts = _starts(search.tried) if evaluations else []
        first = len(search.tried)
        for number, start in enumerate(starts, 1):
            search.most = first + evaluations * number // len(starts)
            search.from_point(start)
    return search


def places_to_look(
    domain: Space[Any], drawn: list[Any], most: int, seed: int
) -> tuple[list[Any], int, str]:
    """(places to look at, evaluations to search on from there, what they are in words).

    All places of a domain with no more than ``most``; otherwise the drawn ones, some next to a
    threshold, and those with every number at an end of its range.
    """
    every = every_place(domain, most)
    if every is not None:
        return every, 0, "settings of the domain with a finite value"
    near = draw(domain, len(drawn), seed, "").places
    kinds = {_options(place): place for place in [*drawn, *near]}.values()
    ends = [
        place
        for options in kinds
        for place in ends_of(domain, options, most // _ENDS // len(kinds), seed)
    ]
    return [*drawn, *near, *ends], most, "points on the way to where it is tightest"


def _options(place: object) -> tuple[str, ...]:
    return tuple(str(getattr(place, name, "")) for name in CHOICES)


def _starts(margins: Mapping[Place, float]) -> list[Place]:
    """The places of least margin: the least for every choice of options, then the others."""
    ordered = sorted(margins, key=lambda place: margins[place])
    least = set({_options(place): place for place in reversed(ordered)}.values())
    return sorted(ordered, key=lambda place: place not in least)[:_STARTS]


class _Over(Exception):
    """The search has found what it looked for, or is late."""


class _Enough(Exception):
    """A start has used its share of the evaluations."""


@dataclass
class Search(Generic[Place]):
    """What a search has met: the margins by place, and the first that is negative."""

    domain: Space[Place]
    margin: Callable[[Place], float | None]
    late: Callable[[], bool]
    most: float = math.inf
    tried: dict[Place, float] = field(default_factory=dict)
    found: Place | None = None

    @property
    def known(self) -> list[Place]:
        """The places with a margin, those of least margin first."""
        known = (place for place in self.tried if self.tried[place] < _NOWHERE)
        return sorted(known, key=lambda place: self.tried[place])

    def from_point(self, start: Place) -> None:
        """Go down from one place along one number at a time, its options fixed.

        Each line is searched whole at first, then closer and closer around the best place so far.
        """
        with contextlib.suppress(_Enough):
            best, positions = self.tried_at(start), positions_in(self.domain, start)
            reach = 1.0
            while reach > _CLOSEST:
                before = best
                for name in positions:
                    best = self._along(name, start, positions, best, reach)
                # Where a whole round has gained little, only a closer look can.
                if best >= (1 - _GAIN) * before:
                    reach /= _CLOSER

    def _along(
        self, name: str, start: Place, positions: dict[str, float], best: float, reach: float
    ) -> float:
        """The least margin met along one number, which is moved there."""
        here = positions[name]
        lines: dict[float, float] = {}

        def value(position: float) -> float:
            place = place_at(self.domain, start, {**positions, name: position})
            lines[position] = _NOWHERE if place is None else self.tried_at(place)
            return lines[position]

        ends = max(here - reach, 0.0), min(here + reach, 1.0)
        for end in ends:
            value(end)
        minimize_scalar(value, bounds=ends, method="bounded", options={"maxiter": _LINE})
        least = min(lines, key=lambda position: lines[position])
        if lines[least] < best:
            positions[name] = least
        return min(lines[least], best)

    def tried_at(self, place: Place) -> float:
        """The margin at a place, each computed once."""
        if place not in self.tried:
            if self.late():
                raise _Over
            if len(self.tried) >= self.most:
                raise _Enough
            margin = self.margin(place)
            if margin is not None and margin < 0:
                self.found = place
                raise _Over
            self.tried[place] = _NOWHERE if margin is None else margin
        return self.tried[place]
