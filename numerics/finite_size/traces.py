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

from flint import arb

from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.finite_size.wishart import eigenvalue_sums

__all__ = ["FitTraces", "fit_traces"]


@dataclass(frozen=True)
class FitTraces:
    """One isotropic ridge fit in balls: E w = mean v, E |w|^2 = coll |v|^2 + noise sigma^2.

    Attributes:
        mean: E tr M/d.
        coll: E tr M'M/d.
        bias: E |M-I|^2/d = 1 - 2 mean + coll.
        noise: E tr R S R/T, the variance for unit label noise.
    """

    mean: Number
    coll: Number
    bias: Number
    noise: Number


def fit_traces(d: int, T: int, lam: Fraction, bits: int, *, noisy: bool = True) -> FitTraces:
    """The traces as balls, some wider than asked for where a difference cancels.

    Without label noise the variance, which may be infinite, is left at zero.
    """
    N, spare = min(d, T), abs(T - d) - 1
    if lam == 0:
        kept, noise = exact_ball(Fraction(N, d)), exact_ball(Fraction(N, spare) if noisy else 0)
        return FitTraces(kept, kept, exact_ball(Fraction(d - N, d)), noise)
    first, second = eigenvalue_sums(d, T, lam, bits)
    return FitTraces(
        mean=(N - first) / d,
        coll=(N - 2 * first + second) / d,
        bias=(d - N + second) / d,
        noise=(first - second) / exact_ball(lam * T) if noisy else arb(0),
    )
