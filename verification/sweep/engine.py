"""stream: run batches on any executor as they come, and hand results over as they finish.

Unlike `verification.compute.executors.iterate_chunks`, which keeps the order of its tasks, nothing
here waits for a slow batch, and batches are made only when there is room for them.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import replace
from itertools import chain

from ridgeproof.theory.errors import RidgeproofError
from ridgeproof.verification.compute.executors import borrow, single_threaded, submit
from ridgeproof.verification.sweep.tasks import Finished, TaskBatch

__all__ = ["stream"]

# Batches under way for each worker: one that runs, and one that waits for it to finish.
_AHEAD = 2
# A batch lost with a dead worker is tried so many times in all.
_TRIALS = 3


def stream(
    function: Callable[[TaskBatch], Finished],
    batches: Iterator[TaskBatch],
    workers: int = 1,
    executor: Executor | None = None,
) -> Generator[Finished, None, None]:
    """The results of the batches, in the order in which they finish.

    Without an executor, one worker runs inline and several in a pool of spawned processes.  A
    pool that loses a worker is replaced, and what was lost with it is run again.

    Args:
        function: what to do with a batch; picklable, as the batches are.
        batches: taken one by one, only when a worker is about to need it.
        workers: how many processes, or how many workers the executor is thought to have.
        executor: where to run, instead of a pool of its own.

    Raises:
        RidgeproofError: a batch was lost three times.
    """
    lost: list[TaskBatch] = []
    while True:
        coming = chain([_retried(batch) for batch in lost], batches)
        lost.clear()
        with borrow(workers, executor) as lender:
            if lender is None:
                yield from (single_threaded(function, batch) for batch in coming)
            else:
                yield from _until_lost(function, coming, lender, workers, lost)
        if not lost:
            return
        executor = None  # what is broken stays broken: go on in a pool of our own


def _until_lost(
    function: Callable[[TaskBatch], Finished],
    batches: Iterator[TaskBatch],
    lender: Executor,
    workers: int,
    lost: list[TaskBatch],
) -> Iterator[Finished]:
    """Results until the batches or the pool are at an end; ``lost`` receives what died with it."""
    under_way: dict[Future[Finished], TaskBatch] = {}
    try:
        while True:
            while not lost and len(under_way) < _AHEAD * workers:
                batch = next(batches, None)
                if batch is None:
                    break
                under_way[submit(lender, function, batch)] = batch
            if not under_way:
                return
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                batch = under_way.pop(future)
                if isinstance(future.exception(), BrokenExecutor):
                    lost.append(batch)
                else:
                    yield future.result()
    finally:
        for future in under_way:
            future.cancel()


def _retried(batch: TaskBatch) -> TaskBatch:
    if batch.losses + 1 == _TRIALS:
        message = (
            f"workers died {_TRIALS} times around one of {len(batch.tasks)} settings, the first of "
            f"them {batch.tasks[0].setting}. Use fewer workers if memory ran out, or one worker to "
            "see a setting fail; --resume goes on where this stopped"
        )
        raise RidgeproofError(message)
    return replace(batch, losses=batch.losses + 1)
