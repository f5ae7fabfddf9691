"""Sweeps over a process: rows are what evaluate and simulate say, kept and resumed as any."""

from __future__ import annotations

import csv

import pytest

import ridgeproof
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.sweep.run import read_sweep, run_sweep

PROCESS = """[process]
steps = '''
A = rows(T)
m = ridge(A@w0 + sigma*noise(A), lam)
'''
[process.parameters]
d = 12
sigma = "1/2"
lam = "1/10"
[ask]
risk = "risk(m)"
best = "minimum(risk(m), lam)"
"""
SWEEP = """process = "plain.toml"
[grid]
T = [10, "2*d"]
lam = ["1/10", 0]
d = 12
[theory]
[simulation]
repetitions = 5
"""


@pytest.fixture
def spec(tmp_path):
    """A sweep file beside its process."""
    (tmp_path / "plain.toml").write_text(PROCESS)
    (tmp_path / "spec.toml").write_text(SWEEP.replace('T = [10, "2*d"]\n', "").replace(
        "d = 12\n[theory]", 'd = 12\nT = [11, "2*d"]\n[theory]'
    ))  # fmt: skip
    return tmp_path / "spec.toml"


def _rows(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_is_what_the_commands_say(spec, tmp_path):
    """Theory, means, repetitions and deviations of the same values and seed; reasons elsewhere."""
    done = run_sweep(read_sweep(spec, 7), tmp_path / "t.csv")
    assert (done.total, done.computed) == (4, 4)
    rows = _rows(tmp_path / "t.csv")
    assert [(row["T"], row["lam"]) for row in rows] == [
        ("11", "0.1"), ("24", "0.1"), ("11", "0.0"), ("24", "0.0")
    ]  # fmt: skip
    for row in (rows[0], rows[1], rows[3]):
        given = {"T": row["T"], "lam": row["lam"], "d": 12}
        value = ridgeproof.evaluate(PROCESS, **given).values
        assert float(row["risk_limit"]) == pytest.approx(float(value["risk"]), rel=1e-11)
        assert float(row["best_limit"]) == pytest.approx(float(value["best"]), rel=1e-11)
        found = ridgeproof.simulate(PROCESS, **given, repetitions=5, seed=7).asks["risk"]
        assert float(row["risk_simulated"]) == found.mean
        assert float(row["risk_z_limit"]) == pytest.approx(found.z, rel=1e-9)
        assert row["best_simulated"] == ""
        assert "a minimum over a parameter is no expectation" in row["reason"]
    assert rows[2]["risk_limit"] == rows[2]["risk_simulated"] == ""  # T within 1 of d, lam = 0
    assert rows[2]["best_limit"] == rows[0]["best_limit"]
    assert "within 1 of" in rows[2]["reason"]


def test_rows_are_kept_and_the_process_is_part_of_them(spec, tmp_path):
    """Nothing is computed twice; another step makes other rows, a comment makes none."""
    out = tmp_path / "t.csv"
    run_sweep(read_sweep(spec, 7), out)
    before = out.read_bytes()
    plain = tmp_path / "plain.toml"
    plain.write_text("# a comment\n" + PROCESS)
    assert run_sweep(read_sweep(spec, 7), out, resume=True).computed == 0
    plain.write_text(PROCESS.replace("ridge(A@w0", "ridge(2*(A@w0)"))
    assert run_sweep(read_sweep(spec, 7), out, resume=True).computed == 4
    assert out.read_bytes() != before


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("d = 12", "xi = 1", "is not a known key"),
        ("d = 12", "sigma0 = 1", "is not a known key"),
        ('process = "plain.toml"', "process = 3", "is no path"),
        ('process = "plain.toml"', 'process = "none.toml"', "is not a file"),
        ("T = [11", "T = [0.5", "must be whole"),
        ("[theory]", 'forms = "exact"\n[theory]', "is not a known key"),
        ("[theory]\n", '[theory]\nforms = "exact"\n', "is unknown"),
        ("repetitions = 5", 'repetitions = 5\nquantities = "rusk"', "did you mean risk"),
        ("repetitions = 5", 'repetitions = 5\nmethod = "conditional"', "choose from literal"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(spec, old, new, said):
    """Names that the process does not have, and what is for settings only."""
    spec.write_text(spec.read_text().replace(old, new))
    with pytest.raises(InputError) as refused:
        read_sweep(spec, 0)
    assert said in str(refused.value).lower()
