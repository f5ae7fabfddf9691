"""From the graph of a process to its pencil, in any ring.

Each kind of node is lowered by a function registered for its class: a new kind of fit is one
module that registers its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatch
from typing import Any

from ridgeproof.theory.equivalent.assembly import Assembly, Weighted
from ridgeproof.theory.equivalent.pencil import Element, Label, Noise, Rounds, Source
from ridgeproof.theory.equivalent.response import respond, total
from ridgeproof.theory.equivalent.ring import Ring
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.expressions import (
    ONE,
    Binary,
    Expression,
    Name,
    Number,
    exact_value,
    walk,
)
from ridgeproof.theory.process.graph import Carried, Graph, Group, Iteration, Node, Outcome, Truth
from ridgeproof.theory.process.linear import Combination, Vector, residuals, single
from ridgeproof.theory.process.operators.asks import Inner
from ridgeproof.theory.process.operators.gradient import (
    Gradient,
    GradientDescent,
    GradientFlow,
)
from ridgeproof.theory.process.operators.models import (
    Features,
    RandomModel,
    Scaled,
    nonlinear,
)
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise as NoiseNode
from ridgeproof.theory.process.operators.rows import Noisy, Rows
from ridgeproof.theory.settings.features import Elliptical, FeatureLaw

__all__ = ["Lowering", "lower"]

_MINUS, _NOTHING = Number(Fraction(-1)), Combination()
# Labels that read more models than this read their sum, made once as a block of its own.
_MOST_READS = 2


@dataclass(eq=False)
class Lowering:
    """A pencil in the making, and where the nodes of the graph are in it.

    Attributes:
        graph: the normal form of a process.
        values: numbers of the ring for the parameters.
        ring: its arithmetic, its profiles and its contours.
        assembly: the blocks so far.
        groups: the groups of a node that is rows, one for each scale that they may have, or of
            random features.
        models: a node that is a model, as a combination of feature blocks, less its offset.
        offsets: the truths that are taken off the block of a fit.
        probes: the row blocks of a vector that is asked, and the multiple of theirs that it is.
        outcomes: the feature blocks of the models that leave a loop.
        slopes: mu_1^2 of random features with an activation.
        rows: the row blocks of a ridge fit, group by group.
        veils: of rows seen with noise, for each group the share of the rows in what is seen, and
            the group of what is not.
    """

    graph: Graph
    values: Mapping[str, Element]
    ring: Ring
    assembly: Assembly
    groups: dict[int, tuple[int, ...]] = field(default_factory=dict)
    models: dict[int, dict[int, Element]] = field(default_factory=dict)
    offsets: dict[int, Combination] = field(default_factory=dict)
    probes: dict[Vector, tuple[tuple[int, ...], Element]] = field(default_factory=dict)
    outcomes: dict[int, tuple[int, ...]] = field(default_factory=dict)
    slopes: dict[int, Element] = field(default_factory=dict)
    rows: dict[int, tuple[int, ...]] = field(default_factory=dict)
    veils: dict[int, tuple[tuple[Element, int], ...]] = field(default_factory=dict)
    _heard: dict[tuple[Vector, Combination], tuple[Label, ...]] = field(default_factory=dict)
    _sums: list[tuple[frozenset[tuple[Expression, int]], int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._terms = _amplitudes(self.graph)

    def number(self, item: Expression) -> Element:
        """A number in the parameters, in the ring."""
        return self.ring.arithmetic(item, self.values)

    def size(self, item: Expression) -> Element:
        """A number of rows or features."""
        return self.ring.size(self.number(item), derived=not isinstance(item, Name))

    def combination(self, combination: Combination) -> dict[int, Element]:
        """A combination of models by feature blocks."""
        return self._blocks(self._resolved(combination))

    def _blocks(self, resolved: Combination) -> dict[int, Element]:
        total: dict[int, Element] = {}
        for coefficient, index in resolved.terms:
            factor = None if coefficient == ONE else self.number(coefficient)
            for block, value in self.models[index].items():
                more = value if factor is None else factor * value
                total[block] = more if block not in total else total[block] + more
        return total

    def term(self, index: int) -> str:
        """The name under which the share of a random node is listed."""
        return self._terms.get(index, "noise")

    def add_truth(self, index: int, node: Truth) -> None:
        """A fixed vector."""
        name = self.graph.names[index] or "w0"
        block = self.assembly.source(Source(name, truth=self.ring.profile(node.profile)))
        self.models[index] = {block: self.ring.one}

    def _resolved(self, combination: Combination) -> Combination:
        """The combination with the offsets of its models put back, exactly."""
        added = combination
        for coefficient, index in combination.terms:
            if index in self.offsets:
                added = added.plus(self.offsets[index].times(coefficient))
        return added

    def offset(self, index: int, groups: Sequence[Group]) -> dict[int, Element]:
        """Measure a fit from the truths that the labels of all its groups hold alike."""
        held = [
            Combination(
                tuple(
                    term
                    for term in self._resolved(each.labels.models).terms
                    if isinstance(self.graph.nodes[term[1]], Truth | Carried)
                )
            )
            for each in groups
        ]
        veiled = any(each.labels.rows in self.veils for each in groups)
        if veiled or any(set(other.terms) != set(held[0].terms) for other in held):
            return {}
        self.offsets[index] = held[0]
        return self._blocks(held[0])

    def labels(self, groups: Iterable[Group], index: int | None = None) -> list[Weighted]:
        """The labelled rows of a fit; T counts the rows of every label vector.

        ``index`` names the fit whose offset is taken off the labels.
        """
        made = list(groups)
        shares = [
            self.ring.number(each.count.value) * self.assembly.groups[group].count
            for each in made
            for group in self.groups[each.labels.rows]
        ]
        T = sum(shares[1:], start=shares[0])
        off = self.offsets.get(index, Combination()) if index is not None else Combination()
        return [
            Weighted(label, self.ring.weight(self.number(each.weight)) / T)
            for each in made
            for label in self.vector(each.labels, off.times(_MINUS))
        ]

    def vector(self, vector: Vector, more: Combination = _NOTHING) -> tuple[Label, ...]:
        """A vector on rows, and more that it reads, on each group."""
        if (vector, more) not in self._heard:
            noise = {
                Noise(index, self.term(index)): self.number(coefficient)
                for coefficient, index in vector.noises.terms
            }
            reads = self._reads(self._resolved(vector.models).plus(more))
            on, veils = self.groups[vector.rows], self.veils.get(vector.rows)
            self._heard[vector, more] = tuple(
                Label(group, self._shown(reads, veil[0]), noise, reads, veil[1])
                if veil
                else Label(group, reads, noise)
                for group, veil in zip(on, veils or (None,) * len(on), strict=True)
            )
        return self._heard[vector, more]

    def _shown(self, reads: Mapping[int, Element], share: Element) -> dict[int, Element]:
        """The blocks that are read, as far as rows with noise on them show what they do."""
        maps = {block: value * share for block, value in reads.items()}
        return {self.assembly.mapped(maps): self.ring.one} if maps else {}

    def probe(self, vector: Vector) -> tuple[tuple[int, ...], Element]:
        """The row blocks of a vector that is asked, and a number: the vector is number mu rho.

        Where the ring rounds, training residuals are those of the fit, in which nothing is
        subtracted; all else has row blocks of its own.
        """
        if vector not in self.probes:
            found = self._residual(vector) if self.ring.rounds else None
            if found is None:
                found = tuple(map(self.assembly.probe, self.vector(vector))), self.ring.one
            self.probes[vector] = found
        return self.probes[vector]

    def _residual(self, vector: Vector) -> tuple[tuple[int, ...], Element] | None:
        """The row block of a ridge fit on the rows, where the vector is c (y - X w) for it."""
        if vector.rows in self.veils:  # the fit sees other rows than those that predict
            return None
        for coefficient, index in vector.models.terms:
            fit = self.graph.nodes[index]
            if not isinstance(fit, Ridge) or len(self.rows.get(index, ())) != len(fit.groups):
                continue
            for place, group in enumerate(fit.groups):
                labels = group.labels
                if labels.rows != vector.rows:
                    continue
                (left,) = residuals((labels,), single(index))
                rest = vector.plus(left.times(coefficient))
                if not rest.models.terms and not rest.noises.terms:
                    number = self.number(coefficient) * self.ring.number(Fraction(-1))
                    return (self.rows[index][place],), number
        return None

    def others_on(self, rows: int) -> bool:
        """Whether anything but one node that sees rows with noise uses them."""
        nodes, asks = self.graph.nodes, tuple(ask for _, ask in self.graph.asks)
        seen = [each for each in nodes if isinstance(each, Noisy) and each.rows == rows]
        return len(seen) > 1 or any(each.rows == rows for each in _within((nodes, asks), Vector))

    def _reads(self, resolved: Combination) -> dict[int, Element]:
        if len(resolved.terms) <= _MOST_READS:
            return self._blocks(resolved)
        return {self._summed(resolved): self.ring.one}

    def _summed(self, resolved: Combination) -> int:
        """The block of a long sum, grown from the longest sum made before that it contains."""
        wanted = frozenset(resolved.terms)
        held, block = max(
            ((terms, block) for terms, block in self._sums if terms <= wanted),
            key=lambda found: len(found[0]),
            default=(frozenset(), None),
        )
        if held == wanted and block is not None:
            return block
        maps = self._blocks(Combination(tuple(t for t in resolved.terms if t not in held)))
        if block is not None:
            maps[block] = self.ring.one
        made = self.assembly.mapped(maps)
        self._sums.append((wanted, made))
        return made


def lower(
    graph: Graph, values: Mapping[str, Element], ring: Ring, nodes: Sequence[int]
) -> Lowering:
    """The pencil of some nodes of a graph, in order, with numbers for the parameters.

    Raises:
        NotBuilt: an operator that this version only simulates.
    """
    run = Lowering(graph, values, ring, Assembly(ring.one))
    for index in nodes:
        _lower(graph.nodes[index], index, run)
    return run


@singledispatch
def _lower(node: Node, _index: int, _run: Lowering) -> None:
    raise NotBuilt(
        f"the limit of {type(node).__name__} is not built in this version: simulate it instead"
    )


@_lower.register
def _(node: Truth, index: int, run: Lowering) -> None:
    run.add_truth(index, node)


@_lower.register
def _(node: RandomModel, index: int, run: Lowering) -> None:
    source = Source(run.term(index), variance=run.ring.variance(node.profile))
    run.models[index] = {run.assembly.source(source): run.ring.one}


@_lower.register
def _(node: Scaled, index: int, run: Lowering) -> None:
    profile = run.ring.profile(node.profile)
    maps = {block: value * profile for block, value in run.combination(node.model).items()}
    run.models[index] = {run.assembly.mapped(maps): run.ring.one}


@_lower.register
def _(node: Rows, index: int, run: Lowering) -> None:
    """One group; of elliptical rows one for each scale tau, P(tau) T rows of covariance tau s.

    Given the scales the rows are normal, and their numbers differ from P T by O(sqrt T) with mean
    zero, which is O(1/T) in an answer.  Independent entries share the limits of normal ones (N7).
    """
    size, law = run.size(node.size), str(node.covariance)
    run.groups[index] = tuple(
        run.assembly.group(
            size if share == 1 else run.ring.number(share) * size,
            run.ring.covariance(node.covariance, scale),
            law if scale == 1 else f"{scale} ({law})",
        )
        for scale, share in _atoms(node.law)
    )


def _atoms(law: FeatureLaw) -> Sequence[tuple[Fraction, Fraction]]:
    return law.atoms if isinstance(law, Elliptical) else ((Fraction(1), Fraction(1)),)


@_lower.register
def _(node: Noisy, index: int, run: Lowering) -> None:
    """Rows X seen as Z = X + E: given Z, X is Z s/(s + p) and rows of variance s p/(s + p).

    What is fitted on Z depends on the second kind through labels alone, which leaves each of them
    with entries that are independent of all that it meets but for O(1/T).
    """
    if nonlinear(run.graph.nodes):
        raise NotBuilt("noise on rows beside features with an activation")
    if run.others_on(node.rows):
        raise NotBuilt(
            "rows that one ask or another uses with and without noise, or with two noises, have no "
            "limit here: ask for fits on one of the two, or simulate"
        )
    rows = run.graph.nodes[node.rows]
    assert isinstance(rows, Rows)
    groups, veils = [], []
    for group, (scale, _) in zip(run.groups[node.rows], _atoms(rows.law), strict=True):
        clean = Binary("*", Number(scale), rows.covariance)
        seen = Binary("+", clean, node.profile)
        share = Binary("/", clean, seen)
        count, laws = run.assembly.groups[group].count, (seen, Binary("*", node.profile, share))
        shown, rest = (run.assembly.group(count, run.ring.covariance(x), str(x)) for x in laws)
        groups.append(shown)
        veils.append((run.ring.profile(share), rest))
    run.groups[index], run.veils[index] = tuple(groups), tuple(veils)


@_lower.register
def _(node: NoiseNode, index: int, run: Lowering) -> None:
    """A noise vector has no block: rows hear it."""


@_lower.register
def _(node: Features, index: int, run: Lowering) -> None:
    size = run.size(node.size)
    variance = run.ring.one / size
    if node.activation != "linear":
        place = list(nonlinear(run.graph.nodes)).index(index)
        run.slopes[index], variance = run.ring.activation(
            place, node.activation, size, _rows_on(index, run), _laws(run.graph)
        )
    run.groups[index] = (run.assembly.group(size, variance, f"features {index}"),)


def _rows_on(features: int, run: Lowering) -> list[Element]:
    """How many rows each fit on these features has."""
    nodes = run.graph.nodes
    return [
        total(
            run.size(rows.size)
            for group in fit.groups
            for rows in [nodes[group.labels.rows]]
            if isinstance(rows, Rows)
        )
        for fit in nodes
        if isinstance(fit, Ridge) and fit.features == features
    ]


def _laws(graph: Graph) -> set[Expression]:
    """The covariances of all rows that models may meet, those of what is asked included."""
    met = {node.covariance for node in graph.nodes if isinstance(node, Rows)}
    return met | {ask.metric for ask in walk(graph.asks) if isinstance(ask, Inner)}


@_lower.register
def _(node: Ridge, index: int, run: Lowering) -> None:
    offset = run.offset(index, node.groups)
    labels, lam = run.labels(node.groups, index), run.number(node.lam)
    if node.features is not None:
        (projection,) = run.groups[node.features]
        if node.features in run.slopes:  # lam |a|^2 is lam/mu_1^2 |mu_1 a|^2
            lam = lam / run.slopes[node.features]
        block = run.assembly.random_features(labels, lam, projection, offset)
    else:
        metric = run.ring.fitted
        if node.penalty != ONE:
            metric = run.ring.inverse_penalty(node.penalty)
        block = run.assembly.ridge(labels, lam, metric, offset)
        run.rows[index] = run.assembly.nodes[-1].rows
    run.models[index] = {block: run.ring.one}


@_lower.register
def _(node: Gradient, index: int, run: Lowering) -> None:
    run.models[index] = {
        run.assembly.gradient(run.labels(node.groups), run.ring.fitted): run.ring.one
    }


@_lower.register
def _(node: GradientFlow, index: int, run: Lowering) -> None:
    labels = run.labels(node.groups)
    _filter(index, run, labels, run.ring.flow(run.number(node.t)))


@_lower.register
def _(node: GradientDescent, index: int, run: Lowering) -> None:
    labels = run.labels(node.groups)
    steps = int(exact_value("k", node.k, {}))
    poles = run.ring.descent(run.number(node.eta), steps, _shown_by(labels, run))
    _filter(index, run, labels, poles)


@_lower.register
def _(node: PrincipalComponents, index: int, run: Lowering) -> None:
    labels = run.labels(node.groups)
    poles = run.ring.components(run.number(node.cut), _shown_by(labels, run))
    _filter(index, run, labels, poles)


def _shown_by(labels: Sequence[Weighted], run: Lowering) -> list[tuple[Element, Element, Element]]:
    """Weight over T, number and variance of the rows of a fit, group by group."""
    groups = [(each.om, run.assembly.groups[each.label.group]) for each in labels]
    return [(om, group.count, group.variance) for om, group in groups]


def _filter(
    index: int,
    run: Lowering,
    labels: Sequence[Weighted],
    poles: Sequence[tuple[Element, Element]],
) -> None:
    """Twice the real part of a sum of ridges on the same labels."""
    conjugate, metric = run.ring.conjugate, run.ring.fitted
    model = run.models[index] = {}
    for lam, share in poles:
        model[run.assembly.ridge(labels, lam, metric)] = share
        model[run.assembly.ridge(labels, conjugate(lam), metric, twin=True)] = conjugate(share)


@_lower.register
def _(node: Iteration, index: int, run: Lowering) -> None:
    """One round on its own, then what many of them keep; see `Rounds`."""
    if nonlinear(run.graph.nodes) or nonlinear(node.body.nodes):
        raise NotBuilt("a loop that is not unrolled, beside features with an activation")
    inside = Lowering(
        Graph(node.body.nodes, (), node.body.names), run.values, run.ring, Assembly(run.ring.one)
    )
    for place, each in enumerate(node.body.nodes):
        _lower(each, place, inside)
    carried: dict[int, int] = {}
    for place, each in enumerate(node.body.nodes):
        if isinstance(each, Carried):
            (carried[int(each.position.value)],) = inside.models[place]
    going = range(len(node.entering))
    pencil = inside.assembly.pencil(run.ring.multiplicity)
    answers = respond(pencil, run.ring)
    leaving = tuple(inside.combination(each) for each in node.body.leaving)
    keeps = {
        (p, q): kept
        for p in going
        for q in going
        if (
            kept := total(
                share * answers.features[block][carried[q]]
                for block, share in leaving[p].items()
                if carried[q] in answers.features[block]
            )
        )
        is not None
    }
    entering = tuple(run.combination(each) for each in node.entering)
    count = int(exact_value("count", node.count, {}))
    places = tuple(carried[q] for q in going)
    rounds = Rounds(count, pencil, answers, entering, places, leaving, keeps)
    maps: list[dict[int, Element]] = [{} for _ in going]
    for (p, q), power in run.ring.power(keeps, len(going), count).items():
        for block, share in entering[q].items():
            more = power * share
            maps[p][block] = maps[p][block] + more if block in maps[p] else more
    run.outcomes[index] = run.assembly.rounds(rounds, maps)


@_lower.register
def _(_node: Carried, index: int, run: Lowering) -> None:
    run.models[index] = {run.assembly.source(Source("")): run.ring.one}


@_lower.register
def _(node: Outcome, index: int, run: Lowering) -> None:
    block = run.outcomes[node.iteration][int(node.position.value)]
    run.models[index] = {block: run.ring.one}


def _amplitudes(graph: Graph) -> dict[int, str]:
    """The parameters that scale each random vector wherever it is used, joined by *."""
    heard: dict[int, list[frozenset[str]]] = {}
    for item in _within((graph.nodes, tuple(ask for _, ask in graph.asks)), Combination):
        for coefficient, index in item.terms:
            names = (part.name for part in walk(coefficient) if isinstance(part, Name))
            heard.setdefault(index, []).append(frozenset(names))
    named = {}
    for index, uses in heard.items():
        common = frozenset.intersection(*uses) or frozenset.union(*uses)
        named[index] = "*".join(sorted(common)) or "noise"
    return named


def _within(item: object, kind: type) -> Iterator[Any]:
    """What there is of a kind in nodes and asks."""
    if isinstance(item, kind):
        yield item
    elif isinstance(item, tuple):
        for part in item:
            yield from _within(part, kind)
    elif hasattr(item, "__dataclass_fields__"):
        for name in item.__dataclass_fields__:
            yield from _within(getattr(item, name), kind)
