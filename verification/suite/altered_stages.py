"""Altered equivalents of kernel ridge on rows: the count-aware one with a part left out.

Each solves a stage in the place of `ridgeproof.numerics.rows.stage.solve_stage`, with the
production's own code but for the part; chains of them are the production's own.
"""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.stage import Counts, Stage, solve_stage

__all__ = ["gaussian", "row_aware", "without_beta", "without_rows"]


def row_aware(*given: Any, **more: Any) -> Stage:
    """Counts left out: rows are drawn one at a time, the limit T/N -> 0."""
    return solve_stage(*given, **more, average=_one_draw)


def without_rows(*given: Any, **more: Any) -> Stage:
    """Rows left out: all of them are alike."""
    return _alike(solve_stage(*given, **more, share=_mean))


def gaussian(*given: Any, **more: Any) -> Stage:
    """Counts and rows left out: the equivalent of normal features."""
    return _alike(solve_stage(*given, **more, share=_mean, average=_one_draw))


def without_beta(*given: Any, **more: Any) -> Stage:
    """The chance of the rows left out of second moments: beta = 0."""
    stage = solve_stage(*given, **more)
    return replace(stage, beta=np.zeros_like(stage.a))


def _one_draw(diagonal: Array, a: Array, T: int, *, replacement: bool) -> Counts:
    """The averages as T/N goes to 0: with w = 1/(1 + q/T), a = w/N and beta = w^2/(T N)."""
    del replacement
    w = 1 / (1 + diagonal / T)
    return Counts(w / len(a), w**2 / (T * len(a)), diagonal, w**2, np.ones_like(a))


def _mean(diagonal: Array) -> Array:
    return np.full_like(diagonal, diagonal.mean())


class _Alike(Stage):
    def spread(self, diagonal: Array) -> Array:
        """The mean of d, for all rows."""
        shared = diagonal.mean() / (1 - self.beta[0] * self.squares.sum() / len(diagonal))
        return np.full_like(diagonal, shared)


def _alike(stage: Stage) -> Stage:
    return _Alike(**{each.name: getattr(stage, each.name) for each in fields(stage)})
