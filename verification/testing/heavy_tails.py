"""Where simulation cannot judge: draws without a tame variance.

The simulated error has no finite variance next to an interpolation threshold: fewer than 4 rows
from what a fit without ridge on noisy labels fits (its tail index is (gap + 1)/2).  A tiny ridge
makes it finite, and leaves it to designs that a pilot may not meet; so do signs.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from enum import StrEnum

from ridgeproof.theory.process.fits import FitFact

__all__ = ["LEAST_GAP", "Tails", "heavy_fit", "is_common"]

LEAST_GAP = 4
_RAREST = 0.02  # a pilot of 512 meets what has this probability ten times


class Tails(StrEnum):
    """Why a fit has heavy tails."""

    CLOSE = "lam = 0"
    FEATURES = "features are few, lam is tiny"
    RARE = "lam is tiny"


def heavy_fit(
    facts: Iterable[FitFact],
    penalty: Callable[[FitFact], float | None],
    least: Callable[[FitFact], float],
    *,
    bias: bool = True,
) -> tuple[FitFact, Tails] | None:
    """The first fit that leaves the draws without a tame variance, and why; None where all have.

    Args:
        facts: of the fits.
        penalty: of a fit, or of the ridge that it is like.
        least: the least variance of the directions that a fit sees.
        bias: whether what the fits miss of their labels is judged, and not their noise alone.
    """
    for fact in facts:
        ridge, rows, size = penalty(fact), fact.rows, fact.size
        gap = abs(rows - size)
        if fact.exact or ridge is None or gap >= LEAST_GAP:
            continue
        if fact.signs and is_common(rows, size):
            continue
        if fact.is_close(LEAST_GAP - 1):
            return fact, Tails.CLOSE if fact.width is None or not fact.narrow else Tails.FEATURES
        # Where features reach all dimensions but hardly, what they miss of the signal is noise.
        hardly = fact.width is not None and rows < size and fact.width < size + LEAST_GAP
        if (fact.narrow or hardly) and ridge * rows * size < _RAREST:
            return fact, Tails.FEATURES
        # A bias that a tiny ridge leaves on T >= d rows is that of a few designs as well.
        matters = ridge > 0 and gap <= 1 and (bias or fact.noisy)
        if matters and _is_rare(rows, size, ridge, least(fact)):
            return fact, Tails.RARE
    return None


def is_common(rows: int, d: float) -> bool:
    """Whether a pilot meets every design of so many rows of d signs.

    Flipping the signs of a row or of a column changes no singular value: up to flips there are
    2^((rows-1)(d-1)) designs, equally likely.
    """
    return (rows - 1) * (d - 1) <= -math.log2(_RAREST)


def _is_rare(rows: int, size: float, ridge: float, least: float) -> bool:
    """Whether rows within 1 of what they fit, the least of this variance, are rarely that bad.

    The least eigenvalue of X'X/rows is below the ridge with probability of the order of
    (ridge rows min(rows, size)/s)^((gap+1)/2), s the least eigenvalue of Sigma (Edelman 1988).
    With a gap of at most 1 these designs have most of the mean; without ridge it is infinite.
    """
    gap = abs(rows - size)
    return bool((ridge * rows * min(rows, size) / least) ** ((gap + 1) / 2) < _RAREST)
