"""Spectral sums as sums of positive terms, enclosed for a range of every kappa.

    sum_i w_i s_i^a  prod_j kappa_j^c_j / (s_i + kappa_j)^m_j,    w_i = 1 or b_i = s_i w0_i^2.

Derivatives in a kappa are sums of the same kind.  Every factor in a kappa rises up to
kappa = c s/(m - c) and falls after it (0 <= c <= m), and the kappas are independent of each other:
the range of a term is the product of the ranges of its factors.  Derived here.

Rounding: a term is a product of positive numbers and a sum is one of positive terms, so that k
operations and L summands give a relative error of at most gamma(k + L), gamma(n) = n u/(1 - n u),
u = 2^-53 (Higham, Accuracy and Stability of Numerical Algorithms, 2002, Lemma 3.1), where nothing
underflows; exponents and eigenvalues are kept in a range where nothing does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Add, Expr, Function, Integer, Mul, Symbol, expand

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.proofs.boxes.intervals import Intervals, outward

__all__ = [
    "LevelSum",
    "Levels",
    "enclosed_sums",
    "gamma",
    "levels_of",
    "power_sum",
    "with_level_sums",
]

Array = NDArray[np.float64]

_ROUNDING = 2.0**-53
# A product of so many numbers, each between these, does not under- or overflow.
_LEAST, _MOST, _HIGHEST = 1e-18, 1e18, 16
_DIGITS = 40


class LevelSum(Function):
    """One sum: LevelSum(w, a, kappa, c, m, ...), with c and m for each kappa."""

    def fdiff(self, argindex: int = 3) -> Expr:
        """The derivative in a kappa, by sums of the same kind."""
        at = argindex - 1
        w, a, *rest = self.args
        c, m = self.args[at + 1 : at + 3]
        start = at - 2
        rises = [*rest[: start + 1], c - 1, m + 1, *rest[start + 3 :]]
        falls = [*rest[: start + 1], c, m + 1, *rest[start + 3 :]]
        return c * LevelSum(w, a + 1, *rises) - (m - c) * LevelSum(w, a, *falls)


def power_sum(kappa: Symbol, k: int) -> Expr:
    """Sum of s^k/(s + kappa)^k: the degrees of freedom of order k."""
    return LevelSum(0, k, kappa, 0, k)


def with_level_sums(expression: Expr) -> Expr:
    """The expression with every spectral sum written in positive ones.

    Raises:
        NotBuilt: a sum is of another kind.
    """
    found = {each: _in_levels(each.summand) for each in expression.atoms(SpectralSum)}
    return expression.xreplace(found)


def _in_levels(summand: Expr) -> Expr:
    above, below = summand.as_numer_denom()
    outside, poles = Integer(1), {}
    for factor in Mul.make_args(below):
        base, power = factor.as_base_exp()
        if not base.has(sy.s):
            outside /= factor
            continue
        kappa = base - sy.s
        if not (kappa.is_Symbol or kappa == 0) or not power.is_Integer or power < 0:
            raise NotBuilt(f"a sum with {factor} below is none that is bounded")
        poles[kappa] = int(power)
    free = -poles.pop(Integer(0), 0)
    total = Integer(0)
    for term in Add.make_args(expand(above)):
        powers = term.as_powers_dict()
        a, energy = free + int(powers.pop(sy.s, 0)), int(powers.pop(sy.w0, 0))
        if energy not in {0, 2}:
            raise NotBuilt("a sum of other than second moments of the signal")
        rest, held = outside, []
        for kappa in sorted(poles, key=str):
            inside = min(int(powers.get(kappa, 0)), poles[kappa])
            powers[kappa] = powers.get(kappa, 0) - inside
            held += [kappa, inside, poles[kappa]]
        for base, power in powers.items():
            rest *= base**power
        if rest.has(sy.s, sy.w0) or any(sy.is_level(x) for x in rest.free_symbols):
            raise NotBuilt(f"a sum of {term} is none that is bounded")
        total += rest * LevelSum(energy // 2, a - energy // 2, *held)
    return total


@dataclass(frozen=True, eq=False)
class Levels:
    """Eigenvalues of several spectra, a row each: all ends rounded outwards.

    Attributes:
        low, high: eigenvalues; rows are filled up with 1.
        counts: how many directions share each, 0 where a row is filled up.
        least, most: energy b in all of each level.
    """

    low: Array
    high: Array
    counts: Array
    least: Array
    most: Array

    def rows(self, index: Any) -> Levels:
        """Some of the rows, no longer than they need."""
        counts = self.counts[index]
        most = int((counts > 0).sum(1).max(initial=1))
        rest = (x[index, :most] for x in (self.low, self.high, self.least, self.most))
        low, high, least, greatest = rest
        return Levels(low, high, counts[:, :most], least, greatest)

    @property
    def lengths(self) -> Array:
        """How many levels each row has."""
        return (self.counts > 0).sum(1)

    @classmethod
    def stack(cls, many: Sequence[Levels]) -> Levels:
        """One below the other."""
        most = max(each.low.shape[1] for each in many)
        columns = zip(*((x.low, x.high, x.counts, x.least, x.most) for x in many), strict=True)
        fills = (1.0, 1.0, 0.0, 0.0, 0.0)
        return cls(
            *(
                np.concatenate(
                    [
                        np.pad(x, ((0, 0), (0, most - x.shape[1])), constant_values=fill)
                        for x in column
                    ]
                )
                for column, fill in zip(columns, fills, strict=True)
            )
        )


@lru_cache(maxsize=4096)
def levels_of(d: int, spectrum: Any, signal: Any) -> Levels:
    """The levels of a spectrum and a signal in d directions.

    Raises:
        NotBuilt: its eigenvalues reach over too many decades.
    """
    engine = Balls(_DIGITS)
    with engine.scope():
        setting = Setting(d=d, T=d, spectrum=spectrum, signal=signal)
        found = build_spectrum(setting, engine, one_by_one=True)
        counts = found.multiplicity.tolist()
        s = [outward(engine.convert(x)) for x in found.s]
        energies = [
            outward(engine.convert(x * square * count))
            for x, square, count in zip(found.s, found.w0sq, counts, strict=True)
        ]
    if not all(_LEAST <= low and high <= _MOST for low, high in s):
        raise NotBuilt(f"eigenvalues beyond {_LEAST:g} .. {_MOST:g} are not bounded")
    # Energies that would underflow in a product are rounded away from that, to either side.
    energies = [
        (low if low >= _LEAST else 0.0, high if high >= _LEAST or high == 0 else _LEAST)
        for low, high in energies
    ]
    columns = [*zip(*s, strict=True), counts, *zip(*energies, strict=True)]
    return Levels(*(np.array([[float(x) for x in column]]) for column in columns))


def enclosed_sums(
    wanted: Iterable[LevelSum], held: Levels, kappas: Mapping[Symbol, Intervals]
) -> dict[Expr, Intervals]:
    """Every sum, one for each row, for kappas between two ends.

    Raises:
        NotBuilt: a power is too high for the bound on rounding.
    """
    at = {x: _Ends(held, between) for x, between in kappas.items()}
    found: dict[Expr, Intervals] = {}
    for each in wanted:
        w, a, *rest = each.args
        factors = [(rest[k], int(rest[k + 1]), int(rest[k + 2])) for k in range(0, len(rest), 3)]
        if abs(int(a)) + sum(m for *_, m in factors) > _HIGHEST:
            raise NotBuilt("powers in a sum are too high to be bounded")
        low, high = (held.least, held.most) if w else (held.counts, held.counts)
        steps = 2 * abs(int(a)) + 3
        low, high = (
            low * _power(held.low if a >= 0 else 1 / held.high, abs(int(a))),
            high * _power(held.high if a >= 0 else 1 / held.low, abs(int(a))),
        )
        for kappa, c, m in factors:
            least, most = at[kappa].factor(c, m)
            low, high = low * least, high * most
            steps += 3 * m + 6
        margin = gamma(steps + held.low.shape[1])
        found[each] = Intervals(low.sum(1) * (1 - margin), high.sum(1) * (1 + margin))
    return found


def gamma(operations: int) -> float:
    """A bound on the relative error of so many roundings in a row, itself not rounded down."""
    return 2 * operations * _ROUNDING


def _power(base: Array, exponent: int) -> Array:
    if exponent == 0:
        return np.ones(1)
    result = base
    for _ in range(exponent - 1):
        result = result * base
    return result


class _Ends:
    """The factors kappa^c/(s + kappa)^m for kappa between two ends."""

    def __init__(self, held: Levels, between: Intervals) -> None:
        low, high = (np.atleast_1d(x)[:, None] for x in (between.low, between.high))
        # Kappas next to zero are rounded away from where terms would underflow, large ones refused.
        self.low = np.where(low < _LEAST, 0.0, low)
        self.high = np.where((high > 0) & (high < _LEAST), _LEAST, high)
        self.high = np.where(high > _MOST, np.nan, self.high)
        self.held = held
        self.known: dict[tuple[int, int], tuple[Array, Array]] = {}

    def factor(self, c: int, m: int) -> tuple[Array, Array]:
        """Its least and its largest value on every level, up to rounding."""
        if (c, m) not in self.known:
            self.known[c, m] = self._factor(c, m)
        return self.known[c, m]

    def _factor(self, c: int, m: int) -> tuple[Array, Array]:
        if not 0 <= c <= m:
            raise NotBuilt("a sum whose terms do not fall for a large kappa is not bounded")
        s = self.held
        if c == 0:
            return self._at(s.high, self.high, c, m), self._at(s.low, self.low, c, m)
        first, last = self._at(s.high, self.low, c, m), self._at(s.high, self.high, c, m)
        if c == m:
            return first, self._at(s.low, self.high, c, m)
        # At the peak the factor is flat: the rounding of the place is felt in second order only.
        peak = np.clip(c / (m - c) * s.low, self.low, self.high)
        return np.minimum(first, last), self._at(s.low, peak, c, m)

    def _at(self, s: Array, kappa: Array, c: int, m: int) -> Array:
        below = 1 / (s + kappa)
        return _power(kappa * below, c) * _power(below, m - c)
