"""One point of a process in balls, at as many digits as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64, Number
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.equivalent.balls.flows import is_bounded
from ridgeproof.numerics.equivalent.balls.ring import BallRing, column
from ridgeproof.numerics.equivalent.profiles import Space, directions_of
from ridgeproof.numerics.equivalent.solve import Solved, solve_graph
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import Expression, walk
from ridgeproof.theory.process.graph import Graph, reached
from ridgeproof.theory.process.operators.asks import Extremum
from ridgeproof.theory.process.operators.gradient import GradientDescent, GradientFlow

__all__ = ["require_proved", "solve_point", "unproved"]

# Digits that the sums over the poles of a gradient flow lose.
_LOST = 6


def unproved(graph: Graph, ask: Expression, *, slopes: bool = False) -> list[str]:
    """The operators in an ask or its slopes, and in what it needs, that no certificate covers."""
    found = []
    if any(isinstance(item, Extremum) for item in walk(ask)):
        found.append("the search of minimum and argmin proves nothing")
    nodes = [graph.nodes[at] for at in reached(graph.nodes, ask)]
    if any(isinstance(node, GradientDescent) for node in nodes):
        found.append("what the poles of a long gradient_descent leave out is not bounded")
    if slopes and any(isinstance(node, GradientFlow) for node in nodes):
        found.append("how what gradient_flow leaves out moves is not bounded")
    if not is_bounded(graph, ask):
        found.append(
            "what gradient_flow leaves out is bounded in norms and inner products of its models, "
            "not in what else is read off or fitted on them"
        )
    return found


def require_proved(graph: Graph, *, slopes: bool = False) -> None:
    """Refuse an ask that no certificate covers, or whose slopes none covers.

    Raises:
        NotBuilt: names the operator.
    """
    for name, ask in graph.asks:
        for words in unproved(graph, ask, slopes=slopes):
            raise NotBuilt(f"a certificate of {name or ask} is not built in this version: {words}")


def solve_point(
    graph: Graph,
    values: Mapping[str, Fraction],
    space: Space,
    digits: int,
    *,
    certified: bool,
) -> Solved:
    """The asks of a graph at one point, as balls with these digits.

    Raises:
        SolverError: they are not reached.
        NotBuilt: a certificate is asked of an operator that has none.
        InputError, InfiniteExpectation, NoTheorem: as `evaluate_process`.
    """
    if certified:
        require_proved(graph)
    floats = directions_of(graph, space, Float64())

    @lru_cache
    def ring(working: int) -> BallRing:
        return BallRing(directions_of(graph, space, Balls(working)), floats=floats, at=ring)

    def find(engine: Balls) -> Solved:
        working = ring(engine.digits + _LOST)
        # What float64 cannot hold of a start or a check is refused.
        with working.directions.engine.scope(), np.errstate(all="ignore"):
            held = {name: column(value) for name, value in values.items()}
            # Terms tell a value that is zero from one that is small.
            return solve_graph(graph, held, working, terms=True)

    def needed(found: Solved) -> Iterator[Number]:
        yield from (answer.value.item() for answer in found.answers.values())

    def wanted(found: Solved) -> Iterator[Number]:
        yield from (kappa.item() for kappa in found.kappa.values())
        for answer in found.answers.values():
            yield from (share.item() for share in (answer.terms or {}).values())

    return until_right("the process", digits, find, needed, wanted, zeros=True)
