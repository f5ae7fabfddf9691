"""Stationary points of the test error at any precision: bracketed roots, refined and enclosed."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import mpmath
import numpy as np

from ridgeproof.numerics.arithmetic.precision import Engine, Float64, Multiprecision, Number
from ridgeproof.numerics.optima.curve import SIGN_DIGITS, Curves, ErrorCurve, Signed
from ridgeproof.numerics.optima.stationary_brackets import FLOAT_RANGE, Bracket
from ridgeproof.theory.errors import SolverError

__all__ = ["Root", "refine"]

# How far a root found in float64, or with more digits, is expected to be off.
_FLOAT_RADIUS, _SLOW_RADIUS = 1e-11, 1e-9
# A stationary point enclosed more loosely than this needs more digits.
_MAX_RADIUS = 1e-8
_MAX_BISECTIONS = 400
_MAX_POLISHINGS = 6
_POLISHED = 64  # in ulp


@dataclass(frozen=True)
class Root:
    """A stationary point: the slope changes sign between kappa (1 - radius), kappa (1 + radius)."""

    kappa: Number
    radius: Number  # relative
    is_minimum: bool


def refine(curves: Curves, bracket: Bracket, engine: Engine) -> Root:
    """A stationary point at the engine's precision, enclosed by a sign change.

    Raises:
        SolverError: rounding hides the sign change.
    """
    fast = _float_root(curves, bracket)
    if fast is not None:
        try:
            return _polished(curves, bracket, engine, fast, _FLOAT_RADIUS)
        except SolverError:
            if isinstance(engine, Float64):
                raise
    with mpmath.workdps(SIGN_DIGITS[1]):
        logs = mpmath.log(bracket.lower), mpmath.log(bracket.upper)
        slow = _illinois(curves.relative_slope, logs, bracket.sign, mpmath.exp, _SLOW_RADIUS / 4)
    return _polished(curves, bracket, engine, slow, _SLOW_RADIUS)


def _polished(
    curves: Curves, bracket: Bracket, engine: Engine, kappa: Number, radius: float
) -> Root:
    """Newton steps at growing precision, and the enclosure that proves them right."""
    if not isinstance(engine, Float64):
        for rung in _rungs(engine, radius):
            curve = curves.at(rung)
            with rung.scope():
                kappa = _corrected(curve, rung.convert(kappa), rung.convert(radius))
                radius = max(100 * rung.convert(radius) ** 2, rung.epsilon)
    root = _enclosed(curves.at(engine), kappa, bracket.sign)
    # A flat minimum leaves float64 fewer digits than the rungs count on: go on from what is proved.
    for _ in range(_MAX_POLISHINGS):
        if root.radius <= _POLISHED * engine.epsilon:
            break
        with engine.scope():
            kappa = _corrected(curves.at(engine), root.kappa, root.radius)
        root = _enclosed(curves.at(engine), kappa, bracket.sign)
    return root


def _rungs(engine: Engine, radius: float) -> Iterator[Engine]:
    """Engines for Newton steps that each square the relative error (times 100)."""
    reach = -math.log10(radius)
    while reach < engine.digits + 2:
        reach = 2 * reach - 2
        yield Multiprecision(min(engine.digits, max(SIGN_DIGITS[0], math.ceil(reach))))


def _float_root(curves: Curves, bracket: Bracket) -> Number | None:
    """The root in float64, where no product of a few kappas leaves its range."""
    ends = [float(end) for end in (bracket.lower, bracket.upper)]
    if not (FLOAT_RANGE[0] < ends[0] and ends[1] < FLOAT_RANGE[1]):
        return None
    try:
        curve = curves.at(Float64())
        with curve.engine.scope():
            logs = np.log(ends[0]), np.log(ends[1])
            return _illinois(lambda x: _float_slope(curve, x), logs, bracket.sign, np.exp, 0)
    except SolverError:
        return None


def _float_slope(curve: ErrorCurve, kappa: Number) -> Number:
    slope = curve.slopes(np.array([kappa]))
    return slope.value[0] / slope.scale[0]


def _illinois(
    relative_slope: Callable[[Number], Number],
    logs: tuple[Number, Number],
    sign: int,
    exp: Callable[[Number], Number],
    width: float,
) -> Number:
    """A root in log kappa: bisection of wide brackets, then the Illinois method.

    Ends at this width of the bracket, or when rounding allows no further step.
    """
    low, high = logs
    left, right = (relative_slope(exp(x)) * sign for x in logs)
    kept = 0
    for _ in range(_MAX_BISECTIONS):
        if high - low <= width or left <= 0 or right >= 0:
            break
        x = (low * right - high * left) / (right - left)
        if high - low > 1:
            x = (low + high) / 2
        # A step onto an end would not shrink the bracket.
        x = min(max(x, low + width / 4), high - width / 4)
        if not low < x < high:
            break
        y = relative_slope(exp(x)) * sign
        if y == 0:
            return exp(x)
        if y > 0:
            low, left, right = x, y, right / 2 if kept > 0 else right
            kept = 1
        else:
            high, right, left = x, y, left / 2 if kept < 0 else left
            kept = -1
    return exp(low if abs(left) < abs(right) else high) if width == 0 else exp((low + high) / 2)


def _corrected(curve: ErrorCurve, kappa: Number, radius: Number) -> Number:
    """A Newton step whose derivative is a difference over the radius."""
    here, there = (curve.slope(kappa * (1 + shift)).value for shift in (0, radius))
    if here == there:
        return kappa
    step = here / (there - here) * radius
    # Never further than the enclosure so far: the root is inside it.
    return kappa * (1 - max(-radius, min(radius, step)))


def _enclosed(curve: ErrorCurve, kappa: Number, sign: int) -> Root:
    engine = curve.engine
    with engine.scope():
        radius = 4 * engine.epsilon
        while radius < _MAX_RADIUS:
            left, right = (curve.slope(kappa * (1 + side)) for side in (-radius, radius))
            if _certain(curve, left, sign) and _certain(curve, right, -sign):
                return Root(kappa, radius, sign < 0)
            radius = 4 * radius
    raise SolverError(
        f"the slope of the test error does not change sign visibly near kappa = {kappa}: "
        "the minimum is too flat for this many digits. Ask for more digits"
    )


def _certain(curve: ErrorCurve, slope: Signed, sign: int) -> bool:
    margin = 0 if isinstance(curve.engine, Float64) else curve.noise * slope.scale
    return bool(slope.value * sign > margin)
