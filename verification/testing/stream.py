"""One stream of draws on which several claimed values are tried; each draw is made once."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray

from ridgeproof.verification.simulation.controls import Observable
from ridgeproof.verification.simulation.repetitions import Draw

__all__ = ["Stream"]

_Array = NDArray[np.float64]


@dataclass(eq=False)
class Stream:
    """A sampler that remembers what it drew, and drew with its controls where it has any."""

    sampler: Draw
    drawn: dict[tuple[int, int, bool], _Array] = field(default_factory=dict)

    def __call__(self, chunk: int, size: int) -> _Array:
        """``size`` draws from the stream of this chunk."""
        return self._once(self.sampler, chunk, size, controls=False)

    def observed(self, chunk: int, size: int) -> _Array:
        """The same draws with their controls."""
        return self._once(cast("Observable", self.sampler).observed, chunk, size, controls=True)

    @property
    def repetitions(self) -> int:
        """How many draws were made, without those of the pilot."""
        return sum(len(x) for (chunk, _, _), x in self.drawn.items() if chunk >= 0)

    def _once(self, draw: Draw, chunk: int, size: int, *, controls: bool) -> _Array:
        key = chunk, size, controls
        if key not in self.drawn:
            self.drawn[key] = draw(chunk, size)
        return self.drawn[key]
