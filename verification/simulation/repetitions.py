"""Repetitions in growing batches, and what an interrupt leaves of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

__all__ = ["SimulationInterrupted", "batches"]

_LEAST = 64  # repetitions before a relative error is believed


class SimulationInterrupted(KeyboardInterrupt):
    """Ctrl-C during an estimate; ``estimate`` is that of the repetitions that were finished."""

    def __init__(self, estimate: Any) -> None:
        super().__init__()
        self.estimate = estimate


def batches(most: int, chunk: int) -> Iterator[list[tuple[int, int]]]:
    """(chunk, size) tasks in growing batches: the precision reached is looked at in between.

    >>> [sum(size for _, size in tasks) for tasks in batches(200, 16)]
    [64, 32, 32, 48, 24]
    """
    start, stop = 0, min(max(_LEAST, chunk), most)
    while start < most:
        yield [(k // chunk, min(chunk, stop - k)) for k in range(start, stop, chunk)]
        # Whole chunks, so that a repetition's stream does not depend on where batches end.
        start, stop = stop, min(most, (stop + stop // 4) // chunk * chunk + chunk)
