"""Which settings a simulation can judge, and how to draw them reproducibly from a domain.

Where draws have no tame variance (`verification.testing.heavy_tails`) settings are out of scope and
counted; gaps of at least 8 from a threshold are drawn wherever the domain has them.
"""

from __future__ import annotations

import math
import random
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.domains.corners import Candidates, corners, special_values
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.fits import FitFact
from ridgeproof.theory.settings.features import Rademacher
from ridgeproof.theory.settings.folds import facts_of, relevant
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.testing.heavy_tails import LEAST_GAP, Tails, heavy_fit, is_common

__all__ = [
    "Drawn",
    "RandomChoices",
    "admissible",
    "candidates",
    "draw",
    "draw_anywhere",
    "draw_settings",
    "grid",
    "has_admissible_point",
    "has_signs",
    "round_values",
    "spans",
]

GOOD_GAP = 8
_TRIES_PER_POINT = 40
_SEARCH = 400
_SPECIAL_SHARE = 0.25
_DECADES = 6
_IGNORES_DOWNSTREAM_NOISE = {"bias", "synthetic", "optimal_lam"}
_IGNORES_CHAIN_NOISE = {"bias", "variance"}


@dataclass(frozen=True)
class Drawn:
    """Settings, and how many draws were out of scope for which reason.

    ``is_empty``: no draw led to a setting of the domain at all.
    """

    settings: tuple[Setting, ...]
    out_of_scope: Mapping[str, int]
    is_empty: bool = False


def admissible(setting: Setting, quantity: str = "test_error") -> str | None:
    """Why the simulated quantity has no tame variance at a setting; None where it has.

    What the quantity does not depend on does no harm (`theory.settings.folds.relevant`).

    >>> admissible(Setting(d=10, T=13, sigma=Fraction(1)))
    'lam = 0, sigma > 0 and |T - d| < 4'
    """
    free = quantity == "optimal_lam"
    # The best lam is above 0 where it matters.
    setting = setting.with_(lam=1) if free else relevant(setting, quantity)

    def least(_: FitFact) -> float:
        try:
            return float(np.min(build_spectrum(setting, Float64()).s))
        except NotBuilt:  # nor can it be simulated
            return sys.float_info.min

    bias = quantity in {"test_error", "bias"}
    facts = facts_of(setting)
    found = heavy_fit(facts, _ridge, least, bias=bias)
    if found is None:
        return None
    fact, tails = found
    where = "< 4" if tails is not Tails.RARE else "<= 1"
    if tails is Tails.FEATURES:
        return f"lam = 0 and |T - min(width, d)| {where}"
    if fact is not facts[-1]:
        bound = "= 0" if tails is Tails.CLOSE else "is tiny"
        return f"lam0 {bound}, n >= 1, sigma0 > 0 and |T0 - d| {where}"
    if tails is Tails.RARE:
        return f"lam is tiny and |T - d| {where}"
    noise = "sigma > 0" if setting.sigma > 0 else "noisy labels"
    return f"lam = 0, {noise} and |T - d| {where}"


def _ridge(fact: FitFact) -> float:
    """The penalty of a fit; whatever is large is as good as the largest float."""
    return float(min(fact.penalty or 0, Fraction(sys.float_info.max)))


def has_signs(domain: Domain) -> bool:
    """Whether features of signs are among those of a domain."""
    return Rademacher() in domain.options("features")


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
class RandomChoices:
    """Choices from a seeded generator: half of the numbers are ends or round values."""

    source: random.Random
    quantity: str
    signs: bool = False

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        """One of the options."""
        return self.source.choice(options)

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        """A whole number, with a gap from a threshold where noise may meet it."""
        if self.source.random() < _SPECIAL_SHARE:
            special = candidates(self.quantity, signs=self.signs)
            return self.source.choice(special(name, least, most, known))
        part = self.source.choice(spans(name, least, most, known, self.quantity, signs=self.signs))
        return self.source.randint(part[0], part[-1])

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        """A readable rational."""
        if self.source.random() < 2 * _SPECIAL_SHARE:
            return self.source.choice(round_values(least, most))
        denominator, first, last = self.source.choice(list(grid(least, most)))
        return Fraction(self.source.randint(first, last), denominator)


def draw(domain: Domain, count: int, seed: int = 0, quantity: str = "test_error") -> Drawn:
    """Distinct admissible settings of a domain, the corners first, and what was out of scope.

    About half of them are corners (n = 0, lam = 0, T = T0, ends of ranges), the rest random; the
    same arguments always give the same settings.  There are fewer than ``count`` where the domain
    has no more, and none at all where every point tried is out of scope.

    Raises:
        InputError: a derived value or an end of a range is not a finite real number somewhere.
    """
    signs = has_signs(domain)
    chooser = RandomChoices(random.Random(seed), quantity, signs)
    random_ones = (domain.attempt(chooser) for _ in range(_SEARCH + _TRIES_PER_POINT * count))
    found: dict[Setting, None] = {}
    skipped: Counter[str] = Counter()
    is_empty = True
    special = corners(domain, _SEARCH, candidates(quantity, signs=signs))
    for source, wanted in ((special, (count + 1) // 2), (random_ones, count), (special, count)):
        for setting in source:
            if len(found) >= wanted:
                break
            is_empty = is_empty and isinstance(setting, str)
            if isinstance(setting, str):
                skipped[setting] += 1
            elif (reason := admissible(setting, quantity)) is not None:
                skipped[reason] += 1
            else:
                found[setting] = None
    return Drawn(tuple(found), dict(skipped), is_empty)


def draw_anywhere(domain: Domain, count: int, seed: int) -> list[Setting]:
    """Distinct settings, next to a threshold too.

    Theory can speak there; a simulation, whose variance may be infinite, cannot.
    """
    # The bias sees no noise, and keeps no gap.
    chooser = RandomChoices(random.Random(seed), "bias")
    plain = list(islice(corners(domain, _SEARCH), (count + 1) // 2))
    random_ones = (domain.setting(chooser) for _ in range(_TRIES_PER_POINT * count))
    found = dict.fromkeys([*plain, *(setting for setting in random_ones if setting is not None)])
    return list(found)[:count]


def draw_settings(
    domain: Domain, count: int, seed: int = 0, quantity: str = "test_error"
) -> list[Setting]:
    """The settings of `draw` as a list."""
    return list(draw(domain, count, seed, quantity).settings)


def has_admissible_point(domain: Domain, quantity: str = "test_error") -> bool:
    """Whether a bounded, deterministic search finds a setting that simulation can judge."""
    return bool(draw(domain, 1, 0, quantity).settings)
