"""Branch and bound: boxes are bounded, and halved where the bound does not do.

Whole numbers are split as whole numbers, reals that range over decades at the geometric middle.  A
box is closed by a lower bound that is not negative; the closed boxes are the proof.  A point where
the value is negative, by rigorous bounds, is handed back: the caller tries the claim there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from ridgeproof.verification.proofs.boxes.bounds import Boxes, Form
from ridgeproof.verification.proofs.boxes.intervals import outward
from ridgeproof.verification.proofs.boxes.problem import Point, Problem
from ridgeproof.verification.proofs.boxes.sums import Levels, levels_of
from ridgeproof.verification.proofs.boxes.zeros import zeros

__all__ = ["MOST_LEVELS", "Search", "SearchInterrupted", "approached", "searched"]

# Numbers of all levels of the boxes that are bounded at once.
_AT_ONCE = 2**18
_MOST_BOXES = 4096
# Of the levels of all boxes that may be bounded; a share of them, on a few places, chooses between
# the forms.  Levels and not seconds: what is proved does not depend on the machine.
MOST_LEVELS = 8_000_000
_TRIAL, _TRIED_PLACES, _FEWEST_LEVELS = 150_000, 6, 24
# How close an equality is shown to hold, the widest first; and levels for each, so that a second
# reader, who is slower, has no more than a few thousand leaves.
_NEAR_LEVELS = 200_000
_DELTAS = tuple(Fraction(1, 10**k) for k in range(2, 9))
# Times operations of the form: of long formulas fewer boxes are bounded in the same time.
_MOST_WORK = 2500 * MOST_LEVELS
# A side is not halved beyond this, relatively.
_FINEST = 1e-12
_MOST_RESISTING = 50
_SIGNIFICANT = 6


@dataclass
class Search:
    """What has been done with one form.

    Attributes:
        ends: of the domain, place by place, rounded outwards.
        leaves: closed boxes.
        pending: boxes to come, the last one first.
        margin: least lower bound on a closed box.
        boxes: bounded so far.
        levels: of all these boxes.
        resisting: boxes too small to be halved.
        point: where the value is negative.
    """

    form: Form
    ends: tuple[Any, Any]
    pending: list[Boxes]
    leaves: list[Boxes] = field(default_factory=list)
    margin: float = np.inf
    boxes: int = 0
    levels: int = 0
    resisting: list[Boxes] = field(default_factory=list)
    point: Point | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing is left to do."""
        return self.point is not None or not self.pending or self.is_stuck

    @property
    def is_stuck(self) -> bool:
        """Whether there are too many boxes that resist."""
        return sum(map(len, self.resisting)) > _MOST_RESISTING

    @property
    def is_proof(self) -> bool:
        """Whether the closed boxes are the domain."""
        return self.point is None and not self.pending and not self.resisting

    @property
    def share(self) -> float:
        """How much of the domain is closed."""
        problem = self.form.problem
        whole = np.array([x in problem.whole for x in problem.variables], dtype=float)
        extent = self.ends[1] - self.ends[0] + whole
        extent[extent == 0] = np.inf  # what is one number has no share
        closed = 0.0
        for each in self.leaves:
            parts = (each.high - each.low + whole) / extent[each.place]
            closed += np.where(np.isinf(extent[each.place]), 1.0, parts).prod(axis=1).sum()
        return float(closed) / len(problem.places)

    def open_points(self) -> Iterator[Point]:
        """Points next to the middles of the boxes that are not closed, the smallest boxes first."""
        for boxes in (*self.resisting, *self.pending[::-1]):
            at = self._rounded(boxes.place, boxes.middle)
            yield from (self._point(boxes.place, at, k) for k in range(len(boxes)))

    def run(self, most: int, late: Callable[[], bool]) -> None:
        """Go on until it is over or late, or so many levels have been bounded in all.

        Raises:
            SearchInterrupted: on Ctrl-C.
        """
        try:
            while not self.is_over and self.levels < most and not late():
                self._step(self.pending.pop())
        except KeyboardInterrupt:
            raise SearchInterrupted(self) from None

    def _step(self, boxes: Boxes) -> None:
        lengths = np.maximum(self.form.levels.lengths, _FEWEST_LEVELS)
        widest = int(lengths[boxes.place[:_MOST_BOXES]].max())
        most = max(1, min(_MOST_BOXES, _AT_ONCE // widest))
        if len(boxes) > most:
            self.pending.append(boxes.some(slice(most, None)))
            boxes = boxes.some(slice(0, most))
        self.boxes += len(boxes)
        self.levels += int(lengths[boxes.place].sum())
        found = self.form.bounded(boxes)
        closed = found.least >= 0
        if closed.any():
            self.margin = min(self.margin, float(found.least[closed].min()))
            self.leaves.append(boxes.some(closed))
        if closed.all():
            return
        left, ends = boxes.some(~closed), found.ends.some(~closed)
        for middle in (left.middle, ends.middle):
            self.point = self._negative(left, middle)
            if self.point is not None:
                return
        self._halve(left, found.felt[~closed])

    def _negative(self, boxes: Boxes, middle: Any) -> Point | None:
        """A point of the domain next to the middle of a box, where the value is negative."""
        at = self._rounded(boxes.place, middle)
        below = self.form.at(Boxes(at, at, boxes.place)).high < 0
        return self._point(boxes.place, at, int(np.argmax(below))) if below.any() else None

    def _rounded(self, places: Any, middle: Any) -> Any:
        """Whole numbers and short ones, within the domain."""
        whole = np.array([x in self.form.problem.whole for x in self.form.problem.variables])
        with np.errstate(all="ignore"):
            size = 10.0 ** (np.floor(np.log10(np.abs(middle))) - _SIGNIFICANT + 1)
            short = np.where(middle == 0, 0.0, np.round(middle / size) * size)
        short = np.where(np.isfinite(short), short, middle)
        low, high = self.ends
        return np.clip(np.where(whole, np.floor(middle), short), low[places], high[places])

    def _point(self, places: Any, at: Any, index: int) -> Point:
        problem = self.form.problem
        place, numbers = problem.places[places[index]], {}
        for x, value in zip(problem.variables, at[index], strict=True):
            near = (
                Fraction(f"{value:.{_SIGNIFICANT}g}") if x not in problem.whole else Fraction(value)
            )
            low, high = place.box[x]
            numbers[x] = min(max(near, low), high)
        return Point(place, numbers)

    def _halve(self, boxes: Boxes, felt: Any) -> None:
        problem = self.form.problem
        width = boxes.high - boxes.low
        extent = np.maximum(self.ends[1] - self.ends[0], 1e-300)[boxes.place]
        # Where a slope is not known, the side that has been halved least often.
        felt = np.where(np.isfinite(felt), felt, 1e200 * width / extent)
        felt = np.where(width > 0, np.maximum(felt, 1e-30 * width), -1.0)
        row, j = np.arange(len(boxes)), np.argmax(felt, axis=1)
        scale = np.maximum(np.abs(boxes.high[row, j]), 1e-6)
        tiny = (felt[row, j] < 0) | (width[row, j] <= _FINEST * scale)
        if tiny.any():
            self.resisting.append(boxes.some(tiny))
            boxes, j = boxes.some(~tiny), j[~tiny]
            row = np.arange(len(boxes))
        if not len(boxes):
            return
        low, high = boxes.low[row, j], boxes.high[row, j]
        middle = low + (high - low) / 2
        wide = (low > 0) & (high > 4 * low)
        middle[wide] = np.sqrt(low[wide]) * np.sqrt(high[wide])
        whole = np.array([x in problem.whole for x in problem.variables])[j]
        first, second = boxes.high.copy(), boxes.low.copy()
        first[row, j] = np.where(whole, np.floor(middle), middle)
        second[row, j] = np.where(whole, np.floor(middle) + 1, middle)
        self.pending.append(
            Boxes(boxes.low, first, boxes.place).joined(Boxes(second, boxes.high, boxes.place))
        )


class SearchInterrupted(KeyboardInterrupt):
    """Ctrl-C during a search; ``search`` has the boxes that were closed until then."""

    def __init__(self, search: Search) -> None:
        super().__init__()
        self.search = search


def _ends_of(problem: Problem) -> tuple[Any, Any]:
    """The ends of the places, rounded outwards."""
    sides: tuple[list[list[float]], list[list[float]]] = [], []
    for place in problem.places:
        ends = [
            [outward(arb(fmpq(e.numerator, e.denominator))) for e in place.box[x]]
            for x in problem.variables
        ]
        sides[0].append([low[0] for low, _ in ends])
        sides[1].append([high[1] for _, high in ends])
    shape = (len(problem.places), len(problem.variables))
    return np.array(sides[0]).reshape(shape), np.array(sides[1]).reshape(shape)


def approached(problem: Problem, late: Callable[[], bool]) -> Search:
    """Search for how close to zero the value stays: the last delta that is proved, if any is.

    Raises:
        NotBuilt: as of `searched`.
    """
    best = None
    for delta in _DELTAS:
        found = searched(problem.within(delta), late, _NEAR_LEVELS)
        if best is None or found.is_proof or found.point is not None:
            best = found
        if not found.is_proof:
            break
    assert best is not None
    return best


def searched(problem: Problem, late: Callable[[], bool], most: int = MOST_LEVELS) -> Search:
    """Search with every form on a few places, then on all with the one that closes most there.

    Args:
        problem: the inequality.
        late: whether time is over.
        most: levels of boxes that may be bounded.

    Raises:
        NotBuilt: the problem has an operation or a sum that cannot be bounded.
    """
    levels = Levels.stack([levels_of(x.d, x.spectrum, x.signal) for x in problem.places])
    count, ends = len(problem.places), _ends_of(problem)

    def search(form: Form, places: Any) -> Search:
        return Search(form, ends, [Boxes(ends[0][places], ends[1][places], places)])

    few = np.unique(np.linspace(0, count - 1, min(count, _TRIED_PLACES)).astype(np.int64))
    tried = []
    for value in problem.forms():
        trial = search(Form(problem, value, levels), few)
        trial.run(_TRIAL, late)
        if trial.point is not None:
            return trial
        tried.append(trial)
    best = max(tried, key=lambda each: (each.is_proof, round(each.share, 2), -each.levels))
    if not best.is_proof and any(zeros(problem, levels, best.open_points())):
        return best  # no box around a zero can be closed
    if len(few) < count:
        best = search(best.form, np.arange(count))
    best.run(min(most, _MOST_WORK // max(1, int(best.form.value.count_ops()))), late)
    return best
