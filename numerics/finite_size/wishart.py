"""Resolvent moments h_k = E tr (S + lam)^-k of a real Wishart matrix, enclosed.

S = X'X/T with T x d standard normal X.  With N = min(d, T) and z = lam T,

    lam^k h_k = z^k int rho(x) (x + z)^-k dx + d - N,

and the integral is closed: polynomials divided by x+z leave F and J of `stieltjes`.  Derived
here from the density in `laguerre`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import arb, arb_poly, ctx, fmpq

from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.finite_size.expansion import (
    expanded_sums,
    expansion_serves,
    gamma_moments,
    half_moments,
)
from ridgeproof.numerics.finite_size.laguerre import Density, one_point_density
from ridgeproof.numerics.finite_size.stieltjes import (
    Transform,
    gamma_transform,
    half_transform,
    integrate,
    omega,
)
from ridgeproof.theory.errors import NotBuilt, SolverError

__all__ = ["eigenvalue_sums"]

_MOST_EIGENVALUES = 1000
_ATTEMPTS = 8


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
        return _refined(
            bits,
            lambda _: expanded_sums(density, a, exact_ball(lam * T), bits + 32),
            start,
        )
    start = max(start, _growth(density.smooth, lam * T, a) + 32)
    edge_bits = bits + _growth(density.last * density.step, lam * T / 2, a) + 32

    def sums(precision: int) -> Transform:
        z = exact_ball(lam * T)
        bulk = _smooth_part(density, N, a, z)
        edge = _edge_part(density, N, a, z, edge_bits + precision - bits - start)
        return z * (bulk[0] + edge[0]), z**2 * (bulk[1] + edge[1])

    return _refined(bits, sums, start)


def _refined(bits: int, compute: Callable[[int], Transform], start: int) -> Transform:
    """Evaluate compute(precision) at growing precision until both balls have these relative bits.

    Raises:
        SolverError: the balls stay too wide.
    """
    precision = bits + start
    for _ in range(_ATTEMPTS):
        with ctx.workprec(precision):
            balls = compute(precision)
        reached = min(map(_accuracy, balls))
        if reached >= bits:
            return balls
        # A ball's width shrinks in proportion, but a ball around noise tells nothing: double.
        precision += bits - reached + 16 if reached > 8 else precision
    raise SolverError(
        f"the sums over the exact density did not reach {bits} bits at a working precision of "
        f"{precision} bits: ask for fewer digits"
    )


def _accuracy(ball: Number) -> int:
    """Correct bits relative to the value; none where there is no value."""
    return int(ball.rel_accuracy_bits()) if ball.is_finite() else 0


def _growth(polynomial: Any, w: Fraction, a: int) -> int:
    """Bits lost when p(-w) F_{a+1}(w) cancels down to the smallest second moment it may leave."""
    with ctx.workprec(64):
        x = exact_ball(w)
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
