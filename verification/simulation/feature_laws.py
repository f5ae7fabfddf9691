"""Draws of the features' entries under each law, mean 0 and variance 1, in numpy.

The records of the laws are `theory.settings.features`; this is their sampling, a second statement
of the same definitions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeproof.theory.settings.features import (
    Elliptical,
    FeatureLaw,
    Gaussian,
    Rademacher,
    Student,
    Uniform,
)
from ridgeproof.verification.simulation.fits import Array

__all__ = ["Entries", "RowsOfData"]


@dataclass(frozen=True)
class Entries:
    """Entries z of shape (rows, d) under a law; picklable.

    >>> rng = np.random.Generator(np.random.PCG64DXSM(0))
    >>> set(Entries(Rademacher())(rng, (3, 4)).ravel().tolist()) == {-1.0, 1.0}
    True
    """

    law: FeatureLaw

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, int], out: Array | None = None
    ) -> Array:
        """Draw the entries, into `out` if it is given: memory that is warm costs a tenth less."""
        out = np.empty(shape) if out is None else out
        if isinstance(self.law, Gaussian):
            rng.standard_normal(out=out)
        else:
            out[:] = self._drawn(rng, shape)
        return out

    def _drawn(self, rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        match self.law:
            case Gaussian():
                return rng.standard_normal(shape)
            case Rademacher():
                return np.where(rng.integers(0, 2, shape) == 0, -1.0, 1.0)
            case Uniform():
                return np.asarray(rng.uniform(-(3**0.5), 3**0.5, shape))
            case Student(degrees):
                nu = float(degrees)
                return np.sqrt((nu - 2) / nu) * np.asarray(rng.standard_t(nu, shape))
            case Elliptical(atoms):
                values = np.array([float(value) for value, _ in atoms])
                chances = np.array([float(p) for _, p in atoms])
                tau = rng.choice(values, size=(shape[0], 1), p=chances / chances.sum())
                rows: Array = np.sqrt(tau) * rng.standard_normal(shape)
                return rows


@dataclass(frozen=True, eq=False)
class RowsOfData:
    """Rows of a data set, drawn with replacement, in the place of entries under a law."""

    data: Array

    def __call__(
        self, rng: np.random.Generator, shape: tuple[int, int], out: Array | None = None
    ) -> Array:
        """Draw so many of the rows, (rows, d)."""
        return np.take(self.data, rng.integers(len(self.data), size=shape[0]), axis=0, out=out)
