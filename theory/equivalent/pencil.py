"""The pencil: a pipeline of linear fits as one linear system in its Gaussian matrices.

Feature blocks u_a (truths, models) and row blocks rho on groups of rows (scaled residuals) obey

    nu_a u_a   = src_a + sum_b D_ab u_b + q_a sum_rho beta_(a rho) X_g' rho
    mu_rho rho = sum_e N_(rho e) e + sum_b alpha_(rho b) X_g u_b

with independent X_g of T_g rows, entries of variance s_g(i) in direction i, and standard normal
noise vectors e.  Blocks are numbered in the order in which a pipeline makes them and gathered into
nodes: a node is what has to be solved at once, a fit with all its rows.  Coefficients are numbers
of some ring (`theory.equivalent.ring`): one number, or one for each direction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

__all__ = [
    "Element",
    "Feature",
    "Group",
    "Label",
    "Node",
    "Noise",
    "Pencil",
    "RandomFeatures",
    "Ridge",
    "Rounds",
    "Row",
    "Source",
]

# A number of a ring, or one for each direction.
Element = Any


@dataclass(frozen=True)
class Noise:
    """One standard normal vector on a group, and the name of the amplitude it is heard with."""

    number: int
    term: str


@dataclass(frozen=True)
class Source:
    """What a feature block holds that no other block gives it.

    Attributes:
        term: the name under which its share of an answer is listed.
        truth: w(i) of a fixed vector; None for a random one.
        variance: of a fresh centred normal vector, direction by direction; None for a fixed one.
    """

    term: str
    truth: Element | None = None
    variance: Element | None = None


@dataclass(frozen=True, eq=False)
class Group:
    """Independent rows: how many, and the variance of their entries, direction by direction.

    Two groups of one ``law`` have one variance.
    """

    count: Element
    variance: Element
    law: str


@dataclass(frozen=True, eq=False)
class Label:
    """X_g (sum of reads u) + sum of noise e, by feature block and noise vector.

    One object for one vector, however many fits learn from it: what it is correlated with is
    found once.  ``unseen`` is what it reads through rows that nothing is fitted on, as many as
    those of its group, whose number is ``beyond``: they add <C> to what labels hear, and as they
    are independent of the group's rows, no response.
    """

    group: int
    reads: Mapping[int, Element]
    noise: Mapping[Noise, Element]
    unseen: Mapping[int, Element] = field(default_factory=dict)
    beyond: int | None = None


@dataclass(frozen=True, eq=False)
class Row:
    """A row block: a label, and alpha of the feature blocks of the row's own node."""

    label: Label
    own: Mapping[int, Element]

    @property
    def group(self) -> int:
        """The group it lives on."""
        return self.label.group

    @cached_property
    def reads(self) -> Mapping[int, Element]:
        """alpha by feature block."""
        return {**self.label.reads, **self.own}

    @property
    def noise(self) -> Mapping[Noise, Element]:
        """N by noise vector."""
        return self.label.noise


@dataclass(frozen=True, eq=False)
class Feature:
    """A feature block: q (None for one), D by feature block, beta by row block, its source.

    The fit of labels that are w0 and noise is its error w - w0 for a block, so that an answer much
    smaller than w0 keeps its digits.  ``offset`` is what is taken off, by feature block: D has
    -nu_a offset_ab besides ``maps``.
    """

    metric: Element | None
    maps: Mapping[int, Element]
    collects: Mapping[int, Element]
    source: Source | None = None
    offset: Mapping[int, Element] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Ridge:
    """mu nu = lam: nu u = q sum om X' rho, mu rho = y - X u."""

    lam: Element


@dataclass(frozen=True, eq=False)
class RandomFeatures:
    """nu u = F'a, z = sum om X' rho, mu_rho rho = y - X u, mu_a a = F z; lam is their product."""

    lam: Element
    projection: int  # the group of F


@dataclass(frozen=True, eq=False)
class Rounds:
    """Models that leave a loop whose rows and noise are made afresh in every round.

    One round is a pencil of its own, in which the models that enter are the sources.  The node's
    feature blocks hold M^n of the entering models, in ``maps``, and what the rounds add, which is
    uncorrelated with all else: its second moments follow from those of the entering models.

    Attributes:
        count: n.
        round: the pencil of one round, in response order with ``answers``, its responses.
        entering: blocks of the outer pencil, for each model that goes round.
        carried: the feature block of the round that stands for it.
        leaving: blocks of the round.
        keeps: M(i), what a round keeps of each entering model, (leaving, entering).
    """

    count: int
    round: Pencil
    answers: Any
    entering: tuple[Mapping[int, Element], ...]
    carried: tuple[int, ...]
    leaving: tuple[Mapping[int, Element], ...]
    keeps: Mapping[tuple[int, int], Element]


@dataclass(frozen=True, eq=False)
class Node:
    """Blocks that are solved at once, at most one row block on each group.

    ``fit`` is None where mu = nu = 1 and no block reads another one of the node: nothing has to
    be solved.  A ``twin`` is the complex conjugate, block by block, of the node before it.
    """

    features: tuple[int, ...]
    rows: tuple[int, ...]
    fit: Ridge | RandomFeatures | Rounds | None = None
    twin: bool = False


@dataclass(frozen=True, eq=False)
class Pencil:
    """The whole system.

    Attributes:
        multiplicity: how many directions each direction stands for.
        groups, features, rows: numbered blocks, in the order in which they were made.
        nodes: a partition of the blocks; a node reads none that is made later.
    """

    multiplicity: Element
    groups: tuple[Group, ...]
    features: tuple[Feature, ...]
    rows: tuple[Row, ...]
    nodes: tuple[Node, ...]

    @cached_property
    def traced(self) -> tuple[Element, ...]:
        """m_i s_g(i), the weights of <.>_g, by group."""
        return tuple(self.multiplicity * group.variance for group in self.groups)

    def weight(self, feature: int, row: int) -> Element:
        """T_g s_g q_a beta_(a rho), what ties a feature block to the responses of a row block."""
        if (feature, row) not in self._weights:
            block = self.features[feature]
            group = self.groups[self.rows[row].group]
            # Numbers first: one product for each direction.
            plain = (block.collects[row] * group.count) * group.variance
            self._weights[feature, row] = plain if block.metric is None else block.metric * plain
        return self._weights[feature, row]

    @cached_property
    def _weights(self) -> dict[tuple[int, int], Element]:
        return {}
