"""Drawing: names kept apart, files refused in time, nothing overlapping."""

from __future__ import annotations

import itertools
import sys
from dataclasses import replace

import pytest

from ridgeproof import plot
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.figures.experiments import find_figure
from ridgeproof.verification.figures.figure import Figure, FigureData, measure_figure
from ridgeproof.verification.figures.panels import Curve, Panel, Point


def made(*curves, **panel):
    """A figure of one panel."""
    figure = Figure("made", "A title", "It shows.", lambda _: ())
    return FigureData(figure, (Panel("panel", "$x$", "$y$", curves, **panel),), seed=1)


def test_names_that_would_touch_are_moved_apart():
    """Centres keep their order and at least a label's height; lone ones stay where they belong."""
    placed = plot.spread([0.1, 0.5, 0.5, 0.52], [0.1] * 4)
    assert placed[0] == 0.1
    assert all(b - a >= 0.1 - 1e-9 for a, b in itertools.pairwise(placed))
    assert sum(placed[1:]) / 3 == pytest.approx(sum([0.5, 0.5, 0.52]) / 3)


@pytest.mark.parametrize("name", ["x.gif", "x", "missing/x.svg"])
def test_bad_files_are_refused(tmp_path, name):
    """An unknown suffix, none, and a folder that is not there."""
    with pytest.raises(InputError, match="--out"):
        plot.check_path(tmp_path / name)


def test_a_missing_library_is_named(monkeypatch):
    """Without matplotlib the message says which extra to install."""
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(RidgeproofError, match=r"ridgeproof\[report\]"):
        plot.require_matplotlib()


def test_bars_are_two_standard_errors():
    """The drawn bar reaches mean +- 2 s.e., so that 95 of 100 should touch the line."""
    data = made(
        Curve("line", (1.0, 2.0), (1.0, 1.0), (Point(1.5, 1.2, 0.25, 1.0),)), yscale="linear"
    )
    with plot._drawing(data) as figure:
        axes = figure.axes[0]
        (bar,) = (c for c in axes.collections if hasattr(c, "get_segments"))
        (segment,) = bar.get_segments()
    assert sorted(segment[:, 1]) == pytest.approx([0.7, 1.7])


LINE = Curve("line", (1.0, 2.0), (1.0, 1.0), (Point(1.5, 1.2, 0.25, 1.0),))


@pytest.mark.parametrize(
    ("suffix", "start"), [(".svg", b"<?xml"), (".png", b"\x89PNG"), (".pdf", b"%PDF")]
)
def test_equal_data_give_equal_bytes(tmp_path, suffix, start):
    """No dates and no random ids, in every kind of file; and another point, other bytes."""
    other = replace(LINE, points=(Point(1.5, 1.3, 0.25, 1.0),))
    written = []
    for index, curve in enumerate((LINE, LINE, other)):
        path = tmp_path / f"{index}{suffix}"
        plot.save_figure(made(curve), path)
        written.append(path.read_bytes())
    assert written[0].startswith(start)
    assert written[0] == written[1] != written[2]


def test_no_text_overlaps(monkeypatch):
    """Titles, names, ticks and labels of a crowded figure keep clear of each other."""
    data = measure_figure(find_figure("isotropic"), seed=5, shrink=60, effort=0.5)
    assert overlaps(data, monkeypatch) == []


def overlaps(data, monkeypatch):
    """Pairs of drawn texts whose boxes intersect."""
    from matplotlib.text import Text

    drawn = {}

    def draw(text, renderer):
        if text.get_visible() and text.get_text().strip():
            drawn[text] = text.get_window_extent(renderer)
        return original(text, renderer)

    original = Text.draw
    with plot._drawing(data) as figure:
        monkeypatch.setattr(Text, "draw", draw)
        drawn.clear()
        figure.canvas.draw()
    return [
        (one.get_text(), two.get_text())
        for (one, a), (two, b) in itertools.combinations(drawn.items(), 2)
        if min(a.x1, b.x1) - max(a.x0, b.x0) > 1 and min(a.y1, b.y1) - max(a.y0, b.y0) > 1
    ]
