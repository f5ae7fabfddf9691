"""simulate_process: every ask of a process by repetitions, next to the theory."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field, fields, replace
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.finiteness import counted
from ridgeproof.numerics.equivalent.profiles import Directions, Space, space_of
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.checks import check_choice, check_integer
from ridgeproof.theory.errors import (
    InfiniteExpectation,
    InputError,
    NotBuilt,
    NoTheorem,
    SolverError,
    shortened,
)
from ridgeproof.theory.process.expressions import Text, exact_value, walk
from ridgeproof.theory.process.facts import only_ask, read_parameter, require_known, require_values
from ridgeproof.theory.process.file import process_text
from ridgeproof.theory.process.finiteness import require_finite
from ridgeproof.theory.process.graph import Fit, Graph, Iteration, Node
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.theory.shown import Shown, echoed, only
from ridgeproof.verification.compute.executors import borrow
from ridgeproof.verification.simulation.conditional import Conditional, make_conditional
from ridgeproof.verification.simulation.deviation import deviation, finite, mean_in_words
from ridgeproof.verification.simulation.interpreter import (
    Literal,
    estimates,
    make_literal,
    unsimulated,
)
from ridgeproof.verification.simulation.repetitions import check_lengths, repeated
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.simulation.world import ProcessWorld

__all__ = [
    "PROCESS_METHODS",
    "AskEstimate",
    "ProcessDraws",
    "ProcessEstimate",
    "simulate_process",
    "world_of",
]

PROCESS_METHODS = ("literal", "conditional")

_CHUNK = 16  # repetitions per task
_TARGET = 0.01  # relative error of every ask, where nothing else is asked
_MOST = 10_000  # repetitions at most, where nothing else is asked
_LIMIT = 10**6  # repetitions after which an estimate gives up on its relative error
_FINITE_VARIANCE = 3  # |T - r| beyond which a fit of least squares has one


@dataclass(frozen=True)
class AskEstimate:
    """One ask at the size given, and its limit.

    Attributes:
        mean: of the repetitions; None where the ask is no expectation.
        standard_error: None also where the draws have no finite variance.
        theory: the limit; None where there is no theorem.
        z: (mean - theory)/standard_error, which includes the O(1/T) between size and limit.
        reason: why something is None, if so.
    """

    mean: float | None
    standard_error: float | None
    theory: float | None
    z: float | None
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class ProcessEstimate(Shown):
    """The asks of a process by name, from so many repetitions of one seed, by a method."""

    asks: Mapping[str, AskEstimate]
    repetitions: int
    seed: int
    method: str
    title: str = field(default="", compare=False)
    setting: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __float__(self) -> float:
        """The mean of the only ask.

        Raises:
            InputError: there are several.
        """
        found = only(self.asks)
        return math.nan if found.mean is None else found.mean

    def data(self) -> dict[str, Any]:
        """Plain data."""
        return {
            "setting": echoed(self.setting),
            "asks": {name: asdict(found) for name, found in self.asks.items()},
            "repetitions": self.repetitions,
            "seed": self.seed,
            "method": self.method,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Each ask, its theory and z, and how they were found."""
        rows = [("process", shortened(self.title))] if self.title else []
        for name, found in self.asks.items():
            rows.append((name, mean_in_words(found.mean, found.standard_error)))
            if found.theory is not None:
                rows.append(("  theory", f"{found.theory:.6g} (limit)"))
            if found.z is not None:
                rows.append(("  z", f"{found.z:+.2f} standard errors"))
            if found.reason:
                rows.append(("  reason", found.reason))
        done = f"{self.repetitions} ({self.method}, seed {self.seed})"
        note = "theory is the limit of large sizes; means are at the size given, and z shows both"
        return [*rows, ("repetitions", done), ("compared", note)]


@dataclass(frozen=True)
class ProcessDraws:
    """Repetitions of a graph's primitives: a function of (chunk, size) alone, picklable.

    Attributes:
        graph, world: the process.
        seed, claim, point, role: of the stream of random numbers.
        method: ``literal``, or ``conditional``: label noise integrated out.
    """

    graph: Graph
    world: ProcessWorld
    seed: int
    claim: str
    point: object
    role: str
    method: str = "literal"

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` repetitions from the stream of this chunk, shape (size, primitives).

        Raises:
            SolverError: a repetition is beyond the range of float64.
        """
        rng = make_generator(self.seed, self.claim, self.point, self.role, chunk)
        with np.errstate(over="ignore", invalid="ignore"):
            run = self._run
            found = run(rng, size) if isinstance(run, Literal) else run(rng, size).sum(axis=2)
        if not np.isfinite(found).all():
            raise SolverError("a repetition is infinite or undefined in float64: change its scale")
        return found

    @cached_property
    def _run(self) -> Literal | Conditional:
        make = make_literal if self.method == "literal" else make_conditional
        return make(self.graph, self.world)

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), tuple(getattr(self, each.name) for each in fields(self))


def simulate_process(
    process: Process,
    *,
    d: int | str | None = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
    ask: str | None = None,
    repetitions: Any = None,
    relative_error: Any = None,
    method: str = "literal",
    rows: Any = None,
    features: Any = None,
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[int], None] | None = None,
    **parameters: object,
) -> ProcessEstimate:
    """Run a process again and again, and compare its asks with their limits.

    Args:
        process: the record.
        d: the dimension; what the process says unless given, as for the next two.
        spectrum: as for a setting.
        signal: as for a setting.
        ask: the only ask wanted; all of them by default.
        repetitions: how many; or
        relative_error: stop when every standard error / mean is below it; by default 0.01, with at
            most 10,000 repetitions.
        method: ``literal``, the process as written; or ``conditional``, label noise and random
            models integrated out exactly given the rows, which needs far fewer repetitions.
        rows: a data set that rows are drawn from with replacement, in the eigenbasis and over the
            roots of the eigenvalues, (N, d): `numerics.rows.features`; literal runs only.
        features: with rows, what ``features(...)`` are, (m, d), in the place of random ones.
        seed: of every draw; the numbers do not depend on the number of workers.
        workers: processes to draw with.
        executor: where to draw, instead of a pool of its own.
        watch: called with the number of repetitions so far.
        **parameters: exact numbers, floats or text, one value each.

    Raises:
        InputError: a parameter is missing, unknown or has no meaning, or there is no such ask.
        InfiniteExpectation: the expectation does not exist at this size.
        NotBuilt: the interpreter does not run some step.
        SolverError: a repetition is beyond the range of float64.
        SimulationInterrupted: on Ctrl-C, with the estimate so far.
    """
    require_known(process, parameters)
    repetitions, relative_error = check_lengths(repetitions, relative_error)
    check_choice("method", method, PROCESS_METHODS, "is unknown for a process")
    if rows is not None and method != "literal":
        condition = "averages over signs of coordinates, which rows of data have not"
        raise InputError("method", method, condition, "ask for literal")
    process = only_ask(process, ask)
    space = space_of(process, d, spectrum, signal)
    given = _parameters_of(process, {**process.defaults, **parameters})
    values = {name: read_parameter(name, value) for name, value in given.items()}
    whole = _graph(process, values, space)
    require_values(whole, values)
    reasons = {name: unsimulated(tree) for name, tree in whole.asks}
    why = "no theory: a second kernel is no random features"
    theory = (
        dict.fromkeys(reasons, (None, why))
        if features is not None
        else _theory(process, given, space)
    )
    averaged = replace(process, asks=tuple(pair for pair in process.asks if not reasons[pair[0]]))
    graph = _graph(averaged, values, space)
    world = replace(world_of(graph, values, space), rows=rows, features=features)
    _require_finite(graph, world, margin=1)
    for name, tree in graph.asks:
        try:
            _require_finite(replace(graph, asks=((name, tree),)), world, margin=_FINITE_VARIANCE)
        except InfiniteExpectation as error:
            reasons[name] = f"no finite variance that repetitions would show ({error.condition})"
    point = _point(averaged, values, space)
    draw = ProcessDraws(graph, world, seed, "simulate", point, method, method)
    target = 0.0 if repetitions else relative_error or _TARGET
    most = (repetitions or (_LIMIT if relative_error else _MOST)) if graph.asks else 0
    stated = {**space._asdict(), **values}
    chunks: list[Array] = []
    noise = _noise(graph.nodes, world.values)
    scale = float((world.s * world.w0**2).sum()) + noise * noise

    def saw(chunk: Array) -> None:
        chunks.append(chunk)
        if watch is not None:
            watch(sum(map(len, chunks)))

    def estimate() -> ProcessEstimate:
        found = estimates(graph, world, np.vstack(chunks)) if chunks else {}
        asks = {n: _compared(found.get(n), *theory[n], why, scale) for n, why in reasons.items()}
        done = sum(map(len, chunks))
        return ProcessEstimate(asks, done, seed, method, process.title, stated)

    def precise() -> bool:
        return target > 0 and _is_precise(estimate(), target)

    with borrow(workers, executor) as lender:
        found: ProcessEstimate = repeated(
            draw, saw, estimate, precise, most=most, chunk=_CHUNK, executor=lender
        )
    return found


def _parameters_of(process: Process, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given of the parameters that these asks and steps have."""
    known = free_names(process) | process.defaults.keys()
    return {name: value for name, value in given.items() if name in known - {"d"}}


def _graph(process: Process, values: Mapping[str, Fraction], space: Space) -> Graph:
    counts = count_names(process) & values.keys()
    whole = {name: Fraction(check_integer(name, values[name], least=0)) for name in counts}
    return normal_form(process, {**whole, **space.numbers})


def world_of(
    graph: Graph, values: Mapping[str, Fraction], space: Space, growth: int = 1
) -> ProcessWorld:
    """Where a graph is simulated: at values of its parameters, and so many times its size."""
    directions = Directions(
        build_spectrum(make_setting(T=1, **space._asdict()), Float64()), Float64(), one_by_one=True
    )
    texts = {part for part in walk((graph.nodes, graph.asks)) if isinstance(part, Text)}
    tables = {part.text: directions.profile(part) for part in texts}
    return ProcessWorld(directions.s, directions.w0, values, growth, tables)


def _point(process: Process, values: Mapping[str, Fraction], space: Space) -> list[object]:
    """What decides the draws, as plain JSON: no title, and values wherever they come from."""
    bare = replace(process, title="", source="", parameters=(), spectrum="", signal="")
    setting = make_setting(T=1, **space._asdict())
    return [
        process_text(bare),
        {name: str(value) for name, value in values.items()},
        setting.canonical(),
    ]


def _require_finite(graph: Graph, world: ProcessWorld, *, margin: int) -> None:
    require_finite(graph, world.values, len(world.s), counted(world), margin=margin)


def _noise(nodes: Sequence[Node], values: Mapping[str, Fraction]) -> float:
    """The largest noise on labels."""
    found = [0.0]
    for node in nodes:
        if isinstance(node, Iteration):
            found.append(_noise(node.body.nodes, values))
        for group in node.groups if isinstance(node, Fit) else ():
            terms = group.labels.noises.terms
            found += [abs(float(exact_value("noise", each, values))) for each, _ in terms]
    return max(found)


def _theory(
    process: Process, given: Mapping[str, Any], space: Space
) -> dict[str, tuple[float | None, str]]:
    """The limit of every ask; or None, and why."""
    known = _parameters_of(process, given)
    try:
        found = evaluate_process(process, **space._asdict(), terms=False, **known).values
    except (NoTheorem, NotBuilt, SolverError) as error:
        names = [name for name, _ in process.asks]
        if len(names) == 1:
            return {names[0]: (None, f"no theory: {error}")}
        one_by_one = (_theory(only_ask(process, name), given, space) for name in names)
        return {name: each for found in one_by_one for name, each in found.items()}
    return {
        name: (float(value), "") if np.isfinite(value) else (None, "the limit is infinite")
        for name, value in found.items()
    }


def _compared(
    found: tuple[float, float] | None,
    theory: float | None,
    missing: str,
    reason: str,
    scale: float,
) -> AskEstimate:
    if found is None:
        return AskEstimate(None, None, theory, None, reason)
    mean, spread = found
    if not math.isfinite(mean + spread):
        return AskEstimate(None, None, theory, None, "is infinite or undefined in float64")
    error = None if reason else spread
    z = finite(deviation(mean, theory, error, scale=scale))
    return AskEstimate(mean, error, theory, z, reason or missing or None)


def _is_precise(estimate: ProcessEstimate, target: float) -> bool:
    """Whether every mean has that relative error, or is the rounding of 0."""
    return all(
        ask.theory == 0 == ask.z
        or (ask.standard_error is not None and ask.standard_error <= target * abs(ask.mean))
        for ask in estimate.asks.values()
        if ask.mean is not None
    )
