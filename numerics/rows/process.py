"""count_aware: the asks of a process on a population, by the count-aware equivalent.

Each fit is a stage (`ridgeproof.numerics.rows.stage`), and what it says at the rows of the
population has a mean m, (N,), and a covariance C, (N, N).  Labels that combine models whose rows
are independent have the mean sum c_i m_i and the covariance sum c_i^2 C_i; so do asks, averages
over the population of products of two such combinations.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.chain import Labels, next_labels
from ridgeproof.numerics.rows.predict import Predictor, require_penalty
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.expressions import ONE, Expression, evaluate
from ridgeproof.theory.process.facts import size_of
from ridgeproof.theory.process.graph import Graph, Truth
from ridgeproof.theory.process.linear import Combination
from ridgeproof.theory.process.operators.asks import Inner
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import SIGMA, Rows

__all__ = ["count_aware"]


@dataclass(frozen=True, eq=False)
class _Said:
    """A model at the rows of the population; `drawn` are the row sets it comes from."""

    mean: Array
    spread: Array
    drawn: frozenset[int]


def count_aware(
    graph: Graph, values: Mapping[str, Fraction], predictor: Predictor
) -> dict[str, float | str]:
    """Each ask of a process on data: its value, or why the equivalent does not know it.

    It knows asks about plain ridges on one row set each, whose labels combine the truth and models
    of other, independent row sets.  Fits on ``features(...)`` are those of the generators' kernel.

    Args:
        graph: the normal form at the values.
        values: of the parameters, and of d.
        predictor: of the population, with labels of one column.
    """
    numbers = {name: float(value) for name, value in values.items()}
    walk = _Walk(graph, values, numbers, predictor)
    found: dict[str, float | str] = {}
    for name, ask in graph.asks:
        try:
            found[name] = float(evaluate(ask, numbers, float, walk.expected))
        except (NotBuilt, ArithmeticError, InputError) as error:
            found[name] = str(error)
    return found


@dataclass(eq=False)
class _Walk:
    graph: Graph
    values: Mapping[str, Fraction]
    numbers: Mapping[str, float]
    predictor: Predictor
    said: dict[int, _Said] = field(default_factory=dict)

    def expected(self, leaf: Expression) -> float:
        """The average over the population of left times right."""
        if not isinstance(leaf, Inner) or leaf.metric != SIGMA:
            raise NotBuilt(f"{type(leaf).__name__.lower()} is no average over rows of data")
        left, right = self._combined(leaf.left), self._combined(leaf.right)
        shared = {at: c for c, at in self._terms(leaf.right)}
        both = {at: c * shared.get(at, 0.0) for c, at in self._terms(leaf.left)}
        self._independent(both.keys() | shared.keys())
        spreads = (c * np.mean(np.diagonal(self._model(at).spread)) for at, c in both.items())
        return float(np.mean(left * right) + sum(spreads))

    def _model(self, index: int) -> _Said:
        if index not in self.said:
            node = self.graph.nodes[index]
            truth = self.predictor.population.truth[:, 0]
            if isinstance(node, Ridge):
                self.said[index] = self._fitted(node)
            elif node == Truth():
                self.said[index] = _Said(truth, np.zeros((1, 1)), frozenset())
            else:
                raise NotBuilt(f"{type(node).__name__} is not known on rows of data")
        return self.said[index]

    def _fitted(self, node: Ridge) -> _Said:
        if len(node.groups) > 1 or node.penalty != ONE:
            raise NotBuilt("a fit on several row sets, or with a penalty of its own")
        group = node.groups[0]
        rows = self.graph.nodes[group.labels.rows]
        if not isinstance(rows, Rows) or rows.covariance != SIGMA:
            raise NotBuilt("rows that are not those of the data as they are")
        learner = self.predictor if node.features is None else self.predictor.first
        if learner is None:
            raise NotBuilt("random features of the data")
        share = self._number(group.weight) / float(group.count.value)
        T, lam = size_of(rows.size, self.values), self._number(node.lam) / share
        require_penalty("lam", lam, learner.population)
        models = list(self._terms(group.labels.models))
        drawn = self._independent(at for _, at in models)
        if group.labels.rows in drawn:
            raise NotBuilt("a fit on rows from which its labels were learned")
        mean = self._combined(group.labels.models)[:, None]
        second = mean @ mean.T + sum(c**2 * self._model(at).spread for c, at in models)
        noise = sum(c**2 for c, _ in self._terms(group.labels.noises)) ** 0.5
        found = next_labels(learner.stage(T, lam), Labels(mean, second), noise)
        assert found.second is not None
        spread = found.second - found.mean @ found.mean.T
        return _Said(found.mean[:, 0], spread, drawn | {group.labels.rows})

    def _combined(self, combination: Combination) -> Array:
        zero = np.zeros(len(self.predictor.population.K))
        return sum((c * self._model(at).mean for c, at in self._terms(combination)), zero)

    def _terms(self, combination: Combination) -> Iterator[tuple[float, int]]:
        return ((self._number(coefficient), at) for coefficient, at in combination.terms)

    def _number(self, item: Expression) -> float:
        return float(evaluate(item, self.numbers, float))

    def _independent(self, models: Iterable[int]) -> frozenset[int]:
        """The row sets that models were learned from.

        Raises:
            NotBuilt: two of the models share one.
        """
        sets = [self._model(at).drawn for at in models]
        together = frozenset[int]().union(*sets)
        if len(together) < sum(map(len, sets)):
            raise NotBuilt("models that were learned from the same rows, in one average")
        return together
