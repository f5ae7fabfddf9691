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

# What takes a second or more even small.
SLOW = {"crossover", "mnist-kernels", "optimal-ridge", "phase-diagram", "power-law"}


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=[pytest.mark.slow] if name in SLOW else [])
        for name in all_figures()
    ],
)
def test_figures_are_complete_records_and_written(name, tmp_path):
    """A name fit for a file, a title, a sentence, finite numbers; an SVG file, and its command."""
    if name == "mnist-kernels" and missing_digits():
        pytest.skip("no digits are installed")
    data = measure_figure(find_figure(name), seed=7, shrink=12, effort=0.5)
    figure = data.figure
    assert re.fullmatch(r"[a-z0-9-]+", figure.name)
    assert figure.title
    assert figure.shows.endswith(".")
    assert data.points
    assert 0 <= data.within <= len(data.points)
    json.dumps(data.data(), allow_nan=False)
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
