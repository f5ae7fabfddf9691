"""The spectrum as numbers: eigenvalues with multiplicities, and the signal on each level.

Levels are in descending order, s_1 >= s_2 >= ...; isotropic is one level at any d.  On a level
`w0sq` is the mean of w0_i^2, so that b = sum of multiplicity * s * w0sq.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from numerics.ar1 import ar1_eigenvalues
from numerics.files import file_stamp, read_numbers
from numerics.precision import Array, Engine, Float64
from theory.errors import InputError, NotBuilt
from theory.setting import Setting
from theory.spectra import (
    AR1,
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    SignalFile,
    SignalSpec,
    Source,
    SpectrumFile,
    SpectrumSpec,
    Spiked,
)

__all__ = ["Spectrum", "build_spectrum", "expanded", "make_spectrum"]

# Beyond this many levels an array is the wrong representation of a spectrum.
_MAX_LEVELS = 20_000_000


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Levels of Sigma with the signal: d = sum of multiplicities.

    Attributes:
        s: eigenvalues, one a level, positive and descending.
        multiplicity: how many eigenvalues the level stands for (int64).
        w0sq: mean of w0_i^2 over the level.
        d: dimension.
    """

    s: Array
    multiplicity: Array
    w0sq: Array
    d: int

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
        return np.concatenate([[0], np.cumsum(self.multiplicity)])

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
    counts = np.array(multiplicity, dtype=np.int64)
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
    return Spectrum(s, counts, w0sq, int(counts.sum()))


def build_spectrum(setting: Setting, engine: Engine) -> Spectrum:
    """The levels that the spectrum and signal of a setting describe, at the engine's precision.

    ``copies = k`` repeats every level k times and splits its energy equally.

    Raises:
        InputError: a file is unreadable, or does not fit d.
        NotBuilt: more levels than memory should hold.

    >>> from theory.setting import make_setting
    >>> build_spectrum(make_setting(d=300, T=600), Float64()).multiplicity
    array([300])
    """
    return _build(
        setting.d,
        setting.copies,
        setting.spectrum,
        setting.signal,
        engine,
        tuple(
            file_stamp(spec.path)
            for spec in (setting.spectrum, setting.signal)
            if isinstance(spec, SpectrumFile | SignalFile)
        ),
    )


def expanded(spectrum: Spectrum) -> tuple[Array, Array]:
    """All d eigenvalues and a truth w0 >= 0 with these energies, as float64 arrays of length d."""
    levels = spectrum.in_float64
    repeated = (np.repeat(each, levels.multiplicity) for each in (levels.s, np.sqrt(levels.w0sq)))
    eigenvalues, w0 = repeated
    return eigenvalues, w0


@lru_cache(maxsize=32)
def _build(
    d: int,
    copies: int,
    spectrum: SpectrumSpec,
    signal: SignalSpec,
    engine: Engine,
    _stamps: tuple[tuple[int, int], ...],
) -> Spectrum:
    base = d // copies
    with engine.scope():
        s, counts = _levels(spectrum, base, engine)
        w0sq = _signal(signal, spectrum, s, counts, base, engine)
        return make_spectrum(s, counts * copies, w0sq / copies)


def _levels(spectrum: SpectrumSpec, d: int, engine: Engine) -> tuple[Array, Array]:
    match spectrum:
        case Isotropic():
            return engine.array([1]), np.array([d])
        case Spiked():
            spiked = sum(count for _, count in spectrum.spikes)
            return _explicit((*spectrum.spikes, (spectrum.rest, d - spiked)), engine)
        case Levels():
            return _explicit(spectrum.levels, engine)
    if d > _MAX_LEVELS:
        raise NotBuilt(
            f"--spectrum {spectrum} with d = {d} has more levels than the {_MAX_LEVELS} that an "
            "array should hold: use a smaller d, or levels:VALUE*COUNT,... with multiplicities"
        )
    match spectrum:
        case PowerLaw(beta):
            s = _powers(d, -beta, engine)
        case AR1(rho):
            s = ar1_eigenvalues(rho, d, engine)
        case SpectrumFile(path):
            s = engine.array(read_numbers("--spectrum", path, length=d, positive=True))
    return s, np.ones(d, dtype=np.int64)


def _explicit(levels: tuple[tuple[Fraction, int], ...], engine: Engine) -> tuple[Array, Array]:
    return engine.array(value for value, _ in levels), np.array([count for _, count in levels])


def _signal(
    signal: SignalSpec, spectrum: SpectrumSpec, s: Array, counts: Array, d: int, engine: Engine
) -> Array:
    match signal:
        case Flat():
            return engine.array([Fraction(1, d)]).repeat(len(s))
        case Energies(energies):
            return engine.array(energies) / (s * counts)
        case Source(r):
            # Setting admits a source only on a power law.
            beta = spectrum.beta if isinstance(spectrum, PowerLaw) else Fraction(0)
            energy = _powers(d, -(1 + 2 * beta * r), engine)
            return _powers(d, beta - 1 - 2 * beta * r, engine) / engine.weighted_sum(energy, None)
        case SignalFile(path):
            return _file_signal(path, spectrum, s, counts, d, engine)


def _file_signal(
    path: Any, spectrum: SpectrumSpec, s: Array, counts: Array, d: int, engine: Engine
) -> Array:
    squares = engine.array(read_numbers("--signal", path, length=d)) ** 2
    if len(s) == d:
        # Files keep one order: the i-th entry of the signal belongs to the i-th eigenvalue.
        return squares
    if isinstance(spectrum, SpectrumFile):
        raise InputError("--signal", path, "does not match the spectrum", "give d values in both")
    ends = np.cumsum(counts)
    means = [
        engine.weighted_sum(squares[end - count : end], None) / int(count)
        for end, count in zip(ends, counts, strict=True)
    ]
    return np.array(means, dtype=squares.dtype)


def _powers(d: int, exponent: Fraction, engine: Engine) -> Array:
    if isinstance(engine, Float64):
        index = np.arange(1, d + 1, dtype=np.float64)
    else:
        index = engine.array(range(1, d + 1))
    return engine.power(index, exponent)
