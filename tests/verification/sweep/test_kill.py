"""Death at any moment: the store loses no finished row, and no finished row is computed again."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ridgeproof.verification.sweep import run
from ridgeproof.verification.sweep.run import Progress, read_sweep, run_sweep, store_path

_ROOT = Path(__file__).parents[3]
SEED = 5  # not the command's default: it has to be repeated
KILLS = 10
SPEC = """
[theory]
[simulation]
repetitions = 6
method = "conditional"
[grid]
d     = 10
T     = "14 .. 43"
T0    = 30
n     = [0, 1]
sigma = 0.5
sigma0 = 0.5
lam   = [0.01, 0.1]
"""
ROWS = 30 * 2 * 2


@dataclass(frozen=True)
class Tell:
    """Tells through a pipe how many rows are done."""

    pipe: Any

    def __call__(self, state):
        """-1 while the sweep is planned."""
        self.pipe.send(state.computed if isinstance(state, Progress) else -1)


def kept(out):
    """Which run wrote each row of the store."""
    with closing(sqlite3.connect(store_path(out))) as connection:
        return dict(connection.execute("SELECT key, run FROM rows"))


@pytest.mark.slow
def test_ten_kills_lose_and_redo_nothing(tmp_path):
    """SIGKILL while planning, computing or committing, then --resume: the undisturbed bytes."""
    # Processes forked from one that has loaded everything begin at once.
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([run.__name__])
    sweep, out, calm = read_sweep(SPEC, SEED), tmp_path / "table.csv", tmp_path / "calm.csv"
    rng = random.Random(SEED)
    before, grown, died = {}, 0, 0
    while died < KILLS:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(
            target=run_sweep, args=(sweep, out), kwargs={"resume": True, "watch": Tell(theirs)}
        )
        process.start()
        theirs.close()
        # A moment: some rows into the work, or still before it, and then anywhere in a batch.
        rows = rng.randint(-1, 8)
        with suppress(EOFError):
            while ours.recv() < rows:
                pass
        time.sleep(rng.uniform(0, 0.05))
        process.kill()
        process.join(timeout=30)
        assert process.exitcode == -signal.SIGKILL
        died += 1
        assert not out.exists()
        after = kept(out)
        assert before.items() <= after.items()
        grown += len(after) > len(before)
        before = after
    assert grown >= 3
    assert 0 < len(before) < ROWS
    last = run_sweep(sweep, out, resume=True)
    assert last.computed == ROWS - len(before)
    assert before.items() <= kept(out).items()
    assert len(kept(out)) == ROWS
    run_sweep(sweep, calm)
    assert out.read_bytes() == calm.read_bytes()


def interrupted(out, number):
    """Run the command line on two processes, and send its whole session a signal as it works."""
    command = [sys.executable, "-m", "ridgeproof", "sweep", "spec.toml", "--out", out.name]
    process = subprocess.Popen(  # noqa: S603  (the interpreter that runs this test)
        [*command, "--workers", "2", "--resume", "--seed", str(SEED)],
        cwd=out.parent, env={**os.environ, "PYTHONPATH": str(_ROOT)}, stderr=subprocess.PIPE,
        text=True, start_new_session=True,
    )  # fmt: skip
    log = store_path(out).with_name(store_path(out).name + "-wal")
    sizes, deadline = set(), time.monotonic() + 60
    try:
        # The log grows with the plan and the note of the run, then with every batch.
        while len(sizes) < 5 and time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                sizes.add(log.stat().st_size)
            time.sleep(0.002)
        os.killpg(process.pid, number)
        return process.wait(timeout=30), process.stderr.read()
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.stderr.close()
        process.wait(timeout=30)


@pytest.mark.slow
def test_the_command_line_is_interrupted_and_killed(tmp_path):
    """Ctrl-C leaves a store, says how to go on and exits with 130; a kill says nothing."""
    out, calm = tmp_path / "table.csv", tmp_path / "calm.csv"
    spec = SPEC.replace("repetitions = 6", "repetitions = 12")
    (tmp_path / "spec.toml").write_text(spec)
    status, said = interrupted(out, signal.SIGINT)
    assert status == 130
    again = f"ridgeproof sweep spec.toml --out table.csv --resume --workers 2 --seed {SEED}"
    assert f"Go on with: {again}\n" in said
    assert "Traceback" not in said
    first = kept(out)
    assert 0 < len(first) < ROWS
    status, said = interrupted(out, signal.SIGKILL)
    assert status == -signal.SIGKILL
    assert f"{ROWS - len(first)} of {ROWS} rows are to be computed" in said
    second = kept(out)
    assert first.items() <= second.items()
    last = run_sweep(read_sweep(spec, SEED), out, resume=True)
    assert last.computed == ROWS - len(second)
    run_sweep(read_sweep(spec, SEED), calm)
    assert out.read_bytes() == calm.read_bytes()
