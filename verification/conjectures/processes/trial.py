"""Simulation of a claim: the difference of its two sides, put before the sequential test.

With p the means of the primitives in every world that the claim compares (two places where a
parameter moves, two sizes of a limit), the difference of the sides is one function D(p). The test
needs a mean: around a pilot's means m the draws are

    x = D(m) + D'(m) (draw - m),    E x = D(p) - (second order in p - m),

exact where D is linear, as it is unless an ask divides or multiplies expectations; what is left of
the second order at three standard errors of the pilot is allowed for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np

from ridgeproof.numerics.equivalent.profiles import Space
from ridgeproof.theory.errors import NotBuilt, RidgeproofError
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.verification.conjectures.ladder.case import Case, Subject
from ridgeproof.verification.conjectures.processes.allowed import allowed, heavy_tails
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.sides import Sides
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.interpreter import asks_at, primitives, unsimulated
from ridgeproof.verification.simulation.simulate_process import ProcessDraws, world_of
from ridgeproof.verification.simulation.world import ProcessWorld
from ridgeproof.verification.testing.allowance import LIMIT_DIMENSION
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.sequential import CHUNK

__all__ = [
    "METHOD",
    "Expansion",
    "Table",
    "draws_of",
    "expansion",
    "judge_case",
    "pilot_case",
    "sizes_of",
    "why_not",
    "world_at",
]

# Draws of the pilot around which a side that is not linear is expanded.
_EXPANDED = 1024
METHOD = "literal-process"
_PILOT, _PILOT_CHUNK = 32, -5000
_SPREAD = 3.0  # standard errors over which the second order is looked at
_STEP = 1e-4
_LEAST_SCALE = 1e-12


@dataclass(frozen=True)
class _Run:
    """A graph at a place and a size."""

    graph: Graph
    world: ProcessWorld
    place: Place
    after: bool  # whether it gives the first side of a claim of monotony


@dataclass(frozen=True)
class Expansion:
    """A function of means around those of a pilot.

    Attributes:
        start, slope: its value and derivative there.
        centre: the means.
        left: what the second order may add.
        scale: of the value.
    """

    start: float
    centre: tuple[float, ...]
    slope: tuple[float, ...]
    left: float
    scale: float

    def at(self, table: Array) -> Array:
        """Draws of the function, from those of the means."""
        return np.asarray(self.start + (table - np.array(self.centre)) @ np.array(self.slope))


# A function of means, and its scale.
Difference: TypeAlias = Callable[[Array], tuple[float, float]]


@dataclass(frozen=True)
class Table:
    """Table draws of the primitives of several graphs, side by side; picklable.

    Those of one size share their random numbers: what they have in common cancels.
    """

    runs: tuple[tuple[Graph, ProcessWorld], ...]
    seed: int
    claim: str
    point: str

    def __call__(self, chunk: int, size: int) -> Array:
        """`size` repetitions from the stream of this chunk, shape (size, primitives)."""
        return np.hstack([draw(chunk, size) for draw in self._draws])

    @cached_property
    def _draws(self) -> tuple[ProcessDraws, ...]:
        return tuple(
            ProcessDraws(graph, world, self.seed, self.claim, self.point, f"literal-{world.growth}")
            for graph, world in self.runs
        )


@dataclass(frozen=True)
class _Draws:
    """Draws of the expanded difference; picklable, a function of (chunk, size) alone."""

    runs: tuple[_Run, ...]
    table: Table
    around: Expansion

    def moved(self, growth: int) -> float:
        """Sum |D' m| over the primitives of the runs of one size."""
        own = np.concatenate(
            [np.full(len(primitives(r.graph)), r.world.growth == growth) for r in self.runs]
        )
        return float(np.abs(np.multiply(self.around.slope, self.around.centre))[own].sum())

    def __call__(self, chunk: int, size: int) -> Array:
        """`size` independent draws from the stream of this chunk."""
        return self.around.at(self.table(chunk, size))


def why_not(sides: Sides, place: Place) -> str:
    """Why simulation cannot judge at a place, or ""."""
    try:
        graph = _graph(sides, place)
        reason = next(filter(None, (unsimulated(ask) for _, ask in graph.asks)), "")
        return reason or heavy_tails(graph, world_at(graph, place, 1))
    except RidgeproofError as error:
        return str(error)


def pilot_case(subject: Subject, sides: Sides, case: Case, seed: int) -> float:
    """How tight the claim looks in a case by a few draws at its own size: a positive number."""
    runs = _runs(sides, case, (1,))
    drawn = _table(runs, case, seed, "pilot")(_PILOT_CHUNK, _PILOT)
    gap, scale = _difference(sides, runs, False, drawn.mean(axis=0))
    above = gap / max(scale, _LEAST_SCALE)
    return float(np.exp(subject.sign * above if subject.sign else -abs(above)))


def sizes_of(sides: Sides, case: Case) -> tuple[int, ...]:
    """How many times the sizes are grown: a pair for a limit, not at all for an exact claim."""
    if sides.conjecture.kind == "exact":
        return (1,)
    growth = -(-LIMIT_DIMENSION // min(place.dimension for place in case.places))
    return growth, 2 * growth


def draws_of(sides: Sides, case: Case, seed: int, claim: str) -> tuple[_Draws, float, float]:
    """Draws whose mean is the difference of the sides; what the mean may miss; their scale."""
    runs = _runs(sides, case, sizes_of(sides, case))
    table = _table(runs, case, seed, claim)
    limit = sides.conjecture.kind == "limit"
    found = expansion(table, partial(_difference, sides, runs, limit))
    return _Draws(runs, table, found), found.left, found.scale


def _table(runs: tuple[_Run, ...], case: Case, seed: int, claim: str) -> Table:
    pairs = tuple((run.graph, run.world) for run in runs)
    return Table(pairs, seed, claim, str([place.canonical() for place in case.places]))


def judge_case(subject: Subject, sides: Sides, case: Case, judge: Judge) -> None:
    """Put the two sides at a case on trial.

    Raises:
        Refutation: the simulated difference of the sides contradicts the relation.
    """
    conjecture = sides.conjecture
    limit = conjecture.kind == "limit"
    growth = sizes_of(sides, case)[0]
    draws, left, scale = draws_of(sides, case, judge.seed, judge.claim)
    runs = draws.runs
    error = sum(allowed(run.graph, run.world) for run in runs if run.world.growth == growth)
    bias = left + (error * draws.moved(growth) if limit else 0.0)
    scale = max(scale, _LEAST_SCALE)
    name = subject.moved(case)
    if case.before is None:
        name = f"{name} - ({conjecture.formula_text})"
    relation = {0: "equals", 1: "at-least", -1: "at-most"}[subject.sign]
    judge.sampled(
        case.place, 0.0, draws, quantity=name, method=METHOD, relation=relation,
        allowed=bias / scale, scale=scale, limit=limit, shown=subject.bound,
    )  # fmt: skip


def _runs(sides: Sides, case: Case, sizes: tuple[int, ...]) -> tuple[_Run, ...]:
    return tuple(
        _Run(graph, world_at(graph, place, size), place, place == case.place)
        for size in sizes
        for place in case.places
        for graph in (_graph(sides, place),)
    )


def _graph(sides: Sides, place: Place) -> Graph:
    return normal_form(sides.process, place.values)


def world_at(graph: Graph, place: Place, growth: int) -> ProcessWorld:
    """Where a graph is simulated: at a place, and so many times its size."""
    values = {name: value for name, value in place.numbers if name != "d"}
    return world_of(graph, values, Space(place.dimension, place.spectrum, place.signal), growth)


def _difference(
    sides: Sides, runs: tuple[_Run, ...], limit: bool, means: Array
) -> tuple[float, float]:
    """(the difference of the sides, the larger of the two) at means of the primitives."""
    start, total, scale = 0, 0.0, 0.0
    least = min(run.world.growth for run in runs)
    for run in runs:
        count = len(primitives(run.graph))
        leaves = asks_at(run.graph, run.world, means[start : start + count])
        start += count
        first, last = (float(side.mid()) for side in sides.at(run.place, leaves))
        weight = (2.0 if run.world.growth > least else -1.0) if limit else 1.0
        if sides.conjecture.variable is None:
            total += weight * (first - last)
            scale = max(scale, abs(first), abs(last))
        else:
            total += weight * (first if run.after else -first)
            scale = max(scale, abs(first))
    return total, scale


def expansion(table: Callable[[int, int], Array], difference: Difference) -> Expansion:
    """A function of means, with its scale, expanded around a pilot of the table."""
    first = table(_PILOT_CHUNK, CHUNK)
    mean, spread = first.mean(axis=0), np.abs(first.mean(axis=0))
    slope = _slope(difference, mean)
    left = _curvature(difference, mean, slope, spread * 0.5)
    if left > 1e-9 * max(difference(mean)[1], _LEAST_SCALE):
        more = [table(_PILOT_CHUNK - k, CHUNK) for k in range(1, _EXPANDED // CHUNK)]
        drawn = np.vstack([first, *more])
        mean = drawn.mean(axis=0)
        error = drawn.std(axis=0, ddof=1) / np.sqrt(len(drawn))
        slope = _slope(difference, mean)
        left = _curvature(difference, mean, slope, _SPREAD * error)
    else:
        left = 0.0
    value, scale = difference(mean)
    return Expansion(value, tuple(mean.tolist()), tuple(slope.tolist()), left, scale)


def _slope(difference: Difference, mean: Array) -> Array:
    steps = np.diag(_STEP * np.maximum(np.abs(mean), _LEAST_SCALE))
    return np.array(
        [(difference(mean + e)[0] - difference(mean - e)[0]) / (2 * e.sum()) for e in steps]
    )


def _curvature(difference: Difference, mean: Array, slope: Array, reach: Array) -> float:
    """What the expansion misses at the ends of a box around the means, one side at a time."""
    start = difference(mean)[0]
    try:
        return float(
            sum(
                max(
                    abs(difference(mean + sign * e)[0] - start - sign * (slope @ e))
                    for sign in (1, -1)
                )
                for e in np.diag(reach)
            )
        )
    except RidgeproofError as error:
        raise NotBuilt(
            f"a side of the claim is undefined next to its simulated value: {error}"
        ) from None
