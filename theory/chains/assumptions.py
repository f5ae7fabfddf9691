"""Assumptions on the chain of generators that several theorems share."""

from __future__ import annotations

from sympy import And, Eq, Or

from ridgeproof.theory import symbols as sy

__all__ = ["LEAST_SQUARES_CHAIN", "MINIMUM_NORM_CHAIN"]

# Generators fitted by least squares are unbiased: m = w0, a = w0^2 + n sigma0^2/(s (T0-d-1)).
# Without generators, or with noiseless labels, the last generator is the truth itself.
LEAST_SQUARES_CHAIN = Or(
    Eq(sy.n, 0),
    And(Eq(sy.lam0, 0), Or(sy.T0 >= sy.d + 2, And(Eq(sy.sigma0, 0), sy.T0 >= sy.d))),
)

# At least one generator fitted by minimum norm on fewer rows than dimensions; its expected error
# is infinite for T0 = d - 1 with noisy labels.
MINIMUM_NORM_CHAIN = And(
    sy.n >= 1,
    Eq(sy.lam0, 0),
    Or(sy.T0 <= sy.d - 2, And(Eq(sy.sigma0, 0), sy.T0 <= sy.d - 1)),
)
