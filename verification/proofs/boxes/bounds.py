"""Lower bounds of an expression on many boxes at once.

Three bounds, of which the best counts: the expression as it stands; with every variable in which it
is monotone on the box at the end where it is least; and, there, the mean value form
F(c) + sum_x F_x(box) (x - c_x) about the middle c.

A function rises by whole numbers where its slope is not negative on all reals from the first to the
one after the last, or, of a single step, where the difference is not: F(x + 1) - F(x) as it stands,
and by the mean value form.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Dummy, Expr

from ridgeproof.verification.proofs.boxes.intervals import Intervals, Program, enclosed
from ridgeproof.verification.proofs.boxes.kappas import bracket
from ridgeproof.verification.proofs.boxes.problem import Problem
from ridgeproof.verification.proofs.boxes.sums import Levels, LevelSum, enclosed_sums

__all__ = ["Bounded", "Boxes", "Form"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Boxes:
    """Ends of the variables (boxes x variables), and which place each box belongs to."""

    low: Array
    high: Array
    place: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.place)

    def some(self, which: Any) -> Boxes:
        """Some of them."""
        return Boxes(self.low[which], self.high[which], self.place[which])

    def copy(self) -> Boxes:
        """The same boxes, to be changed."""
        return Boxes(self.low.copy(), self.high.copy(), self.place)

    def joined(self, other: Boxes) -> Boxes:
        """Those of both."""
        return Boxes(
            np.concatenate([self.low, other.low]),
            np.concatenate([self.high, other.high]),
            np.concatenate([self.place, other.place]),
        )

    def moved(self, j: int, low: int, high: int) -> Boxes:
        """With the ends of a whole number moved by so much."""
        ends = self.copy()
        ends.low[:, j] += low
        ends.high[:, j] += high
        return ends

    @property
    def middle(self) -> Array:
        """A point of each box, to rounding."""
        return self.low + (self.high - self.low) / 2


@dataclass(frozen=True)
class Bounded:
    """What is known of boxes.

    Attributes:
        least: a lower bound on each, NaN where there is none.
        felt: how much of the mean value form's width is due to each variable.
        ends: the boxes with the monotone variables at an end.
    """

    least: Array
    felt: Array
    ends: Boxes


class _Compiled:
    """Expressions, compiled, with the sums that they hold."""

    def __init__(self, expressions: list[Expr]) -> None:
        held = {x for each in expressions for x in each.atoms(LevelSum)}
        self.sums = {x: Dummy() for x in sorted(held, key=str)}
        self.program = Program([each.xreplace(self.sums) for each in expressions])


class Form:
    """One way to write the inequality of a problem, with its derivatives.

    Raises:
        NotBuilt: an operation has no enclosure.
    """

    def __init__(self, problem: Problem, value: Expr, levels: Levels) -> None:
        self.problem, self.value, self.levels = problem, value, levels
        slopes = [problem.slope(value, x) for x in problem.variables]
        defined = [each for each, _ in problem.defined]
        self.all = _Compiled([value, *slopes, *defined])
        self.plain = _Compiled([value])
        self.needs = _Compiled([x for k in problem.kappas for x in (k.lam, k.rows)])
        self.steps: tuple[Form, int] | None = None
        if problem.moving is not None:
            function, x = problem.moving
            still = replace(problem, value=function, moving=None)
            self.steps = Form(still, function, levels), problem.variables.index(x)

    def bounded(self, boxes: Boxes) -> Bounded:
        """Lower bounds of the value on boxes, until one is not negative.

        There is none where a piece may be undefined.
        """
        if self.steps is None:
            return self._bounded(boxes)
        function, j = self.steps
        found = self._bounded(boxes.moved(j, 0, 1))
        left = np.flatnonzero((boxes.low[:, j] == boxes.high[:, j]) & ~(found.least >= 0))
        if len(left):
            found.felt[left], value = function.change(boxes.some(left), j)
            found.least[left] = np.fmax(found.least[left], value.low)
        return found

    def change(self, boxes: Boxes, j: int) -> tuple[Array, Intervals]:
        """By how much the value changes from each box to the one after it along a number.

        As it stands, and by the mean value form, with the width due to each other number; NaN where
        a piece may be undefined at either end.
        """
        middle, count = Boxes(boxes.middle, boxes.middle, boxes.place), 1 + len(boxes.low.T)
        before, after = (self._enclosed(self.all, boxes.moved(j, k, k)) for k in (0, 1))
        start, end = (self._enclosed(self.plain, middle.moved(j, k, k))[0] for k in (0, 1))
        pairs = zip(before[:count], after[:count], strict=True)
        value, *slopes = [last + -first for first, last in pairs]
        felt, total = _mean_value(end + -start, boxes, slopes)
        low, high = np.fmax(value.low, total.low), np.fmin(value.high, total.high)
        defined = self._is_defined(before[count:]) & self._is_defined(after[count:])
        return felt, Intervals(np.where(defined, low, np.nan), np.where(defined, high, np.nan))

    def _bounded(self, boxes: Boxes) -> Bounded:
        count = len(self.problem.variables)
        least, felt, ends = np.empty(len(boxes)), np.zeros_like(boxes.low), boxes.copy()
        value, *slopes = self._enclosed(self.all, boxes)
        defined = self._is_defined(slopes[count:])
        least[:] = self._room(value).low
        # On both sides of zero no end is the worst one.
        for j, slope in enumerate(slopes[:count] if not self.problem.delta else ()):
            rises, falls = slope.low >= 0, slope.high <= 0
            ends.high[:, j] = np.where(rises, boxes.low[:, j], ends.high[:, j])
            ends.low[:, j] = np.where(falls & ~rises, boxes.high[:, j], ends.low[:, j])
        left = np.flatnonzero(~(least >= 0))
        if len(left):
            value, *slopes = self._enclosed(self.all, ends.some(left))
            least[left] = np.fmax(least[left], self._room(value).low)
            middle = ends.some(left).middle
            (start,) = self._enclosed(self.plain, Boxes(middle, middle, boxes.place[left]))
            felt[left], value = _mean_value(start, ends.some(left), slopes[:count])
            least[left] = np.fmax(least[left], self._room(value).low)
        return Bounded(np.where(defined, least, np.nan), felt, ends)

    def at(self, points: Boxes) -> Intervals:
        """What must not be negative at points."""
        if self.steps is not None:
            function, j = self.steps
            return function.change(points, j)[1]
        return self._room(*self._enclosed(self.plain, points))

    def _is_defined(self, pieces: list[Intervals]) -> Any:
        signs = [
            (each.low > 0) | ((each.high < 0) & (not positive))
            for each, (_, positive) in zip(pieces, self.problem.defined, strict=True)
        ]
        return np.logical_and.reduce(signs) if signs else np.True_

    def _room(self, value: Intervals) -> Intervals:
        """The value; of an equality delta - |value|."""
        if not self.problem.delta:
            return value
        return enclosed(self.problem.delta) + -value.larger(-value)

    def _enclosed(self, compiled: _Compiled, boxes: Boxes) -> list[Intervals]:
        problem, held = self.problem, self.levels.rows(boxes.place)
        known: dict[Expr, Intervals] = {
            x: Intervals(boxes.low[:, j], boxes.high[:, j]) for j, x in enumerate(problem.variables)
        }
        d = np.array([float(place.d) for place in problem.places])[boxes.place]
        known[problem.dimension] = Intervals(d, d)
        ends = iter(self.needs.program(known))
        kappas = {k.kappa: bracket(held, next(ends), next(ends)) for k in problem.kappas}
        sums = enclosed_sums(compiled.sums, held, kappas)
        known |= {**kappas, **{compiled.sums[x]: each for x, each in sums.items()}}
        shape = (len(boxes),)
        return [
            Intervals(np.broadcast_to(x.low, shape), np.broadcast_to(x.high, shape))
            for x in compiled.program(known)
        ]


def _mean_value(start: Intervals, boxes: Boxes, slopes: list[Intervals]) -> tuple[Array, Intervals]:
    """The mean value form about the middle of each box, and the width due to each variable."""
    total, felt = start, np.zeros_like(boxes.low)
    with np.errstate(all="ignore"):
        for j, slope in enumerate(slopes):
            low, high, at = boxes.low[:, j], boxes.high[:, j], -boxes.middle[:, j]
            part = slope * (Intervals(low, high) + Intervals(at, at))
            # Where there is one number only, its slope does not matter.
            still = low == high
            part = Intervals(np.where(still, 0.0, part.low), np.where(still, 0.0, part.high))
            total = total + part
            felt[:, j] = part.high - part.low
    return felt, total
