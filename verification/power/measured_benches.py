"""Formulas that are not test errors meet their mutants where another route finds the number.

clean-scaling   the sums over the infinite spectrum themselves, at T = 10^10
power-law       slopes of the deterministic equivalent between T = 2^16 and 2^20
optimal-ridge   the search for the minimum, which does not know the closed form
universality    draws of tr R and tr R^2, entries that are signs or Student's t
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from sympy import Symbol

from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.numerics.optima.quartic import closed_optimum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.derivations.scaling_constants import Clean, law, measured
from ridgeproof.verification.derivations.slopes import Growth, measured_exponents
from ridgeproof.verification.simulation.resolvents import TraceCorrection
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory

__all__ = ["VALUE_BENCHES", "Measured", "ValueBench"]

Claimed = Callable[[Formula, str, Any], float]


@dataclass(frozen=True)
class Measured:
    """A number from another route, and how far it may be from the truth."""

    value: float
    error: float


@dataclass(frozen=True)
class ValueBench:
    """Where the named expressions of a formula are compared with numbers.

    ``claimed(formula, name, point)`` is what they say, ``measured(name, point)`` what is found.
    Mutants with an effect below ``tolerance``, relative or absolute, are no target.
    """

    formula: str
    points: tuple[Any, ...]
    claimed: Claimed
    measured: Callable[[str, Any], Measured]
    tolerance: float
    relative: bool = True
    implicit: tuple[str, ...] = ()  # expressions that count through the others only

    def names(self, formula: Formula) -> tuple[str, ...]:
        """The expressions that have a value of their own here."""
        return tuple(name for name in formula.expressions if name not in self.implicit)

    def scale(self, value: float) -> float:
        """What deviations are measured in."""
        return abs(value) if self.relative else 1.0


# --- clean scaling ---

_FAR = 10**10
_ELL = Fraction(2, 5)  # of beta
_SUMS = {
    "df1": sy.df1,
    "df2": sy.df2,
    "bias_sum": SpectralSum(sy.kappa**2 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2),
    "ridge_bias": Symbol("bias"),
    "ridge_variance": Symbol("variance"),
    "ridgeless_kappa": Symbol("ridgeless kappa"),
    "ridgeless_bias": Symbol("ridgeless bias"),
    "ridgeless_variance": Symbol("ridgeless variance"),
}
_CLEAN = tuple(
    Clean(beta, r, _ELL * beta)
    for beta in (Fraction(3, 2), Fraction(2))
    for r in (Fraction(2, 5), Fraction(1), Fraction(7, 5))
)


def _infinite(name: str, point: Clean) -> Setting:
    return (replace(point, ell=None) if name.startswith("ridgeless") else point).at(_FAR)


def _claimed_constant(formula: Formula, name: str, point: Clean) -> float:
    return law(formula.expressions[name], _infinite(name, point))


def _measured_constant(name: str, point: Clean) -> Measured:
    found = measured(_SUMS[name], _infinite(name, point))
    return Measured(found, 0.01 * abs(found))  # what is left of the corrections at T = 10^10


# --- exponents on fake data ---

_GROWTHS = tuple(
    Growth(beta, r, c, ell)
    for beta in (Fraction(3, 2), Fraction(2))
    for r in (Fraction(2, 5), Fraction(3, 4), Fraction(3, 2))
    for c, ell in (
        (Fraction(3, 5), Fraction(3, 10)),
        (Fraction(4, 5), Fraction(3, 5)),
        (Fraction(1, 2), Fraction(1, 2)),
        (Fraction(6, 5), Fraction(3, 4)),
    )
)
_SLOPE = 0.05  # corrections to the slopes at T = 2^16 .. 2^20


def _claimed_exponent(formula: Formula, name: str, growth: Growth) -> float:
    values = {key: getattr(growth, key) for key in ("beta", "r", "c", "ell")}
    expression = formula.expressions[name]
    return float(
        expression.subs(
            {
                symbol: values[str(symbol)]
                for symbol in expression.free_symbols
                if str(symbol) in values
            }
        )
    )


def _measured_exponent(name: str, growth: Growth) -> Measured:
    return Measured(measured_exponents(growth)[name.removesuffix("_exponent")], _SLOPE)


# --- the optimal penalty ---

_FAKE = tuple(
    make_setting(d=d, T=T, T0=T0, n=n, sigma=sigma, sigma0=sigma0, signal=signal)
    for d, T, T0, n, sigma, sigma0, signal in (
        (20, 40, 50, 5, "1/2", "1/2", "flat"),
        (20, 60, 50, 2, "1", "1/3", "energies:2"),
        (40, 30, 60, 3, "2/3", "1", "energies:3/2"),
        (30, 90, 45, 1, "2", "1/2", "flat"),
    )
)


def _claimed_penalty(formula: Formula, _: str, setting: Setting) -> float:
    return float(closed_optimum(setting, 15, Form.LIMIT, formula)[0])


@lru_cache
def _searched(setting: Setting) -> float:
    return float(optimum(setting, closed=False).lam)


def _measured_penalty(_: str, setting: Setting) -> Measured:
    return Measured(_searched(setting), 1e-6 * _searched(setting))


# --- first corrections of traces ---

_POWERS = {"resolvent_trace": 1, "resolvent_square": 2}
_LAWS = tuple(
    make_setting(d=32, T=T, sigma=1, lam=lam, features=features, spectrum=spectrum)
    for T, lam, features, spectrum in (
        (48, "1/2", "rademacher", "spiked:2*8,1"),
        (64, "1/4", "rademacher", "power-law:1/2"),
        (36, "2/3", "rademacher", "isotropic"),
        (48, "1/3", "student:12", "spiked:2*8,1"),
        (40, "1/4", "rademacher", "isotropic"),
    )
)
_DRAWS, _CHUNK = 2**15, 2**11
_SIGMAS = 5.0


def _claimed_correction(formula: Formula, name: str, setting: Setting) -> float:
    theory = Theory({formula.id: formula})
    corrected = theory.named(formula.id, name, setting, Form.EXACT)
    return corrected - CATALOGUE.named(formula.id, name, setting, Form.LIMIT)


@lru_cache
def _measured_correction(name: str, setting: Setting) -> Measured:
    equivalent = CATALOGUE.named("universality", name, setting, Form.LIMIT)
    draw = TraceCorrection(setting, 0, "power of universality", _POWERS[name], equivalent)
    x = np.concatenate([draw(chunk, _CHUNK) for chunk in range(_DRAWS // _CHUNK)])
    error = float(x.std(ddof=1)) / math.sqrt(len(x))
    # The next corrections, of order 1/d^2, are left by the two sizes.
    return Measured(float(x.mean()), _SIGMAS * error + 0.05 * abs(float(x.mean())))


VALUE_BENCHES: Mapping[str, ValueBench] = {
    bench.formula: bench
    for bench in (
        ValueBench("power-law", _GROWTHS, _claimed_exponent, _measured_exponent, 0.1, False),
        ValueBench(
            "optimal-ridge", _FAKE, _claimed_penalty, _measured_penalty, 0.001, implicit=("root",)
        ),
        ValueBench("universality", _LAWS, _claimed_correction, _measured_correction, 0.15),
        ValueBench("clean-scaling", _CLEAN, _claimed_constant, _measured_constant, 0.02),
    )
}
