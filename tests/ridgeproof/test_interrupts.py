"""Ctrl-C at chosen moments, by real signals: status 130, and what was known is reported."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.skipif(os.name == "nt", reason="sends POSIX signals")

# The simulator of d/chi2 draws that presses Ctrl-C itself at its call number WHEN.
CONJECTURE = """
import os, signal
from ridgeproof import conjecture
calls = 0

def draws(setting, rng):
    global calls
    calls += 1
    if calls == {when}:
        os.kill(os.getpid(), signal.SIGINT)
    return setting.d / rng.chisquare(12, 64)

@conjecture(domain={{"d": {{"integers": [3, 9]}}, "T": "d + 11", "n": 0, "sigma": 1}},
            simulator=draws)
def claimed(setting):
    return {factor} * setting.d / 10
"""


def run(*arguments, code=None):
    """The command in a process of its own, or a program that ends in it."""
    start = ["-c", code] if code else ["-m", "ridgeproof"]
    return subprocess.run(  # noqa: S603
        [sys.executable, *start, *arguments], capture_output=True, text=True, check=False
    )


def reported(done):
    """The one JSON object, after the status and a quiet stderr are checked."""
    assert done.returncode == 130, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout.count("\n") == 1
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    ("when", "factor", "verdict"),
    [
        pytest.param(1, 1, "undecided", marks=pytest.mark.slow),  # in the pilot of the first point
        (20, 1, "undecided"),  # after its first looks
        (15, 2, "refuted"),  # while a smaller counterexample is looked for
    ],
)
def test_check_reports_what_is_known(tmp_path, when, factor, verdict):
    """In the pilot, on trial, while shrinking: one JSON object, and no counterexample is lost."""
    path = tmp_path / "conjecture.py"
    path.write_text(CONJECTURE.format(when=when, factor=factor), encoding="utf-8")
    data = reported(run("check", str(path), "--json"))
    assert data["verdict"] == verdict
    assert data["evidence"]["interrupted"] is True
    assert (data["counterexample"] is not None) is (verdict == "refuted")
    assert (data["repetitions"] > 0) is (when > 8)
    if verdict == "undecided":
        assert "stopped by the user" in data["evidence"]["rungs"][-1]["finding"]
        assert "stopped by the user" in data["evidence"]["missing"][-1]


STOPPED_CLAIM = """
import os, signal, sys
from ridgeproof.verification.suite import claim
from ridgeproof.__main__ import main

def press(*_):
    os.kill(os.getpid(), signal.SIGINT)

whole, calls = claim.try_mutants, 0
def mutants(*arguments):
    global calls
    calls += 1
    return press() if calls == 2 else whole(*arguments)

claim.try_mutants = mutants
sys.argv = ["ridgeproof", "verify", "C5", "C1", "C2", "--workers", "1", "--json"]
main()
"""


@pytest.mark.slow
def test_verify_keeps_finished_claims_and_the_one_on_trial():
    """C5 is done; of C1 the points so far are told, and no verdict is claimed; C2 is named."""
    data = reported(run(code=STOPPED_CLAIM))
    done, stopped = data["claims"]
    assert (done["id"], done["verdict"], done["complete"]) == ("C5", "consistent", True)
    assert (stopped["id"], stopped["verdict"], stopped["complete"]) == ("C1", "undecided", False)
    assert stopped["evidence"]["points"] > 0
    assert data["unfinished"] == ["C1", "C2"]
    assert data["interrupted"] is True


def test_a_terminal_interrupts_the_whole_group():
    """Workers hear the signal too: at any moment, loading ones included, nobody fails noisily."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ridgeproof", "verify", "--workers", "2", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    time.sleep(1.5)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not out or json.loads(out)["unfinished"]
