"""The ranges of a power law s_i = i^-beta: where they lie, and the moments of their eigenvalues.

Sums of powers over a range are differences of Hurwitz zeta values,

    sum_{a <= i < e} i^-p = zeta(p, a) - zeta(p, e),     zeta(p, infinity) = 0 for p > 1.

Derived here.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, ctx

from ridgeproof.numerics.arithmetic.rational_balls import exact_ball, exact_power
from ridgeproof.numerics.spectra.eigenvalue_cluster import Range
from ridgeproof.theory.errors import NotBuilt

__all__ = ["FAR", "Law", "edges"]

# The last range starts where s is below every kappa by this factor: series there gain 3 bits a
# term.  On the ranges before it s changes by at most this ratio: series there gain 1 bit a term.
FAR = 8
_RATIO = 3
# Bits a term that k-fold differences lose there: log2(2.5) + 1, rounded up.
_LOST_BITS = 3
_MOST_RANGES = 400


def edges(start: int, stop: int, beta: float) -> list[int]:
    """Indices from start to stop between which i^-beta changes by a factor 3 at most.

    Raises:
        NotBuilt: there would be too many ranges.

    >>> edges(10, 50, 1.0)
    [10, 30, 50]
    """
    found = [start]
    growth = math.exp(min(math.log(_RATIO) / beta, 60.0))
    while found[-1] < stop:
        if len(found) > _MOST_RANGES:
            raise NotBuilt(
                f"power-law:{beta:g} up to index {stop} falls over too many decades to be summed "
                "range by range: take a smaller beta or d, or a larger lam"
            )
        found.append(min(max(math.floor(found[-1] * growth), found[-1] + 1), stop))
    return found


@dataclass(frozen=True)
class Law:
    """s_i = i^-beta and w0_i^2 = i^-shift / norm, i = 1..d.

    ``energy`` is the exponent of s_i w0_i^2 where that is a power law of unit sum, None where the
    signal is flat, w0_i^2 = 1/d.
    """

    beta: Fraction
    energy: Fraction | None
    d: int

    @property
    def shift(self) -> Fraction:
        """The exponent of w0_i^2."""
        return Fraction(0) if self.energy is None else self.energy - self.beta

    def norm(self) -> Any:
        """What makes the signal's energy, or length, one."""
        if self.energy is None:
            return arb(int(self.d))
        return self._power_sum(1, self.d + 1, self.energy)

    def last(self, start: int, bits: int) -> Range:
        """From the index ``start`` to d: s = s_start y."""
        order = 2 * (bits // 6) + 4
        width = exact_power(start, -self.beta)
        stop = self.d + 1

        def moments(shift: Fraction) -> list[Any]:
            powers = [self._power_sum(start, stop, shift + k * self.beta) for k in range(order + 1)]
            return [z if z is None else z / width**k for k, z in enumerate(powers)]

        return self._range(arb(0), width, stop - start, moments)

    def between(self, start: int, stop: int, bits: int) -> Range:
        """Indices start <= i < stop: s = c + h y around the middle c."""
        order = 2 * (bits // 2) + 4
        first, final = (exact_power(i, -self.beta) for i in (start, stop - 1))
        middle = ((first + final) / 2).mid()
        width = (first - middle).max(middle - final).upper().max(middle / 2**bits)

        def moments(shift: Fraction) -> list[Any]:
            with ctx.workprec(bits + _LOST_BITS * order):
                powers = [
                    self._power_sum(start, stop, shift + k * self.beta) / middle**k
                    for k in range(order + 1)
                ]
                differences, scale = [], middle / width
                for k in range(order + 1):
                    differences.append(powers[0] * scale**k)
                    powers = [b - a for a, b in itertools.pairwise(powers)]
            return [+each for each in differences]

        return self._range(middle, width, stop - start, moments)

    def _range(self, middle: Any, width: Any, count: float, moments: Any) -> Range:
        norm = self.norm()
        plain = moments(Fraction(0))
        signal = [z if z is None else z / norm for z in moments(self.shift)]
        return Range(middle, width, count, tuple(plain), tuple(signal))

    @staticmethod
    def _power_sum(start: int, stop: float, p: Fraction) -> Any:
        """The sum of i^-p for start <= i < stop; None when it diverges."""
        infinite = math.isinf(stop)
        if infinite and p <= 1:
            return None
        if p == 0:
            return arb(int(stop) - start)
        if p == 1:
            return arb(int(stop)).digamma() - arb(start).digamma()
        return _zeta(p, start, ctx.prec) - (arb(0) if infinite else _zeta(p, int(stop), ctx.prec))


@lru_cache(maxsize=20_000)
def _zeta(p: Fraction, start: int, _bits: int) -> Any:
    # The working precision is an argument because it is a key of the cache.
    return exact_ball(p).zeta(arb(start))
