"""gradient_of_process: the derivative of every ask along parameters, by the implicit equations."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.dual import Dual, lifted
from ridgeproof.numerics.arithmetic.precision import Array, Float64, Number
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.decimals import decimals, first_of, radii_in_decimals
from ridgeproof.numerics.equivalent.balls.digits import require_proved, unproved
from ridgeproof.numerics.equivalent.balls.ring import BallRing, column
from ridgeproof.numerics.equivalent.evaluate import (
    DIGITS,
    MAX_DIGITS,
    columns,
    middle_of,
    prepared,
    radius_of,
    read_values,
)
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.gradients.dual_ring import DualRing
from ridgeproof.numerics.equivalent.profiles import directions_of, space_of
from ridgeproof.numerics.equivalent.solve import searched, solution_of
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.equivalent.asks import Answer, answer, number_of
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.process.expressions import Expression, Name, walk
from ridgeproof.theory.process.facts import require_known
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import count_names
from ridgeproof.theory.process.operators.asks import Extremum
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.theory.shown import Shown

__all__ = ["Gradient", "gradient_of_process", "slopes"]


@dataclass(frozen=True, eq=False)
class Gradient(Shown, Mapping[str, Mapping[str, Any]]):
    """Derivatives by ask and parameter: floats, arrays of them, or numbers of mpmath.

    Attributes:
        slopes: by ask and parameter.
        radii: bounds on their distances from the derivatives, likewise; empty in float64, and
            where some step is not proved.
        certified: whether the radii are a theorem.
        digits: that the slopes carry.
    """

    slopes: Mapping[str, Mapping[str, Any]]
    radii: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    certified: bool = False
    digits: int = DIGITS

    def __getitem__(self, ask: str) -> Mapping[str, Any]:
        return self.slopes[ask]

    def __iter__(self) -> Iterator[str]:
        return iter(self.slopes)

    def __len__(self) -> int:
        return len(self.slopes)

    def data(self) -> dict[str, Any]:
        """Plain data, numbers as decimals of ``digits`` digits; of arrays, lists of them."""

        def told(table: Mapping[str, Mapping[str, Any]], shown: Callable[[Array], Any]) -> Any:
            each = table.items()
            return {a: {n: shown(np.asarray(x)) for n, x in of.items()} for a, of in each}

        return {
            "slopes": told(self.slopes, lambda slope: decimals(slope, self.digits)),
            "radii": told(self.radii, radii_in_decimals),
            "digits": self.digits,
            "certified": self.certified,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Every ask and parameter, with the radius where there is one."""
        data = self.data()
        rows = []
        for ask, slopes_of in data["slopes"].items():
            for name, slope in slopes_of.items():
                radius = data["radii"].get(ask, {}).get(name)
                shown = first_of(slope) + (f" +- {first_of(radius)}" if radius else "")
                rows.append((f"d {ask}/d {name}", shown))
        return rows


def gradient_of_process(
    process: Process,
    over: Sequence[str] | str,
    *,
    d: int | str | None = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
    digits: int = DIGITS,
    certified: bool = False,
    **parameters: Any,
) -> Gradient:
    """The derivative of every ask along parameters, in the proportional limit.

    A number of rows is a number like others there, and of a minimum over a parameter the value
    moves as the ask does at its place.

    Args:
        process: the record.
        over: the parameters, as a list or as text with commas.
        d: as for `evaluate_process`, and so are spectrum and signal.
        spectrum: see d.
        signal: see d.
        digits: beyond 12 in balls, one point at a time.
        certified: promise radii that are a theorem: a fit's responses are enclosed, and in balls
            the linear system of their derivatives is regular for all that they may be.
        **parameters: exact numbers, floats, or arrays of floats that broadcast.

    Returns:
        By ask and parameter: floats in the broadcast shape, or numbers of mpmath.

    Raises:
        SolverError: a derivative is infinite or undefined at a point.
        InputError: as `evaluate_process`; or a parameter says how often something is done, or is
            d, spectrum or signal.
        NotBuilt: an argmin, a loop that is not unrolled, or a certificate an operator has none of.

    >>> from ridgeproof.theory.process.file import read_process
    >>> process = read_process('''[process]
    ... steps = "m = least_squares(rows(T)@w0)"
    ... [ask]
    ... risk = "risk(m)"
    ... ''')
    >>> slope = gradient_of_process(process, "T", d=10, T=5)["risk"]["T"]  # risk = 1 - T/d
    >>> round(float(slope), 12)
    -0.1
    """
    names = over.replace(" ", "").split(",") if isinstance(over, str) else over
    if not isinstance(names, list | tuple) or not all(isinstance(name, str) for name in names):
        raise InputError("over", over, "is no list of parameters", 'give over="lam, sigma"')
    digits = check_integer("digits", digits, least=1, most=MAX_DIGITS)
    given = {**process.defaults, **parameters}
    given.pop("d", None)
    space = space_of(process, d, spectrum, signal)
    require_known(process, [*given, *names])
    given = {name: read_values(name, value) for name, value in given.items()}
    for name in names:
        if name in ("d", "spectrum", "signal"):
            remedy = "compare two of its values"
            raise InputError("over", name, "is the space, along which there is no slope", remedy)
        if name in count_names(process):
            remedy = "compare two of its values"
            raise InputError(name, given.get(name), "says how often something is done", remedy)
    graph = prepared(process, given, space)
    if certified:
        require_proved(graph, slopes=True)
    floats = directions_of(graph, space, Float64())
    shape = np.broadcast_shapes(*(np.shape(value) for value in given.values()))
    in_floats = digits <= DIGITS and not certified
    if in_floats:
        values, ring = columns(given, space, shape), Float64Ring(floats)
        with np.errstate(all="ignore"):  # what comes of it is refused below
            found = {name: slopes(graph, values, name, ring) for name in names}
        for name, each in found.items():
            for ask, _ in graph.asks:
                if not np.isfinite(each[ask].slope).all():
                    raise SolverError(f"the slope of {ask} along {name} is infinite or undefined")

        def read(slope: Array) -> Any:
            return np.broadcast_to(slope[:, 0], (math.prod(shape),)).reshape(shape)

    else:
        point = {name: exact(name, value) for name, value in given.items()} | space.numbers
        held = {name: column(value) for name, value in point.items()}

        @cache
        def ring_of(working: int) -> BallRing:
            made = directions_of(graph, space, Balls(working))
            return BallRing(made, floats=floats, at=ring_of)

        def in_balls(name: str) -> dict[str, Dual]:
            def find(engine: Balls) -> dict[str, Dual]:
                working = ring_of(engine.digits)
                with working.directions.engine.scope(), np.errstate(all="ignore"):
                    return slopes(graph, held, name, working)

            def needed(found: dict[str, Dual]) -> Iterator[Number]:
                yield from (each.slope.item() for each in found.values())

            return until_right("the gradient", digits, find, needed, lambda _: (), zeros=True)

        found = {name: in_balls(name) for name in names}

        def read(slope: Array) -> Any:
            return middle_of(slope.item())

    def by_ask(each_of: Callable[[Array], Any]) -> dict[str, dict[str, Any]]:
        return {a: {n: each_of(of[a].slope) for n, of in found.items()} for a, _ in graph.asks}

    radii = {} if in_floats else by_ask(lambda slope: radius_of(slope.item(), digits))
    proved = (ask for ask, tree in graph.asks if not unproved(graph, tree, slopes=True))
    return Gradient(by_ask(read), {ask: radii[ask] for ask in proved if radii}, certified, digits)


def slopes(
    graph: Graph, values: Mapping[str, Array], over: str, ring: Float64Ring
) -> dict[str, Dual]:
    """The asks of a graph with their derivatives along a parameter, (points or 1, 1).

    Raises:
        NotBuilt: the place of a minimum, or an interval that moves.
    """
    duals: dict[str, Any] = dict(values)
    if over in duals:
        duals[over] = Dual(values[over], ring.one + 0 * values[over])
    wide: Any = DualRing(ring)
    solution, _ = solution_of(graph, duals, wide)
    known: dict[Expression, Answer] = {}
    for leaf in (part for _, ask in graph.asks for part in walk(ask)):
        if not isinstance(leaf, Extremum):
            continue
        ends = walk((leaf.low, leaf.high))
        if leaf.place or any(end == Name(over) for end in ends):
            raise NotBuilt("the gradient of where a minimum lies is not built in this version")
        at, _ = searched(graph, leaf, values, ring)
        inner = Graph(graph.nodes, (("", leaf.ask),), graph.names)
        known[leaf] = number_of(slopes(inner, {**values, leaf.over: at}, over, ring)[""])
    return {name: lifted(answer(ask, solution, known).value) for name, ask in graph.asks}
