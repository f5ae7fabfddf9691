"""rows and noise: what is random about a data set."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.theory.process.builder import Builder, Labels, Profile, RowSet, Word, operator
from ridgeproof.theory.process.expressions import Expression, Name
from ridgeproof.theory.process.graph import Source
from ridgeproof.theory.process.linear import Vector, single
from ridgeproof.theory.settings.features import FeatureLaw, Gaussian, parse_features

__all__ = ["SIGMA", "Noise", "Noisy", "Rows", "sees_noise"]

SIGMA = Name("s")
NORMAL = Gaussian()


@dataclass(frozen=True)
class Rows(Source):
    """size independent rows with covariance diag(covariance); entries of a law."""

    size: Expression
    covariance: Expression = SIGMA
    law: FeatureLaw = NORMAL


@dataclass(frozen=True)
class Noisy(Source):
    """The same rows seen with independent normal noise, of covariance diag(profile), on them."""

    rows: int
    profile: Expression


@dataclass(frozen=True)
class Noise(Source):
    """A standard normal vector, one entry for each row."""

    rows: int


def sees_noise(build: Builder, labels: Labels) -> bool:
    """Whether a fit on labels sees rows with noise, on which its predictions are others."""
    return any(isinstance(build.nodes[label.rows], Noisy) for label in labels)


@operator()
def rows(
    build: Builder, size: Expression, covariance: Profile = SIGMA, *, law: Word = "gaussian"
) -> RowSet:
    """Fresh rows."""
    return RowSet(build.add(Rows(size, covariance, parse_features(law, build.place))))


@operator()
def noise(build: Builder, on: RowSet) -> Vector:
    """A fresh standard normal vector on rows."""
    return Vector(on.index, noises=single(build.add(Noise(on.index))))


@operator()
def noisy(build: Builder, on: RowSet, profile: Profile) -> RowSet:
    """The same rows with noise on the features: labels use the rows, fits what is seen."""
    if isinstance(build.nodes[on.index], Noisy):
        raise build.refuse("noisy", "is applied twice", "add the two profiles")
    return RowSet(build.add(Noisy(on.index, profile)))
