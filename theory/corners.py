"""corners: the settings of a domain at which every range is at one of its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice, product
from typing import Any

from theory.domain import Domain
from theory.entries import CHOICES, IntegerRange, RealInterval
from theory.setting import Setting

__all__ = ["corners"]

_MAX_SCRIPTS = 4096


@dataclass(frozen=True)
class _Script:
    """Choices read from a table: the least (0) or the most (1) of a range, the k-th option."""

    digits: dict[str, int]

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        return options[self.digits.get(name, 0) % len(options)]

    def whole(self, name: str, least: int, most: int) -> int:
        return most if self.digits[name] else least

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        return most if self.digits[name] else least


def corners(domain: Domain, limit: int = 64) -> Iterator[Setting]:
    """Settings with every range at one of its ends: all least, all most, then the mixtures."""
    sizes = {name: len(domain.options(name)) for name in CHOICES}
    sizes |= {
        name: 2
        for name, entry in domain.numbers()
        if isinstance(entry, IntegerRange | RealInterval)
    }
    scripts = list(islice(product(*map(range, sizes.values())), _MAX_SCRIPTS))
    scripts.sort(key=lambda digits: min(sum(map(bool, digits)), digits.count(0)))
    seen: set[Setting] = set()
    for digits in scripts:
        setting = domain.setting(_Script(dict(zip(sizes, digits, strict=True))))
        if setting is not None and setting not in seen:
            seen.add(setting)
            yield setting
        if len(seen) == limit:
            return
