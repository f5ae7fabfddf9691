"""Where a piece of a formula vanishes: sought along lines through the boxes that stay open.

A search cannot close a box with a pole in it.  Between two points at which a piece is of either
sign, by rigorous bounds, it vanishes or jumps: whatever it is divided into is undefined there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice, product
from typing import Any

import numpy as np
from sympy import Expr, Mul, Symbol

from ridgeproof.verification.proofs.boxes.bounds import Boxes, Form
from ridgeproof.verification.proofs.boxes.problem import Point, Problem
from ridgeproof.verification.proofs.boxes.sums import Levels

__all__ = ["Zero", "zeros"]

_MOST_LINES, _HALVINGS, _MOST_DIGITS = 12, 50, 7


@dataclass(frozen=True)
class Zero:
    """A piece that vanishes on the way between two values of a number; the others stay.

    Attributes:
        start: with the other numbers.
        variable: that moves.
        low, high: the values of it, as close as float64 tells their signs apart.
        points: short numbers in between, where it may vanish exactly.
    """

    start: Point
    variable: Symbol
    low: float
    high: float
    points: tuple[Point, ...]


def zeros(problem: Problem, levels: Levels, points: Iterable[Point]) -> Iterator[Zero]:
    """Zeros of the pieces that must not vanish, one for each line on which there is one.

    Args:
        problem: whose pieces they are.
        levels: of its places.
        points: through the first few of which lines are drawn.
    """
    points = list(islice(points, _MOST_LINES))
    pieces: dict[Expr, None] = {}
    for each, positive in problem.defined:
        # An even power has no sign to turn; its root is defined.
        parts = [each] if positive else [x.as_base_exp()[0] for x in Mul.make_args(each)]
        pieces |= dict.fromkeys(parts)
    for piece in pieces:
        still = replace(problem, value=piece, defined=(), moving=None, delta=Fraction(0))
        form = Form(still, piece, levels)
        for point, (j, x) in product(points, enumerate(problem.variables)):
            if x not in problem.whole:
                yield from _on_line(form, point, j)


def _on_line(form: Form, point: Point, j: int) -> Iterator[Zero]:
    problem = form.problem
    x, place = problem.variables[j], point.place
    index = np.array([problem.places.index(place)])
    row = np.array([[float(point.numbers[y]) for y in problem.variables]])

    def sign(value: float) -> Any:
        row[0, j] = value
        found = form.at(Boxes(row, row, index))
        return int(found.low[0] > 0) - int(found.high[0] < 0)

    low, high = map(float, place.box[x])
    first, last = sign(low), sign(high)
    if first * last >= 0:
        return
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        here = sign(middle)
        if here == 0:
            break
        low, high = (middle, high) if here == first else (low, middle)
    root = Fraction((low + high) / 2)
    near = dict.fromkeys(root.limit_denominator(10**k) for k in range(1, _MOST_DIGITS + 1))
    points = (Point(place, {**point.numbers, x: value}) for value in near if low <= value <= high)
    yield Zero(point, x, low, high, tuple(points))
