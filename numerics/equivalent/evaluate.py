"""evaluate_process: the limit of every ask of a process, for one point or many, in float64."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64, Number, object_array
from ridgeproof.numerics.arithmetic.rational_balls import center, upper_radius
from ridgeproof.numerics.decimals import printed_radius
from ridgeproof.numerics.equivalent.balls.digits import solve_point, unproved
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Directions, Space, directions_of, space_of
from ridgeproof.numerics.equivalent.solve import Solved, blocks, solve_graph
from ridgeproof.numerics.process_value import DIGITS, ProcessValue
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.equivalent.asks import spared
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.process.expressions import walk
from ridgeproof.theory.process.facts import (
    needed_names,
    read_parameter,
    require_known,
    require_values,
    size_names,
)
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.operators.asks import Extremum
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec

__all__ = [
    "DIGITS",
    "MAX_DIGITS",
    "ProcessValue",
    "columns",
    "evaluate_process",
    "middle_of",
    "prepared",
    "radius_of",
    "read_values",
    "require_alike",
]

MAX_DIGITS = 2000
# How far two rules for a sum may be apart, but for what rounding leaves: for an ask, and for the
# place of a minimum, relative.
_ALIKE, _PLACE = 1e-12, 1e-6
# Nearer to a threshold the rounding of one, over the margin, reaches the last of these digits.
_LEAST_MARGIN = 2.0**-11


def evaluate_process(
    process: Process,
    *,
    d: int | str | None = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
    digits: int = DIGITS,
    certified: bool = False,
    terms: bool = True,
    **parameters: Any,
) -> ProcessValue:
    """The asks of a process in the proportional limit.

    Args:
        process: the record.
        d: the dimension; what the process says unless given, as for the next two.
        spectrum: as for a setting.
        signal: as for a setting.
        digits: that every value shall carry; up to 12 are found in float64, more in balls, as is
            every point next to a threshold.
        certified: promise radii that are a theorem.
        terms: whether the share of each source is wanted; without it the solve is shorter.
        **parameters: exact numbers, floats, or arrays of floats that broadcast.

    Raises:
        InputError: a parameter is missing, unknown or out of range; or lam is beyond the edge.
        InfiniteExpectation: a fit without ridge next to its threshold.
        NoTheorem, NotBuilt: the theorem does not cover the process, or a certificate an operator.
        SolverError: no certified branch, or the equations do not hold.

    >>> from ridgeproof.theory.process.file import read_process
    >>> process = read_process('''[process]
    ... steps = "m = least_squares(rows(T)@w0)"
    ... [ask]
    ... risk = "risk(m)"
    ... ''')
    >>> evaluate_process(process, d=10, T=[5, 2]).values["risk"]  # 1 - T/d of the signal is missed
    array([0.5, 0.8])
    """
    given = {**process.defaults, **parameters}
    given.pop("d", None)
    space = space_of(process, d, spectrum, signal)
    require_known(process, given)
    given = {name: read_values(name, value) for name, value in given.items()}
    full = _shape(given)
    graph = prepared(process, given, space)
    digits = check_integer("digits", digits, least=1, most=MAX_DIGITS)

    def described(found: ProcessValue) -> ProcessValue:
        stated = {**space._asdict(), **given}
        return replace(found, digits=digits, title=process.title, setting=stated)

    def in_balls(places: Iterable[int], digits: int, shape: tuple[int, ...]) -> ProcessValue:
        points = (_exact_point(given, space, full, place) for place in places)
        solved = [solve_point(graph, point, space, digits, certified=certified) for point in points]
        return _judged(_joined(solved, shape, terms=terms), digits)

    if certified or digits > DIGITS:
        found = in_balls(range(math.prod(full)), digits, full)
        radii = {name: found.radii[name] for name, ask in graph.asks if not unproved(graph, ask)}
        return described(replace(found, radii=radii, certified=certified))
    values = columns(given, space, full)

    def in_floats(directions: Directions) -> list[Solved]:
        ring = Float64Ring(directions)
        with np.errstate(over="ignore", invalid="ignore"):  # what comes of it is refused
            return [
                solve_graph(graph, part, ring, terms=terms)
                for part in blocks(values, len(directions.s))
            ]

    directions = directions_of(graph, space, Float64())
    parts = in_floats(directions)
    found = _joined(parts, full, terms=terms)
    if directions.is_quadrature:
        again = in_floats(directions_of(graph, space, Float64(), second=True))
        require_alike(graph, parts, again)
    close = np.flatnonzero(np.concatenate([part.margin for part in parts]) < _LEAST_MARGIN)
    if len(close):
        found = _replaced(found, in_balls(close, DIGITS, (len(close),)), close)
    return described(found)


def require_alike(graph: Graph, parts: list[Solved], again: list[Solved]) -> None:
    """Refuse what two rules for the sums over a power law do not agree on.

    Raises:
        SolverError: a sum diverges or converges too slowly, or a profile is not smooth.
    """
    for name, ask in graph.asks:
        # Where a minimum lies is known to half of the digits.
        places = any(isinstance(part, Extremum) and part.place for part in walk(ask))
        for found, other in zip(parts, again, strict=True):
            value = found.answers[name].value[:, 0]
            with np.errstate(invalid="ignore"):  # infinities are refused
                apart = abs(value - other.answers[name].value[:, 0])
                apart = apart / np.maximum(found.sizes[name], 2.0**-900)
            closer = np.isfinite(value) & (found.margin < _LEAST_MARGIN)
            apart = np.where(closer, 0.0, apart * found.margin)
            if not (apart <= (_PLACE if places else _ALIKE)).all():
                raise SolverError(
                    f"the ask {name} sums a power law over directions, and two rules for the sum "
                    f"agree to {np.max(apart):.0e} only: it diverges or converges too slowly, or a "
                    "profile is not smooth; give a smaller d"
                )


def _replaced(found: ProcessValue, known: ProcessValue, places: Array) -> ProcessValue:
    """The values with those known at some places put in."""

    def each(of: Mapping[str, Array], better: Mapping[str, Array]) -> dict[str, Array]:
        put = {name: value.copy() for name, value in of.items()}
        for name in put.keys() & better.keys():
            put[name].reshape(-1)[places] = better[name]
        return put

    terms = {name: of and each(of, known.terms[name] or {}) for name, of in found.terms.items()}
    return replace(
        found,
        values=each(found.values, known.values),
        terms=terms,
        kappa=each(found.kappa, known.kappa),
    )


def prepared(process: Process, given: Mapping[str, Any], space: Space) -> Graph:
    """The normal form of a process whose parameters have values.

    Raises:
        InputError: a value is missing, or is no size or count where it has to be one.
    """
    counts = {name: _count(name, given[name]) for name in count_names(process) if name in given}
    graph = normal_form(process, {**counts, **space.numbers})
    require_values(graph, given)
    if not space.numbers and "d" in needed_names(graph):
        raise InputError("d", "inf", "enters the process itself", "give a finite d")
    for name in size_names(graph.nodes) & given.keys():
        _require_whole(name, given[name])
    return spared(graph)


def columns(
    given: Mapping[str, Any], space: Space, shape: tuple[int, ...] = ()
) -> dict[str, Array]:
    """The parameters in float64, (points or 1, 1), d included."""
    values = {name: _column(name, read_values(name, value), shape) for name, value in given.items()}
    return values | {name: _column(name, number, ()) for name, number in space.numbers.items()}


def read_values(name: str, value: Any) -> Fraction | Array:
    """An exact number, or an array of floats that are finite."""
    try:
        several = np.ndim(value) > 0
    except ValueError:  # rows of different lengths
        several = True
    if not several:
        return read_parameter(name, value.item() if isinstance(value, np.generic) else value)
    try:
        values = np.asarray(value, np.float64)
    except (TypeError, ValueError, OverflowError):
        condition = "is no array of floats"
        remedy = "give numbers within the range of float64, in rows of one length; text one a call"
        raise InputError(name, value, condition, remedy) from None
    if not values.size:
        raise InputError(name, value, "holds no number", "give at least one")
    bad = values[~np.isfinite(values)]
    if len(bad):
        raise InputError(name, bad[0], "is not finite", "give finite numbers")
    read_parameter(name, values.min())
    return values


def _shape(given: Mapping[str, Fraction | Array]) -> tuple[int, ...]:
    """The broadcast shape of the parameters."""
    shape: tuple[int, ...] = ()
    arrays = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    for name, value in arrays.items():
        try:
            shape = np.broadcast_shapes(shape, value.shape)
        except ValueError:
            condition = f"do not broadcast with those before it, {shape}"
            remedy = "give arrays of one shape, or with axes of length 1"
            raise InputError(f"shape of {name}", value.shape, condition, remedy) from None
    return shape


def _count(name: str, value: Any) -> Fraction:
    if np.ndim(value):
        raise InputError(
            name, value, "decides how often something is done", "give one value at a time"
        )
    return Fraction(check_integer(name, _written(value), least=0))


def _written(value: Fraction) -> Fraction | float:
    """What is refused as no whole number, as a decimal."""
    return value if value.denominator == 1 else float(value)


def _require_whole(name: str, value: Any) -> None:
    """Refuse a size that no simulation could have."""
    if np.ndim(value) == 0:
        check_integer(name, _written(value), least=1)
        return
    bad = ~((value >= 1) & (value == np.round(value)))
    if bad.any():
        condition = "is a size and no whole number of at least 1"
        raise InputError(name, f"{value[bad].flat[0]:g}", condition, "round the sizes")


def _column(name: str, value: Fraction | Array, shape: tuple[int, ...]) -> Array:
    if isinstance(value, np.ndarray):
        return np.broadcast_to(value, shape).reshape(-1, 1)
    try:
        return np.full((1, 1), float(value))
    except OverflowError:
        remedy = "give a smaller number"
        raise InputError(name, value, "is beyond the range of float64", remedy) from None


def _exact_point(
    given: Mapping[str, Fraction | Array], space: Space, shape: tuple[int, ...], place: int
) -> dict[str, Fraction]:
    """The parameters at one point; a float is the number that it is."""
    point = {
        name: Fraction(np.broadcast_to(value, shape).flat[place])
        if isinstance(value, np.ndarray)
        else value
        for name, value in given.items()
    }
    return point | space.numbers


def _judged(value: ProcessValue, digits: int) -> ProcessValue:
    """Midpoints for balls, with radii that hold around their printed decimals."""

    def each(balls: Array, of: Callable[[Number], Number]) -> Array:
        return object_array(map(of, balls.ravel().tolist())).reshape(balls.shape)

    def middles(of: Mapping[str, Array]) -> dict[str, Array]:
        return {name: each(balls, middle_of) for name, balls in of.items()}

    return replace(
        value,
        values=middles(value.values),
        terms={name: of and middles(of) for name, of in value.terms.items()},
        kappa=middles(value.kappa),
        radii={
            name: each(balls, lambda x: radius_of(x, digits))
            for name, balls in value.values.items()
        },
        digits=digits,
    )


def middle_of(ball: Number) -> Number:
    """The midpoint of a ball that has its digits; one around zero has twice as many."""
    return mpmath.mpf(0) if ball.contains(0) else center(ball)


def radius_of(ball: Number, digits: int) -> Number:
    """A radius around the midpoint as it is printed."""
    if ball.contains(0):
        return center(abs(ball).upper())
    return printed_radius(center(ball), upper_radius(ball), digits)


def _joined(parts: list[Solved], shape: tuple[int, ...], *, terms: bool) -> ProcessValue:
    def joined(of: list[Array]) -> Array:
        columns = [
            np.broadcast_to(value[:, 0], (part.points,))
            for value, part in zip(of, parts, strict=True)
        ]
        return np.concatenate(columns).reshape(shape)

    first = parts[0]
    shares: dict[str, Mapping[str, Array] | None] = {}
    for name, found in first.answers.items():
        if not terms or found.terms is None:
            shares[name] = None
            continue
        of_parts = [part.answers[name].terms or {} for part in parts]
        shares[name] = {key: joined([each[key] for each in of_parts]) for key in found.terms}
    return ProcessValue(
        values={
            name: joined([part.answers[name].value for part in parts]) for name in first.answers
        },
        terms=shares,
        kappa={name: joined([part.kappa[name] for part in parts]) for name in first.kappa},
        residual=max(part.residual for part in parts),
    )
