"""optimum_of_process: where an ask of a process is least, over one parameter or several jointly."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.numerics.equivalent.evaluate import columns, prepared, require_alike
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import directions_of, space_of
from ridgeproof.numerics.equivalent.search import minimise
from ridgeproof.numerics.equivalent.solve import admitted, solve_graph, tried
from ridgeproof.numerics.process_value import DIGITS
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt, SolverError, shortened
from ridgeproof.theory.process.expressions import Call, Name
from ridgeproof.theory.process.facts import only_ask, require_known
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import check_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.theory.shown import Shown, echoed

__all__ = ["ProcessOptimum", "Ranges", "optimum_of_process", "read_ranges"]

# By parameter, the ends of the interval that is searched; the upper one may be infinite.
Ranges = Mapping[str, tuple[float | str, float | str]]


@dataclass(frozen=True, eq=False)
class ProcessOptimum(Shown):
    """The least value of an ask, in the limit.

    Attributes:
        ask: its name.
        at: where it is attained, by parameter; infinity is a place.
        value: of the ask there.
        cut: the spectral edge, for each parameter whose interval began below it.
        digits: that are printed.
        title: of the process.
        setting: d, spectrum, signal and the parameters that were given.
    """

    ask: str
    at: Mapping[str, float]
    value: float
    cut: Mapping[str, float] = field(default_factory=dict)
    digits: int = DIGITS
    title: str = ""
    setting: Mapping[str, Any] = field(default_factory=dict)

    def __float__(self) -> float:
        """The least value."""
        return self.value

    def data(self) -> dict[str, Any]:
        """Plain data, numbers as decimals."""
        return {
            "setting": echoed(self.setting),
            "at": {name: f"{place:.{self.digits}g}" for name, place in self.at.items()},
            "value": f"{self.value:.{self.digits}g}",
            "ask": self.ask,
            "cut": {name: f"{edge:.6g}" for name, edge in self.cut.items()},
        }

    def rows(self) -> list[tuple[str, str]]:
        """The places, the value there, and how they were found."""
        data = self.data()
        rows = [("process", shortened(self.title))] if self.title else []
        rows += [(f"best {name}", place) for name, place in data["at"].items()]
        rows.append((self.ask, data["value"]))
        rows += [
            ("cut", f"{name} is searched from {edge} only, the spectral edge")
            for name, edge in data["cut"].items()
        ]
        how = "jointly" if len(self.at) > 1 else "over the whole interval"
        return [*rows, ("method", f"search {how}, in the limit, in float64")]


def read_ranges(over: Ranges | str) -> dict[str, tuple[float, float]]:
    """Read "lam=-1..10,lam0": parameters, each with its interval, 0 to infinity unless given.

    A mapping of names to pairs of ends means the same.

    Raises:
        InputError: the text names nothing, or a parameter twice, or an interval is none.

    >>> read_ranges("lam=-1/10..1, lam0")
    {'lam': (-0.1, 1.0), 'lam0': (0.0, inf)}
    """
    if not isinstance(over, str | Mapping):
        remedy = 'give "lam=-1..10,lam0", or a mapping of names to ends'
        raise InputError("over", over, "names no parameters", remedy)
    if not isinstance(over, str):
        return {parameter: _ends(parameter, ends) for parameter, ends in over.items()}
    ranges: dict[str, tuple[float, float]] = {}
    for part in over.split(","):
        name, given, ends = (piece.strip() for piece in part.partition("="))
        if not name or name in ranges:
            condition = "names no parameter" if not name else f"names {name} twice"
            raise InputError("--over", over, condition, "write --over lam or lam=-1..10,lam0")
        low, dots, high = ends.partition("..") if given else ("0", "..", "inf")
        if not dots:
            raise InputError("--over", part.strip(), "is no interval", f"write {name}=0..10")
        ranges[name] = _ends(name, (low.strip(), high.strip()))
    return ranges


def _ends(name: str, ends: object) -> tuple[float, float]:
    """The ends of an interval, numbers of any type or their texts; inf is one."""
    if not isinstance(ends, Sequence) or isinstance(ends, str) or len(ends) != 2:
        raise InputError(f"--over {name}", ends, "is no interval", "give two ends, as in (0, 10)")
    low, high = (
        np.inf if str(end).strip() == "inf" else float(exact(f"--over {name}", end)) for end in ends
    )
    return low, high


def optimum_of_process(
    process: Process,
    over: Ranges | str,
    *,
    ask: str | None = None,
    d: int | str | None = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
    digits: int = DIGITS,
    **parameters: Any,
) -> ProcessOptimum:
    """The least value of an ask over some parameters, and where it is attained.

    An interval that begins left of the spectral edge is cut there.  One parameter is found to half
    the digits of float64 or more; several jointly are, and no value next to them is lower by more
    than `numerics.equivalent.joint.TOLERANCE`, relatively.

    Args:
        process: the record.
        over: the intervals by parameter, or their text as `read_ranges` reads it.
        ask: which ask; it may be left out where there is one.
        d: as for `evaluate_process`, and so are the next two.
        spectrum: of Sigma.
        signal: of w0.
        digits: that are printed, at most 12.
        **parameters: exact numbers or floats, one value each; of all that is not searched.

    Raises:
        InputError: no such ask or parameter, an empty interval, or a fixed penalty beyond its edge.
        InputError: the ask has no least value, or none at all, on the intervals.
        RidgeproofError: as `evaluate_process`.
    """
    if check_integer("digits", digits, least=1) > DIGITS:
        raise NotBuilt(f"the optimum of a process is found to at most {DIGITS} digits: take fewer")
    ranges = read_ranges(over)
    if ask is None and len(process.asks) > 1:
        names = ", ".join(name for name, _ in process.asks)
        raise InputError("--ask", MISSING, "which of the asks is minimised", f"choose from {names}")
    process = only_ask(process, ask)
    ((name, _),) = process.asks
    _require_searchable(process, ranges, parameters)
    given = {**process.defaults, **parameters}
    for left_out in ("d", *ranges):
        given.pop(left_out, None)
    require_known(process, given)
    for parameter, number in given.items():
        if np.ndim(number):
            raise InputError(parameter, number, "is several numbers", "give one")
    space = space_of(process, d, spectrum, signal)
    given |= dict.fromkeys(ranges, 1)
    graph = prepared(process, given, space)
    ring = Float64Ring(directions_of(graph, space, Float64()))
    values = columns(given, space)

    def placed(places: Array) -> dict[str, Array]:
        return values | {name: places[:, j : j + 1] for j, name in enumerate(ranges)}

    def question(places: Array) -> Array:
        """The ask, (places,); infinite where it has no value."""
        return tried(graph, placed(places), ring)

    ends = np.array([[min(high, max(1.0, 2 * abs(low))) for low, high in ranges.values()]])
    if not np.isfinite(question(ends)).all():
        solve_graph(
            graph, placed(ends), ring
        )  # says why, or has lost what balls do not find either
        raise SolverError(f"{name} has no finite value at the upper ends of what is searched")
    cut = _cut(question, ends, ranges)
    lower = [cut.get(name, low) for name, (low, _) in ranges.items()]
    upper = [high for _, high in ranges.values()]
    if len(ranges) == 1:
        least = minimise(lambda x: question(x[:, None]), lower[0], upper[0])
        at: tuple[float, ...] = (least.at,)
        value = least.value
    else:
        from ridgeproof.numerics.equivalent.joint import minimise_jointly

        found = minimise_jointly(
            question, lower, upper, _slopes(graph, placed, tuple(ranges), ring)
        )
        at, value = found.at, found.value
    if not np.isfinite(value):
        condition = "has no least value: the ask still falls at the far end"
        remedy = "give other intervals"
        raise InputError(f"--over {','.join(ranges)}", f"ask {name}", condition, remedy)
    if np.isfinite(at).all():
        _require_summed(graph, placed(np.array([at])), ring)
    stated = {**space._asdict(), **given} | dict.fromkeys(ranges)
    places = dict(zip(ranges, at, strict=True))
    return ProcessOptimum(name, places, value, cut, digits, process.title, stated)


def _require_searchable(
    process: Process, ranges: Mapping[str, tuple[float, float]], parameters: Mapping[str, Any]
) -> None:
    """Refuse an empty interval, a parameter that has a value too, and one that is no penalty."""
    ((name, tree),) = process.asks
    for parameter, (low, high) in ranges.items():
        if parameter in parameters:
            remedy = "leave out its value, or search others"
            raise InputError(parameter, parameters[parameter], "is searched", remedy)
        if not low < high or not np.isfinite(low):
            remedy = "give the lower end first"
            raise InputError(f"--over {parameter}", f"{low:g}..{high:g}", "is empty", remedy)
        # What a minimum of the language refuses is refused here.
        minimum = Call("minimum", (tree, Name(parameter)), ())
        require_known(process, [parameter])
        check_process(replace(process, asks=((name, minimum),)))


def _require_summed(graph: Graph, there: Mapping[str, Array], ring: Float64Ring) -> None:
    """Where a power law is summed by a rule, the second one has to agree."""
    space = ring.directions.space
    if ring.directions.is_quadrature and space is not None:
        second = Float64Ring(directions_of(graph, space, Float64(), second=True))
        require_alike(graph, *([solve_graph(graph, there, each)] for each in (ring, second)))


def _slopes(
    graph: Graph,
    placed: Callable[[Array], dict[str, Array]],
    names: Sequence[str],
    ring: Float64Ring,
) -> Callable[[Array], Array] | None:
    """The gradient of the one ask at a place, zero where it has none; None where none is built."""
    from ridgeproof.numerics.equivalent.gradients.gradient import slopes

    ((ask, _),) = graph.asks

    def along(place: Array) -> Array:
        here = placed(place[None])
        try:
            return np.array([slopes(graph, here, name, ring)[ask].slope.item() for name in names])
        except (InputError, SolverError):
            return np.zeros(len(place))

    try:
        along(np.ones(len(names)))
    except NotBuilt:
        return None
    return along


def _cut(
    question: Callable[[Array], Array], ends: Array, ranges: Mapping[str, tuple[float, float]]
) -> dict[str, float]:
    """Where the intervals begin that reach beyond a spectral edge, all else at its upper end."""
    cut = {}
    for j, (name, (low, high)) in enumerate(ranges.items()):

        def along(places: Array, j: int = j) -> Array:
            return question(np.where(np.arange(len(ranges)) == j, places[:, None], ends))

        edge = admitted(along, low, min(high, 0.0))
        if edge > low:
            cut[name] = edge
    return cut
