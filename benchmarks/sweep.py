"""What a sweep costs for each setting, and what a second worker gains.

The cost is CPU time in one process, with everything loaded; multiply it by the number of settings
and divide by the number of cores.  The gain compares the wall-clock time of two local processes
with one, their start included, and means something on an idle machine only.

    python benchmarks/sweep.py             # cost for each setting
    python benchmarks/sweep.py --gain      # two workers against one; needs two idle cores
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from itertools import islice
from pathlib import Path

from ridgeproof.verification.sweep.run import Sweep, read_sweep, run_sweep, store_path
from ridgeproof.verification.sweep.store import Store
from ridgeproof.verification.sweep.tasks import TaskBatch, make_task, run_batch

SEED = 20240212
SETTINGS = 40
PLANNED = 5000
GAINED = 1000  # enough for the start of the processes, about a second each, not to matter

ISOTROPIC = 'spectrum = "isotropic"'
POWER_LAW = 'spectrum = "power-law:3/2"\nsignal = "source:2/5"'
THEORY = "[theory]\nforms = {}\nquantities = {}"
SIMULATION = '[simulation]\nmethod = "{}"\n{}'
GRID = """
[grid]
{spectrum}
d      = {d}
T      = {{ integers = [{first}, {last}] }}
T0     = "2*d"
n      = 3
sigma  = 0.5
sigma0 = 0.5
lam    = 0.1
"""

QUESTIONS = {
    "theory, limit": THEORY.format('"limit"', '"test_error"'),
    "theory, exact": THEORY.format('"exact"', '"test_error"'),
    "optimal_lam, limit": THEORY.format('"limit"', '"optimal_lam"'),
    "literal, 100 repetitions": SIMULATION.format("literal", "repetitions = 100"),
    "conditional to 1 %": SIMULATION.format("conditional", "relative_error = 0.01"),
}


def sweep_of(question: str, spectrum: str, d: int, settings: int) -> Sweep:
    """A sweep over so many values of T."""
    grid = GRID.format(spectrum=spectrum, d=d, first=2 * d, last=2 * d + settings - 1)
    return read_sweep(question + grid, SEED)


def cost(sweep: Sweep, settings: int) -> float:
    """CPU seconds for each setting, after one that loads everything."""
    tasks = [make_task(sweep.question, setting) for setting in islice(sweep.grid, settings + 1)]
    run_batch(TaskBatch(sweep.question, tuple(tasks[:1])))
    start = time.process_time()
    run_batch(TaskBatch(sweep.question, tuple(tasks[1:])))
    return (time.process_time() - start) / settings


def print_costs() -> None:
    """A table of milliseconds for each setting, and of what the sweep itself adds."""
    print("CPU ms for each setting           isotropic              power law 3/2, source 2/5")
    print("                              d = 50      d = 300         d = 50      d = 300")
    for name, question in QUESTIONS.items():
        times = []
        for spectrum in (ISOTROPIC, POWER_LAW):
            for d in (50, 300):
                slow = "simul" in question or "optimal" in name
                settings = 3 if slow else SETTINGS
                times.append(1000 * cost(sweep_of(question, spectrum, d, settings + 1), settings))
        print(f"{name:<26}" + "".join(f"{ms:13.1f}" for ms in times))


def print_overhead() -> None:
    """Planning, keeping and writing, for each setting."""
    sweep = sweep_of(QUESTIONS["theory, limit"], ISOTROPIC, 50, PLANNED)
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "table.csv")
        with Store(store_path(out)) as store:
            start = time.process_time()
            store.plan(make_task(sweep.question, setting) for setting in sweep.grid)
            planned = time.process_time()
            store.begin("", "")
            tasks = store.tasks()
            while page := list(islice(tasks, 10)):
                store.save((task.key, '[0.123456789012345, "exact", ""]') for task in page)
            kept = time.process_time()
            rows = sum(1 for _ in store.rows())
            read = time.process_time()
        size = store_path(out).stat().st_size
    each = 1000 / rows
    print(
        f"overhead for each setting: planning {each * (planned - start):.2f} ms, "
        f"keeping {each * (kept - planned):.2f} ms, reading {each * (read - kept):.3f} ms, "
        f"{size / rows:.0f} bytes of store"
    )


def print_gain() -> None:
    """Seconds with one local process and with two, and their ratio."""
    question = QUESTIONS["theory, limit"] + "\n" + QUESTIONS["conditional to 1 %"]
    sweep = sweep_of(question, POWER_LAW, 50, GAINED)
    seconds = {}
    with tempfile.TemporaryDirectory() as folder:
        for workers in (1, 2):
            out = Path(folder, f"{workers}.csv")
            start = time.perf_counter()
            run_sweep(sweep, out, workers=workers)
            seconds[workers] = time.perf_counter() - start
        same = Path(folder, "1.csv").read_bytes() == Path(folder, "2.csv").read_bytes()
    load = os.getloadavg()[0]
    print(
        f"{GAINED} settings: one worker {seconds[1]:.1f} s, two {seconds[2]:.1f} s, "
        f"gain {seconds[1] / seconds[2]:.2f}, same bytes: {same} (load {load:.1f})"
    )


def main() -> None:
    """Print what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gain", action="store_true", help="two workers against one")
    if parser.parse_args().gain:
        print_gain()
    else:
        print_costs()
        print_overhead()


if __name__ == "__main__":
    main()
