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

from scipy.optimize import minimize_scalar

from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import CHOICES
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import draw_anywhere
from ridgeproof.verification.conjectures.ladder.choosers import (
    ends_of,
    every_setting,
    places_in,
    setting_at,
)

__all__ = ["places_to_look", "tightest", "worst"]

# Where the search may begin.
_STARTS = 6
# The share of the evaluations that may go to ends of ranges.
_ENDS = 4
# Points tried along a line, besides its ends; how much closer the next look is, and the last one;
# and what a round must gain, relatively, to be followed by another as wide.
_LINE, _CLOSER, _CLOSEST, _GAIN = 8, 5.0, 1e-3, 0.01
# Stands for "no such point", so far above any margin that the search turns back.
_NOWHERE = 1e6


def worst(
    domain: Domain,
    settings: Iterable[Setting],
    margin: Callable[[Setting], float | None],
    *,
    evaluations: int,
    late: Callable[[], bool],
) -> tuple[Setting | None, int]:
    """(a setting of the domain at which the margin is negative, if one was met; margins known).

    Args:
        domain: where to look.
        settings: settings of the domain to look at first.
        margin: by how much the claim holds at a setting, negative where it fails; None where that
            is not known.
        evaluations: most margins to compute beyond those of the settings.
        late: whether to stop looking.
    """
    search = _searched(domain, settings, margin, evaluations, late)
    return search.found, sum(margin < _NOWHERE for margin in search.tried.values())


def tightest(
    domain: Domain,
    settings: Iterable[Setting],
    margin: Callable[[Setting], float | None],
    *,
    evaluations: int,
    late: Callable[[], bool],
) -> list[Setting]:
    """The settings met on the way, those of least margin first; the margin may not be negative."""
    tried = _searched(domain, settings, margin, evaluations, late).tried
    return sorted(
        (setting for setting in tried if tried[setting] < _NOWHERE),
        key=lambda setting: tried[setting],
    )


def _searched(
    domain: Domain,
    settings: Iterable[Setting],
    margin: Callable[[Setting], float | None],
    evaluations: int,
    late: Callable[[], bool],
) -> _Search:
    search = _Search(domain, margin, late)
    with contextlib.suppress(_Over):
        for setting in settings:
            search.tried_at(setting)
        starts = _starts(search.tried) if evaluations else []
        first = len(search.tried)
        for number, start in enumerate(starts, 1):
            search.most = first + evaluations * number // len(starts)
            search.from_point(start)
    return search


def places_to_look(
    domain: Domain, drawn: list[Setting], most: int, seed: int
) -> tuple[list[Setting], int, str]:
    """(settings to look at, evaluations to search on from there, what they are in words).

    All settings of a domain with no more than ``most``; otherwise the drawn ones, some next to a
    threshold, and those with every number at an end of its range.
    """
    every = every_setting(domain, most)
    if every is not None:
        return every, 0, "settings of the domain with a finite value"
    near = draw_anywhere(domain, len(drawn), seed)
    kinds = {_options(setting): setting for setting in [*drawn, *near]}.values()
    ends = [
        setting
        for options in kinds
        for setting in ends_of(domain, options, most // _ENDS // len(kinds), seed)
    ]
    return [*drawn, *near, *ends], most, "points on the way to where it is tightest"


def _options(setting: Setting) -> tuple[str, ...]:
    return tuple(str(getattr(setting, name, "")) for name in CHOICES)


def _starts(margins: Mapping[Setting, float]) -> list[Setting]:
    """The settings of least margin: the least for every choice of options, then the others."""
    ordered = sorted(margins, key=lambda setting: margins[setting])
    least = set({_options(setting): setting for setting in reversed(ordered)}.values())
    return sorted(ordered, key=lambda setting: setting not in least)[:_STARTS]


class _Over(Exception):
    """The search has found what it looked for, or is late."""


class _Enough(Exception):
    """A start has used its share of the evaluations."""


@dataclass
class _Search:
    domain: Domain
    margin: Callable[[Setting], float | None]
    late: Callable[[], bool]
    most: float = math.inf
    tried: dict[Setting, float] = field(default_factory=dict)
    found: Setting | None = None

    def from_point(self, start: Setting) -> None:
        """Go down from one setting along one number at a time, its options fixed.

        Each line is searched whole at first, then closer and closer around the best place so far.
        """
        with contextlib.suppress(_Enough):
            best, places = self.tried_at(start), places_in(self.domain, start)
            reach = 1.0
            while reach > _CLOSEST:
                before = best
                for name in places:
                    best = self._along(name, start, places, best, reach)
                # Where a whole round has gained little, only a closer look can.
                if best >= (1 - _GAIN) * before:
                    reach /= _CLOSER

    def _along(
        self, name: str, start: Setting, places: dict[str, float], best: float, reach: float
    ) -> float:
        """The least margin met along one number, which is moved there."""
        here = places[name]
        lines: dict[float, float] = {}

        def value(place: float) -> float:
            setting = setting_at(self.domain, start, {**places, name: place})
            lines[place] = _NOWHERE if setting is None else self.tried_at(setting)
            return lines[place]

        ends = max(here - reach, 0.0), min(here + reach, 1.0)
        for end in ends:
            value(end)
        minimize_scalar(value, bounds=ends, method="bounded", options={"maxiter": _LINE})
        place = min(lines, key=lambda place: lines[place])
        if lines[place] < best:
            places[name] = place
        return min(lines[place], best)

    def tried_at(self, setting: Setting) -> float:
        """The margin at a setting, each computed once."""
        if setting not in self.tried:
            if self.late():
                raise _Over
            if len(self.tried) >= self.most:
                raise _Enough
            margin = self.margin(setting)
            if margin is not None and margin < 0:
                self.found = setting
                raise _Over
            self.tried[setting] = _NOWHERE if margin is None else margin
        return self.tried[setting]
