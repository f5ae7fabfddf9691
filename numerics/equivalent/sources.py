"""The sources of a pencil along an axis of their own, so that one solve gives every share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.rounds import added_by_rounds
from ridgeproof.theory.equivalent.correlation import Moments
from ridgeproof.theory.equivalent.pencil import Label, Node, Pencil, Rounds, Source

__all__ = ["StackedSources"]


class StackedSources:
    """Q and N N' with the sources along the first axis, (sources, points or 1, ...).

    Attributes:
        ring: the arithmetic.
        names: of the sources: truths and their pairs, amplitudes of random vectors.
    """

    def __init__(
        self, pencil: Pencil, ring: Float64Ring, *, apart: bool = True, names: tuple[str, ...] = ()
    ) -> None:
        # What a loop adds is lost to rounding beside what enters it, unless kept apart.
        loops = any(isinstance(node.fit, Rounds) for node in pencil.nodes)
        self._pencil, self.ring, self._apart = pencil, ring, apart or loops
        self.names = names or (tuple(dict.fromkeys(_names(pencil))) if self._apart else ("all",))
        self._places = {name: place for place, name in enumerate(self.names)}
        self._given: dict[tuple[int, int], Array] = {}

    def features(self, a: int, b: int) -> Array | None:
        """w_a w_b of truths; the variance of one random vector; what has been given."""
        if (a, b) in self._given:
            return self._given[a, b]
        first, second = (self._pencil.features[block].source for block in (a, b))
        if first is None or second is None:
            return None
        if first.truth is not None and second.truth is not None:
            return self._placed(_pair(first, second), first.truth * second.truth)
        if a == b and first.variance is not None:
            return self._placed(first.term, first.variance)
        return None

    def labels(self, first: Label, second: Label) -> Array | None:
        """The products of the amplitudes with which two labels hear one noise vector."""
        placed = [
            self._placed(noise.term, amplitude * second.noise[noise])
            for noise, amplitude in first.noise.items()
            if noise in second.noise
        ]
        return sum(placed[1:], start=placed[0]) if placed else None

    def given(self, moments: Mapping[tuple[int, int], Array]) -> StackedSources:
        """The same with Q for some pairs of blocks."""
        self._given.update(moments)
        return self

    def in_floats(self, pencil: Pencil) -> StackedSources:
        """The same in float64, on the pencil in float64."""
        if pencil is self._pencil:
            return self
        ring = self.ring.rough
        made = StackedSources(pencil, ring, apart=self._apart, names=self.names)
        return made.given(self.ring.in_floats(self._given))

    def place(self, name: str) -> int:
        """Where a source is along the first axis."""
        return self._places[name] if self._apart else 0

    def add_rounds(self, node: Node, entering: Moments) -> None:
        """Q for the models that leave a loop.

        Raises:
            NotBuilt: the loop is too long for its number of directions.
        """
        rounds = node.fit
        assert isinstance(rounds, Rounds)
        inside = partial(
            StackedSources, rounds.round, self.ring, apart=self._apart, names=self.names
        )
        added = added_by_rounds(rounds, entering, inside, self.ring)
        self.given({(node.features[p], node.features[q]): v for (p, q), v in added.items()})

    def _placed(self, name: str, value: Array) -> Array:
        own = np.zeros((len(self.names), 1, 1), dtype=int)
        own[self.place(name)] = 1
        return own * value


def _names(pencil: Pencil) -> Iterable[str]:
    sources = [block.source for block in pencil.features if block.source is not None]
    truths = [source for source in sources if source.truth is not None]
    for place, first in enumerate(truths):
        yield from (_pair(other, first) for other in truths[: place + 1])
    yield from (source.term for source in sources if source.variance is not None)
    yield from (noise.term for row in pencil.rows for noise in row.noise)
    for node in pencil.nodes:
        if isinstance(node.fit, Rounds):
            yield from _names(node.fit.round)


def _pair(first: Source, second: Source) -> str:
    return "*".join(sorted({first.term, second.term}))
