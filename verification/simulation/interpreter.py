"""The literal simulation of a process: each node of its graph is drawn or fitted as it says.

This is the independent witness of the general theorem: it knows numpy and the graph, and none of
the theory.  All is in the eigenbasis of Sigma.  At growth k every direction is repeated k times and
shares its signal's energy, and every size is multiplied by k: the limit k -> infinity is what the
theorem states, and nothing else of the process changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import singledispatch
from typing import Any

import numpy as np

from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Expression, Text, evaluate, walk
from ridgeproof.theory.process.facts import size_of
from ridgeproof.theory.process.graph import (
    Carried,
    Fit,
    Graph,
    Group,
    Iteration,
    Node,
    Outcome,
    Truth,
)
from ridgeproof.theory.process.linear import Combination, Vector
from ridgeproof.theory.process.operators.asks import Degrees, Extremum, Inner, Kappa, MeanSquare
from ridgeproof.theory.process.operators.gradient import Gradient, GradientDescent, GradientFlow
from ridgeproof.theory.process.operators.models import Features, RandomModel, Scaled
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noise, Noisy, Rows
from ridgeproof.theory.process.profiles import check_profile, profile_values
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.process import Array

__all__ = ["Estimate", "ProcessWorld", "combined", "primitives", "simulate", "unsimulated"]

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "min": np.minimum,
    "max": np.maximum,
    "where": lambda x, a, b: np.where(np.greater_equal(x, 0), a, b),
}


@dataclass(frozen=True)
class ProcessWorld:
    """What the graph leaves open.

    Attributes:
        s: eigenvalues of Sigma, shape (d,).
        w0: the signal in the eigenbasis, shape (d,).
        values: exact values of the parameters.
        growth: k, at least 1.
        tables: profiles that are given by text (a spectrum), by that text, each of shape (d,).
    """

    s: Array
    w0: Array
    values: Mapping[str, Fraction]
    growth: int = 1
    tables: Mapping[str, Array] = field(default_factory=dict)
    _seen: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def profile(self, tree: Expression, *, signed: bool = False, infinite: bool = False) -> Array:
        """A profile in every direction, shape (d k,); not yet divided by the growth."""
        key = (tree, signed, infinite)
        if key not in self._seen:
            found = self._profile(tree)
            check_profile(str(tree), found.tolist(), len(self.s), signed=signed, infinite=infinite)
            self._seen[key] = np.repeat(found, self.growth)
        return self._seen[key]

    def _profile(self, tree: Expression) -> Array:
        d = len(self.s)
        if isinstance(tree, Text):
            return self.tables[tree.text]
        names: dict[str, Any] = {
            "s": self.s, "w0": self.w0, "d": float(d), "inf": np.inf, "i": np.arange(1.0, d + 1)
        }  # fmt: skip
        with np.errstate(all="ignore"):
            value = profile_values(tree, names, float, _FUNCTIONS)
        return np.broadcast_to(np.asarray(value, dtype=float), (d,))

    def signal(self, tree: Expression) -> Array:
        """A fixed vector in every direction, its energy shared by the copies, shape (d k,)."""
        return self.profile(tree, signed=True) / np.sqrt(self.growth)

    def size(self, tree: Expression) -> int:
        """A number of rows or features."""
        return size_of(tree, {"d": Fraction(len(self.s)), **self.values}) * self.growth

    def number(self, tree: Expression) -> float:
        """A number in the parameters."""
        if tree not in self._seen:
            names = {"d": float(len(self.s)), **{n: float(v) for n, v in self.values.items()}}
            self._seen[tree] = float(evaluate(tree, names, float))
        return self._seen[tree]


def unsimulated(ask: Expression) -> str:
    """Why an ask has no literal simulation, or "" where it has one."""
    for part in walk(ask):
        if isinstance(part, Extremum):
            return "a minimum over a parameter is no expectation"
        if isinstance(part, Kappa):
            return "kappa is a number of the theory that no draw observes"
    return ""


def primitives(graph: Graph) -> tuple[Expectation, ...]:
    """The expectations that the asks with a simulation are made of, each once."""
    trees = tuple(ask for _, ask in graph.asks if not unsimulated(ask))
    return tuple(dict.fromkeys(part for part in walk(trees) if isinstance(part, Expectation)))


def simulate(graph: Graph, world: ProcessWorld, rng: np.random.Generator, size: int) -> Array:
    """Draw and fit everything `size` times.

    Returns:
        The value of each of `primitives(graph)` in each repetition, shape (size, primitives).

    Raises:
        InputError: a size, weight or profile has no meaning.
        NotBuilt: a node or an ask has no literal simulation.
    """
    asks = primitives(graph)
    found = np.empty((size, len(asks)))
    for repetition in found:
        run = _Run(world, rng)
        run.through(graph.nodes)
        repetition[:] = [_observed(ask, run) for ask in asks]
    return found


@dataclass
class _Run:
    """One repetition: what each node came out as, by index."""

    world: ProcessWorld
    rng: np.random.Generator
    entering: Sequence[Array] = ()
    found: list[Any] = field(default_factory=list)
    nodes: Sequence[Node] = ()

    def through(self, nodes: Sequence[Node]) -> None:
        """Realise nodes in order."""
        self.nodes = nodes
        for node in nodes:
            self.found.append(_realised(node, self))

    def model(self, combination: Combination) -> Array:
        """A combination of models, shape (d k,)."""
        total: Array = np.zeros(len(self.world.s) * self.world.growth)
        for coefficient, index in combination.terms:
            total = total + self.world.number(coefficient) * self.found[index]
        return total

    def vector(self, vector: Vector) -> Array:
        """A vector on rows, shape (rows,)."""
        rows, node = self.found[vector.rows], self.nodes[vector.rows]
        X = self.found[node.rows] if isinstance(node, Noisy) else rows
        total: Array = X @ self.model(vector.models)
        for coefficient, index in vector.noises.terms:
            total = total + self.world.number(coefficient) * self.found[index]
        return total

    def weighted(self, groups: tuple[Group, ...]) -> tuple[Array, Array]:
        """Rows and labels of a fit, each times the root of its weight/T: (n, d k) and (n,)."""
        T = sum(int(g.count.value) * len(self.found[g.labels.rows]) for g in groups)
        weights = [self.world.number(group.weight) for group in groups]
        if min(weights) < 0:
            raise InputError("weights", min(weights), "is negative", "give weights >= 0")
        roots = [np.sqrt(weight / T) for weight in weights]
        pairs = list(zip(roots, groups, strict=True))
        return (
            np.vstack([root * self.found[group.labels.rows] for root, group in pairs]),
            np.concatenate([root * self.vector(group.labels) for root, group in pairs]),
        )


@singledispatch
def _realised(node: Node, run: _Run) -> Any:
    """What a node comes out as: rows (n, d k), a vector (n,), features (m, d k), a model (d k,)."""
    raise NotBuilt(f"{type(node).__name__} has no literal simulation")


@_realised.register
def _(node: Truth, run: _Run) -> Any:
    return run.world.signal(node.profile)


@_realised.register
def _(node: RandomModel, run: _Run) -> Any:
    variance = run.world.profile(node.profile) / run.world.growth
    return np.sqrt(variance) * run.rng.standard_normal(len(variance))


@_realised.register
def _(node: Scaled, run: _Run) -> Any:
    return run.world.profile(node.profile, signed=True) * run.model(node.model)


@_realised.register
def _(node: Rows, run: _Run) -> Any:
    variance = run.world.profile(node.covariance)
    shape = (run.world.size(node.size), len(variance))
    return Entries(node.law)(run.rng, shape) * np.sqrt(variance)


@_realised.register
def _(node: Noisy, run: _Run) -> Any:
    X = run.found[node.rows]
    return X + run.rng.standard_normal(X.shape) * np.sqrt(run.world.profile(node.profile))


@_realised.register
def _(node: Noise, run: _Run) -> Any:
    return run.rng.standard_normal(len(run.found[node.rows]))


@_realised.register
def _(node: Features, run: _Run) -> Any:
    if node.activation != "linear":
        raise NotBuilt("simulation of features with an activation")
    m = run.world.size(node.size)
    return run.rng.standard_normal((m, len(run.world.s) * run.world.growth)) / np.sqrt(m)


@_realised.register
def _(node: Iteration, run: _Run) -> Any:
    models = [run.model(model) for model in node.entering]
    for _ in range(int(run.world.number(node.count))):
        inner = _Run(run.world, run.rng, models)
        inner.through(node.body.nodes)
        models = [inner.model(model) for model in node.body.leaving]
    return models


@_realised.register
def _(node: Carried, run: _Run) -> Any:
    return run.entering[int(node.position.value)]


@_realised.register
def _(node: Outcome, run: _Run) -> Any:
    return run.found[node.iteration][int(node.position.value)]


@_realised.register
def _(node: Fit, run: _Run) -> Any:
    X, y = run.weighted(node.groups)
    return _learned(node, run, X, y)


@singledispatch
def _learned(node: Fit, run: _Run, X: Array, y: Array) -> Array:
    """The model of weighted rows (n, d k) and labels (n,) or (n, c), in which it is linear."""
    raise NotBuilt(f"{type(node).__name__} has no literal simulation")


@_learned.register
def _(node: Ridge, run: _Run, X: Array, y: Array) -> Array:
    lam = run.world.number(node.lam)
    if node.features is not None:
        F: Array = run.found[node.features]
        return F.T @ _ridge(X @ F.T, y, lam)
    penalty = run.world.profile(node.penalty, infinite=True)
    if not (penalty > 0).all():
        remedy = "give positive penalties, inf for a direction that is not fitted"
        raise InputError("penalty", str(node.penalty), "is 0 in a direction", remedy)
    # In v_i = sqrt(p_i) w_i the penalty is lam |v|^2; a column of an infinite penalty is zero.
    root = 1 / np.sqrt(penalty)
    return (_ridge(X * root, y, lam).T * root).T


def _ridge(X: Array, y: Array, lam: float) -> Array:
    """argmin |y - X v|^2 + lam |v|^2 of least norm; a negative lam is solved as it stands."""
    n, d = X.shape
    if lam == 0:
        return np.asarray(np.linalg.lstsq(X, y, rcond=None)[0])
    if n <= d:
        return X.T @ np.linalg.solve(X @ X.T + lam * np.eye(n), y)
    return np.asarray(np.linalg.solve(X.T @ X + lam * np.eye(d), X.T @ y))


@_learned.register
def _(node: Gradient, run: _Run, X: Array, y: Array) -> Array:
    return X.T @ y


@_learned.register
def _(node: GradientDescent, run: _Run, X: Array, y: Array) -> Array:
    eta, k = run.world.number(node.eta), run.world.number(node.k)
    return _filtered(X, y, lambda t: (1 - (1 - eta * t) ** k) / t)


@_learned.register
def _(node: GradientFlow, run: _Run, X: Array, y: Array) -> Array:
    time = run.world.number(node.t)
    return _filtered(X, y, lambda t: -np.expm1(-time * t) / t)


@_learned.register
def _(node: PrincipalComponents, run: _Run, X: Array, y: Array) -> Array:
    cut = run.world.number(node.cut)
    return _filtered(X, y, lambda t: (t > cut) / t)


def _filtered(X: Array, y: Array, response: Callable[[Array], Array]) -> Array:
    """V f(t) V' X'y with X'X = V t V'; directions without data get nothing, as X'y has none."""
    U, root, Vt = np.linalg.svd(X, full_matrices=False)
    kept = root > root[0] * max(X.shape) * np.finfo(float).eps
    U, root, Vt = U[:, kept], root[kept], Vt[kept]
    return Vt.T @ ((U.T @ y).T * (response(root**2) * root)).T


@singledispatch
def _observed(ask: Expectation, run: _Run) -> float:
    """The value, in this repetition, of what an ask expects."""
    raise NotBuilt(f"{type(ask).__name__.lower()} is no expectation that a simulation can average")


@_observed.register
def _(ask: Inner, run: _Run) -> float:
    left, right = run.model(ask.left), run.model(ask.right)
    return float(run.world.profile(ask.metric) @ (left * right))


@_observed.register
def _(ask: MeanSquare, run: _Run) -> float:
    return float(np.mean(run.vector(ask.vector) ** 2))


@_observed.register
def _(ask: Degrees, run: _Run) -> float:
    fit = run.nodes[ask.fit]
    if not isinstance(fit, Fit):
        raise NotBuilt("df of what is no fit")
    X, _ = run.weighted(fit.groups)
    smoother = X @ _learned(fit, run, X, np.eye(len(X)))
    return float(np.trace(smoother) / len(X))


@dataclass(frozen=True)
class Estimate:
    """An ask from N repetitions: arithmetic of means, with its standard error by the jackknife."""

    mean: float
    standard_error: float


def combined(graph: Graph, world: ProcessWorld, draws: Array) -> dict[str, Estimate]:
    """The asks of a graph from repetitions of its primitives; those not simulated are left out.

    With m_j the means of the primitives and m_j(-i) the same without repetition i,

        mean = ask(m),   se^2 = (N - 1)/N sum_i (ask(m(-i)) - average of ask(m(-i)))^2.

    Args:
        graph: the process.
        world: parameters of the asks.
        draws: shape (N, number of primitives), from `simulate`; N >= 2.
    """
    N = len(draws)
    total = draws.sum(axis=0)
    means, without = total / N, (total - draws) / (N - 1)
    position: dict[Expression, int] = {ask: j for j, ask in enumerate(primitives(graph))}
    names: dict[str, Any] = {name: np.float64(value) for name, value in world.values.items()}
    names = {"d": np.float64(len(world.s)), **names}
    found = {}
    for name, ask in graph.asks:
        if unsimulated(ask):
            continue
        with np.errstate(all="ignore"):  # a division by zero is infinite or no number
            value = evaluate(ask, names, np.float64, lambda part: means[position[part]])
            left = evaluate(ask, names, np.float64, lambda part: without[:, position[part]])
            spread = np.broadcast_to(left, (N,))
            error = np.sqrt((N - 1) / N * np.sum((spread - spread.mean()) ** 2))
        found[name] = Estimate(float(value), float(error))
    return found
