"""Run independent tasks on any `concurrent.futures.Executor`, with the same numbers on each.

Results come back in the order of the tasks, and every task runs with one BLAS thread: threads that
compete for the same cores cost several times the run time, and the order in which they sum changes
the last digits.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
)
from contextlib import closing, contextmanager
from functools import cache
from itertools import chain
from queue import SimpleQueue
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

_TRIALS = 3  # of a task that is lost with its worker

_TURN = threading.RLock()  # a task may run others inline


def run_chunks(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int = 1,
    executor: Executor | None = None,
) -> list[Result]:
    """The results of `function` on every task, in the order of the tasks.

    Without an executor, one worker runs inline and several run in a pool of spawned processes,
    which needs `function` and the tasks to be picklable.  Tasks lost with a dead worker process
    are run again in a new pool.  On interruption nothing new is started, and the pool opened
    here is stopped at once.

    Raises:
        InputError: workers < 1.
        RidgeproofError: a task was lost with its worker three times.

    >>> run_chunks(abs, [-3, 1, -2])
    [3, 1, 2]
    """
    return list(iterate_chunks(function, tasks, workers, executor))


def iterate_chunks(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int = 1,
    executor: Executor | None = None,
) -> Generator[Result, None, None]:
    """The results one by one, in order, as they become known; closing it cancels the rest."""
    ended: dict[int, Future[Result]] = {}
    place = 0
    with closing(_ended(function, tasks, workers, executor)) as pairs:
        for index, future in pairs:
            ended[index] = future
            while place in ended:
                yield ended.pop(place).result()
                place += 1


def iterate_done(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int = 1,
    executor: Executor | None = None,
    *,
    ahead: int | None = None,
    hint: str = "",
) -> Generator[tuple[int, Result], None, None]:
    """Pairs (index, result) as tasks end, in whatever order: an interrupt loses none that ended.

    Where `ahead` is given, a task is made only when there is room for it: one that runs and so many
    that wait, for each worker.  `hint` says what a user may also do when workers die.
    """
    with closing(_ended(function, tasks, workers, executor, ahead, hint)) as pairs:
        for index, future in pairs:
            yield index, future.result()


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


def _ended(
    function: Callable[[Task], Result],
    tasks: Iterable[Task],
    workers: int,
    executor: Executor | None,
    ahead: int | None = None,
    hint: str = "",
) -> Generator[tuple[int, Future[Result]], None, None]:
    """Pairs (index, future) as tasks end; those lost with a dead worker run again in a new pool."""
    queue = enumerate(tasks)
    room = math.inf if ahead is None else (1 + ahead) * workers
    losses: Counter[int] = Counter()
    lost: list[tuple[int, Task]] = []
    lending = borrow(workers, executor)
    while True:
        coming = chain(lost, queue)
        lost = []
        with lending as lender:
            if lender is None:
                for index, task in coming:
                    future: Future[Result] = Future()
                    future.set_result(single_threaded(function, task))
                    yield index, future
            else:
                yield from _until_lost(function, coming, lender, room, lost)
        if not lost:
            return
        losses.update(index for index, _ in lost)
        for index, task in lost:
            if losses[index] == _TRIALS:
                message = (
                    f"workers died {_TRIALS} times around {task!s:.200}. Use fewer workers if "
                    f"memory ran out, or one worker to see it fail{hint}"
                )
                raise RidgeproofError(message)
        lending = open_pool(workers)


def _until_lost(
    function: Callable[[Task], Result],
    tasks: Iterator[tuple[int, Task]],
    lender: Executor,
    room: float,
    lost: list[tuple[int, Task]],
) -> Iterator[tuple[int, Future[Result]]]:
    """What ends until the tasks or the pool do; `lost` receives what died with the pool."""
    under_way: dict[Future[Result], tuple[int, Task]] = {}
    ended: SimpleQueue[Future[Result]] = SimpleQueue()
    try:
        while True:
            while not lost and len(under_way) < room and (pair := next(tasks, None)):
                future = submit(lender, function, pair[1])
                under_way[future] = pair
                future.add_done_callback(ended.put)
            if not under_way:
                return
            future = ended.get()
            pair = under_way.pop(future)
            if isinstance(future.exception(), BrokenExecutor):
                lost.append(pair)
            else:
                yield pair[0], future
    finally:
        for future in under_way:
            future.cancel()


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
