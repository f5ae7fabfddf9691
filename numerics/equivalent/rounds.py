"""Loops that are not unrolled: what n rounds on fresh rows add to the models that enter.

Second moments go round by an affine map: C -> M C M' + U <C> + b, direction by direction but for
traces.  What is added, V_n = C_n - M^n C_0 M'^n, is iterated round by round, and stops where it no
longer moves.  Longer loops square the affine map on all directions.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.balls.roots import in_floats, matrix_power
from ridgeproof.theory.equivalent.correlation import Moments, between, correlate
from ridgeproof.theory.equivalent.pencil import Rounds
from ridgeproof.theory.equivalent.ring import Ring
from ridgeproof.theory.errors import NotBuilt, SolverError

if TYPE_CHECKING:
    from ridgeproof.numerics.equivalent.sources import StackedSources

__all__ = ["added_by_rounds"]

_MOST_ITERATED = 1000
# Unknowns in the affine map; its square costs their cube.
_MOST_SQUARED = 700
# Rounds for each unknown from which the square is the shorter way: it takes one for each.
_CHEAPER = 4

_STILL = 4 * np.finfo(np.float64).eps

_Block = dict[tuple[int, int], Array]


def added_by_rounds(
    rounds: Rounds, entering: Moments, inside: Callable[[], StackedSources], ring: Ring
) -> _Block:
    """V_n(i), (sources, points or 1, directions), by pairs of leaving models.

    Args:
        rounds: the loop.
        entering: C_0(i) by pairs of entering models.
        inside: makes the sources of one round.
        ring: the arithmetic.

    Raises:
        NotBuilt: the loop is long and its directions are many.
        SolverError: the models grow beyond the range of float64.
    """
    size = len(rounds.carried)
    moments, fresh = _array(entering, size), _round(rounds, {}, inside, size)
    shape = np.broadcast_shapes(moments.shape, fresh.shape)
    moments = np.broadcast_to(moments.astype(np.result_type(moments, fresh)), shape)
    unknowns, after = shape[-3] * size**2, None
    if rounds.count <= _CHEAPER * unknowns or unknowns > _MOST_SQUARED:
        after = _iterated(rounds, moments, inside, min(rounds.count, _MOST_ITERATED))
    if after is None:
        after = _squared(rounds, moments, inside)
    kept = _matrix(ring.power(rounds.keeps, size, rounds.count), size, shape)
    if not (np.isfinite(in_floats(after)).all() and np.isfinite(in_floats(kept)).all()):
        raise SolverError(
            f"{rounds.count} rounds of a loop overflow float64, because its models grow from round "
            "to round: give fewer rounds"
        )
    added = after - np.einsum("...pa,...ab,...qb->...pq", kept, moments, kept)
    return {(p, q): added[..., p, q] for p in range(size) for q in range(size)}


def _array(block: Mapping[tuple[int, int], Array], size: int) -> Array:
    """(sources, points or 1, directions, size, size)."""
    if not block:
        return np.zeros((1, 1, 1, size, size), dtype=int)
    shape = np.broadcast_shapes((1, 1, 1), *(value.shape for value in block.values()))
    whole = np.zeros((*shape, size, size), dtype=np.result_type(*block.values()))
    for (p, q), value in block.items():
        whole[..., p, q] = value
    return whole


def _matrix(block: Mapping[tuple[int, int], Array], size: int, shape: tuple[int, ...]) -> Array:
    return np.broadcast_to(_array(block, size), shape)


def _round(
    rounds: Rounds,
    moments: Mapping[tuple[int, int], Array],
    inside: Callable[[], StackedSources],
    size: int,
) -> Array:
    """C of the models that leave a round."""
    places = rounds.carried
    sources = inside().given({(places[p], places[q]): v for (p, q), v in moments.items()})
    found = correlate(rounds.round, rounds.answers, sources)
    left: _Block = {}
    for p in range(size):
        for q in range(size):
            value = between(found.features, rounds.leaving[p], rounds.leaving[q])
            if value is not None:
                left[p, q] = value
    return _array(left, size)


def _iterated(
    rounds: Rounds, moments: Array, inside: Callable[[], StackedSources], most: int
) -> Array | None:
    """C after the rounds; None where it still moves after the most that are carried out."""
    size = moments.shape[-1]
    pairs = [(p, q) for p in range(size) for q in range(size)]
    for _ in range(most):
        before = moments
        moments = _round(rounds, {(p, q): before[..., p, q] for p, q in pairs}, inside, size)
        # Steady growth, k times one step, still moves by 1/k: each source has an axis of its own.
        still = _STILL if moments.dtype != object else 0  # what a ball hides may still move
        if (abs(moments - before) <= still * abs(moments)).all():
            return moments
    return moments if most == rounds.count else None


def _squared(rounds: Rounds, moments: Array, inside: Callable[[], StackedSources]) -> Array:
    """C after the rounds by squaring the affine map."""
    sources, points, directions, size, _ = moments.shape
    unknowns = directions * size * size
    if unknowns > _MOST_SQUARED:
        raise NotBuilt(
            f"{rounds.count} rounds on {directions} directions do not settle within "
            f"{_MOST_ITERATED}: give fewer rounds, or a spectrum of at most "
            f"{_MOST_SQUARED // size**2} levels"
        )
    basis = np.eye(unknowns, dtype=moments.dtype).reshape(unknowns, 1, directions, size, size)
    pairs = [(p, q) for p in range(size) for q in range(size)]
    constant = np.broadcast_to(_round(rounds, {}, inside, size), moments.shape)
    # A basis vector sounds in every source alike: take one, less what the round adds by itself.
    columns = []
    for vector in basis:
        given = {(p, q): np.broadcast_to(vector[..., p, q], moments.shape[:3]) for p, q in pairs}
        columns.append((_round(rounds, given, inside, size) - constant)[0])
    linear = np.stack(columns, axis=-1).reshape(points, unknowns, unknowns)
    affine = np.zeros((points, unknowns + sources, unknowns + sources), dtype=moments.dtype)
    affine[:, :unknowns, :unknowns] = linear
    affine[:, :unknowns, unknowns:] = np.moveaxis(constant.reshape(sources, points, unknowns), 0, 2)
    affine[:, unknowns:, unknowns:] = np.eye(sources, dtype=moments.dtype)
    power = matrix_power(affine, rounds.count)
    state = np.moveaxis(moments.reshape(sources, points, unknowns), 0, 2)
    after = power[:, :unknowns, :unknowns] @ state + power[:, :unknowns, unknowns:]
    return np.moveaxis(after, 2, 0).reshape(moments.shape)
