"""The process with its noise integrated out exactly, given the drawn rows and features.

The expectation over rows is that of the literal run, the variance far smaller; `sweep` has the
equations.  By their laws (`by_law`) rows with normal entries need not be drawn: n > d of them have
the Gram matrix of a triangle of d rows (Bartlett), and of at least d that only fits without ridge
see, one fit at a time, the mean of (X'X)^-1 is all that is asked for, which 1/q Sigma^-1 has too
with q ~ chi2 of n - d + 1 degrees of freedom.
Source: Bartlett 1933 for the triangle; the chi2 is derived here by integrating N(0, (X'X)^-1) over
the Wishart law of X'X.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Name, walk
from ridgeproof.theory.process.graph import Graph, Iteration, Node, Truth
from ridgeproof.theory.process.linear import Combination
from ridgeproof.theory.process.operators.asks import Degrees, Inner, MeanSquare
from ridgeproof.theory.process.operators.models import RandomModel, nonlinear
from ridgeproof.theory.process.operators.rows import NORMAL, Noise, Noisy, Rows
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.interpreter import primitives
from ridgeproof.verification.simulation.prepared import (
    Fitting,
    Loop,
    Pipeline,
    Prepared,
    labelled,
    prepared,
)
from ridgeproof.verification.simulation.sweep import Asked, Look, Sweep, Watch
from ridgeproof.verification.simulation.world import ProcessWorld, Terms

__all__ = ["Conditional", "has_law", "make_conditional"]

_STACK = 2**13  # numbers in a stack of d x d matrices, which stays in the cache
_NOTHING = Asked(0.0, -1, {})
_Place = tuple[int, ...]  # of a node: its index, after those of the loops around it


@dataclass(frozen=True)
class Conditional:
    """A process ready to be run given its rows.

    Attributes:
        names: of the sources, those of the terms of `evaluate`: parameters of the noise, truths.
        stack: how many repetitions are gone through at once.
    """

    pipeline: Pipeline
    looks: tuple[Look, ...]
    roots: tuple[Terms, ...]
    names: tuple[str, ...]
    sources: Mapping[Any, int]
    laws: Mapping[int, tuple[str, int]]
    stack: int

    def __call__(self, rng: np.random.Generator, size: int) -> Array:
        """`size` repetitions, shape (size, primitives, sources): what each source contributes.

        The rows and features are drawn from `rng`, and nothing else is random.
        """
        if self._by_law is None:
            return self.observed(rng, size, None)[0]
        freedom, slopes = self._by_law
        inverses = [1 / rng.chisquare(each, size) for each in freedom]
        return np.moveaxis(slopes @ np.array([*inverses, np.ones(size)]), -1, 0)

    def observed(
        self, rng: np.random.Generator, size: int, watch: Watch | None
    ) -> tuple[Array, Array]:
        """The same, and what `watch` makes of every row set drawn, shape (size, row sets, ...)."""
        draws = np.zeros((size, len(self.looks), len(self.names)))
        shown: list[Array] = []
        room: dict[int, Any] = {}
        for start in range(0, size, self.stack):
            seen = self._swept(rng, draws[start : start + self.stack], room, watch)
            shown += [np.stack(seen, axis=1)] if seen else []
        return draws, np.concatenate(shown) if shown else np.empty((size, 0))

    def _swept(
        self, rng: Any, found: Array, room: dict[int, Any], watch: Watch | None = None
    ) -> list[Array]:
        sweep = Sweep(self.pipeline, self.looks, self.sources, self.laws, rng, found, room, watch)
        sweep.repetition(self.roots)
        return sweep.shown

    @cached_property
    def _by_law(self) -> tuple[tuple[int, ...], Array] | None:
        """Where all rows are 1/q Sigma^-1: the degrees of freedom of the q, and what 1/q adds.

        Returns:
            The latter of shape (primitives, sources, number of q + 1), what no q scales at the end.
        """
        laws = [self.laws.get(id(self.pipeline.nodes[i]), ("", 0)) for i in self.pipeline.designs]
        loops = any(isinstance(each.parts, Loop) for each in self.pipeline.nodes)
        if loops or any(law != "chi2" for law, _ in laws):
            return None
        units = _Units()
        found = np.zeros((len(laws) + 1, len(self.looks), len(self.names)))
        self._swept(units, found, {})
        found[:-1] -= found[-1:]
        return tuple(units.freedom), np.moveaxis(found, 0, -1)


class _Units:
    """Stands in for a Generator: in repetition r all q are infinite but the r-th, which is 1."""

    def __init__(self) -> None:
        self.freedom: list[int] = []

    def chisquare(self, freedom: int, size: int) -> Array:
        """The next q of all repetitions."""
        found = np.full(size, np.inf)
        found[len(self.freedom)] = 1.0
        self.freedom.append(freedom)
        return found


def make_conditional(graph: Graph, world: ProcessWorld, *, by_law: bool = False) -> Conditional:
    """The conditional run of a graph.

    Args:
        graph: the process.
        world: what it leaves open.
        by_law: whether rows with a known law are drawn by it.

    Raises:
        InputError: a size, weight or profile has no meaning.
        NotBuilt: a node or an ask has no simulation.
    """
    if nonlinear(graph.nodes):
        raise NotBuilt(
            "features with an activation, with the noise integrated out: run it as it is"
        )
    pipeline = prepared(graph.nodes, world)
    roots: dict[Terms, int] = {}
    looks = tuple(_look(ask, graph, pipeline.nodes, world, roots) for ask in primitives(graph))
    amplitudes = _amplitudes(graph)
    truths = {i: graph.names[i] or "w0" for i, n in enumerate(graph.nodes) if isinstance(n, Truth)}
    named: dict[Any, str] = {
        (i, j): "*".join(sorted({truths[i], truths[j]})) for i in truths for j in truths
    }
    for place, each in _within(pipeline):
        if isinstance(each.node, Noise | RandomModel):
            named[id(each)] = amplitudes.get(place, "noise")
    named["constant"] = "constant"
    names = tuple(dict.fromkeys(named.values()))
    sources = {key: names.index(name) for key, name in named.items()}
    laws = _laws(pipeline, looks) if by_law else {}
    stack = max(1, _STACK // world.directions**2)
    return Conditional(pipeline, looks, tuple(roots), names, sources, laws, stack)


def has_law(graph: Graph, world: ProcessWorld) -> bool:
    """Whether the chain has a known law: normal rows, and ridge in no fit that teaches another."""
    pipeline = prepared(graph.nodes, world)
    within = list(_within(pipeline))
    taught = {at for each in pipeline.nodes for terms in _read(each) for _, at in terms}
    teachers = [each for place, each in within if len(place) > 1 or place[0] in taught]
    if any(isinstance(n.node, Noisy) or not _is_normal(n.node) for _, n in within):
        return False
    fits = [each.parts for _, each in within if isinstance(each.parts, Fitting)]
    return all(fit.lam is not None for fit in fits) and all(
        each.parts.lam == 0 and sum(g.count for g in each.parts.groups) >= world.directions
        for each in teachers
        if isinstance(each.parts, Fitting)
    )


def _read(each: Prepared) -> Iterator[Terms]:
    """The combinations of models that a fit or a loop reads."""
    if isinstance(each.parts, Fitting):
        yield from (group.models for group in each.parts.groups)
    elif isinstance(each.parts, Loop):
        yield from each.parts.entering


def _is_normal(node: Node) -> bool:
    return not isinstance(node, Rows) or node.law == NORMAL


def _within(pipeline: Pipeline, path: _Place = ()) -> Iterator[tuple[_Place, Prepared]]:
    """All nodes, those of loops as well, each with its place."""
    for index, each in enumerate(pipeline.nodes):
        yield (*path, index), each
        if isinstance(each.parts, Loop):
            yield from _within(each.parts.body, (*path, index))


def _look(
    ask: Expectation,
    graph: Graph,
    nodes: Sequence[Prepared],
    world: ProcessWorld,
    roots: dict[Terms, int],
) -> Look:
    """An expectation, what it asks for noted among the roots.

    Raises:
        NotBuilt: it is none that a simulation averages.
    """

    def asked(terms: Terms) -> Asked:
        """A multiple of a root, and truths: m - w0 and y - X m are both made of m."""
        truths = {i: c for c, i in terms if isinstance(graph.nodes[i], Truth)}
        rest = [(c, i) for c, i in terms if i not in truths]
        if not rest:
            return Asked(0.0, -1, truths)
        root = tuple((c / rest[0][0], i) for c, i in rest)
        return Asked(rest[0][0], roots.setdefault(root, len(roots)), truths)

    match ask:
        case Inner(left, right, metric):
            first, last = asked(world.terms(left)), asked(world.terms(right))
            return Look(first, last, world.profile(metric))
        case MeanSquare(vector):
            v = labelled(vector, graph.nodes, world)
            models = asked(v.models)
            return Look(models, models, v.base, 1 / v.count, v.noises, v.count)
        case Degrees(fit) if isinstance(nodes[fit].parts, Fitting):
            return Look(_NOTHING, _NOTHING, np.zeros(0), degrees=nodes[fit].parts)
    raise NotBuilt(f"{type(ask).__name__.lower()} is no expectation that a simulation can average")


def _laws(pipeline: Pipeline, looks: Sequence[Look]) -> dict[int, tuple[str, int]]:
    """How rows with normal entries are drawn: by node, the law and how many rows it stands for."""
    found: dict[int, tuple[str, int]] = {}
    nodes = pipeline.nodes
    kept = {each.node.rows for each in nodes if isinstance(each.node, Noisy)}
    kept |= {look.metric for look in looks if isinstance(look.metric, int)}
    groups: dict[int, list[tuple[Fitting, int]]] = defaultdict(list)
    for each in nodes:
        if isinstance(each.parts, Loop):
            found |= _laws(each.parts.body, ())
        for group in each.parts.groups if isinstance(each.parts, Fitting) else ():
            groups[group.rows].append((each.parts, group.count))
    for index, uses in groups.items():
        each, rows = nodes[index], uses[0][1]
        if index in kept or not isinstance(each.node, Rows) or each.node.law != NORMAL:
            continue
        if rows >= len(each.parts) and all(f.lam == 0 and len(f.groups) == 1 for f, _ in uses):
            found[id(each)] = "chi2", rows
        elif rows > len(each.parts):
            found[id(each)] = "triangle", rows
    return found


def _amplitudes(graph: Graph) -> dict[_Place, str]:
    """The parameters that scale each random vector wherever it is used, joined by *."""
    heard: dict[_Place, list[frozenset[str]]] = defaultdict(list)

    def collect(item: object, path: _Place) -> None:
        if isinstance(item, Combination):
            for coefficient, index in item.terms:
                names = (part.name for part in walk(coefficient) if isinstance(part, Name))
                heard[*path, index].append(frozenset(names))
        elif isinstance(item, tuple):
            for part in item:
                collect(part, path)
        elif hasattr(item, "__dataclass_fields__"):
            for name in item.__dataclass_fields__:
                collect(getattr(item, name), path)

    def through(nodes: Sequence[Node], path: _Place) -> None:
        for index, node in enumerate(nodes):
            if isinstance(node, Iteration):
                collect(node.entering, path)
                through(node.body.nodes, (*path, index))
                collect(node.body.leaving, (*path, index))
            else:
                collect(node, path)

    through(graph.nodes, ())
    collect(tuple(ask for _, ask in graph.asks), ())
    return {
        place: "*".join(sorted(frozenset.intersection(*uses) or frozenset.union(*uses))) or "noise"
        for place, uses in heard.items()
    }
