"""Facts about a process: folds over its graph."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction

from ridgeproof.theory.errors import InfiniteExpectation, InputError
from ridgeproof.theory.process.builder import Expectation, closest
from ridgeproof.theory.process.expressions import ZERO, Expression, Name, exact_value, parts, walk
from ridgeproof.theory.process.graph import Body, Fit, Graph, Group, Iteration, Node, reached
from ridgeproof.theory.process.linear import Vector
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.operators.asks import Degrees, Extremum, Kappa
from ridgeproof.theory.process.operators.models import Features
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise, Noisy, Rows
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.features import Rademacher

__all__ = [
    "fit_rows",
    "is_unregularised",
    "needed_names",
    "only_ask",
    "require_finite",
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
_Form = dict[int, Fraction]


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
            ends = {part.name for part in walk((low, high)) if isinstance(part, Name)}
            return (_needed(graph, inside) - {over}) | ends
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
            yield from (part.name for part in walk(value) if isinstance(part, Name))


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
                hint = closest(over, dict.fromkeys(found))
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
    if ask not in asks:
        remedy = f"{closest(ask, asks)}choose from {', '.join(asks)}"
        raise InputError("ask", ask, "is no ask of the process", remedy)
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


def fit_rows(nodes: Sequence[Node], fit: Fit, values: Values) -> int:
    """T: the distinct rows of a fit."""
    return sum(size_of(_rows(nodes, group).size, values) for group in fit.groups)


def _rows(nodes: Sequence[Node], group: Group) -> Rows:
    node = nodes[group.labels.rows]
    rows = nodes[node.rows] if isinstance(node, Noisy) else node
    assert isinstance(rows, Rows)
    return rows


def is_unregularised(fit: Node, values: Values) -> bool:
    """Whether a fit is one of least squares: nothing bounds its model but the data."""
    match fit:
        case Ridge(_, bound) | PrincipalComponents(_, bound):
            return exact_value("lam", bound, values) == 0
    return False


def require_finite(
    graph: Graph,
    values: Values,
    d: int,
    fitted: Callable[[Expression], int] | None = None,
    *,
    margin: int = 1,
) -> None:
    """Raise InfiniteExpectation when an ask of a process has no finite expectation.

    The moment E tr (X'X)^+ of T rows on r directions is infinite for |T - r| <= 1.  It enters
    whenever an unregularised fit meets labels that are not one linear function of its rows: noise,
    sets that different models labelled, directions or features that cannot express the model.
    (Rows of signs have finitely many designs, so that all is finite.)

    `numerics.equivalent.finiteness` asks the same of a pencil, at many points at once and in
    float64, for who evaluates; this one is exact, and knows laws and margins.

    Args:
        graph: the process.
        values: exact values of the parameters.
        d: the number of directions.
        fitted: the number of directions that a penalty fits; all of them by default.
        margin: how near is too near: 1 for the expectation, 3 for the variance of the draws.

    Raises:
        InfiniteExpectation: names the fit.
    """
    count = fitted or (lambda _: d)
    for _, ask in graph.asks:
        for leaf, known in _leaves(ask, {**values, "d": Fraction(d)}):
            needed = [(index, graph.nodes[index]) for index in reached(graph.nodes, leaf)]
            _require_finite(graph.nodes, needed, graph.names, known, d, count, margin)


def _leaves(ask: Expression, values: Values) -> Iterator[tuple[Expectation, Values]]:
    """The expectations over models in an ask; a minimum exists where some penalty tames them."""
    match ask:
        case Extremum(inside, over):
            yield from _leaves(inside, {**values, over: Fraction(1)})
        case Degrees() | Kappa():
            return
        case Expectation():
            yield ask, values
    if not isinstance(ask, Expectation):
        for part in parts(ask):
            yield from _leaves(part, values)


def _require_finite(
    nodes: Sequence[Node],
    needed: Sequence[tuple[int, Node]],
    names: Sequence[str],
    values: Values,
    d: int,
    fitted: Callable[[Expression], int],
    margin: int,
) -> None:
    found = _Found(nodes, values)
    for index, node in needed:
        if isinstance(node, Iteration):
            body = node.body
            inside = list(enumerate(body.nodes))
            _require_finite(body.nodes, inside, body.names, values, d, fitted, margin)
        if not isinstance(node, Fit) or not is_unregularised(node, values):
            continue
        T = fit_rows(nodes, node, values)
        penalty = node.penalty if isinstance(node, Ridge) else ZERO
        r = fitted(penalty) if isinstance(node, Ridge) else d
        truth = found.one_function(node)
        width = _width(nodes, node, values)
        if width is not None:
            # Narrow features leave part of the signal out; as many as dimensions can be nearly
            # dependent, which T = d - 1 rows do not forgive either.
            narrow = width < r or T < width == r
            r, truth = (width, None) if narrow else (r, truth)
        elif any(isinstance(_rows(nodes, group).law, Rademacher) for group in node.groups):
            continue
        if truth is not None and r == d:
            found.take(index, node, truth if T >= d else None)
            continue
        if T <= r:
            found.take(index, node, None)
        if abs(T - r) <= margin:
            name = (names[index] if index < len(names) else "") or "a fit"
            raise InfiniteExpectation(
                f"rows of {name}",
                T,
                f"lies within {margin} of the {r} directions that are fitted without ridge, where "
                f"the {'expected error' if margin == 1 else 'variance'} is infinite",
                f"take at most {r - margin - 1} or at least {r + margin + 1} rows, "
                "a positive penalty, or no noise",
            )


def _width(nodes: Sequence[Node], fit: Fit, values: Values) -> int | None:
    if not isinstance(fit, Ridge) or fit.features is None:
        return None
    features = nodes[fit.features]
    assert isinstance(features, Features)
    return size_of(features.size, values)


@dataclass
class _Found:
    """What the fits without ridge so far return: on all rows, or on those that they go through.

    Attributes:
        nodes, values: of the process.
        same: fits that return exactly one combination of models, and that combination.
        through: the labels that a fit goes through, by fit and rows.
    """

    nodes: Sequence[Node]
    values: Values
    same: dict[int, _Form] = field(default_factory=dict)
    through: dict[tuple[int, int], _Form] = field(default_factory=dict)

    def take(self, index: int, fit: Fit, truth: _Form | None) -> None:
        """Note a fit that returns the truth; or, where that is None, goes through its labels."""
        if truth is not None:
            self.same[index] = truth
            return
        for group in fit.groups:
            if not isinstance(_rows(self.nodes, group).law, Rademacher):  # rows may repeat
                self.through[index, group.labels.rows] = self._form(group.labels)

    def one_function(self, fit: Fit) -> _Form | None:
        """The one combination of models that labels every row of a fit, or None."""
        if any(isinstance(self.nodes[group.labels.rows], Noisy) for group in fit.groups):
            return None
        labels = {group.labels.rows: self._form(group.labels) for group in fit.groups}
        tried: list[_Form] = []
        for label in labels.values():
            model = {i: c for i, c in label.items() if not isinstance(self.nodes[i], Noise)}
            if model in tried:
                continue
            tried.append(model)
            if not any(self._left(rows, _sum(y, model, -1)) for rows, y in labels.items()):
                return model
        return None

    def _form(self, vector: Vector) -> _Form:
        """Labels as models and noises, those that are 0 left out."""
        total: _Form = {}
        for coefficient, index in (*vector.models.terms, *vector.noises.terms):
            factor = exact_value("coefficient", coefficient, self.values)
            total = _sum(total, self.same.get(index, {index: Fraction(1)}), factor)
        return total

    def _left(self, rows: int, form: _Form) -> _Form:
        """The form on these rows, where fits that go through them say what labelled them."""
        while known := [index for index in form if (index, rows) in self.through]:
            index = known[0]
            rest = {i: c for i, c in form.items() if i != index}
            form = _sum(rest, self.through[index, rows], form[index])
        return form


def _sum(left: _Form, right: _Form, factor: Fraction | int) -> _Form:
    """left + factor right."""
    total = {i: left.get(i, 0) + factor * right.get(i, Fraction(0)) for i in {**left, **right}}
    return {i: c for i, c in total.items() if c != 0}
