"""Checking a derivation, line by line, by a route that knows nothing of its rules.

    definition, exact identity   equal in one random world, where w_hat comes from a generic
                                 least-squares solver and every inverse is a numerical inverse
    expectation                  averaged exactly over a cubature of the noise or of the labelling
                                 model; the inverse Wishart mean by Monte Carlo
    deterministic equivalent     the O(1/d) error vanishes under Richardson extrapolation over
                                 three sizes, within Monte Carlo error
    algebra, components,         equal as numbers for a random spectrum and signal
    insertion, recurrence

A check returns how far the two routes are apart and how far they may be; nothing is marked as
checked by hand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from sympy import Expr, Symbol

from theory import symbols as sy
from theory.calculus.alphabet import DOWNSTREAM, GENERATOR, Fit, W
from theory.calculus.derivation import Derivation, Section, Step
from theory.calculus.rules import Kind
from theory.errors import DerivationError
from verification.worlds import (
    World,
    average_over_labeller,
    average_over_noise,
    draw_world,
    holds,
    make_shape,
    value,
)

__all__ = ["StepCheck", "check_derivation", "check_section", "check_step"]

# Rounding: worlds are of size ~10 with condition numbers ~1e2, so 1e-9 leaves six digits of slack
# to float64 and none to a wrong formula.
_ROUNDING = 1e-9
# Monte Carlo comparisons allow this many standard errors (about 1 in 10^6 two-sided).
_STANDARD_ERRORS = 5.0
# A comparison has power only if its standard error is small next to what is compared.
_POWER = 0.01


@dataclass(frozen=True)
class StepCheck:
    """The outcome for one line: ``checked`` iff gap <= allowed."""

    checked: bool
    gap: float
    allowed: float
    method: str


def check_derivation(derivation: Derivation, seed: int = 0) -> tuple[tuple[StepCheck, ...], ...]:
    """Check every line of every section."""
    return tuple(check_section(section, seed) for section in derivation.sections)


def check_section(section: Section, seed: int = 0) -> tuple[StepCheck, ...]:
    """Check every line of one section against the line before it."""
    return tuple(check_step(previous, step, seed) for previous, step in section.pairs())


def check_step(previous: Expr, step: Step, seed: int = 0) -> StepCheck:
    """Check one line by the method that fits its kind."""
    rng = np.random.Generator(np.random.PCG64DXSM(seed))
    return _METHODS[step.rule.kind](previous, step, rng)


def _world(expressions: tuple[Expr, ...], rng: np.random.Generator) -> World:
    """A world of the kind the expressions need: ridge where a resolvent occurs, else ridgeless."""
    ridge = any(holds(fit.R, e) for fit in (DOWNSTREAM, GENERATOR) for e in expressions)
    algebra = not any(
        holds(letter, e)
        for fit in (DOWNSTREAM, GENERATOR)
        for letter in (fit.P, fit.Winv)
        for e in expressions
    )
    lam = 0.3 if ridge or algebra else 0.0
    return draw_world(make_shape(rng, d=6, T=11, T0=14, lam=lam), rng)


def _compare(left: float, right: float, method: str) -> StepCheck:
    gap = abs(left - right)
    allowed = _ROUNDING * max(abs(left), abs(right), 1.0)
    return StepCheck(bool(gap <= allowed), gap, allowed, method)


def _pointwise(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world((previous, step.expression), rng)
    return _compare(value(previous, world), value(step.expression, world), "random matrices")


def _expectation(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    letter = step.rule.letters[0]
    world = _world((previous, step.expression), rng)
    if letter in {fit.X for fit in (DOWNSTREAM, GENERATOR)}:
        return _inverse_wishart(previous, step, world, rng)
    if holds(letter, step.expression):
        raise DerivationError(f"{letter} survives its own expectation")
    if letter == W:
        averaged = average_over_labeller(previous, world)
    else:
        averaged = average_over_noise(previous, world, letter)
    return _compare(averaged, value(step.expression, world), "exact cubature")


def _fit_of(letter: Symbol) -> Fit:
    return next(fit for fit in (DOWNSTREAM, GENERATOR) if fit.X == letter)


def _inverse_wishart(
    previous: Expr, step: Step, world: World, rng: np.random.Generator
) -> StepCheck:
    fit = _fit_of(step.rule.letters[0])
    s = world.levels[sy.s]
    rows = int(world.scalars[fit.T])
    estimates = []
    for _ in range(50):
        X = rng.normal(size=(2000, rows, len(s))) * np.sqrt(s)
        mean = np.linalg.inv(np.swapaxes(X, 1, 2) @ X).mean(axis=0)
        estimates.append(value(previous, world.with_letters({fit.Winv: mean})))
    drawn = np.asarray(estimates)
    target = value(step.expression, world)
    return _monte_carlo(drawn - target, abs(target), "Monte Carlo over designs")


def _monte_carlo(gaps: np.ndarray, scale: float, method: str) -> StepCheck:
    error = float(gaps.std(ddof=1) / np.sqrt(len(gaps)))
    allowed = _STANDARD_ERRORS * error
    gap = abs(float(gaps.mean()))
    return StepCheck(bool(gap <= allowed and error <= _POWER * scale), gap, allowed, method)


def _equivalent(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    """Richardson over k = 1, 2, 4: (x1 - 6 x2 + 8 x4)/3 has an O(1/d^3) error."""
    base = make_shape(rng, d=20, T=36, T0=44, lam=0.3)
    fit = _fit_of(step.rule.letters[0])
    combined = 0.0
    variance = 0.0
    scale = 0.0
    for k, weight, repetitions in ((1, 1 / 3, 400), (2, -2.0, 800), (4, 8 / 3, 800)):
        shape = base.grown(k)
        gaps = []
        for _ in range(repetitions):
            world = draw_world(shape, rng, fits=(fit,), estimates=False)
            before, after = value(previous, world), value(step.expression, world)
            gaps.append(before - after)
            scale = max(scale, abs(before))
        combined += weight * float(np.mean(gaps))
        variance += weight**2 * float(np.var(gaps, ddof=1)) / repetitions
    error = float(np.sqrt(variance))
    allowed = _STANDARD_ERRORS * error
    checked = abs(combined) <= allowed and error <= _POWER * scale
    return StepCheck(bool(checked), abs(combined), allowed, "random matrices at d = 20, 40, 80")


def _components(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world((previous, step.expression), rng)
    probed = float(np.sum(world.levels[sy.B] * value(step.expression, world)))
    return _compare(value(previous, world), probed, "random spectrum and test matrix")


def _levelwise(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world((previous, step.expression), rng)
    left = np.atleast_1d(value(previous, world))
    right = np.atleast_1d(value(step.expression, world))
    gap = float(np.max(np.abs(left - right)))
    allowed = _ROUNDING * max(float(np.max(np.abs(left))), 1.0)
    return StepCheck(bool(gap <= allowed), gap, allowed, "random spectrum and signal")


def _insertion(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    world = _world((previous, step.expression), rng)
    levels = dict(world.levels)
    for symbol, inserted in step.rule.substitution.items():
        levels[symbol] = np.broadcast_to(value(inserted, world), levels[sy.s].shape)
    left = value(previous, replace(world, levels=levels))
    return _compare(left, value(step.expression, world), "random spectrum and signal")


def _recurrence(previous: Expr, step: Step, rng: np.random.Generator) -> StepCheck:
    """Iterate the step as numbers, and compare with the closed form at n = 0, ..., 6."""
    world = _world((previous, step.expression), rng)
    ((unknown, start),) = step.rule.substitution.items()
    current = value(start, world)
    gap, scale = 0.0, 1.0
    for generation in range(7):
        here = replace(world, scalars={**world.scalars, sy.n: generation})
        claimed = value(step.expression, here)
        gap = max(gap, float(np.max(np.abs(claimed - current))))
        scale = max(scale, float(np.max(np.abs(current))))
        levels = {**world.levels, unknown: current}
        current = value(previous, replace(world, levels=levels))
    allowed = _ROUNDING * scale
    return StepCheck(bool(gap <= allowed), gap, allowed, "iteration, n = 0..6")


_METHODS: dict[Kind, Callable[[Expr, Step, np.random.Generator], StepCheck]] = {
    Kind.DEFINITION: _pointwise,
    Kind.IDENTITY: _pointwise,
    Kind.EXPECTATION: _expectation,
    Kind.EQUIVALENT: _equivalent,
    Kind.ALGEBRA: _levelwise,
    Kind.COMPONENTS: _components,
    Kind.INSERTION: _insertion,
    Kind.RECURRENCE: _recurrence,
}
