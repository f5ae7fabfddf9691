"""What rounding leaves of an ask in float64: where nearly equal numbers were subtracted.

A training error next to interpolation is what is left of the error on fresh rows, and 1 - df of one
and almost one.  Both are wrong by the rounding of one over what is left, and so is all that is
divided by them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.equivalent.asks import Answer, Solution
from ridgeproof.theory.process.expressions import Expression, evaluate
from ridgeproof.theory.process.operators.asks import MeanSquare

__all__ = ["left_by_rounding"]


@dataclass(frozen=True, eq=False)
class _Rounded:
    """A number, wrong by the rounding of one times its size.

    Attributes:
        value: (points or 1, 1).
        size: of what was added up to it; at least its absolute value.
        reach: the largest summand of a sum, by which it is judged; of all else the absolute value.
    """

    value: Array
    size: Array
    reach: Array

    def __add__(self, other: _Rounded) -> _Rounded:
        reach = np.maximum(self.reach, other.reach)
        return _Rounded(self.value + other.value, self.size + other.size, reach)

    def __neg__(self) -> _Rounded:
        return _Rounded(-self.value, self.size, self.reach)

    def __sub__(self, other: _Rounded) -> _Rounded:
        return self + -other

    def __mul__(self, other: _Rounded) -> _Rounded:
        size = self.size * abs(other.value) + abs(self.value) * other.size
        return _of(self.value * other.value, size)

    def __truediv__(self, other: _Rounded) -> _Rounded:
        value = self.value / other.value
        return _of(value, (self.size + abs(value) * other.size) / abs(other.value))

    def __pow__(self, other: _Rounded | int) -> _Rounded:
        power = other if isinstance(other, int) else other.value
        size = abs(power) * self.size * abs(self.value) ** (power - 1)
        return _of(self.value**power, size)


def left_by_rounding(
    ask: Expression, solution: Solution, found: Mapping[Expression, Answer]
) -> tuple[Array, Array]:
    """The share of its size that is left of an ask, one where nothing is lost; its largest summand.

    Both are (points or 1,).

    Args:
        ask: arithmetic of expectations.
        solution: what they are read off.
        found: the answers to them.
    """
    ring = solution.lowering.ring

    def number(exact: Fraction) -> _Rounded:
        return _of(ring.real(ring.number(exact)))

    def expectation(leaf: Expression) -> _Rounded:
        value = found[leaf].value
        return _of(value, _fresh(leaf, solution) if isinstance(leaf, MeanSquare) else None)

    values = {name: _of(ring.real(value)) for name, value in solution.lowering.values.items()}
    rounded = evaluate(ask, values, number, expectation)
    lost = rounded.size > rounded.reach
    left = np.where(lost, rounded.reach / np.where(lost, rounded.size, 1), 1.0)
    return left[..., 0], rounded.reach[..., 0]


def _of(value: Array, size: Array | None = None) -> _Rounded:
    reach = abs(value)
    return _Rounded(value, reach if size is None else np.maximum(size, reach), reach)


def _fresh(leaf: MeanSquare, solution: Solution) -> Array:
    """E v^2 if the rows had not been fitted: the noise and <C> of what is read."""
    pencil = solution.pencil
    rows, _ = solution.lowering.probe(leaf.vector)
    if len(rows) > 1:
        counts = [pencil.groups[pencil.rows[row].group].count for row in rows]
        sizes = (T * _fresh_on(row, solution) for row, T in zip(rows, counts, strict=True))
        return np.asarray(sum(sizes) / sum(counts))
    return _fresh_on(rows[0], solution)


def _fresh_on(row: int, solution: Solution) -> Array:
    pencil, correlation = solution.pencil, solution.correlation
    if pencil.rows[row].own:  # nothing is subtracted in a fit's own residuals
        return np.zeros((1, 1))
    label = pencil.rows[row].label
    law = pencil.groups[label.group].law
    read = [
        x * y * correlation.lanes.trace(law, C)
        for a, x in label.reads.items()
        for b, y in label.reads.items()
        if (C := correlation.between(a, b)) is not None
    ]
    heard = sum(abs(amplitude) ** 2 for amplitude in label.noise.values())
    if not read:
        return np.zeros((1, 1)) + heard
    sources = sum(read[1:], start=read[0])
    return abs(sources.reshape(-1, *sources.shape[-2:]).sum(axis=0)) + heard
