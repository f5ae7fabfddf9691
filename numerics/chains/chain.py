"""The moments (m, a) of the last generator, by iterating the catalogued step of its chain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache

import numpy as np
from sympy import Expr, expand

from ridgeproof.numerics.arithmetic.precision import Array, Engine
from ridgeproof.numerics.chains.varying_chain import (
    MOST_OPERATIONS,
    ChainMoments,
    check_cost,
    is_varying,
    last_moments,
)
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.walker import evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.chains.affine import affine_step
from ridgeproof.theory.settings.generations import Accumulate
from ridgeproof.theory.settings.setting import Setting

__all__ = ["ChainMoments", "chain_moments"]

_MOST_FAST_OPERATIONS = 10**9  # on levels in float64


def chain_moments(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr] | None = None
) -> ChainMoments:
    """Iterate a' = D a + g sum(c a) + h from a = w0^2, and the mean, n times.

    Few levels and many generations are done by repeated squaring.  Generations that differ, or that
    use more than the last set, are stepped through one by one (`numerics.chains.varying_chain`).

    ``expressions`` (mean, second_moment, and label_noise where generations differ) are those of
    the catalogued generator (T4) unless given.

    With a shared design and lam0 = 0 the n generations are one fit from w0 whose label noise is
    the sum of theirs: one step with n sigma0^2 in place of sigma0^2.

    Raises:
        NotBuilt: n is so large that iterating level by level would not end.
    """
    expressions = expressions or find("generator").expressions
    unbiased = _is_unbiased(setting, expressions)
    if is_varying(setting):
        last = last_moments(setting, point, expressions)
        real = last.real if setting.weights else None
        return replace(last, real=real, is_unbiased=unbiased)
    step = affine_step(expressions["second_moment"])
    keeps = evaluate_levels(expressions["mean"].subs(sy.m, 1), point)
    diagonal, spread, collected, shift = (
        evaluate_levels(part, point)
        for part in (step.diagonal, step.spread, step.collected, step.shift)
    )
    engine, spectrum = point.engine, point.spectrum
    steps, scale = (1, setting.n) if setting.design == "shared" else (setting.n, 1)
    with engine.scope():
        shift = shift * engine.number(scale)
        collected = collected if spectrum.weights is None else collected * spectrum.weights
        generation = _Generation(diagonal, spread, collected, shift, engine)
        if _squaring_is_cheaper(steps, spectrum):
            signal, noise = generation.squared(spectrum.w0sq, steps)
        else:
            most = MOST_OPERATIONS if spectrum.s.dtype == object else _MOST_FAST_OPERATIONS
            check_cost(steps, len(spectrum.s), most)
            signal, noise = generation.iterated(spectrum.w0sq, steps)
        mean = engine.power(keeps, Fraction(steps))
        return ChainMoments(mean, signal, noise, is_unbiased=unbiased)


def _is_unbiased(setting: Setting, expressions: Mapping[str, Expr]) -> bool:
    """Whether every generator is fitted by least squares, and keeps the truth as it then should."""
    if not _keeps_truth(expressions["mean"], expressions["second_moment"]):
        return False
    fitted = setting.distinct_generations
    # What the first set leaves undetermined is lost; later sets only add to it.
    seen = fitted[:1] if isinstance(setting.chain, Accumulate) else fitted
    return all(each.lam0 == 0 for each in fitted) and all(each.T0 >= setting.d for each in seen)


@lru_cache(maxsize=256)
def _keeps_truth(mean: Expr, second_moment: Expr) -> bool:
    """Whether a noiseless step without kappa0 leaves m = w0 and a = w0^2.

    Every catalogued one does; a formula tried in its place, wrong on purpose, may not.
    """
    start = {sy.kappa0: 0, sy.sigma0: 0, sy.sigma_real: 0, sy.m: sy.w0, sy.a: sy.w0**2}
    moved = mean.subs(start) - sy.w0, second_moment.subs(start) - sy.w0**2
    return all(expand(each) == 0 for each in moved)


@dataclass(frozen=True, eq=False)
class _Generation:
    """The affine map a -> D a + g sum(c a) + h of the second moment, in one engine."""

    diagonal: Array
    spread: Array
    collected: Array  # with the multiplicities
    shift: Array
    engine: Engine

    def iterated(self, start: Array, steps: int) -> tuple[Array, Array]:
        """Signal and noise after so many steps, one by one."""
        signal, noise = start, self.shift * 0
        for _ in range(steps):
            following = self._linear(signal), self._linear(noise) + self.shift
            if np.array_equal(following[0], signal) and np.array_equal(following[1], noise):
                break  # the fixed point, to the last digit: further steps change nothing
            signal, noise = following
        return signal, noise

    def _linear(self, a: Array) -> Array:
        total = self.engine.weighted_sum(self.collected * a, None)
        return np.asarray(self.diagonal * a + self.spread * total)

    def squared(self, start: Array, steps: int) -> tuple[Array, Array]:
        """The same by repeated squaring of the matrix, bordered by the shift."""
        size = len(start)
        zero, one = self.engine.number(0), self.engine.number(1)
        power = np.full((size + 1, size + 1), zero, dtype=start.dtype)
        power[:size, :size] = np.multiply.outer(self.spread, self.collected)
        power[:size, size] = self.shift
        for level in range(size):
            power[level, level] = power[level, level] + self.diagonal[level]
        power[size, size] = one
        signal, noise = np.append(start, zero), np.append(start * 0, one)
        while steps:
            if steps & 1:
                signal, noise = power @ signal, power @ noise
            steps >>= 1
            if steps:
                power = power @ power
        return signal[:size], noise[:size]


def _squaring_is_cheaper(steps: int, spectrum: Spectrum) -> bool:
    size = len(spectrum.s)
    return spectrum.sizes is None and size**2 * steps.bit_length() < steps
