"""The optimal ridge exponent and its rate as SymPy Piecewise expressions in c.

With a = 2 beta r_ + 1, r_ = min(r, 1):

    n >= 1, sigma0 > 0 (any sigma)   ell = min(c,1) beta/a          rate -min(c,1) 2 beta r_/a
    clean, c > 1/a                   ell = beta/a                   rate -2 beta r_/a
    clean, c <= 1/a                  ell = 1-c + beta c (1-2 r_)    rate c - 1
    noise-free, T < d (c > 1)        ell = beta                     rate -2 beta r_
    noise-free, T >= d (c <= 1)      lam = 0                        error 0

and the classical ell = beta/a kept on fake data: rate 0 (a plateau) for c <= 1/a, 1/a - c up to
c = 1, optimal above.  All of it is found and proved by theory.exponents.regimes.  In the clean case
with c <= 1/a every ell >= (1-c)/2 + beta c (1-r_) (least_ell) reaches the rate; ell is the one of
the optimal penalty, which the next order decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from sympy import Expr, Piecewise, oo

from ridgeproof.theory.exponents.kept_ridge import classical_ell, rate_regimes
from ridgeproof.theory.exponents.maxplus import SIDES
from ridgeproof.theory.exponents.regimes import ScalingRegime, optimal_regimes
from ridgeproof.theory.exponents.regions import c
from ridgeproof.theory.exponents.terms import Noise, unfold

__all__ = ["OptimalExponent", "optimal_exponents"]


@dataclass(frozen=True)
class OptimalExponent:
    """The regimes of the optimum and of the classical ridge, each with its proofs."""

    noise: Noise
    regimes: tuple[ScalingRegime, ...]
    classical: tuple[ScalingRegime, ...]

    @property
    def ell(self) -> Expr:
        """The optimal ridge exponent: lam = T^-ell."""
        return _piecewise((regime, regime.ell) for regime in self.regimes)

    @property
    def least_ell(self) -> Expr:
        """The smallest ridge exponent (the largest penalty) that reaches the optimal rate."""
        return _piecewise((regime, regime.least_ell) for regime in self.regimes)

    @property
    def rate(self) -> Expr:
        """The exponent of the error at the optimum: E ~ T^rate."""
        return _piecewise((regime, regime.rate) for regime in self.regimes)

    @property
    def classical_ell(self) -> Expr:
        """The optimum of clean, noisy data with an infinite spectrum."""
        return _piecewise((regime, regime.ell) for regime in self.classical)

    @property
    def rate_at_classical(self) -> Expr:
        """The exponent of the error when the classical ridge is kept."""
        return _piecewise((regime, regime.rate) for regime in self.classical)


@lru_cache(maxsize=8)
def optimal_exponents(noise: Noise = Noise.SYNTHETIC) -> OptimalExponent:
    """Minimise the error's exponent over ell >= 0, symbolically in beta, r and c.

    Raises:
        DerivationError: a regime is not proved.

    >>> optimal_exponents().rate
    Piecewise((-2*beta*c*Min(1, r)/(2*beta*Min(1, r) + 1), c <= 1),
              (-2*beta*Min(1, r)/(2*beta*Min(1, r) + 1), True))
    """
    regimes = chain.from_iterable(optimal_regimes(noise, side) for side in SIDES)
    return OptimalExponent(noise, tuple(regimes), rate_regimes(noise, classical_ell()))


def _piecewise(branches: Iterable[tuple[ScalingRegime, Expr]]) -> Expr:
    merged: list[tuple[Expr, Expr]] = []
    for regime, expression in branches:
        if merged and merged[-1][0] == expression:
            merged.pop()
        merged.append((expression, regime.high))
    return Piecewise(
        *((unfold(expression), high is oo or c <= unfold(high)) for expression, high in merged)
    )
