"""The literal simulation of a process: each node of its graph is drawn or fitted as it says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Expression, evaluate, walk
from ridgeproof.theory.process.graph import Graph, Node
from ridgeproof.theory.process.operators.asks import Degrees, Extremum, Inner, Kappa, MeanSquare
from ridgeproof.theory.process.operators.models import nonlinear
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.prepared import (
    Fitting,
    Pipeline,
    Prepared,
    Run,
    combined,
    labelled,
    prepared,
)
from ridgeproof.verification.simulation.world import ProcessWorld, Terms

__all__ = ["Literal", "asks_at", "estimates", "make_literal", "primitives", "unsimulated"]

# Fresh rows, times d, on which a model that is not linear is looked at.
_TESTED = 4


def unsimulated(ask: Expression) -> str:
    """Why an ask has no simulation, or "" where it has one."""
    for part in walk(ask):
        if isinstance(part, Extremum):
            return "a minimum over a parameter is no expectation"
        if isinstance(part, Kappa):
            return "kappa is a number of the theory that no draw observes"
    return ""


def primitives(graph: Graph) -> tuple[Expectation, ...]:
    """The expectations that the asks with a simulation are made of, each once."""
    trees = tuple(ask for _, ask in graph.asks if not unsimulated(ask))
    return tuple(dict.fromkeys(part for part in walk(trees) if isinstance(part, Expectation)))


@dataclass(frozen=True)
class Literal:
    """A process ready to be run as it is written."""

    pipeline: Pipeline
    looks: tuple[Callable[[Run], float], ...]

    def __call__(self, rng: np.random.Generator, size: int) -> Array:
        """The value of each primitive in each repetition, shape (size, primitives)."""
        found, room = np.empty((size, len(self.looks))), dict[int, Any]()
        for repetition in found:
            run = Run(rng, room)
            run.through(self.pipeline)
            repetition[:] = [look(run) for look in self.looks]
        return found


def make_literal(graph: Graph, world: ProcessWorld) -> Literal:
    """The literal run of a graph, which draws the values of `primitives(graph)`.

    Raises:
        InputError: a size, weight or profile has no meaning.
        NotBuilt: a node or an ask has no literal simulation.
    """
    beyond = sum(world.size(node.size) for node in nonlinear(graph.nodes).values())
    world = replace(world, beyond=beyond)
    pipeline = prepared(graph.nodes, world)
    looks = (_observer(ask, graph.nodes, pipeline.nodes, world) for ask in primitives(graph))
    return Literal(pipeline, tuple(looks))


def _observer(
    ask: Expectation, nodes: Sequence[Node], ready: Sequence[Prepared], world: ProcessWorld
) -> Callable[[Run], float]:
    """The value, in a run, of what an ask expects."""
    match ask:
        case Inner():
            metric, d = world.profile(ask.metric), world.coordinates
            left, right = world.terms(ask.left), world.terms(ask.right)
            if world.beyond:
                return partial(_on_fresh_rows, left, right, np.sqrt(metric))
            return lambda run: float(metric @ (combined(left, run, d) * combined(right, run, d)))
        case MeanSquare():
            vector = labelled(ask.vector, nodes, world)
            return lambda run: float(np.mean(vector.realised(run) ** 2))
        case Degrees() if isinstance(fitting := ready[ask.fit].parts, Fitting):
            return partial(_degrees, fitting)
    raise NotBuilt(f"{type(ask).__name__.lower()} is no expectation that a simulation can average")


def _on_fresh_rows(left: Terms, right: Terms, root: Array, run: Run) -> float:
    """The mean of the product of two models on fresh rows, which are not linear in the rows."""
    X = run.seen(run.rng.standard_normal((_TESTED * len(root), len(root))) * root)
    first, second = (X @ combined(terms, run, X.shape[1]) for terms in (left, right))
    return float(np.mean(first * second))


def _degrees(fitting: Fitting, run: Run) -> float:
    X = fitting.design(run)
    return float(np.vdot(X.T, fitting.learn(run)(np.eye(len(X)))) / len(X))


def asks_at(graph: Graph, world: ProcessWorld, means: Array) -> dict[str, Any]:
    """The asks that have a simulation, by name, at means of `primitives(graph)`.

    Args:
        graph: the process.
        world: parameters of the asks.
        means: shape (primitives,), or (primitives, N) for N values of each ask that has any.
    """
    position: dict[Expression, int] = {ask: j for j, ask in enumerate(primitives(graph))}
    names: dict[str, Any] = {name: np.float64(value) for name, value in world.values.items()}
    names = {"d": np.float64(len(world.s)), **names}
    with np.errstate(all="ignore"):  # a division by zero is infinite or no number
        return {
            name: evaluate(ask, names, np.float64, lambda part: means[position[part]])
            for name, ask in graph.asks
            if not unsimulated(ask)
        }


def estimates(graph: Graph, world: ProcessWorld, draws: Array) -> dict[str, tuple[float, float]]:
    """The asks of a graph from N repetitions, each with its standard error by the jackknife.

    With m_j the means of the primitives and m_j(-i) the same without repetition i,

        mean = ask(m),   se^2 = (N - 1)/N sum_i (ask(m(-i)) - average of ask(m(-i)))^2.

    Args:
        graph: the process.
        world: parameters of the asks.
        draws: shape (N, number of primitives), from `simulate`; N >= 2.
    """
    N, total = len(draws), draws.sum(axis=0)
    left = asks_at(graph, world, (total - draws).T / (N - 1))
    found = {}
    for name, value in asks_at(graph, world, total / N).items():
        spread = np.broadcast_to(left[name], (N,))
        with np.errstate(all="ignore"):
            error = np.sqrt((N - 1) / N * np.sum((spread - spread.mean()) ** 2))
        found[name] = float(value), float(error)
    return found
