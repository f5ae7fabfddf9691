"""Leading orders: factor T^exponent log(T)^logs, compared at one place of the open exponents.

An exponent is a rational function of what is left open (beta, r, c, ell).  Which of two is larger
is read off at a sample; the place keeps what it read, so that a result holds wherever all of these
differences keep their signs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from sympy import QQ, Expr, Float, Max, Min, Piecewise, Rational, true
from sympy.logic.boolalg import Boolean
from sympy.polys.fields import FracElement, field

from ridgeproof.theory.errors import RidgeproofError

__all__ = ["DIGITS", "Cancelled", "Order", "Place", "Space", "Tie", "number"]

DIGITS = 30
# Factors that leave less than this of their sizes are taken to cancel.
_NOTHING = Rational(1, 10**16)


class Cancelled(RidgeproofError):
    """Leading terms cancel, and what is left decides."""


class Tie(RidgeproofError):
    """Two different exponents are equal at the sample: it is not generic."""


class Space:
    """The rational functions of the names left open.

    Args:
        names: in order, the last the first to be eliminated.
    """

    def __init__(self, names: Iterable[str]) -> None:
        # A field has a generator at least.
        self.names = tuple(names) or ("ell",)
        self.field, *generators = field(self.names, QQ)
        self.generators: Mapping[str, FracElement] = dict(zip(self.names, generators, strict=True))

    def form(self, value: Fraction | Expr | int) -> FracElement:
        """A number, or an expression in the names, as an exponent."""
        if isinstance(value, Fraction | int):
            return self.field(QQ(value.numerator, value.denominator))
        return self.field.from_expr(
            value.xreplace({x: self.generators[x.name].as_expr() for x in value.free_symbols})
        )


class Place:
    """A sample of the open names, and what was read there.

    Attributes:
        positive: differences that are positive at the sample.
    """

    def __init__(self, space: Space, sample: Mapping[str, Fraction]) -> None:
        self.space, self.sample = space, dict(sample)
        self._at = [
            QQ(x.numerator, x.denominator)
            for x in (sample.get(name, Fraction(0)) for name in space.names)
        ]
        self.positive: dict[FracElement, None] = {}

    def value(self, form: FracElement) -> Any:
        """The exponent at the sample, rational."""
        return self._evaluated(form.numer) / self._evaluated(form.denom)

    def _evaluated(self, polynomial: Any) -> Any:
        total = QQ(0)
        for powers, coefficient in polynomial.terms():
            for x, power in zip(self._at, powers, strict=True):
                if power:
                    coefficient *= x**power  # noqa: PLW2901
            total += coefficient
        return total

    def compare(self, left: FracElement, right: FracElement) -> int:
        """1, 0 or -1: which is larger at the sample.

        Raises:
            Tie: neither, though they differ.
        """
        difference = left - right
        if not difference:
            return 0
        value = self.value(difference)
        if not value:
            raise Tie("the sample lies on a border")
        if not (difference.numer.is_ground and difference.denom.is_ground):
            self.positive[difference if value > 0 else -difference] = None
        return 1 if value > 0 else -1

    def form(self, value: Expr) -> FracElement:
        """An exponent with Min, Max, and conditions a <= b, which are decided at the sample.

        Raises:
            Tie: as `compare`.
        """
        return self.space.form(self.resolved(value))

    def resolved(self, value: Expr) -> Expr:
        """The same as an expression: which argument or branch it is at the sample."""
        if not value.has(Min, Max, Piecewise):
            return value
        if isinstance(value, Piecewise):
            return next(self.resolved(branch) for branch, at in value.args if self._holds(at))
        parts = [self.resolved(part) for part in value.args]
        if not isinstance(value, Min | Max):
            return value.func(*parts)
        best, side = parts[0], 1 if isinstance(value, Max) else -1
        for part in parts[1:]:
            if self.compare(self.space.form(part), self.space.form(best)) == side:
                best = part
        return best

    def _holds(self, condition: Boolean) -> bool:
        if condition == true:
            return True
        return self.compare(self.form(condition.gts), self.form(condition.lts)) >= 0

    def float(self, form: FracElement) -> Float:
        """The exponent at the sample, to DIGITS."""
        return number(Fraction(str(self.value(form))))


def number(value: Fraction | Expr) -> Float:
    """A number to DIGITS."""
    if isinstance(value, Fraction):
        value = Rational(value.numerator, value.denominator)
    return value.evalf(DIGITS)


class Order:
    """factor T^exponent log(T)^logs; a factor of 0 stands for whatever is smaller than T^exponent.

    What is exactly zero is None.
    """

    def __init__(self, exponent: FracElement, factor: Float, logs: int = 0) -> None:
        self.exponent, self.factor, self.logs = exponent, factor, logs

    def times(self, other: Order) -> Order:
        """The product."""
        exponent, factor = self.exponent + other.exponent, self.factor * other.factor
        return Order(exponent, factor, self.logs + other.logs)

    def power(self, exponent: Rational) -> Order:
        """A constant power.

        Raises:
            Cancelled: the inverse of what is only known to be small, or a root of what is negative.
        """
        if (not self.factor and exponent < 0) or (self.factor < 0 and not exponent.is_Integer):
            raise Cancelled("leading terms cancel in a denominator")
        if self.logs and not exponent.is_Integer:
            raise Cancelled("a root of a logarithm")
        power = QQ(int(exponent.p), int(exponent.q))
        factor = self.factor**exponent if self.factor else self.factor
        return Order(self.exponent * power, factor, self.logs * int(exponent))

    @staticmethod
    def total(terms: Iterable[Order | None], place: Place) -> Order | None:
        """The sum: its largest terms, whose factors are added."""
        best: list[Order] = []
        for term in terms:
            if term is None:
                continue
            ahead = 1 if not best else place.compare(term.exponent, best[0].exponent)
            ahead = ahead or (term.logs > best[0].logs) - (term.logs < best[0].logs)
            if ahead >= 0:
                best = [*(best if ahead == 0 else []), term]
        if not best:
            return None
        factor = sum(each.factor for each in best)
        if abs(factor) <= _NOTHING * sum(abs(each.factor) for each in best):
            factor = Float(0, DIGITS)
        return Order(best[0].exponent, factor, best[0].logs)
