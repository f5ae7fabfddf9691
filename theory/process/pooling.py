"""Pooling: the list of labels of a fit becomes one group for each row set."""

from __future__ import annotations

from fractions import Fraction

from ridgeproof.theory.process.builder import Builder, Labels, Weights
from ridgeproof.theory.process.expressions import ONE, Number
from ridgeproof.theory.process.graph import Group
from ridgeproof.theory.process.linear import Combination, Vector, over, plus

__all__ = ["pooled", "residuals"]


def pooled(build: Builder, labels: Labels, weights: Weights = ()) -> tuple[Group, ...]:
    """The groups of a fit: labels on the same rows are one group, with their weighted mean.

    For labels y_1, y_2 on the same rows,

        a |y_1 - X w|^2 + b |y_2 - X w|^2 = (a + b) |(a y_1 + b y_2)/(a + b) - X w|^2

    up to a term without w, and each counts its rows in the T of the objective.

    Raises:
        InputError: there are no labels, or not one weight for each.
    """
    if not labels:
        raise build.refuse("[]", "holds no labels", "fit on at least one vector of labels")
    if weights and len(weights) != len(labels):
        condition = f"are {len(weights)} for {len(labels)} vectors of labels"
        raise build.refuse("weights", condition, "give one weight for each")
    found: dict[int, Group] = {}
    for label, weight in zip(labels, weights or (ONE,) * len(labels), strict=True):
        if label.rows not in found:
            found[label.rows] = Group(label, weight, ONE)
            continue
        held = found[label.rows]
        total = plus(held.weight, weight)
        mean = held.labels.times(over(held.weight, total)).plus(label.times(over(weight, total)))
        found[label.rows] = Group(mean, total, Number(held.count.value + 1))
    return tuple(found.values())


def residuals(labels: Labels, model: Combination) -> Labels:
    """Each vector of labels less the model's predictions on its rows."""
    opposite = model.times(Number(Fraction(-1)))
    return tuple(label.plus(Vector(label.rows, opposite)) for label in labels)
