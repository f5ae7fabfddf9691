"""Exponents measured from the deterministic equivalent at growing T, on actual spectra."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from fractions import Fraction
from functools import lru_cache

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate_terms
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.theory.theorems.power_law import crossover
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory

__all__ = [
    "Growth",
    "best_error",
    "best_error_slope",
    "crossover_size",
    "measured_exponents",
    "measured_slope",
    "plateau_slope",
    "power_law_setting",
]

# Fake-data scaling runs at this d/T0.
PHI0 = Fraction(1, 2)


@dataclass(frozen=True)
class Growth:
    """Parameters of a scaling experiment: T0 = T^c, d = phi0 T0, lam = T^-ell."""

    beta: Fraction
    r: Fraction
    c: Fraction
    ell: Fraction
    n: int = 1
    sigma: Fraction = Fraction(1)
    sigma0: Fraction = Fraction(1)

    def __str__(self) -> str:
        return " ".join(f"{name} {value}" for name, value in asdict(self).items())


def power_law_setting(growth: Growth, T: int) -> Setting:
    """The setting of a scaling experiment at one T; T0, d and lam are rounded powers of T."""
    T0 = round(T ** float(growth.c))
    return Setting(
        d=max(1, round(PHI0 * T0)),
        T=T,
        T0=T0,
        n=growth.n,
        sigma=growth.sigma,
        sigma0=growth.sigma0,
        lam=Fraction(repr(T ** -float(growth.ell))),
        spectrum=PowerLaw(growth.beta),
        signal=Source(growth.r),
    )


@lru_cache(maxsize=256)
def measured_exponents(growth: Growth, low: int = 2**16, high: int = 2**20) -> dict[str, float]:
    """Slopes between two values of T: f (of df1), k (of 1/kappa), the terms, and E."""
    small, large = (_quantities(power_law_setting(growth, T)) for T in (low, high))
    octaves = math.log(high / low)
    slopes = {name: math.log(large[name] / small[name]) / octaves for name in small}
    slopes["k"] = -slopes.pop("kappa")
    return slopes


def _quantities(setting: Setting) -> dict[str, float]:
    engine = Float64()
    point = make_point(setting, engine)
    terms = {name: float(term) for name, term in evaluate_terms(setting, engine).items()}
    return {
        "f": float(evaluate_expression(sy.df1, point)),
        "kappa": float(evaluate_expression(sy.kappa, point)),
        **{name: term for name, term in terms.items() if term > 0},
        "E": sum(terms.values()),
    }


def measured_slope(growth: Growth, theory: Theory, start: int = 2**16) -> float:
    """Slope of the test error of a theory between T = start and 16 start."""
    small, large = (theory.value(power_law_setting(growth, T)) for T in (start, 16 * start))
    return math.log(large / small) / math.log(16)


def crossover_size(setting: Setting) -> float:
    """T_x as `theory.theorems.power_law.crossover` states it."""
    values = {name: getattr(setting, name.name) for name in (sy.T0, sy.d, sy.n)}
    noises = {sy.sigma: setting.sigma, sy.sigma0: setting.sigma0}
    return float(crossover().subs(sy.phi0, sy.d / sy.T0).subs({**values, **noises}))


def best_error(setting: Setting, theory: Theory = CATALOGUE) -> float:
    """The least error over a grid of lam, twenty to the decade of T0: fine enough for a slope."""
    assert setting.T0 is not None
    grid = (Fraction(repr(setting.T0 ** -(step / 20))) for step in range(4, 41))
    return min(theory.value(setting.with_(lam=lam)) for lam in grid)


def best_error_slope(setting: Setting, theory: Theory = CATALOGUE) -> float:
    """Slope in T of the best error, between the setting's T and 16 times it."""
    errors = [best_error(setting.with_(T=T), theory) for T in (setting.T, 16 * setting.T)]
    return math.log(errors[1] / errors[0]) / math.log(16)


def plateau_slope(
    growth: Growth, theory: Theory = CATALOGUE, low: int = 2**9, high: int = 2**12
) -> float:
    """Slope in T0 of the best error over lam when T is infinite for all purposes (10^12)."""
    errors = []
    for T0 in (low, high):
        d = max(1, round(PHI0 * T0))
        errors.append(best_error(power_law_setting(growth, 2).with_(d=d, T=10**12, T0=T0), theory))
    return math.log(errors[1] / errors[0]) / math.log(high / low)
