"""The moments (m, a) of the last generator, by iterating the catalogued step of its chain.

Each generation evaluates the step at its own T0, sigma0, lam0, kappa0, weight of real labels and
number of rows so far; n is then the number of the generation.  One step repeated is an affine map,
a' = D a + g sum(c a) + h: few levels and many generations are done by squaring it.  On one design,
or by least squares alike, all generations are one fit of w0 whose label noise is the sum of theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Expr, Integer, Rational, expand

from ridgeproof.numerics.arithmetic.precision import Array, Engine
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.walker import evaluate_expression, evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.recurrences import solve_affine
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.chains.affine import affine_step
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.settings.generations import Accumulate, Replace
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["ChainMoments", "chain_moments", "of_truth"]

# Operations on levels in all, and what a step costs besides, before iteration is refused.
_MOST_OPERATIONS, _OVERHEAD = 3 * 10**7, 3_000
_MOST_FAST_OPERATIONS = 10**9  # on levels in float64


@dataclass(frozen=True, eq=False)
class ChainMoments:
    """The moments of one generator, level by level; a = signal + noise + real.

    Attributes:
        mean: factor f with E[w_n,i] = f w0_i.
        signal: the part of a that is quadratic in w0.
        noise: the part of a that is proportional to sigma0^2; None where all of them are 0.
        real: the part of a that is proportional to sigma_real^2; None where the chain sees no
            real labels.
        is_unbiased: whether w_n has mean w0, and a covariance that does not depend on w0.
    """

    mean: Array
    signal: Array
    noise: Array | None
    real: Array | None = None
    is_unbiased: bool = False


def chain_moments(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr] | None = None
) -> ChainMoments:
    """The moments after n generations, from a = m^2 = w0^2 on.

    ``expressions`` (mean, second_moment, and label_noise unless it is that of N4) are those of
    the catalogued generator (T4) unless given.

    Raises:
        NotBuilt: n is so large that iterating level by level would not end.
    """
    expressions = {
        "label_noise": find("ridge-chain").expressions["label_noise"],
        **(expressions or find("generator").expressions),
    }
    alike = not (setting.schedule or isinstance(setting.chain, Accumulate) or setting.weights[1:])
    if setting.design == "shared" or (alike and _is_least_squares(setting)):
        last = _one_fit(setting, point, expressions, alike=alike)
    elif alike and setting.chain == Replace():
        last = _repeated(setting, point, expressions)
    else:
        last = _stepped(setting, point, expressions, alike=alike)
    real = last.real if setting.weights else None
    noise = last.noise if any(each.sigma0 for each in setting.distinct_generations) else None
    return replace(last, noise=noise, real=real, is_unbiased=_is_unbiased(setting, expressions))


def _stepped(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr], *, alike: bool
) -> ChainMoments:
    """Generation by generation."""
    _check_cost(setting.n, _OVERHEAD + len(point.spectrum.s))
    parts = _parts(expressions["mean"], expressions["second_moment"])
    moments = of_truth(point)
    for here in _generation_points(setting, point):
        following = _step(parts, here, moments)
        if alike and all(
            np.array_equal(getattr(following, name), getattr(moments, name)) for name in parts
        ):
            break  # the fixed point, to the last digit: further steps change nothing
        moments = following
    return moments


def _repeated(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr]
) -> ChainMoments:
    """One step n times: its affine map is evaluated once."""
    step = affine_step(expressions["second_moment"])
    keeps = evaluate_levels(expressions["mean"].subs(sy.m, 1), point)
    diagonal, spread, collected, shift = (
        evaluate_levels(part, point)
        for part in (step.diagonal, step.spread, step.collected, step.shift)
    )
    engine, spectrum, n = point.engine, point.spectrum, setting.n
    with engine.scope():
        collected = collected if spectrum.weights is None else collected * spectrum.weights
        generation = _Generation(diagonal, spread, collected, shift, engine)
        if _squaring_is_cheaper(n, spectrum):
            signal, noise = generation.squared(spectrum.w0sq, n)
        else:
            most = _MOST_OPERATIONS if spectrum.s.dtype == object else _MOST_FAST_OPERATIONS
            _check_cost(n, len(spectrum.s), most)
            signal, noise = generation.iterated(spectrum.w0sq, n)
        return ChainMoments(engine.power(keeps, Fraction(n)), signal, noise)


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


def _generation_points(setting: Setting, point: FormulaPoint) -> Iterator[FormulaPoint]:
    """The point of each generation in turn.

    kappa0 belongs to the rows that the generator is fitted on.
    """
    solved: dict[tuple[int, Fraction], Any] = {}
    for index, (each, weight, rows) in enumerate(setting.stages(), start=1):
        fit = rows, each.lam0
        if fit not in solved:
            solved[fit] = solve_kappa(point.spectrum, each.lam0, rows, point.engine).exact
        yield point.with_values(
            {
                sy.n: index,
                sy.T0: each.T0,
                sy.sigma0: each.sigma0,
                sy.lam0: each.lam0,
                sy.weight: weight,
                sy.gathered: rows,
                sy.kappa0: solved[fit],
            }
        )


def _one_fit(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr], *, alike: bool
) -> ChainMoments:
    """A single fit of w0, without ridge, whose label noise is that of all generations."""
    label = expressions["label_noise"]
    silent = {"noise": label.subs(sy.sigma_real, 0), "real": label.subs(sy.sigma0, 0)}
    first = next(_generation_points(setting, point))
    if alike:
        weight = Rational(*first.values[sy.weight].as_integer_ratio())
        last = first.with_values({sy.n: setting.n})
        pooled = {
            name: evaluate_expression(
                solve_affine(part.subs(sy.weight, weight), sy.pooled, Integer(0)), last
            )
            for name, part in silent.items()
        }
    else:
        _check_cost(setting.n, _OVERHEAD + len(point.spectrum.s))
        pooled = dict.fromkeys(silent, Fraction(0))
        for here in _generation_points(setting, point):
            pooled = {
                name: evaluate_expression(part, here.with_values({sy.pooled: pooled[name]}))
                for name, part in silent.items()
            }
    # Without any noise what it would be multiplied by may be infinite.
    unit = first.with_values({sy.sigma0: int(any(x != 0 for x in pooled.values())), sy.weight: 0})
    once = _step(_parts(expressions["mean"], expressions["second_moment"]), unit, of_truth(point))
    with point.engine.scope():
        scaled = {name: once.noise * amount for name, amount in pooled.items()}
    return replace(once, **scaled)


def _is_least_squares(setting: Setting) -> bool:
    return all(each.lam0 == 0 and each.T0 >= setting.d for each in setting.distinct_generations[:1])


def _check_cost(n: int, each: int, most: int = _MOST_OPERATIONS) -> None:
    """Refuse generations of so many operations each that are too many to step through.

    Raises:
        NotBuilt: there are more operations than `most`.
    """
    if n * each > most:
        raise NotBuilt(
            f"n = {n} generations, stepped through one by one, are too many. The error has a "
            "limit as n grows or follows its trend: evaluate a smaller n, or a spectrum of few "
            "levels"
        )


def of_truth(point: FormulaPoint) -> ChainMoments:
    """The moments of the truth itself."""
    with point.engine.scope():
        # Functions of s, also where a spectrum knows the signal on a range of levels as such.
        nothing = point.spectrum.s * 0
        one = point.engine.number(1)
        return ChainMoments(nothing + one, point.spectrum.w0sq, nothing, nothing)


@lru_cache(maxsize=256)
def _parts(mean: Expr, second: Expr) -> dict[str, Expr]:
    """The step of each part of the moments, the causes of the others silent."""
    forgotten = {sy.w0: Integer(0), sy.m: Integer(0)}
    noisy = second.subs(forgotten).replace(
        lambda node: isinstance(node, SpectralSum), lambda node: node.with_levels(forgotten)
    )
    return {
        "mean": mean,
        "signal": second.subs({sy.sigma0: 0, sy.sigma_real: 0}),
        "noise": noisy.subs(sy.sigma_real, 0),
        "real": noisy.subs(sy.sigma0, 0),
    }


def _step(parts: Mapping[str, Expr], point: FormulaPoint, moments: ChainMoments) -> ChainMoments:
    moved: dict[str, Any] = {
        name: evaluate_levels(
            part,
            point.with_moments(
                a=moments.signal if name == "mean" else getattr(moments, name), m=moments.mean
            ),
        )
        for name, part in parts.items()
    }
    return replace(moments, **moved)


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
