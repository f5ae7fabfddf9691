"""Resolvent sums at a large penalty, from the moments M_j = E tr (X'X)^j.

For u >= 0 the Taylor polynomials of 1/(1+u) and 1/(1+u)^2 err by at most the first omitted term
and with its sign, so that, with z = lam T and 0 <= theta <= 1,

    E sum z/(x+z)     = sum_{j<J} (-1)^j M_j z^-j + theta (-1)^J M_J z^-J,
    E sum z^2/(x+z)^2 = sum_{j<J} (-1)^j (j+1) M_j z^-j + theta (-1)^J (J+1) M_J z^-J.

Derived here.
"""

from __future__ import annotations

from typing import Any

from flint import arb, fmpq

from ridgeproof.numerics.finite_size.laguerre import Density
from ridgeproof.numerics.finite_size.stieltjes import Transform, omega, pair

__all__ = ["expanded_sums", "expansion_serves", "gamma_moments", "half_moments"]


def expansion_serves(N: int, a: int, z: Any, bits: int) -> bool:
    """Whether the terms fall like 2^-j to 2^-bits before the series starts to diverge.

    The spectrum ends near (sqrt d + sqrt T)^2 <= 2(2N+a), with a tail e^(-x/2) that makes terms
    no smaller than e^(-z/2).
    """
    return bool(z >= max(4 * (2 * N + a), 4 * bits))


def expanded_sums(density: Density, a: int, z: Any, bits: int) -> Transform:
    """E sum z/(x+z) and E sum z^2/(x+z)^2, with the remainder inside the balls."""
    most = bits + 64
    bulk, edge = ([arb(c) for c in p.coeffs()] for p in (density.smooth, density.last))
    smooth = gamma_moments(fmpq(a + 1), most + len(bulk))
    last = gamma_moments(fmpq(a + 1, 2), most + len(edge))
    factor = arb(density.edge)
    if density.step:
        weight = omega(a)
        factor, last = density.step / weight, half_moments(last, a, weight)
    first, second, power = arb(0), arb(0), arb(1)
    for j in range(most):
        moment = pair(bulk, smooth[j:]) + 2**j * factor * pair(edge, last[j:])
        term, power = moment * power, -power / z
        if j == most - 1 or abs(term) * (j + 1) < arb(2) ** -bits:
            break
        first, second = first + term, second + (j + 1) * term
    return first + term.union(arb(0)), second + ((j + 1) * term).union(arb(0))


def gamma_moments(s: Any, count: int) -> list[Any]:
    """E Y^j for a gamma variable Y of shape s, j < count."""
    moments = [arb(1)]
    for j in range(count - 1):
        moments.append(moments[-1] * (s + j))
    return moments


def half_moments(moments: list[Any], a: int, weight: Any) -> list[Any]:
    """E Y^j (1{Y' < Y} - 1/2) for shape s = (a+1)/2, from E Y^j and weight = omega(a).

    By parts, e_j = E Y^j 1{Y' < Y} = (s+j-1) e_{j-1} + omega (a+1)_{j-1} 2^-j.
    """
    shape = fmpq(a + 1, 2)
    half, step = arb(1) / 2, weight / 2
    halves = [half]
    for j in range(1, len(moments)):
        half = (shape + (j - 1)) * half + step
        halves.append(half)
        step = step * (a + j) / 2
    return [x - moment / 2 for x, moment in zip(halves, moments, strict=True)]
