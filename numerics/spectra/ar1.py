"""Eigenvalues of the autoregressive covariance rho^|i-j|, from their characteristic equation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Engine, Float64, object_array
from ridgeproof.theory.errors import SolverError

__all__ = ["ar1_eigenvalues"]

_MAX_STEPS = 200
_MAX_WIDENINGS = 6


def ar1_eigenvalues(rho: Fraction, d: int, engine: Engine) -> Array:
    """The d eigenvalues of Sigma_ij = rho^|i-j|, descending; work inside the engine's scope.

    With r = |rho| (the sign flips eigenvectors, not eigenvalues),

        s_k = (1 - r^2) / ((1 - r)^2 + 4 r sin^2(t_k/2)),
        (d+1) t_k - 2 f(t_k) = (k-1) pi,    tan f(t) = (1 - r cos t) / (r sin t),    k = 1..d.

    The left side increases with slope at least d, so each k has one root; it is concave, so Newton
    from (k-1) pi/(d+1), which lies below the root, climbs to it without overshooting.  In balls an
    interval Newton step encloses each root.  Source: the tridiagonal inverse (Kac, Murdock, Szego
    1953), its phase form derived here.

    Raises:
        SolverError: Newton did not settle, or could not be certified.
    """
    r = abs(rho)
    if r == 0 or d == 1:
        return engine.array([1] * d)
    equation = _phase_equation(r, d, engine)
    t = _enclosed(equation, r) if isinstance(engine, Balls) else _climbed(equation)
    half = engine.function("sin", t / 2)
    gap = equation.gap
    return np.asarray(engine.number(1 - r * r) / (gap * gap + 4 * equation.r * half * half))


@dataclass(frozen=True)
class _PhaseEquation:
    """Target - ((d+1) t - 2 f(t)) = 0, for all k at once."""

    target: Array
    r: Any
    gap: Any
    d: int
    engine: Engine

    def mismatch(self, t: Array) -> Array:
        half = self.engine.function("sin", t / 2)
        # 1 - r cos t without cancellation at small t.
        below = self.gap + 2 * self.r * half * half
        phase = self.engine.atan2(below, self.r * self.engine.function("sin", t))
        return np.asarray(self.target - (self.d + 1) * t + 2 * phase)

    def slope(self, t: Array) -> Array:
        half = self.engine.function("sin", t / 2)
        size = self.gap * self.gap + 4 * self.r * half * half
        return np.asarray((self.d + 1) + 2 * self.r * (self.gap - 2 * half * half) / size)


def _phase_equation(r: Fraction, d: int, engine: Engine) -> _PhaseEquation:
    target = engine.array(range(d)) * engine.pi()
    return _PhaseEquation(target, engine.number(r), engine.number(1 - r), d, engine)


def _climbed(equation: _PhaseEquation) -> Array:
    engine = equation.engine
    t = equation.target / (equation.d + 1)
    for _ in range(_MAX_STEPS):
        step = equation.mismatch(t) / equation.slope(t)
        t = t + step
        # Quadratic convergence: after a step this small the rest is rounding.
        if (abs(step) <= t * engine.epsilon ** engine.number(Fraction(2, 3))).all():
            return np.asarray(t)
    raise SolverError(
        f"|rho| = {equation.r}: the eigenvalues of ar1 with d = {equation.d} did not settle in "
        f"{_MAX_STEPS} steps: take rho further from 1, or ask for more digits"
    )


def _enclosed(equation: _PhaseEquation, r: Fraction) -> Array:
    """Balls around the roots: Newton on midpoints from float64, then one interval step each."""
    low = Float64()
    with low.scope():
        start = _climbed(_phase_equation(r, equation.d, low))
    t = object_array([arb(each) for each in start.tolist()])
    bits = 40
    while 2 * bits < equation.engine.bits:  # type: ignore[attr-defined]
        t = object_array([x.mid() for x in t + equation.mismatch(t) / equation.slope(t)])
        bits *= 2
    mismatch = equation.mismatch(t)
    radius = 4 * abs(mismatch / equation.slope(t))
    for _ in range(_MAX_WIDENINGS):
        around = object_array([x + arb(0, w.upper()) for x, w in zip(t, radius, strict=True)])
        image = t + mismatch / equation.slope(around)
        if all(x.contains_interior(y) for x, y in zip(around, image, strict=True)):
            return np.asarray(image)
        radius = 16 * radius
    raise SolverError(
        f"|rho| = {r}: the eigenvalues of ar1 with d = {equation.d} could not be enclosed at "
        f"{equation.engine.digits} digits: ask for more digits"
    )
