"""Boxes of parameters whose ends may depend on earlier parameters.

A region a < x <= b, with a and b rational in the parameters before x, is the image of t >= 0
under x = (b + a t)/(1 + t), or of t > 0 under x = a + t when b is infinite.  A polynomial whose
coefficients in the t's are all non-negative is then non-negative on the region, and by continuity
on its closure: this is what `positivity` checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import And, Expr, S, Symbol, cancel, oo
from sympy.core.sympify import _sympify

__all__ = ["Interval", "Region"]


@dataclass(frozen=True)
class Interval:
    """One bounded parameter: low < symbol <= high, which may be oo."""

    symbol: Symbol
    low: Expr
    high: Expr


@dataclass(frozen=True)
class Region:
    """A triangular box: each interval's ends may use the symbols before it.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    >>> str(Region(()).within(x, 1, oo).within(y, 0, x).condition)
    '(y <= x) & (x > 1)'
    """

    intervals: tuple[Interval, ...]

    def within(self, symbol: Symbol, low: Expr, high: Expr) -> Region:
        """Return the region with one more bounded parameter."""
        added = Interval(symbol, _sympify(low), _sympify(high))
        return Region((*self.intervals, added))

    def orthant(self) -> dict[Symbol, Expr]:
        """Return each parameter as a rational function of fresh positive symbols."""
        images: dict[Symbol, Expr] = {}
        for interval in self.intervals:
            t = Symbol(f"t_{interval.symbol.name}", positive=True)
            low, high = interval.low.xreplace(images), interval.high.xreplace(images)
            if interval.high is oo:
                images[interval.symbol] = low + t
            else:
                images[interval.symbol] = cancel((high + low * t) / (S.One + t))
        return images

    @property
    def condition(self) -> And:
        """The region as a SymPy condition."""
        bounds = []
        for interval in self.intervals:
            bounds.append(interval.symbol > interval.low)
            if interval.high is not oo:
                bounds.append(interval.symbol <= interval.high)
        return And(*bounds, evaluate=False)
