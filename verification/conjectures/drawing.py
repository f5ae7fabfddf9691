"""Draw the places of a domain, reproducibly: settings, or processes with their numbers fixed.

Numbers lie on readable grids, sizes are drawn after the sizes they depend on, and gaps of at least
8 from a threshold that noise may meet are kept wherever the domain has them.  `draw` makes its
choices with a seeded generator; `places` leaves the same choices to hypothesis, which shrinks them
to least sizes, first options and readable numbers.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import cycle, islice
from typing import Any, Generic

from hypothesis import event, reject
from hypothesis import strategies as st

from ridgeproof.theory.domains.corners import Candidates, corners, special_values
from ridgeproof.theory.domains.space import Place, Space
from ridgeproof.theory.settings.features import Rademacher
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.testing.heavy_tails import LEAST_GAP, is_common

__all__ = ["Choices", "Drawn", "candidates", "draw", "grid", "places", "round_values", "spans"]

GOOD_GAP = 8
_TRIES_PER_POINT = 40
_SEARCH = 400
_DECADES = 6
# Without a quantity no gap is kept: theory can speak next to a threshold, a simulation cannot.
_IGNORES_DOWNSTREAM_NOISE = {"", "bias", "synthetic", "optimal_lam"}
_IGNORES_CHAIN_NOISE = {"", "bias", "variance"}


@dataclass(frozen=True)
class Drawn(Generic[Place]):
    """Places, and how many draws were out of scope for which reason.

    ``is_empty``: no draw led to a place of the domain at all.
    """

    places: tuple[Place, ...]
    out_of_scope: Mapping[str, int]
    is_empty: bool = False


def spans(
    name: str,
    least: int,
    most: int,
    known: Mapping[str, Fraction],
    quantity: str = "test_error",
    *,
    signs: bool = False,
) -> list[range]:
    """The parts of a range that keep a gap from d, as wide a gap as the range allows up to 8.

    The part above d comes first.  The whole range is returned where no gap is needed, or none
    is to be had.  With ``signs`` features may be signs, few of which have no rare designs.
    """
    if not _needs_gap(name, known, quantity) or (signs and is_common(most, int(known["d"]))):
        return [range(least, most + 1)]
    d = int(known["d"])
    for gap in range(GOOD_GAP, LEAST_GAP - 1, -1):
        parts = [range(max(least, d + gap), most + 1), range(least, min(most, d - gap) + 1)]
        if any(parts):
            return [part for part in parts if part]
    return [range(least, most + 1)]


def _needs_gap(name: str, known: Mapping[str, Fraction], quantity: str) -> bool:
    """Whether noise may meet an unregularised fit at this size; unknown numbers count as such."""
    if name not in {"T", "T0"} or "d" not in known:
        return False
    if name == "T":
        harmless = quantity in _IGNORES_DOWNSTREAM_NOISE
        return not harmless and not known.get("lam") and known.get("sigma") != 0
    harmless = quantity in _IGNORES_CHAIN_NOISE or known.get("n") == 0
    return not harmless and not known.get("lam0") and known.get("sigma0") != 0


def grid(least: Fraction, most: Fraction) -> Iterator[tuple[int, int, int]]:
    """Readable grids in an interval: (denominator, first, last) for two powers of ten.

    The coarser one has at least nine points, so that [0.1, 2] gives tenths and hundredths.

    >>> list(grid(Fraction(1, 10), Fraction(2)))
    [(10, 1, 20), (100, 10, 200)]
    """
    exponent = 1
    while math.floor(most * 10**exponent) - math.ceil(least * 10**exponent) < GOOD_GAP:
        exponent += 1
    for denominator in (10**exponent, 10 ** (exponent + 1)):
        yield denominator, math.ceil(least * denominator), math.floor(most * denominator)


def round_values(least: Fraction, most: Fraction) -> list[Fraction]:
    """The ends of an interval, then the 1, 2, 5 times a power of ten inside it, from the top.

    >>> [str(value) for value in round_values(Fraction(1, 10), Fraction(2))]
    ['1/10', '2', '1', '1/2', '1/5']
    """
    top = len(str(math.floor(most))) if most >= 1 else 1 - len(str(math.floor(1 / most)))
    decades = [Fraction(10) ** k for k in range(top, top - _DECADES, -1)]
    inside = [m * decade for decade in decades for m in (5, 2, 1) if least < m * decade < most]
    return [least, most, *inside]


def candidates(quantity: str = "test_error", *, signs: bool = False) -> Candidates:
    """The values to try first in a range: the ends and the special values that keep a gap."""

    def values(name: str, least: int, most: int, known: Mapping[str, Fraction]) -> Sequence[int]:
        first, *rest = spans(name, least, most, known, quantity, signs=signs)
        special = special_values(name, least, most, known)
        inside = [value for value in special if any(value in part for part in (first, *rest))]
        ends = [end for part in rest for end in (part[0], part[-1])]
        return list(dict.fromkeys([first[0], first[-1], *inside, *ends]))

    return values


@dataclass(frozen=True)
class Choices:
    """Choices of a generator, half of the numbers ends or round values.

    The generator is seeded, or one that hypothesis plays: the plainest choice comes first.
    """

    source: random.Random
    quantity: str = "test_error"
    signs: bool = False

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        """One of the options."""
        return self.source.choice(options)

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        """A whole number, with a gap from a threshold where noise may meet it."""
        parts = spans(name, least, most, known, self.quantity, signs=self.signs)
        part = self.source.choice([*islice(cycle(parts), 3), None])
        if part is not None:
            return self.source.randint(part[0], part[-1])
        special = candidates(self.quantity, signs=self.signs)
        return self.source.choice(special(name, least, most, known))

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        """A readable rational."""
        kind = self.source.choice([*grid(least, most), None, None])
        if kind is None:
            return self.source.choice(round_values(least, most))
        below, first, last = kind
        return Fraction(self.source.randint(first, last), below)


def _has_signs(domain: Space[Any]) -> bool:
    """Whether features of signs are among those of a domain."""
    return Rademacher() in domain.options("features")


def _why_not(place: Any, quantity: str) -> str | None:
    """Why a draw is out of scope: it led nowhere, or to no tame variance of the quantity."""
    if isinstance(place, str):
        return place
    return admissible(place, quantity) if quantity and isinstance(place, Setting) else None


def draw(
    domain: Space[Place], count: int, seed: int = 0, quantity: str = "test_error"
) -> Drawn[Place]:
    """Distinct places of a domain, the corners first, and what was out of scope.

    About half of them are corners (n = 0, lam = 0, T = T0, ends of ranges), the rest random; the
    same arguments always give the same places.  There are fewer than ``count`` where the domain
    has no more, and none at all where every one tried is out of scope.

    Args:
        domain: where they lie.
        count: how many are wanted.
        seed: of the random ones.
        quantity: that simulation is to judge there; "" where they may lie next to a threshold.

    Raises:
        InputError: a derived value or an end of a range is not a finite real number somewhere.
    """
    signs = _has_signs(domain)
    chooser = Choices(random.Random(seed), quantity, signs)
    random_ones = (domain.attempt(chooser) for _ in range(_SEARCH + _TRIES_PER_POINT * count))
    found: dict[Place, None] = {}
    skipped: Counter[str] = Counter()
    is_empty = True
    special = corners(domain, _SEARCH, candidates(quantity, signs=signs))
    for source, wanted in ((special, (count + 1) // 2), (random_ones, count), (special, count)):
        for place in source:
            if len(found) >= wanted:
                break
            is_empty = is_empty and isinstance(place, str)
            reason = _why_not(place, quantity)
            if reason is None:
                found[place] = None  # type: ignore[index]
            else:
                skipped[reason] += 1
    return Drawn(tuple(found), dict(skipped), is_empty)


@st.composite
def places(
    draw: st.DrawFn,
    domain: Space[Place],
    quantity: str = "test_error",
    out_of_scope: Counter[str] | None = None,
) -> Place:
    """The places of `draw` as a hypothesis strategy, which rejects and counts the others."""
    source = draw(st.randoms(use_true_random=False))
    found = domain.attempt(Choices(source, quantity, _has_signs(domain)))
    reason = _why_not(found, quantity)
    if reason is not None:
        event(f"out of scope: {reason}")
        if out_of_scope is not None:
            out_of_scope[reason] += 1
        reject()
    return found  # type: ignore[return-value]
