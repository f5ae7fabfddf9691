"""Draws of tr R, R = (X'X/T + lam)^-1, beyond its equivalent, for any law of features.

Two controls with exactly known means, tr S and tr S^2 of S = X'X/T, take most of the noise away:

    E tr S = tr Sigma,    E tr S^2 = tr Sigma^2 + [(tr Sigma)^2 + (1 + kappa4) tr Sigma^2]/T.

Plain numpy on the definitions: the formulas that it judges are not seen here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from scipy.optimize import brentq

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.settings.features import excess_kurtosis
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.controls import regression
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["TraceCorrection"]

_PILOT = 256  # draws that fit the coefficients of the controls


@dataclass(frozen=True)
class TraceCorrection:
    """Draws of tr R^power minus its equivalent, power 1 or 2; with ``richardson`` 2 x(2) - x(1).

    The equivalents are (kappa/lam) tr G and minus its derivative in lam, G = (Sigma + kappa)^-1.
    """

    setting: Setting
    seed: int
    claim: str
    power: int = 1
    richardson: bool = False

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` independent draws from the stream of this chunk."""
        role = f"tr R^{self.power}"
        rng = make_generator(self.seed, self.claim, self.setting.canonical(), role, chunk)
        if not self.richardson:
            return _draw(self.setting, self.power, rng, size)
        larger = _draw(self.setting.grown(2), self.power, rng, size)
        return 2 * larger - _draw(self.setting, self.power, rng, size)


def _draw(setting: Setting, power: int, rng: np.random.Generator, size: int) -> Array:
    excess, controls = _raw(setting, power, rng, size)
    found: Array = excess - controls @ _coefficients(setting, power)
    return found


def _raw(setting: Setting, power: int, rng: np.random.Generator, size: int) -> tuple[Array, Array]:
    """tr R^power - its equivalent, and the controls with their means subtracted."""
    s, T, lam = _eigenvalues(setting), setting.T, float(setting.lam)
    d = s.size
    Z = Entries(setting.features)(rng, (size * T, d)).reshape(size, T, d)
    X = Z * np.sqrt(s)
    S = np.swapaxes(X, 1, 2) @ X / T
    R = np.linalg.inv(S + lam * np.eye(d))
    first = np.trace(R, axis1=1, axis2=2)
    trace = first if power == 1 else np.sum(R * R, axis=(1, 2))
    controls = [np.trace(S, axis1=1, axis2=2) - s.sum()]
    kurtosis = excess_kurtosis(setting.features)
    if kurtosis is not None:
        square = np.sum(s**2) * (1 + (1 + float(kurtosis)) / T) + s.sum() ** 2 / T
        controls.append(np.sum(S * S, axis=(1, 2)) - square)
    return trace - _equivalent(setting, power), np.column_stack(controls)


@lru_cache(maxsize=64)
def _coefficients(setting: Setting, power: int) -> Array:
    """Least squares on draws of their own, so that the mean of the others is untouched."""
    rng = make_generator(0, "controls", setting.canonical(), f"tr R^{power}", 0)
    excess, controls = _raw(setting, power, rng, _PILOT)
    fitted = regression(excess, controls)
    assert fitted is not None, "two controls and hundreds of draws"
    return fitted[0]


@lru_cache(maxsize=64)
def _eigenvalues(setting: Setting) -> Array:
    return expanded(build_spectrum(setting, Float64()))[0]


@lru_cache(maxsize=64)
def _equivalent(setting: Setting, power: int) -> float:
    """The proportional limit of tr R^power, kappa by bisection."""
    s, T, lam = _eigenvalues(setting), setting.T, float(setting.lam)

    def trace(lam: float) -> float:
        def gap(kappa: float) -> float:
            return kappa * (1 - float(np.sum(s / (s + kappa))) / T) - lam

        kappa = brentq(gap, lam, lam + s.sum() / T, xtol=1e-15, rtol=1e-14)
        return kappa / lam * float(np.sum(1 / (s + kappa)))

    if power == 1:
        return trace(lam)
    step = 1e-4 * lam
    # Central differences to fourth order: the equivalent is analytic in lam.
    near, far = (trace(lam + k * step) - trace(lam - k * step) for k in (1, 2))
    return -(8 * near - far) / (12 * step)
