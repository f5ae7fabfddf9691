"""The ring of balls: one point, any number of digits, every number with a radius that is proved."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from flint import acb, arb, fmpq

from ridgeproof.numerics.arithmetic.balls import Balls, Undecided
from ridgeproof.numerics.arithmetic.precision import Array, Number, object_array
from ridgeproof.numerics.equivalent.balls.roots import BallRoots, ball, in_floats, matrix_of
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Directions
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.process.expressions import Expression, evaluate

__all__ = ["BallRing", "column"]


def column(number: Fraction) -> Array:
    """An exact number of the ring."""
    return object_array([fmpq(number.numerator, number.denominator)])[:, None]


@dataclass(frozen=True, eq=False)
class BallRing(Float64Ring):
    """Object arrays of the shapes of the ring of float64, for one point.

    Numbers in the parameters stay exact rationals as long as they are, so that what is equal is
    known to be; numbers for each direction are balls.

    Attributes:
        floats: the directions in float64.
        at: the ring of the same process at other digits.
    """

    floats: Directions = field(kw_only=True)
    at: Callable[[int], BallRing] = field(kw_only=True)
    spare_nodes = 3

    @property
    def digits(self) -> int:
        """Of its balls."""
        return self.directions.engine.digits

    @property
    def rough(self) -> Float64Ring:
        """The ring of float64 of the same directions."""
        return Float64Ring(self.floats)

    def in_floats(self, item: Any) -> Any:
        """A number, a mapping or a record with its numbers in float64."""
        match item:
            case np.ndarray():
                return in_floats(item)
            case Mapping():
                return {key: self.in_floats(value) for key, value in item.items()}
            case tuple() | list():
                return type(item)(self.in_floats(each) for each in item)
            case _ if is_dataclass(item) and not isinstance(item, type):
                return replace(
                    item,
                    **{
                        each.name: self.in_floats(getattr(item, each.name)) for each in fields(item)
                    },
                )
        return item

    @property
    def one(self) -> Array:
        """One."""
        return column(Fraction(1))

    @property
    def roots(self) -> BallRoots:
        """Newton and Krawczyk."""
        assert isinstance(self.directions.engine, Balls)
        return BallRoots(self.directions.engine)

    def number(self, value: Fraction) -> Array:
        """The number itself."""
        return column(value)

    def arithmetic(self, item: Expression, values: Mapping[str, Array]) -> Array:
        """A number in the parameters: exact, or a ball where it is no fraction."""
        try:
            return evaluate(item, values, self.number)
        except (TypeError, ZeroDivisionError):
            balls = {name: self.real(value) for name, value in values.items()}
            return evaluate(item, balls, lambda exact: self.real(self.number(exact)))

    def size(self, value: Array, *, derived: bool) -> Array:
        """A number of rows; what is derived of parameters is rounded, halves upwards.

        Raises:
            InputError: it is below one.
            Undecided: the ball holds a half.
        """
        size = value.item()
        if derived:
            middle = size + fmpq(1, 2)
            size = middle.floor() if isinstance(middle, fmpq) else middle.floor().unique_fmpz()
        if size is None:
            raise Undecided(f"how many rows {value.item()} rounds to is open: ask for more digits")
        if not size >= 1:
            raise InputError("size", size, "is no number of rows", "give a size >= 1")
        return object_array([size if isinstance(size, arb) else fmpq(size)])[:, None]

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        """One system; a right side may have more axes.

        Raises:
            SolverError: the matrix is not proved to be regular.
        """
        if len(right) == 1:
            return [right[0] / matrix[0][0]]
        wide = np.broadcast_arrays(*right)
        # One matrix, so that both are complex where one is.
        whole = matrix_of(
            [
                [*(entry.item() for entry in row), *each.ravel().tolist()]
                for row, each in zip(matrix, wide, strict=True)
            ]
        ).tolist()
        size = len(right)
        system, columns = (
            [row[part] for row in whole] for part in (slice(size), slice(size, None))
        )
        try:
            solution = matrix_of(system).solve(matrix_of(columns)).tolist()
        except ZeroDivisionError:
            raise SolverError("a pair of fits has no regular system: ask for more digits") from None
        return [object_array(row).reshape(wide[0].shape) for row in solution]

    def _complex(self, x: Number, y: Number) -> Number:
        return acb(x, y)

    def _exp(self, z: Number) -> Number:
        return z.exp()

    def _column(self, number: Number) -> Array:
        return object_array([number])[:, None]

    def conjugate(self, value: Array) -> Array:
        """Number by number."""
        numbers = (x.conjugate() if isinstance(x, acb) else x for x in value.ravel().tolist())
        return object_array(numbers).reshape(value.shape)

    def real(self, value: Array) -> Array:
        """The real part, as balls."""
        return object_array([_real(each) for each in value.ravel().tolist()]).reshape(value.shape)


def _real(number: Number) -> Number:
    return number.real if isinstance(number, acb) else ball(number)
