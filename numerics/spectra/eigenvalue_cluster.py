"""Cluster: a range of eigenvalues of a power law as one element of a spectrum.

All eigenvalues s_i of the range are s = c + h y_i with |y_i| <= 1.  A level function restricted to
the range is f(y) + g(y) w0_i^2, two Taylor models, and its sum over the range needs only the
moments of the y_i,

    sum_i y_i^k   and   sum_i w0_i^2 y_i^k,

which are differences of Hurwitz zeta values.  A cluster adds, multiplies and divides like a
number, so that formulas need not know that it stands for a million, or infinitely many, levels.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, arb_poly

from ridgeproof.numerics.arithmetic.taylor_model import TaylorModel
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError

__all__ = ["Cluster", "Range"]


@dataclass(frozen=True, eq=False)
class Range:
    """What the functions on one range of eigenvalues share.

    Attributes:
        middle, width: c and h in s = c + h y.
        count: how many eigenvalues, possibly infinite.
        moments: sum y_i^k for k = 0..order; None where the sum diverges.
        signal_moments: sum w0_i^2 y_i^k, likewise.
    """

    middle: Any
    width: Any
    count: float
    moments: tuple[Any, ...]
    signal_moments: tuple[Any, ...]

    @property
    def order(self) -> int:
        """The order of the Taylor models; even, so that moments of this order are positive."""
        return len(self.moments) - 1

    def eigenvalues(self) -> Cluster:
        """The function s."""
        model = TaylorModel(arb_poly([self.middle, self.width]), arb(0), self.order)
        return Cluster(self, model, None)

    def signal(self) -> Cluster:
        """The function w0^2."""
        return Cluster(self, None, TaylorModel.constant(arb(1), self.order))

    def number(self, value: Any) -> Cluster:
        """A constant function."""
        return Cluster(self, TaylorModel.constant(value, self.order), None)


@dataclass(frozen=True, eq=False)
class Cluster:
    """The level function plain(y) + signal(y) w0^2 on a range; None is the zero function."""

    # Leaves the operators of an object array to this class.
    __array_ufunc__ = None

    range: Range
    plain: TaylorModel | None
    signal: TaylorModel | None

    def total(self) -> Any:
        """The sum over the eigenvalues of the range.

        Raises:
            InputError: the sum diverges.
        """
        return _total(self.plain, self.range.moments) + _total(
            self.signal, self.range.signal_moments
        )

    def is_finite(self) -> bool:
        """Whether the function is known on its range."""
        return all(part is None or part.is_finite() for part in (self.plain, self.signal))

    def __neg__(self) -> Cluster:
        return Cluster(self.range, _negated(self.plain), _negated(self.signal))

    def __add__(self, other: Any) -> Cluster:
        other = self._lifted(other)
        return Cluster(self.range, _sum(self.plain, other.plain), _sum(self.signal, other.signal))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Cluster:
        return self + -other

    def __rsub__(self, other: Any) -> Cluster:
        return -self + other

    def __mul__(self, other: Any) -> Cluster:
        if not isinstance(other, Cluster):
            factor = arb(other)
            parts = (p and p.scaled(factor) for p in (self.plain, self.signal))
            return Cluster(self.range, *parts)
        if self.signal and other.signal:
            raise NotBuilt("a product of two signals on a range of eigenvalues: only w0^2 is known")
        crossed = _sum(_product(self.plain, other.signal), _product(self.signal, other.plain))
        return Cluster(self.range, _product(self.plain, other.plain), crossed)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Cluster:
        other = self._lifted(other)
        if other.signal or not other.plain:
            raise SolverError("a division by a signal, or by zero, on a range of eigenvalues")
        below = other.plain
        return Cluster(self.range, *(p and p / below for p in (self.plain, self.signal)))

    def __rtruediv__(self, other: Any) -> Cluster:
        return self._lifted(other) / self

    def __pow__(self, exponent: int) -> Cluster:
        if exponent < 0:
            return 1 / self**-exponent
        result = self.range.number(arb(1))
        for _ in range(exponent):
            result = result * self
        return result

    # Order serves to split a spectrum near kappa; any split is correct.
    def __lt__(self, other: Any) -> bool:
        return bool(self.range.middle.mid() < arb(other).mid())

    def __gt__(self, other: Any) -> bool:
        return bool(self.range.middle.mid() > arb(other).mid())

    def _lifted(self, other: Any) -> Cluster:
        return other if isinstance(other, Cluster) else self.range.number(arb(other))


def _negated(model: TaylorModel | None) -> TaylorModel | None:
    return model and -model


def _sum(left: TaylorModel | None, right: TaylorModel | None) -> TaylorModel | None:
    if left is None or right is None:
        return left or right
    return left + right


def _product(left: TaylorModel | None, right: TaylorModel | None) -> TaylorModel | None:
    return left * right if left and right else None


def _total(model: TaylorModel | None, moments: tuple[Any, ...]) -> Any:
    if model is None:
        return arb(0)
    *lower, highest = moments
    if highest is None:
        raise _divergent()
    total = arb(0, model.remainder * highest)
    for coefficient, moment in zip(model.coefficients(), lower, strict=False):
        if moment is not None:
            total += coefficient * moment
        elif not coefficient.is_zero():
            raise _divergent()
    return total


def _divergent() -> InputError:
    return InputError(
        "d",
        "inf",
        "makes a sum over the eigenvalues diverge",
        "give a finite d, or a quantity whose terms decay with the eigenvalues",
    )
