"""The example programs run, and their own assertions hold."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_EXAMPLES = sorted((_ROOT / "examples").glob("*.py"))


def test_there_are_examples():
    """An empty folder would pass the test below."""
    assert _EXAMPLES


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
