"""The traces through which one isotropic ridge fit acts, exact at finite size.

On isotropic features the law of X does not change under rotations, so that a fit w = M v + noise
of labels X v + e, with M = R S, R = (S + lam)^-1 and S = X'X/T, acts on every second moment
through traces only.  With h_k = E tr R^k,

    mean = E tr M/d      = 1 - lam h_1/d
    coll = E tr M'M/d    = 1 - 2 lam h_1/d + lam^2 h_2/d
    bias = E |M-I|^2/d   = lam^2 h_2/d
    noise = E tr R S R/T = (h_1 - lam h_2)/T.

At lam = 0 they stay finite although h_1 and h_2 may not: M projects on N = min(d, T) directions,
and noise = N/(|T-d|-1) for |T-d| >= 2, an inverse Wishart moment.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from flint import arb

from ridgeproof.numerics.finite_size.refine import (
    ball,
    bits_for,
    check_digits,
    number,
    radius,
    refined,
)
from ridgeproof.numerics.finite_size.wishart import eigenvalue_sums
from ridgeproof.theory.checks import check_integer, check_real, exact
from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.process.finiteness import apart

__all__ = ["FitTraces", "fit_balls", "isotropic_fit"]


@dataclass(frozen=True)
class FitTraces:
    """One isotropic ridge fit: E w = mean v, E |w|^2 = coll |v|^2 + noise sigma^2.

    Attributes:
        mean: E tr M/d.
        coll: E tr M'M/d.
        bias: E |M-I|^2/d = 1 - 2 mean + coll.
        noise: E tr R S R/T, the variance for unit label noise.
        radius: a proved bound on the absolute error of each; as mpmath numbers, or as balls,
            whose radius is their own.
    """

    mean: Any
    coll: Any
    bias: Any
    noise: Any
    radius: Any = 0


def isotropic_fit(d: int, T: int, lam: Fraction, digits: int = 30) -> FitTraces:
    """The four traces of an isotropic ridge fit, exact at finite size.

    Args:
        d: dimension, at least 1.
        T: sample size, at least 1.
        lam: penalty, an exact rational >= 0; 0 is least squares or minimum norm.
        digits: relative decimal digits of each trace, at most 1000.

    Raises:
        InputError: an argument is out of range.
        InfiniteExpectation: lam = 0 and |T-d| <= 1, where the variance is infinite.
        NotBuilt: lam > 0 and min(d, T) > 1000.
        SolverError: the digits were not reached.

    >>> fit = isotropic_fit(10, 25, Fraction(0))
    >>> int(fit.mean), int(fit.bias), float(fit.noise)  # 10/(25-10-1)
    (1, 0, 0.7142857142857143)
    """
    d, T = check_integer("d", d, least=1), check_integer("T", T, least=1)
    lam = check_real("lam", exact("lam", lam), least=0)
    digits = check_digits(digits)
    if lam == 0 and abs(T - d) <= 1:
        raise InfiniteExpectation(
            "T",
            T,
            f"lies within 1 of d = {d}, where the ridgeless fit has infinite variance",
            f"take {apart('T', d)}, or lam > 0",
        )

    def traces(precision: int) -> tuple[Any, ...]:
        fit = fit_balls(d, T, lam, precision)
        return fit.mean, fit.coll, fit.bias, fit.noise

    balls = refined("the traces of the fit", bits_for(digits), traces, 8)
    mean, coll, bias, noise = (number(each, digits) for each in balls)
    return FitTraces(mean, coll, bias, noise, radius(balls, digits))


def fit_balls(d: int, T: int, lam: Fraction, bits: int, *, noisy: bool = True) -> FitTraces:
    """The traces as balls, some wider than asked for where a difference cancels.

    Without label noise the variance, which may be infinite, is left at zero.
    """
    N, spare = min(d, T), abs(T - d) - 1
    if lam == 0:
        kept, noise = ball(Fraction(N, d)), ball(Fraction(N, spare) if noisy else 0)
        return FitTraces(kept, kept, ball(Fraction(d - N, d)), noise)
    first, second = eigenvalue_sums(d, T, lam, bits)
    return FitTraces(
        mean=(N - first) / d,
        coll=(N - 2 * first + second) / d,
        bias=(d - N + second) / d,
        noise=(first - second) / ball(lam * T) if noisy else arb(0),
    )
