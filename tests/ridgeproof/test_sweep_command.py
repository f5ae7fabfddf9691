"""``ridgeproof sweep`` as a user meets it: its JSON, its help, its example, its refusals."""

from __future__ import annotations

import csv
import json
import re
import sys
from pathlib import Path

import pytest

from ridgeproof import cli
from ridgeproof.verification.sweep.run import read_sweep

_EXAMPLES = Path(__file__).parents[2] / "examples" / "sweeps"
SPEC = "[theory]\n[grid]\nd = 10\nT = [20, 30]\nsigma = 1\n"


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """The entry point in a directory of its own: (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "spec.toml").write_text(SPEC)
    (tmp_path / "bad.toml").write_text(SPEC.replace("30", "'d - 10'"))

    def call(line):
        monkeypatch.setattr(sys, "argv", ["ridgeproof", *line.split()])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code, *capsys.readouterr())

    return call


def test_the_summary_is_one_json_object(run):
    """What was written and how much was computed; notes go to stderr."""
    status, out, err = run("sweep spec.toml --out t.csv --workers 1 --json")
    assert (status, err) == (0, "")
    found = json.loads(out)
    assert set(found) == {"setting", "out", "rows", "computed", "seconds"}
    assert (found["out"], found["rows"], found["computed"]) == ("t.csv", 2, 2)
    status, out, err = run("sweep spec.toml --out t.csv --workers 1 --json --resume")
    assert (status, json.loads(out)["computed"]) == (0, 0)
    assert err == "0 of 2 rows are to be computed\n"


def test_the_summary_for_people(run):
    """The same in words, and where the rows are kept."""
    status, out, _ = run("sweep spec.toml --out t.csv --workers 1")
    assert status == 0
    assert "2, of which 2 computed now" in out
    assert "t.csv.store" in out


def test_the_seed_of_the_command_line_counts(run, tmp_path):
    """Equal seeds, equal tables; another seed, another table."""
    text = SPEC.replace("[theory]", "[simulation]\nrepetitions = 3")
    (tmp_path / "spec.toml").write_text(text)
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        assert run(f"sweep spec.toml --out {name}.csv --workers 1 --seed {seed}")[0] == 0
    first, again, other = (Path(f"{name}.csv").read_bytes() for name in "abc")
    assert first == again != other


def test_the_sweep_file_of_the_help_page_is_one(run):
    """The schema in --help is read and means what its comments say."""
    status, out, _ = run("sweep --help")
    assert status == 0
    text = re.search(r"A sweep file:\n(.*?)\n\n", out, re.DOTALL)[1]
    sweep = read_sweep(text + "\n", seed=0)
    assert sweep.grid.least_size == 2 * 2 * 6 * 7
    first = next(iter(sweep.grid))
    assert (first.T, first.T0, first.n, str(first.lam)) == (120, 120, 0, "1/1000")
    assert sweep.question.simulation == ("test_error",)
    for name in (*sweep.question.theory, "reason", "--resume"):
        assert name in out


def test_there_are_examples():
    """An empty folder would pass the test below."""
    assert list(_EXAMPLES.glob("*.toml"))


@pytest.mark.parametrize("path", sorted(_EXAMPLES.glob("*.toml")), ids=lambda path: path.name)
def test_examples_run(run, path):
    """Every example gives a full table in which theory and simulation agree."""
    status, _, _ = run(f"sweep {path} --out t.csv --workers 1")
    assert status == 0
    with Path("t.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    sweep = read_sweep(path, seed=0)
    assert len(rows) == sweep.grid.least_size
    assert {row["reason"] for row in rows} == {""}
    asked = sweep.question.simulation[0]
    for row in rows:
        error = float(row[f"{asked}_standard_error"])
        slack = 0.1 * float(row[f"{asked}_limit"])  # the limit is 1/d = 2.5 % off, and more at n
        distance = abs(float(row[f"{asked}_simulated"]) - float(row[f"{asked}_limit"]))
        assert distance < 5 * error + slack


BAD = [
    ("sweep", "SPEC", "Missing argument"),
    ("sweep spec.toml", "--out", "Missing option"),
    ("sweep absent.toml --out t.csv", "absent.toml", "is not a file"),
    ("sweep bad.toml --out t.csv", "grid T = 0", "at least 1"),
    ("sweep spec.toml --out t.xlsx", "t.xlsx", "no known ending"),
    ("sweep spec.toml --out no/t.csv", "no/t.csv", "does not exist"),
    ("sweep spec.toml --out t.csv --workers 0", "--workers = 0", "at least 1"),
    ("sweep spec.toml --out t.csv --workers two", "--workers = two", "not a finite number"),
    ("sweep spec.toml --out t.csv --workers 2 --dask tcp://x:1", "--workers", "contradicts"),
    ("sweep spec.toml --out t.csv --dask nowhere", "--dask = nowhere", "scheduler"),
    ("sweep spec.toml --out t.csv --resume --overwrite", "--resume", "contradicts"),
    ("sweep spec.toml --out t.csv --seed x", "--seed = x", "whole number"),
    ("simulate --d 9 --T 20 --workers 2 --dask tcp://x:1", "--workers", "contradicts"),
]


@pytest.mark.parametrize(("line", "named", "condition"), BAD)
def test_bad_command_lines(run, tmp_path, line, named, condition):
    """One message, nothing on stdout, nothing run and nothing left behind."""
    before = {path.name for path in tmp_path.iterdir()}
    status, out, err = run(line)
    assert (status, out) == (2, "")
    assert named in err
    assert condition in err
    assert "Traceback" not in err
    assert {path.name for path in tmp_path.iterdir()} == before
