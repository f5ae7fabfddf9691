"""The solver on dual numbers over any ring: a value and its slope along one parameter.

All of the solver is arithmetic but the fits (`numerics.equivalent.gradients.moving_fit`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ridgeproof.numerics.arithmetic.dual import Dual, lifted, parts_of
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.gradients.moving_fit import MovingFit
from ridgeproof.theory.equivalent.pencil import Element, Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import Expression, evaluate

__all__ = ["DualRing"]


@dataclass(frozen=True, eq=False)
class DualRing:
    """Dual numbers over a ring: a `theory.equivalent.ring.Ring`."""

    base: Float64Ring

    def __getattr__(self, name: str) -> Any:
        """Constants, profiles and checks are those of the ring below."""
        return getattr(self.base, name)

    def in_floats(self, item: Any) -> Any:
        """The values alone, in float64."""
        return self.base.in_floats(parts_of(item))

    def arithmetic(self, item: Expression, values: Mapping[str, Element]) -> Element:
        """A number in the parameters."""
        return evaluate(item, values, self.base.number)

    def size(self, value: Element, *, derived: bool) -> Element:
        """The size itself: in the limit it is a number like others."""
        self.base.size(parts_of(value), derived=derived)
        return value

    def weight(self, value: Element) -> Element:
        """A weight of labels."""
        self.base.weight(parts_of(value))
        return value

    def flow(self, t: Element) -> list[tuple[Element, Element]]:
        """Poles and shares of gradient flow."""
        at = lifted(t)
        return [
            (Dual(pole, -pole / at.value * at.slope), share)
            for pole, share in self.base.flow(at.value)
        ]

    def conjugate(self, value: Element) -> Element:
        """Of both parts."""
        return lifted(value).each(self.base.conjugate)

    def real(self, value: Element) -> Element:
        """Of both parts."""
        return lifted(value).each(self.base.real)

    def power(
        self, matrix: Mapping[tuple[int, int], Element], size: int, count: int
    ) -> Mapping[tuple[int, int], Element]:
        """Refused: what rounds add is not differentiated."""
        raise NotBuilt("the gradient of a loop that is not unrolled is not built in this version")

    def trace(self, weights: Element, values: Element) -> Element:
        """The product rule."""
        w, v = lifted(weights), lifted(values)
        slope = self.base.trace(w.value, v.slope)
        if isinstance(weights, Dual):
            slope = slope + self.base.trace(w.slope, v.value)
        return Dual(self.base.trace(w.value, v.value), slope)

    def dot(self, pairs: Sequence[tuple[Element, Element]]) -> Element:
        """The sum of products."""
        terms = [x * y for x, y in pairs]
        return sum(terms[1:], start=terms[0])

    def spread(self, numbers: Mapping[int, Element], places: int) -> Element:
        """Both parts side by side."""
        parts = {place: lifted(number) for place, number in numbers.items()}
        return Dual(
            self.base.spread({place: x.value for place, x in parts.items()}, places),
            self.base.spread({place: x.slope for place, x in parts.items()}, places),
        )

    def entry(self, values: Element, place: int) -> Element:
        """Of both parts."""
        return lifted(values).each(lambda part: self.base.entry(part, place))

    def solve(self, matrix: Sequence[Sequence[Element]], right: Sequence[Element]) -> list[Element]:
        """A x = b, and A x' = b' - A' x."""
        A = [[lifted(entry) for entry in row] for row in matrix]
        b = [lifted(entry) for entry in right]
        values = [[entry.value for entry in row] for row in A]
        x = self.base.solve(values, [entry.value for entry in b])
        moved = [
            entry.slope - sum(a.slope * each for a, each in zip(row, x, strict=True))
            for row, entry in zip(A, b, strict=True)
        ]
        return [Dual(v, s) for v, s in zip(x, self.base.solve(values, moved), strict=True)]

    def shares(self, value: Element | None, sources: int) -> list[Element]:
        """One for each source."""
        if value is None:
            return [lifted(each) for each in self.base.shares(None, sources)]
        both = lifted(value)
        parts = (self.base.shares(part, sources) for part in (both.value, both.slope))
        return [Dual(v, s) for v, s in zip(*parts, strict=True)]

    @cached_property
    def _plain(self) -> dict[int, Pencil]:
        return {}

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        """The fit in the ring below, and one linear system for how it moves."""
        if id(pencil) not in self._plain:
            self._plain[id(pencil)] = parts_of(pencil)
        plain = self._plain[id(pencil)]
        place = next(place for place, each in enumerate(pencil.nodes) if each is node)
        own = self.base.diagonal(plain, plain.nodes[place])
        return own if node.fit is None else MovingFit(self, pencil, node, own).diagonal()
