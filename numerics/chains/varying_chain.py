"""The moments along a chain whose generations differ, or whose generators see more than one set.

Each generation evaluates the catalogued step at its own T0, sigma0, lam0, kappa0, weight of real
labels and number of rows so far; n is then the number of the generation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import Expr, Integer, Rational

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.walker import evaluate_expression, evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.recurrences import solve_affine
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.settings.generations import Replace
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.spectral import SpectralSum

__all__ = [
    "MOST_OPERATIONS",
    "ChainMoments",
    "check_cost",
    "is_varying",
    "last_moments",
    "of_truth",
]

# Operations on levels in all, and what a step costs besides, before iteration is refused.
MOST_OPERATIONS, _OVERHEAD = 3 * 10**7, 3_000


@dataclass(frozen=True, eq=False)
class ChainMoments:
    """The moments of one generator, level by level; a = signal + noise + real.

    Attributes:
        mean: factor f with E[w_n,i] = f w0_i.
        signal: the part of a that is quadratic in w0.
        noise: the part of a that is proportional to sigma0^2.
        real: the part of a that is proportional to sigma_real^2; None where the chain sees no
            real labels.
        is_unbiased: whether w_n has mean w0, and a covariance that does not depend on w0.
    """

    mean: Array
    signal: Array
    noise: Array
    real: Array | None = None
    is_unbiased: bool = False


def is_varying(setting: Setting) -> bool:
    """Whether the chain is more than one step of its own repeated."""
    return bool(setting.schedule) or setting.chain != Replace()


def last_moments(
    setting: Setting, point: FormulaPoint, expressions: Mapping[str, Expr]
) -> ChainMoments:
    """The moments after n generations of a generator given by mean, second_moment, label_noise."""
    alike = not setting.schedule and len(setting.weights) == 1
    # On one design, or by least squares alike, the generations differ from one fit only in noise.
    if setting.design == "shared" or (alike and _is_least_squares(setting)):
        return _one_fit(setting, point, expressions, alike=alike)
    check_cost(setting.n, _OVERHEAD + len(point.spectrum.s))
    parts = _parts(expressions)
    moments = of_truth(point)
    for here in _generation_points(setting, point):
        following = _step(parts, here, moments)
        if alike and all(
            np.array_equal(getattr(following, name), getattr(moments, name)) for name in parts
        ):
            break  # the fixed point, to the last digit: further steps change nothing
        moments = following
    return moments


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
        weight = Rational(*setting.weights[0].as_integer_ratio())
        last = first.with_values({sy.n: setting.n})
        pooled = {
            name: evaluate_expression(
                solve_affine(part.subs(sy.weight, weight), sy.pooled, Integer(0)), last
            )
            for name, part in silent.items()
        }
    else:
        check_cost(setting.n, _OVERHEAD + len(point.spectrum.s))
        pooled = dict.fromkeys(silent, Fraction(0))
        for here in _generation_points(setting, point):
            pooled = {
                name: evaluate_expression(part, here.with_values({sy.pooled: pooled[name]}))
                for name, part in silent.items()
            }
    unit = first.with_values({sy.sigma0: 1, sy.weight: 0})
    once = _step(_parts(expressions), unit, of_truth(point))
    with point.engine.scope():
        scaled = {name: once.noise * amount for name, amount in pooled.items()}
    return replace(once, **scaled)


def _is_least_squares(setting: Setting) -> bool:
    return all(each.lam0 == 0 and each.T0 >= setting.d for each in setting.distinct_generations[:1])


def check_cost(n: int, each: int, most: int = MOST_OPERATIONS) -> None:
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


def _parts(expressions: Mapping[str, Expr]) -> dict[str, Expr]:
    """The step of each part of the moments, the causes of the others silent."""
    second = expressions["second_moment"]
    forgotten = {sy.w0: Integer(0), sy.m: Integer(0)}
    noisy = second.subs(forgotten).replace(
        lambda node: isinstance(node, SpectralSum), lambda node: node.with_levels(forgotten)
    )
    return {
        "mean": expressions["mean"],
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
