"""Executors: order, identical numbers, one BLAS thread, dead workers and interruption."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.compute.executors import iterate_chunks, open_pool, run_chunks

TASKS = """
import os, pathlib, time
import numpy as np
import scipy.linalg
from threadpoolctl import threadpool_info

def draw(chunk):
    rng = np.random.default_rng(chunk)
    A = rng.standard_normal((60, 60))
    return float(np.linalg.norm(np.linalg.inv(A.T @ A + np.eye(60)))), float(scipy.linalg.det(A))

def threads(_):
    return [pool["num_threads"] for pool in threadpool_info()]

def environment(_):
    return os.environ["OPENBLAS_NUM_THREADS"]

def die_once(task):
    flag, chunk = task
    if chunk == 3:
        try:
            pathlib.Path(flag).touch(exist_ok=False)
        except FileExistsError:
            return chunk
        os._exit(7)
    return chunk

def die(chunk):
    if chunk == 1:
        os._exit(7)
    return chunk

def fail(chunk):
    if chunk == 2:
        raise LookupError(f"chunk {chunk}")
    return chunk

def linger(task):
    folder, seconds = task
    pathlib.Path(folder, str(os.getpid())).touch()
    time.sleep(seconds)
    return seconds
"""


@pytest.fixture
def tasks(tmp_path, monkeypatch):
    """A module that spawned workers can import too."""
    (tmp_path / "executor_tasks.py").write_text(TASKS)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield importlib.import_module("executor_tasks")
    sys.modules.pop("executor_tasks", None)


def test_the_numbers_do_not_depend_on_the_executor(tasks):
    """Inline, two processes and three threads agree to the last bit, in the order of the tasks."""
    inline = run_chunks(tasks.draw, range(6))
    with ThreadPoolExecutor(3) as threads:
        assert run_chunks(tasks.draw, range(6), executor=threads) == inline
    assert run_chunks(tasks.draw, range(6), workers=2) == inline
    assert len(set(inline)) == 6


def test_every_task_has_one_blas_thread(tasks, monkeypatch):
    """Inline and in workers; a worker's environment says so before numpy is imported."""
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    with open_pool(2) as pool:
        for executor in (None, pool):
            for counts in run_chunks(tasks.threads, range(2), executor=executor):
                assert set(counts) == {1}
        assert run_chunks(tasks.environment, [0], executor=pool) == ["1"]
    assert os.environ["OPENBLAS_NUM_THREADS"] == "2"


@pytest.mark.slow
def test_a_dead_worker_loses_nothing(tasks, tmp_path):
    """Tasks lost with their process are run once more; on a shared pool as well."""
    work = [(str(tmp_path / "flag"), chunk) for chunk in range(6)]
    assert run_chunks(tasks.die_once, work, workers=2) == list(range(6))
    (tmp_path / "flag").unlink()
    with open_pool(2) as pool:
        assert run_chunks(tasks.die_once, work, workers=2, executor=pool) == list(range(6))
        assert run_chunks(tasks.fail, [0, 1], workers=2, executor=pool) == [0, 1]


def test_a_task_that_always_kills_its_worker_is_reported(tasks):
    """The third death ends the attempt with a message, not a hang."""
    with pytest.raises(RidgeproofError, match="died 3 times around"):
        run_chunks(tasks.die, range(3), workers=2)


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_a_task_comes_through(tasks, workers):
    """Results before the failing task are delivered, then its own exception."""
    results = iterate_chunks(tasks.fail, range(4), workers)
    assert [next(results), next(results)] == [0, 1]
    with pytest.raises(LookupError, match="chunk 2"):
        next(results)


def test_closing_early_stops_the_workers(tasks, tmp_path):
    """A caller that has seen enough does not wait for tasks that would take a minute."""
    results = iterate_chunks(tasks.linger, [(str(tmp_path), s) for s in (0, 60, 60, 60, 60)], 2)
    assert next(results) == 0
    start = time.monotonic()
    results.close()
    assert time.monotonic() - start < 10


def test_no_workers_is_refused():
    """The number of workers is named."""
    with pytest.raises(InputError, match="workers = 0"):
        run_chunks(abs, [1], workers=0)


def alive(pid):
    """Whether the process still runs (a zombie does not)."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:  # noqa: PTH123
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="reads /proc")  # noqa: PTH112
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_interruption_is_prompt_and_leaves_no_worker(tasks, tmp_path, how):
    """Ctrl-C ends the parent within seconds, and no worker outlives it, however it dies."""
    folder = tmp_path / "pids"
    folder.mkdir()
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import executor_tasks
            from ridgeproof.verification.compute.executors import run_chunks

            if __name__ == "__main__":
                try:
                    run_chunks(executor_tasks.linger, [({str(folder)!r}, s) for s in (60, 0)], 2)
                except KeyboardInterrupt:
                    raise SystemExit(130)
            """
        )
    )
    paths = os.pathsep.join([str(tmp_path), os.getcwd(), *sys.path])  # noqa: PTH109
    noise = tmp_path / "stderr"
    with noise.open("w") as stderr:
        parent = subprocess.Popen(  # noqa: S603  (the interpreter that runs this test)
            [sys.executable, script],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=stderr,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 30
        while len(list(folder.iterdir())) < 2 and time.monotonic() < deadline:
            time.sleep(0.05)
        workers = [int(path.name) for path in folder.iterdir()]
        assert len(workers) == 2  # one busy, one idle
        if how == signal.SIGINT:  # a terminal interrupts the whole group
            os.killpg(parent.pid, how)
            assert parent.wait(timeout=10) == 130
            assert "Traceback" not in noise.read_text()
        else:
            parent.send_signal(how)
            assert parent.wait(timeout=10) == -how
        deadline = time.monotonic() + 10
        while any(map(alive, workers)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(alive, workers))
    finally:
        with suppress(ProcessLookupError):
            os.killpg(parent.pid, signal.SIGKILL)
        parent.wait()
