"""Assembly: a pencil while it is put together, one node at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ridgeproof.theory.equivalent.pencil import (
    Element,
    Feature,
    Group,
    Node,
    Noise,
    Pencil,
    RandomFeatures,
    Ridge,
    Rounds,
    Row,
    Source,
)

__all__ = ["Assembly", "Labels"]


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels on one group: X_g (sum of reads u) + sum of noise e, and their weight over T."""

    group: int
    reads: Mapping[int, Element]
    noise: Mapping[Noise, Element]
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

    def gradient(self, labels: Sequence[Labels]) -> int:
        """U = sum of om X'y."""
        rows = tuple(self._row(label, label.reads) for label in labels)
        collects = {row: label.om for row, label in zip(rows, labels, strict=True)}
        return self._feature(Feature(None, {}, collects), rows)

    def ridge(
        self,
        labels: Sequence[Labels],
        lam: Element,
        metric: Element | None = None,
        offset: Mapping[int, Element] | None = None,
    ) -> int:
        """The ridge with penalty 1/metric, less the offset, which the labels do not hold either."""
        model = len(self.features)
        rows = self._residuals(labels, model)
        collects = {row: label.om for row, label in zip(rows, labels, strict=True)}
        return self._feature(Feature(metric, {}, collects, None, offset or {}), rows, Ridge(lam))

    def random_features(
        self,
        labels: Sequence[Labels],
        lam: Element,
        projection: int,
        offset: Mapping[int, Element] | None = None,
    ) -> int:
        """As `ridge`, on the weights of random features, F a group of its own."""
        model = len(self.features)
        rows = self._residuals(labels, model)
        weights = len(self.rows)
        self.rows.append(Row(projection, {model + 1: self.one}, {}))
        self.features.append(Feature(None, {}, {weights: self.one}, None, offset or {}))
        collects = {row: label.om for row, label in zip(rows, labels, strict=True)}
        self.features.append(Feature(None, {}, collects))
        fit = RandomFeatures(lam, projection)
        self.nodes.append(Node((model, model + 1), (*rows, weights), fit))
        return model

    def probe(self, labels: Labels) -> int:
        """The labels themselves as a row block."""
        row = self._row(labels, labels.reads)
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

    def _residuals(self, labels: Sequence[Labels], model: int) -> tuple[int, ...]:
        return tuple(self._row(label, {**label.reads, model: -self.one}) for label in labels)

    def _row(self, labels: Labels, reads: Mapping[int, Element]) -> int:
        self.rows.append(Row(labels.group, reads, labels.noise))
        return len(self.rows) - 1

    def _feature(
        self, feature: Feature, rows: tuple[int, ...] = (), fit: Ridge | None = None
    ) -> int:
        self.features.append(feature)
        number = len(self.features) - 1
        self.nodes.append(Node((number,), rows, fit))
        return number
