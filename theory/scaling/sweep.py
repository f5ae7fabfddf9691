"""Pieces of an axis of parameters: swept from sample to sample, each piece exact.

What is computed at a sample holds wherever the differences compared on the way keep their signs.
Along one axis each of them that is linear there changes sign at one root, so that the piece around
the sample is known exactly; the next sample lies just beyond it.  That roots keep their order is a
condition on the axes further out, which are swept in turn: no inequality has to be guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

from sympy.polys.fields import FracElement

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.scaling.order import Place, Space, Tie

__all__ = ["Found", "Piece", "sweep", "sweep_all"]

# Where in what is left of an axis the next sample lies: one that ties with a border is moved.
_SHARES = (Fraction(369, 997), Fraction(211, 1009), Fraction(577, 1013), Fraction(83, 1019))
_MOST = 200
# Of the axes, unless given: an ell may not grow, nor a spectrum lack a trace.
_ENDS = {"beta": (Fraction(1), None)}


@dataclass(frozen=True)
class Found:
    """Something computed at a sample, with the differences that are positive while it holds."""

    content: Any
    positive: tuple[FracElement, ...]


class Piece(NamedTuple):
    """low <= x <= high with one content; a high of None is infinity."""

    low: FracElement
    high: FracElement | None
    content: Any


def sweep_all(
    space: Space,
    names: Sequence[str],
    compute: Callable[[dict[str, Fraction]], Found],
    ends: Mapping[str, tuple[Fraction, Fraction | None]] = MappingProxyType(_ENDS),
) -> Any:
    """The pieces of the first axis, of which each holds those of the next, and so on.

    Args:
        space: of all names.
        names: of the axes, the first the outermost.
        compute: what is wanted at a sample of them.
        ends: of axes that are not from 0 to infinity.

    Raises:
        NotBuilt, Tie: as `sweep`.
    """

    def within(depth: int, sample: dict[str, Fraction]) -> Found:
        if depth == len(names):
            return compute(sample)
        name = names[depth]
        between = ends.get(name, (Fraction(0), None))
        return sweep(space, name, between, sample, lambda inner: within(depth + 1, inner))

    return within(0, {}).content


def sweep(
    space: Space,
    name: str,
    ends: tuple[Fraction, Fraction | None],
    outer: dict[str, Fraction],
    compute: Callable[[dict[str, Fraction]], Found],
) -> Found:
    """The pieces of the axis `name` between two ends, at a sample of the axes further out.

    Args:
        space: of all names.
        name: of the axis.
        ends: of it.
        outer: the sample.
        compute: what is wanted at a sample of all axes but those further in.

    Returns:
        Pieces in order, and what is positive in the outer axes while they are these.

    Raises:
        NotBuilt: a border is no rational function of the outer axes, or there are too many pieces.
        Tie: the outer sample is not generic.
    """
    low, high = ends
    pieces: list[Piece] = []
    positive: dict[FracElement, None] = {}
    known: list[tuple[Piece, tuple[FracElement, ...]]] = []

    def piece_in(start: Fraction, room: Fraction) -> Piece:
        for share in _SHARES:
            x = start + room * share
            try:
                found = compute({**outer, name: x})
                break
            except Tie:
                continue
        else:
            raise Tie("no generic sample is found")
        border = _Border(Place(space, {**outer, name: x}), name, space.form(low))
        for difference in found.positive:
            border.cut(difference)
        if high is not None:
            border.below(space.form(high))
        piece, conditions = border.piece(found.content)
        known.append((piece, conditions))
        return piece

    def value(form: FracElement) -> Fraction:
        return Fraction(str(Place(space, {**outer, name: low}).value(form)))

    def fill(start: Fraction, stop: Fraction | None) -> None:
        """The pieces from start to stop, in order."""
        while stop is None or start < stop:
            if len(known) > _MOST:
                raise NotBuilt("so many regimes: give values to what is open")
            piece = piece_in(start, Fraction(4) if stop is None else stop - start)
            if value(piece.low) > start:
                fill(start, value(piece.low))
            pieces.append(piece)
            if piece.high is None:
                return
            start = value(piece.high)

    fill(low, high)
    for _, conditions in known:
        positive.update(dict.fromkeys(conditions))
    return Found(tuple(_merged(pieces)), tuple(positive))


def _merged(pieces: Iterable[Piece]) -> list[Piece]:
    merged: list[Piece] = []
    for piece in pieces:
        if merged and merged[-1].content == piece.content:
            merged[-1] = Piece(merged[-1].low, piece.high, piece.content)
        elif merged and merged[-1].high != piece.low:
            raise Tie("two borders meet at the sample")
        else:
            merged.append(piece)
    return merged


@lru_cache(maxsize=4096)
def _factors(difference: FracElement) -> tuple[Any, ...]:
    """Polynomials that change sign wherever a difference does."""
    parts = (difference.numer, difference.denom)
    return tuple(factor for part in parts for factor, _ in part.factor_list()[1])


class _Border:
    """The interval around a sample on which differences keep their signs."""

    def __init__(self, place: Place, name: str, low: FracElement) -> None:
        self.place, self.low, self.high = place, low, None
        self.axis = place.space.generators[name]
        self.at = place.value(self.axis)
        self.lows: list[FracElement] = []
        self.highs: list[FracElement] = []

    def cut(self, difference: FracElement) -> None:
        """Keep to where the difference is positive."""
        for factor in _factors(difference):
            self._cut_factor(factor)

    def _cut_factor(self, factor: Any) -> None:
        axis = self.axis.numer
        degree = factor.degree(axis)
        field = self.place.space.field
        if degree == 0:
            self.place.compare(field(factor), field(0))
            return
        if degree > 1:
            raise NotBuilt("borders of regimes that are no fractions: give values to what is open")
        slope = factor.diff(axis)
        root = -field(factor - slope * axis) / field(slope)
        self.place.compare(field(slope), field(0))
        if self.place.compare(root, self.axis) > 0:
            self.below(root)
        else:
            self.lows.append(root)

    def below(self, high: FracElement) -> None:
        """Keep below."""
        self.highs.append(high)

    def piece(self, content: Any) -> tuple[Piece, tuple[FracElement, ...]]:
        """The interval, and what of the outer axes makes it this one."""
        order = Place(self.place.space, self.place.sample)
        low, high = self.low, None
        for each in self.lows:
            low = each if order.compare(each, low) > 0 else low
        for each in self.highs:
            high = each if high is None or order.compare(each, high) < 0 else high
        outer = [
            each
            for each in (*order.positive, *self.place.positive)
            if not (each.numer.degree(self.axis.numer) or each.denom.degree(self.axis.numer))
        ]
        return Piece(low, high, content), tuple(outer)
