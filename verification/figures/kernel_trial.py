"""Kernel ridge regression on the digits against its prediction: one experiment, all its numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import SignalFile, SpectrumFile
from ridgeproof.verification.figures.digits import load_digits
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, chain_errors
from ridgeproof.verification.figures.kernel_theory import kernel_spectrum, predicted_error
from ridgeproof.verification.figures.kernels import KERNELS, Array
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory

__all__ = ["TARGETS", "Entry", "KernelTrial", "targets"]

TARGETS = ("one-hot", "scalar")
_CLASSES = 10


@dataclass(frozen=True)
class KernelTrial:
    """A kernel, a set of digits and what to do with them; equal trials make equal draws.

    Attributes:
        kernel: one of KERNELS, by name.
        images: how many digits the eigenvalues and coefficients come from.
        held_out: draw and measure on as many other digits, each repetition on disjoint sets;
            otherwise the same digits are the population, drawn from with replacement.
        plan: the chain, the downstream fits and their noise.
        target: one-hot (ten columns) or scalar (the digit, standardised).
        seed: of the choice of digits and of every draw.
    """

    kernel: str
    images: int
    held_out: bool
    plan: Plan
    target: str = "one-hot"
    seed: int = 0

    def __post_init__(self) -> None:
        for name, value, known in (
            ("kernel", self.kernel, tuple(KERNELS)),
            ("target", self.target, TARGETS),
        ):
            if value not in known:
                raise InputError(name, value, "is unknown", f"choose from {', '.join(known)}")

    @property
    def spectrum(self) -> Spectrum:
        """The levels measured on the images."""
        return _spectrum(self.kernel, self.images, self.target, self.seed)

    @property
    def world(self) -> KernelWorld:
        """What is drawn from and measured on."""
        return _world(self.kernel, self.images, self.held_out, self.target, self.seed)

    def setting(self, n: int, lam: Fraction) -> Setting:
        """The setting whose error is predicted; its files are what `save` writes."""
        plan, name = self.plan, f"{self.kernel}-{self.target}-{self.images}"
        return make_setting(
            d=self.images, T=plan.T, T0=plan.T0, n=n, sigma=plan.sigma, sigma0=plan.sigma0,
            lam=lam, lam0=plan.lam0, spectrum=SpectrumFile(Path(f"{name}-eigenvalues.npy")),
            signal=SignalFile(Path(f"{name}-truth.npy")),
        )  # fmt: skip

    def save(self, folder: Path) -> None:
        """Write the two files that `setting` names: eigenvalues, and w0 in the eigenbasis."""
        setting, levels = self.setting(0, self.plan.lam[0]), self.spectrum
        for spec, values in (
            (setting.spectrum, levels.s),
            (setting.signal, np.sqrt(levels.w0sq)),
        ):
            assert isinstance(spec, SpectrumFile | SignalFile)
            np.save(folder / spec.path, values)

    def predicted(
        self, n: int, lam: Fraction, theory: Theory = CATALOGUE, *, extrapolate: bool | None = None
    ) -> float:
        """The error that the theory predicts from the images' eigenvalues and coefficients.

        For digits held out it is ``extrapolate``-d to infinitely many images: in a population of N
        some of the T images trained on are tested on again, and the eigenvalues are N, which errs
        by O(T/N).  2 P(N) - P(N/2) errs less, with P(N/2) the mean over the two halves.
        """
        setting = self.setting(n, lam)
        whole = predicted_error(setting, self.spectrum, theory)
        if not (self.held_out if extrapolate is None else extrapolate):
            return whole
        halves = [
            predicted_error(setting.with_(d=half.d), half, theory)
            for half in _halves(self.kernel, self.images, self.target, self.seed)
        ]
        return 2 * whole - float(np.mean(halves))

    def errors(self, chunk: int, size: int) -> Array:
        """``size`` repetitions of the stream of this chunk, shape (size, n, lam)."""
        return _errors(self, chunk, size)


@dataclass(frozen=True)
class Entry:
    """Repetitions of the error at one n and lam of a trial, less another on the same draws."""

    trial: KernelTrial
    n: int
    lam: Fraction
    less: Entry | None = None

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` draws, shape (size,)."""
        plan = self.trial.plan
        row, column = plan.n.index(self.n), plan.lam.index(self.lam)
        errors: Array = self.trial.errors(chunk, size)[:, row, column]
        return errors if self.less is None else errors - self.less(chunk, size)


def targets(labels: NDArray[np.int64], kind: str) -> Array:
    """Digits as labels of a regression, one row each.

    >>> targets(np.array([0, 9]), "scalar").ravel().round(2)
    array([-1.57,  1.57])
    """
    if kind == "one-hot":
        return np.eye(_CLASSES)[labels]
    # Digits 0..9 have mean 4.5 and variance 33/4.
    return ((labels - 4.5) / np.sqrt(8.25))[:, None]


@lru_cache(maxsize=256)
def _errors(trial: KernelTrial, chunk: int, size: int) -> Array:
    # Kernels and targets share their draws; what a repetition does decides the stream.
    point = {"images": trial.images, "held out": trial.held_out, "plan": str(trial.plan)}
    rng = make_generator(trial.seed, "digits", point, "chain", chunk)
    return np.array([chain_errors(trial.world, trial.plan, rng) for _ in range(size)])


@lru_cache(maxsize=4)
def _spectrum(kernel: str, images: int, target: str, seed: int) -> Spectrum:
    world = _world(kernel, images, False, target, seed)
    return kernel_spectrum(world.gram, world.truth)


@lru_cache(maxsize=4)
def _halves(kernel: str, images: int, target: str, seed: int) -> tuple[Spectrum, Spectrum]:
    world, middle = _world(kernel, images, False, target, seed), images // 2
    first, second = (
        kernel_spectrum(world.gram[part, part], world.truth[part])
        for part in (slice(middle), slice(middle, None))
    )
    return first, second


@lru_cache(maxsize=4)
def _world(kernel: str, images: int, held_out: bool, target: str, seed: int) -> KernelWorld:
    """The population, or the digits held out from it: the kernel is that of the population."""
    digits = load_digits().sample(2 * images if held_out else images, seed)
    K = KERNELS[kernel](digits.images[:images])
    X = digits.images[-images:]
    return KernelWorld(K(X, X), targets(digits.labels[-images:], target), not held_out)
