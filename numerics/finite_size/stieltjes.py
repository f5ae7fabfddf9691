"""Rigorous Stieltjes transforms of gamma densities, by ball arithmetic.

Three transcendental functions carry every resolvent moment of a real Wishart matrix; with Y and
Y' independent gamma variables of shape s and w > 0,

    F_s(w) = E 1/(Y+w) = e^w E_s(w),         J_s(w) = E [1{Y' < Y} / (Y+w)].

Each is enclosed: the error of a truncation or a quadrature is part of the ball.  Derived here.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flint import arb, arb_poly, ctx, fmpq

__all__ = ["Transform", "gamma_transform", "half_transform", "integrate", "omega", "pair"]

# Parameter of the Bernstein ellipse: the largest convenient one on which Re(1/cos^2) > 0.
_RHO = 3

# The values of int f/(x+w) and int f/(x+w)^2.
Transform = tuple[Any, Any]


def omega(a: int) -> Any:
    """Gamma(a+1) / (2^a Gamma((a+1)/2)^2)."""
    return arb.gamma_fmpq(fmpq(a + 1)) / (arb(2) ** a * arb.gamma_fmpq(fmpq(a + 1, 2)) ** 2)


def gamma_transform(s: Any, w: Any) -> Transform:
    """E (Y+w)^-1 and E (Y+w)^-2 for a gamma variable Y of shape s.

    The second follows from F' = F (1 + (s-1)/w) - 1/w.
    """
    value = _mean_reciprocal(s, w)
    return value, (1 - value * (w + s - 1)) / w


def half_transform(a: int, w: Any, bits: int) -> Transform:
    """J_s(w) and -J_s'(w) for s = (a+1)/2, to about this many bits.

    By symmetry of (Y, Y'), and because Y+Y' is independent of Y/(Y+Y') = cos^2 theta,

        J_s(w) = 2 omega int_0^{pi/4} sin^a(2 theta) cos^-2(theta) F_{a+1}(w/cos^2 theta) d theta,
        w J' = (s-1) J - 1/2 + w J + omega F_{a+1}(2w).
    """
    with ctx.workprec(bits + 20):
        shape = fmpq(a + 1, 2)
        value = 2 * omega(a) * _angular_integral(a, w, bits)
        tail = omega(a) * _mean_reciprocal(fmpq(a + 1), 2 * w)
        slope = ((shape - 1) * value - fmpq(1, 2) + w * value + tail) / w
        return value, -slope


def integrate(polynomial: Any, w: Any, moments: list[Any], transform: Transform) -> Transform:
    """The integrals of f p/(x+w) and f p/(x+w)^2, given the moments of f and its transform.

    Division by x+w leaves the remainder times the transform of f; the large terms cancel, which
    the balls record and the caller pays for with precision.
    """
    first, second = transform
    divisor = arb_poly([w, 1])
    once, value = divmod(arb_poly(polynomial), divisor)
    twice, slope = divmod(once, divisor)
    return (
        pair(once.coeffs(), moments) + value[0] * first,
        pair(twice.coeffs(), moments) + slope[0] * first + value[0] * second,
    )


def pair(coefficients: Sequence[Any], moments: Sequence[Any]) -> Any:
    """The integral of a polynomial, given its coefficients and the moments of the density."""
    return sum(map(operator.mul, coefficients, moments), arb(0))


def _mean_reciprocal(s: Any, w: Any) -> Any:
    """F_s(w) = E 1/(Y+w), at the midpoint and from there: F falls and w F rises with w."""
    centre = w.mid()
    value = _at_exact(s, centre)
    if w.is_exact():
        return value
    return value * (1 + arb(0, w.rad() / (centre - w.rad())))


def _at_exact(s: Any, w: Any) -> Any:
    bits = ctx.prec
    if 4 * w > bits or s > bits:
        # Stieltjes' fraction errs by exp(-4 sqrt(steps w)), and at first by 4^-steps for large s.
        count = min(int((bits / 5.7) ** 2 / max(float(w), 1.0)), bits) + 16
        for _ in range(4):
            value = _continued_fraction(s, w, count)
            if value.rel_accuracy_bits() >= bits - 16:
                return value
            count *= 2
    # The series behind E_s cancels like e^(2w), and would blow up the radius of an inexact w.
    with ctx.workprec(bits + int(3.2 * float(w)) + 40):
        return w.exp() * w.expint(s)


def _continued_fraction(s: Any, w: Any, count: int) -> Any:
    """1/r_0 from r_k = w + (s+k) r_{k+1}/(r_{k+1} + k+1) and w <= r_k <= w + s + k.

    Each step is increasing in r, so that both ends of the unknown tail bound the value; once
    they are close one ball stands for both.
    """
    low, high = w, w + s + count
    k = count
    while k > 0 and not 8 * (high - low) < low:
        k -= 1
        low, high = _step(s, w, k, low), _step(s, w, k, high)
    r = low.union(high)
    for each in range(k - 1, -1, -1):
        r = _step(s, w, each, r)
    return 1 / r


def _step(s: Any, w: Any, k: int, r: Any) -> Any:
    # r occurs once, so that a ball is not widened by counting it twice.
    top = arb(s + k)
    return w + top - top * (k + 1) / (r + (k + 1))


def _angular_integral(a: int, w: Any, bits: int) -> Any:
    quarter = arb.pi() / 4
    # F decreases and int_0^{pi/2} sin^a >= sqrt(pi/(2(a+1))): a lower bound to measure errors by.
    least = (arb.pi() / (8 * (a + 1))).sqrt() * _mean_reciprocal(fmpq(a + 1), 2 * w)
    width, omitted = _support(a, w, bits)
    largest = _maximum(a, w, width)
    # Chebyshev coefficients 2 M rho^-k: n nodes err by at most 64/15 M rho^-2n/(1-rho^-2).
    factor = largest * width / 2 * fmpq(64, 15) / (1 - fmpq(1, _RHO**2))
    excess = max(0.0, float((factor / least).log()))
    n = math.ceil((bits * math.log(2) + excess) / (2 * math.log(_RHO))) + 2
    total = arb(0)
    for node, weight in _gauss_legendre(n, ctx.prec):
        angle = quarter + width * (node - 1) / 2
        stretch = 1 / angle.cos() ** 2
        total += (
            weight * (2 * angle).sin() ** a * stretch * _mean_reciprocal(fmpq(a + 1), w * stretch)
        )
    error = omitted + factor / arb(_RHO) ** (2 * n)
    return total * width / 2 + arb(0, error.upper())


def _support(a: int, w: Any, bits: int) -> tuple[Any, Any]:
    """The width below pi/4 that matters, and a bound on the integral over the rest.

    cos^a(2 width) <= exp(-2 a width^2), F decreases, and tan <= 1.
    """
    needed = math.sqrt((bits + 8 + math.log2(a + 1)) * math.log(2) / (2 * max(a, 1)))
    if needed > 0.78:
        return arb.pi() / 4, arb(0)
    width = arb(needed)
    return width, (2 * width).cos() ** a * _mean_reciprocal(fmpq(a + 1), w)


def _maximum(a: int, w: Any, width: Any) -> Any:
    """A bound on the integrand over the Bernstein ellipse around [pi/4 - width, pi/4].

    There |Re theta| <= x = pi/4 + width/3 and |Im theta| <= y = 2 width/3, and so

        |sin 2 theta| <= cosh 2y,    |cos theta|^2 >= cos^2 x,    |F(w)| <= F(Re w),
        Re cos^-2 theta = Re cos^2 theta/|cos theta|^4 >= 2 (1 - |cos 2x| cosh 2y)/(1 + cosh 2y)^2.
    """
    x = arb.pi() / 4 + width / 3
    swell = (4 * width / 3).cosh()
    real_part = 2 * (1 - abs((2 * x).cos()) * swell) / (1 + swell) ** 2
    reach = _mean_reciprocal(fmpq(a + 1), w * real_part.lower())
    return swell**a / x.cos() ** 2 * reach


@lru_cache(maxsize=8)
def _gauss_legendre(n: int, bits: int) -> tuple[tuple[Any, Any], ...]:
    with ctx.workprec(bits):
        half = [arb.legendre_p_root(n, k, True) for k in range((n + 1) // 2)]
    mirrored = [(-node, weight) for node, weight in half[: n // 2]]
    return tuple(half + mirrored)
