"""ridge, and what is exact algebra over it: least squares and iterated ridge."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.theory.process.builder import (
    Builder,
    FeatureSet,
    Labels,
    Profile,
    Weights,
    operator,
)
from ridgeproof.theory.process.expressions import ONE, ZERO, Expression, Number
from ridgeproof.theory.process.graph import Fit
from ridgeproof.theory.process.linear import Combination, residuals
from ridgeproof.theory.process.operators.rows import sees_noise

__all__ = ["Ridge"]

_MOST_FITS = 200


@dataclass(frozen=True)
class Ridge(Fit):
    """argmin sum_g weight_g |y_g - X_g w|^2/T + lam sum_i penalty_i w_i^2.

    T is the sum of count_g T_g over the groups.  At lam = 0 it is the limit lam -> 0+, the fit of
    minimum norm.  A direction of infinite penalty is not fitted.

    Attributes:
        groups: labelled rows.
        lam: the penalty; may be 0, or negative right of the spectral edge.
        penalty: the profile p.
        features: index of the random features F; then w = F'a, with lam |a|^2 as the penalty.
    """

    lam: Expression
    penalty: Expression = ONE
    features: int | None = None


@operator()
def ridge(
    build: Builder,
    labels: Labels,
    lam: Expression,
    *,
    weights: Weights = (),
    penalty: Profile | None = None,
    features: FeatureSet | None = None,
) -> Combination:
    """Ridge on labels."""
    if features is not None and penalty is not None:
        remedy = "leave one of them out"
        raise build.refuse("ridge", "has a penalty of its own and random features", remedy)
    groups = build.pooled(labels, weights)
    return build.model(Ridge(groups, lam, penalty or ONE, features.index if features else None))


@operator()
def least_squares(build: Builder, labels: Labels, *, weights: Weights = ()) -> Combination:
    """Ridge at lam = 0."""
    return build.model(Ridge(build.pooled(labels, weights), ZERO))


@operator()
def iterated_ridge(
    build: Builder, labels: Labels, lam: Expression, k: Expression, *, weights: Weights = ()
) -> Combination:
    """K ridges, each on the residuals of the sum of those before."""
    times = build.count(k, _MOST_FITS)
    if times is None:
        what = "is not known" if not isinstance(k, Number) else "is too many"
        raise build.refuse(f"k = {k}", what, f"give a whole number up to {_MOST_FITS}")
    if times > 1 and sees_noise(build, labels):
        remedy = "fit on the rows themselves"
        raise build.refuse("iterated_ridge", "learns residuals of rows seen with noise", remedy)
    model = Combination()
    for _ in range(times):
        groups = build.pooled(residuals(labels, model), weights)
        model = model.plus(build.model(Ridge(groups, lam)))
    return model
