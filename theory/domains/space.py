"""Space: names with their entries, and the places that choices lead to.

What the names stand for is the subclass's: a domain of settings (`theory.domains.domain`), or of
the parameters of a process.  Every name has one entry (see `theory.domains.entries`), in an order
in which entries use earlier names only.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Generic, Protocol, TypeVar

from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.entries import (
    Choice,
    Derived,
    Entry,
    Fixed,
    IntegerRange,
    RealInterval,
    evaluated,
    nearest,
    used_symbols,
)
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.spectra import (
    Energies,
    Isotropic,
    Levels,
    PowerLaw,
    SignalSpec,
    Source,
    SpectrumSpec,
    Spiked,
)

__all__ = ["Chooser", "Place", "Space", "decay", "size_limits", "suits"]

Place = TypeVar("Place")


class Chooser(Protocol):
    """Where the choices come from: hypothesis, a random generator, or a script."""

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        """One of the options."""

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        """A whole number in [least, most]; ``known`` are the numbers settled before it."""

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        """A rational in [least, most]."""


@dataclass(frozen=True)
class Space(ABC, Generic[Place]):
    """Names and their entries, in order.

    It tests membership, prints itself as mathematics, and turns any source of choices into one of
    its places.
    """

    items: tuple[tuple[str, Entry], ...]

    @property
    @abstractmethod
    def choices(self) -> tuple[str, ...]:
        """The names of what is chosen from options: spectrum and signal, then others."""

    @abstractmethod
    def symbol(self, name: str) -> Symbol:
        """What stands for a number in expressions."""

    @abstractmethod
    def is_whole(self, name: str) -> bool:
        """Whether a number is a size or a count."""

    @abstractmethod
    def least(self, name: str) -> int | None:
        """The least admissible value of a number."""

    @abstractmethod
    def default(self, name: str) -> Entry | None:
        """The entry of a name that is left out."""

    @abstractmethod
    def numbers(self) -> tuple[tuple[str, Entry], ...]:
        """The entries of numbers with the defaults, in an order that suits their expressions."""

    @abstractmethod
    def made(self, values: dict[str, Fraction], options: dict[str, Any]) -> Place | str:
        """The place with these numbers and options, or why there is none."""

    def __getitem__(self, name: str) -> Entry | None:
        """The entry of a name, or its default; None for what is not needed."""
        return dict(self.items).get(name) or self.default(name)

    def options(self, name: str) -> tuple[Any, ...]:
        """What may be chosen."""
        entry = self[name]
        return entry.options if isinstance(entry, Choice) else ()

    def describe(self) -> str:
        """The entries as mathematics, on one line."""
        return ", ".join(
            f"{name} {'=' if isinstance(entry, Fixed | Derived) else '∈'} {entry}"
            for name, entry in self.items
        )

    def check_order(self, known: Iterable[Symbol] = ()) -> None:
        """Refuse an entry that uses a name which is not declared before it, nor known."""
        settled = set(known)
        if all(isinstance(option, PowerLaw) for option in self.options("spectrum")):
            settled.add(sy.beta)
        if all(isinstance(option, Source) for option in self.options("signal")):
            settled.add(sy.r)
        for name, entry in self.items:
            for symbol in sorted(used_symbols(entry) - settled, key=str):
                condition = f"uses {symbol}, which no earlier entry gives"
                if symbol in {sy.beta, sy.r}:
                    condition = f"uses {symbol}, which not every spectrum and signal has"
                raise InputError(f"domain {name}", entry, condition, f"declare {symbol} before it")
            if name not in self.choices:
                settled.add(self.symbol(name))

    def __contains__(self, place: object) -> bool:
        """Whether a place lies here, every entry taken exactly."""
        if any(getattr(place, name, None) not in self.options(name) for name in self.choices):
            return False
        known = decay(*(getattr(place, name) for name in self.choices[:2]))
        for name, entry in self.numbers():
            given = getattr(place, name)
            if given is None or not self._allows(name, entry, Fraction(given), known):
                return False
            known[self.symbol(name)] = Fraction(given)
        return True

    def setting(self, chooser: Chooser) -> Place | None:
        """The place that the chooser's choices lead to, or None where they lead nowhere.

        Raises:
            InputError: a derived value or an end of a range is not a finite real number.
        """
        found = self.attempt(chooser)
        return None if isinstance(found, str) else found

    def attempt(self, chooser: Chooser) -> Place | str:
        """The place that the chooser's choices lead to, or why they lead nowhere.

        They lead nowhere when a range is empty at the earlier choices, when a derived value is
        not admissible, or when no signal suits the spectrum.

        Raises:
            InputError: a derived value or an end of a range is not a finite real number.
        """
        spectrum = chooser.option("spectrum", self.options("spectrum"))
        signals = tuple(x for x in self.options("signal") if suits(x, spectrum))
        if not signals:
            return f"no signal suits the spectrum {spectrum}: an energy for each level, or flat"
        chosen = {"spectrum": spectrum, "signal": chooser.option("signal", signals)}
        for name in self.choices[2:]:
            options = self.options(name)
            # One option is no choice, and draws nothing.
            one = len(options) == 1 and name != "design"
            chosen[name] = options[0] if one else chooser.option(name, options)
        known = decay(spectrum, chosen["signal"])
        values: dict[str, Fraction] = {}
        for name, entry in self.numbers():
            value = self._chosen(name, entry, known, chooser, spectrum)
            if value is None:
                whole = "has no whole number" if isinstance(entry, IntegerRange) else "is too small"
                return f"{name} = {entry} {whole}"
            values[name] = known[self.symbol(name)] = value
        return self.made(values, chosen)

    def _chosen(
        self,
        name: str,
        entry: Entry,
        known: dict[Symbol, Fraction],
        chooser: Chooser,
        spectrum: SpectrumSpec,
    ) -> Fraction | None:
        floor, ceiling = size_limits(spectrum) if name == "d" else (self.least(name), None)
        match entry:
            case RealInterval(least, most):
                return chooser.real(name, least, most) if least < most else least
            case IntegerRange():
                low, high = entry.ends(name, known)
                low = low if floor is None else max(low, floor)
                high = high if ceiling is None else min(high, ceiling)
                if low > high:
                    return None
                settled = {symbol.name: value for symbol, value in known.items()}
                return Fraction(chooser.whole(name, low, high, settled) if low < high else low)
            case Derived():
                value = self._derived(name, entry, known)
            case Fixed(fixed):
                value = fixed
            case _:
                return None
        fits = (floor is None or floor <= value) and (ceiling is None or value <= ceiling)
        return value if fits else None

    def _derived(self, name: str, entry: Derived, known: dict[Symbol, Fraction]) -> Fraction:
        value = evaluated(name, entry.expression, known)
        return Fraction(nearest(value)) if self.is_whole(name) else value

    def _allows(
        self, name: str, entry: Entry, value: Fraction, known: dict[Symbol, Fraction]
    ) -> bool:
        match entry:
            case Fixed(fixed):
                return value == fixed
            case Derived():
                return value == self._derived(name, entry, known)
            case RealInterval(least, most):
                return least <= value <= most
            case IntegerRange():
                low, high = entry.ends(name, known)
                return value.denominator == 1 and low <= value <= high
        return False


def decay(spectrum: SpectrumSpec, signal: SignalSpec) -> dict[Symbol, Fraction]:
    """The exponents beta and r of a power law, where the specifications have them."""
    known = {}
    if isinstance(spectrum, PowerLaw):
        known[sy.beta] = spectrum.beta
    if isinstance(signal, Source):
        known[sy.r] = signal.r
    return known


def size_limits(spectrum: SpectrumSpec) -> tuple[int, int | None]:
    """The dimensions that a spectrum allows."""
    match spectrum:
        case Levels(levels):
            total = sum(count for _, count in levels)
            return total, total
        case Spiked(spikes, _):
            return sum(count for _, count in spikes) + 1, None
    return 1, None


def suits(signal: SignalSpec, spectrum: SpectrumSpec) -> bool:
    """Whether a signal is defined on a spectrum: source conditions and energies need theirs."""
    match signal:
        case Source():
            return isinstance(spectrum, PowerLaw)
        case Energies(energies):
            return len(energies) == _level_count(spectrum)
    return True


def _level_count(spectrum: SpectrumSpec) -> int:
    match spectrum:
        case Isotropic():
            return 1
        case Spiked(spikes, _):
            return len(spikes) + 1
        case Levels(levels):
            return len(levels)
    return 0
