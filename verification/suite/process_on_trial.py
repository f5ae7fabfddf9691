"""A process at a place on trial: its limits, also by altered equations, against literal simulation.

A limit meets the combination 2 x(2k) - x(k) of two sizes with the allowance of the fits, as in the
conjectures about processes.  All asks, and all claimed values of each, meet the same draws, which
are made once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, partial

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import columns, prepared
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Space, directions_of
from ridgeproof.numerics.equivalent.solve import solve_graph
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.verification.conjectures.processes.allowed import allowed, heavy_tails
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.trial import (
    METHOD,
    Expansion,
    Table,
    expansion,
    world_at,
)
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.interpreter import asks_at, unsimulated
from ridgeproof.verification.testing.allowance import LIMIT_DIMENSION
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.sequential import Decision
from ridgeproof.verification.testing.stream import Stream

__all__ = ["Bench", "simulated_only"]


def simulated_only(process: Process, values: Mapping[str, Fraction]) -> tuple[Process, set[str]]:
    """The process with the asks that draws can observe, and the names of the others."""
    graph = normal_form(process, values)
    left = {name for name, tree in graph.asks if unsimulated(tree)}
    return replace(process, asks=tuple(pair for pair in process.asks if pair[0] not in left)), left


@dataclass(eq=False)
class Bench:
    """A process at a place: what its equations say, and its draws at a pair of sizes.

    Attributes:
        process: whose asks all have a simulation.
        place: all its numbers.
        seed, stream: what decides the draws, besides the place.
        precision: relative, to which a pair of small sizes is made to do.

    Raises:
        NotBuilt: repetitions have no finite variance there.
        RidgeproofError: the process has no meaning or no limit there.
    """

    process: Process
    place: Place
    seed: int
    stream: str
    precision: float = 0.0
    _expansions: dict[str, Expansion] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.graph: Graph = normal_form(self.process, self.place.values)
        if reason := heavy_tails(self.graph, world_at(self.graph, self.place, 1)):
            raise NotBuilt(f"no finite variance that repetitions would show: {reason}")
        growth, most = 1, -(-LIMIT_DIMENSION // self.place.dimension)
        while growth < most and self._missed(growth) > self.precision:
            growth += 1
        self.worlds = tuple(world_at(self.graph, self.place, k * growth) for k in (1, 2))
        runs = tuple((self.graph, world) for world in self.worlds)
        self._table = Stream(Table(runs, self.seed, self.stream, str(self.place)))

    def theory(self, ring: type[Float64Ring] = Float64Ring) -> dict[str, float]:
        """The limits of the asks, by some equations.

        Raises:
            RidgeproofError: there is none.
        """
        given = {name: value for name, value in self.place.numbers if name != "d"}
        space = Space(self.place.dimension, self.place.spectrum, self.place.signal)
        graph = prepared(self.process, given, space)
        floats = directions_of(graph, space, Float64())
        with np.errstate(all="ignore"):
            checked = ring is Float64Ring
            solved = solve_graph(graph, columns(given, space), ring(floats), checked=checked)
        return {name: float(found.value.item()) for name, found in solved.answers.items()}

    @property
    def repetitions(self) -> int:
        """How many were run, pilots aside; each runs both sizes."""
        return self._table.repetitions

    @cached_property
    def relative_allowance(self) -> float:
        """What the pair of sizes may miss, relatively."""
        return self._missed(self.worlds[0].growth)

    def _missed(self, growth: int) -> float:
        return allowed(self.graph, world_at(self.graph, self.place, growth))

    def scale(self, name: str) -> float:
        """The size of the expectations that an ask is made of."""
        return self._expansion(name).scale

    def bias(self, name: str) -> float:
        """What the draws of an ask may miss of its limit."""
        return self._expansion(name).left + self.relative_allowance * self.scale(name)

    def judge(
        self, name: str, claimed: float, judge: Judge, tolerance: float | None = None
    ) -> Decision:
        """Put a claimed limit of an ask on trial, and keep it on the judge's record."""
        bias, scale = self.bias(name), self.scale(name)
        unit = abs(claimed or scale)
        return judge.decided(
            self.place, claimed, partial(self._draw, name), quantity=name, method=METHOD,
            allowed=bias / unit, scale=unit, limit=True,
            absolute_tolerance=(tolerance or judge.tolerance) * scale,
        )[0]  # fmt: skip

    def _draw(self, name: str, chunk: int, size: int) -> Array:
        return self._expansion(name).at(self._table(chunk, size))

    def _expansion(self, name: str) -> Expansion:
        if name not in self._expansions:
            self._expansions[name] = expansion(self._table, partial(self._combined, name))
        return self._expansions[name]

    def _combined(self, name: str, means: Array) -> tuple[float, float]:
        """2 x(2k) - x(k) of an ask at means of the primitives, and its scale."""
        small, large = np.split(means, 2)
        value = 2 * self._ask(name, large) - self._ask(name, small)
        count = len(small)
        steps = 1e-4 * np.abs(small) * np.eye(count)
        parts = [abs(self._ask(name, small + e) - self._ask(name, small - e)) / 2e-4 for e in steps]
        return value, max(sum(parts), 1e-12)

    def _ask(self, name: str, means: Array) -> float:
        return float(asks_at(self.graph, self.worlds[0], means)[name])
