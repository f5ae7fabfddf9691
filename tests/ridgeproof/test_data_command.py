"""ridgeproof data: a table, JSON, a measurement, a drawing; and what it refuses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from ridgeproof.commands.data import command
from ridgeproof.data import predict, run_process
from ridgeproof.numerics.rows.files import read_data
from ridgeproof.theory.errors import InputError

_FILE = str(Path(__file__).parents[2] / "examples" / "data" / "heights.csv")
_PROCESSES = Path(__file__).parents[2] / "examples" / "processes"
_ON_DATA = [_FILE, "--process", str(_PROCESSES / "weak_to_strong.toml")]
_WEAK = """[process]
steps = '''
A = rows(T)
F = features(1)
teacher = ridge(A@w0 + sigma*noise(A), lam0, features=F)
B = rows(T)
student = ridge(B@teacher + sigma*noise(B), lam)
C = rows(T)
other = ridge(C@(w0 + teacher)/2, lam)
D = rows(2*T)
apart = ridge(D@w0, lam)
same = ridge(A@teacher, lam)
thrice = ridge(3*(C@teacher), lam)
once = ridge(C@teacher, lam)
'''
[ask]
teacher = "risk(teacher)"
student = "risk(student)"
mixed = "norm2(other)"
average = "risk((student + 2*apart)/3)/2"
same_rows = "risk(same)"
thrice = "norm2(thrice)"
once = "norm2(once)"
together = "risk((student + other)/2)"
"""
_SMALL = [_FILE, "--T", "100,200", "--n", "0,1", "--lam", "1e-2,1e-1", "--sigma", "1/4"]


def test_predictions_are_measured_and_drawn(tmp_path):
    """Every measured mean is near its prediction; the figure has a line for each n."""
    out = tmp_path / "curves.svg"
    done = CliRunner().invoke(command, [*_SMALL, "--verify", "--json", "--plot", str(out)])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert len(found["cells"]) == 8
    assert all(abs(cell["z"]) < 4 for cell in found["cells"])
    assert found["task"] == "regression, 1 output"
    assert found["setting"]["kernel"] == found["kernel"]
    assert found["worth"][0]["n"] == 1
    assert out.read_text(encoding="utf-8").count("n = 1") >= 1


def test_a_wrong_prediction_is_a_failure(monkeypatch):
    """Predictions that are off by half end with status 1."""
    from ridgeproof.verification.figures import own_data

    true = own_data.predict

    def wrong(*given, **more):
        found = true(*given, **more)
        found.value[...] *= 1.5
        return found

    monkeypatch.setattr(own_data, "predict", wrong)
    done = CliRunner().invoke(command, [*_SMALL, "--verify"])
    assert done.exit_code == 1


def test_the_table_says_what_was_understood():
    """The labels' task, and which end of the penalties was best."""
    done = CliRunner().invoke(command, _SMALL)
    assert "400 rows, regression, 1 output" in done.output
    assert "0.01 (the least tried)" in done.output


@pytest.mark.parametrize(
    "more", [["--held-out", "leave-one-out"], ["--held-out", "few.csv"], ["--no-replacement"]]
)
def test_what_is_held_out_is_measured_too(more, tmp_path, monkeypatch):
    """On rows that a fit did not draw, on those of a file, and on rows drawn once."""
    head, *rows = Path(_FILE).read_text(encoding="utf-8").splitlines()
    tall = sorted(rows, key=lambda row: float(row.rpartition(",")[2]))[-40:]
    monkeypatch.chdir(tmp_path)
    Path("few.csv").write_text("\n".join([head, *tall]), encoding="utf-8")
    sizes = ["--T", "300", "--n", "0", "--lam", "1e-3", "--repetitions", "100"]
    done = CliRunner().invoke(command, [_FILE, *sizes, *more, "--verify", "--json"])
    assert done.exit_code == 0, done.output
    (cell,) = json.loads(done.stdout)["cells"]
    assert abs(cell["z"]) < 4


def test_rows_that_carry_the_fit_are_told_of():
    """Of heights to the ninth power a few rows are most; of an RBF kernel none is."""
    for kernel, told in (("rbf", False), ("polynomial:9", True)):
        done = CliRunner().invoke(command, [*_SMALL, "--kernel", kernel, "--json"])
        notes = json.loads(done.stdout)["notes"]
        assert any("most of k(x, x)" in note for note in notes) == told


@pytest.mark.parametrize("kernels", [("rbf", "linear"), ("linear", "rbf")])
def test_a_process_is_run_on_data(kernels, tmp_path):
    """Simulation bears out the equivalent, which is that of a chain, and says where it ends.

    Of a linear kernel most of the labels lie beyond its functions.
    """
    path = tmp_path / "weak.toml"
    path.write_text(_WEAK, encoding="utf-8")
    sizes = "--T 150 --lam 1e-2 --lam0 1e-1 --sigma 1/4 --kernel {} --kernel0 {}".format(*kernels)
    asked = [_FILE, "--process", str(path), *sizes.split(), "--repetitions", "100"]
    done = CliRunner().invoke(command, [*asked, "--json"])
    assert done.exit_code == 0, done.output
    asks = json.loads(done.stdout)["asks"]
    for name in ("teacher", "student", "mixed", "average"):
        ask = asks[name]
        assert (
            abs(ask["count_aware"] - ask["mean"]) < 3.5 * ask["standard_error"] + 0.01 * ask["mean"]
        )
        assert "count-aware" in ask["right"]
        assert ask["theory"] is None
    # `predict` finds the same by its own way through a chain.
    given = {"T": 150, "lam0": 0.1, "sigma": 0.25}
    for name, n, kernel, lam in (("teacher", 0, kernels[1], 0.1), ("student", 1, kernels[0], 0.01)):
        told = predict(
            *read_data((_FILE,)), kernel=kernel, kernel0=kernels[1], n=n, lam=lam, **given
        )
        assert asks[name]["count_aware"] == pytest.approx(float(told), rel=1e-7)
    assert asks["thrice"]["count_aware"] == pytest.approx(9 * asks["once"]["count_aware"], rel=1e-7)
    assert "a fit on rows from which" in asks["same_rows"]["not_count_aware"]
    assert "same rows, in one average" in asks["together"]["not_count_aware"]
    text = CliRunner().invoke(command, [*asked[:-2], "--repetitions", "2"]).output
    assert "400 rows, regression, 1 output" in text
    assert "a second kernel is no random features" in text


def test_a_theory_that_is_wrong_is_not_called_right():
    """What misses by 3 % and many standard errors; and by 3 % and one. Many rows are refused."""
    X, y = read_data((_FILE,))
    text = "[process]\nsteps = 'm = ridge(rows(T)@w0, lam)'\n[ask]\ne = 'risk(m)'"
    with pytest.raises(InputError, match="Give 10 to 2,000"):
        run_process(text, np.vstack([X] * 6), np.hstack([y] * 6), T=100, lam=0.1)
    found = run_process(text, X, y, T=100, lam=0.1, repetitions=10)
    mean = found.runs.asks["e"].mean
    for error, right in ((0.001 * mean, ()), (0.02 * mean, ("Gaussian", "count-aware"))):
        ask = replace(found.runs.asks["e"], theory=1.03 * mean, standard_error=error)
        runs = replace(found.runs, asks={"e": ask})
        assert replace(found, runs=runs, counted={"e": 0.97 * mean}).right("e") == right


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([_FILE, "--label", "depth"], "--label"),
        ([_FILE, "--T", "50,,100"], "--T"),
        (["nothing.csv"], "is not a file"),
        ([_FILE, "--plot", "curves.jpeg"], "suffix"),
        ([_FILE, "--set", "T=5"], "give --process".capitalize()),
        ([*_ON_DATA, "--held-out", "leave-one-out"], "--held-out"),
        ([*_ON_DATA, "--n", "2"], "n"),
        ([*_ON_DATA, "--T", "9", "--set", "T=9"], "more than once"),
        ([*_ON_DATA, "--set", "d=9"], "what the data say"),
    ],
)
def test_what_is_refused(arguments, named):
    """One error each."""
    done = CliRunner().invoke(command, arguments)
    assert isinstance(done.exception, InputError)
    assert named in str(done.exception)
