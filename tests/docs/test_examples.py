"""The example programs run, and the example processes show what their comments say."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.simulation.simulate_process import simulate_process

_ROOT = Path(__file__).parents[2]
_EXAMPLES = sorted((_ROOT / "examples").glob("*.py"))
_PROCESSES = {path.stem: path for path in (_ROOT / "examples" / "processes").glob("*.toml")}


def test_there_are_examples():
    """An empty folder would pass the tests below; every process has a result to show."""
    assert _EXAMPLES
    assert set(_SHOWN) == set(_PROCESSES)


@pytest.mark.slow
@pytest.mark.parametrize("program", _EXAMPLES, ids=lambda path: path.name)
def test_example_runs(program):
    """Each program ends well, in its own process, as a reader would run it."""
    run = subprocess.run(  # noqa: S603
        [sys.executable, str(program)],
        cwd=_ROOT,
        env={**os.environ, "PYTHONPATH": str(_ROOT), "OPENBLAS_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout


# What the comment at the top of each file says, of its values.
_SHOWN = {
    "accumulate_or_replace": lambda v: v["replaced"] > 5 * v["real"] > 3.5 * v["accumulated"],
    "averaged_descent": lambda v: v["one_before"] < v["average"] < v["last"],
    "averaged_labels": lambda v: abs(v["best_share"] - (5**0.5 - 1) / 2) < 1e-6,
    "covariate_shift": lambda v: v["best_lam"] > 0 > v["best_lam_shifted"],
    "double_descent": lambda v: v["as_many"] > 10 * v["half_as_many"] > 10 * v["four_times"],
    "early_stopping": lambda v: v["ratio"] < 1.69 and v["flow"] < v["best_ridge"],
    "gcv": lambda v: abs(v["difference"]) < 1e-15 and v["training"] < v["gcv"] / 2,
    "iterated_ridge": lambda v: v["best_three_times"] < v["best_once"],
    "negative_ridge": lambda v: v["best_lam"] < 0 and v["at_best_lam"] < v["best_of_positive"],
    "self_distillation": lambda v: v["best_student"] < v["best_teacher"] < v["teacher"],
    "strong_collapse": lambda v: v["least"] > 9e-4,
    "subagging": lambda v: v["average"] < v["one_subset"] < v["all_rows"] / 3,
    "synthetic_beside_real": lambda v: (
        v["other_rows"] < v["generator"] < v["at_best_weight"] < v["same_rows"]
    ),
    "weak_to_strong": lambda v: v["stopped_early"] < v["student"] < v["teacher"],
}


@pytest.mark.parametrize("name", _SHOWN)
def test_a_process_shows_its_result(name):
    """The values bear the comment out, and 40 repetitions with seed 1 agree with the theory."""
    process = read_process(_PROCESSES[name])
    assert "arXiv:" in process.source
    values = {ask: float(value) for ask, value in evaluate_process(process).values.items()}
    assert _SHOWN[name](values)
    found = simulate_process(process, repetitions=40, seed=1).asks
    compared = {ask: estimate.z for ask, estimate in found.items() if estimate.z is not None}
    assert compared
    assert all(abs(z) < 3.5 for z in compared.values()), compared
    assert {ask: each.theory for ask, each in found.items()} == pytest.approx(values, abs=1e-9)
