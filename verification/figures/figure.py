"""Figure: an experiment to look at, as a record of theory curves and measured points.

An experiment is a module of `verification.figures.experiments` that exports FIGURE.  Its ``measure``
returns panels of plain numbers; `ridgeproof.plot` draws them and knows nothing of what they mean.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ridgeproof.verification.figures.tracing import Run

__all__ = ["Against", "Curve", "Field", "Figure", "FigureData", "Mark", "Note", "Panel", "Point"]

# Two standard errors: 95.4 % of points where the theory is right and the means are normal.
BAND = 2.0
# Points without randomness differ from the theory in the last digits only.
_ROUNDING = 1e-9


class Against(StrEnum):
    """What a measured point is compared with."""

    EXACT = "the exact value at this size"
    LIMIT = "the limit, whose O(1/d) error counts as a deviation"
    CORRECTED = "the limit, by 2 x(2) - x(1): the O(1/d) error cancels"
    PREDICTION = "a prediction"


@dataclass(frozen=True)
class Point:
    """One measured point: where it lies, what was seen, and what the theory says there.

    ``theory`` is None where nothing is claimed; ``redo`` is a line that measures the point again.
    """

    x: float
    mean: float
    standard_error: float
    theory: float | None = None
    against: Against = Against.EXACT
    method: str = ""
    repetitions: int = 0
    redo: str = ""

    @property
    def z(self) -> float | None:
        """(mean - theory) in standard errors."""
        if self.theory is None:
            return None
        gap = self.mean - self.theory
        if abs(gap) <= _ROUNDING * max(abs(self.theory), abs(self.mean)):
            return 0.0
        return gap / self.standard_error if self.standard_error else math.copysign(math.inf, gap)

    def data(self) -> dict[str, Any]:
        """The point as plain data."""
        z = self.z
        return {
            "x": self.x,
            "theory": self.theory,
            "mean": self.mean,
            "standard_error": self.standard_error,
            "z": None if z is None or math.isinf(z) else z,
            "against": self.against.name.lower(),
            "method": self.method,
            "repetitions": self.repetitions,
            "redo": self.redo,
        }


@dataclass(frozen=True)
class Curve:
    """A theory line with its label and its measured points; either may be absent.

    ``hue`` and ``dash`` choose colour (and marker) and line style; by default both follow the order
    of the curves.  A ``reference`` is thin and grey: a slope, a plateau.
    """

    label: str
    x: tuple[float, ...] = ()
    y: tuple[float, ...] = ()
    points: tuple[Point, ...] = ()
    hue: int | None = None
    dash: int | None = None
    reference: bool = False

    def data(self) -> dict[str, Any]:
        """The curve as plain data."""
        return {
            "label": self.label,
            "x": list(self.x),
            "y": list(self.y),
            "points": [point.data() for point in self.points],
        }


@dataclass(frozen=True)
class Field:
    """Contours of z over a grid: x and y its axes, z[row of y][column of x]."""

    x: tuple[float, ...]
    y: tuple[float, ...]
    z: tuple[tuple[float, ...], ...]
    levels: tuple[float, ...]
    label: str


@dataclass(frozen=True)
class Mark:
    """A vertical line at x, with a text along it."""

    x: float
    text: str


@dataclass(frozen=True)
class Note:
    """A text at a point of the panel, in its own coordinates; a plain one has no background."""

    x: float
    y: float
    text: str
    plain: bool = False


@dataclass(frozen=True)
class Panel:
    """One pair of axes; labels may hold mathematics between dollar signs."""

    title: str
    xlabel: str
    ylabel: str
    curves: tuple[Curve, ...] = ()
    xscale: str = "log"
    yscale: str = "log"
    marks: tuple[Mark, ...] = ()
    notes: tuple[Note, ...] = ()
    field: Field | None = None
    ylim: tuple[float, float] | None = None

    def data(self) -> dict[str, Any]:
        """The panel as plain data."""
        field = self.field
        extra = {} if field is None else {"field": {"x": field.x, "y": field.y, "z": field.z}}
        return {
            "title": self.title,
            "x": self.xlabel,
            "y": self.ylabel,
            "curves": [curve.data() for curve in self.curves],
            **extra,
        }


@dataclass(frozen=True)
class Figure:
    """What an experiment exports: its name, what it shows, and how to measure it."""

    name: str
    title: str
    shows: str
    measure: Callable[[Run], tuple[Panel, ...]]

    @property
    def command(self) -> str:
        """The command that makes the figure."""
        return f"ridgeproof figure {self.name}"


@dataclass(frozen=True)
class FigureData:
    """A figure measured: what is drawn, and what is printed with --json."""

    figure: Figure
    panels: tuple[Panel, ...]
    seed: int
    effort: float = 1.0

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

    def conclusion(self) -> str:
        """How many of how many points lie within two standard errors of what."""
        parts = [f"{good} of {all_} within two standard errors of {against.value}"
                 for against, (good, all_) in self.tally.items()]  # fmt: skip
        return "; ".join(parts) or "nothing is simulated"

    def data(self) -> dict[str, Any]:
        """The figure as plain data."""
        return {
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


def _within(point: Point) -> bool:
    return point.z is not None and abs(point.z) <= BAND
