"""Infinite expectations at many points at once: the exact fold, where a point may need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Protocol

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.profiles import Directions
from ridgeproof.theory.process.expressions import ONE, Expression, evaluate
from ridgeproof.theory.process.finiteness import require_finite
from ridgeproof.theory.process.fits import Count, rows_of
from ridgeproof.theory.process.graph import Graph, Iteration, Node, reached
from ridgeproof.theory.process.operators.models import Features
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge

__all__ = ["counted", "require_finite_points"]


class _Profiles(Protocol):
    def profile(self, profile: Expression, /, *, infinite: bool = False) -> Array: ...


def counted(profiles: _Profiles, multiplicity: Array | float = 1.0) -> Count:
    """Counts the directions of positive variance, and those of them with a finite penalty."""

    def count(penalty: Expression, variances: tuple[Expression, ...]) -> tuple[float, float]:
        shown = np.any([profiles.profile(each) > 0 for each in variances], axis=0)
        seen = shown & np.isfinite(profiles.profile(penalty, infinite=True))
        return round(np.sum(multiplicity * seen)), round(np.sum(multiplicity * shown))

    return count


def require_finite_points(
    graph: Graph, values: Mapping[str, Array], directions: Directions
) -> None:
    """Raise InfiniteExpectation when an ask has no finite expectation at some point.

    The limit itself does not show these poles.  A point is looked at only where a fit without ridge
    has about as many rows as directions or features.

    Raises:
        InfiniteExpectation: as `theory.process.finiteness.require_finite`.
    """
    count = counted(directions, directions.multiplicity)
    needed = [graph.nodes[index] for index in reached(graph.nodes, graph.asks)]
    near = _near(graph.nodes, needed, values, count)
    for point in np.flatnonzero(near):
        here = {
            name: _number(float(column[point if len(column) > 1 else 0, 0]))
            for name, column in values.items()
        }
        require_finite(graph, here, directions.d, count, limit=True)


def _number(value: float) -> Fraction:
    """The simple fraction that a float stands for, so that what cancels does; or the float."""
    simple = Fraction(value).limit_denominator(10**6)
    return simple if float(simple) == value else Fraction(value)


def _near(
    nodes: Sequence[Node], needed: Sequence[Node], values: Mapping[str, Array], count: Count
) -> Array:
    """Where some fit without ridge has about as many rows as it may fit, (points or 1, 1)."""

    def number(item: Expression) -> Array:
        return evaluate(item, values, lambda value: np.full((1, 1), float(value)))

    near: Array = np.zeros((1, 1), dtype=bool)
    for node in needed:
        match node:
            case Iteration(body=body):
                near = near | _near(body.nodes, body.nodes, values, count)
            case Ridge(groups, bound) | PrincipalComponents(groups, bound):
                bare = number(bound) == 0
                if not bare.any():
                    continue
                rows = [rows_of(nodes, group) for group in groups]
                T = np.zeros((1, 1))
                for group, row in zip(groups, rows, strict=True):
                    T = T + np.where(number(group.weight) > 0, number(row.size), 0.0)
                penalty = node.penalty if isinstance(node, Ridge) else ONE
                size, _ = count(penalty, tuple(row.covariance for row in rows))
                close = abs(T - size) < 2  # derived sizes are rounded
                if isinstance(node, Ridge) and node.features is not None:
                    features = nodes[node.features]
                    assert isinstance(features, Features)
                    close = close | (abs(T - number(features.size)) < 2)
                near = near | (bare & close)
    return near
