"""Taylor models: functions on [-1, 1] as a polynomial and a proved bound of what it leaves out.

A model (P, r) of order k stands for every f with |f(y) - P(y)| <= r |y|^k on [-1, 1], where P has
degree below k and ball coefficients.  Sums, products and quotients of models enclose those of the
functions, so that a formula written with + - * / is bounded without being looked at.  Source: the
arithmetic is classical (Berz and Makino 1998); the form |y|^k, which keeps tails of convergent
series convergent, and the bounds below are derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, arb_poly, arb_series, ctx

__all__ = ["TaylorModel"]

# Pieces of [-1, 1] on which a denominator is bounded away from zero.
_PIECES = 32


@dataclass(frozen=True, eq=False)
class TaylorModel:
    """A function of y in [-1, 1], enclosed.

    Attributes:
        polynomial: ball coefficients, degree below ``order``.
        remainder: r >= 0 with |f - P| <= r |y|^order; not finite when nothing is known.
        order: the power of y that is left out.

    >>> y = TaylorModel(arb_poly([3, 1]), arb(0), 20)
    >>> one = (y * y) / y / y
    >>> one.polynomial[0].contains(1), bool(one.remainder < 1e-6)
    (True, True)
    """

    polynomial: Any
    remainder: Any
    order: int

    @staticmethod
    def constant(value: Any, order: int) -> TaylorModel:
        """The model of a number."""
        return TaylorModel(arb_poly([value]), arb(0), order)

    def coefficients(self) -> list[Any]:
        """Coefficients of the polynomial, from the constant one on."""
        return self.polynomial.coeffs()

    def is_finite(self) -> bool:
        """Whether all coefficients and the remainder are finite."""
        return self.remainder.is_finite() and all(c.is_finite() for c in self.coefficients())

    def __neg__(self) -> TaylorModel:
        return TaylorModel(-self.polynomial, self.remainder, self.order)

    def __add__(self, other: TaylorModel) -> TaylorModel:
        remainder = _upper(self.remainder + other.remainder)
        return TaylorModel(self.polynomial + other.polynomial, remainder, self.order)

    def scaled(self, factor: Any) -> TaylorModel:
        """This function times a number."""
        remainder = _upper(self.remainder * abs(factor))
        return TaylorModel(self.polynomial * factor, remainder, self.order)

    def __mul__(self, other: TaylorModel) -> TaylorModel:
        low, high = _cut(self.polynomial * other.polynomial, self.order)
        remainder = (
            high
            + self.remainder * (_norm(other.polynomial) + other.remainder)
            + other.remainder * _norm(self.polynomial)
        )
        return TaylorModel(low, _upper(remainder), self.order)

    def __truediv__(self, other: TaylorModel) -> TaylorModel:
        """The quotient series q, and |f - q g| <= e |y|^order divided by the least |g|.

        q times the polynomial of g agrees with the polynomial of f below the order, whatever the
        numbers inside the balls are, so that only the higher part and the remainders enter e.
        """
        if other.starts_with_zero:
            return self._cancelled(other)
        quotient = _series_quotient(self.polynomial, other.polynomial, self.order)
        _, high = _cut(quotient * other.polynomial, self.order)
        defect = high + self.remainder + _norm(quotient) * other.remainder
        return TaylorModel(quotient, _upper(defect / other.least_modulus()), self.order)

    @property
    def starts_with_zero(self) -> bool:
        """Whether the constant coefficient is exactly zero."""
        first = self.coefficients()[:1]
        return not first or first[0].is_zero()

    def _cancelled(self, other: TaylorModel) -> TaylorModel:
        """A quotient by y g: known where the numerator is a multiple of y, both polynomials."""
        whole = self.remainder.is_zero() and other.remainder.is_zero()
        if not (whole and self.starts_with_zero and any(other.coefficients())):
            return TaylorModel(arb_poly([0]), arb.pos_inf(), self.order)
        above, below = (
            TaylorModel(arb_poly(each.coefficients()[1:]), arb(0), self.order)
            for each in (self, other)
        )
        return above / below

    def least_modulus(self) -> Any:
        """A lower bound of |f| on [-1, 1], zero when none is found."""
        first, *others = self.coefficients()
        crude = first.abs_lower() - sum((abs(c) for c in others), arb(0)) - self.remainder
        if crude > 0:
            return crude.lower()
        least = None
        for piece in range(_PIECES):
            y = arb(2 * piece + 1 - _PIECES, 1) / _PIECES
            bound = self.polynomial(y).abs_lower() - self.remainder
            if not bound > 0:
                return arb(0)
            least = bound if least is None else least.min(bound)
        return arb(0) if least is None else least.lower()


def _upper(x: Any) -> Any:
    return x.upper() if x.is_finite() else arb.pos_inf()


def _norm(polynomial: Any) -> Any:
    return sum((c.abs_upper() for c in polynomial.coeffs()), arb(0))


def _cut(polynomial: Any, order: int) -> tuple[Any, Any]:
    """The part below the order, and the norm of the rest."""
    coefficients = polynomial.coeffs()
    high = sum((c.abs_upper() for c in coefficients[order:]), arb(0))
    return arb_poly(coefficients[:order]), high


def _series_quotient(above: Any, below: Any, order: int) -> Any:
    # flint truncates series at a cap of its context.
    cap = ctx.cap
    ctx.cap = order
    try:
        quotient = arb_series(above, order) / arb_series(below, order)
    finally:
        ctx.cap = cap
    return arb_poly(quotient.coeffs())
