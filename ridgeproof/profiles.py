"""read_profiles: eigenvalues, a covariance matrix or w0 given as arrays, as specifications."""

from __future__ import annotations

from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.checks import exact
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import Energies, Levels

__all__ = ["read_profiles"]

_ROUNDING = 1e-10


def read_profiles(spectrum: Any = None, signal: Any = None, d: Any = None) -> dict[str, Any]:
    """Specifications of a spectrum and a signal that may be arrays, and d where they say it.

    Args:
        spectrum: a specification; eigenvalues, (d,), positive; or a covariance matrix, (d, d).
        signal: a specification; or w0, (d,), in the eigenbasis of the eigenvalues, and in the
            space of the rows where the spectrum is a matrix.
        d: the dimension, where it is given.

    Raises:
        InputError: an array has another length, or entries that are no numbers; or the matrix is
            not symmetric or not positive.

    >>> read_profiles([1.0, 0.5, 0.5], [1.0, 0.0, 2.0])["spectrum"]
    Levels(levels=((Fraction(1, 1), 1), (Fraction(1, 2), 2)))
    """
    found: dict[str, Any] = {}
    s = vectors = None
    if _is_array(spectrum):
        s, vectors = _eigenvalues(_numbers("spectrum", spectrum))
        found["spectrum"] = _levels(s)
        if d is not None and exact("d", d) != len(s):
            raise InputError("d", d, f"is not {len(s)}, the length of the spectrum", "leave d out")
        found["d"] = len(s)
    if _is_array(signal):
        w0 = _numbers("signal", signal)
        if s is None:
            if d is None:
                raise InputError("d", MISSING, "an array as signal needs it", "give d")
            setting = make_setting(d=d, T=1, spectrum=spectrum or "isotropic")
            levels = build_spectrum(setting, Float64())
            s = np.repeat(levels.s, levels.multiplicity)
            found["spectrum"] = _levels(s)  # energies are of levels
        if w0.shape != s.shape:
            condition = f"has shape {w0.shape} for {len(s)} directions"
            raise InputError("signal", "w0", condition, f"give {len(s)} numbers")
        w0 = w0 if vectors is None else vectors.T @ w0
        # Directions of equal eigenvalues are one level; what counts is the energy of all of it.
        _, level = np.unique(-s, return_inverse=True)
        energies = np.bincount(level, s * w0**2)
        found["signal"] = Energies(tuple(exact("signal", each) for each in energies.tolist()))
    return found


def _levels(s: Array) -> Levels:
    values, counts = np.unique(-s, return_counts=True)
    pairs = zip((-values).tolist(), counts.tolist(), strict=True)
    return Levels(tuple((exact("spectrum", value), count) for value, count in pairs))


def _is_array(value: Any) -> bool:
    return not isinstance(value, str) and hasattr(value, "__len__")


def _numbers(name: str, value: Any) -> Array:
    try:
        array = np.asarray(value)
        array = array if array.dtype.kind == "c" else array.astype(np.float64)
    except (TypeError, ValueError) as error:
        condition = f"is no array of real numbers ({error})"
        raise InputError(name, type(value).__name__, condition, "give real numbers") from None
    if array.dtype.kind == "c" or not np.isfinite(array).all():
        raise InputError(name, "array", "has entries that are no finite real numbers", "give some")
    return array


def _eigenvalues(given: Array) -> tuple[Array, Array | None]:
    """Eigenvalues, the largest first, and of a matrix the eigenvectors."""
    vectors = None
    if given.ndim == 2 and given.shape[0] == given.shape[1] and len(given):
        if np.abs(given - given.T).max() > _ROUNDING * np.abs(given).max():
            raise InputError("spectrum", "matrix", "is not symmetric", "give a covariance matrix")
        given, vectors = np.linalg.eigh(given)
        given, vectors = given[::-1], vectors[:, ::-1]
    if given.ndim != 1 or not len(given):
        condition = f"has shape {given.shape}"
        raise InputError("spectrum", "array", condition, "give eigenvalues or a square matrix")
    if given.min() <= 0:
        condition = f"has the eigenvalue {given.min():.3g}, and all must be positive"
        raise InputError("spectrum", "array", condition, "give a positive covariance")
    return given, vectors
