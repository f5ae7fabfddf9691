"""Levels: eigenvalues with multiplicities, and the signal on each level.

Levels are in descending order, s_1 >= s_2 >= ...; isotropic is one level at any d.  On a level
`w0sq` is the mean of w0_i^2, so that b = sum of multiplicity * s * w0sq.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.theory.errors import InputError

__all__ = ["Spectrum", "expanded", "make_spectrum"]


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Levels of Sigma with the signal: d = sum of multiplicities.

    Attributes:
        s: eigenvalues, one a level, positive and descending.
        multiplicity: how many eigenvalues the level stands for (int64; float64 where a power law of
            many eigenvalues is summed by a rule).
        w0sq: mean of w0_i^2 over the level.
        d: dimension.
        sizes: how many eigenvalues one element of s stands for, where it can be a
            `numerics.spectra.eigenvalue_cluster.Cluster`; None when every element is one number.
        beta: the exponent of the power law that clusters belong to.
    """

    s: Array
    multiplicity: Array
    w0sq: Array
    d: int
    sizes: Array | None = None
    beta: Fraction | None = None

    @cached_property
    def weights(self) -> Array | None:
        """The multiplicities as factors of a sum; None when all are one."""
        if (self.multiplicity == 1).all():
            return None
        # Python integers multiply every kind of number; NumPy's do not.
        return self.multiplicity if self.s.dtype != object else self.multiplicity.astype(object)

    @cached_property
    def ranks(self) -> Array:
        """ranks[j] = how many eigenvalues the first j levels hold, j = 0..levels."""
        counts = self.multiplicity if self.sizes is None else self.weighted_sizes
        return np.concatenate([[0], np.cumsum(counts)])

    @property
    def weighted_sizes(self) -> Array:
        """How many eigenvalues each element stands for, copies included."""
        return self.sizes * self.multiplicity.astype(object)

    @cached_property
    def in_float64(self) -> Spectrum:
        """The same levels rounded to double precision; out-of-range values become 0 or inf."""
        if self.s.dtype != object:
            return self
        convert = Float64().convert
        return Spectrum(convert(self.s), self.multiplicity, convert(self.w0sq), self.d)

    def levels_above(self, kappa: Any) -> int:
        """The number of levels whose eigenvalue is at least kappa."""
        return len(self.s) - int(self.s[::-1].searchsorted(kappa))


def make_spectrum(s: Array, multiplicity: Any, w0sq: Array) -> Spectrum:
    """A spectrum from arrays of one engine, sorted and frozen.

    Raises:
        InputError: lengths differ, or an eigenvalue is not positive and finite.
    """
    counts = np.array(multiplicity)
    if counts.dtype.kind != "f" or ((counts < 2**62) & (counts == np.round(counts))).all():
        counts = counts.astype(np.int64)
    if not len(s) == len(counts) == len(w0sq):
        lengths = f"{len(s)}, {len(counts)}, {len(w0sq)}"
        raise InputError("levels", lengths, "have different lengths", "give one value a level")
    if not (s > 0).all():
        raise InputError("eigenvalues", min(s), "must be positive", "drop null directions")
    if not (s < math.inf).all():
        raise InputError("eigenvalues", max(s), "must be finite", "rescale, or ask for more digits")
    if (s[1:] > s[:-1]).any():
        order = np.argsort(-s, kind="stable")
        s, counts, w0sq = s[order], counts[order], w0sq[order]
    for frozen in (s, counts, w0sq):
        frozen.setflags(write=False)
    return Spectrum(s, counts, w0sq, round(counts.sum()))


def expanded(spectrum: Spectrum) -> tuple[Array, Array]:
    """All d eigenvalues and a truth w0 >= 0 with these energies, as float64 arrays of length d."""
    levels = spectrum.in_float64
    repeated = (np.repeat(each, levels.multiplicity) for each in (levels.s, np.sqrt(levels.w0sq)))
    eigenvalues, w0 = repeated
    return eigenvalues, w0
