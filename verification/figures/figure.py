"""Figure: an experiment to look at, and its measurement.

An experiment is a module of `verification.figures.experiments` that exports FIGURE; its ``measure``
returns panels.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.verification.compute.executors import borrow
from ridgeproof.verification.figures.panels import BAND, Against, Panel, Point
from ridgeproof.verification.figures.tracing import Run

__all__ = ["Figure", "FigureData", "measure_figure"]


@dataclass(frozen=True)
class Figure:
    """What an experiment exports: its name, what it shows, and how to measure it."""

    name: str
    title: str
    shows: str
    measure: Callable[[Run], tuple[Panel, ...]]
    drawn_by: str = "ridgeproof figure"

    @property
    def command(self) -> str:
        """The command that makes the figure."""
        return f"{self.drawn_by} {self.name}"


@dataclass(frozen=True)
class FigureData(Shown):
    """A figure measured: what is drawn, and what is printed with --json."""

    figure: Figure
    panels: tuple[Panel, ...]
    seed: int
    effort: float = 1.0
    shrink: int = 1

    @property
    def command(self) -> str:
        """The command that makes this very figure."""
        return f"{self.figure.command} --seed {self.seed}"

    @property
    def points(self) -> tuple[Point, ...]:
        """The measured points that a theory speaks about."""
        return tuple(
            point
            for panel in self.panels
            for curve in panel.curves
            for point in curve.points
            if point.theory is not None
        )

    @property
    def tally(self) -> dict[Against, tuple[int, int]]:
        """For each kind of comparison: points within two standard errors, and all of them."""
        total = Counter(point.against for point in self.points)
        good = Counter(point.against for point in self.points if _within(point))
        return {against: (good[against], total[against]) for against in Against if total[against]}

    @property
    def within(self) -> int:
        """How many points lie within two standard errors of the theory."""
        return sum(map(_within, self.points))

    def rows(self) -> list[tuple[str, str]]:
        """How many points lie within two standard errors of what, and how to draw it again."""
        counts = [
            (f"{good} of {total}", f"points within two standard errors of {against.value}")
            for against, (good, total) in self.tally.items()
        ]
        return [*counts, ("again", self.command)]

    def conclusion(self) -> str:
        """How many of how many points lie within two standard errors of what."""
        parts = [f"{good} of {all_} within two standard errors of {against.value}"
                 for against, (good, all_) in self.tally.items()]  # fmt: skip
        return "; ".join(parts) or "nothing is simulated"

    def data(self) -> dict[str, Any]:
        """The figure as plain data."""
        return {
            "setting": echoed({"seed": self.seed, "effort": self.effort, "shrink": self.shrink}),
            "name": self.figure.name,
            "title": self.figure.title,
            "shows": self.figure.shows,
            "command": self.command,
            "seed": self.seed,
            "points": len(self.points),
            "within": self.within,
            "tally": {
                k.name.lower(): {"within": g, "points": n} for k, (g, n) in self.tally.items()
            },
            "panels": [panel.data() for panel in self.panels],
        }


def measure_figure(
    figure: Figure,
    *,
    seed: int = 0,
    effort: float = 1.0,
    shrink: int = 1,
    workers: int = 1,
    watch: Callable[[int], None] | None = None,
) -> FigureData:
    """Measure a figure; the same seed gives the same numbers on any number of workers."""
    with borrow(workers, None) as executor:
        panels = figure.measure(Run(seed, effort, shrink, executor, watch))
    return FigureData(figure, panels, seed, effort, shrink)


def _within(point: Point) -> bool:
    return point.z is not None and abs(point.z) <= BAND
