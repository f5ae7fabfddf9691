"""One point of a process in balls, at as many digits as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64, Number
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.equivalent.balls import BallRing, column
from ridgeproof.numerics.equivalent.profiles import Space, directions_of
from ridgeproof.numerics.equivalent.solve import Solved, solve_graph
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import Expression, walk
from ridgeproof.theory.process.graph import Graph, Iteration, reached
from ridgeproof.theory.process.operators.asks import Extremum
from ridgeproof.theory.process.operators.gradient import GradientFlow

__all__ = ["solve_point", "unproved"]

# Digits that the sums over the poles of a gradient flow lose.
_LOST = 6
# Operators with a step that balls do not enclose, and why.
_UNPROVED: Mapping[type, str] = {
    GradientFlow: "the remainder of the sum that gradient_flow stands for is not bounded",
    Extremum: "the search of minimum and argmin proves nothing",
}


def unproved(graph: Graph, ask: Expression) -> list[str]:
    """The operators in an ask, and in what it needs, that no certificate covers, in words."""
    nodes = [graph.nodes[index] for index in reached(graph.nodes, ask)]
    nodes += [inner for node in nodes if isinstance(node, Iteration) for inner in node.body.nodes]
    held: set[type] = {type(item) for item in (*walk(ask), *nodes)}
    return [words for kind, words in _UNPROVED.items() if kind in held]


def solve_point(
    graph: Graph,
    values: Mapping[str, Fraction],
    space: Space,
    digits: int,
    *,
    terms: bool,
    certified: bool,
) -> Solved:
    """The asks of a graph at one point, as balls with these digits.

    Raises:
        SolverError: they are not reached.
        NotBuilt: a certificate is asked of an operator that has none.
        InputError, InfiniteExpectation, NoTheorem: as `evaluate_process`.
    """
    for name, ask in graph.asks if certified else ():
        for words in unproved(graph, ask):
            raise NotBuilt(f"a certificate of {name or ask} is not built in this version: {words}")
    floats = directions_of(graph, space, Float64())

    @lru_cache
    def ring(working: int) -> BallRing:
        return BallRing(directions_of(graph, space, Balls(working)), ring, floats)

    def find(engine: Balls) -> Solved:
        working = ring(engine.digits + _LOST)
        with working.directions.engine.scope():
            held = {name: column(value) for name, value in values.items()}
            return solve_graph(graph, held, working, terms=terms)

    def needed(found: Solved) -> Iterator[Number]:
        yield from (answer.value.item() for answer in found.answers.values())

    def wanted(found: Solved) -> Iterator[Number]:
        yield from (kappa.item() for kappa in found.kappa.values())
        for answer in found.answers.values():
            yield from (share.item() for share in (answer.terms or {}).values())

    return until_right("the process", digits, find, needed, wanted, zeros=True)
