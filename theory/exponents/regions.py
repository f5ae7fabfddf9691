"""Boxes of parameters whose ends may depend on earlier parameters.

A region a < x <= b, with a and b rational in the parameters before x, is the image of t >= 0
under x = (b + a t)/(1 + t), or of t > 0 under x = a + t when b is infinite.  A polynomial whose
coefficients in the t's are all non-negative is then non-negative on the region, and by continuity
on its closure: this is what theory.exponents.proofs checks.
"""

from __future__ import annotations

from dataclasses import dataclass

from sympy import And, Expr, Le, Lt, S, Symbol, cancel, oo
from sympy.core.sympify import _sympify

from ridgeproof.theory.symbols import beta

__all__ = ["PARAMETERS", "Interval", "Region", "c", "source"]

# T0 = T^c and d = phi0 T0; the symbols' signs are those of the theory.
c = Symbol("c", positive=True)

# The saturated source exponent r_ = min(r, 1): ridge cannot use more smoothness than r = 1.
source = Symbol("r_", positive=True)


@dataclass(frozen=True)
class Interval:
    """One bounded parameter: low < symbol <= high (< high unless closed); high may be oo."""

    symbol: Symbol
    low: Expr
    high: Expr
    closed: bool = True


@dataclass(frozen=True)
class Region:
    """A triangular box: each interval's ends may use the symbols before it.

    >>> from sympy import Symbol
    >>> x, y = Symbol("x", positive=True), Symbol("y", positive=True)
    >>> str(Region(()).within(x, 1, oo).within(y, 0, x).condition)
    '(y <= x) & (x > 1)'
    """

    intervals: tuple[Interval, ...]

    def within(self, symbol: Symbol, low: Expr, high: Expr, *, closed: bool = True) -> Region:
        """Return the region with one more bounded parameter."""
        added = Interval(symbol, _sympify(low), _sympify(high), closed)
        return Region((*self.intervals, added))

    def orthant(self, *, top: bool = False) -> dict[Symbol, Expr]:
        """Return each parameter as a rational function of fresh positive symbols.

        With top, every parameter whose upper end is finite and included sits on it.
        """
        images: dict[Symbol, Expr] = {}
        for interval in self.intervals:
            t = Symbol(f"t_{interval.symbol.name}", positive=True)
            low, high = interval.low.xreplace(images), interval.high.xreplace(images)
            if interval.high is oo:
                images[interval.symbol] = low + t
            elif top and interval.closed:
                images[interval.symbol] = high
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
                below = Le if interval.closed else Lt
                bounds.append(below(interval.symbol, interval.high))
        return And(*bounds, evaluate=False)


# What every statement about power laws assumes: beta > 1 and 0 < r_ <= 1.
PARAMETERS = Region(()).within(beta, 1, oo).within(source, 0, 1)
