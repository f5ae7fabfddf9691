"""Row blocks side by side: one number for each group, for all the rows of a node at once.

A node has at most one row block on a group, so H and C_g between two nodes are one number for each
group.  They are multiplied group by group; what is zero where a node has no rows vanishes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ridgeproof.theory.equivalent.pencil import Element, Label, Node, Pencil
from ridgeproof.theory.equivalent.ring import Ring

__all__ = ["Lanes", "Side"]


@dataclass(frozen=True, eq=False)
class Side:
    """The rows of one node.

    Attributes:
        rows: the row block on each group that it sees.
        labels: the label on each of them.
        reads: alpha of its own feature blocks, group by group.
        collects: beta of its own feature blocks, group by group.
        pushes: T_g beta likewise.
        read: the laws of rows that read a feature block; collected likewise.
    """

    rows: Mapping[int, int]
    labels: Mapping[int, Label]
    reads: Mapping[int, Element]
    collects: Mapping[int, Element]
    pushes: Mapping[int, Element]
    read: tuple[tuple[str, int], ...]
    collected: tuple[tuple[str, int], ...]


class Lanes:
    """The groups of a pencil as places.

    Attributes:
        ring: the arithmetic.
        sides: by node.
        places: (node, group) of a row block.
    """

    def __init__(self, pencil: Pencil, ring: Ring) -> None:
        self._pencil, self.ring = pencil, ring
        self._laws = {group.law: group for group in pencil.groups}
        self._weights: dict[tuple[str, int | None], Element] = {}
        self._of_law = {
            law: self.spread(
                {g: ring.one for g, group in enumerate(pencil.groups) if group.law == law}
            )
            for law in self._laws
        }
        self.sides = [self._side(node) for node in pencil.nodes]
        self.places = {
            rho: (index, group)
            for index, side in enumerate(self.sides)
            for group, rho in side.rows.items()
        }

    def spread(self, numbers: Mapping[int, Element]) -> Element:
        """Numbers by group as one element, zero where there is none."""
        return self.ring.spread(numbers, len(self._pencil.groups))

    def of_law(self, law: str) -> Element:
        """One on groups of this law, zero on others."""
        return self._of_law[law]

    def pull(self, law: str, feature: int) -> Element:
        """s_g q_a of a feature block, direction by direction."""
        metric = self._pencil.features[feature].metric
        variance = self._laws[law].variance
        return variance if metric is None else variance * metric

    def trace(self, law: str, value: Element, feature: int | None = None) -> Element:
        """<value>_g on groups of this law, or <value q_b>_g."""
        if (law, feature) not in self._weights:
            variance = self._laws[law].variance if feature is None else self.pull(law, feature)
            self._weights[law, feature] = self._pencil.multiplicity * variance
        return self.ring.trace(self._weights[law, feature], value)

    def _side(self, node: Node) -> Side:
        rows = {self._pencil.rows[rho].group: rho for rho in node.rows}
        blocks = {group: self._pencil.rows[rho] for group, rho in rows.items()}
        alpha = {
            a: {group: row.own[a] for group, row in blocks.items() if a in row.own}
            for a in node.features
        }
        beta = {
            a: {group: held[rho] for group, rho in rows.items() if rho in held}
            for a in node.features
            for held in [self._pencil.features[a].collects]
        }
        counts = {group: self._pencil.groups[group].count for group in rows}
        push = {
            a: {group: counts[group] * value for group, value in found.items()}
            for a, found in beta.items()
        }
        return Side(
            rows,
            {group: row.label for group, row in blocks.items()},
            {a: self.spread(found) for a, found in alpha.items() if found},
            {a: self.spread(found) for a, found in beta.items() if found},
            {a: self.spread(found) for a, found in push.items() if found},
            self._laws_of(alpha),
            self._laws_of(beta),
        )

    def _laws_of(self, found: Mapping[int, Iterable[int]]) -> tuple[tuple[str, int], ...]:
        groups = self._pencil.groups
        pairs = ((groups[group].law, a) for a, held in found.items() for group in held)
        return tuple(dict.fromkeys(pairs))
