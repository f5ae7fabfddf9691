"""Shrink a failing point: the smallest setting of the domain where the claim still fails."""

from __future__ import annotations

import random
from collections.abc import Callable

import hypothesis
from hypothesis import HealthCheck, Phase
from hypothesis.errors import NoSuchExample, Unsatisfiable

from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.strategies import settings as draw_setting

__all__ = ["smallest"]


def smallest(
    domain: Domain,
    quantity: str,
    fails: Callable[[Setting], bool],
    *,
    seed: int = 0,
    examples: int = 100,
) -> Setting | None:
    """The smallest setting found at which ``fails`` is true, or None if none was met.

    Each setting is tried once: after a deadline ``fails`` may answer differently, and hypothesis,
    which tries the smallest again, would call that flaky.
    """
    tried: dict[Setting, bool] = {}

    def fails_once(setting: Setting) -> bool:
        if setting not in tried:
            tried[setting] = fails(setting)
        return tried[setting]

    try:
        return hypothesis.find(
            draw_setting(domain, quantity=quantity),
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
