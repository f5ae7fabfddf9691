"""Brackets of every stationary point of the test error, by a sweep over kappa.

The slope dE/dlog kappa is analytic in log kappa with structure no finer than about one unit; the
sweep takes sixteen steps to the unit (four for thousands of levels), and 64 times as many where
the slope nearly touches zero.  (That resolution is chosen, not proved.)  Beyond the sweep the slope
is a power of kappa times a linear function, with one zero at most.  Signs that rounding could have
changed are decided again with more digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import mpmath
import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Engine, Float64, Multiprecision, Number
from ridgeproof.numerics.optima.curve import SIGN_DIGITS, Curves
from ridgeproof.theory.errors import SolverError

__all__ = ["FLOAT_RANGE", "Bracket", "SpectrumShape", "shape"]

# Where float64 has no underflow in a product of a few kappas.
FLOAT_RANGE = (1e-100, 1e100)

_STEP = 1 / 16
# A spectrum of many levels has no sharp structure: fewer steps, so that the cost stays low.
_MANY_LEVELS, _LONG_STEP = 2_000, 1 / 4
_SUBSTEPS = 64
# For T < d the sweep starts this far from kappa(lam=0), relatively: clear of its rounding.
_FIRST_STEP = Fraction(1, 2**40)
# How far outside the eigenvalues the sweep goes, as a factor.
_MARGIN = 1000
# Beyond the sweep: 10^(2^j) times further, j up to this.
_MAX_DOUBLINGS_DOWN, _MAX_DOUBLINGS_UP = 14, 24
# Digits at which the sign at lam = 0, T < d is looked at; a smaller slope counts as zero.
_START_DIGITS = (15, 60, 250)
# A float64 slope below this many times its rounding is looked at with more digits.
_DOUBT = 256


@dataclass(frozen=True)
class Bracket:
    """The slope has ``sign`` at ``lower`` and the opposite one at ``upper``."""

    lower: Number
    upper: Number
    sign: int


@dataclass(frozen=True)
class SpectrumShape:
    """The course of the error from lam = 0 to lam = infinity.

    Attributes:
        first: sign of the slope next to lam = 0; positive makes that end a local minimum.
        brackets: one for each stationary point between, in order.
    """

    first: int
    brackets: tuple[Bracket, ...]


def shape(curves: Curves) -> SpectrumShape:
    """Find the brackets of all stationary points.

    The signal energy b must be positive: then the error approaches b from below as lam grows.

    Raises:
        SolverError: a sign cannot be decided.
    """
    grid = _grid(curves)
    signs, grid = _signs(curves, grid)
    inside = [
        Bracket(grid[i], grid[i + 1], int(signs[i]))
        for i in np.flatnonzero(signs[:-1] != signs[1:])
    ]
    below, first = _below(curves, grid[0], int(signs[0]))
    above = _above(curves, grid[-1], int(signs[-1]))
    return SpectrumShape(first, (*below, *inside, *above))


def _grid(curves: Curves) -> Array:
    """Kappas from one end to the other; float64 unless its range is too small."""
    try:
        with Float64().scope():
            lower, upper = _ends(curves, Float64())
            if FLOAT_RANGE[0] < lower and upper < FLOAT_RANGE[1]:
                grid: Array = _geometric(lower, upper, _count(curves, upper / lower))
                return grid
    except SolverError:
        pass
    engine = Multiprecision(SIGN_DIGITS[0])
    with engine.scope():
        lower, upper = _ends(curves, engine)
        count = _count(curves, upper / lower)
        step = engine.log(upper / lower) / (count - 1)
        return np.array([lower * engine.exp(i * step) for i in range(count)], dtype=object)


def _ends(curves: Curves, engine: Engine) -> tuple[Number, Number]:
    d, T = curves.setting.d, curves.setting.T
    curve = curves.at(engine)
    s = curve.spectrum.s
    upper = s[0] * (_MARGIN * max(1, -(-d // T)))
    if d > T:
        return curve.start * (1 + engine.number(_FIRST_STEP)), upper
    slack = engine.number(Fraction(min(max(T - d, 1), d), d))
    return s[-1] / _MARGIN * slack, upper


def _geometric(lower: Number, upper: Number, count: int) -> Array:
    return np.exp(np.linspace(float(np.log(lower)), float(np.log(upper)), count))


def _count(curves: Curves, ratio: Number) -> int:
    many = curves.setting.distinct > _MANY_LEVELS
    return max(2, math.ceil(mpmath.log(ratio) / (_LONG_STEP if many else _STEP))) + 1


def _signs(curves: Curves, grid: Array) -> tuple[Array, Array]:
    """Signs on the grid, and the grid made finer where the slope nearly touches zero."""
    if grid.dtype == object:
        return np.array([curves.sign(kappa) for kappa in grid]), grid
    relative = _float_slopes(curves, grid)
    near = _near_touches(relative)
    if near:
        finer = [_geometric(grid[i - 1], grid[i + 1], _SUBSTEPS + 1)[1:-1] for i in near]
        grid = np.unique(np.concatenate([grid, *finer]))
        relative = _float_slopes(curves, grid)
    return np.sign(relative), grid


def _float_start_sign(curves: Curves) -> int:
    """The same in float64; 0 where that is not certain."""
    curve = curves.at(Float64())
    try:
        with curve.engine.scope():
            slope = curve.slope(curve.start)
    except SolverError:
        return 0
    certain = abs(slope.value) > _DOUBT * curve.noise * slope.scale
    return int(np.sign(slope.value)) if certain else 0


def _start_sign(curves: Curves) -> int:
    """The sign at lam = 0 for T < d, from kappa(lam=0) itself and not a rounding of it.

    Where the slope vanishes at the very end (an isotropic spectrum without any noise), the sign
    next to it.
    """
    for digits in _START_DIGITS:
        curve = curves.at(Multiprecision(digits))
        with curve.engine.scope():
            slope = curve.slope(curve.start)
            if abs(slope.value) > slope.scale * mpmath.mpf(10) ** -(digits - 2):
                return 1 if slope.value > 0 else -1
    with mpmath.workdps(2 * _START_DIGITS[-1]):
        return curves.sign(curve.start * (1 + mpmath.mpf(10) ** (8 - _START_DIGITS[-1])))


def _float_slopes(curves: Curves, grid: Array) -> Array:
    """Slopes relative to their terms; where rounding could have changed the sign, with more."""
    curve = curves.at(Float64())
    try:
        with curve.engine.scope():
            value, scale = curve.slopes(grid)
            relative: Array = value / scale
            doubtful = np.flatnonzero(~(abs(relative) > _DOUBT * curve.noise))
    except SolverError:
        relative, doubtful = np.zeros(len(grid)), np.arange(len(grid))
    for i in doubtful:
        exact = float(curves.relative_slope(mpmath.mpf(grid[i])))
        # Only the sign matters here; tiny values must not underflow to zero.
        relative[i] = exact if abs(exact) > 1e-300 else math.copysign(1e-300, exact)
    return relative


def _near_touches(relative: Array) -> list[int]:
    """Inner points at which |slope| is a local minimum without a change of sign."""
    size = abs(relative)
    inner = slice(1, -1)
    dips = (size[inner] < size[:-2]) & (size[inner] < size[2:])
    same = (np.sign(relative[inner]) == np.sign(relative[:-2])) & (
        np.sign(relative[inner]) == np.sign(relative[2:])
    )
    return [int(i) + 1 for i in np.flatnonzero(dips & same)]


def _below(curves: Curves, start: Number, sign: int) -> tuple[tuple[Bracket, ...], int]:
    """Between lam = 0 and the sweep."""
    if curves.setting.T < curves.setting.d:
        first = _float_start_sign(curves) or _start_sign(curves)
        if first == sign:
            return (), sign
        lower = curves.at(Multiprecision(_START_DIGITS[-1])).start
        return (Bracket(lower, start, first),), first
    return _outside(curves, start, sign, -1, _MAX_DOUBLINGS_DOWN)


def _above(curves: Curves, start: Number, sign: int) -> tuple[Bracket, ...]:
    """Between the sweep and lam = infinity, where the error grows towards b."""
    if sign > 0:
        return ()
    found, last = _outside(curves, start, sign, 1, _MAX_DOUBLINGS_UP)
    if last < 0:
        raise SolverError(
            "the test error still decreases at kappa = 10^(10^7): the generators have forgotten "
            "the signal beyond measure. Take a smaller n"
        )
    return found


def _outside(
    curves: Curves, start: Number, sign: int, direction: int, doublings: int
) -> tuple[tuple[Bracket, ...], int]:
    with mpmath.workdps(30):
        inner = mpmath.mpf(start)
        points = [inner * mpmath.mpf(10) ** (direction * 2**j) for j in range(doublings + 1)]
        last = curves.sign(points[-1])
        if last == sign:
            return (), sign
        for point in points:
            if curves.sign(point) != sign:
                ends = (inner, point) if direction > 0 else (point, inner)
                return (Bracket(*ends, sign if direction > 0 else last),), last
            inner = point
    raise AssertionError  # the last point has the other sign
