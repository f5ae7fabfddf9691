"""pcr: least squares on the sample's principal components."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.theory.process.builder import Builder, Labels, Weights, operator
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.graph import Fit
from ridgeproof.theory.process.linear import Combination

__all__ = ["PrincipalComponents"]


@dataclass(frozen=True)
class PrincipalComponents(Fit):
    """Least squares on the eigenvectors of sum_g weight_g X_g'X_g/T with eigenvalue > cut."""

    cut: Expression


@operator()
def pcr(build: Builder, labels: Labels, cut: Expression, *, weights: Weights = ()) -> Combination:
    """Principal component regression."""
    return build.model(PrincipalComponents(build.pooled(labels, weights), cut))
