"""One graph at many points: lowered, solved, checked, and its asks answered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from flint import fmpq

from ridgeproof.numerics.arithmetic.precision import Array, Number
from ridgeproof.numerics.equivalent.balls.flows import remainders, with_gradients
from ridgeproof.numerics.equivalent.balls.ring import BallRing, column
from ridgeproof.numerics.equivalent.balls.roots import in_floats
from ridgeproof.numerics.equivalent.finiteness import require_finite_points
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Space
from ridgeproof.numerics.equivalent.residual import check
from ridgeproof.numerics.equivalent.rounding import left_by_rounding
from ridgeproof.numerics.equivalent.search import minimise, refined
from ridgeproof.numerics.equivalent.sources import StackedSources
from ridgeproof.theory.equivalent.asks import Answer, Solution, answer, kappa_of, number_of
from ridgeproof.theory.equivalent.correlation import correlate
from ridgeproof.theory.equivalent.lowering import lower
from ridgeproof.theory.equivalent.response import respond
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import ZERO, Expression, parts
from ridgeproof.theory.process.graph import Graph, reached
from ridgeproof.theory.process.operators.asks import Extremum, MeanSquare

__all__ = ["Solved", "admitted", "blocks", "searched", "solution_of", "solve_graph", "tried"]

_Values = Mapping[str, Array]
# In a search, where less than this is left by rounding, float64 holds fewer than ten digits.
_LEAST_MARGIN = 2.0**-20
_DIGITS = 12
# Halvings on the way to the spectral edge.
_HALVINGS = 60
# Numbers in one array of points by directions (512 kB, which stays in the cache).
_BLOCK = 2**16


@dataclass(frozen=True, eq=False)
class Solved:
    """The asks of a graph at some points.

    Attributes:
        answers: by name, with values of shape (points or 1, 1).
        kappa: of each named fit that has one.
        residual: of the four equations, relative.
        points: how many there are.
        margin: the least of the ring's and of what rounding leaves of the asks, at every point.
        sizes: of the largest summand of each ask in float64, (points or 1,).
    """

    answers: Mapping[str, Answer]
    kappa: Mapping[str, Array]
    residual: float
    points: int
    margin: Array
    sizes: Mapping[str, Array]


def solve_graph(
    graph: Graph,
    values: _Values,
    ring: Float64Ring,
    *,
    terms: bool = False,
    checked: bool = True,
) -> Solved:
    """Solve the nodes that the asks need, at every point at once.

    Args:
        graph: the normal form of a process.
        values: of the parameters, (points or 1, 1); that of a minimum has none.
        ring: float64, or balls for one point.
        terms: whether the sources are kept apart.
        checked: whether the four equations have to hold, as of a ring with a slip they cannot.

    Raises:
        InputError, InfiniteExpectation, NoTheorem, NotBuilt, SolverError: as `evaluate_process`.
    """
    leaves = [leaf for _, ask in graph.asks for leaf in _leaves(ask)]
    plain = [leaf for leaf in leaves if not isinstance(leaf, Extremum)]
    wider = with_gradients(graph, plain) if isinstance(ring, BallRing) else graph
    ring.margin[:] = [np.ones(1)]
    solution, found = solution_of(wider, values, ring, terms=terms, checked=checked)
    points = _points(values)
    margin = np.broadcast_to(ring.margin[0], (points,))
    kappa = {
        name: value
        for index, name in enumerate(graph.names)
        if name and (value := kappa_of(index, solution)) is not None
    }
    known = remainders(graph, plain, solution, ring) if isinstance(ring, BallRing) else {}
    for leaf in leaves:
        if isinstance(leaf, Extremum) and leaf not in known:
            at, least = searched(graph, leaf, values, ring)
            known[replace(leaf, place=True)] = number_of(at)
            known[replace(leaf, place=False)] = number_of(least)
    with np.errstate(divide="ignore", invalid="ignore"):
        known |= {leaf: answer(leaf, solution, known) for leaf in leaves if leaf not in known}
        answers = {name: answer(ask, solution, known) for name, ask in graph.asks}
        sizes = {}
        if not isinstance(ring, BallRing):
            for name, ask in graph.asks:
                left, sizes[name] = left_by_rounding(ask, solution, known)
                margin = np.minimum(margin, left)
    for name, ask in graph.asks:
        value = in_floats(answers[name].value)
        # The place of a minimum may be infinity; nothing else may.
        searches = any(isinstance(leaf, Extremum) for leaf in _leaves(ask))
        undefined = np.isnan(value) if searches else ~np.isfinite(value)
        if undefined.any() and checked and not isinstance(ring, BallRing):
            margin = np.where(undefined[..., 0], 0.0, margin)  # nothing is left of it in float64
        elif undefined.any():
            arithmetic = "balls" if isinstance(ring, BallRing) else "float64"
            raise SolverError(f"the ask {name or ask} is infinite or undefined in {arithmetic}")
    return Solved(answers, kappa, found, points, margin, sizes)


def solution_of(
    graph: Graph,
    values: _Values,
    ring: Float64Ring,
    *,
    terms: bool = False,
    checked: bool = True,
) -> tuple[Solution, float]:
    """What the asks of a graph are read off, minima aside, and the residual of the equations."""
    leaves = [leaf for _, ask in graph.asks for leaf in _leaves(ask)]
    plain = [leaf for leaf in leaves if not isinstance(leaf, Extremum)]
    lowering = lower(graph, values, ring, reached(graph.nodes, tuple(plain)))
    for leaf in plain:
        if isinstance(leaf, MeanSquare):
            lowering.probe(leaf.vector)
    pencil = lowering.assembly.pencil(ring.multiplicity)
    rough = ring.in_floats(pencil)
    asked = Graph(graph.nodes, tuple(("", leaf) for leaf in plain), graph.names)
    require_finite_points(asked, ring.in_floats(values), ring.rough.directions)
    response = respond(pencil, ring)
    sources = StackedSources(pencil, ring, apart=terms)
    correlation = correlate(pencil, response, sources)
    found = np.nan
    if checked:
        solved = replace(response, omega=[], xi=[])  # which are no part of the equations
        found = check(
            rough, ring.in_floats(solved), ring.in_floats(correlation), sources.in_floats(rough)
        )
    return Solution(lowering, pencil, response, correlation, sources.names), found


def _leaves(ask: Expression) -> Iterator[Expectation]:
    if isinstance(ask, Expectation):
        yield ask
        return
    for part in parts(ask):
        yield from _leaves(part)


def _points(values: _Values) -> int:
    return max((len(value) for value in values.values()), default=1)


def searched(
    graph: Graph, leaf: Extremum, values: _Values, ring: Float64Ring
) -> tuple[Array, Array]:
    """Where an ask is least over a parameter, and its value, point by point; (points, 1)."""
    inner = Graph(graph.nodes, (("", leaf.ask),), graph.names)
    if isinstance(ring, BallRing):
        at, _ = searched(graph, leaf, ring.in_floats(values), ring.rough)
        return _refined(inner, leaf, values, ring, at.item())
    found = []
    for point in range(_points(values)):
        here = _some(values, slice(point, point + 1))

        def function(places: Array, here: _Values = here) -> Array:
            return tried(inner, {**here, leaf.over: places[:, None]}, ring)

        low, high = (
            np.inf if end is None else float(ring.arithmetic(end, here).item())
            for end in (leaf.low, leaf.high)
        )
        if low > high:
            remedy = "give the lower end first"
            raise InputError(
                f"minimum over {leaf.over}", f"[{low:g}, {high:g}]", "is empty", remedy
            )
        least = minimise(function, admitted(function, low, min(high, 0.0)), high)
        if not np.isfinite(least.value):
            condition = "holds no place where the ask has a value"
            if least.value < 0:
                condition = "holds no least value: the ask still falls at its far end"
            remedy = "give another interval"
            raise InputError(f"minimum over {leaf.over}", f"[{low:g}, {high:g}]", condition, remedy)
        found.append((least.at, least.value))
    at, value = np.array(found).T[:, :, None]
    return at, value


def _refined(
    graph: Graph, leaf: Extremum, values: _Values, ring: BallRing, at: float
) -> tuple[Array, Array]:
    """A minimum near a place that float64 found, to the digits of the ring; nothing is proved."""
    if np.isinf(at):
        raise NotBuilt(f"a minimum over {leaf.over} at infinity, to more digits than float64")
    ends = [ring.arithmetic(end, values).item() for end in (leaf.high, leaf.low, ZERO) if end]
    place = next((end for end in ends if float(end) == at), None)
    finer = ring.at(3 * ring.digits // 2 + 12)

    def function(place: Fraction) -> Number:
        here = {**values, leaf.over: column(place)}
        return solve_graph(graph, here, finer).answers[""].value.item().mid()

    if place is None:
        with finer.directions.engine.scope():
            found = refined(function, Fraction(at), ring.digits)
        place = fmpq(found.numerator, found.denominator)
    here = {**values, leaf.over: np.full((1, 1), place)}
    least = solve_graph(graph, here, ring).answers[""].value
    return ring.real(here[leaf.over]), least


def blocks(values: Mapping[str, Array], directions: int) -> Iterator[dict[str, Array]]:
    """The points in parts that the cache holds."""
    size = max(_BLOCK // directions, 1)
    for start in range(0, _points(values), size):
        yield _some(values, slice(start, start + size))


def _some(values: _Values, points: slice) -> dict[str, Array]:
    return {name: v if len(v) == 1 else v[points] for name, v in values.items()}


def tried(graph: Graph, values: _Values, ring: Float64Ring) -> Array:
    """The one ask of a graph at every point, infinite where it has no value.

    Where rounding leaves too little of it, it is taken in balls.
    """
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        parts = blocks(values, len(ring.multiplicity))
        return np.concatenate([_tried(graph, part, ring) for part in parts])


def _tried(graph: Graph, values: _Values, ring: Float64Ring) -> Array:
    points = _points(values)
    try:
        solved = solve_graph(graph, values, ring)
    except (InputError, SolverError):  # an infinite expectation is an InputError
        if points == 1:
            return np.array([np.inf])
    else:
        ((_, found),) = solved.answers.items()
        known = np.broadcast_to(found.value[:, 0], (points,)).copy()
        space = ring.directions.space
        if space is not None:
            for place in np.flatnonzero(solved.margin < _LEAST_MARGIN):
                known[place] = _in_balls(graph, values, int(place), space)
        return known
    middle = points // 2
    halves = (_some(values, part) for part in (slice(None, middle), slice(middle, None)))
    return np.concatenate([_tried(graph, half, ring) for half in halves])


def _in_balls(graph: Graph, values: _Values, place: int, space: Space) -> float:
    """The one ask of a graph at one point that float64 is too coarse for."""
    from ridgeproof.numerics.equivalent.balls.digits import solve_point

    point = {
        name: Fraction(float(value[min(place, len(value) - 1), 0]))
        for name, value in values.items()
    }
    try:
        solved = solve_point(graph, point, space, _DIGITS, certified=False)
    except (InputError, SolverError):
        return np.inf
    ((_, found),) = solved.answers.items()
    # To twice the digits it is nothing.
    return 0.0 if found.value.item().contains(0) else float(in_floats(found.value).item())


def admitted(function: Callable[[Array], Array], low: float, high: float) -> float:
    """The lower end, or the spectral edge where that lies above it."""

    def has_value(place: float) -> bool:
        return bool(np.isfinite(function(np.array([place]))[0]))

    if low >= 0 or has_value(low):
        return low
    inside = high if has_value(high) else low / 1e9
    outside = low
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if has_value(middle) else (inside, middle)
    return inside
