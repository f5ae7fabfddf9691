"""Draws of tr R, R = (X'X/T + lam)^-1, for any law of features, on control variates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.settings.features import excess_kurtosis
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.controls import control_values, regression
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["TraceCorrection"]

_PILOT = 256  # draws that fit the coefficients of the controls


@dataclass(frozen=True)
class TraceCorrection:
    """Draws of what tr R^power, power 1 or 2, is beyond its equivalent, without the next order.

    A trace at k times the sizes is k equivalent + correction + O(1/k), so that of
    2 x(2) - x(1) - 3 equivalent the mean is the correction up to the order after the next.
    """

    setting: Setting
    seed: int
    claim: str
    power: int
    equivalent: float

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` independent draws from the stream of this chunk."""
        role = f"tr R^{self.power}"
        rng = make_generator(self.seed, self.claim, self.setting.canonical(), role, chunk)
        twice, once = (_controlled(self.setting.grown(k), self.power, rng, size) for k in (2, 1))
        return 2 * twice - once - 3 * self.equivalent


def _controlled(setting: Setting, power: int, rng: np.random.Generator, size: int) -> Array:
    trace, controls = _drawn(setting, power, rng, size)
    return np.asarray(trace - controls @ _coefficients(setting, power))


def _drawn(
    setting: Setting, power: int, rng: np.random.Generator, size: int
) -> tuple[Array, Array]:
    """tr R^power, and controls of mean zero."""
    s, w0 = expanded(build_spectrum(setting, Float64()))
    T, d, kurtosis = setting.T, setting.d, excess_kurtosis(setting.features)
    Z = Entries(setting.features)(rng, (size * T, d)).reshape(size, T, d)
    gram, root = Z.mT @ Z, np.sqrt(s)
    R = np.linalg.inv(gram * root * root[:, None] / T + float(setting.lam) * np.eye(d))
    trace = np.trace(R, axis1=1, axis2=2) if power == 1 else np.sum(R * R, axis=(1, 2))
    known = None if kurtosis is None else float(kurtosis)
    return trace, control_values(gram, T, s, w0, kurtosis=known)


@lru_cache(maxsize=64)
def _coefficients(setting: Setting, power: int) -> Array:
    """Least squares on draws of their own, so that the mean of the others is untouched."""
    rng = make_generator(0, "controls", setting.canonical(), f"tr R^{power}", 0)
    fitted = regression(*_drawn(setting, power, rng, _PILOT))
    assert fitted is not None, "five controls and hundreds of draws"
    return fitted[0]
