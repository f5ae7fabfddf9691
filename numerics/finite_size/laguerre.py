"""Exact polynomials of the eigenvalue density of a real Wishart matrix.

The N = min(d, T) positive eigenvalues of X'X form the Laguerre orthogonal ensemble, with weight
x^b e^(-x/2), b = (a-1)/2, a = |T-d|.  With phi_k = x^b e^(-x/2) L_k^(a) and
(eps f)(x) = 1/2 int_0^inf sgn(x-t) f(t) dt their one-point density is

    rho = x^a e^-x sum_{k=0}^{N-2} k! L_k^2/Gamma(k+a+1)
          - (N-1)!/(2 Gamma(N-1+a)) phi_{N-1} eps phi_{N-2}
          + 1{N odd} phi_{N-1} / int phi_{N-1}                                            (1)

(N = 1: the last term alone).  The form is classical (cf. Adler, Forrester, Nagao, van Moerbeke
2000, arXiv solv-int/9907001); mass, three moments and resolvents of (1) are tested.

The sum collapses by Christoffel-Darboux, and integration by parts leaves of eps phi_{N-2} a
polynomial and one incomplete gamma function: with P(s, y) the regularised lower one,

    eps phi_{N-2} = x^(b+1) e^(-x/2) q(x) + c 2^(b+1) Gamma(b+1) (P(b+1, x/2) - 1/2),     (2)

where c = 0 for odd N.  Everything here is rational.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flint import fmpq, fmpq_poly

__all__ = ["Density", "one_point_density"]


@dataclass(frozen=True)
class Density:
    """The density (1), x = 2y, as three rational pieces over gamma densities g_s.

        rho(x) dx = smooth(x) g_{a+1}(x) dx + [edge + step (P(b+1, y) - 1/2)] last(y) g_{b+1}(y) dy

    where `step` still wants the factor 1/omega, omega = Gamma(a+1) / (2^a Gamma(b+1)^2).

    Attributes:
        smooth: polynomial of degree 2N-3.
        last: L_{N-1}^(a)(2y), as a polynomial in y.
        edge: 1 / int phi_{N-1} in units of g_{b+1} for odd N, else 0.
        step: coefficient of the incomplete gamma function, 0 for odd N.
    """

    smooth: Any
    last: Any
    edge: Any
    step: Any


@lru_cache(maxsize=32)
def one_point_density(N: int, a: int) -> Density:
    """The polynomials of (1) and (2) for N eigenvalues and exponent a = |T-d|."""
    upper = _laguerre(N - 1, a)
    last = upper(fmpq_poly([0, 2]))
    if N == 1:
        return Density(fmpq_poly(), last, fmpq(1), fmpq(0))
    lower = _laguerre(N - 2, a)
    # (N-1)! Gamma(a+1) / Gamma(N-1+a)
    scale = fmpq(N - 1)
    for j in range(1, N - 1):
        scale *= fmpq(j, a + j)
    q, c = _primitive(lower, fmpq(a + 1, 2))
    darboux = upper * lower.derivative() - lower * upper.derivative()
    smooth = scale * (darboux - upper * q / 2)
    edge = 1 / _mass(N - 1, fmpq(a + 1, 2)) if N % 2 else fmpq(0)
    return Density(smooth, last, edge, -scale * c)


def _laguerre(n: int, a: int) -> Any:
    coefficient = fmpq(1)
    for j in range(1, n + 1):
        coefficient *= fmpq(a + j, j)
    coefficients = [coefficient]
    for i in range(n):
        coefficient *= fmpq(i - n, (a + i + 1) * (i + 1))
        coefficients.append(coefficient)
    return fmpq_poly(coefficients)


def _primitive(p: Any, s: Any) -> tuple[Any, Any]:
    """(q, c) with x^(s-1) e^(-x/2) p = (x^s e^(-x/2) q)' + c x^(s-1) e^(-x/2)."""
    q = [fmpq(0)] * (p.degree() + 1)
    for j in range(p.degree(), 0, -1):
        q[j - 1] = 2 * ((s + j) * q[j] - p[j])
    return fmpq_poly(q), p[0] - s * q[0]


def _mass(k: int, s: Any) -> Any:
    """int phi_k / (2^s Gamma(s)), s = b+1: the coefficient of t^k in (1-t^2)^-s, k even."""
    mass = fmpq(1)
    for j in range(k // 2):
        mass *= (s + j) / fmpq(j + 1)
    return mass
