"""Run independent tasks on any `concurrent.futures.Executor`, with the same numbers on each.

Results come back in the order of the tasks, and every task runs with one BLAS thread: threads that
compete for the same cores cost several times the run time, and the order in which they sum changes
the last digits.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar

from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import RidgeproofError

__all__ = [
    "borrow",
    "iterate_chunks",
    "iterate_done",
    "open_pool",
    "run_chunks",
    "single_threaded",
    "submit",
]

Task = TypeVar("Task")
Result = TypeVar("Result")

_THREAD_VARIABLES = (
    "BLIS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)

# The pool's own threads need this long to stop handing out tasks; a worker that ends while they
# still write to it makes them fail noisily.
_SETTLE = 0.1  # seconds

_TURN = threading.RLock()  # a task may run others inline


def run_chunks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int = 1,
    executor: Executor | None = None,
) -> list[Result]:
    """The results of `function` on every task, in the order of the tasks.

    Without an executor, one worker runs inline and several run in a pool of spawned processes,
    which needs `function` and the tasks to be picklable.  Tasks lost with a dead worker process
    are run once more in a new pool.  On interruption nothing new is started, and the pool opened
    here is stopped at once.

    Raises:
        InputError: workers < 1.
        RidgeproofError: worker processes died twice.

    >>> run_chunks(abs, [-3, 1, -2])
    [3, 1, 2]
    """
    return list(iterate_chunks(function, tasks, workers, executor))


def iterate_chunks(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int = 1,
    executor: Executor | None = None,
) -> Generator[Result, None, None]:
    """The results one by one, in order, as they become known; closing it cancels the rest."""
    with borrow(workers, executor) as lender:
        if lender is None:
            for task in tasks:
                yield single_threaded(function, task)
        else:
            yield from _collect(function, tasks, lender, workers)


def iterate_done(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    workers: int = 1,
    executor: Executor | None = None,
) -> Generator[tuple[int, Result], None, None]:
    """Pairs (index, result) as tasks end, in whatever order: an interrupt loses none that ended."""
    with borrow(workers, executor) as lender:
        if lender is None:
            for index, task in enumerate(tasks):
                yield index, single_threaded(function, task)
            return
        futures = {submit(lender, function, task): k for k, task in enumerate(tasks)}
        try:
            lost = []
            for future in as_completed(futures):
                if _lost(future):
                    lost.append(future)
                else:
                    yield futures[future], future.result()
            if lost:
                again = _again(function, [tasks[futures[f]] for f in lost], lost, workers)
                yield from zip((futures[f] for f in lost), again, strict=True)
        finally:
            for future in futures:
                future.cancel()


@contextmanager
def borrow(workers: int, executor: Executor | None) -> Iterator[Executor | None]:
    """The executor given, else a pool for several workers, else None: run inline."""
    check_integer("workers", workers, least=1)
    if executor is not None or workers == 1:
        yield executor
    else:
        with open_pool(workers) as pool:
            yield pool


@contextmanager
def open_pool(workers: int) -> Iterator[ProcessPoolExecutor]:
    """A pool of spawned processes, one BLAS thread each; stopped at once on any exception."""
    saved = {name: os.environ.get(name) for name in _THREAD_VARIABLES}
    # BLAS reads these when numpy is first imported, which a spawned worker does on its own.
    os.environ.update(dict.fromkeys(_THREAD_VARIABLES, "1"))
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_start_worker)
    try:
        yield pool
    except BaseException:
        _stop(pool)
        raise
    finally:
        pool.shutdown()
        for name, value in saved.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _collect(
    function: Callable[[Task], Result], tasks: Sequence[Task], executor: Executor, workers: int
) -> Iterator[Result]:
    futures = [submit(executor, function, task) for task in tasks]
    try:
        for index, future in enumerate(futures):
            if isinstance(future.exception(), BrokenExecutor):
                yield from _again(function, tasks[index:], futures[index:], workers)
                return
            yield future.result()
    finally:
        for future in futures:
            future.cancel()


def _again(
    function: Callable[[Task], Result],
    tasks: Sequence[Task],
    futures: Sequence[Future[Result]],
    workers: int,
) -> Iterator[Result]:
    """Run the tasks lost with a dead worker in a new pool; keep the results already there."""
    with open_pool(workers) as pool:
        pairs = [
            (task, submit(pool, function, task) if _lost(future) else future)
            for task, future in zip(tasks, futures, strict=True)
        ]
        for task, future in pairs:
            if isinstance(future.exception(), BrokenExecutor):
                message = (
                    f"worker processes died twice, last around the task {task!r:.200}. Use fewer "
                    "workers if memory ran out, or one worker to see the task fail"
                )
                raise RidgeproofError(message) from future.exception()
            yield future.result()


def _lost(future: Future[Result]) -> bool:
    return isinstance(future.exception(), BrokenExecutor)


def submit(executor: Executor, function: Callable[[Task], Result], task: Task) -> Future[Result]:
    """Submit one task; a pool that is already broken gives a future that says so."""
    try:
        with _deaf():
            return executor.submit(single_threaded, function, task)
    except BrokenExecutor as error:
        future: Future[Result] = Future()
        future.set_exception(error)
        return future


def single_threaded(function: Callable[[Task], Result], task: Task) -> Result:
    """The result of a task, computed with one BLAS thread, and one task at a time in a process.

    The number of BLAS threads and the precision of long numbers belong to the process: threads that
    changed them in turn would get in each other's way.
    """
    with _TURN, _controller().limit(limits=1):
        return function(task)


@cache
def _controller() -> Any:
    """Control over every BLAS in this process, once both have been loaded."""
    import scipy.linalg  # noqa: F401  (numpy and scipy each carry their own)
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()


@contextmanager
def _deaf() -> Iterator[None]:
    """Processes started in this block never hear Ctrl-C, not even while they load; we do after it.

    A terminal sends the signal to the whole group, and each worker would die with a traceback.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker() -> None:
    """Leave interrupts to the parent, and do not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: Any) -> None:
    parent.join()
    os._exit(1)


def _stop(pool: ProcessPoolExecutor) -> None:
    """Cancel what waits and end what runs: shutdown alone would wait for running tasks."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    time.sleep(_SETTLE)
    for process in processes:
        process.terminate()
