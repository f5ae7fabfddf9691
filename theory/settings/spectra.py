"""Specifications of a spectrum and of a signal: what a user states, before any number is made.

A specification is exact (rationals and names only).  `numerics.spectra.spectrum` turns it into
levels, that is, eigenvalues with multiplicities.  Eigenvalues are those of the feature covariance
Sigma; the signal w0 is given in the eigenbasis of Sigma, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from ridgeproof.theory.checks import check_integer, check_real, closest, parse_rational, settle
from ridgeproof.theory.errors import InputError

__all__ = [
    "AR1",
    "Energies",
    "Flat",
    "Isotropic",
    "Levels",
    "PowerLaw",
    "SignalFile",
    "SignalSpec",
    "Source",
    "SpectrumFile",
    "SpectrumSpec",
    "Spiked",
    "parse_signal",
    "parse_spectrum",
]


@dataclass(frozen=True)
class Isotropic:
    """s_i = 1 for every i."""

    def __str__(self) -> str:
        return "isotropic"


@dataclass(frozen=True)
class PowerLaw:
    """s_i = i^-beta, i = 1..d, not normalised; beta > 0 ("capacity")."""

    beta: Fraction

    def __post_init__(self) -> None:
        settle(self, beta=check_real("spectrum power-law:BETA", self.beta, above=0))

    def __str__(self) -> str:
        return f"power-law:{self.beta}"


@dataclass(frozen=True)
class AR1:
    """Eigenvalues of the d x d matrix Sigma_ij = rho^|i-j|, -1 < rho < 1."""

    rho: Fraction

    def __post_init__(self) -> None:
        settle(self, rho=check_real("spectrum ar1:RHO", self.rho, above=-1, below=1))

    def __str__(self) -> str:
        return f"ar1:{self.rho}"


@dataclass(frozen=True)
class Spiked:
    """A few large levels (value, count) and one value for all the rest."""

    spikes: tuple[tuple[Fraction, int], ...]
    rest: Fraction

    def __post_init__(self) -> None:
        names = "spectrum spiked: VALUE", "spectrum spiked: COUNT"
        rest = check_real("spectrum spiked: REST", self.rest, above=0)
        settle(self, spikes=_checked_levels(names, self.spikes), rest=rest)

    def __str__(self) -> str:
        spikes = "".join(f"{value}*{count}," for value, count in self.spikes)
        return f"spiked:{spikes}{self.rest}"


@dataclass(frozen=True)
class Levels:
    """Explicit levels: (eigenvalue, multiplicity) pairs whose multiplicities sum to d."""

    levels: tuple[tuple[Fraction, int], ...]

    def __post_init__(self) -> None:
        names = "spectrum levels: VALUE", "spectrum levels: COUNT"
        settle(self, levels=_checked_levels(names, self.levels))

    def __str__(self) -> str:
        return "levels:" + ",".join(f"{value}*{count}" for value, count in self.levels)


@dataclass(frozen=True)
class SpectrumFile:
    """Eigenvalues read from a .npy, .csv or .txt file."""

    path: Path

    def __post_init__(self) -> None:
        settle(self, path=Path(self.path))

    def __str__(self) -> str:
        return f"file:{self.path}"


@dataclass(frozen=True)
class Flat:
    """w0_i = 1/sqrt(d) for every i in the eigenbasis: a unit vector, evenly spread."""

    def __str__(self) -> str:
        return "flat"


@dataclass(frozen=True)
class Source:
    """b_i = s_i w0_i^2 proportional to i^-(1 + 2 beta r), scaled to sum 1; r > 0 ("source")."""

    r: Fraction

    def __post_init__(self) -> None:
        settle(self, r=check_real("signal source:R", self.r, above=0))

    def __str__(self) -> str:
        return f"source:{self.r}"


@dataclass(frozen=True)
class Energies:
    """b summed over each level (sum of s_i w0_i^2 over the level), in the order of the levels."""

    energies: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        energies = (check_real("signal energies", energy, least=0) for energy in self.energies)
        settle(self, energies=tuple(energies))

    def __str__(self) -> str:
        return "energies:" + ",".join(map(str, self.energies))


@dataclass(frozen=True)
class SignalFile:
    """w0 in the eigenbasis, read from a .npy, .csv or .txt file."""

    path: Path

    def __post_init__(self) -> None:
        settle(self, path=Path(self.path))

    def __str__(self) -> str:
        return f"file:{self.path}"


SpectrumSpec = Isotropic | PowerLaw | AR1 | Spiked | Levels | SpectrumFile
SignalSpec = Flat | Source | Energies | SignalFile

SPECTRUM_HELP = (
    "write isotropic, power-law:BETA, ar1:RHO, spiked:VALUE*COUNT,...,REST, "
    "levels:VALUE*COUNT,... or file:PATH"
)
SIGNAL_HELP = "write flat, source:R, energies:B1,B2,... or file:PATH"


def parse_spectrum(text: str, name: str = "spectrum") -> SpectrumSpec:
    """Read a spectrum specification such as ``power-law:3/2``.

    >>> parse_spectrum("power-law:1.5")
    PowerLaw(beta=Fraction(3, 2))
    >>> str(parse_spectrum("spiked:10*2,1"))
    'spiked:10*2,1'
    """
    head, _, rest = text.strip().partition(":")
    match head:
        case "isotropic" if not rest:
            return Isotropic()
        case "power-law" if rest:
            return PowerLaw(parse_rational(name, rest))
        case "ar1" if rest:
            return AR1(parse_rational(name, rest))
        case "spiked" if rest:
            *spikes, last = rest.split(",")
            return Spiked(tuple(_level(name, part) for part in spikes), parse_rational(name, last))
        case "levels" if rest:
            return Levels(tuple(_level(name, part) for part in rest.split(",")))
        case "file" if rest:
            return SpectrumFile(Path(rest))
    words = ("isotropic", "power-law", "ar1", "spiked", "levels", "file")
    raise InputError(name, text, "is not a spectrum", f"{closest(head, words)}{SPECTRUM_HELP}")


def parse_signal(text: str, name: str = "signal") -> SignalSpec:
    """Read a signal specification such as ``source:2/5``.

    >>> parse_signal("source:0.4")
    Source(r=Fraction(2, 5))
    """
    head, _, rest = text.strip().partition(":")
    match head:
        case "flat" if not rest:
            return Flat()
        case "source" if rest:
            return Source(parse_rational(name, rest))
        case "energies" if rest:
            return Energies(tuple(parse_rational(name, part) for part in rest.split(",")))
        case "file" if rest:
            return SignalFile(Path(rest))
    hint = closest(head, ("flat", "source", "energies", "file"))
    raise InputError(name, text, "is not a signal", f"{hint}{SIGNAL_HELP}")


def _checked_levels(
    names: tuple[str, str], levels: Iterable[tuple[object, object]]
) -> tuple[tuple[Fraction, int], ...]:
    """Levels of a positive eigenvalue and a multiplicity each, as exact numbers."""
    return tuple(
        (check_real(names[0], value, above=0), check_integer(names[1], count, least=1))
        for value, count in levels
    )


def _level(name: str, text: str) -> tuple[Fraction, int]:
    value, star, count = text.partition("*")
    if not star or not (count.isascii() and count.strip().isdecimal()):
        raise InputError(name, text, "is not VALUE*COUNT", "give each level as, say, 10*2")
    return parse_rational(name, value), int(count)
