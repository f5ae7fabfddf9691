"""Domain: the set of settings over which a claim is made.

Every name of a setting has one entry (see `theory.domains.entries`), in an order in which entries
use earlier names only.  A domain tests membership, prints itself as mathematics, and turns any
source of choices into one of its settings; `theory.domains.holds` proves assumptions on all of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from sympy import Expr, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import exact
from ridgeproof.theory.domains.entries import (
    CHOICES,
    EXTRA,
    REALS,
    SIZES,
    Choice,
    Derived,
    Entry,
    Fixed,
    IntegerRange,
    RealInterval,
    check_entry,
    evaluated,
    least_value,
    nearest,
    read_option,
    used_symbols,
)
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.generations import Replace
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import (
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    SignalSpec,
    Source,
    SpectrumSpec,
    Spiked,
)

__all__ = [
    "DEFAULTS",
    "Chooser",
    "Domain",
    "decay",
    "make_domain",
    "size_limits",
    "suits",
]

DEFAULTS: dict[str, Entry] = {
    **{name: Fixed(Fraction(0)) for name in ("n", *REALS) if name not in EXTRA},
    "spectrum": Choice((Isotropic(),)),
    "signal": Choice((Flat(),)),
    "design": Choice(("independent",)),
    "chain": Choice((Replace(),)),
    "features": Choice((Gaussian(),)),
}


class Chooser(Protocol):
    """Where the choices come from: hypothesis, a random generator, or a script."""

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        """One of the options."""

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        """A whole number in [least, most]; ``known`` are the numbers settled before it."""

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        """A rational in [least, most]."""


@dataclass(frozen=True)
class Domain:
    """Names and their entries, in order; what is left out has the value in `DEFAULTS`.

    Raises:
        InputError: a name is unknown, d or T (or T0, unless n = 0) is missing, an entry does not
            suit its name, or an entry uses a name that is not declared before it.

    >>> domain = make_domain(d=IntegerRange(Rational(5), Rational(60)), T=2 * sy.d, sigma="0.5")
    >>> print(domain.describe())
    d ∈ {5, …, 60}, T = 2*d, sigma = 1/2
    >>> Setting(d=6, T=12, sigma=Fraction(1, 2)) in domain
    True
    """

    items: tuple[tuple[str, Entry], ...]

    def __post_init__(self) -> None:
        names = [name for name, _ in self.items]
        for name, entry in self.items:
            check_entry(name, entry)
        for name in names:
            if names.count(name) > 1:
                raise InputError("domain", name, "is given twice", "give each name once")
        missing = [name for name in ("d", "T") if name not in names]
        if self["n"] != Fixed(Fraction(0)) and "T0" not in names:
            missing.append("T0")
        for name in missing:
            raise InputError(
                f"domain {name}", MISSING, "the claim needs it", f"give {name} in [domain]"
            )
        self._check_order()

    def _check_order(self) -> None:
        known: set[Symbol] = set()
        if all(isinstance(option, PowerLaw) for option in self.options("spectrum")):
            known.add(sy.beta)
        if all(isinstance(option, Source) for option in self.options("signal")):
            known.add(sy.r)
        for name, entry in self.items:
            for symbol in sorted(used_symbols(entry) - known, key=str):
                condition = f"uses {symbol}, which no earlier entry gives"
                if symbol in {sy.beta, sy.r}:
                    condition = f"uses {symbol}, which not every spectrum and signal has"
                raise InputError(f"domain {name}", entry, condition, f"declare {symbol} before it")
            if name not in CHOICES:
                known.add(sy.NAMED[name])

    def __getitem__(self, name: str) -> Entry | None:
        """The entry of a name, or its default; None for a T0 that is not needed."""
        return dict(self.items).get(name, DEFAULTS.get(name))

    def options(self, name: str) -> tuple[Any, ...]:
        """The options of spectrum, signal, design, chain or features."""
        entry = self[name]
        return entry.options if isinstance(entry, Choice) else ()

    def numbers(self) -> tuple[tuple[str, Entry], ...]:
        """The numeric entries with the defaults: first n and the reals that use no other name.

        The rest follows in the order of its declaration.
        """
        given = dict(self.items)
        rest = [
            (name, DEFAULTS[name])
            for name in ("n", *REALS)
            if name in DEFAULTS and name not in given
        ]
        every = [*(item for item in self.items if item[0] not in CHOICES), *rest]
        return tuple(
            sorted(every, key=lambda item: item[0] in SIZES[:3] or bool(used_symbols(item[1])))
        )

    def describe(self) -> str:
        """The domain as mathematics, on one line."""
        parts = []
        for name, entry in self.items:
            single = isinstance(entry, Fixed | Derived)
            parts.append(f"{name} {'=' if single else '∈'} {entry}")
        return ", ".join(parts)

    def __contains__(self, setting: object) -> bool:
        """Whether a setting lies in the domain, every entry taken exactly."""
        if not isinstance(setting, Setting) or setting.copies != 1:
            return False
        if any(getattr(setting, name) not in self.options(name) for name in CHOICES):
            return False
        plain = Setting(d=1, T=1)
        mentioned = {name for name, _ in self.items}
        if any(getattr(setting, x) != getattr(plain, x) for x in {*EXTRA} - mentioned):
            return False
        known = decay(setting.spectrum, setting.signal)
        for name, entry in self.numbers():
            given = getattr(setting, name)
            if given is None or not _allows(name, entry, Fraction(given), known):
                return False
            known[sy.NAMED[name]] = Fraction(given)
        return True

    def setting(self, chooser: Chooser) -> Setting | None:
        """The setting that the chooser's choices lead to, or None where they lead nowhere.

        Raises:
            InputError: a derived value or an end of a range is not a finite real number.
        """
        found = self.attempt(chooser)
        return found if isinstance(found, Setting) else None

    def attempt(self, chooser: Chooser) -> Setting | str:
        """The setting that the chooser's choices lead to, or why they lead nowhere.

        They lead nowhere when a range is empty at the earlier choices, when a derived value is
        not admissible, or when no signal suits the spectrum.

        Raises:
            InputError: a derived value or an end of a range is not a finite real number.
        """
        spectrum = chooser.option("spectrum", self.options("spectrum"))
        signals = tuple(x for x in self.options("signal") if suits(x, spectrum))
        if not signals:
            return f"no signal suits the spectrum {spectrum}: an energy for each level, or flat"
        signal = chooser.option("signal", signals)
        others = {"design": chooser.option("design", self.options("design"))}
        for name in ("chain", "features"):
            options = self.options(name)
            # One option is no choice, and draws nothing.
            others[name] = chooser.option(name, options) if len(options) > 1 else options[0]
        known = decay(spectrum, signal)
        values: dict[str, Any] = {}
        for name, entry in self.numbers():
            value = _chosen(name, entry, known, chooser, spectrum)
            if value is None:
                whole = "has no whole number" if isinstance(entry, IntegerRange) else "is too small"
                return f"{name} = {entry} {whole}"
            known[sy.NAMED[name]] = value
            values[name] = int(value) if name in SIZES else value
        share = self._whole_rows(values)
        if share is None:
            return "synthetic_fraction times T is not a whole number from 0 to T"
        if share != values.get("synthetic_fraction", 1):
            values["synthetic_fraction"] = share
        return Setting(**values, spectrum=spectrum, signal=signal, **others)

    def _whole_rows(self, values: Mapping[str, Any]) -> Fraction | None:
        """The share of synthetic rows, of an interval the nearest with whole rows; None if none."""
        share, T = values.get("synthetic_fraction", Fraction(1)), values["T"]
        entry = self["synthetic_fraction"]
        used = any(sy.synthetic_fraction in used_symbols(each) for _, each in self.numbers())
        if isinstance(entry, RealInterval) and not used:
            least, most = math.ceil(entry.least * T), math.floor(entry.most * T)
            return None if least > most else Fraction(min(max(nearest(share * T), least), most), T)
        return share if 0 <= share <= 1 and (share * T).denominator == 1 else None


def make_domain(**given: Any) -> Domain:
    """Build a Domain from entries, numbers (exact, as in `theory.checks`), expressions or options.

    A SymPy expression is a derived value; spectrum, signal and design take one option or a list,
    as text or as specifications.
    """
    items: list[tuple[str, Entry]] = []
    for name, value in given.items():
        if isinstance(value, Choice | Derived | Fixed | IntegerRange | RealInterval):
            items.append((name, value))
        elif name in CHOICES:
            options = value if isinstance(value, list | tuple) else [value]
            items.append((name, Choice(tuple(_option(name, option) for option in options))))
        elif isinstance(value, Expr) and not isinstance(value, Rational):
            items.append((name, Derived(value)))
        else:
            items.append((name, Fixed(exact(name, str(value)))))
    return Domain(tuple(items))


def _option(name: str, option: Any) -> Any:
    return read_option(name, option) if isinstance(option, str) else option


def decay(spectrum: SpectrumSpec, signal: SignalSpec) -> dict[Symbol, Fraction]:
    """The exponents beta and r of a power law, where the specifications have them."""
    known = {}
    if isinstance(spectrum, PowerLaw):
        known[sy.beta] = spectrum.beta
    if isinstance(signal, Source):
        known[sy.r] = signal.r
    return known


def _derived(name: str, entry: Derived, known: dict[Symbol, Fraction]) -> Fraction:
    value = evaluated(name, entry.expression, known)
    return Fraction(nearest(value)) if name in SIZES else value


def _allows(name: str, entry: Entry, value: Fraction, known: dict[Symbol, Fraction]) -> bool:
    match entry:
        case Fixed(fixed):
            return value == fixed
        case Derived():
            return value == _derived(name, entry, known)
        case RealInterval(least, most):
            return least <= value <= most
        case IntegerRange():
            low, high = entry.ends(name, known)
            return value.denominator == 1 and low <= value <= high
    return False


def _chosen(
    name: str,
    entry: Entry,
    known: dict[Symbol, Fraction],
    chooser: Chooser,
    spectrum: SpectrumSpec,
) -> Fraction | None:
    floor, ceiling = size_limits(spectrum) if name == "d" else (least_value(name), None)
    match entry:
        case RealInterval(least, most):
            return chooser.real(name, least, most) if least < most else least
        case IntegerRange():
            low, high = entry.ends(name, known)
            low = max(low, floor)
            high = high if ceiling is None else min(high, ceiling)
            if low > high:
                return None
            settled = {symbol.name: value for symbol, value in known.items()}
            return Fraction(chooser.whole(name, low, high, settled) if low < high else low)
        case Derived():
            value = _derived(name, entry, known)
        case Fixed(fixed):
            value = fixed
        case _:
            return None
    return value if floor <= value and (ceiling is None or value <= ceiling) else None


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
