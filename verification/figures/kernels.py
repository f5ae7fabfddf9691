"""Kernels on images, and kernel ridge regression: the estimator that goes on trial.

With the Gram matrix K of T training images, f(x) = k(x)' (K + T lam I)^-1 y is the ridge fit
(X'X/T + lam I)^-1 X'y/T of `verification.simulation.fits` in the features of the kernel;
scikit-learn's KernelRidge has alpha = T lam.  A kernel is scaled so that the mean of K(x, x) over
its images is 1, which makes a penalty mean the same on each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

__all__ = ["KERNELS", "RBF", "Kernel", "OfUnitVectors", "Polynomial", "coefficients"]

Array: TypeAlias = NDArray[np.float64]
Kernel: TypeAlias = Callable[[Array, Array], Array]


@dataclass(frozen=True)
class RBF:
    """K(x, z) = exp(-|x - z|^2 / width)."""

    width: float

    def __call__(self, X: Array, Z: Array) -> Array:
        """The kernel of every row of X with every row of Z."""
        K = X @ Z.T
        K *= -2
        K += (X**2).sum(axis=1)[:, None]
        K += (Z**2).sum(axis=1)
        # Rounding can leave the distance of an image to itself a hair below 0.
        np.maximum(K, 0, out=K)
        K /= -self.width
        return np.exp(K, out=K)


@dataclass(frozen=True)
class Polynomial:
    """K(x, z) = height ((1 + x'z/scale)/2)^degree."""

    scale: float
    height: float = 1.0
    degree: int = 5

    def __call__(self, X: Array, Z: Array) -> Array:
        """The kernel of every row of X with every row of Z."""
        K = X @ Z.T
        K /= 2 * self.scale
        K += 0.5
        K **= self.degree
        K *= self.height
        return K


@dataclass(frozen=True)
class OfUnitVectors:
    """A kernel of images scaled to unit length, which gives every image the same K(x, x)."""

    kernel: Kernel

    def __call__(self, X: Array, Z: Array) -> Array:
        """The kernel of every row of X with every row of Z."""
        return self.kernel(_unit(X), _unit(Z))


def rbf(images: Array) -> RBF:
    """The RBF kernel whose width is the mean squared distance of two of the images."""
    return RBF(float(2 * images.var(axis=0).sum()))


def polynomial(images: Array) -> Polynomial:
    """The polynomial kernel of degree 5 whose scale is the mean squared length of an image."""
    lengths = (images**2).sum(axis=1)
    kernel = Polynomial(float(lengths.mean()))
    diagonal = (0.5 + lengths / (2 * kernel.scale)) ** kernel.degree
    return Polynomial(kernel.scale, float(1 / diagonal.mean()))


def polynomial_of_unit_vectors(images: Array) -> OfUnitVectors:
    """The polynomial kernel of degree 5 of the angle between two images."""
    return OfUnitVectors(polynomial(_unit(images)))


def _unit(images: Array) -> Array:
    unit: Array = images / np.linalg.norm(images, axis=1, keepdims=True)
    return unit


KERNELS: dict[str, Callable[[Array], Kernel]] = {
    "rbf": rbf,
    "polynomial": polynomial,
    "unit-polynomial": polynomial_of_unit_vectors,
}


def coefficients(gram: Array, y: Array, lam: float) -> Array:
    """c with f(x) = k(x)'c for ridge lam > 0: the solution of (K + T lam I) c = y.

    gram is K of shape (T, T), left as it is; y has shape (T,) or one column for each output.

    >>> coefficients(np.eye(2), np.array([1.0, 3.0]), 0.5)
    array([0.5, 1.5])
    """
    shifted = gram.copy()
    shifted[np.diag_indices(len(gram))] += len(gram) * lam
    factor = scipy.linalg.cho_factor(shifted, lower=True, overwrite_a=True, check_finite=False)
    solution: Array = scipy.linalg.cho_solve(factor, y, check_finite=False)
    return solution
