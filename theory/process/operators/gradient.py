"""gradient, gradient_descent and gradient_flow: least squares on the way, stopped early."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.theory.process.builder import Builder, Labels, Weights, operator
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.graph import Fit
from ridgeproof.theory.process.linear import Combination, residuals
from ridgeproof.theory.process.operators.rows import sees_noise

__all__ = ["MOST_STEPS", "Gradient", "GradientDescent", "GradientFlow"]

MOST_STEPS = 64  # gradient descent of more steps is one node


@dataclass(frozen=True)
class Gradient(Fit):
    """sum_g weight_g X_g' y_g/T: minus half the gradient of the squared error at w = 0."""


@dataclass(frozen=True)
class GradientDescent(Fit):
    """w after k steps w <- w + eta (gradient of the residuals), from w = 0."""

    eta: Expression
    k: Expression


@dataclass(frozen=True)
class GradientFlow(Fit):
    """w(t) of dw/dt = gradient of the residuals, w(0) = 0."""

    t: Expression


@operator()
def gradient(build: Builder, labels: Labels, *, weights: Weights = ()) -> Combination:
    """X'y/T."""
    return build.model(Gradient(build.pooled(labels, weights)))


@operator()
def gradient_descent(
    build: Builder, labels: Labels, eta: Expression, k: Expression, *, weights: Weights = ()
) -> Combination:
    """K steps from zero: gradients of residuals, or one node when they are many."""
    steps = build.count(k, MOST_STEPS)
    if steps is None or sees_noise(build, labels):  # residuals are those of what the fit sees
        return build.model(GradientDescent(build.pooled(labels, weights), eta, k))
    model = Combination()
    for _ in range(steps):
        groups = build.pooled(residuals(labels, model), weights)
        model = model.plus(build.model(Gradient(groups)).times(eta))
    return model


@operator()
def gradient_flow(
    build: Builder, labels: Labels, t: Expression, *, weights: Weights = ()
) -> Combination:
    """Gradient flow from zero to time t."""
    return build.model(GradientFlow(build.pooled(labels, weights), t))
