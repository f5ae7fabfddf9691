"""``ridgeproof figure``: the list, the file, the numbers, and what is refused."""

from __future__ import annotations

import json
import sys

import pytest
from click.testing import CliRunner

from ridgeproof.cli import cli
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.figures import experiments
from ridgeproof.verification.figures.experiments import all_figures
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.panels import Panel
from ridgeproof.verification.figures.tracing import Line, Request, geometric, rational


def measure(run):
    """Four cheap points on one line."""
    from ridgeproof.theory.settings.setting import make_setting

    setting = make_setting(d=4, T=12, T0=12, n=1, sigma=1, sigma0=1)
    grid = [(x, setting.with_(lam=rational(x))) for x in geometric(0.01, 1, 5)]
    points = [Request(x, at, 200) for x, at in grid[1:]]
    return (Panel("panel", "$\\lambda$", "$E$", run.trace([Line("line", grid, points)])),)


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    """The command with one cheap figure, in an empty folder."""
    figure = Figure("tiny", "A cheap figure", "It shows a line.", measure)
    monkeypatch.setattr(experiments, "all_figures", lambda: {"tiny": figure})
    monkeypatch.chdir(tmp_path)

    def run(*arguments):
        return CliRunner().invoke(cli, ["figure", *arguments])

    return run


def test_the_list_names_every_figure():
    """Names and titles, as text and as JSON."""
    text = CliRunner().invoke(cli, ["figure", "--list"]).stdout
    data = json.loads(CliRunner().invoke(cli, ["figure", "--list", "--json"]).stdout)
    for name, figure in all_figures().items():
        assert f"{name} " in text
        assert figure.title in text
        assert {"name": name, "title": figure.title} in data["figures"]


def test_the_file_is_named_after_the_figure(tiny, tmp_path):
    """Without --out the SVG lands in the current folder, and the count is printed."""
    result = tiny("tiny", "--seed", "3")
    assert result.exit_code == 0, result.output
    assert (tmp_path / "tiny.svg").read_text(encoding="utf-8").startswith("<?xml")
    assert " of 4" in result.stdout
    assert "ridgeproof figure tiny --seed 3" in result.stdout


def test_json_holds_the_points(tiny, tmp_path):
    """One object; no file unless one is named; z and the count agree with the points."""
    data = json.loads(tiny("tiny", "--json").stdout)
    assert list(tmp_path.iterdir()) == []
    points = data["panels"][0]["curves"][0]["points"]
    assert data["points"] == len(points) == 4
    assert data["setting"] == {"seed": "20240212", "effort": "1.0", "shrink": "1"}
    assert data["within"] == sum(abs(point["z"]) <= 2 for point in points)
    for point in points:
        z = (point["mean"] - point["theory"]) / point["standard_error"]
        assert point["z"] == pytest.approx(z)
    assert json.loads(tiny("tiny", "--json", "--out", "a.png").stdout)["out"] == "a.png"
    assert (tmp_path / "a.png").exists()


@pytest.mark.slow
def test_workers_do_not_change_the_numbers(tiny):
    """Two workers give the bytes of one."""
    assert tiny("tiny", "--json").stdout == tiny("tiny", "--json", "--workers", "2").stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), r"NAME is missing: .* Choose from tiny"),
        (("big",), r"NAME = big: is not a figure\. Choose from tiny"),
        (("tiny", "--out", "a.gif"), r"--out = a\.gif: .* End it in \.png, \.svg, \.pdf"),
        (("tiny", "--workers", "0"), r"--workers = 0"),
        (("tiny", "--seed", "-1"), r"--seed = -1"),
    ],
)
def test_bad_input_is_refused_before_anything_runs(tiny, monkeypatch, arguments, message):
    """Each with the option, the value and the remedy."""
    monkeypatch.setattr(
        "ridgeproof.verification.figures.figure.measure_figure",
        lambda *_, **__: pytest.fail("ran"),
    )
    result = tiny(*arguments)
    assert isinstance(result.exception, InputError)
    with pytest.raises(InputError, match=message):
        raise result.exception


def test_without_matplotlib_the_extra_is_named(tiny, monkeypatch):
    """The message comes before the simulation; the numbers are still to be had."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    result = tiny("tiny")
    assert isinstance(result.exception, RidgeproofError)
    assert "ridgeproof[report]" in str(result.exception)
    assert tiny("tiny", "--json").exit_code == 0
