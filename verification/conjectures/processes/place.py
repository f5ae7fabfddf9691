"""Place: a process with all its numbers fixed; ProcessDomain: where a claim about it is made."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Symbol

from ridgeproof.theory.domains.entries import Entry, Fixed, check_kind
from ridgeproof.theory.domains.space import Space
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec

__all__ = ["OPTIONS", "Place", "ProcessDomain"]

OPTIONS = ("spectrum", "signal")


@dataclass(frozen=True)
class Place:
    """The numbers of a process, by name, its dimension, spectrum and signal."""

    numbers: tuple[tuple[str, Fraction], ...]
    spectrum: SpectrumSpec
    signal: SignalSpec

    def __getattr__(self, name: str) -> Fraction:
        """A number by its name, as those who walk through a domain ask for it."""
        if name != "numbers":
            for known, value in self.numbers:
                if known == name:
                    return value
        raise AttributeError(name)

    @property
    def dimension(self) -> int:
        """The number of directions."""
        return int(self.values["d"])

    @property
    def values(self) -> dict[str, Fraction]:
        """The numbers by name."""
        return dict(self.numbers)

    def canonical(self) -> dict[str, Any]:
        """The place as plain data: whole numbers, rationals as text, and texts."""
        numbers = {
            name: int(value) if value.denominator == 1 else str(value)
            for name, value in self.numbers
        }
        return {**numbers, "spectrum": str(self.spectrum), "signal": str(self.signal)}

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in self.canonical().items())


@dataclass(frozen=True)
class ProcessDomain(Space[Place]):
    """The parameters of a process, each with its entry, and the spectra and signals.

    Attributes:
        whole: the names of whole numbers: sizes and counts.
        symbols: of the names.
        defaults: numbers that need no entry.

    Raises:
        InputError: an entry does not suit its name, or uses a name that is not declared before.
    """

    whole: frozenset[str]
    symbols: tuple[tuple[str, Symbol], ...]
    defaults: tuple[tuple[str, Fraction], ...] = ()
    choices = OPTIONS

    def __post_init__(self) -> None:
        for name, entry in self.items:
            check_kind(name, entry, is_choice=name in OPTIONS, is_whole=self.is_whole(name))
        self.check_order(self.symbol(name) for name, _ in self.defaults)

    def symbol(self, name: str) -> Symbol:
        """What stands for a parameter."""
        return dict(self.symbols)[name]

    def is_whole(self, name: str) -> bool:
        """Whether a parameter is a size or a count."""
        return name in self.whole

    def least(self, name: str) -> None:
        """The process itself refuses a number that it cannot have."""
        del name

    def default(self, name: str) -> Entry | None:
        """The number that a parameter has by default."""
        known = dict(self.defaults)
        return Fixed(known[name]) if name in known else None

    def numbers(self) -> tuple[tuple[str, Entry], ...]:
        """The entries of numbers, those that are not given first."""
        given = dict(self.items)
        free = [(name, Fixed(value)) for name, value in self.defaults if name not in given]
        return (*free, *(item for item in self.items if item[0] not in OPTIONS))

    def made(self, values: dict[str, Fraction], options: dict[str, Any]) -> Place:
        """The place with these numbers."""
        return Place(tuple(values.items()), **options)
