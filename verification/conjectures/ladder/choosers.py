"""Ways through a domain, neither random nor shrunk: pin a number, move one, walk a range."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ridgeproof.theory.domains.entries import Fixed, RealInterval
from ridgeproof.theory.domains.space import Place, Space

__all__ = ["ends_of", "every_place", "moved", "pinned", "place_at", "place_with", "positions_in"]

# Significant digits of the reals on a walk.
_DIGITS = 6
# A range is walked in the logarithm where its ends are further apart than this.
_DECADE = 10
# Ranges that begin at 0 are walked in the cube root: what happens next to 0 is seen.
_POWER = 3


@dataclass(frozen=True)
class _Choices:
    """Choices made by two functions: of an option, and of a number in a range."""

    chosen: Callable[[str, tuple[Any, ...]], Any]
    number: Callable[[str, Any, Any], Any]

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        return self.chosen(name, options)

    def whole(self, name: str, least: int, most: int, known: Any = None) -> int:
        del known
        return int(self.number(name, least, most))

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        return Fraction(self.number(name, least, most))


def _options_of(place: object) -> Callable[[str, tuple[Any, ...]], Any]:
    return lambda name, _: getattr(place, name)


def pinned(domain: Space[Place], name: str, value: Fraction) -> Place | None:
    """First options, least sizes and the middles of intervals, with one number pinned."""
    entries = ((key, Fixed(value) if key == name else entry) for key, entry in domain.items)
    plain = _Choices(
        lambda _, options: options[0],
        lambda _, least, most: least if isinstance(least, int) else (least + most) / 2,
    )
    return replace(domain, items=tuple(entries)).setting(plain)


def moved(domain: Space[Place], place: Place, name: str, value: Fraction) -> Place | None:
    """The place with one of its numbers changed, or None where the domain has no such place.

    Derived entries follow the change; everything else is held fixed.
    """
    held = {name: value}
    # A share of rows may be rounded to whole ones.
    if domain["synthetic_fraction"] is not None:
        held = {"synthetic_fraction": getattr(place, "synthetic_fraction"), **held}  # noqa: B009
    there = domain.setting(
        _Choices(_options_of(place), lambda key, *_: held.get(key, getattr(place, key)))
    )
    if there is None or there not in domain:
        return None
    return there if all(getattr(there, key) == number for key, number in held.items()) else None


def place_with(
    domain: Space[Place], options: Mapping[str, Any], numbers: Mapping[str, Fraction]
) -> Place | None:
    """The place with these options and numbers, the first and the least where none is given."""
    return domain.setting(
        _Choices(
            lambda name, every: options.get(name, every[0]),
            lambda name, least, _: numbers.get(name, least),
        )
    )


def positions_in(domain: Space[Place], place: Place) -> dict[str, float]:
    """Where in its range each number of a place lies, from 0 to 1, by name."""
    found: dict[str, float] = {}

    def noted(name: str, least: Any, most: Any) -> Any:
        value = getattr(place, name)
        found[name] = _position(value, least, most)
        return value

    domain.setting(_Choices(_options_of(place), noted))
    return found


def place_at(domain: Space[Place], options: Place, positions: Mapping[str, float]) -> Place | None:
    """The place with numbers at these positions in their ranges, and the options of another."""

    def number(name: str, least: Any, most: Any) -> Any:
        # A range that was a single number where the positions were noted has none.
        value = _value(positions.get(name, 0.0), least, most)
        if isinstance(least, int):
            return round(value)
        return min(max(Fraction(f"{value:.{_DIGITS}g}"), least), most)

    return domain.setting(_Choices(_options_of(options), number))


def every_place(domain: Space[Place], most: int) -> list[Place] | None:
    """All places of a domain, or None where there are more than ``most`` or an interval of them.

    >>> from ridgeproof.verification.conjectures.domain_table import read_domain
    >>> [s.T for s in every_place(read_domain({"d": 3, "T": "d .. 2*d"}), 10)]
    [3, 4, 5, 6]
    """
    intervals = (entry for _, entry in domain.numbers() if isinstance(entry, RealInterval))
    if any(entry.least < entry.most for entry in intervals):
        return None
    found: dict[Place, None] = {}
    counter = _Counter()
    choices = _Choices(
        lambda _, options: options[counter.digit(len(options))],
        lambda _, low, high: low + counter.digit(high - low + 1),
    )
    for _ in range(most):
        place = domain.setting(choices)
        if place is not None:
            found[place] = None
        if not counter.advance():
            return list(found)
    return None


def ends_of(domain: Space[Place], options: Place, most: int, seed: int) -> Iterator[Place]:
    """Places with every number at an end of its range, and the options of another.

    All of them, or ``most`` at random where there are more.
    """
    names = list(positions_in(domain, options))
    corners: Sequence[int] = range(2 ** len(names))
    if len(corners) > most:
        corners = random.Random(seed).sample(corners, most)
    for corner in corners:
        positions = {name: float(corner >> k & 1) for k, name in enumerate(names)}
        place = place_at(domain, options, positions)
        if place is not None:
            yield place


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

    def digit(self, size: int) -> int:
        """The next digit, one of so many."""
        self.sizes.append(size)
        if len(self.digits) < len(self.sizes):
            self.digits.append(0)
        return self.digits[len(self.sizes) - 1]


def _position(value: Any, least: Any, most: Any) -> float:
    """Where in a range a value lies; `_value` is the inverse."""
    low, high, x = float(least), float(most), float(value)
    if low == 0:
        return float((x / high) ** (1 / _POWER))
    if 0 < _DECADE * low < high:
        return math.log(x / low) / math.log(high / low)
    return (x - low) / (high - low)


def _value(position: float, least: Any, most: Any) -> float:
    low, high = float(least), float(most)
    if low == 0:
        return float(high * position**_POWER)
    if 0 < _DECADE * low < high:
        return float(low * (high / low) ** position)
    return low + position * (high - low)
