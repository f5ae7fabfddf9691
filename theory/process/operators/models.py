"""gaussian, scale and features: models that are drawn, rescaled, and random features."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.theory.process.builder import Builder, FeatureSet, Profile, Word, operator
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.graph import Model, Source
from ridgeproof.theory.process.linear import Combination

__all__ = ["ACTIVATIONS", "Features", "RandomModel", "Scaled"]

ACTIVATIONS = ("linear", "tanh", "erf", "sin")


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
    """A size x d matrix F of independent N(0, 1/size) entries, and an activation of F x."""

    size: Expression
    activation: str = "linear"


@operator()
def gaussian(build: Builder, profile: Profile) -> Combination:
    """A fresh random model."""
    return build.model(RandomModel(profile))


@operator()
def scale(build: Builder, model: Combination, profile: Profile) -> Combination:
    """The model with its coordinates multiplied by a profile."""
    return build.model(Scaled(model, profile))


@operator()
def features(build: Builder, size: Expression, activation: Word = "linear") -> FeatureSet:
    """Fresh random features.

    Raises:
        InputError: the activation is unknown; one that is not odd has a mean, which is not covered.
    """
    if activation not in ACTIVATIONS:
        remedy = f"choose {', '.join(ACTIVATIONS)}"
        raise build.refuse(f"'{activation}'", "is no activation known here", remedy)
    return FeatureSet(build.add(Features(size, activation)))
