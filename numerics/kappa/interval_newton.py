"""kappa in a ball, proved: Newton on midpoints, then one interval step that certifies the root.

f(kappa) = P - Q (see `numerics.kappa.fixed_point`) is p + df_1(kappa) - T, p = lam T/kappa, written
without cancellation (on random features p and T are those of `numerics.kappa.deficit`).  It
decreases on all of (0, infinity), so that it has at most one positive root: when the interval step
N = m - f(m)/f'(K) lands in the interior of K, the root exists, lies in N, and is the only one.  No
other branch can be meant.
"""

from __future__ import annotations

from flint import arb, ctx

from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.kappa.equation import Equation, approach

__all__ = ["certified", "enclose_root"]

_STARTING_BITS = 64
_MAX_WIDENINGS = 6


def enclose_root(equation: Equation, start: Number) -> Number:
    """The ball that holds kappa, at flint's working precision.

    Args:
        equation: in balls.
        start: a positive number; nothing proved about the answer depends on it.

    Raises:
        SolverError: the interval step did not contract.
    """
    target = ctx.prec
    with ctx.workprec(_STARTING_BITS):
        middle, size = approach(equation, start.mid())
    good = 56 if size < 2.0**-29 else 38  # of its bits
    while 2 * good < target + 8:
        good = 2 * good - 4
        with ctx.workprec(good + 16):
            value, slope = _difference(equation, middle)
            middle = (middle * (1 + value / slope)).mid()
    return certified(equation, middle)


def certified(equation: Equation, middle: Number) -> Number:
    """One interval Newton step from the midpoint.

    g = -kappa f' = -dp/d log kappa + sum u (1-u) has |d log g / d log kappa| <= 1, so that over
    K = m exp(+-r) it stays within the factors exp(+-r) of g(m): one pass over the levels does.

    Raises:
        SolverError: it does not contract.
    """
    value, slope = _difference(equation, middle)
    radius = 4 * abs(value / slope).upper() + arb(2) ** (8 - ctx.prec)
    for _ in range(_MAX_WIDENINGS):
        spread = arb(0, radius).exp()
        around = middle * spread
        image = middle + value * around / (slope * spread)
        if slope > 0 and middle > 0 and around.contains_interior(image):
            return image
        radius = 16 * radius
    raise equation.failure(
        "the interval Newton step does not contract, so that nothing is proved: ask for more digits"
    )


def _difference(equation: Equation, kappa: Number) -> tuple[Number, Number]:
    """f(kappa) and -kappa f'(kappa)."""
    P, Q, P_slope, Q_slope = equation.at(kappa)
    return P - Q, P_slope + Q_slope
