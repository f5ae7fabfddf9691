"""What is asked of a solved pencil: arithmetic of expectations, with the share of each source."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch

from ridgeproof.theory.equivalent.correlation import Correlation, between
from ridgeproof.theory.equivalent.lowering import Lowering
from ridgeproof.theory.equivalent.pencil import Element, Pencil
from ridgeproof.theory.equivalent.response import Response, total
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import ONE, Binary, Expression, evaluate, rebuilt
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.operators.asks import Degrees, Extremum, Inner, Kappa, MeanSquare
from ridgeproof.theory.process.operators.ridge import Ridge

__all__ = ["Answer", "Solution", "answer", "kappa_of", "number_of", "spared"]

CONSTANT = "constant"


@dataclass(frozen=True)
class Spare(Degrees):
    """1 - df of a ridge, which keeps its digits where df is almost one."""


def spared(graph: Graph) -> Graph:
    """The graph with 1 - df(m) in its asks as one expectation, where m is a ridge."""

    def put(tree: Expression) -> Expression:
        match tree:
            case Binary("-", left, Degrees(fit)) if left == ONE:
                node = graph.nodes[fit]
                plain = isinstance(node, Ridge) and node.features is None
                return Spare(fit) if plain else tree
            case Extremum(ask):
                return replace(tree, ask=put(ask))
        return rebuilt(tree, put)

    return replace(graph, asks=tuple((name, put(ask)) for name, ask in graph.asks))


@dataclass(frozen=True, eq=False)
class Answer:
    """The value of an ask.

    Attributes:
        value: a number of the ring.
        terms: the share of each source, which sum to the value; None where the ask is not linear
            in expectations.
        is_number: whether it is a number of the parameters, no expectation.
    """

    value: Element
    terms: Mapping[str, Element] | None
    is_number: bool = False

    def __add__(self, other: Answer) -> Answer:
        value, number = self.value + other.value, self.is_number and other.is_number
        if self.terms is None or other.terms is None:
            return Answer(value, None, number)
        terms = dict(self.terms)
        for name, share in other.terms.items():
            terms[name] = terms[name] + share if name in terms else share
        return Answer(value, terms, number)

    def __neg__(self) -> Answer:
        return self._each(lambda share: -share, number=self.is_number)

    def __sub__(self, other: Answer) -> Answer:
        return self + -other

    def __mul__(self, other: Answer) -> Answer:
        if not self.is_number and not other.is_number:
            return Answer(self.value * other.value, None)
        number, scaled = (self, other) if self.is_number else (other, self)
        both = self.is_number and other.is_number
        return scaled._each(lambda share: share * number.value, number=both)

    def __truediv__(self, other: Answer) -> Answer:
        if not other.is_number:
            return Answer(self.value / other.value, None)
        return self._each(lambda share: share / other.value, number=self.is_number)

    def __pow__(self, other: Answer | int) -> Answer:
        if isinstance(other, int):
            value, number = self.value**other, self.is_number
        else:
            value, number = self.value**other.value, self.is_number and other.is_number
        return Answer(value, {CONSTANT: value} if number else None, number)

    def _each(self, change: Callable[[Element], Element], *, number: bool) -> Answer:
        terms = self.terms
        changed = None if terms is None else {name: change(share) for name, share in terms.items()}
        return Answer(change(self.value), changed, number)


@dataclass(frozen=True, eq=False)
class Solution:
    """A lowered process with its responses and correlations.

    ``sources`` names the axis of sources of the correlations.
    """

    lowering: Lowering
    pencil: Pencil
    response: Response
    correlation: Correlation
    sources: Sequence[str]


def answer(ask: Expression, solution: Solution, found: Mapping[Expression, Answer]) -> Answer:
    """The value of an ask and its terms.

    Args:
        ask: arithmetic of expectations.
        solution: what they are read off.
        found: the answers to parts of the ask that were found elsewhere, such as minima.
    """
    ring = solution.lowering.ring
    values = {name: _number(ring.real(value)) for name, value in solution.lowering.values.items()}

    def other(leaf: Expression) -> Answer:
        return found[leaf] if leaf in found else _expect(leaf, solution)

    return evaluate(ask, values, lambda exact: _number(ring.real(ring.number(exact))), other)


def number_of(value: Element) -> Answer:
    """An answer that has no terms."""
    return Answer(value, None)


def _number(value: Element) -> Answer:
    return Answer(value, {CONSTANT: value}, is_number=True)


@singledispatch
def _expect(leaf: Expression, _solution: Solution) -> Answer:
    raise NotBuilt(f"{type(leaf).__name__} is not evaluated here in this version")


@_expect.register
def _(leaf: Inner, solution: Solution) -> Answer:
    """sum_i m_i M_i C(i), over the blocks of both models."""
    lowering = solution.lowering
    left = lowering.combination(leaf.left)
    right = left if leaf.right == leaf.left else lowering.combination(leaf.right)
    summed = between(solution.correlation.features, left, right)
    weights = solution.pencil.multiplicity * lowering.ring.covariance(leaf.metric)
    return _shared(None if summed is None else lowering.ring.trace(weights, summed), solution)


@_expect.register
def _(leaf: MeanSquare, solution: Solution) -> Answer:
    (rows, number), pencil = solution.lowering.probe(leaf.vector), solution.pencil
    if len(rows) == 1:
        (row,) = rows
        value = solution.correlation.on_rows(row, row)
        scale = number * number * solution.response.mu(row) ** 2
        return _shared(None if value is None else value * scale, solution)
    counts = [pencil.groups[pencil.rows[row].group].count for row in rows]
    seen = (
        count * value
        for row, count in zip(rows, counts, strict=True)
        if (value := solution.correlation.on_rows(row, row)) is not None
    )
    value = total(seen)
    return _shared(None if value is None else value / total(counts), solution)


@_expect.register
def _(leaf: Spare, solution: Solution) -> Answer:
    """sum_g T_g mu_g h_g/T over the rows of a ridge."""
    lowering, pencil, response = solution.lowering, solution.pencil, solution.response
    rows = lowering.rows[leaf.fit]
    counts = [pencil.groups[pencil.rows[row].group].count for row in rows]
    T = total(counts)
    value = total(
        count * response.mu(row) * response.on_rows(row, row) / T
        for count, row in zip(counts, rows, strict=True)
    )
    return Answer(value, {CONSTANT: value})


@_expect.register
def _(leaf: Degrees, solution: Solution) -> Answer:
    """sum_g T_g/T times the response of X_g m to a label of group g, T the distinct rows."""
    lowering, pencil = solution.lowering, solution.pencil
    model = lowering.models[leaf.fit]
    nodes = [node for node in pencil.nodes if set(node.features) & model.keys()]
    fitted = lowering.graph.nodes[leaf.fit]
    on = {each.labels.rows for each in fitted.groups}  # type: ignore[attr-defined]
    groups = {group for rows in on for group in lowering.groups[rows]}
    T = total(pencil.groups[group].count for group in groups)
    terms = []
    for node in nodes:
        for row in node.rows:
            group = pencil.rows[row].group
            if group not in groups:
                continue
            for block in model.keys() & set(node.features):
                for b in node.features:
                    feature, G = pencil.features[b], solution.response.features[block]
                    if row in feature.collects and b in G:
                        pull = lowering.ring.trace(
                            pencil.multiplicity,
                            pencil.weight(b, row) * G[b],
                        )
                        H = solution.response.on_rows(row, row)
                        terms.append(model[block] * pull * H / T)
    value = lowering.ring.real(total(terms))
    return Answer(value, {CONSTANT: value})


@_expect.register
def _(leaf: Kappa, solution: Solution) -> Answer:
    value = kappa_of(leaf.fit, solution)
    if value is None:
        raise NotBuilt("kappa is asked of a fit that has no single one")
    return Answer(value, {CONSTANT: value})


def kappa_of(index: int, solution: Solution) -> Element | None:
    """The effective penalty of a node of the graph that is one ridge; None where it has none."""
    model = solution.lowering.models.get(index, {})
    for node, own in zip(solution.pencil.nodes, solution.response.diagonals, strict=True):
        if len(model) == 1 and node.fit is not None and node.features[0] in model:
            return own.kappa
    return None


def _shared(value: Element | None, solution: Solution) -> Answer:
    ring = solution.lowering.ring
    shares = ring.shares(value, len(solution.sources))
    terms = dict(zip(solution.sources, shares, strict=True))
    whole = total(shares)
    return Answer(ring.real(0 * ring.one) if whole is None else whole, terms)
