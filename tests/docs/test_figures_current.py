"""docs/figures.md and its drawings are those of the experiments."""

from __future__ import annotations

import re
from pathlib import Path

from ridgeproof.figures_page import page
from ridgeproof.plot import conclusion_of
from ridgeproof.verification.figures.experiments import all_figures

_DOCS = Path(__file__).parents[2] / "docs"
_COMMAND = "python -m ridgeproof.figures_page"


def drawings():
    """The committed drawings by name."""
    paths = sorted((_DOCS / "figures").glob("*.svg"))
    return {path.stem: path.read_text(encoding="utf-8") for path in paths}


def test_page_is_current():
    """A change of a title, a sentence, a command or a count must reach the page."""
    current = (_DOCS / "figures.md").read_text(encoding="utf-8") == page(_DOCS / "figures")
    assert current, f"docs/figures.md is stale: run {_COMMAND}"


def test_every_drawing_belongs_to_a_figure():
    """No drawing is left of a figure that is gone."""
    assert drawings().keys() <= all_figures().keys()
    assert drawings()


def test_points_lie_where_the_error_bars_promise():
    """Of the points compared without a finite-size error, at least 88 of 100 lie within 2 s.e."""
    within = total = 0
    for text in drawings().values():
        for good, all_, against in re.findall(
            r"(\d+) of (\d+) within two standard errors of ([^;]+)", conclusion_of(text)
        ):
            if "counts as a deviation" not in against and "prediction" not in against:
                within, total = within + int(good), total + int(all_)
    assert total > 50
    # Binomial with 95 of 100: fewer would be a chance of 10^-5 or less for this many points.
    assert 0.88 * total <= within
