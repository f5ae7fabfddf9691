"""Repetitions in growing batches until they are precise, and what an interrupt leaves of them.

This is the one engine behind every estimate: of a setting, of a process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.compute.executors import iterate_chunks

__all__ = [
    "Draw",
    "RunningMoments",
    "SimulationInterrupted",
    "batches",
    "check_lengths",
    "drawn_by",
    "repeated",
]

Array: TypeAlias = NDArray[np.float64]

# (chunk, size) -> independent draws, a function of these alone.
Draw: TypeAlias = Callable[[int, int], Array]

_LEAST = 64  # repetitions before a relative error is believed


class SimulationInterrupted(KeyboardInterrupt):
    """Ctrl-C during an estimate; ``estimate`` is that of the repetitions that were finished."""

    def __init__(self, estimate: Any) -> None:
        super().__init__()
        self.estimate = estimate


def check_lengths(repetitions: object, relative_error: object) -> tuple[int | None, float | None]:
    """How long to repeat: a number, or until a relative error is reached; or nothing said.

    Raises:
        InputError: fewer than two repetitions, a relative error outside (0, 1), or both.
    """
    if repetitions is not None and relative_error is not None:
        condition = "contradicts repetitions"
        raise InputError("relative_error", relative_error, condition, "give one of the two")
    count = None if repetitions is None else check_integer("repetitions", repetitions, least=2)
    share = None if relative_error is None else exact("relative_error", relative_error)
    if share is not None and not 0 < share < 1:
        raise InputError("relative_error", relative_error, "must lie in (0, 1)", "try 0.01")
    return count, None if share is None else float(share)


def repeated(
    draw: Draw,
    seen: Callable[[Array], None],
    estimate: Callable[[], Any],
    precise: Callable[[], bool],
    *,
    most: int,
    chunk: int,
    executor: Executor | None,
) -> Any:
    """Draw until it is precise, or `most` times; the estimate of what was seen.

    Args:
        draw: makes the draws of a task.
        seen: is given them in order.
        estimate: of what was seen.
        precise: whether that is enough; asked after every batch.
        most: repetitions.
        chunk: repetitions per task.
        executor: where to draw.

    Raises:
        SimulationInterrupted: on Ctrl-C, with the estimate so far, once there are two repetitions.
    """
    done = 0
    try:
        for tasks in batches(most, chunk):
            with closing(drawn_by(draw, tasks, executor)) as drawn:
                for each in drawn:
                    done += len(each)
                    seen(each)
            if precise():
                break
    except KeyboardInterrupt:
        if done < 2:
            raise
        raise SimulationInterrupted(estimate()) from None
    return estimate()


def drawn_by(
    draw: Draw, tasks: Sequence[tuple[int, int]], executor: Executor | None
) -> Generator[Array, None, None]:
    """The draws of (chunk, size) tasks, in their order."""
    return iterate_chunks(partial(_call, draw), tasks, executor=executor)


def _call(draw: Draw, task: tuple[int, int]) -> Array:
    return draw(*task)


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


@dataclass(frozen=True, slots=True)
class RunningMoments:
    """Count, mean and sum of squared deviations, merged without cancellation.

    >>> print(RunningMoments().updated(np.array([1.0, 2.0])).updated(np.array([3.0, 4.0])))
    2.5 +- 0.65
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def updated(self, x: Array) -> RunningMoments:
        """The moments after further observations x, of which there is at least one."""
        mean = float(x.mean())
        count, apart = self.count + len(x), mean - self.mean
        return RunningMoments(
            count,
            self.mean + apart * len(x) / count,
            self.squares + float(np.sum((x - mean) ** 2)) + apart**2 * self.count * len(x) / count,
        )

    @property
    def standard_error(self) -> float:
        """The standard error of the mean; needs two observations."""
        return math.sqrt(self.squares / (self.count - 1) / self.count)

    def __str__(self) -> str:
        error = f" +- {self.standard_error:.2g}" if self.count > 1 else ""
        return f"{self.mean:.6g}{error}"
