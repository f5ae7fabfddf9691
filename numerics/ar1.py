"""Eigenvalues of the autoregressive covariance rho^|i-j|, from their characteristic equation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from numerics.precision import Array, Engine
from theory.errors import SolverError

__all__ = ["ar1_eigenvalues"]

_MAX_STEPS = 200


def ar1_eigenvalues(rho: Fraction, d: int, engine: Engine) -> Array:
    """The d eigenvalues of Sigma_ij = rho^|i-j|, descending; work inside the engine's scope.

    With r = |rho| (the sign flips eigenvectors, not eigenvalues),

        s_k = (1 - r^2) / ((1 - r)^2 + 4 r sin^2(t_k/2)),
        (d+1) t_k - 2 f(t_k) = (k-1) pi,    tan f(t) = (1 - r cos t) / (r sin t),    k = 1..d.

    The left side increases with slope at least d, so each k has one root; it is concave, so Newton
    from (k-1) pi/(d+1), which lies below the root, climbs to it without overshooting.  Source: the
    tridiagonal inverse (Kac, Murdock, Szego 1953), its phase form derived here.

    Raises:
        SolverError: Newton did not settle.
    """
    r = abs(rho)
    if r == 0 or d == 1:
        return engine.array([1] * d)
    r_number, gap = engine.number(r), engine.number(1 - r)
    target = engine.array(range(d)) * engine.pi()
    t = target / (d + 1)
    for _ in range(_MAX_STEPS):
        step = _newton_step(t, target, r_number, gap, d, engine)
        t = t + step
        # Quadratic convergence: after a step this small the rest is rounding.
        if (abs(step) <= t * engine.epsilon ** engine.number(Fraction(2, 3))).all():
            half = engine.function("sin", t / 2)
            return engine.number(1 - r * r) / (gap * gap + 4 * r_number * half * half)
    raise SolverError(
        f"rho = {rho}: the eigenvalues of ar1 with d = {d} did not settle in {_MAX_STEPS} steps: "
        "take rho further from 1, or ask for more digits"
    )


def _newton_step(t: Array, target: Array, r: Any, gap: Any, d: int, engine: Engine) -> Array:
    half = engine.function("sin", t / 2)
    # 1 - r cos t and |1 - r e^(it)|^2 without cancellation at small t.
    below = gap + 2 * r * half * half
    size = gap * gap + 4 * r * half * half
    phase = engine.atan2(below, r * engine.function("sin", t))
    slope = (d + 1) + 2 * r * (gap - 2 * half * half) / size
    return np.asarray((target - (d + 1) * t + 2 * phase) / slope)
