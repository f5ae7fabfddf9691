"""Facts about a process: folds over its graph."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from ridgeproof.theory.checks import check_choice, check_real, closest
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Expression, Name, exact_value, parts, walk
from ridgeproof.theory.process.graph import Body, Graph, Iteration, Node, reached
from ridgeproof.theory.process.names import free_names, names_in
from ridgeproof.theory.process.operators.asks import Extremum
from ridgeproof.theory.process.operators.models import Features
from ridgeproof.theory.process.operators.rows import Rows
from ridgeproof.theory.process.record import Process

__all__ = [
    "needed_names",
    "only_ask",
    "read_parameter",
    "require_known",
    "require_searched",
    "require_values",
    "size_names",
    "size_of",
]

_MOST_ROWS = 10**12
# What is said of the space in which a process runs.
_SPACE = frozenset({"d", "spectrum", "signal"})

Values = Mapping[str, Fraction]


def size_of(size: Expression, values: Values) -> int:
    """The number of rows or features: a parameter is whole, what is derived of some is rounded.

    Raises:
        InputError: a parameter has no value or is no whole number, or the size is below 1.

    >>> size_of(Name("T"), {"T": Fraction(30)})
    30
    """
    value = exact_value("size", size, values)
    if isinstance(size, Name) and value.denominator != 1:
        raise InputError(size.name, value, "is a size and no whole number", "round it")
    rounded = math.floor(value + Fraction(1, 2))
    if not 1 <= rounded <= _MOST_ROWS:
        condition = f"is a size outside 1..{_MOST_ROWS}"
        raise InputError(str(size), value, condition, "give at least one row")
    return rounded


def size_names(nodes: Sequence[Node]) -> frozenset[str]:
    """The parameters that are themselves a number of rows or features, and so whole numbers."""
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, Iteration):
            found |= size_names(node.body.nodes)
        if isinstance(node, Rows | Features) and isinstance(node.size, Name):
            found.add(node.size.name)
    return frozenset(found)


def needed_names(graph: Graph) -> frozenset[str]:
    """The parameters whose values decide the asks; one that only a minimum runs over does not."""
    return frozenset().union(*(_needed(graph, ask) for _, ask in graph.asks))


def _needed(graph: Graph, ask: Expression) -> set[str]:
    match ask:
        case Extremum(inside, over, low, high):
            return (_needed(graph, inside) - {over}) | set(names_in((low, high)))
        case Expectation():
            held = (graph.nodes[index] for index in reached(graph.nodes, ask))
            return {name for item in (ask, *held) for name in _parameters(item)}
        case Name(name):
            return {name}
    return set().union(*(_needed(graph, part) for part in parts(ask)))


def _parameters(item: object) -> Iterator[str]:
    """The names in sizes, coefficients and penalties of a node or an ask, not in its profiles."""
    if isinstance(item, Iteration):
        yield from _parameters(item.body)
    if isinstance(item, Body):
        yield from (name for inner in item.nodes for name in _parameters(inner))
    for name, value in vars(item).items():
        if name not in {"covariance", "profile", "penalty", "metric", "body", "nodes"}:
            yield from names_in(value)


def require_searched(graph: Graph, counts: set[str]) -> None:
    """Refuse a minimum over what its ask does not depend on, or what a search cannot move.

    Args:
        graph: the normal form with its parameters open.
        counts: the names that counts of rounds and steps depend on.

    Raises:
        InputError: names the ask and the parameter.
    """
    for name, ask in graph.asks:
        for leaf in walk(ask):
            if not isinstance(leaf, Extremum):
                continue
            over, found = leaf.over, _needed(graph, leaf.ask)
            held = [graph.nodes[index] for index in reached(graph.nodes, leaf.ask)]
            if over == "d":
                condition, remedy = "is the dimension, which is given", "search over a parameter"
            elif over not in found | counts:
                listed = ", ".join(sorted(found)) or "no parameter"
                hint = closest(over, found)
                condition = f"is searched, but the ask depends on {listed}"
                remedy = f"{hint}search over what the ask depends on"
            elif over in counts or over in size_names(held):
                condition = "is a whole number, and a minimum searches over all real numbers"
                remedy = "evaluate at several values and compare"
            else:
                continue
            raise InputError(f"ask {name}", over, condition, remedy)


def only_ask(process: Process, ask: str | None) -> Process:
    """The process with one ask only, if one is named.

    Raises:
        InputError: it is none of the process's.
    """
    if ask is None:
        return process
    asks = dict(process.asks)
    check_choice("ask", ask, asks, "is no ask of the process")
    return replace(process, asks=((ask, asks[ask]),))


def require_known(process: Process, given: Iterable[str]) -> None:
    """Refuse what is said of a process and is none of its parameters.

    Raises:
        InputError: names the first that is unknown, and lists the parameters.
    """
    known = (free_names(process) | process.defaults.keys()) - {"d"}
    for name in given:
        if name not in known | _SPACE:
            listed = ", ".join(sorted(known)) or "none"
            condition = f"is no parameter of the process, which has {listed}"
            remedy = "give one of these, or d, spectrum or signal"
            raise InputError("parameter", name, condition, remedy)


def read_parameter(name: str, value: object) -> Fraction:
    """A parameter as an exact number; one called sigma is a standard deviation.

    Raises:
        InputError: it is no finite number, or a standard deviation below zero.
    """
    return check_real(name, value, least=0 if name.startswith("sigma") else None)


def require_values(graph: Graph, values: Values) -> None:
    """Refuse to evaluate with parameters left open.

    Raises:
        InputError: lists every parameter without a value.
    """
    missing = sorted(needed_names(graph) - set(values) - {"d"})
    if missing:
        listed = ", ".join(missing)
        remedy = "give them as options, with --set NAME=VALUE or in [process.parameters]"
        raise InputError("parameters", listed, "have no value", remedy)
