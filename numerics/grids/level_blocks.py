"""Sums over levels at many points at once, block by block, so that memory stays bounded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.spectra.spectral_levels import Spectrum

__all__ = ["point_blocks", "sums_over_levels"]

# Floats in one block of points by levels (256 kB, which stays in the cache), and levels in it.
_BLOCK = 2**15
_LEVELS = 2**13

Summands = Callable[[Array, Array, slice], tuple[Any, ...]]


def sums_over_levels(spectrum: Spectrum, points: int, summands: Summands) -> list[Array]:
    """Sum functions of the levels for each of many points.

    Args:
        spectrum: levels in float64; memory-mapped arrays are read block by block.
        points: how many points there are.
        summands: called with rows s and w0^2 of some levels, and the slice of points wanted;
            returns arrays that broadcast to (points of the slice, levels of the rows).

    Returns:
        One array of length ``points`` for each function.
    """
    made: list[Array] = []
    for part in point_blocks(spectrum, points):
        totals = _one_block(spectrum, part, summands)
        if not made:
            made = [np.empty(points) for _ in totals]
        for whole, total in zip(made, totals, strict=True):
            whole[part] = total
    return made


def point_blocks(spectrum: Spectrum, points: int) -> Iterator[slice]:
    """Slices of points that fit into one block together with the levels."""
    size = max(_BLOCK // min(len(spectrum.s), _LEVELS), 1)
    for start in range(0, points, size):
        yield slice(start, min(start + size, points))


def _one_block(spectrum: Spectrum, part: slice, summands: Summands) -> list[Array]:
    totals: list[Array] = []
    for start in range(0, len(spectrum.s), _LEVELS):
        rows = slice(start, start + _LEVELS)
        s, w0sq = (np.asarray(each[rows])[None, :] for each in (spectrum.s, spectrum.w0sq))
        weights = None if spectrum.weights is None else spectrum.weights[rows].astype(np.float64)
        shape = (part.stop - part.start, s.shape[1])
        sums = [
            # NumPy adds pairwise along the last axis.
            np.broadcast_to(x if weights is None else x * weights, shape).sum(axis=-1)
            for x in summands(s, w0sq, part)
        ]
        totals = [a + b for a, b in zip(totals, sums, strict=True)] if totals else sums
    return totals
