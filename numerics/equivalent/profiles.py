"""Profiles along the eigenvectors of Sigma, at the precision of an engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Engine, Float64
from ridgeproof.numerics.spectra.number_files import file_length
from ridgeproof.numerics.spectra.power_law import is_function
from ridgeproof.numerics.spectra.quadrature import power_law_levels
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.checks import INFINITE, check_dimension
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt
from ridgeproof.theory.process.expressions import Expression, Name, Text, walk
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.operators.models import nonlinear
from ridgeproof.theory.process.profiles import check_profile, profile_values
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import (
    Isotropic,
    PowerLaw,
    SignalSpec,
    SpectrumFile,
    SpectrumSpec,
    parse_spectrum,
)

__all__ = ["Directions", "Space", "directions_of", "space_of"]


class Directions:
    """The directions of one spectrum and signal: s, i, d, w0 and how often each counts.

    ``space`` is what they were built from, where other arithmetic may be needed.  ``indices`` are
    those of the levels that a power law of many eigenvalues is summed on, None where all are there.
    ``tails`` is how many activations ask for directions besides.
    """

    def __init__(
        self,
        spectrum: Spectrum,
        engine: Engine,
        *,
        one_by_one: bool,
        space: Space | None = None,
        indices: Array | None = None,
        tails: int = 0,
    ) -> None:
        self.space, self._indices, self.tails = space, indices, tails
        repeat = spectrum.multiplicity if one_by_one else 1
        self.engine = engine
        self.s = np.repeat(spectrum.s, repeat)
        with engine.scope():
            self.w0 = np.repeat(engine.sqrt(spectrum.w0sq), repeat)
        # Balls take whole numbers as they are.
        counts = np.ones(len(self.s), int) if one_by_one else spectrum.multiplicity
        self.multiplicity = counts.astype(np.float64 if self.s.dtype != object else object)
        self.d = spectrum.d

    @property
    def is_quadrature(self) -> bool:
        """Whether the sums over directions are those of a rule."""
        return self._indices is not None

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
            if self._indices is not None:
                return self._smooth(profile.text, self._indices)
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
            "d": engine.convert(np.inf) if self.d == np.inf else engine.number(self.d),
            "inf": engine.convert(np.inf),
            "i": self._indices
            if self._indices is not None
            else engine.array(range(1, len(self.s) + 1)),
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

    def _smooth(self, text: str, indices: Array) -> Array:
        """A profile given as a spectrum, where it is a function of the index."""
        match parse_spectrum(text):
            case PowerLaw(beta):
                return np.asarray(self.engine.power(indices, -beta))
            case Isotropic():
                return np.ones(len(indices))
        raise NotBuilt(
            f"the profile {text} along {self.d} eigenvalues, which are summed as a function: give "
            "an expression in s and i, or a d of at most 20,000"
        )

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

    @property
    def numbers(self) -> dict[str, Fraction]:
        """d by name; an infinite one is no number."""
        return {} if self.d == INFINITE else {"d": Fraction(self.d)}


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
    return Space(check_dimension("d", size), spectrum, signal or process.signal or "flat")


def directions_of(
    graph: Graph, space: Space, engine: Engine, *, second: bool = False
) -> Directions:
    """The directions that a graph needs: one a level, or all d where a profile tells them apart.

    In float64 a power law of many eigenvalues is summed by a rule, or by the ``second`` one.
    """
    setting = make_setting(T=1, **space._asdict())
    tails = len(nonlinear(graph.nodes))
    if tails and not isinstance(engine, Float64):
        raise NotBuilt("features with an activation are built in float64 only: ask for 12 digits")
    if isinstance(engine, Float64) and is_function(setting):
        spectrum, places = power_law_levels(setting, second=second)
        known: dict[str, Any] = {"space": space, "indices": places, "tails": tails}
        return Directions(spectrum, engine, one_by_one=False, **known)
    apart = any(
        isinstance(part, Text) or (isinstance(part, Name) and part.name == "i")
        for part in walk((graph.nodes, graph.asks))
    )
    spectrum = build_spectrum(setting, engine, one_by_one=True)
    return Directions(spectrum, engine, one_by_one=apart, space=space, tails=tails)
