"""Place: a process with all its numbers fixed; ProcessDomain: where a claim about it is made."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

from hypothesis import reject
from hypothesis import strategies as st
from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.corners import corners
from ridgeproof.theory.domains.domain import Chooser, decay, size_limits, suits
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
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.verification.conjectures.admissible import RandomChoices
from ridgeproof.verification.strategies import HypothesisChoices

__all__ = ["OPTIONS", "Place", "ProcessDomain", "draw_places", "places"]

OPTIONS = ("spectrum", "signal")
# The bias of a setting keeps no gap from a threshold; nor does theory, which speaks everywhere.
_ANYWHERE = "bias"
_TRIES_PER_PLACE, _CORNERS = 40, 400


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
class ProcessDomain:
    """The parameters of a process, each with its entry, and the spectra and signals.

    Attributes:
        items: entries by name, in an order in which each uses earlier names only.
        whole: the names of whole numbers: sizes and counts.
        symbols: of the names.
        defaults: numbers that need no entry.

    Raises:
        InputError: an entry does not suit its name, or uses a name that is not declared before.
    """

    items: tuple[tuple[str, Entry], ...]
    whole: frozenset[str]
    symbols: tuple[tuple[str, Symbol], ...]
    defaults: tuple[tuple[str, Fraction], ...] = ()

    def __post_init__(self) -> None:
        symbols = dict(self.symbols)
        known = {symbols[name] for name, _ in self.defaults} | {sy.beta, sy.r}
        for name, entry in self.items:
            label = f"domain {name}"
            if isinstance(entry, Choice) is not (name in OPTIONS):
                raise InputError(label, entry, "does not suit this name", "give numbers or texts")
            for symbol in sorted(used_symbols(entry) - known, key=str):
                condition = f"uses {symbol}, which no earlier entry gives"
                raise InputError(label, entry, condition, f"declare {symbol} before it")
            match entry:
                case RealInterval() if name in self.whole:
                    raise InputError(label, entry, "must be whole", "write { integers = [a, b] }")
                case Fixed(value) if name in self.whole and value.denominator > 1:
                    raise InputError(label, entry, "must be whole", f"round {name}")
                case RealInterval(least, most) if least > most:
                    raise InputError(label, entry, "is empty", "give the smaller end first")
            if name in symbols:
                known.add(symbols[name])

    def __getitem__(self, name: str) -> Entry | None:
        """The entry of a name."""
        return dict(self.items).get(name)

    def options(self, name: str) -> tuple[Any, ...]:
        """The spectra or signals."""
        entry = self[name]
        return entry.options if isinstance(entry, Choice) else ()

    def numbers(self) -> tuple[tuple[str, Entry], ...]:
        """The entries of numbers, in order."""
        return tuple(item for item in self.items if item[0] not in OPTIONS)

    def describe(self) -> str:
        """The domain as mathematics, on one line."""
        return ", ".join(
            f"{name} {'=' if isinstance(entry, Fixed | Derived) else '∈'} {entry}"
            for name, entry in self.items
        )

    def setting(self, chooser: Chooser) -> Place | None:
        """The place that the chooser's choices lead to, or None where they lead nowhere."""
        found = self.attempt(chooser)
        return found if isinstance(found, Place) else None

    def attempt(self, chooser: Chooser) -> Place | str:
        """The place that the chooser's choices lead to, or why they lead nowhere.

        Raises:
            InputError: a derived value or an end of a range is not a finite real number.
        """
        spectrum = chooser.option("spectrum", self.options("spectrum"))
        signals = tuple(x for x in self.options("signal") if suits(x, spectrum))
        if not signals:
            return f"no signal suits the spectrum {spectrum}"
        signal = chooser.option("signal", signals)
        symbols, values = dict(self.symbols), dict(self.defaults)
        known = decay(spectrum, signal) | {symbols[name]: x for name, x in values.items()}
        for name, entry in self.numbers():
            value = self._chosen(name, entry, known, chooser)
            if value is None:
                return f"{name} = {entry} has no whole number"
            if name == "d":
                floor, ceiling = size_limits(spectrum)
                if not floor <= value <= (value if ceiling is None else ceiling):
                    return f"d = {value} does not suit the spectrum {spectrum}"
            values[name] = known[symbols[name]] = value
        return Place(tuple(values.items()), spectrum, signal)

    def _chosen(
        self, name: str, entry: Entry, known: Mapping[Symbol, Fraction], chooser: Chooser
    ) -> Fraction | None:
        match entry:
            case Fixed(value):
                return value
            case Derived(expression):
                value = evaluated(name, expression, known)
                return Fraction(nearest(value)) if name in self.whole else value
            case RealInterval(least, most):
                return chooser.real(name, least, most) if least < most else least
            case IntegerRange():
                low, high = entry.ends(name, known)
                if low > high:
                    return None
                settled = {symbol.name: value for symbol, value in known.items()}
                return Fraction(chooser.whole(name, low, high, settled) if low < high else low)
        return None

    def __contains__(self, place: object) -> bool:
        """Whether a place lies in the domain, every entry taken exactly."""
        if not isinstance(place, Place):
            return False
        if any(getattr(place, name) not in self.options(name) for name in OPTIONS):
            return False
        symbols, values = dict(self.symbols), place.values
        known = decay(place.spectrum, place.signal)
        known |= {symbols[name]: value for name, value in values.items()}
        return all(self._allows(name, entry, values[name], known) for name, entry in self.numbers())

    def _allows(
        self, name: str, entry: Entry, value: Fraction, known: Mapping[Symbol, Fraction]
    ) -> bool:
        match entry:
            case Fixed(fixed):
                return value == fixed
            case Derived(expression):
                there = evaluated(name, expression, known)
                return value == (nearest(there) if name in self.whole else there)
            case RealInterval(least, most):
                return least <= value <= most
            case IntegerRange():
                low, high = entry.ends(name, known)
                return value.denominator == 1 and math.ceil(low) <= value <= math.floor(high)
        return False


def draw_places(domain: ProcessDomain, count: int, seed: int) -> tuple[list[Place], Counter[str]]:
    """Distinct places, about half of them corners, and how often choices led nowhere, and why."""
    failed: Counter[str] = Counter()
    chooser = RandomChoices(random.Random(seed), _ANYWHERE)

    def random_ones() -> Iterator[Place]:
        for _ in range(_TRIES_PER_PLACE * count):
            found = domain.attempt(chooser)
            if isinstance(found, str):
                failed[found] += 1
            else:
                yield found

    drawn: Any = domain  # corners asks no more of a domain than this one has
    special: list[Place] = list(islice(corners(drawn, _CORNERS), (count + 1) // 2))  # type: ignore[arg-type]
    found = dict.fromkeys(special)
    for place in random_ones():
        if len(found) >= count:
            break
        found[place] = None
    return list(found), failed


@st.composite
def places(draw: st.DrawFn, domain: ProcessDomain) -> Place:
    """Places of a domain, shrinking towards first options and small round numbers."""
    found = domain.attempt(HypothesisChoices(draw, _ANYWHERE, signs=False))
    if isinstance(found, str):
        reject()
    assert isinstance(found, Place)
    return found
