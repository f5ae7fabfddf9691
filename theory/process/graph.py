"""Graph: the normal form of a process, which theory evaluates and simulation runs.

Nodes stand in an order in which each refers to earlier ones only, by index.  Names are gone: a node
is its kind and its operands.  An index is always a plain int, and a field of a node that is an int
is always an index: sizes and numbers are expressions in the parameters.

The kinds of nodes are declared in `theory.process.operators`; each is a subclass of `Source` (a
random object), of `Model` (a vector in the space of the models) or of `Fit` (a model fitted on
labels), so that a reader can look its treatment up by class.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from ridgeproof.theory.process.expressions import Expression, Name, Number
from ridgeproof.theory.process.linear import Combination, Vector

__all__ = [
    "Body",
    "Carried",
    "Fit",
    "Graph",
    "Group",
    "Iteration",
    "Model",
    "Node",
    "Outcome",
    "Source",
    "Truth",
    "reached",
    "references",
    "renumbered",
]


SIGNAL = Name("w0")


@dataclass(frozen=True)
class Node:
    """One object of a process."""


@dataclass(frozen=True)
class Source(Node):
    """A random object that is no model: rows, noise, random features."""


@dataclass(frozen=True)
class Model(Node):
    """A vector of d coordinates."""


@dataclass(frozen=True)
class Truth(Model):
    """A fixed vector: its profile in s, i, d, w0."""

    profile: Expression = SIGNAL


@dataclass(frozen=True)
class Group:
    """The labels of one row set in a fit, merged.

    Attributes:
        labels: the weighted mean of the labels given on these rows.
        weight: the sum of their weights (not yet divided by the rows of the fit).
        count: how many label vectors were merged; each counts its rows in the fit's T.
    """

    labels: Vector
    weight: Expression
    count: Number


@dataclass(frozen=True)
class Fit(Model):
    """A model fitted on groups of labelled rows, one group for each row set."""

    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Body:
    """The inside of an iteration: nodes numbered from 0, and the models that go round.

    Attributes:
        nodes: of the body; `Carried` nodes stand for the models that enter a round.
        leaving: the models that leave a round, in the order in which they enter the next.
    """

    nodes: tuple[Node, ...]
    leaving: tuple[Combination, ...]
    names: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Carried(Model):
    """The position-th model that enters a round."""

    position: Number


@dataclass(frozen=True)
class Iteration(Node):
    """A loop that is not unrolled: every row set and noise of its body is made afresh.

    Attributes:
        count: the number of rounds.
        entering: the models that enter the first round.
        body: one round.
    """

    count: Expression
    entering: tuple[Combination, ...]
    body: Body


@dataclass(frozen=True)
class Outcome(Model):
    """The position-th model that leaves the last round of an iteration."""

    iteration: int
    position: Number


@dataclass(frozen=True)
class Graph:
    """Nodes in order, and the asks: expressions whose leaves are expectations over the nodes.

    Attributes:
        nodes: what is drawn and fitted.
        asks: the quantities by name.
        names: the user's name of each node, "" where it has none; no part of the graph.
    """

    nodes: tuple[Node, ...]
    asks: tuple[tuple[str, Expression], ...]
    names: tuple[str, ...] = field(default=(), compare=False)


def references(
    item: object, counts: Callable[[Expression], bool] = lambda _: True
) -> Iterator[int]:
    """The indices that a node, an ask or a linear form refers to, in order.

    Args:
        item: what refers.
        counts: of a coefficient or a weight, whether what it multiplies is there.
    """
    match item:
        case bool() | str() | Body() | Number() | Name() | None:
            return
        case int():
            yield item
        case Group(_, weight) if not counts(weight):
            return
        case Combination(terms):
            yield from (index for coefficient, index in terms if counts(coefficient))
        case tuple():
            for part in item:
                yield from references(part, counts)
        case _ if is_dataclass(item):
            for field_ in fields(item):
                yield from references(getattr(item, field_.name), counts)


def renumbered(item: Any, index: Callable[[int], int]) -> Any:
    """The same node, ask or linear form with every index replaced; terms in order of index."""
    if isinstance(item, int) and not isinstance(item, bool):
        return index(item)
    if isinstance(item, tuple):
        return tuple(renumbered(part, index) for part in item)
    if isinstance(item, Combination):
        terms = ((coefficient, index(at)) for coefficient, at in item.terms)
        return Combination(tuple(sorted(terms, key=lambda term: term[1])))
    if is_dataclass(item) and not isinstance(item, Body | type):
        new = {f.name: renumbered(getattr(item, f.name), index) for f in fields(item)}
        return replace(item, **new)
    return item


def reached(
    nodes: Sequence[Node], roots: object, counts: Callable[[Expression], bool] = lambda _: True
) -> list[int]:
    """The nodes that roots need, each after those that it refers to, in order of first use.

    What is multiplied by a number that does not count (see `references`) is not needed.
    """

    def below(item: object) -> Iterator[tuple[int, bool]]:
        return ((index, False) for index in reversed(list(references(item, counts))))

    order: list[int] = []
    seen: set[int] = set()
    stack = list(below(roots))
    while stack:
        index, done = stack.pop()
        if done:
            order.append(index)
        elif index not in seen:
            seen.add(index)
            stack.append((index, True))
            stack.extend(below(nodes[index]))
    return order
