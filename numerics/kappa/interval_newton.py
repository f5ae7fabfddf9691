"""kappa in a ball, proved: Newton on midpoints, then one interval step that certifies the root.

f(kappa) = P - Q (see `numerics.kappa.fixed_point`) is p + df_1(kappa) - T, p = lam T/kappa, written
without cancellation (on random features p and T are those of `numerics.kappa.deficit`).  It
decreases on all of (0, infinity), so that it has at most one positive root: when the interval step
N = m - f(m)/f'(K) lands in the interior of K, the root exists, lies in N, and is the only one.  No
other branch can be meant.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flint import arb, ctx

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.kappa.deficit import Bound
from ridgeproof.numerics.spectra.eigenvalue_cluster import Cluster
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.errors import SolverError

__all__ = ["enclose_root"]

# Newton on log kappa is quadratic: a step of size x leaves an error of order x^2.
_STARTING_BITS = 64
_CLOSE = 2.0**-20
_MAX_STEPS = 100
_MAX_WIDENINGS = 6


def enclose_root(spectrum: Spectrum, bound: Bound, start: Any, taken: int = 0) -> tuple[Any, int]:
    """The ball that holds kappa, at flint's working precision, and the steps it took.

    Args:
        spectrum: levels as balls.
        bound: the rows, and the ridge penalty as a ball.
        start: a positive number; nothing proved about the answer depends on it.
        taken: steps that the start has taken.

    Raises:
        SolverError: the interval step did not contract.
    """
    equation = _equation(spectrum, bound)
    target = ctx.prec
    with ctx.workprec(_STARTING_BITS):
        middle, steps, good = _approach(equation, start)
    while 2 * good < target + 8:
        good = 2 * good - 4
        with ctx.workprec(good + 16):
            value, slope = equation.at(middle)
            middle = (middle * (1 + value / slope)).mid()
        steps += 1
    return _certified(equation, middle), taken + steps + 1


def _approach(equation: _Equation, start: Any) -> tuple[Any, int, int]:
    """Newton on log kappa inside the bracket that the signs seen so far imply.

    Returns the root, the number of steps, and how many bits of the root are good.
    """
    kappa = start.mid()
    lower: Any = None
    upper: Any = None
    for steps in range(1, _MAX_STEPS + 1):
        value, slope = equation.at(kappa, logarithmic=True)
        if value.mid() > 0:
            lower = kappa
        else:
            upper = kappa
        step = (value / slope).mid()
        if not step.is_finite():
            break
        kappa = (kappa * step.min(arb(30)).max(arb(-30)).exp()).mid()
        size = abs(float(step))
        if size < _CLOSE:
            return kappa, steps, 56 if size < 2.0**-29 else 38
        outside = (lower is not None and kappa <= lower) or (upper is not None and kappa >= upper)
        if outside and lower is not None and upper is not None:
            kappa = (lower * upper).sqrt().mid()
    raise SolverError(
        f"kappa for {equation.place}: Newton did not settle. The spectrum probably spans more "
        "decades than the precision carries: ask for more digits"
    )


def _certified(equation: _Equation, middle: Any) -> Any:
    """One interval Newton step from the midpoint.

    g = -kappa f' = -dp/d log kappa + sum u (1-u) has |d log g / d log kappa| <= 1, so that over
    K = m exp(+-r) it stays within the factors exp(+-r) of g(m): one pass over the levels does.
    """
    value, slope = equation.at(middle)
    radius = 4 * abs(value / slope).upper() + arb(2) ** (8 - ctx.prec)
    for _ in range(_MAX_WIDENINGS):
        spread = arb(0, radius).exp()
        around = middle * spread
        image = middle + value * around / (slope * spread)
        if slope > 0 and middle > 0 and around.contains_interior(image):
            return image
        radius = 16 * radius
    raise SolverError(
        f"kappa for {equation.place}: the interval Newton step does not contract, so that nothing "
        "is proved: ask for more digits"
    )


@dataclass(frozen=True)
class _Equation:
    spectrum: Spectrum
    s: Array  # the levels that are numbers
    weights: Array | None
    clusters: tuple[tuple[Cluster, int], ...]
    bound: Bound

    @property
    def place(self) -> str:
        bound = self.bound
        return f"lam = {bound.lam.str(15)}, {bound.place}, d = {self.spectrum.d}"

    def at(self, kappa: Any, *, logarithmic: bool = False) -> tuple[Any, Any]:
        """f(kappa) and -kappa f'(kappa), or the same for log(P/Q).

        kappa d/dkappa of s/(s+kappa) = u is -u (1-u), and of kappa/(s+kappa) = k it is k (1-k).
        """
        cut = self.spectrum.levels_above(kappa)
        above, below = slice(0, cut), slice(cut, None)
        terms = self.s[below]
        low, low_square = self._sums(terms / (terms + kappa), below)
        high, high_square = self._sums(kappa / (self.s[above] + kappa), above)
        for position, (s, count) in enumerate(self.clusters, start=len(self.s)):
            x = kappa / (s + kappa) if position < cut else s / (s + kappa)
            total, square = count * x.total(), count * (x * x).total()
            if position < cut:
                high, high_square = high + total, high_square + square
            else:
                low, low_square = low + total, low_square + square
        surplus = int(self.spectrum.ranks[cut]) - self.bound.rows
        p, p_slope = self.bound.deficit(kappa, arb.sqrt)
        P, Q = p + low + max(surplus, 0), high + max(-surplus, 0)
        below_slope, above_slope = p_slope + low - low_square, high - high_square
        if logarithmic:
            return (P / Q).log(), below_slope / P + above_slope / Q
        return P - Q, below_slope + above_slope

    def _sums(self, values: Array, part: slice) -> tuple[Any, Any]:
        if not len(values):
            return arb(0), arb(0)
        weighted = values if self.weights is None else values * self.weights[part]
        return sum(weighted.tolist(), arb(0)), weighted @ values


def _equation(spectrum: Spectrum, bound: Bound) -> _Equation:
    levels, counts = spectrum.s.tolist(), spectrum.multiplicity.tolist()
    size = sum(not isinstance(level, Cluster) for level in levels)
    weights = None if spectrum.weights is None else spectrum.weights[:size]
    clusters = tuple(zip(levels[size:], counts[size:], strict=True))
    return _Equation(spectrum, spectrum.s[:size], weights, clusters, bound)
