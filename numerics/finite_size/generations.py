"""What an isotropic generator hands to the downstream fit: a few numbers.

    E w_n.w0 = mean |w0|^2,      E |w_n|^2 = signal |w0|^2 + noise + real.

A ridge chain multiplies mean by E tr M/d and signal by E tr M'M/d at every generation, and adds
sigma0^2 E tr R S R/T to the contracted noise; labels averaged with real ones mix the moments with
those of the truth first.  Without ridge, one shared design or accumulated ones project only once
and the noises add up.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.finite_size.traces import FitTraces, fit_traces
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.settings.generations import Accumulate
from ridgeproof.theory.settings.setting import Setting

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
    real: Any = 0  # what the noise of real labels in the chain adds to noise


# Generations that are taken one by one: about ten seconds of them.
_MOST_STEPS = 100_000

_TRUTH = IsotropicGenerator(exact_ball(1), exact_ball(1), exact_ball(0), exact_ball(0))


def chain(setting: Setting, bits: int) -> IsotropicGenerator:
    """The n generations of a setting, as balls.

    Raises:
        NotBuilt: ridge generators that share a design or accumulate sets, n >= 2; or too many
            generations that have to be taken one by one.
    """
    if setting.n == 0:
        return _TRUTH
    projects_once = setting.design == "shared" or isinstance(setting.chain, Accumulate)
    stepped = projects_once or setting.schedule or setting.weights
    if stepped and setting.n > _MOST_STEPS:
        raise NotBuilt(
            f"the exact form takes the n = {setting.n} generations of such a chain one by one, at "
            f"most {_MOST_STEPS:,}: take the limit form, or a smaller n"
        )
    if setting.n > 1 and projects_once:
        if any(each.lam0 > 0 for each in setting.distinct_generations):
            raise NotBuilt(
                "a shared design, or accumulated sets, with lam0 > 0 need more than two moments of "
                "the resolvents: use independent designs with the chain replace or weighted:W, or "
                "lam0 = 0"
            )
        return _one_projection(setting, bits)
    if setting.schedule or setting.weights:
        return _stepped(setting, bits)
    (each,) = setting.distinct_generations
    fit = fit_traces(setting.d, each.T0, each.lam0, bits, noisy=each.sigma0 > 0)
    fresh_noise = exact_ball(each.sigma0**2) * fit.noise
    n = setting.n
    return IsotropicGenerator(fit.mean**n, fit.coll**n, fresh_noise * _compounded(fit, n))


def _stepped(setting: Setting, bits: int) -> IsotropicGenerator:
    """Fits on fresh designs, one after the other: each sees W w0 + (1-W) w of its predecessor."""
    given = _TRUTH
    for each, weight, rows in setting.stages():
        kept = 1 - weight
        fake, real = kept**2 * each.sigma0**2, weight**2 * setting.real_noise**2
        fit = fit_traces(setting.d, rows, each.lam0, bits, noisy=fake + real > 0)
        # In terms of what is missing from 1, so that an unbiased chain stays exactly so.
        mean = 1 + exact_ball(kept) * (given.mean - 1)
        signal = (
            1
            + exact_ball(2 * weight * kept) * (given.mean - 1)
            + exact_ball(kept**2) * (given.signal - 1)
        )
        given = IsotropicGenerator(
            mean=fit.mean * mean,
            signal=fit.coll * signal,
            noise=fit.coll * exact_ball(kept**2) * given.noise + exact_ball(fake) * fit.noise,
            real=fit.coll * exact_ball(kept**2) * given.real + exact_ball(real) * fit.noise,
        )
    return given


def _one_projection(setting: Setting, bits: int) -> IsotropicGenerator:
    """Generators without ridge that never lose a direction again: noises add to the first fit.

    On one design the noises add up to one; on accumulated ones each generation adds to the last
    the share T_i/N_i of the noise of a fit on all N_i rows.
    """
    d, gathers = setting.d, isinstance(setting.chain, Accumulate)
    first = None
    noise, real = exact_ball(0), exact_ball(0)
    for index, (each, weight, rows) in enumerate(setting.stages(), start=1):
        kept = 1 - weight
        own = each.sigma0**2 * Fraction(each.T0, rows)
        if gathers and setting.design == "shared":
            own /= index**2
        fake, true = kept**2 * own, weight**2 * setting.real_noise**2
        fit = fit_traces(d, rows, Fraction(0), bits, noisy=own + true > 0)
        first = first or fit
        noise = exact_ball(kept**2) * noise + exact_ball(fake) * fit.noise
        real = exact_ball(kept**2) * real + exact_ball(true) * fit.noise
    assert first is not None
    return IsotropicGenerator(first.mean, first.coll, noise, real)


def _compounded(fit: FitTraces, n: int) -> Any:
    """1 + coll + ... + coll^(n-1)."""
    if fit.coll == 1:
        return exact_ball(Fraction(n))
    return (1 - fit.coll**n) / (1 - fit.coll)
