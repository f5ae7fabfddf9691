"""Checking a derivation, line by line, by a route that knows nothing of its rules.

    definition, exact identity   equal in one random world, where w_hat comes from a generic
                                 least-squares solver and every inverse is a numerical inverse
    expectation                  averaged exactly over a cubature of the noise or of the labelling
                                 model; the inverse Wishart mean by Monte Carlo
    first correction, and        the O(1/d) error vanishes under Richardson extrapolation at laws of
    deterministic equivalent     different kurtosis, with controls of known mean, within Monte Carlo
                                 error
    algebra, components,         equal as numbers for a random spectrum and signal
    insertion, recurrence

A check returns how far the two routes are apart and how far they may be; nothing is marked as
checked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from sympy import Expr

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import INVERSE, PLUS, PROJECTOR, W, X
from ridgeproof.theory.calculus.derivation import Step
from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.settings.features import Gaussian, Rademacher, Uniform
from ridgeproof.theory.theorems.clean_scaling import CONSTANT
from ridgeproof.verification.derivations.first_corrections import first_correction
from ridgeproof.verification.derivations.response_steps import check_response
from ridgeproof.verification.derivations.scaling_constants import check_constant
from ridgeproof.verification.derivations.scaling_steps import check_scaling
from ridgeproof.verification.derivations.world_values import (
    average_over_labeller,
    average_over_noise,
    holds,
    value,
)
from ridgeproof.verification.derivations.worlds import (
    World,
    draw_world,
    make_shape,
    with_designs,
)

__all__ = ["StepCheck", "check_step"]

# Rounding: worlds are of size ~10 with condition numbers ~1e2, so 1e-9 leaves six digits of slack
# to float64 and none to a wrong formula.
_ROUNDING = 1e-9
# Monte Carlo comparisons allow this many standard errors (about 1 in 10^6 two-sided).
_STANDARD_ERRORS = 5.0
# First corrections are numbers of order 1 where they are checked, and wrong ones differ by 0.3.
_CORRECTION_POWER = 0.06
# A comparison has power only if its standard error is small next to what is compared.
_POWER = 0.01


@dataclass(frozen=True)
class StepCheck:
    """The outcome for one line: ``checked`` iff gap <= allowed."""

    checked: bool
    gap: float
    allowed: float
    method: str


def check_step(previous: Expr, step: Step, seed: int = 0) -> StepCheck:
    """Check one line by the method that fits its kind."""
    rng = np.random.Generator(np.random.PCG64DXSM(seed))
    return _METHODS[step.rule.kind](previous, step, rng)


def _world(step: Step, previous: Expr, rng: np.random.Generator) -> World:
    """A world of the kind the line needs.

    Ridge where no pseudo-inverse occurs, else ridgeless; fewer rows than dimensions, or Sigma = I,
    where the rule asks for it.
    """
    ridgeless = any(
        holds(symbol, e)
        for symbol in (PLUS, INVERSE, PROJECTOR)
        for e in (previous, step.expression)
    )
    isotropic = "isotropic" in step.rule.needs
    # At least 8 rows more or fewer than dimensions: inverse Wishart means have light tails there.
    wide = "wide" in step.rule.needs
    sizes = {"d": 14, "T": 5, "T0": 6} if wide else {"d": 6, "T": 14, "T0": 16}
    lam = 0.0 if ridgeless else 0.3
    world = draw_world(make_shape(rng, **sizes, lam=lam, isotropic=isotropic), rng)
    # An identity holds whatever the kurtosis is; at 0 a missing term would not be missed.
    return replace(world, scalars={**world.scalars, sy.kappa4: -0.7})


def _compare(left: Any, right: Any, method: str) -> StepCheck:
    gap = float(np.max(np.abs(left - right)))
    allowed = _ROUNDING * max(float(np.max(np.abs(left))), float(np.max(np.abs(right))), 1.0)
    return StepCheck(bool(gap <= allowed), gap, allowed, method)


def _pointwise(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world(step, previous, rng)
    return _compare(value(previous, world), value(step.expression, world), "random matrices")


def _expectation(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    letter = step.rule.letters[0]
    world = _world(step, previous, rng)
    if letter == X:
        return _over_designs(previous, step, world, rng)
    if holds(letter, step.expression):
        raise DerivationError(f"{letter} survives its own expectation")
    if letter == W:
        averaged = average_over_labeller(previous, world)
    else:
        averaged = average_over_noise(previous, world, letter)
    return _compare(averaged, value(step.expression, world), "exact cubature")


def _over_designs(previous: Expr, step: Step, world: World, rng: np.random.Generator) -> StepCheck:
    """Average both lines over fresh designs, the same ones for both."""
    s, rows, count = world.levels[sy.s], int(world.scalars[sy.T]), 20_000
    here = with_designs(world, rng.normal(size=(count, rows, len(s))) * np.sqrt(s))
    before = np.broadcast_to(value(previous, here), count)
    gaps = before - value(step.expression, here)
    scale = float(max(np.abs(before).max() / np.sqrt(count), np.abs(gaps - before).max()))
    return _monte_carlo(gaps, scale, "Monte Carlo over designs")


def _monte_carlo(gaps: np.ndarray, scale: float, method: str) -> StepCheck:
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    allowed = _STANDARD_ERRORS * error
    gap = abs(float(gaps.mean()))
    return StepCheck(bool(gap <= allowed and error <= _POWER * scale), gap, allowed, method)


def _components(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world(step, previous, rng)
    probed = float(np.sum(world.levels[sy.B] * value(step.expression, world)))
    return _compare(value(previous, world), probed, "random spectrum and test matrix")


def _levelwise(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world(step, previous, rng)
    left, right = value(previous, world), value(step.expression, world)
    return _compare(left, right, "random spectrum and signal")


def _insertion(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world(step, previous, rng)
    levels, scalars = dict(world.levels), dict(world.scalars)
    for symbol, inserted in step.rule.substitution.items():
        number = value(inserted, world)
        if symbol in levels:
            levels[symbol] = np.broadcast_to(number, levels[sy.s].shape)
        else:
            scalars[symbol] = number
    left = value(previous, replace(world, levels=levels, scalars=scalars))
    return _compare(left, value(step.expression, world), "random spectrum and signal")


def _derivative(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    """The complex-step derivative Im f(x + ih)/h, which has no cancellation."""
    world = _world(step, previous, rng)
    ((symbol, _),) = step.rule.substitution.items()
    h = 1e-30
    scalars = {**world.scalars, symbol: world.scalars[symbol] + 1j * h}
    slope = np.imag(value(previous, replace(world, scalars=scalars))) / h
    return _compare(float(slope), value(step.expression, world), "complex-step derivative")


def _recurrence(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    """Iterate the step as numbers, and compare with the closed form at n = 0, ..., 6."""
    world = _world(step, previous, rng)
    ((unknown, start),) = step.rule.substitution.items()
    current = value(start, world)
    gap, scale = 0.0, 1.0
    for generation in range(7):
        here = replace(world, scalars={**world.scalars, sy.n: generation})
        claimed = value(step.expression, here)
        gap = max(gap, float(np.max(np.abs(claimed - current))))
        scale = max(scale, float(np.max(np.abs(current))))
        at = {unknown: current}
        if unknown in world.levels:
            here = replace(here, levels={**here.levels, **at})
        else:
            here = replace(here, scalars={**here.scalars, **at})
        current = value(previous, here)
    allowed = _ROUNDING * scale
    return StepCheck(bool(gap <= allowed), gap, allowed, "iteration, n = 0..6")


def _scaling(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    del previous, rng
    check = check_constant if step.rule.name == CONSTANT else check_scaling
    return StepCheck(*check(step))


def _correction(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    """Means to o(1) as d grows: the law of the features may matter, so try several."""
    gaps, errors = [], []
    for law in (Gaussian(), Rademacher(), Uniform()):
        base = replace(make_shape(rng, d=16, T=24, T0=26, lam=0.2), law=law)
        gap, error = first_correction(previous, step.expression, base, rng)
        gaps.append(gap)
        errors.append(error)
    worst = max(range(len(gaps)), key=lambda i: gaps[i] / errors[i])
    allowed = _STANDARD_ERRORS * errors[worst]
    checked = gaps[worst] <= allowed and max(errors) <= _CORRECTION_POWER
    return StepCheck(
        checked, gaps[worst], allowed, "normal, sign and uniform entries at d = 16, 32"
    )


_METHODS: dict[RuleKind, Callable[[Expr, Step, np.random.Generator], StepCheck]] = {
    RuleKind.DEFINITION: _pointwise,
    RuleKind.IDENTITY: _pointwise,
    RuleKind.EXPECTATION: _expectation,
    RuleKind.EQUIVALENT: _correction,
    RuleKind.ALGEBRA: _levelwise,
    RuleKind.COMPONENTS: _components,
    RuleKind.INSERTION: _insertion,
    RuleKind.RECURRENCE: _recurrence,
    RuleKind.DERIVATIVE: _derivative,
    RuleKind.SCALING: _scaling,
    RuleKind.RESPONSE: lambda _previous, step, _rng: StepCheck(*check_response(step)),
    RuleKind.CORRECTION: _correction,
}
