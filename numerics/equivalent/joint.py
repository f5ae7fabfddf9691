"""The least value of a function of several numbers in a box, from whole arrays of its values.

A quasi-random cloud finds the valleys, quasi-Newton steps follow the lowest of them to where the
slope vanishes, and a grid around the end must hold nothing lower.  All of it happens on a scale
that is logarithmic away from zero, where penalties, weights and times live.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import minimize, root
from scipy.stats import qmc

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.search import Minimum, falls
from ridgeproof.theory.errors import SolverError

__all__ = ["TOLERANCE", "minimise_jointly"]

# No value of the grid around a minimum is lower than it by more, relatively.
TOLERANCE = 1e-11
_CLOUD = 9  # its points, as a power of two, on each of two scales
_STARTS = 6
_APART = 1.0  # on the logarithmic scale
_ROUNDS = 8
# Where an interval has no upper end, and the place below which its scale is linear.
_FAR, _NEAR = 1e12, 1e-9
_STEP, _FINE = 1e-5, 2e-3  # of differences, for following a valley and for ending it
_AROUND = (1e-4, 3e-3, 3e-2)

_Function = Callable[[Array], Array]


def minimise_jointly(
    function: _Function,
    low: Sequence[float],
    high: Sequence[float],
    slopes: _Function | None = None,
) -> Minimum[tuple[float, ...]]:
    """The least value in a box; upper ends may be infinite.

    It is -inf where the function still falls as fast at the far end of an unbounded interval.

    Args:
        function: of an array of places, (places, numbers); infinite where it has no value.
        low: the lower ends, finite.
        high: the upper ends.
        slopes: its derivatives at one place, (numbers,); differences unless given.

    Raises:
        SolverError: a place next to the minimum is lower, again and again.

    >>> valley = lambda x: 1e4 * np.log(x[:, 0] * x[:, 1]) ** 2 + np.log(x[:, 0] / 4) ** 2
    >>> least = minimise_jointly(valley, [0, 0], [np.inf, np.inf])
    >>> print(*(f"{place:.6f}" for place in least.at))
    4.000000 0.250000
    """
    box = _Box(function, np.array(low, float), np.array(high, float), slopes)
    cloud = box.cloud()
    values = box.values(cloud)
    best, at = np.inf, cloud[0]
    for start in _separate(cloud, values):
        found = box.followed(start)
        value = float(box.values(found[None])[0])
        if value < best:
            best, at = value, found
    if not np.isfinite(best):
        return Minimum(tuple(np.full(len(low), np.nan)), np.inf)
    for _ in range(_ROUNDS):
        at = box.ended(at)
        around = box.around(at)
        found = box.values(around)
        least = int(found.argmin())
        best = float(box.values(at[None])[0])
        if found[least] >= best - TOLERANCE * abs(best):
            return box.minimum(at)
        at = box.followed(around[least])
    raise SolverError("a joint minimum is not reached in float64: a place next to it is lower")


class _Box:
    """A function on a box, on the scale u = arsinh(x/near)."""

    def __init__(
        self, function: _Function, low: Array, high: Array, slopes: _Function | None
    ) -> None:
        self.function, self.slopes = function, slopes
        self.open = np.isinf(high)
        self.low, self.high = low, np.where(self.open, np.maximum(_FAR, 2 * abs(low)), high)
        reach = np.maximum(abs(self.low), abs(self.high))
        self.near = np.where(self.open, _NEAR, 1e-6 * np.where(reach > 0, reach, 1.0))
        self.ends = np.arcsinh(self.low / self.near), np.arcsinh(self.high / self.near)

    def places(self, u: Array) -> Array:
        """What the points of the scale stand for, the ends exactly."""
        x = np.clip(self.near * np.sinh(u), self.low, self.high)
        x = np.where(u <= self.ends[0], self.low, x)
        return np.asarray(np.where(u >= self.ends[1], self.high, x))

    def values(self, u: Array) -> Array:
        """The function at points of the scale."""
        return self.called(self.places(np.clip(u, *self.ends)))

    def called(self, x: Array) -> Array:
        """The function at places; where it is undefined it has no value."""
        with np.errstate(all="ignore"):
            found = self.function(x)
        return np.where(np.isnan(found), np.inf, found)

    def cloud(self) -> Array:
        """Points all over the box, on this scale and where it is bounded on the plain one."""
        count = len(self.low)
        spread = qmc.Sobol(count, scramble=False).random_base2(_CLOUD)
        below, above = self.ends
        here = below + spread * (above - below)
        plain = np.arcsinh((self.low + spread * (self.high - self.low)) / self.near)
        special = [{a, b, min(max(0.0, a), b)} for a, b in zip(below, above, strict=True)]
        corners = np.array(list(product(*map(sorted, special))))
        return np.vstack([here, np.where(self.open, here, plain), corners])

    def followed(self, start: Array) -> Array:
        """The end of quasi-Newton steps downhill."""
        scale = abs(float(self.values(start[None])[0])) or 1.0
        worst = 1e6  # a step to where there is no value is too long

        def with_slope(u: Any) -> Any:
            steps = _STEP * np.eye(len(u))
            found = self.values(np.vstack([u, u + steps, u - steps])) / scale
            found = np.minimum(found, worst)
            ahead, behind = found[1 : 1 + len(u)], found[1 + len(u) :]
            # At an end one of the two is the point itself.
            width = np.minimum(u + _STEP, self.ends[1]) - np.maximum(u - _STEP, self.ends[0])
            return float(found[0]), (ahead - behind) / np.maximum(width, _STEP)

        done = minimize(
            with_slope,
            start,
            jac=True,
            method="L-BFGS-B",
            bounds=list(zip(*self.ends, strict=True)),
            options={"ftol": 1e-10, "gtol": 1e-7, "maxiter": 200},
        )
        return np.asarray(done.x)

    def steepness(self, u: Array) -> Array:
        """The derivatives on this scale, of which dx/du = sqrt(x^2 + near^2)."""
        assert self.slopes is not None
        x = self.places(np.clip(u, *self.ends))
        return np.asarray(self.slopes(x) * np.hypot(x, self.near))

    def ended(self, at: Array) -> Array:
        """Where the slope vanishes, unless that leads up; or differences of high order do."""
        inside = np.flatnonzero((at - 2 * _FINE > self.ends[0]) & (at + 2 * _FINE < self.ends[1]))
        if not len(inside):
            return at
        units = _FINE * np.eye(len(at))[inside]
        steps = np.vstack([f * unit for unit in units for f in (-2, -1, 1, 2)])

        def moved(u: Array) -> Array:
            place = at.copy()
            place[inside] = u
            return np.clip(place, *self.ends)

        def slope(u: Array) -> Array:
            if self.slopes is not None:
                return self.steepness(moved(u))[inside]
            found = self.values(moved(u) + steps).reshape(-1, 4)
            return np.asarray(found @ np.array([1, -8, 8, -1]) / (12 * _FINE))

        with np.errstate(all="ignore"):
            there = moved(root(slope, at[inside], options={"eps": 1e-6, "xtol": 1e-12}).x)
        best, value = self.values(np.vstack([at, there]))
        return there if value <= best + TOLERANCE * abs(best) else at

    def around(self, at: Array) -> Array:
        """A grid around a point, at several widths."""
        count = len(at)
        signs = (
            np.array(list(product((-1, 0, 1), repeat=count)))
            if count <= 4
            else np.vstack(
                [
                    np.eye(count),
                    -np.eye(count),
                    qmc.Sobol(count, scramble=False).random(128) * 2 - 1,
                ]
            )
        )
        return np.clip(np.vstack([at + width * signs for width in _AROUND]), *self.ends)

    def minimum(self, at: Array) -> Minimum[tuple[float, ...]]:
        """The place, at an end or at zero where rounding decides; infinity is a place."""
        x = self.places(at)
        best = float(self.called(x[None])[0])
        for j, ends in enumerate(zip(self.high, self.low, np.zeros(len(x)), strict=True)):
            for end in ends:
                tried = np.where(np.arange(len(x)) == j, end, x)
                value = float(self.called(tried[None])[0])
                rounding = 16 * np.finfo(np.float64).eps * abs(best)
                if self.low[j] <= end <= self.high[j] and value <= best + rounding:
                    x, best = tried, min(best, value)
        for j in np.flatnonzero(self.open & (x == self.high)).tolist():

            def along(places: Array, j: int = j) -> Array:
                return self.called(np.where(np.arange(len(x)) == j, places[:, None], x))

            if falls(along, float(x[j])):
                best = -np.inf
            x[j] = np.inf
        return Minimum(tuple(map(float, x)), best)


def _separate(cloud: Array, values: Array) -> list[Array]:
    """The lowest points that are apart from each other."""
    chosen: list[Array] = []
    for index in np.argsort(values, kind="stable"):
        point = cloud[index]
        if len(chosen) == _STARTS or not np.isfinite(values[index]):
            break
        if all(abs(point - other).max() > _APART for other in chosen):
            chosen.append(point)
    return chosen
