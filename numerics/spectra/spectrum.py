"""The levels that a specification of spectrum and signal describes, in any engine."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Engine, Float64, object_array
from ridgeproof.numerics.arithmetic.rational_balls import exact_powers
from ridgeproof.numerics.spectra.ar1 import ar1_eigenvalues
from ridgeproof.numerics.spectra.number_files import file_stamp, map_floats, read_numbers
from ridgeproof.numerics.spectra.power_law import is_function, power_law_spectrum
from ridgeproof.numerics.spectra.spectral_levels import Spectrum, expanded, make_spectrum
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import (
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
_MAX_EXACT_LEVELS = 2_000_000


def build_spectrum(setting: Setting, engine: Engine, *, one_by_one: bool = False) -> Spectrum:
    """The levels that the spectrum and signal of a setting describe, at the engine's precision.

    With balls a power law of many levels is a function, summed range by range, unless its
    eigenvalues are wanted one by one.

    ``copies = k`` repeats every level k times and splits its energy equally.

    Raises:
        InputError: a file is unreadable, or does not fit d.
        NotBuilt: more levels than memory should hold.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> build_spectrum(make_setting(d=300, T=600), Float64()).multiplicity
    array([300])
    """
    if isinstance(engine, Balls) and is_function(setting) and not one_by_one:
        return power_law_spectrum(setting, engine)
    if setting.is_infinite:
        raise NotBuilt(
            "d = inf holds in no array of eigenvalues: ask for evaluate, which sums the power law "
            "as a function, or give a finite d"
        )
    return _build(
        setting.distinct,
        setting.copies,
        setting.spectrum,
        setting.signal,
        engine,
        tuple(
            file_stamp(spec.path, name)
            for name, spec in (("spectrum", setting.spectrum), ("signal", setting.signal))
            if isinstance(spec, SpectrumFile | SignalFile)
        ),
    )


@lru_cache(maxsize=32)
def _build(
    base: int,
    copies: int,
    spectrum: SpectrumSpec,
    signal: SignalSpec,
    engine: Engine,
    _stamps: tuple[tuple[int, int], ...],
) -> Spectrum:
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
    most = _MAX_LEVELS if isinstance(engine, Float64) else _MAX_EXACT_LEVELS
    if d > most:
        raise NotBuilt(
            f"the spectrum {spectrum} with d = {d} has more levels than the {most} that an array "
            f"of {engine.digits} digits should hold: use a smaller d, levels:VALUE*COUNT,... with "
            "multiplicities, or 15 digits without a certificate"
        )
    match spectrum:
        case PowerLaw(beta):
            s = _powers(d, -beta, engine)
        case AR1(rho):
            s = ar1_eigenvalues(rho, d, engine)
        case SpectrumFile(path):
            s = _file_numbers("spectrum", path, d, engine, positive=True)
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
    squares = _file_numbers("signal", path, d, engine) ** 2
    if len(s) == d:
        # Files keep one order: the i-th entry of the signal belongs to the i-th eigenvalue.
        return squares
    if isinstance(spectrum, SpectrumFile):
        raise InputError("signal", path, "does not match the spectrum", "give d values in both")
    ends = np.cumsum(counts)
    means = [
        engine.weighted_sum(squares[end - count : end], None) / int(count)
        for end, count in zip(ends, counts, strict=True)
    ]
    return np.array(means, dtype=squares.dtype)


def _file_numbers(
    name: str, path: Path, d: int, engine: Engine, *, positive: bool = False
) -> Array:
    if isinstance(engine, Float64) and path.suffix.lower() == ".npy":
        return map_floats(name, path, length=d, positive=positive)
    return engine.array(read_numbers(name, path, length=d, positive=positive))


def _powers(d: int, exponent: Fraction, engine: Engine) -> Array:
    if isinstance(engine, Balls):
        return object_array(exact_powers(d, exponent))
    if isinstance(engine, Float64):
        return np.asarray(engine.power(np.arange(1, d + 1, dtype=np.float64), exponent))
    return np.asarray(engine.power(engine.array(range(1, d + 1)), exponent))
