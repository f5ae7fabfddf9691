"""Resolvent moments h_k = E tr (S + lam)^-k of a real Wishart matrix, enclosed.

S = X'X/T with T x d standard normal X.  With N = min(d, T) and z = lam T,

    h_k = T^k int rho(x) (x + z)^-k dx + (d - N)/lam^k,

and the integral is closed: polynomials divided by x+z leave F and J of `stieltjes`.  Derived
here from the density in `laguerre`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, arb_poly, ctx, fmpq

from ridgeproof.numerics.finite_size.expansion import (
    expanded_sums,
    expansion_serves,
    gamma_moments,
    half_moments,
)
from ridgeproof.numerics.finite_size.laguerre import Density, one_point_density
from ridgeproof.numerics.finite_size.refine import (
    ball,
    bits_for,
    check_digits,
    number,
    radius,
    refined,
)
from ridgeproof.numerics.finite_size.stieltjes import (
    Transform,
    gamma_transform,
    half_transform,
    integrate,
    omega,
)
from ridgeproof.theory.checks import check_integer, check_real, exact
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt

__all__ = ["InverseMoments", "eigenvalue_sums", "wishart_resolvent_moments"]

_MOST_EIGENVALUES = 1000


@dataclass(frozen=True)
class InverseMoments:
    """h_k = E tr (S + lam)^-k, each right to the digits asked for.

    Attributes:
        h1: E tr (S + lam)^-1.
        h2: E tr (S + lam)^-2.
        radius: a proved bound on the absolute error of both.
    """

    h1: Any
    h2: Any
    radius: Any


def wishart_resolvent_moments(d: int, T: int, lam: Fraction, digits: int = 30) -> InverseMoments:
    """The first two resolvent moments of X'X/T, X of T rows and d standard normal columns.

    h_k = E tr (X'X/T + lam)^-k for lam > 0, and at lam = 0 the inverse moments

        h_1 = d T/(T-d-1),    h_2 = d T^2 (T-1)/((T-d)(T-d-1)(T-d-3)).

    Args:
        d: dimension, at least 1.
        T: sample size, at least 1; min(d, T) at most 1000.
        lam: penalty, an exact rational >= 0.
        digits: relative decimal digits of both moments, at most 1000.

    Raises:
        InputError: an argument is out of range.
        InfiniteExpectation: lam = 0 and T <= d+3, where h_2 is infinite.
        NotBuilt: min(d, T) > 1000.
        SolverError: the digits were not reached.

    Source: derived here; the inverse moments are classical (von Rosen 1988).

    >>> import mpmath
    >>> moments = wishart_resolvent_moments(10, 15, Fraction(1, 10))
    >>> print(mpmath.nstr(moments.h1, 25), mpmath.nstr(moments.h2, 25))
    19.18827350225846171851755 69.70858278594653747544574
    >>> moments.radius < 1e-28
    True
    """
    d, T = check_integer("d", d, least=1), check_integer("T", T, least=1)
    lam = check_real("lam", exact("lam", lam), least=0)
    digits = check_digits(digits)
    if lam == 0 and T <= d + 3:
        raise InfiniteExpectation(
            "T",
            T,
            f"is at most d + 3 = {d + 3}, where E tr (X'X)^-2 is infinite",
            f"take T >= {d + 4}, or lam > 0",
        )

    def moments(precision: int) -> tuple[Any, Any]:
        if lam == 0:
            spare = T - d
            return (
                ball(Fraction(d * T, spare - 1)),
                ball(Fraction(d * T**2 * (T - 1), spare * (spare - 1) * (spare - 3))),
            )
        null = d - min(d, T)
        first, second = eigenvalue_sums(d, T, lam, precision)
        return (first + null) / ball(lam), (second + null) / ball(lam**2)

    balls = refined("the resolvent moments", bits_for(digits), moments, 8)
    h1, h2 = (number(each, digits) for each in balls)
    return InverseMoments(h1, h2, radius(balls, digits))


@lru_cache(maxsize=256)
def eigenvalue_sums(d: int, T: int, lam: Fraction, bits: int) -> Transform:
    """E sum z/(x+z) and E sum z^2/(x+z)^2 over the positive eigenvalues of X'X, z = lam T > 0.

    Both lie in (0, min(d, T)) and are right to this many relative bits.
    """
    N, a = min(d, T), abs(T - d)
    if N > _MOST_EIGENVALUES:
        raise NotBuilt(
            f"min(d, T) = {N} is beyond the {_MOST_EIGENVALUES} eigenvalues that the exact "
            "density serves: there the deterministic equivalent is the method"
        )
    density = one_point_density(N, a)
    # The alternating coefficients lose about this many bits (measured), and division by x+z what
    # the polynomials reach at -z; a retry mends a bad guess.
    start = int(N * (3.7 + math.log2(1 + a / N))) + 32
    if expansion_serves(N, a, lam * T, bits):
        return refined(
            "the expansion at large lam",
            bits,
            lambda _: expanded_sums(density, a, ball(lam * T), bits + 32),
            start,
        )
    start = max(start, _growth(density.smooth, lam * T, a) + 32)
    edge_bits = bits + _growth(density.last * density.step, lam * T / 2, a) + 32

    def sums(precision: int) -> Transform:
        z = ball(lam * T)
        bulk = _smooth_part(density, N, a, z)
        edge = _edge_part(density, N, a, z, edge_bits + precision - bits - start)
        return z * (bulk[0] + edge[0]), z**2 * (bulk[1] + edge[1])

    return refined("the Stieltjes transform of the density", bits, sums, start)


def _growth(polynomial: Any, w: Fraction, a: int) -> int:
    """Bits lost when p(-w) F_{a+1}(w) cancels down to the smallest second moment it may leave."""
    with ctx.workprec(64):
        x = ball(w)
        size = 1 + abs(arb_poly(polynomial)(-x)) * (x + a + 1) * (1 + 1 / x)
        return math.ceil(float(size.log()) / math.log(2))


def _smooth_part(density: Density, N: int, a: int, z: Any) -> Transform:
    shape = fmpq(a + 1)
    return integrate(density.smooth, z, gamma_moments(shape, 2 * N), gamma_transform(shape, z))


def _edge_part(density: Density, N: int, a: int, z: Any, bits: int) -> Transform:
    y = z / 2
    shape = fmpq(a + 1, 2)
    moments, transform = gamma_moments(shape, N), gamma_transform(shape, y)
    factor = arb(density.edge)
    if density.step:
        weight = omega(a)
        factor = density.step / weight
        moments = half_moments(moments, a, weight)
        whole, square = half_transform(a, y, bits)
        transform = (whole - transform[0] / 2, square - transform[1] / 2)
    first, second = integrate(density.last, y, moments, transform)
    return factor * first / 2, factor * second / 4
