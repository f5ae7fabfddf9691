"""corners: the places of a domain at which every range is at an end or at a special value.

Special are the values at which formulas change their form: T = d, T0 = T, T0 = d and n = 1,
besides the ends themselves (n = 0 and lam = 0 where the domain begins there).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, islice, product
from typing import Any

from ridgeproof.theory.domains.entries import IntegerRange, RealInterval
from ridgeproof.theory.domains.space import Place, Space

__all__ = ["Candidates", "corners", "special_values"]

_MAX_SCRIPTS = 4096
_LANDMARKS = {"T": ("d",), "T0": ("T", "d")}

Candidates = Callable[[str, int, int, Mapping[str, Fraction]], Sequence[int]]


def special_values(
    name: str, least: int, most: int, known: Mapping[str, Fraction]
) -> Sequence[int]:
    """The ends of a range of whole numbers, then the special values inside it.

    >>> special_values("T0", 5, 60, {"d": Fraction(20), "T": Fraction(90)})
    [5, 60, 20]
    """
    special = [int(known[other]) for other in _LANDMARKS.get(name, ()) if other in known]
    if name == "n":
        special.append(1)
    inside = [value for value in special if least < value < most]
    return list(dict.fromkeys([least, most, *inside]))


@dataclass(frozen=True)
class _Script:
    """Choices read from a table: the k-th option, the k-th candidate, the k-th end."""

    digits: dict[str, int]
    candidates: Candidates

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        return options[self.digits[name] % len(options)]

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        values = self.candidates(name, least, most, known)
        return values[min(self.digits[name], len(values) - 1)]

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        return most if self.digits[name] else least


def corners(
    domain: Space[Place], limit: int = 64, candidates: Candidates = special_values
) -> Iterator[Place]:
    """Distinct places with every range at a special value, the plainest first.

    Args:
        domain: where the places lie.
        limit: how many places to give at most.
        candidates: the values to try in a range of whole numbers, up to five of them.
    """
    sizes = {name: len(domain.options(name)) for name in domain.choices}
    for name, entry in domain.numbers():
        if isinstance(entry, RealInterval):
            sizes[name] = 2
        elif isinstance(entry, IntegerRange):
            sizes[name] = {"T": 4, "T0": 5, "n": 3}.get(name, 2)
    seen: set[Place] = set()
    for digits in islice(_scripts(sizes), _MAX_SCRIPTS):
        setting = domain.setting(_Script(digits, candidates))
        if setting is not None and setting not in seen:
            seen.add(setting)
            yield setting
        if len(seen) >= limit:
            return


def _scripts(sizes: dict[str, int]) -> Iterator[dict[str, int]]:
    """All digits 0, all digits 1, then those that depart from these in one place, in two, ..."""
    varied = [name for name, size in sizes.items() if size > 1]
    for departures in range(len(varied) + 1):
        for base, names in product((0, 1), combinations(varied, departures)):
            others = [[k for k in range(sizes[name]) if k != base] for name in names]
            for digits in product(*others):
                yield dict.fromkeys(sizes, base) | dict(zip(names, digits, strict=True))
