"""Every figure, drawn small: complete records, reproducible numbers, readable drawings."""

from __future__ import annotations

import json
import re

import pytest

from ridgeproof.plot import save_figure
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.figures.digits import missing_digits
from ridgeproof.verification.figures.experiments import all_figures, find_figure
from ridgeproof.verification.figures.figure import measure_figure
from ridgeproof.verification.figures.panels import Against, Point


@pytest.fixture(scope="module", params=all_figures())
def data(request):
    """One of the figures, measured small."""
    if request.param == "mnist-kernels" and missing_digits():
        pytest.skip("no digits are installed")
    return measure_figure(find_figure(request.param), seed=7, shrink=12, effort=0.5)


def test_figures_are_complete_records(data):
    """A name fit for a file, a title, a sentence, curves with points of finite numbers."""
    figure = data.figure
    assert re.fullmatch(r"[a-z0-9-]+", figure.name)
    assert figure.title
    assert figure.shows.endswith(".")
    assert data.points
    assert 0 <= data.within <= len(data.points)
    json.dumps(data.data(), allow_nan=False)


def test_figures_are_written(data, tmp_path):
    """An SVG file, with the command and the seed that made it known."""
    path = tmp_path / "figure.svg"
    save_figure(data, path)
    assert path.read_bytes().startswith(b"<?xml")
    assert data.command == f"ridgeproof figure {data.figure.name} --seed 7"


def test_an_unknown_figure_is_refused():
    """The message names the others."""
    with pytest.raises(InputError, match=r"NAME = nothing: is not a figure\. Choose from"):
        find_figure("nothing")


def test_points_know_their_distance():
    """z in standard errors; without randomness only a real difference counts."""
    assert Point(1, 2.0, 0.5, 1.0).z == 2
    assert Point(1, 2.0, 0.0, 2.0 + 1e-12).z == 0
    assert Point(1, 2.0, 0.0, 1.0).z == float("inf")
    assert Point(1, 2.0, 0.5).z is None
    assert Point(1, 2.0, 0.5).data()["against"] == Against.EXACT.name.lower()
