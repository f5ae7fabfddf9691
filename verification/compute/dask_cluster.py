"""open_cluster: a dask cluster as an executor, for everything that takes one."""

from __future__ import annotations

import gc
import logging
from collections.abc import Iterator
from concurrent.futures import CancelledError, Executor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.compute.executors import single_threaded

__all__ = ["DaskCluster", "open_cluster"]

_LEAST_WORKERS = 16
_PATIENCE = 20.0  # seconds, for the scheduler to answer and a first worker to be there


@dataclass(frozen=True)
class DaskCluster:
    """Where to run, and how many workers to reckon with: those there now, or a few to join."""

    executor: Executor
    workers: int


@contextmanager
def open_cluster(address: str) -> Iterator[DaskCluster]:
    """Connect to a scheduler; tasks of workers that die are run again by the cluster itself.

    Args:
        address: of the scheduler, such as ``tcp://10.0.0.1:8786``.

    Raises:
        InputError: dask.distributed is not installed, nothing answers at the address, no worker is
            there, or the workers cannot import ridgeproof.
        RidgeproofError: the connection was lost, or a task killed worker after worker.
    """
    try:
        from distributed import Client, KilledWorker
        from distributed.comm import CommClosedError
    except ImportError:
        remedy = "run pip install 'ridgeproof[distributed]', or leave --dask out"
        raise InputError(
            "--dask", address, "needs dask.distributed, which is absent", remedy
        ) from None
    with _quiet(), _connected(Client, address) as client:
        try:
            # Not pure: equal calls are made again instead of being looked up by their arguments.
            yield DaskCluster(client.get_executor(pure=False), _greeted(client, address))
        except KilledWorker as error:
            message = (
                f"workers died again and again around one task ({error}). Use workers with more "
                "memory, or run here with --workers to see it fail"
            )
            raise RidgeproofError(message) from error
        except (CancelledError, CommClosedError) as error:
            message = (
                f"the connection to the scheduler at {address} was lost. Start again; a sweep "
                "keeps its finished rows for --resume"
            )
            raise RidgeproofError(message) from error


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep what the library logs about lost connections to itself: the errors above say it."""
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


@contextmanager
def _connected(Client: Any, address: str) -> Iterator[Any]:
    try:
        with _collector_paused():
            client = Client(address, timeout=_PATIENCE, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        condition = f"is not the address of a scheduler that answers ({error})"
        raise InputError("--dask", address, condition, "start one with: dask scheduler") from error
    try:
        yield client
    finally:
        client.close()


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No cyclic garbage collection while a client starts.

    A client that found no scheduler is part of a cycle.  Its finalizer takes the lock of the event
    loop; collected while another client starts, which holds that lock, it would wait for ever.
    """
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _greeted(client: Any, address: str) -> int:
    """How many workers to reckon with, once one of them has run something of ours."""
    try:
        client.wait_for_workers(1, timeout=_PATIENCE)
    except TimeoutError as error:
        remedy = f"start some with: dask worker {address} --nthreads 1"
        raise InputError("--dask", address, "has no workers", remedy) from error
    try:
        client.submit(single_threaded, abs, -1, pure=False).result(timeout=_PATIENCE)
    except Exception as error:  # whatever a scheduler or worker without ridgeproof makes of it
        condition = f"does not run ridgeproof ({error})"
        remedy = "install the same version for the scheduler and for every worker"
        raise InputError("--dask", address, condition, remedy) from error
    return max(len(client.nthreads()), _LEAST_WORKERS)
