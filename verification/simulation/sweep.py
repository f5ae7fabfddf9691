"""A process gone through in reverse: what each source contributes to the asks, given the rows.

Given the rows and features every model is linear in the truths, the noise vectors and the random
models.  From an asked combination of models v, in reverse order, the maps A_k = dv/dw_k to the
models are accumulated.  A fit w = sum_g H_g y_g on labels y_g = X_g (sum c w') + sum c e adds

    A_w' += c A H_g X_g,     G_e += c A H_g,

so that labels on shared rows, and a shared noise, add up.  With M the metric of an ask, it is
exactly the sum over its sources of

    tr M G G'  (noise),    sum_j t_j^2 (A' M A)_jj  (a random model N(0, diag t^2), a truth t).

For a truth that is the mean over the signs of its coordinates: flipping one in all rows leaves
their law unchanged, so the expectation is the same, and the cross terms t_i t_j, most of the
scatter of what does not depend on noise, are gone.  That holds for every law of the features here
(normal, elliptical, or independent symmetric entries).

A plain ridge hears X'y only: A H_g is kept as P X_g' with P of d x d numbers, and traces need Gram
matrices alone.  Where these cannot be trusted, and in other fits, H_g itself is what the literal
fit makes of the basis vectors.
A sweep goes through a stack of repetitions at once: the first axis of every array is theirs.
Source: derived here (Rao-Blackwell).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial, reduce
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ridgeproof.theory.process.graph import Carried, Fit, Outcome, Truth
from ridgeproof.theory.process.operators.models import RandomModel, Scaled
from ridgeproof.theory.process.operators.rows import Noise, Noisy, Rows
from ridgeproof.verification.simulation.fits import Array, inverses
from ridgeproof.verification.simulation.prepared import Fitting, Loop, Pipeline, Prepared, Run
from ridgeproof.verification.simulation.world import Terms

__all__ = ["Asked", "Look", "Sweep", "Watch"]

# (Z'Z, how many rows) of whitened rows Z that were drawn -> what is kept of them.
Watch: TypeAlias = Callable[[Array, int], Array]
# By root.
Maps: TypeAlias = dict[int, "Map"]
# Phi in what a fit hears of labels, Phi'y: the rows of a node (True), or all labels (False).
Face: TypeAlias = tuple[int, bool]


class Map:
    """scale I + matrix, the derivative of a model by another; never changed once made.

    The matrix is a stack of shape (repetitions, d, d).
    """

    __slots__ = ("matrix", "scale")

    def __init__(self, scale: float, matrix: Array | None = None) -> None:
        self.scale, self.matrix = scale, matrix

    def times(self, right: Array) -> Array:
        """The product with a matrix."""
        if self.matrix is None:
            return right if self.scale == 1 else self.scale * right
        found = self.matrix @ right
        if self.scale:
            found += self.scale * right
        return np.asarray(found)

    def dense(self, d: int) -> Array:
        """The matrix itself."""
        if self.matrix is None:
            return self.scale * np.eye(d)
        if self.scale == 0:
            return self.matrix
        found = self.matrix.copy()
        _diagonal(found)[:] += self.scale
        return found


_IDENTITY = Map(1.0)


def _total(terms: Sequence[tuple[float, Map]]) -> Map:
    """A combination of maps; a single one stays the object that it is."""
    if len(terms) == 1 and terms[0][0] == 1:
        return terms[0][1]
    scale, matrix = 0.0, None
    for factor, each in terms:
        scale += factor * each.scale
        if each.matrix is not None:
            more = each.matrix if factor == 1 else factor * each.matrix
            matrix = more if matrix is None else matrix + more
    return Map(scale, matrix)


class Part(NamedTuple):
    """What a fit makes of one group's labels y: its model has the share factor P Phi'y.

    Attributes:
        face: Phi.
        P: shape (repetitions, d, columns of Phi).
        factor: of P, which several groups share.
        whole: P = (X'X)^-1, so that P X'X = I exactly.
        drawn: P is the diagonal of a draw from a law that has the mean of (X'X)^-1, shape
            (repetitions, d).
    """

    face: Face
    P: Array
    factor: float = 1.0
    whole: bool = False
    drawn: bool = False


# factor A P Phi' by (factor, A, part): a share of the derivative of a root by a vector of labels.
Heard: TypeAlias = tuple[float, Map, Part]


@dataclass(frozen=True)
class Asked:
    """A combination of models: factor times a root (-1 for none), and truths by node."""

    factor: float
    root: int
    truths: Mapping[int, float]


@dataclass(frozen=True)
class Look:
    """An expectation: share (left' M right), or share |vector|^2 of a vector on rows.

    Attributes:
        left, right: the models; of a vector, both its own.
        metric: M as a profile, or the node of the rows whose X'X it is.
        share: in front of all.
        noises: of the vector itself.
        count: how many rows it has.
        degrees: the fit whose degrees of freedom are asked instead.
    """

    left: Asked
    right: Asked
    metric: Array | int
    share: float = 1.0
    noises: Terms = ()
    count: int = 0
    degrees: Fitting | None = None


_NONE: Mapping[int, Sequence[Heard]] = {}


class Sweep:
    """A stack of repetitions, or one round of a loop in them.

    Args:
        pipeline: the process, or the body of the loop.
        looks: what is asked.
        sources: the column of `found` of each random node, by its `Prepared`; of each pair of
            truths, by their nodes; and of "constant".
        laws: how rows are drawn that are not, by their `Prepared`: (law, rows).
        rng: of the rows and features.
        found: what is added to, shape (repetitions, looks, sources).
        room: memory for what is drawn, used again by the next sweep.
        watch: shown the rows that are drawn, the last first; what it makes of them is in `shown`.
        outer: the sweep that a round belongs to.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        looks: Sequence[Look],
        sources: Mapping[Any, int],
        laws: Mapping[int, tuple[str, int]],
        rng: np.random.Generator,
        found: Array,
        room: dict[int, Any],
        watch: Watch | None = None,
        outer: Sweep | None = None,
    ) -> None:
        self.pipeline, self.nodes = pipeline, pipeline.nodes
        self.looks, self.sources, self.laws = looks, sources, laws
        self.runs = [Run(rng) for _ in found]
        self.found, self.room, self.watch, self.outer = found, room, watch, outer
        self.shown: list[Array] = outer.shown if outer else []
        # By node and root: maps that go to a model as they are, and what reaches labels.
        self.direct: dict[int, dict[int, list[tuple[float, Map]]]] = {}
        self.heard: dict[int, dict[int, list[Heard]]] = {}
        self.leaving: dict[int, dict[int, dict[int, Map]]] = {}
        self.entering: dict[int, dict[int, Map]] = {}
        self.truths: dict[tuple[int, int], Map] = {}
        self.parts: dict[Any, list[Part]] = {}
        self.kept: dict[Any, tuple[Array, tuple[object, ...]]] = {}
        self._draw()
        self.metrics: list[Array] = outer.metrics if outer else [self._metric(x) for x in looks]

    def repetition(self, roots: Sequence[Terms]) -> None:
        """Go back from the asks to what they are made of, and add what every source contributes."""
        for root, terms in enumerate(roots):
            for factor, index in terms:
                self.pass_on(index, {root: _IDENTITY}, factor)
        self.back()
        for position, look in enumerate(self.looks):
            self._truths(position, look)
            for factor, index in look.noises:
                self.add(position, id(self.nodes[index]), factor**2 * look.count)
            if look.degrees is not None:
                self.add(position, "constant", self._degrees(look.degrees))

    def back(self) -> None:
        """Go through the nodes in reverse: all that a node passes on to comes later."""
        for index in self.pipeline.back:
            if index in self.leaving:
                self.loop(index, self.nodes[index].parts)
            elif isinstance(self.nodes[index].node, Noise):
                self.noise(index)
            elif maps := self.maps(index):
                self._through(index, maps)

    def _through(self, index: int, maps: dict[int, Map]) -> None:
        """Pass the maps of a model on to what it is made of, or keep them for their source."""
        each = self.nodes[index]
        match each.node:
            case Fit():
                self.fit(each.parts, maps)
            case Scaled():
                factors, terms = each.parts
                for root, A in maps.items():
                    scaled = Map(0.0, A.dense(len(factors)) * factors)
                    for factor, at in terms:
                        self.pass_on(at, {root: scaled}, factor)
            case Truth():
                self.truths |= {(root, index): A for root, A in maps.items()}
            case RandomModel():
                self.model(index, maps)
            case Outcome(iteration, position):
                self.leaving.setdefault(iteration, {})[int(position.value)] = maps
            case Carried(position):
                self.entering[int(position.value)] = maps

    # --- what is drawn

    def _draw(self) -> None:
        """Draw rows and features, in the order of the literal run."""
        room = self.room
        for repetition, run in enumerate(self.runs):
            run.found = [None] * len(self.nodes)
            run.room = {i: room[i][repetition] for i in self.pipeline.designs if i in room}
            for index in self.pipeline.designs:
                each = self.nodes[index]
                place, (law, rows) = run.room.get(index), self.laws.get(id(each), ("", 0))
                if law == "chi2":
                    continue
                drawn = _triangle_of(run, each, rows) if law else each.realise(run, index)
                if index not in room:
                    room[index] = np.empty((len(self.runs), *np.shape(drawn)))
                if place is None or drawn is not place:
                    room[index][repetition] = drawn
                run.found[index] = room[index][repetition]
        for index in self.pipeline.designs:
            law, rows = self.laws.get(id(self.nodes[index]), ("", 0))
            if law == "chi2":
                freedom = rows - len(self.nodes[index].parts) + 1
                room[index] = self.runs[0].rng.chisquare(freedom, len(self.runs))
        self.designs = {index: room[index][: len(self.runs)] for index in self.pipeline.designs}
        for index in reversed(self.pipeline.designs if self.watch else ()):
            if isinstance(self.nodes[index].node, Rows) and self.watch:
                gram, root = self.cross((index, True), (index, True)), self.nodes[index].parts
                self.shown.append(self.watch(gram / root / root[:, None], self.rows(index)))

    def rows(self, index: int) -> int:
        """How many rows stand for a row set."""
        return int(self.designs[index].shape[1])

    def _metric(self, look: Look) -> Array:
        if isinstance(look.metric, int):
            return self.cross((look.metric, True), (look.metric, True))
        return look.metric

    # --- maps between models

    def pass_on(self, index: int, maps: Mapping[int, Map], factor: float = 1.0) -> None:
        """Add a multiple of the maps of all roots to those of a model."""
        direct = self.direct.setdefault(index, {})
        for root, each in maps.items():
            direct.setdefault(root, []).append((factor, each))

    def maps(self, index: int) -> dict[int, Map]:
        """The derivatives of the roots by a model, once all that hears it has been passed."""
        direct = self.direct.pop(index, {})
        for root, heard in self.heard.pop(index, _NONE).items():
            for face, factor, P in self.gathered(heard):
                reached = self.carried(P, face, (self.base(face[0]), True))
                direct.setdefault(root, []).append((factor, Map(0.0, reached)))
        return {root: _total(terms) for root, terms in direct.items()}

    def base(self, rows: int) -> int:
        """The rows that labels use, of what a fit sees of them."""
        node = self.nodes[rows].node
        return node.rows if isinstance(node, Noisy) else rows

    def gathered(self, heard: Sequence[Heard]) -> Iterator[tuple[Face, float, Array]]:
        """The sum of the shares: factor A P by face, the factor of a single one apart."""
        found: dict[Face, list[tuple[float, Array]]] = {}
        for factor, A, part in heard:
            P = self.once((id(A), id(part.P)), partial(A.times, part.P), A, part.P)
            found.setdefault(part.face, []).append((factor, P))
        for face, terms in found.items():
            factor, P = terms[0]
            if len(terms) > 1:
                factor, P = 1.0, reduce(np.add, (c * each for c, each in terms))
            yield face, factor, P

    def once(self, key: Any, make: Callable[[], Array], *alive: object) -> Array:
        """An array that is made once; what its key names by id stays alive with it."""
        if key not in self.kept:
            self.kept[key] = make(), alive
        return self.kept[key][0]

    def carried(self, P: Array, face: Face, to: Face) -> Array:
        """P Phi' Psi."""
        if face == to and not face[1]:
            return P
        return self.once((id(P), face, to), lambda: P @ self.cross(face, to), P)

    def cross(self, face: Face, to: Face) -> Array:
        """Phi' Psi."""
        left, right = self.designs[face[0]], self.designs[to[0]]
        if not face[1]:
            return right if to[1] else np.eye(right.shape[1])
        if not to[1]:
            return left.mT
        return self.once(("cross", face[0], to[0]), lambda: left.mT @ right)

    # --- fits

    def operator(self, fitting: Fitting) -> list[Part]:
        """What a fit makes of the labels of each of its groups; once for each design."""
        found = self.parts.get(fitting.same)
        if found is None:
            found = self._by_law(fitting) or self._by_gram(fitting) or self._by_labels(fitting)
            self.parts[fitting.same] = found
        return found

    def _by_law(self, fitting: Fitting) -> list[Part] | None:
        rows = fitting.groups[0].rows
        each = self.nodes[rows]
        if self.laws.get(id(each), ("", 0))[0] != "chi2":
            return None
        inverse = each.parts**-2.0 / self.designs[rows][:, None]
        return [Part((rows, True), inverse, drawn=True)]

    def _by_gram(self, fitting: Fitting) -> list[Part] | None:
        groups, d = fitting.groups, self.designs[fitting.groups[0].rows].shape[2]
        if fitting.lam is None or sum(self.rows(group.rows) for group in groups) < d:
            return None
        grams = [self.cross((group.rows, True), (group.rows, True)) for group in groups]
        shares = (
            gram if group.root == 1 else group.root**2 * gram
            for group, gram in zip(groups, grams, strict=True)
        )
        matrix = reduce(np.add, shares)
        if fitting.lam:
            matrix = matrix.copy() if matrix is grams[0] else matrix
            _diagonal(matrix)[:] += fitting.lam
        P = inverses(matrix)
        if P is None:
            return None
        whole = fitting.lam == 0 and len(groups) == 1
        return [Part((group.rows, True), P, group.root**2, whole=whole) for group in groups]

    def _by_labels(self, fitting: Fitting) -> list[Part]:
        basis = np.eye(sum(self.rows(group.rows) for group in fitting.groups))
        H = np.array([fitting.learn(run)(basis) for run in self.runs])
        if len(fitting.groups) == 1:
            return [Part((fitting.groups[0].rows, False), H)]
        ends = np.cumsum([self.rows(group.rows) for group in fitting.groups])
        shares = np.split(H, ends[:-1], axis=2)
        return [
            Part((group.rows, False), share, group.root)
            for group, share in zip(fitting.groups, shares, strict=True)
        ]

    def fit(self, fitting: Fitting, maps: Mapping[int, Map]) -> None:
        """Pass the maps of a fit's model on to what labelled its rows."""
        for group, part in zip(fitting.groups, self.operator(fitting), strict=True):
            exactly = (part.whole or part.drawn) and group.rows == group.base
            for factor, index in group.models:
                if exactly:
                    self.pass_on(index, maps, factor)
                else:
                    self.hear(index, maps, factor, part)
            for factor, index in group.noises:
                self.hear(index, maps, factor, part)

    def hear(self, index: int, maps: Mapping[int, Map], factor: float, part: Part) -> None:
        """Add to what reaches a node through labels."""
        heard = self.heard.setdefault(index, {})
        for root, A in maps.items():
            heard.setdefault(root, []).append((factor * part.factor, A, part))

    def _degrees(self, fitting: Fitting) -> Any:
        """The trace of the map from labels to predictions, for each row."""
        trace: Any = 0.0
        for group, part in zip(fitting.groups, self.operator(fitting), strict=True):
            if part.whole or part.drawn:
                trace += part.P.shape[1]
            else:
                crossed = self.cross(part.face, (group.rows, True))
                trace = trace + part.factor * _trace(part.P, crossed)
        return trace / sum(group.count for group in fitting.groups)

    # --- what sources contribute

    def add(self, position: int, source: Any, value: Any) -> None:
        """Add to an ask what a source contributes."""
        self.found[:, position, self.sources[source]] += self.looks[position].share * value

    def noise(self, index: int) -> None:
        """What a noise vector contributes, once all that hears it has been passed."""
        heard, source = self.heard.pop(index, _NONE), id(self.nodes[index])
        for position, look in enumerate(self.looks):
            left, right = heard.get(look.left.root, ()), heard.get(look.right.root, ())
            value: Any = 0.0
            if left and right:
                value = self._spread(left, right, self.metrics[position])
                value = look.left.factor * look.right.factor * value
            if look.noises and left and self.outer is None:
                value = value + self._crossed(look, index, left)
            if left and right:
                self.add(position, source, value)

    def _crossed(self, look: Look, index: int, heard: Sequence[Heard]) -> Any:
        """2 tr X G': a noise of the asked vector, and what models on its rows heard of it."""
        own = sum(factor for factor, at in look.noises if at == index)
        found: Any = 0.0
        for face, factor, P in self.gathered(heard) if own else ():
            crossed = self.cross(face, (self.base(face[0]), True))
            found = found + 2 * own * look.left.factor * factor * _trace(P, crossed)
        return found

    def _spread(self, left: Sequence[Heard], right: Sequence[Heard], metric: Array) -> Any:
        """tr M G_left G_right'."""
        (factor, A, part), (other, B, _) = left[0], right[0]
        if len(left) == len(right) == 1 and right[0][2] is part:
            if part.drawn:
                columns = self._columns(A, B, metric)
                return factor * other * np.sum(columns * part.P, axis=1)
            if part.whole:
                return factor * other * self._inside(A, B, part.P, metric)
        elif part.drawn:
            A, B = (_total([(c, each) for c, each, _ in heard]) for heard in (left, right))
            return np.sum(self._columns(A, B, metric) * part.P, axis=1)
        found: Any = 0.0
        rights = list(self.gathered(right))
        for face, factor, P in self.gathered(left):
            for to, other, Q in rights:
                product = _product(metric, P, self.carried(Q, to, face))
                found = found + factor * other * product
        return found

    def _inside(self, A: Map, B: Map, P: Array, metric: Array) -> Array:
        """tr M A P B'."""
        if A.matrix is None and B.matrix is None:
            kept = _diagonal(P) @ metric if metric.ndim == 1 else _trace(metric, P)
            return A.scale * B.scale * kept
        d = P.shape[1]
        form = self.once(
            ("form", id(A), id(B), id(metric)),
            lambda: A.dense(d).mT @ _weighed(metric, B.dense(d)),
            A, B, metric,
        )  # fmt: skip
        return _product(np.ones(d), form, P)

    def _columns(self, A: Map, B: Map, metric: Array) -> Array:
        """(A' M B)_jj, shape (d,) or (repetitions, d)."""
        if A.matrix is None and B.matrix is None:
            return A.scale * B.scale * (metric if metric.ndim == 1 else _diagonal(metric))
        d = metric.shape[-1]

        def make() -> Array:
            left = A.dense(d)
            right = left if A is B else B.dense(d)
            if metric.ndim == 1:
                return np.asarray(metric @ (left * right))
            return np.asarray((left * (metric @ right)).sum(axis=1))

        return self.once(("columns", id(A), id(B), id(metric)), make, A, B, metric)

    def model(self, index: int, maps: Mapping[int, Map]) -> None:
        """What a random model contributes."""
        each = self.nodes[index]
        for position, look in enumerate(self.looks):
            if look.left.root in maps and look.right.root in maps:
                A, B = maps[look.left.root], maps[look.right.root]
                value = self._columns(A, B, self.metrics[position]) @ each.parts**2
                self.add(position, id(each), look.left.factor * look.right.factor * value)

    def _truths(self, position: int, look: Look) -> None:
        """What the truths contribute, on average over the signs of their coordinates."""
        left = self._seen(look.left)
        right = left if look.left == look.right else self._seen(look.right)
        for i, A in left.items():
            for j, B in right.items():
                energy = self.nodes[i].parts * self.nodes[j].parts
                self.add(position, (i, j), self._columns(A, B, self.metrics[position]) @ energy)

    def _seen(self, asked: Asked) -> dict[int, Map]:
        """The derivatives of a combination by the truths."""
        terms: defaultdict[int, list[tuple[float, Map]]] = defaultdict(list)
        for index, factor in asked.truths.items():
            terms[index].append((factor, _IDENTITY))
        for (root, index), each in self.truths.items():
            if root == asked.root:
                terms[index].append((asked.factor, each))
        return {index: _total(each) for index, each in terms.items()}

    # --- loops

    def loop(self, index: int, loop: Loop) -> None:
        """Go back through the rounds of a loop, each on rows of its own."""
        maps = self.leaving.pop(index)
        for _ in range(loop.count):
            inner = Sweep(
                loop.body, self.looks, self.sources, self.laws,
                self.runs[0].rng, self.found, self.room.setdefault(index, {}), self.watch, self,
            )  # fmt: skip
            for position, each in maps.items():
                for factor, at in loop.leaving[position]:
                    inner.pass_on(at, each, factor)
            inner.back()
            maps = inner.entering
        for position, each in maps.items():
            for factor, at in loop.entering[position]:
                self.pass_on(at, each, factor)


def _triangle_of(run: Run, each: Prepared, rows: int) -> Array:
    """d rows, of which X'X has the law of so many."""
    d = len(each.parts)
    below, falling = _triangle(d)
    A = np.zeros(d * d)
    A[below] = run.rng.standard_normal(len(below))
    A[:: d + 1] = np.sqrt(run.rng.chisquare(rows - falling))
    return A.reshape(d, d).T * each.parts


@lru_cache(maxsize=8)
def _triangle(d: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Where a flat d x d matrix is below its diagonal; and 0..d-1."""
    return np.flatnonzero(np.tri(d, k=-1)), np.arange(d)


def _diagonal(stack: Array) -> Array:
    """A view of the diagonals, shape (repetitions, d)."""
    return np.einsum("bii->bi", stack)


def _trace(P: Array, Q: Array) -> Array:
    """tr P Q, where Q may be the same for all repetitions."""
    return np.asarray(np.einsum("...ij,...ji->...", P, Q))


def _weighed(metric: Array, matrix: Array) -> Array:
    """M matrix."""
    return np.asarray(metric[:, None] * matrix if metric.ndim == 1 else metric @ matrix)


def _product(metric: Array, P: Array, Q: Array) -> Array:
    """tr M P Q'."""
    if metric.ndim == 1:
        return np.asarray(np.einsum("bij,bij->bi", P, Q) @ metric)
    return np.asarray(np.einsum("bij,bij->b", metric @ P, Q))
