"""Profiles along the eigenvectors of Sigma, at the precision of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Engine
from ridgeproof.numerics.spectra.number_files import file_length
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.process.expressions import Expression, Name, Text, walk
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.profiles import check_profile, profile_values
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import (
    SignalSpec,
    SpectrumFile,
    SpectrumSpec,
    parse_spectrum,
)

__all__ = ["Directions", "Space", "directions_of", "space_of"]


class Directions:
    """The directions of one spectrum and signal: s, i, d, w0 and how often each counts.

    ``space`` is what they were built from, where other arithmetic may be needed.
    """

    def __init__(
        self, spectrum: Spectrum, engine: Engine, *, one_by_one: bool, space: Space | None = None
    ) -> None:
        self.space = space
        repeat = spectrum.multiplicity if one_by_one else 1
        self.engine = engine
        self.s = np.repeat(spectrum.s, repeat)
        with engine.scope():
            self.w0 = np.repeat(engine.sqrt(spectrum.w0sq), repeat)
        # Balls take whole numbers as they are.
        counts = np.ones(len(self.s), int) if one_by_one else spectrum.multiplicity
        self.multiplicity = counts.astype(np.float64 if self.s.dtype != object else object)
        self.d = spectrum.d

    def profile(
        self, profile: Expression, *, signed: bool = False, infinite: bool = False
    ) -> Array:
        """The values of a profile, (directions,).

        Raises:
            InputError: an entry is no number, or negative or infinite where it may not be.
            Undecided: whether an entry is zero is open in balls.
        """
        engine = self.engine
        if isinstance(profile, Text):
            try:
                setting = make_setting(d=self.d, T=1, spectrum=profile.text)
                spectrum = build_spectrum(setting, engine, one_by_one=True)
            except InputError as error:
                remedy = f"give a profile of {self.d} values"
                raise InputError("profile", profile.text, error.condition, remedy) from None
            return np.repeat(spectrum.s, spectrum.multiplicity)
        names: dict[str, Any] = {
            "s": self.s,
            "w0": self.w0,
            "d": engine.number(self.d),
            "inf": engine.convert(np.inf),
            "i": engine.array(range(1, len(self.s) + 1)),
        }
        functions: Mapping[str, Callable[..., Any]] = {
            "sqrt": engine.sqrt,
            "exp": engine.exp,
            "log": engine.log,
            "min": engine.minimum,
            "max": engine.maximum,
            "where": lambda x, a, b: np.where(self._signs(x) >= 0, a, b),
        }
        with np.errstate(all="ignore"):
            value = profile_values(profile, names, engine.number, functions)
        values = np.broadcast_to(value, self.s.shape)
        floats = np.asarray(values, np.float64).tolist()
        check_profile(str(profile), floats, len(values), signed=signed, infinite=infinite)
        if not signed:
            self._signs(values)
        return values

    def _signs(self, x: Any) -> Array:
        """What has the sign of each number, decided."""
        values = np.asarray(x)
        if values.dtype != object:
            return values
        return np.vectorize(lambda each: self.engine.compare(each, 0), otypes=[int])(values)


class Space(NamedTuple):
    """Where a process runs: its dimension, spectrum and signal."""

    d: int
    spectrum: SpectrumSpec | str
    signal: SignalSpec | str


def space_of(
    process: Process,
    d: object = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
) -> Space:
    """What is given of the space, else what the process says, else isotropic and flat.

    Raises:
        InputError: nothing says what d is, a file of eigenvalues included.
    """
    spectrum = spectrum or process.spectrum or "isotropic"
    if isinstance(spectrum, str):
        spectrum = parse_spectrum(spectrum)
    size: object = process.defaults.get("d") if d is None else d
    if size is None and isinstance(spectrum, SpectrumFile):
        size = file_length(spectrum.path)
    if size is None:
        raise InputError("d", MISSING, "the dimension of the process", "give d")
    return Space(check_integer("d", size, least=1), spectrum, signal or process.signal or "flat")


def directions_of(graph: Graph, space: Space, engine: Engine) -> Directions:
    """The directions that a graph needs: one a level, or all d where a profile tells them apart."""
    setting = make_setting(T=1, **space._asdict())
    apart = any(
        isinstance(part, Text) or (isinstance(part, Name) and part.name == "i")
        for part in walk((graph.nodes, graph.asks))
    )
    spectrum = build_spectrum(setting, engine, one_by_one=True)
    return Directions(spectrum, engine, one_by_one=apart, space=space)
