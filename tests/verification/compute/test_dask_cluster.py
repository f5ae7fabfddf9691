"""A real dask scheduler and two workers on this machine: the same numbers, and a worker killed."""

from __future__ import annotations

import gc
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from ridgeproof import cli
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.compute import dask_cluster as cluster
from ridgeproof.verification.compute.dask_cluster import open_cluster
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.sweep.run import Progress, read_sweep, run_sweep

_ROOT = Path(__file__).parents[3]
SWEEP = """
[theory]
[simulation]
repetitions = 12
method = "conditional"
[grid]
spectrum = ["isotropic", "power-law:3/2"]
d     = 12
T     = { integers = [16, 40] }
sigma = 0.5
lam   = [0.01, 0.1]
"""
SETTING = make_setting(d=12, T=24, T0=30, n=2, sigma="1/2", sigma0="1/2", lam="1/10")


@contextmanager
def started(folder, *arguments):
    """A process of the cluster, in a session of its own, killed at the end."""
    with (folder / "cluster.log").open("a") as log:
        process = subprocess.Popen(  # noqa: S603  (the interpreter that runs this test)
            [sys.executable, "-m", *arguments, "--scheduler-file", str(folder / "scheduler.json")],
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


def scheduler(folder):
    """A scheduler on a free port of this machine."""
    return started(
        folder, "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
        "--dashboard-address", "127.0.0.1:0", "--no-jupyter",
    )  # fmt: skip


def worker(folder):
    """A worker of one thread, whose process is the one started: no nanny revives it."""
    return started(
        folder, "distributed.cli.dask_worker", "--nthreads", "1", "--no-nanny", "--no-dashboard",
        "--memory-limit", "0", "--local-directory", str(folder), "--death-timeout", "30",
    )  # fmt: skip


def address(folder):
    """Where the scheduler listens, once it does."""
    path = folder / "scheduler.json"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(FileNotFoundError, json.JSONDecodeError):
            return json.loads(path.read_text())["address"]
        time.sleep(0.05)
    raise TimeoutError((folder / "cluster.log").read_text())


@pytest.mark.slow
def test_a_cluster_gives_the_same_numbers_and_survives_its_workers(tmp_path, monkeypatch, capsys):
    """Against inline runs: simulate, then a sweep during which SIGKILL ends one of two workers."""
    inline, out = tmp_path / "inline.csv", tmp_path / "cluster.csv"
    sweep = read_sweep(SWEEP, seed=3)
    run_sweep(sweep, inline)
    with scheduler(tmp_path) as head:
        where = address(tmp_path)
        with monkeypatch.context() as hurried:
            hurried.setattr(cluster, "_PATIENCE", 0.5)
            with pytest.raises(InputError, match="has no workers"), open_cluster(where):
                pass
        with worker(tmp_path) as victim, worker(tmp_path):
            options = ["--repetitions", "40", "--seed", "3", "--json", "--dask", where]
            monkeypatch.setattr(
                sys, "argv", ["ridgeproof", "simulate", *SETTING.command_line().split(), *options]
            )
            with pytest.raises(SystemExit) as ended:
                cli.main()
            assert ended.value.code == 0
            found = json.loads(capsys.readouterr().out)
            wanted = simulate(SETTING, repetitions=40, seed=3)
            assert found["mean"] == wanted.mean
            assert found["standard_error"] == wanted.standard_error
            states = []

            def kill(state):
                if isinstance(state, Progress):
                    states.append(state.computed)
                    if len(states) == 4:
                        victim.kill()

            with open_cluster(where) as engine:
                summary = run_sweep(
                    sweep, out, workers=engine.workers, executor=engine.executor, watch=kill
                )
            assert victim.wait(timeout=10) == -signal.SIGKILL
            kept = []

            def behead(state):
                if isinstance(state, Progress):
                    kept.append(state.computed)
                    head.kill()

            lost = pytest.raises(RidgeproofError, match=r"was lost.*--resume")
            with lost, open_cluster(where) as engine:
                run_sweep(
                    read_sweep(SWEEP, seed=4), out, workers=engine.workers,
                    executor=engine.executor, resume=True, watch=behead,
                )  # fmt: skip
            assert kept
            assert capsys.readouterr().err == ""
    assert 0 < states[3] < summary.total == summary.computed == 100
    assert out.read_bytes() == inline.read_bytes()


def test_an_address_without_a_scheduler(monkeypatch):
    """A wrong port, and text that is no address, are refused in bounded time."""
    monkeypatch.setattr(cluster, "_PATIENCE", 0.5)
    for where in ("tcp://127.0.0.1:1", "nowhere", "udp://x"):
        with pytest.raises(InputError, match="--dask"), open_cluster(where):
            pass


def test_garbage_of_a_failed_client_waits_until_the_next_has_started(monkeypatch):
    """Its finalizer and a starting client want one lock: it runs before, and never within."""
    events = []

    class Client:
        def __init__(self, address, **_):
            events.append("starts")
            assert not gc.isenabled()
            self.cycle = self  # for the collector alone
            raise OSError(address)

        def __del__(self):
            events.append("finalized")

    for _ in range(2):
        with pytest.raises(InputError), cluster._connected(Client, "tcp://127.0.0.1:1"):
            pass
        assert gc.isenabled()
    assert events == ["starts", "finalized", "starts"]
    gc.collect()
    assert events[3:] == ["finalized"]


def test_without_the_library(monkeypatch):
    """The message has the line that installs it."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with (
        pytest.raises(InputError, match=r"pip install 'ridgeproof\[distributed\]'"),
        open_cluster("tcp://127.0.0.1:1"),
    ):
        pass
