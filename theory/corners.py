"""corners: the settings of a domain at which every range is at an end or at a special value.

Special are the values at which formulas change their form: T = d, T0 = T, T0 = d and n = 1,
besides the ends themselves (n = 0 and lam = 0 where the domain begins there).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice, product
from typing import Any

from theory.domain import Domain
from theory.entries import CHOICES, IntegerRange, RealInterval
from theory.setting import Setting

__all__ = ["corners", "special_values"]

_MAX_SCRIPTS = 4096
_LANDMARKS = {"T": ("d",), "T0": ("T", "d")}


def special_values(name: str, least: int, most: int, earlier: dict[str, int]) -> list[int]:
    """The ends of a range of whole numbers, then the special values inside it.

    >>> special_values("T0", 5, 60, {"d": 20, "T": 90})
    [5, 60, 20]
    """
    special = [earlier[other] for other in _LANDMARKS.get(name, ()) if other in earlier]
    if name == "n":
        special.append(1)
    inside = [value for value in special if least < value < most]
    return list(dict.fromkeys([least, most, *inside]))


@dataclass
class _Script:
    """Choices read from a table: the k-th option or special value."""

    digits: dict[str, int]
    earlier: dict[str, int] = field(default_factory=dict)

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        return options[self.digits[name] % len(options)]

    def whole(self, name: str, least: int, most: int) -> int:
        values = special_values(name, least, most, self.earlier)
        self.earlier[name] = values[min(self.digits[name], len(values) - 1)]
        return self.earlier[name]

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        return most if self.digits[name] else least


def corners(domain: Domain, limit: int = 64) -> Iterator[Setting]:
    """Distinct settings with every range at a special value, the plainest first."""
    sizes = {name: len(domain.options(name)) for name in CHOICES}
    for name, entry in domain.numbers():
        if isinstance(entry, RealInterval):
            sizes[name] = 2
        elif isinstance(entry, IntegerRange):
            sizes[name] = {"T": 3, "T0": 4, "n": 3}.get(name, 2)
    scripts = list(islice(product(*map(range, sizes.values())), _MAX_SCRIPTS))
    scripts.sort(key=_departures)
    seen: set[Setting] = set()
    for digits in scripts:
        setting = domain.setting(_Script(dict(zip(sizes, digits, strict=True))))
        if setting is not None and setting not in seen:
            seen.add(setting)
            yield setting
        if len(seen) >= limit:
            return


def _departures(digits: tuple[int, ...]) -> int:
    """In how many places a script differs from all-least or from all-most, the closer of them."""
    return len(digits) - max(digits.count(0), digits.count(1))
