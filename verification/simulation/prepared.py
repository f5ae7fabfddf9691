"""Nodes of a process made ready to run: numbers in place of expressions, how each comes out.

This is the independent witness of the general theorem: it knows numpy and the graph, and none of
the theory.  What a kind of fit learns is stated here once, as a map from labels to models that is
linear: the literal run applies it to labels, the conditional one to their covariances.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, singledispatch
from typing import Any, TypeAlias

import numpy as np
from scipy.special import erf

from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.expressions import ONE
from ridgeproof.theory.process.graph import (
    Carried,
    Fit,
    Group,
    Iteration,
    Node,
    Outcome,
    Source,
    Truth,
    references,
)
from ridgeproof.theory.process.linear import Vector
from ridgeproof.theory.process.operators.gradient import Gradient, GradientDescent, GradientFlow
from ridgeproof.theory.process.operators.models import (
    Features,
    RandomModel,
    Scaled,
    nonlinear,
)
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise, Noisy, Rows
from ridgeproof.verification.simulation.feature_laws import Entries, RowsOfData
from ridgeproof.verification.simulation.fits import Array, Learn, ridge
from ridgeproof.verification.simulation.world import ProcessWorld, Terms

__all__ = [
    "Fitting",
    "Labelled",
    "Loop",
    "Pipeline",
    "Prepared",
    "Run",
    "combined",
    "labelled",
    "prepared",
]

# What features with an activation make of F x.
ACTIVATIONS: dict[str, Callable[[Array], Array]] = {
    "tanh": np.tanh,
    "erf": erf,
    "sin": np.sin,
    "relu": lambda x: np.maximum(x, 0),
}

# (rows X of shape (n, d k), the run) -> the map from labels to the model.
Learner: TypeAlias = Callable[[Array, "Run"], Learn]


@dataclass
class Run:
    """One repetition.

    Attributes:
        rng: of all that is random.
        room: where rows are drawn, by index, if they have a place from earlier repetitions.
        entering: the models that enter a round of a loop.
        found: what each node came out as, by index.
        maps: by index of features with an activation, what they make of F x.
        factors: fits by their kind, each design factored once.
    """

    rng: np.random.Generator
    room: dict[int, Any] = field(default_factory=dict)
    entering: Sequence[Array] = ()
    found: list[Any] = field(default_factory=list)
    factors: dict[int, Learn] = field(default_factory=dict)
    maps: Mapping[int, Callable[[Array], Array]] = field(default_factory=dict)

    def through(self, pipeline: Pipeline) -> None:
        """Realise all nodes."""
        self.found, self.maps = [None] * len(pipeline.nodes), pipeline.maps
        for index in pipeline.order:
            self.found[index] = pipeline.nodes[index].realise(self, index)

    def seen(self, X: Array) -> Array:
        """Rows X, and what features with an activation make of them."""
        return np.hstack([X, *(f(X @ self.found[at].T) for at, f in self.maps.items())])


@dataclass(frozen=True)
class Prepared:
    """A node with its numbers at hand, so that repetitions look at no expression.

    Attributes:
        node: of the graph.
        realise: what it comes out as in a run, given its index: rows (n, d k), a vector (n,),
            features (m, d k), a model (d k,), and the models that leave a loop.
        parts: of a fit a `Fitting`, of a loop a `Loop`; the standard deviations of rows and random
            models, the coordinates of a truth; of a rescaled model the factors and the terms.
    """

    node: Node
    realise: Callable[[Run, int], Any]
    parts: Any = None


@dataclass(frozen=True)
class Pipeline:
    """Nodes, and the order in which they are drawn and fitted: rows when they are first used.

    So two processes that differ in a late step agree in the random numbers of the earlier ones.
    """

    nodes: tuple[Prepared, ...]
    order: tuple[int, ...]
    maps: Mapping[int, Callable[[Array], Array]] = field(default_factory=dict)

    @cached_property
    def designs(self) -> tuple[int, ...]:
        """Rows, noise on them and features, in that order."""
        return tuple(i for i in self.order if _is_design(self.nodes[i].node))

    @cached_property
    def back(self) -> tuple[int, ...]:
        """All else, the last first: what a node refers to is after it."""
        nodes = range(len(self.nodes) - 1, -1, -1)
        return tuple(i for i in nodes if not _is_design(self.nodes[i].node))


def _is_design(node: Node) -> bool:
    return isinstance(node, Source) and not isinstance(node, Noise)


@dataclass(frozen=True)
class Loop:
    """A loop: its body, run count times; terms enter it, and go from a round to the next."""

    body: Pipeline
    leaving: tuple[Terms, ...]
    entering: tuple[Terms, ...]
    count: int


@dataclass(frozen=True)
class Labelled:
    """A vector on rows: X models + noises.

    Attributes:
        rows: node of what a fit sees of the rows.
        base: node of the rows themselves.
        count: how many rows.
        models, noises: what the vector is made of.
        root: of the group's weight in a fit over the largest weight in it.
    """

    rows: int
    base: int
    count: int
    models: Terms
    noises: Terms
    root: float = 1.0

    def realised(self, run: Run) -> Array:
        """The vector, times the root, shape (n,)."""
        X = run.found[self.base]
        total = X @ combined(self.models, run, X.shape[1])
        for coefficient, index in self.noises:
            total += coefficient * run.found[index]
        return total if self.root == 1 else self.root * total


@dataclass(frozen=True)
class Fitting:
    """A fit on groups: the Gram matrix of its objective is share X'X, X with rows times roots.

    Attributes:
        groups: of its labels.
        learner: what the kind of fit makes of rows.
        lam: of a plain ridge, (X'X + lam)^-1 X'; None for any other.
        same: equal for fits of one pipeline that differ in their labels only.
    """

    groups: tuple[Labelled, ...]
    learner: Learner
    lam: float | None
    same: int

    def design(self, run: Run) -> Array:
        """All its rows, times the roots of their weights."""
        seen = [
            run.found[group.rows] if group.root == 1 else run.found[group.rows] * group.root
            for group in self.groups
        ]
        return seen[0] if len(seen) == 1 else np.vstack(seen)

    def learn(self, run: Run) -> Learn:
        """The map from labels, times the roots, to the model."""
        if self.same not in run.factors:
            run.factors[self.same] = self.learner(self.design(run), run)
        return run.factors[self.same]

    def __call__(self, run: Run, _index: int) -> Array:
        """The model, shape (d k,)."""
        labels = [group.realised(run) for group in self.groups]
        return self.learn(run)(labels[0] if len(labels) == 1 else np.concatenate(labels))


def combined(terms: Terms, run: Run, d: int) -> Array:
    """A combination of models, shape (d,)."""
    if len(terms) == 1 and terms[0][0] == 1:
        return np.asarray(run.found[terms[0][1]])
    total = np.zeros(d)
    for coefficient, index in terms:
        total += coefficient * run.found[index]
    return total


def labelled(vector: Vector, nodes: Sequence[Node], world: ProcessWorld) -> Labelled:
    """A vector on rows, its numbers at hand."""
    node, base = nodes[vector.rows], vector.rows
    if isinstance(node, Noisy):
        base = node.rows
    rows = nodes[base]
    assert isinstance(rows, Rows)
    models, noises = world.terms(vector.models), world.terms(vector.noises)
    return Labelled(vector.rows, base, world.size(rows.size), models, noises)


def prepared(nodes: Sequence[Node], world: ProcessWorld) -> Pipeline:
    """Nodes ready to run.

    Raises:
        InputError: a size, weight or profile has no meaning.
        NotBuilt: a node has no simulation.
    """
    order: dict[int, None] = {}

    def place(index: int) -> None:
        for below in references(nodes[index]):
            if isinstance(nodes[below], Source) and below not in order:
                place(below)
        order[index] = None

    sources = [index for index, node in enumerate(nodes) if isinstance(node, Source)]
    hidden = nonlinear(nodes)
    for index in hidden:  # which rows are shown to
        place(index)
    if hidden and any(isinstance(node, Noisy | Iteration) for node in nodes):
        raise NotBuilt("noise on rows, or a long loop, beside features with an activation")
    for index in sorted(range(len(nodes)), key=lambda index: index in sources):
        if index not in order:
            place(index)
    kinds: dict[Any, int] = {}
    made = (
        _fitted(node, nodes, world, kinds) if isinstance(node, Fit) else _prepared(node, world)
        for node in nodes
    )
    maps = {index: ACTIVATIONS[node.activation] for index, node in hidden.items()}
    return Pipeline(tuple(made), tuple(order), maps)


@singledispatch
def _prepared(node: Node, _world: ProcessWorld) -> Prepared:
    raise NotBuilt(f"{type(node).__name__} has no literal simulation")


@_prepared.register
def _(node: Truth, world: ProcessWorld) -> Prepared:
    signal = np.pad(world.signal(node.profile), (0, world.beyond))
    return Prepared(node, lambda _run, _index: signal, signal)


@_prepared.register
def _(node: RandomModel, world: ProcessWorld) -> Prepared:
    root = np.pad(np.sqrt(world.profile(node.profile) / world.growth), (0, world.beyond))
    return Prepared(node, lambda run, _index: root * run.rng.standard_normal(len(root)), root)


@_prepared.register
def _(node: Scaled, world: ProcessWorld) -> Prepared:
    factors, terms = world.profile(node.profile, signed=True), world.terms(node.model)
    d = world.directions
    return Prepared(node, lambda run, _index: factors * combined(terms, run, d), (factors, terms))


@_prepared.register
def _(node: Rows, world: ProcessWorld) -> Prepared:
    root = np.sqrt(world.profile(node.covariance))
    shape, white = (world.size(node.size), len(root)), (root == 1).all()
    draw = Entries(node.law) if world.rows is None else RowsOfData(world.rows)

    def realise(run: Run, index: int) -> Array:
        X = run.room[index] = draw(run.rng, shape, run.room.get(index))
        if not white:
            X *= root
        return run.seen(X) if run.maps else X

    return Prepared(node, realise, root)


@_prepared.register
def _(node: Noisy, world: ProcessWorld) -> Prepared:
    root = np.sqrt(world.profile(node.profile))

    def realise(run: Run, _index: int) -> Array:
        X = run.found[node.rows]
        return np.asarray(X + run.rng.standard_normal(X.shape) * root)

    return Prepared(node, realise)


@_prepared.register
def _(node: Noise, _world: ProcessWorld) -> Prepared:
    return Prepared(node, lambda run, _index: run.rng.standard_normal(len(run.found[node.rows])))


@_prepared.register
def _(node: Features, world: ProcessWorld) -> Prepared:
    given, m = world.features, world.size(node.size)
    if given is not None:
        return Prepared(node, lambda _run, _index: given)
    shape = m, world.directions
    return Prepared(node, lambda run, _index: run.rng.standard_normal(shape) / np.sqrt(m))


@_prepared.register
def _(node: Iteration, world: ProcessWorld) -> Prepared:
    body, d = prepared(node.body.nodes, world), world.directions
    leaving, entering = (
        tuple(world.terms(model) for model in models)
        for models in (node.body.leaving, node.entering)
    )
    loop = Loop(body, leaving, entering, int(world.number(node.count)))

    def realise(run: Run, index: int) -> list[Array]:
        models = [combined(terms, run, d) for terms in entering]
        for _ in range(loop.count):
            inner = Run(run.rng, run.room.setdefault(index, {}), models)
            inner.through(body)
            models = [combined(terms, inner, d) for terms in leaving]
        return models

    return Prepared(node, realise, loop)


@_prepared.register
def _(node: Carried, _world: ProcessWorld) -> Prepared:
    return Prepared(node, lambda run, _index: run.entering[int(node.position.value)])


@_prepared.register
def _(node: Outcome, _world: ProcessWorld) -> Prepared:
    return Prepared(node, lambda run, _index: run.found[node.iteration][int(node.position.value)])


def _fitted(
    node: Fit, nodes: Sequence[Node], world: ProcessWorld, kinds: dict[Any, int]
) -> Prepared:
    groups, share = _weighted(node.groups, nodes, world)
    plain = isinstance(node, Ridge) and node.features is None and node.penalty == ONE
    learner = _learner(node, world, share)
    if world.beyond:
        on = node.features if isinstance(node, Ridge) else None
        learner = _within(learner, world, on if on in nonlinear(nodes) else None)
    kind = tuple((group.rows, group.root) for group in groups), share, replace(node, groups=())
    fitting = Fitting(
        groups,
        learner,
        world.number(node.lam) / share if isinstance(node, Ridge) and plain else None,
        kinds.setdefault(kind, len(kinds)),
    )
    return Prepared(node, fitting, fitting)


def _within(learner: Learner, world: ProcessWorld, features: int | None) -> Learner:
    """A fit on the d k coordinates of rows, or on what features with an activation made of them."""
    d = world.directions

    def padded(X: Array, run: Run) -> Learn:
        start, stop = 0, d
        for index in run.maps if features is not None else ():
            start, stop = stop, stop + len(run.found[index])
            if index == features:
                break
        learn = learner(X[:, start:stop], run)

        def model(y: Array) -> Array:
            w = np.zeros((X.shape[1], *y.shape[1:]))
            w[start:stop] = learn(y)
            return w

        return model

    return padded


def _weighted(
    groups: tuple[Group, ...], nodes: Sequence[Node], world: ProcessWorld
) -> tuple[tuple[Labelled, ...], float]:
    """The groups of a fit with the roots of their weights over the largest; that weight over T."""
    weights = [world.number(group.weight) for group in groups]
    if min(weights) < 0:
        raise InputError("weights", min(weights), "is negative", "give weights >= 0")
    largest = max(weights) or 1.0
    found = [labelled(group.labels, nodes, world) for group in groups]
    T = sum(int(group.count.value) * each.count for group, each in zip(groups, found, strict=True))
    roots = np.sqrt(np.array(weights) / largest).tolist()
    pairs = zip(found, roots, strict=True)
    return tuple(replace(each, root=root) for each, root in pairs), largest / T


@singledispatch
def _learner(node: Fit, _world: ProcessWorld, _share: float) -> Learner:
    """What a kind of fit makes of rows X, share X'X being the Gram matrix of its objective."""
    raise NotBuilt(f"{type(node).__name__} has no literal simulation")


@_learner.register
def _(node: Ridge, world: ProcessWorld, share: float) -> Learner:
    lam = world.number(node.lam) / share
    if node.features is not None:
        return _on_features(node.features, lam)
    if node.penalty == ONE:
        return lambda X, _run: ridge(X, lam)
    penalty = world.profile(node.penalty, infinite=True)
    if not (penalty > 0).all():
        remedy = "give positive penalties, inf for a direction that is not fitted"
        raise InputError("penalty", str(node.penalty), "is 0 in a direction", remedy)
    # In v_i = sqrt(p_i) w_i the penalty is lam |v|^2; directions of an infinite one are left out.
    kept = np.isfinite(penalty)
    root = 1 / np.sqrt(penalty[kept])

    def learner(X: Array, _run: Run) -> Learn:
        learn = ridge(X[:, kept] * root, lam)

        def penalised(y: Array) -> Array:
            w = np.zeros((len(kept), *y.shape[1:]))
            w[kept] = (learn(y).T * root).T
            return w

        return penalised

    return learner


def _on_features(features: int, lam: float) -> Learner:
    """w = F'a with a ridge on a, the weights of the features."""

    def learner(X: Array, run: Run) -> Learn:
        if features in run.maps:
            return ridge(X, lam)
        F = run.found[features]
        # Without ridge the rank counts: of more features than directions, R'R = F'F has the same
        # least norm and no more columns than directions.
        E = F.T if lam or len(F) <= F.shape[1] else np.asarray(np.linalg.qr(F, mode="r")).T
        learn = ridge(X @ E, lam)
        return lambda y: np.asarray(E @ learn(y))

    return learner


@_learner.register
def _(_node: Gradient, _world: ProcessWorld, share: float) -> Learner:
    return lambda X, _run: lambda y: share * (X.T @ y)


@_learner.register
def _(node: GradientDescent, world: ProcessWorld, share: float) -> Learner:
    eta, k = world.number(node.eta), world.number(node.k)
    return _filter(share, lambda t: (1 - (1 - eta * t) ** k) / t)


@_learner.register
def _(node: GradientFlow, world: ProcessWorld, share: float) -> Learner:
    time = world.number(node.t)
    return _filter(share, lambda t: -np.expm1(-time * t) / t)


@_learner.register
def _(node: PrincipalComponents, world: ProcessWorld, share: float) -> Learner:
    cut = world.number(node.cut)
    return _filter(share, lambda t: (t > cut) / t)


def _filter(share: float, response: Callable[[Array], Array]) -> Learner:
    """V f(t) V' share X'y, share X'X = V t V'; directions without data get nothing."""

    def learner(X: Array, _run: Run) -> Learn:
        U, root, Vt = np.linalg.svd(X, full_matrices=False)
        kept = root > root[0] * max(X.shape) * np.finfo(float).eps
        U, root, Vt = U[:, kept], root[kept], Vt[kept]
        gains = response(share * root**2) * share * root
        return lambda y: np.asarray(Vt.T @ ((U.T @ y).T * gains).T)

    return learner
