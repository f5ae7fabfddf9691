"""Look for a failure between the drawn points, where the margin of a claim is least.

A claim may fail in a window that a few dozen points step over.  Where every drawn point agrees, the
margin by which the claim holds is minimised from those of least margin, each number running over
its range in the domain (Powell's method, within bounds).  The search is local: that it finds
nothing is no proof.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from theory.domain import Domain
from theory.entries import CHOICES
from theory.setting import Setting
from verification.drawing import draw_anywhere
from verification.ladder.choosers import every_setting, places_in, setting_at

__all__ = ["places_to_look", "worst"]

# Margins that a search may compute for each quantity; an optimum takes twenty times as long.
_SEARCHED = {"test_error": 240, "bias": 240, "variance": 240, "synthetic": 240, "optimal_lam": 96}
# Where the search may begin.
_STARTS = 4
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
    search = _Search(domain, margin, late)
    with contextlib.suppress(_Over):
        for setting in settings:
            search.tried_at(setting)
        starts = _starts(search.tried)
        first = len(search.tried)
        for number, start in enumerate(starts, 1):
            search.most = first + evaluations * number // len(starts)
            search.from_point(start)
    return search.found, sum(margin < _NOWHERE for margin in search.tried.values())


def places_to_look(
    domain: Domain, drawn: list[Setting], quantity: str, seed: int
) -> tuple[list[Setting], int, str]:
    """(settings to look at, evaluations to search on from there, what they are in words).

    All settings of a small domain; otherwise the drawn ones and some next to a threshold.
    """
    every = every_setting(domain, _SEARCHED[quantity])
    if every is not None:
        return every, 0, "settings of the domain with a finite value"
    near = draw_anywhere(domain, _SEARCHED[quantity] // 10, seed, quantity)
    return [*drawn, *near], _SEARCHED[quantity], "points on the way to where it is tightest"


def _starts(margins: Mapping[Setting, float]) -> list[Setting]:
    """The settings of least margin: the least for every choice of options, then the others."""
    ordered = sorted(margins, key=lambda setting: margins[setting])
    least = {tuple(str(getattr(s, name)) for name in CHOICES): s for s in reversed(ordered)}
    return sorted(ordered, key=lambda setting: setting not in least.values())[:_STARTS]


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
        """Go down from one setting, its options fixed."""
        places = places_in(self.domain, start)
        if not places:
            return

        def value(u: NDArray[np.float64]) -> float:
            there = dict(zip(places, u.tolist(), strict=True))
            setting = setting_at(self.domain, start, there)
            return _NOWHERE if setting is None else self.tried_at(setting)

        with contextlib.suppress(_Enough):
            minimize(
                value,
                np.clip(list(places.values()), 0.0, 1.0),
                method="Powell",
                bounds=[(0.0, 1.0)] * len(places),
                options={"xtol": 1e-3, "ftol": 1e-6},
            )

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
