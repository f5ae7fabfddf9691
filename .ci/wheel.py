"""Try a wheel as a user has it: one package, a command of each kind, no layer under two names.

    python .ci/wheel.py RIDGEPROOF.whl FOLDER

Run it with the interpreter of the environment that the wheel is installed in; FOLDER is any folder
outside the checkout.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from importlib.util import find_spec
from pathlib import Path

_CONJECTURE = """
[conjecture]
quantity = "variance"
relation = "equals"
kind = "exact"
formula = "sigma^2*d/(T-d-1)"
[domain]
lam = 0
n = 0
d = { integers = [5, 20] }
T = "d + 8 .. 4*d"
sigma = [0.5, 2]
"""
_SWEEP = """
[grid]
d = 10
T = [20, 40]
n = 0
sigma = 1
lam = 0.1
[theory]
quantities = ["test_error"]
"""
_SETTING = ("--d", "20", "--T", "60", "--sigma", "1", "--lam", "0.1")
_COMMANDS = (
    ("formulas",),
    ("derive", "ridgeless"),
    ("evaluate", *_SETTING),
    ("simulate", *_SETTING, "--repetitions", "64"),
    ("optimum", "--d", "20", "--T", "60", "--sigma", "1"),
    ("exponents", "--beta", "3/2", "--r", "2/5", "--c", "3/5"),
    ("check", "conjecture.toml"),
    ("verify", "C5", "--json"),
    ("figure", "--list"),
    ("sweep", "sweep.toml", "--out", "sweep.csv"),
)


def main() -> None:
    """Look into the wheel, then run the program that it installed."""
    wheel, folder = map(Path, sys.argv[1:])
    with zipfile.ZipFile(wheel) as archive:
        top = {name.split("/")[0] for name in archive.namelist()}
    assert sorted(name for name in top if not name.endswith(".dist-info")) == ["ridgeproof"], top
    for layer in ("theory", "numerics", "verification"):
        assert find_spec(layer) is None, f"`import {layer}` finds something in a clean environment"
        assert find_spec(f"ridgeproof.{layer}") is not None, f"ridgeproof.{layer} is missing"
    (folder / "conjecture.toml").write_text(_CONJECTURE)
    (folder / "sweep.toml").write_text(_SWEEP)
    program = Path(sys.executable).with_name("ridgeproof")
    for command in _COMMANDS:
        done = subprocess.run(
            [program, *command], cwd=folder, capture_output=True, text=True, check=False
        )
        print(f"ridgeproof {command[0]}: {done.returncode}")
        assert done.returncode == 0, (command, done.stdout, done.stderr)
        assert done.stdout, command
        if "--json" in command:
            json.loads(done.stdout)


if __name__ == "__main__":
    main()
