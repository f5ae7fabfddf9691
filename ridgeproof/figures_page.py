"""The page docs/figures.md with its drawings: run ``python -m ridgeproof.figures_page``.

Without the drawings, which take minutes, the page is a function of the figures' records and of what
each committed SVG says about its points; a test compares.
"""

from __future__ import annotations

import sys
from pathlib import Path

from ridgeproof.options import DEFAULT_SEED
from ridgeproof.plot import conclusion_of, save_figure
from ridgeproof.verification.figures.experiments import all_figures, find_figure
from ridgeproof.verification.figures.figure import measure_figure

__all__ = ["draw", "page"]

_HEADER = """# Figures

<!-- generated: python -m ridgeproof.figures_page -->

The experiments of the source, redone with bars and a count: `ridgeproof figure NAME` draws one in
about half a minute of computing, `--json` prints every point. Lines are the theory; points are
simulated, with bars of two standard errors, and compared with the exact value at their size where
one is known, else with the limit. Below each panel, z is the distance in standard errors; about 95
of 100 points belong into the grey band. Where only the limit is known, points are drawn as
2 x(2) - x(1) from two sizes, which cancels the O(1/d) error of the limit; a plain point is compared
with the limit as it is, and its O(1/d) error counts as a deviation.
"""


def page(folder: Path) -> str:
    """The page, for the drawings of a folder."""
    parts = [_HEADER]
    for name, figure in all_figures().items():
        drawing = folder / f"{name}.svg"
        if not drawing.exists():
            continue  # needs data that are not installed
        found = conclusion_of(drawing.read_text(encoding="utf-8"))
        parts += [f"## {name}\n", f"![{name}](figures/{name}.svg)\n"]
        parts.append(f"{figure.title}. {figure.shows}\n")
        if found:
            parts.append(f"Points: {found}.\n")
        parts.append(f"```sh\n{figure.command} --seed {DEFAULT_SEED}\n```\n")
    return "\n".join(parts)


def draw(folder: Path, names: list[str], workers: int = 1) -> None:
    """Measure and draw the figures named, or all, into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or all_figures():
        data = measure_figure(find_figure(name), seed=DEFAULT_SEED, workers=workers)
        save_figure(data, folder / f"{name}.svg")


if __name__ == "__main__":
    docs = Path(__file__).parents[1] / "docs"
    draw(docs / "figures", sys.argv[1:])
    (docs / "figures.md").write_text(page(docs / "figures"), encoding="utf-8")
