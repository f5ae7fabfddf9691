"""Assembly: a pencil while it is put together, one node at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ridgeproof.theory.equivalent.pencil import (
    Element,
    Feature,
    Group,
    Label,
    Node,
    Pencil,
    RandomFeatures,
    Ridge,
    Rounds,
    Row,
    Source,
)

__all__ = ["Assembly", "Weighted"]


@dataclass(frozen=True, eq=False)
class Weighted:
    """A label, and its weight over T."""

    label: Label
    om: Element


@dataclass(eq=False)
class Assembly:
    """Blocks so far; each method adds a node and returns the number of its model or row block.

    Attributes:
        one: the one of the ring.
    """

    one: Element
    groups: list[Group] = field(default_factory=list)
    features: list[Feature] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    nodes: list[Node] = field(default_factory=list)

    def group(self, count: Element, variance: Element, law: str) -> int:
        """Independent rows (no node); the number of the group."""
        self.groups.append(Group(count, variance, law))
        return len(self.groups) - 1

    def source(self, source: Source) -> int:
        """A truth or a random vector."""
        return self._feature(Feature(None, {}, {}, source))

    def mapped(self, maps: Mapping[int, Element]) -> int:
        """U = sum of D u."""
        return self._feature(Feature(None, maps, {}))

    def rounds(self, rounds: Rounds, maps: Sequence[Mapping[int, Element]]) -> tuple[int, ...]:
        """The models that leave a loop, with what they keep of earlier blocks."""
        first = len(self.features)
        self.features += [Feature(None, kept, {}) for kept in maps]
        blocks = tuple(range(first, len(self.features)))
        self.nodes.append(Node(blocks, (), rounds))
        return blocks

    def gradient(self, labels: Sequence[Weighted], metric: Element | None = None) -> int:
        """U = q sum of om X'y."""
        rows = tuple(self._row(each.label) for each in labels)
        return self._feature(Feature(metric, {}, _collected(rows, labels)), rows)

    def ridge(
        self,
        labels: Sequence[Weighted],
        lam: Element,
        metric: Element | None = None,
        offset: Mapping[int, Element] | None = None,
        *,
        twin: bool = False,
    ) -> int:
        """The ridge with penalty 1/metric, less the offset, which the labels do not hold either."""
        model = len(self.features)
        rows = self._residuals(labels, model)
        feature = Feature(metric, {}, _collected(rows, labels), None, offset or {})
        return self._feature(feature, rows, Ridge(lam), twin=twin)

    def random_features(
        self,
        labels: Sequence[Weighted],
        lam: Element,
        projection: int,
        offset: Mapping[int, Element] | None = None,
    ) -> int:
        """As `ridge`, on the weights of random features, F a group of its own."""
        model = len(self.features)
        rows = self._residuals(labels, model)
        weights = self._row(Label(projection, {}, {}), {model + 1: self.one})
        self.features.append(Feature(None, {}, {weights: self.one}, None, offset or {}))
        self.features.append(Feature(None, {}, _collected(rows, labels)))
        fit = RandomFeatures(lam, projection)
        self.nodes.append(Node((model, model + 1), (*rows, weights), fit))
        return model

    def probe(self, label: Label) -> int:
        """The label itself as a row block."""
        row = self._row(label)
        self.nodes.append(Node((), (row,)))
        return row

    def pencil(self, multiplicity: Element) -> Pencil:
        """What has been put together."""
        return Pencil(
            multiplicity,
            tuple(self.groups),
            tuple(self.features),
            tuple(self.rows),
            tuple(self.nodes),
        )

    def _residuals(self, labels: Sequence[Weighted], model: int) -> tuple[int, ...]:
        return tuple(self._row(each.label, {model: -self.one}) for each in labels)

    def _row(self, label: Label, own: Mapping[int, Element] | None = None) -> int:
        self.rows.append(Row(label, own or {}))
        return len(self.rows) - 1

    def _feature(
        self,
        feature: Feature,
        rows: tuple[int, ...] = (),
        fit: Ridge | None = None,
        *,
        twin: bool = False,
    ) -> int:
        self.features.append(feature)
        number = len(self.features) - 1
        self.nodes.append(Node((number,), rows, fit, twin))
        return number


def _collected(rows: Sequence[int], labels: Sequence[Weighted]) -> dict[int, Element]:
    return {row: each.om for row, each in zip(rows, labels, strict=True)}
