"""The terms of the error of ridge regression under a power law, as max-plus expressions.

s_i = i^-beta, b_i = i^-(1 + 2 beta r), lam = T^-ell, T0 = T^c, d = phi0 T0 with 0 < phi0 < 1.  Up
to constants every quantity is a power of T; sums become maxima and products sums of exponents:

    learned directions   T^f,   f = min(ell/beta, c, 1)
    kappa = T^-k,        k = ell if c <= 1 (T >= d),   k = min(ell, beta) if c > 1 (T < d)
    bias                 -2 k + 2 beta (1 - r_) f,     r_ = min(r, 1)       (log T at r = 1)
    variance             f - 1
    synthetic            max(f - c, f - 1)

Inside the domain ell < beta min(1, c) these read -2 r_ ell, ell/beta - 1 and
max(ell/beta - c, ell/beta - 1).  Beyond it either df_2 is d (T >= d) and the bias falls as
kappa^2, or kappa has reached its value at lam = 0 (T < d) and nothing moves any more.  k jumps at
c = 1: d/T tends to phi0 < 1 at c = 1 and to infinity above.

Derived here from the deterministic equivalent; inside the domain and for c <= 1 it is the scaling
law of Dohmatob, Feng, Kempe, NeurIPS 2024 (arXiv 2402.07712).
"""

from __future__ import annotations

from enum import StrEnum

from sympy import Expr, Max, Min, Piecewise, S

from ridgeproof.theory.exponents.regions import c, source
from ridgeproof.theory.symbols import beta, ell, r

__all__ = ["KAPPA", "LEARNED", "Noise", "error_exponent", "terms", "unfold"]

LEARNED = Min(ell / beta, c, S.One)
KAPPA = Piecewise((ell, c <= 1), (Min(ell, beta), True))

_TERMS: dict[str, Expr] = {
    "bias": -2 * KAPPA + 2 * beta * (1 - source) * LEARNED,
    "variance": LEARNED - 1,
    "synthetic": Max(LEARNED - c, LEARNED - 1, evaluate=False),
}


class Noise(StrEnum):
    """Which label noises are present, hence which terms the error has."""

    SYNTHETIC = "synthetic"
    """n >= 1, sigma0 > 0, sigma > 0: all three terms."""
    SYNTHETIC_ONLY = "synthetic-only"
    """n >= 1, sigma0 > 0, sigma = 0."""
    CLEAN = "clean"
    """n sigma0^2 = 0, sigma > 0."""
    NOISE_FREE = "noise-free"
    """sigma = n sigma0 = 0."""


_PRESENT = {
    Noise.SYNTHETIC: ("bias", "variance", "synthetic"),
    Noise.SYNTHETIC_ONLY: ("bias", "synthetic"),
    Noise.CLEAN: ("bias", "variance"),
    Noise.NOISE_FREE: ("bias",),
}


def terms(noise: Noise = Noise.SYNTHETIC) -> dict[str, Expr]:
    """Return the exponent of each term present, in ell, beta, c and r_ = min(r, 1).

    >>> sorted(terms(Noise.CLEAN))
    ['bias', 'variance']
    """
    return {name: _TERMS[name] for name in _PRESENT[noise]}


def error_exponent(noise: Noise = Noise.SYNTHETIC) -> Expr:
    """Return the exponent of the whole error at lam = T^-ell: the maximum of its terms.

    >>> from sympy import Rational
    >>> at = {ell: Rational(9, 22), beta: Rational(3, 2), source: Rational(2, 5), c: Rational(3, 5)}
    >>> error_exponent().subs(at)
    -18/55
    """
    return Max(*terms(noise).values(), evaluate=False)


def unfold(expression: Expr) -> Expr:
    """Write r_ out as min(r, 1)."""
    return expression.subs(source, Min(r, 1))
