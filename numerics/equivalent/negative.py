"""The effective penalty of one fit at lam < 0, and the spectral edge that bounds it.

lam(kappa) = kappa (1 - df_1(kappa)/T) is convex for kappa > -min s, because kappa s/(s + kappa) =
s - s^2/(s + kappa).  The branch is its rising part: it begins at the edge, where its slope
1 - df_2/T vanishes, and holds the ridgeless kappa, from which Newton falls to the root without
ever passing it.  The slope is concave, so Newton on it rises to the edge from the pole.
Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.errors import InputError, SolverError

__all__ = ["negative_kappa", "spectral_edge"]

_MAX_STEPS = 200
_EPS = np.finfo(np.float64).eps
_LAST_STEP = 4 * _EPS


@dataclass(frozen=True, eq=False)
class _Curve:
    s: Array  # (levels,)
    counts: Array  # (levels,)
    T: Array  # (points, 1)

    def lam(self, kappa: Array) -> Array:
        """kappa (1 - df_1/T) = kappa ((T - d) + sum of kappa/(s + kappa))/T, (points, 1)."""
        rest = (kappa / (self.s + kappa)) @ self.counts
        return np.asarray(kappa * (self.T - self.counts.sum() + rest[:, None]) / self.T)

    def slope(self, kappa: Array) -> Array:
        """1 - df_2/T, (points, 1)."""
        return np.asarray(1 - ((self.s / (self.s + kappa)) ** 2 @ self.counts)[:, None] / self.T)

    def blur(self, kappa: Array) -> Array:
        """How far the rounding of lam, where T and d nearly cancel, moves kappa, (points, 1)."""
        rest = abs(kappa / (self.s + kappa)) @ self.counts
        size = abs(kappa) * (self.T + self.counts.sum() + rest[:, None]) / self.T
        return np.asarray(_EPS * size / abs(self.slope(kappa)))

    def bend(self, kappa: Array) -> Array:
        """The derivative of the slope, (points, 1)."""
        bent = (self.s**2 / (self.s + kappa) ** 3) @ self.counts
        return np.asarray(2 * bent[:, None] / self.T)


def spectral_edge(s: Array, counts: Array, T: Array) -> tuple[Array, Array]:
    """(kappa, lam) at the left end of the branch, one for each T; minus the edge of X'X/T.

    Args:
        s: positive eigenvalues, (levels,).
        counts: their multiplicities, (levels,).
        T: rows, (points,).

    >>> kappa, lam = spectral_edge(np.array([1.0]), np.array([300.0]), np.array([1200.0]))
    >>> lam  # -(1 - sqrt(d/T))^2
    array([-0.25])
    """
    curve = _Curve(s, counts, T[:, None])
    least = s.argmin()
    # Here the least eigenvalue alone makes df_2 = T, so that the slope is not yet positive.
    kappa = s[least] * (np.sqrt(counts[least] / curve.T) - 1)
    for _ in range(_MAX_STEPS):
        slope, bend = curve.slope(kappa), curve.bend(kappa)
        kappa = kappa - slope / bend
        rounding = _EPS * (1 + abs(1 - slope)) / bend
        if (abs(slope / bend) <= _LAST_STEP * (s[least] + abs(kappa)) + rounding).all():
            return kappa[:, 0], curve.lam(kappa)[:, 0]
    raise SolverError("the spectral edge is not reached in float64: the spectrum spans too much")


def negative_kappa(s: Array, counts: Array, lam: Array, T: Array, start: Array) -> Array:
    """kappa for lam < 0, right of the spectral edge.

    Args:
        s: positive eigenvalues, (levels,).
        counts: their multiplicities, (levels,).
        lam: penalties, (points,).
        T: rows, (points,).
        start: the ridgeless kappa, (points,).

    Raises:
        InputError: a lam at or left of the edge, which is named.
        SolverError: Newton did not settle, which happens only next to the edge.
    """
    lowest, edge = spectral_edge(s, counts, T)
    beyond = lam <= edge
    if beyond.any():
        raise InputError(
            "lam",
            f"{lam[beyond][0]:.15g}",
            f"lies beyond the spectral edge: a fit on {T[beyond][0]:g} rows with one weight has "
            f"its edge at {edge[beyond][0]:.15g}",
            "give a larger lam",
        )
    curve = _Curve(s, counts, T[:, None])
    kappa = start[:, None]
    for _ in range(_MAX_STEPS):
        step = (lam[:, None] - curve.lam(kappa)) / curve.slope(kappa)
        # Rounding alone can lead below the edge, from which there is no way back.
        kappa = np.maximum(kappa + step, (kappa + lowest[:, None]) / 2)
        # Newton only falls: a step up is rounding, which near the edge is all that is left.
        last = _LAST_STEP * (s.min() + abs(kappa)) + curve.blur(kappa)
        if ((step >= 0) | (abs(step) <= last)).all():
            if not (curve.slope(kappa) > 0).all():
                break
            return np.asarray(kappa[:, 0])
    raise SolverError("kappa for a negative lam: no root next to the spectral edge in float64")
