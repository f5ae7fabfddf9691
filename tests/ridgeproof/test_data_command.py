"""ridgeproof data: a table, JSON, a measurement, a drawing; and what it refuses."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from ridgeproof.commands.data import command
from ridgeproof.theory.errors import InputError

_FILE = str(Path(__file__).parents[2] / "examples" / "data" / "heights.csv")
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


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ([_FILE, "--label", "depth"], "--label"),
        ([_FILE, "--T", "50,,100"], "--T"),
        (["nothing.csv"], "is not a file"),
        ([_FILE, "--plot", "curves.jpeg"], "suffix"),
    ],
)
def test_what_is_refused(arguments, named):
    """One error each."""
    done = CliRunner().invoke(command, arguments)
    assert isinstance(done.exception, InputError)
    assert named in str(done.exception)
