"""Shrink a failing point: the smallest place of a domain where the claim still fails."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import NoSuchExample, Unsatisfiable
from hypothesis.strategies import SearchStrategy

from ridgeproof.verification.testing.scratch import leaves_no_folder

__all__ = ["smallest"]

Place = TypeVar("Place")


def smallest(
    places: SearchStrategy[Place],
    fails: Callable[[Place], bool],
    *,
    seed: int = 0,
    examples: int = 100,
) -> Place | None:
    """The smallest place found at which ``fails`` is true, or None if none was met.

    Each place is tried once: after a deadline ``fails`` may answer differently, and hypothesis,
    which tries the smallest again, would call that flaky.
    """
    tried: dict[Place, bool] = {}

    def fails_once(place: Place) -> bool:
        if place not in tried:
            tried[place] = fails(place)
        return tried[place]

    try:
        with leaves_no_folder():
            return hypothesis.find(
                places,
                fails_once,
                settings=hypothesis.settings(
                    deadline=None,
                    database=None,
                    max_examples=examples,
                    phases=(Phase.generate, Phase.shrink),
                    suppress_health_check=list(HealthCheck),
                ),
                random=random.Random(seed),
            )
    except (NoSuchExample, Unsatisfiable):
        return None
