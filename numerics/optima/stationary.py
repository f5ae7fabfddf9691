"""Every stationary point of the test error: brackets by a sweep over kappa, and proved enclosures.

The slope dE/dkappa is analytic in log kappa with structure no finer than about one unit; the sweep
takes sixteen steps to the unit (four for thousands of levels), and 64 times as many where the slope
nearly touches zero.  (That resolution is chosen, not proved.)  Beyond the sweep the slope is a
power of kappa times a linear function, with one zero at most.  Signs are those of balls, wherever
rounding could have changed that of a float.
"""

from __future__ import annotations

import contextlib
import itertools
import math
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Float64, Number
from ridgeproof.numerics.optima.curve import Curves, ErrorCurve
from ridgeproof.theory.errors import SolverError

__all__ = ["Bracket", "Course", "course_of", "enclosed"]

_STEP = 1 / 16
# A spectrum of many levels has no sharp structure: fewer steps, so that the cost stays low.
_MANY_LEVELS, _LONG_STEP = 2_000, 1 / 4
_SUBSTEPS = 64
_NARROWER = 16
# For T < d the sweep starts this far from kappa(lam=0), relatively: clear of its rounding.
_FIRST_STEP = 2.0**-40
# How far outside the eigenvalues the sweep goes, as a factor.
_MARGIN = 1000
# Beyond the sweep: 10^(2^j) times further, j up to this; at T = d the slope cancels far down.
_DOUBLINGS_UP, _DOUBLINGS_DOWN, _DOUBLINGS_AT_ONE = 24, 14, 11
# Where float64 has no underflow in a product of a few kappas, as logarithms.
_FLOAT_RANGE = 230.0
# A float64 slope below this many roundings of its terms is looked at in balls.
_DOUBT = 2.0**14 * np.finfo(np.float64).eps
# Digits at which the slope at lam = 0 is looked at; a smaller one counts as zero.
_START_DIGITS = (15, 60, 250)
# How well a place is known, in log kappa, before it is polished: by signs, and by floats between
# which it is interpolated; and how loosely it may be enclosed.
_ROUGH, _NARROW, _LOOSEST = 1e-9, 1e-4, 1e-8
_MOST_STEPS = 60


@dataclass(frozen=True)
class Bracket:
    """The slope has ``sign`` at the lower log kappa and the opposite one at the upper."""

    lower: float
    upper: float
    sign: int


@dataclass(frozen=True)
class Course:
    """The course of the error from lam = 0 to lam = infinity.

    Attributes:
        first: sign of the slope next to lam = 0; positive makes that end a local minimum.
        brackets: one for each stationary point between, in order.
    """

    first: int
    brackets: tuple[Bracket, ...]


def course_of(curves: Curves) -> Course:
    """Find the brackets of all stationary points.

    The signal energy b must be positive: then the error approaches b from below as lam grows.

    Raises:
        SolverError: a sign cannot be decided.
    """
    signs, grid = _signs(curves, _grid(curves))
    inside = [
        Bracket(grid[i], grid[i + 1], int(signs[i]))
        for i in np.flatnonzero(signs[:-1] != signs[1:])
    ]
    below, first = _below(curves, float(grid[0]), int(signs[0]))
    above = _above(curves, float(grid[-1]), int(signs[-1]))
    return Course(first, (*below, *inside, *above))


def enclosed(curves: Curves, bracket: Bracket, engine: Balls) -> Number:
    """A ball around the kappa of a stationary point, at whose ends the slope has opposite signs.

    Raises:
        SolverError: more digits are needed to see them.
    """
    curve, log_kappa = curves.at(engine), _rough(curves, bracket)
    with engine.scope():
        x, h = engine.convert(log_kappa), engine.convert(_ROUGH) * max(1.0, abs(log_kappa))
        finest = engine.epsilon / 2**12

        def slope(x: Number) -> Number:
            return curve.slope(x.exp())

        # Secants: the error of a step is of the order of its product with the one before.
        before, here, there = x + h, slope(x), slope(x + h)
        for _ in range(_MOST_STEPS):
            apart = before - x
            step = (here * apart / (there - here)).mid()
            before, there, x = x, here, (x - step).mid()
            if not abs(step * apart) > finest:
                break
            here = slope(x)
        radius = finest
        while radius < _LOOSEST:
            left, right = slope(x - radius) * bracket.sign, slope(x + radius) * bracket.sign
            if left > 0 and right < 0:
                return (x + radius).exp().union((x - radius).exp())
            radius = 16 * radius
    raise SolverError(
        f"the slope of the test error does not change sign visibly near log kappa = {log_kappa}: "
        "the minimum is too flat for this many digits. Ask for more digits"
    )


def _rough(curves: Curves, bracket: Bracket) -> float:
    """The root in log kappa, by floats, or by signs in balls where these are not to be had."""
    lower, upper = bracket.lower, bracket.upper
    least = _ROUGH * max(1.0, abs(upper))
    if upper - lower <= least:
        return (lower + upper) / 2
    while True:
        x = np.linspace(lower, upper, _NARROWER + 1)
        slopes = bracket.sign * _float_slopes(curves, x)
        at = int(np.argmax(slopes < 0))
        if not at or slopes[at - 1] <= 0:
            return float(brentq(curves.sign_at, bracket.lower, bracket.upper, xtol=least))
        lower, upper = float(x[at - 1]), float(x[at])
        if upper - lower <= _NARROW:
            return float(np.interp(0.0, slopes[[at, at - 1]], [upper, lower]))


def _grid(curves: Curves) -> Array:
    """log kappa from one end to the other."""
    d, T = curves.setting.d, curves.setting.T
    curve = curves.at(Balls(_START_DIGITS[0]))
    with curve.engine.scope():
        s = curve.point.spectrum.s
        upper = float((s[0] * (_MARGIN * max(1, -(-d // T)))).log())
        if d > T:
            lower = float(curve.start.log()) + _FIRST_STEP
        else:
            lower = float((s[-1] * min(max(T - d, 1), d) / (_MARGIN * d)).log())
    step = _LONG_STEP if curves.setting.distinct > _MANY_LEVELS else _STEP
    return np.linspace(lower, upper, max(2, math.ceil((upper - lower) / step)) + 1)


def _signs(curves: Curves, grid: Array) -> tuple[Array, Array]:
    """Signs on the grid, and the grid made finer where the slope nearly touches zero."""
    relative = _slopes(curves, grid)
    near = _near_touches(relative)
    if near:
        finer = [np.linspace(grid[i - 1], grid[i + 1], _SUBSTEPS + 1)[1:-1] for i in near]
        grid = np.unique(np.concatenate([grid, *finer]))
        relative = _slopes(curves, grid)
    return np.sign(relative), grid


def _slopes(curves: Curves, grid: Array) -> Array:
    """Slopes relative to their terms; a mere sign where rounding could have changed it.

    Such a slope counts as smaller than any other.
    """
    relative = _float_slopes(curves, grid)
    for i in np.flatnonzero(~(abs(relative) > _DOUBT)):
        relative[i] = curves.sign_at(float(grid[i])) * np.finfo(np.float64).tiny
    return relative


def _float_slopes(curves: Curves, logs: Array) -> Array:
    """Slopes relative to their terms in float64; zeros where its range is too small."""
    if max(abs(logs[0]), abs(logs[-1])) < _FLOAT_RANGE:
        with contextlib.suppress(SolverError):
            return curves.at(Float64()).relative_slopes(np.exp(logs))
    return np.zeros(len(logs))


def _near_touches(relative: Array) -> list[int]:
    """Inner points at which |slope| is a local minimum without a change of sign."""
    size = abs(relative)
    inner = slice(1, -1)
    dips = (size[inner] < size[:-2]) & (size[inner] < size[2:])
    same = (np.sign(relative[inner]) == np.sign(relative[:-2])) & (
        np.sign(relative[inner]) == np.sign(relative[2:])
    )
    return [int(i) + 1 for i in np.flatnonzero(dips & same)]


def _below(curves: Curves, start: float, sign: int) -> tuple[tuple[Bracket, ...], int]:
    """Between lam = 0 and the sweep."""
    T, d = curves.setting.T, curves.setting.d
    if T == d:
        return _outside(curves, start, sign, -1, _DOUBLINGS_AT_ONE)
    first = _first_sign(curves, start)
    if first == sign:
        return (), first
    if T < d:
        return (Bracket(start - _FIRST_STEP, start, first),), first
    return _outside(curves, start, sign, -1, _DOUBLINGS_DOWN, first)


def _first_sign(curves: Curves, start: float) -> int:
    """The sign at lam = 0 itself; next to it where the slope vanishes there, without any noise."""
    is_positive = curves.setting.T < curves.setting.d
    for digits in _START_DIGITS:
        curve = curves.at(Balls(digits))
        with curve.engine.scope():
            slope = curve.slope(curve.start)
            if slope != 0:
                return 1 if slope > 0 else -1

    def next_to_it(curve: ErrorCurve) -> Number:
        engine = curve.engine
        tiny = engine.number(10) ** (8 - _START_DIGITS[-1])
        return curve.start * (1 + tiny) if is_positive else engine.exp(engine.convert(start)) * tiny

    return curves.sign(next_to_it)


def _above(curves: Curves, start: float, sign: int) -> tuple[Bracket, ...]:
    """Between the sweep and lam = infinity, where the error grows towards b."""
    if sign > 0:
        return ()
    found, last = _outside(curves, start, sign, 1, _DOUBLINGS_UP)
    if last < 0:
        raise SolverError(
            "the test error still decreases at kappa = 10^(10^7): the generators have forgotten "
            "the signal beyond measure. Take a smaller n"
        )
    return found


def _outside(
    curves: Curves,
    start: float,
    sign: int,
    direction: int,
    doublings: int,
    last: int | None = None,
) -> tuple[tuple[Bracket, ...], int]:
    """The one bracket beyond an end of the sweep, if any, and the sign furthest out."""
    points = [start + direction * math.log(10) * 2**j for j in range(doublings + 1)]
    last = last or curves.sign_at(points[-1])
    if last == sign:
        return (), sign
    for inner, point in itertools.pairwise([start, *points]):
        if curves.sign_at(point) != sign:
            lower, upper = sorted((inner, point))
            return (Bracket(lower, upper, sign if direction > 0 else last),), last
    raise SolverError(f"the best lam is below 10^-(2^{doublings}): give larger noises of labels")
