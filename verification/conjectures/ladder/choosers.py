"""Ways through a domain, neither random nor shrunk: pin a number, move one, walk a range."""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import Fixed, RealInterval
from ridgeproof.theory.settings.setting import Setting

__all__ = ["ends_of", "every_setting", "moved", "pinned", "places_in", "setting_at"]

# Significant digits of the reals on a walk.
_DIGITS = 6
# A range is walked in the logarithm where its ends are further apart than this.
_DECADE = 10
# Ranges that begin at 0 are walked in the cube root: what happens next to 0 is seen.
_POWER = 3


def pinned(domain: Domain, name: str, value: Fraction) -> Setting | None:
    """First options, least sizes and the middles of intervals, with one number pinned."""
    entries = ((key, Fixed(value) if key == name else entry) for key, entry in domain.items)
    return Domain(tuple(entries)).setting(_Plain())


def moved(domain: Domain, setting: Setting, name: str, value: Fraction) -> Setting | None:
    """The setting with one of its numbers changed, or None where the domain has no such setting.

    Derived entries follow the change; everything else is held fixed.
    """
    there = domain.setting(_Held(setting, {name: value}))
    if there is None or there not in domain:
        return None
    # A share of rows may have been rounded to whole ones.
    held = {name: value}
    if domain["synthetic_fraction"] is not None:
        held = {"synthetic_fraction": setting.synthetic_fraction, **held}
    return there if all(getattr(there, key) == number for key, number in held.items()) else None


def places_in(domain: Domain, setting: Setting) -> dict[str, float]:
    """Where in its range each number of a setting lies, from 0 to 1, by name."""
    noted = _Noted(setting)
    domain.setting(noted)
    return noted.places


def setting_at(domain: Domain, options: Setting, places: Mapping[str, float]) -> Setting | None:
    """The setting with numbers at these places in their ranges, and the options of another."""
    return domain.setting(_At(options, places))


def every_setting(domain: Domain, most: int) -> list[Setting] | None:
    """All settings of a domain, or None where there are more than ``most`` or an interval of them.

    >>> from ridgeproof.verification.conjectures.domain_table import read_domain
    >>> [s.T for s in every_setting(read_domain({"d": 3, "T": "d .. 2*d"}), 10)]
    [3, 4, 5, 6]
    """
    intervals = (entry for _, entry in domain.numbers() if isinstance(entry, RealInterval))
    if any(entry.least < entry.most for entry in intervals):
        return None
    found: dict[Setting, None] = {}
    counter = _Counter()
    for _ in range(most):
        setting = domain.setting(counter)
        if setting is not None:
            found[setting] = None
        if not counter.advance():
            return list(found)
    return None


def ends_of(domain: Domain, options: Setting, most: int, seed: int) -> Iterator[Setting]:
    """Settings with every number at an end of its range, and the options of another.

    All of them, or ``most`` at random where there are more.
    """
    names = list(places_in(domain, options))
    corners: Sequence[int] = range(2 ** len(names))
    if len(corners) > most:
        corners = random.Random(seed).sample(corners, most)
    for corner in corners:
        places = {name: float(corner >> k & 1) for k, name in enumerate(names)}
        setting = setting_at(domain, options, places)
        if setting is not None:
            yield setting


class _Counter:
    """Goes through all choices there are, as a counter goes through its digits, the last first."""

    def __init__(self) -> None:
        self.digits: list[int] = []
        self.sizes: list[int] = []

    def advance(self) -> bool:
        """To the next choices; False after the last."""
        while self.sizes and self.digits[len(self.sizes) - 1] + 1 >= self.sizes[-1]:
            self.sizes.pop()
        self.digits = self.digits[: len(self.sizes)]
        if self.digits:
            self.digits[-1] += 1
        self.sizes = []
        return bool(self.digits)

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        del name
        return options[self._digit(len(options))]

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        del name, known
        return least + self._digit(most - least + 1)

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        raise AssertionError(f"{name} has an interval, from {least} to {most}")

    def _digit(self, size: int) -> int:
        self.sizes.append(size)
        if len(self.digits) < len(self.sizes):
            self.digits.append(0)
        return self.digits[len(self.sizes) - 1]


class _Plain:
    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        del name
        return options[0]

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        del name, most, known
        return least

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        del name
        return (least + most) / 2


class _Held:
    """The choices of a setting, some of them changed."""

    def __init__(self, setting: Setting, changes: Mapping[str, Fraction] | None = None) -> None:
        self.setting, self.changes = setting, changes or {}

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        del options
        return getattr(self.setting, name)

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        del least, most, known
        return int(self._kept(name))

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        del least, most
        return self._kept(name)

    def _kept(self, name: str) -> Fraction:
        return Fraction(self.changes.get(name, getattr(self.setting, name)))


class _Noted(_Held):
    """The choices of a setting, their places noted."""

    def __init__(self, setting: Setting) -> None:
        super().__init__(setting)
        self.places: dict[str, float] = {}

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        value = super().whole(name, least, most, known)
        self.places[name] = _place(value, least, most)
        return value

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        value = super().real(name, least, most)
        self.places[name] = _place(value, least, most)
        return value


class _At(_Held):
    """Numbers at given places, with the options of a setting."""

    def __init__(self, setting: Setting, places: Mapping[str, float]) -> None:
        super().__init__(setting)
        self.places = places

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        del known
        # A range that was a single number where the places were noted has none.
        return round(_value(self.places.get(name, 0.0), least, most))

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        value = Fraction(f"{_value(self.places[name], least, most):.{_DIGITS}g}")
        return min(max(value, least), most)


def _place(value: Any, least: Any, most: Any) -> float:
    """Where in a range a value lies; `_value` is the inverse."""
    low, high, x = float(least), float(most), float(value)
    if low == 0:
        return float((x / high) ** (1 / _POWER))
    if high > _DECADE * low:
        return math.log(x / low) / math.log(high / low)
    return (x - low) / (high - low)


def _value(place: float, least: Any, most: Any) -> float:
    low, high = float(least), float(most)
    if low == 0:
        return float(high * place**_POWER)
    if high > _DECADE * low:
        return float(low * (high / low) ** place)
    return low + place * (high - low)
