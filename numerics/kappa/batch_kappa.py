"""kappa for whole arrays of (lam, T), vectorised: the equation of `numerics.kappa.fixed_point`."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.kappa.deficit import Bound
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.errors import InputError, SolverError

__all__ = ["batch_kappa"]

_MAX_STEPS = 100
# Newton is quadratic: the step after one of this size reaches the rounding errors.
_LAST_STEP = 1e-7
_SAMPLE = 2**16


def batch_kappa(
    spectrum: Spectrum, lam: ArrayLike, T: ArrayLike, width: ArrayLike | None = None
) -> Array:
    """Solve lam = kappa (1 - df_1(kappa)/T) for every pair of the broadcast arrays lam and T.

    Random features of a width M: lam = kappa (1 - df_1/M) (1 - df_1/T) with df_1 < min(T, M).

    Args:
        spectrum: levels in float64.
        lam: ridge penalties, >= 0.
        T: rows, >= 1.
        width: of random features, >= 1; None for none.

    Returns:
        kappa in the broadcast shape; 0 where lam = 0 and T >= d (and width >= d).

    Raises:
        InputError: a negative or non-finite lam, or T or a width < 1.
        SolverError: a point did not converge.

    >>> from ridgeproof.numerics.arithmetic.precision import Float64
    >>> from ridgeproof.numerics.spectra.spectrum import build_spectrum
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> isotropic = build_spectrum(make_setting(d=300, T=1), Float64())
    >>> batch_kappa(isotropic, 0, [100, 150, 600])
    array([2., 1., 0.])
    """
    given = (lam, T) if width is None else (lam, T, width)
    arrays = np.broadcast_arrays(*(np.asarray(each, np.float64) for each in given))
    for name, values, least in zip(("lam", "T", "width"), arrays, (0.0, 1.0, 1.0), strict=False):
        _check(name, values, least=least)
    lams, *sizes = (each.ravel() for each in arrays)
    rows = np.minimum.reduce(sizes)
    kappa = np.zeros(lams.size)
    wanted = np.flatnonzero((lams > 0) | (rows < spectrum.d))
    if len(wanted):
        larger = None if width is None else np.maximum.reduce(sizes)[wanted]
        bound = Bound(lams[wanted], rows[wanted], larger, sizes[0][wanted])
        kappa[wanted] = _newton(spectrum, bound)
    return kappa.reshape(arrays[0].shape)


def _check(name: str, values: Array, *, least: float) -> None:
    bad = ~((values >= least) & (values < np.inf))
    if bad.any():
        condition = f"must be finite and at least {least:g}"
        raise InputError(name, values[bad].flat[0], condition, f"give {name} >= {least:g}")


class _Sides(NamedTuple):
    """P without lam T/kappa, Q, and -d/d log kappa of the first and of Q (with its sign)."""

    P: Array
    Q: Array
    P_slope: Array
    Q_slope: Array


def _sides(spectrum: Spectrum, kappa: Array, T: Array) -> _Sides:
    k, counts = kappa[:, None], spectrum.weights

    def summed(values: Array) -> Array:
        # NumPy adds pairwise along the last axis.
        return np.asarray((values if counts is None else values * counts).sum(axis=-1))

    below = spectrum.s < k
    # u where s < kappa, 1 - u where s >= kappa: never more than 1/2.
    small = np.minimum(spectrum.s, k) / (spectrum.s + k)
    bent = small - small * small
    low, low_bent = small * below, bent * below
    surplus = summed(1.0 - below) - T  # no large d to cancel
    return _Sides(
        summed(low) + np.maximum(surplus, 0),
        summed(small - low) + np.maximum(-surplus, 0),
        summed(low_bent),
        summed(bent - low_bent),
    )


def _newton(spectrum: Spectrum, bound: Bound) -> Array:
    """Safeguarded Newton on log kappa for all points together, dropping those that are done."""
    lam, T = bound.lam, bound.rows
    result = _guess(spectrum, lam, T)
    lower, upper = np.zeros(len(lam)), np.full(len(lam), np.inf)
    active = np.arange(len(lam))
    for _ in range(_MAX_STEPS):
        kappa = result[active]
        step = _log_step(spectrum, _at(bound, active), kappa)
        lower[active] = np.where(step > 0, kappa, lower[active])
        upper[active] = np.where(step > 0, upper[active], kappa)
        following = kappa * np.exp(step)
        low, high = lower[active], upper[active]
        outside = (following <= low) | (following >= high)
        far = outside & (low > 0) & (high < np.inf) & (abs(step) > _LAST_STEP)
        result[active] = np.where(far, np.sqrt(low) * np.sqrt(high), following)
        if not ((result[active] > 0) & (result[active] < np.inf)).all():
            raise SolverError(
                f"kappa on a grid over d = {spectrum.d}: a point left the range of float64: "
                "rescale Sigma and lam together, or evaluate a setting with more digits"
            )
        active = active[abs(step) > _LAST_STEP]
        if not len(active):
            return result
    raise SolverError(
        f"kappa on a grid: {len(active)} points did not converge in {_MAX_STEPS} steps, first "
        f"lam = {lam[active[0]]}, T = {T[active[0]]:g}: use evaluate with more digits"
    )


def _at(bound: Bound, points: Array) -> Bound:
    larger = None if bound.larger is None else bound.larger[points]
    return Bound(bound.lam[points], bound.rows[points], larger, bound.T[points])


def _log_step(spectrum: Spectrum, bound: Bound, kappa: Array) -> Array:
    with np.errstate(all="ignore"):
        sides = _sides(spectrum, kappa, bound.rows)
        ridge = bound.deficit(kappa, np.sqrt)
        P, Q = sides.P + ridge.value, sides.Q
        slope = (sides.P_slope + ridge.slope) / P + sides.Q_slope / Q
        # Close to the root log1p keeps what the quotient would round away.
        near = abs(P - Q) < Q / 2
        return np.asarray(np.where(near, np.log1p((P - Q) / Q), np.log(P / Q)) / slope)


def _guess(spectrum: Spectrum, lam: Array, T: Array) -> Array:
    """The root of one level that resembles the spectrum near kappa, from a sample of levels."""
    stride = -(-len(spectrum.s) // _SAMPLE)
    sample = np.sort(np.asarray(spectrum.s[::stride]))[::-1]
    order = np.argsort(-np.asarray(spectrum.s[::stride]), kind="stable")
    ranks = np.cumsum(spectrum.multiplicity[::stride][order]) * stride
    d = float(spectrum.d)
    wanted = np.where(T < d, T, (d + 1) // 2)
    s = sample[np.minimum(ranks.searchsorted(wanted), len(sample) - 1)]
    half = ((T - d) * s - lam * T) / 2
    root = np.hypot(half, T * np.sqrt(lam * s))
    with np.errstate(divide="ignore", invalid="ignore"):
        small = np.where(half < 0, (root - half) / T, lam * T * s / (root + half))
    return np.asarray(np.where(T < d, lam + s, small))
