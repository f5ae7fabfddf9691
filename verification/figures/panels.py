"""Panels of plain numbers: theory curves, measured points, fields and marks.

An experiment returns them; `ridgeproof.plot` draws them and knows nothing of what they mean.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from ridgeproof.verification.simulation.deviation import deviation, finite

__all__ = ["Against", "Curve", "Field", "Mark", "Note", "Panel", "Point"]

# Two standard errors: 95.4 % of points where the theory is right and the means are normal.
BAND = 2.0


class Against(StrEnum):
    """What a measured point is compared with."""

    EXACT = "the exact value at this size"
    LIMIT = "the limit, whose O(1/d) error counts as a deviation"
    CORRECTED = "the limit, by 2 x(2) - x(1): the O(1/d) error cancels"
    PREDICTION = "a prediction"


@dataclass(frozen=True)
class Point:
    """One measured point: where it lies, what was seen, and what the theory says there.

    ``theory`` is None where nothing is claimed, ``standard_error`` where the tails are too heavy
    for one; ``redo`` is a line that measures the point again, ``scale`` is that of `deviation`.
    """

    x: float
    mean: float
    standard_error: float | None
    theory: float | None = None
    against: Against = Against.EXACT
    method: str = ""
    repetitions: int = 0
    redo: str = ""
    scale: float = 0.0

    @property
    def z(self) -> float | None:
        """(mean - theory) in standard errors."""
        return deviation(self.mean, self.theory, self.standard_error, scale=self.scale)

    def data(self) -> dict[str, Any]:
        """The point as plain data."""
        return {
            "x": self.x,
            "theory": self.theory,
            "mean": self.mean,
            "standard_error": self.standard_error,
            "z": finite(self.z),
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
