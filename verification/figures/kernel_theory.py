"""Learning curves predicted from a kernel's own eigenvalues and the labels' coefficients.

N images are taken as the whole population.  With v_i the eigenvectors of the Gram matrix K and
s_i the eigenvalues of K/N, the features of the kernel have covariance eigenvalues s_i, and the
labels y have the energy b_i = (v_i'y)^2/N along each, summed over outputs.  The errors of several
outputs add up, so that (T3) and (T4) with these levels predict the test error of kernel ridge
regression.  Derived here; features of images are not Gaussian, which is what is put to the test.
"""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import numpy as np
import scipy.linalg

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.chain import chain_moments
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.spectral_levels import Spectrum, make_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.exponents import classical_ell, source
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.figures.kernels import Array
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory

__all__ = ["Decay", "adaptive_lam", "fitted_decay", "kernel_spectrum", "predicted_error"]

# Ranks over which the power laws are fitted: the first few directions follow none, the last feel
# that the population is finite.
_FIRST, _LAST = 10, 500
_LEAST_IMAGES = 4 * _FIRST


class Decay(NamedTuple):
    """Eigenvalues ~ i^-beta, and energy beyond rank i ~ i^(-2 beta r)."""

    beta: float
    r: float


def kernel_spectrum(gram: Array, truth: Array) -> Spectrum:
    """The levels of a Gram matrix (N, N) with labels (N, outputs), taken as the population."""
    N = len(gram)
    eigenvalues, vectors = scipy.linalg.eigh(gram / N, driver="evd")
    # Below rounding nothing is learned in a direction: it keeps its energy, whatever s is.
    s = np.maximum(eigenvalues, N * np.finfo(float).eps * eigenvalues[-1])
    energies = ((vectors.T @ truth) ** 2).sum(axis=1) / N
    return make_spectrum(s, np.ones(N, dtype=np.int64), energies / s)


def predicted_error(setting: Setting, spectrum: Spectrum, theory: Theory = CATALOGUE) -> float:
    """The test error that (T3) and (T4) predict at a setting with these levels."""
    step, functional = (
        theory.overrides.get(name, find(name)).expressions for name in ("generator", "moments")
    )
    point = make_point(setting, Float64(), spectrum)
    if setting.n == 0:
        point = point.with_moments(a=spectrum.w0sq, m=np.ones_like(spectrum.s))
    else:
        moments = chain_moments(setting, point, step)
        point = point.with_moments(a=moments.signal + moments.noise, m=moments.mean)
    return float(evaluate_expression(functional["test_error"], point))


def fitted_decay(spectrum: Spectrum) -> Decay:
    """The exponents beta and r of a spectrum and its signal, by least squares on logarithms.

    Raises:
        InputError: too few levels to fit a slope to.
    """
    if spectrum.d < _LEAST_IMAGES:
        raise InputError(
            "images", spectrum.d, f"are fewer than {_LEAST_IMAGES}", "take more to fit exponents"
        )
    ranks = slice(_FIRST - 1, min(_LAST, spectrum.d // 2))
    beyond = np.cumsum((spectrum.s * spectrum.w0sq)[::-1])[::-1]
    beta, lost = (_decay(np.log(values[ranks])) for values in (spectrum.s, beyond))
    return Decay(beta, lost / (2 * beta))


def _decay(logarithms: Array) -> float:
    ranks = np.log(np.arange(_FIRST, _FIRST + len(logarithms)))
    return -float(np.polyfit(ranks, logarithms, 1)[0])


def adaptive_lam(decay: Decay, T: int) -> Fraction:
    """lam = T^-ell with the classical exponent of the theory, to two digits."""
    exponent = classical_ell().subs({sy.beta: decay.beta, source: min(decay.r, 1.0)})
    return Fraction(f"{T ** -float(exponent):.2g}")
