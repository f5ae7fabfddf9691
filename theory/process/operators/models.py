"""gaussian, scale and features: models that are drawn, rescaled, and random features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ridgeproof.theory.process.builder import Builder, FeatureSet, Profile, Word, operator
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.graph import Model, Node, Source
from ridgeproof.theory.process.linear import Combination

__all__ = ["ACTIVATIONS", "Features", "RandomModel", "Scaled", "nonlinear"]

ACTIVATIONS = ("linear", "tanh", "erf", "sin", "relu")


@dataclass(frozen=True)
class RandomModel(Model):
    """A draw of N(0, diag(profile))."""

    profile: Expression


@dataclass(frozen=True)
class Scaled(Model):
    """diag(profile) model."""

    model: Combination
    profile: Expression


@dataclass(frozen=True)
class Features(Source):
    """A size x d matrix F of independent N(0, 1/size) entries, and an activation of F x.

    A fit on them is the function a'f(F x).  Where f is not linear that is no vector of d numbers:
    it predicts labels, and is asked about as E (a'f(F x) - w0'x)^2 with x ~ N(0, metric).
    """

    size: Expression
    activation: str = "linear"


@operator()
def gaussian(build: Builder, profile: Profile) -> Combination:
    """A fresh random model."""
    return build.model(RandomModel(profile))


@operator()
def scale(build: Builder, model: Combination, profile: Profile) -> Combination:
    """The model with its coordinates multiplied by a profile.

    Raises:
        InputError: the process has features with an activation, whose fits have no coordinates.
    """
    if nonlinear(build.nodes):
        condition = "meets features with an activation, whose fits have no coordinates to rescale"
        raise build.refuse("scale", condition, "use linear features, or rescale nothing")
    return build.model(Scaled(model, profile))


@operator()
def features(build: Builder, size: Expression, activation: Word = "linear") -> FeatureSet:
    """Fresh random features.

    Raises:
        InputError: the activation is unknown.
    """
    if activation not in ACTIVATIONS:
        remedy = f"choose {', '.join(ACTIVATIONS)}"
        raise build.refuse(f"'{activation}'", "is no activation known here", remedy)
    return FeatureSet(build.add(Features(size, activation)))


def nonlinear(nodes: Sequence[Node]) -> dict[int, Features]:
    """The random features with an activation, by index."""
    return {
        index: node
        for index, node in enumerate(nodes)
        if isinstance(node, Features) and node.activation != "linear"
    }
