"""Dual numbers: a value with its derivative along one direction, for arrays of any numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array

__all__ = ["Dual", "lifted", "parts_of"]


@dataclass(frozen=True, eq=False)
class Dual:
    """value + slope * epsilon with epsilon^2 = 0, in float64, complex or ball arrays.

    >>> x = Dual(np.array([3.0]), np.array([1.0]))
    >>> (x * x + 1 / x).slope  # 2 x - 1/x^2
    array([5.88888889])
    """

    # Leaves the operators of arrays to this class.
    __array_ufunc__ = None

    value: Array
    slope: Array

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __add__(self, other: Any) -> Dual:
        other = lifted(other)
        return Dual(self.value + other.value, self.slope + other.slope)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Dual:
        return self + -lifted(other)

    def __rsub__(self, other: Any) -> Dual:
        return -self + other

    def __mul__(self, other: Any) -> Dual:
        other = lifted(other)
        slope = self.slope * other.value + self.value * other.slope
        return Dual(self.value * other.value, slope)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        other = lifted(other)
        value = self.value / other.value
        return Dual(value, (self.slope - value * other.slope) / other.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return lifted(other) / self

    def __pow__(self, exponent: Any) -> Dual:
        power = exponent.value if isinstance(exponent, Dual) else exponent
        value = self.value**power
        slope = power * self.value ** (power - 1) * self.slope
        if isinstance(exponent, Dual) and np.any(exponent.slope != 0):
            slope = slope + value * np.log(self.value) * exponent.slope
        return Dual(value, slope)

    def each(self, change: Callable[[Array], Array]) -> Dual:
        """A linear map of both parts."""
        return Dual(change(self.value), change(self.slope))


def lifted(number: Any) -> Dual:
    """A constant, or the dual number that it is."""
    if isinstance(number, Dual):
        return number
    array = np.asarray(number)
    return Dual(array, 0 * array)


def parts_of(item: Any) -> Any:
    """A number, a mapping or a record with its dual numbers replaced by their values."""
    match item:
        case Dual():
            return item.value
        case dict():
            return {key: parts_of(value) for key, value in item.items()}
        case tuple() | list():
            return type(item)(parts_of(each) for each in item)
        case _ if is_dataclass(item) and not isinstance(item, type):
            changed = {each.name: parts_of(getattr(item, each.name)) for each in fields(item)}
            return replace(item, **changed)
    return item
