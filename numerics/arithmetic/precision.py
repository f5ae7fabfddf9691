"""Engines: one interface to float64 and to any number of digits, the balls of the module beside it.

An array is a NumPy float64 array or a NumPy object array, so that ``+ - * / **`` work element by
element in every engine; what the operators do not cover is a method here.  Arithmetic belongs
inside ``with engine.scope():``, which sets and restores the working precision.
"""

# ruff: noqa: D102  (what a method means is said once, on Engine)
from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np

from ridgeproof.theory.errors import SolverError

__all__ = ["GUARD_DIGITS", "Array", "Engine", "Float64", "Number", "object_array"]

# A scalar of some engine: np.float64 or a ball
Number = Any
Array = np.ndarray[Any, np.dtype[Any]]

# Carried beyond the digits asked for, against the rounding of long sums and mild cancellation.
GUARD_DIGITS = 12


class Engine(ABC):
    """Arithmetic at one precision; frozen and hashable, so that results can be cached by it."""

    digits: int  # decimal digits that a well-conditioned result carries

    @property
    @abstractmethod
    def epsilon(self) -> Number:
        """The relative accuracy aimed at."""

    @abstractmethod
    def scope(self) -> AbstractContextManager[Any]:
        """The working precision, restored on exit."""

    @abstractmethod
    def number(self, value: int | Fraction) -> Number:
        """The nearest number to an exact one, never by way of a shorter float.

        Raises:
            SolverError: the value is beyond the range of the engine.
        """

    @abstractmethod
    def array(self, values: Iterable[int | Fraction]) -> Array:
        """A one-dimensional array of exact values."""

    @abstractmethod
    def convert(self, values: Any) -> Any:
        """A number or an array of another engine, rounded to this one."""

    @abstractmethod
    def power(self, base: Any, exponent: Fraction | Number) -> Any:
        """``base ** exponent``; a rational exponent stays exact."""

    @abstractmethod
    def function(self, name: str, x: Any) -> Any:
        """One of log, exp, sin, cos, element by element."""

    @abstractmethod
    def atan2(self, y: Array, x: Array) -> Array:
        """The angle of the points (x, y), element by element."""

    @abstractmethod
    def gamma(self, x: Any) -> Any:
        """The gamma function."""

    @abstractmethod
    def zeta(self, exponent: Any, start: Any) -> Any:
        """Hurwitz zeta, sum over k >= 0 of (k + start)^-exponent; finite for exponent > 1 only."""

    @abstractmethod
    def polygamma(self, order: int, x: Any) -> Any:
        """The derivative of this order of digamma."""

    @abstractmethod
    def pi(self) -> Number:
        """The ratio of a circle's circumference to its diameter."""

    @abstractmethod
    def euler_gamma(self) -> Number:
        """The Euler-Mascheroni constant."""

    @abstractmethod
    def weighted_sum(self, values: Array, weights: Array | None) -> Number:
        """Sum over levels (the last axis); weights are multiplicities, None means all one."""

    @abstractmethod
    def is_finite(self, x: Any) -> bool:
        """Whether every element is a finite real number."""

    def compare(self, x: Number, y: Number) -> int:
        """-1, 0 or 1 as x is below, equal to or above y; an engine may refuse to decide."""
        return int(x > y) - int(x < y)

    def log(self, x: Any) -> Any:
        """Natural logarithm."""
        return self.function("log", x)

    def exp(self, x: Any) -> Any:
        """Exponential."""
        return self.function("exp", x)

    def sqrt(self, x: Any) -> Any:
        """Square root."""
        return self.power(x, Fraction(1, 2))

    def minimum(self, x: Any, y: Any) -> Any:
        """The smaller, element by element."""
        if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
            return np.minimum(x, y)
        return y if self.compare(x, y) > 0 else x

    def maximum(self, x: Any, y: Any) -> Any:
        """The larger, element by element."""
        if isinstance(x, np.ndarray) or isinstance(y, np.ndarray):
            return np.maximum(x, y)
        return y if self.compare(x, y) < 0 else x


@dataclass(frozen=True)
class Float64(Engine):
    """IEEE double precision on NumPy arrays.

    >>> float(Float64().number(Fraction(1, 10)))
    0.1
    """

    digits: int = field(default=15, init=False)

    @property
    def epsilon(self) -> Number:
        return 2.0**-52

    def scope(self) -> AbstractContextManager[Any]:
        # Non-finite values are looked for and reported, so that NumPy need not warn of them.
        return np.errstate(all="ignore")

    def number(self, value: int | Fraction) -> Number:
        return np.float64(_nearest_float(value))

    def array(self, values: Iterable[int | Fraction]) -> Array:
        return np.array([_nearest_float(value) for value in values], dtype=np.float64)

    def convert(self, values: Any) -> Any:
        if isinstance(values, np.ndarray):
            return values.astype(np.float64)
        return np.float64(float(values))

    def power(self, base: Any, exponent: Fraction | Number) -> Any:
        if not isinstance(exponent, Fraction):
            return np.power(base, exponent)
        if exponent.denominator == 1 and abs(exponent) <= 2:
            return base ** int(exponent)
        head = float(exponent)
        result = np.power(base, head)
        # A rounded exponent such as 4/3 would cost digits on a large base.
        tail = float(exponent - Fraction(head))
        return result * (1 + tail * np.log(base)) if tail else result

    def function(self, name: str, x: Any) -> Any:
        return _NUMPY_FUNCTIONS[name](x)

    def atan2(self, y: Array, x: Array) -> Array:
        return np.arctan2(y, x)

    def gamma(self, x: Any) -> Any:
        from scipy.special import gamma

        return gamma(x)

    def zeta(self, exponent: Any, start: Any) -> Any:
        from scipy.special import zeta

        return zeta(exponent, start)

    def polygamma(self, order: int, x: Any) -> Any:
        from scipy.special import digamma, polygamma

        # polygamma wraps a scalar in an array of no dimension.
        return digamma(x) if order == 0 else polygamma(order, x)[()]

    def pi(self) -> Number:
        return np.float64(math.pi)

    def euler_gamma(self) -> Number:
        return np.float64(np.euler_gamma)

    def weighted_sum(self, values: Array, weights: Array | None) -> Number:
        weighted = values if weights is None else values * weights
        return weighted.sum(axis=-1, keepdims=weighted.ndim > 1)

    def is_finite(self, x: Any) -> bool:
        return bool(np.isfinite(x).all())


_NUMPY_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "cos": np.cos,
    "exp": np.exp,
    "log": np.log,
    "sin": np.sin,
}


def _nearest_float(value: int | Fraction) -> float:
    try:
        result = float(value)
    except OverflowError:
        result = math.inf
    if math.isinf(result) or (value != 0 and abs(result) < 2.0**-1022):
        raise SolverError(
            f"a value near 10^{_decade(Fraction(value))} is beyond the range of float64: "
            "ask for 30 digits, which has no such limit"
        )
    return result


def _decade(value: Fraction) -> int:
    bits = abs(value.numerator).bit_length() - value.denominator.bit_length()
    return round(bits * math.log10(2))


def object_array(values: Iterable[Number]) -> Array:
    """An array of numbers that NumPy has no type for."""
    values = list(values)
    made = np.empty(len(values), dtype=object)
    made[:] = values
    return made
