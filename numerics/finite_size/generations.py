"""What an isotropic generator hands to the downstream fit: three numbers.

    E w_n.w0 = mean |w0|^2,      E |w_n|^2 = signal |w0|^2 + noise.

A ridge chain multiplies mean by E tr M/d and signal by E tr M'M/d at every generation, and adds
sigma0^2 E tr R S R/T to the contracted noise; with a shared design and lam0 = 0 the one
projection is idempotent and the noises add up.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from numerics.finite_size.refine import ball
from numerics.finite_size.traces import FitTraces, fit_balls
from theory.errors import NotBuilt
from theory.setting import Setting

__all__ = ["IsotropicGenerator", "chain"]


@dataclass(frozen=True)
class IsotropicGenerator:
    """The first two moments of any rotationally invariant generator.

    Exact rationals, or balls.  The truth itself is (1, 1, 0); least squares on ever more data,
    T_i rows with noise sigma_i, N_i = T_1 + ... + T_i, is (1, 1, sum sigma_i^2 T_i d/(N_i
    (N_i-d-1))).
    """

    mean: Any
    signal: Any
    noise: Any


def chain(setting: Setting, bits: int) -> IsotropicGenerator:
    """The n generations of a setting, as balls.

    Raises:
        NotBuilt: a shared design with lam0 > 0 and n >= 2.
    """
    n, T0 = setting.n, setting.T0
    if n == 0 or T0 is None:
        return IsotropicGenerator(ball(1), ball(1), ball(0))
    noisy = setting.sigma0 > 0
    fit = fit_balls(setting.d, T0, setting.lam0, bits, noisy=noisy)
    fresh_noise = ball(setting.sigma0**2) * fit.noise
    if setting.design == "shared" and n > 1:
        if setting.lam0 > 0:
            raise NotBuilt(
                "a shared design with lam0 > 0 needs more than two moments of its resolvent: "
                "use independent designs, or lam0 = 0"
            )
        return IsotropicGenerator(fit.mean, fit.coll, n * fresh_noise)
    return IsotropicGenerator(fit.mean**n, fit.coll**n, fresh_noise * _compounded(fit, n))


def _compounded(fit: FitTraces, n: int) -> Any:
    """1 + coll + ... + coll^(n-1)."""
    if fit.coll == 1:
        return ball(Fraction(n))
    return (1 - fit.coll**n) / (1 - fit.coll)
