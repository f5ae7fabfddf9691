"""Constants of clean scaling laws, measured on the infinite power-law spectrum.

Both sides of a line are evaluated at growing T: the left one from certified sums over the whole
infinite spectrum, the right one from the law.  Their ratio must approach 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from sympy import Expr, Symbol, lambdify
from sympy.core.function import AppliedUndef

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.evaluate import Value, evaluate
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Step
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.settings.setting import INFINITE, Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source

__all__ = ["Clean", "check_constant", "law", "measured"]

_DIGITS = 15
_NEAR, _FAR = 10**6, 10**10
# At T = 10^10 every correction below is a power of T that has fallen under this.
_ALLOWED = 0.01


@dataclass(frozen=True)
class Clean:
    """A clean scaling experiment on the infinite spectrum: lam = T^-ell, or 0 without ell."""

    beta: Fraction
    r: Fraction
    ell: Fraction | None = None

    def __str__(self) -> str:
        return f"beta {self.beta} r {self.r}" + ("" if self.ell is None else f" ell {self.ell}")

    def at(self, T: int) -> Setting:
        """The setting with T rows, and sigma = 1."""
        lam = Fraction(0) if self.ell is None else Fraction(repr(float(T) ** -float(self.ell)))
        return Setting(
            d=INFINITE,
            T=T,
            sigma=Fraction(1),
            lam=lam,
            spectrum=PowerLaw(self.beta),
            signal=Source(self.r),
        )


_BETA, _RIDGE = Fraction(3, 2), Fraction(3, 4)
_SOURCES = (Fraction(2, 5), Fraction(1), Fraction(7, 5))


@lru_cache(maxsize=64)
def _value(setting: Setting) -> Value:
    return evaluate(setting, digits=_DIGITS)


@lru_cache(maxsize=64)
def _point(setting: Setting) -> FormulaPoint:
    return make_point(setting, Balls(_DIGITS))


def measured(quantity: Expr, setting: Setting) -> float:
    """A term of the error, kappa, or a sum over the spectrum, from the whole infinite spectrum."""
    name = quantity.name.removeprefix("ridgeless ") if isinstance(quantity, Symbol) else ""
    value = _value(setting)
    if name in value.terms:
        return float(value.terms[name])
    if name == "kappa":
        return float(value.kappa)
    return law(quantity, setting)


def law(expression: Expr, setting: Setting) -> float:
    """The value of an expression in kappa, lam, T, beta and r."""
    return float(center(evaluate_expression(expression, _point(setting))))


def check_constant(step: Step) -> tuple[bool, float, float, str]:
    """(checked, gap, allowed, method) for one line ``quantity = law``."""
    left, right = step.expression.args
    if isinstance(left, AppliedUndef):
        gap = max(_power_sum_gap(right, *each) for each in ((0.3, 1e-6), (2.6, 1e-4), (1.5, 1e-5)))
        return gap <= _ALLOWED, gap, _ALLOWED, "sums of a million terms and their tails"
    expressions = find("clean-scaling").expressions
    ridgeless = str(left).startswith("ridgeless")
    worst, falls = 0.0, True
    for r in _SOURCES:
        growth = Clean(_BETA, r, None if ridgeless else _RIDGE)
        near, far = (
            abs(
                measured(left, growth.at(T)) / law(expressions.get(str(right), right), growth.at(T))
                - 1
            )
            for T in (_NEAR, _FAR)
        )
        worst, falls = max(worst, far), falls and far <= near / 2 + 1e-12
    return worst <= _ALLOWED and falls, worst, _ALLOWED, "ratio at T = 10^6, 10^10 and d = infinity"


def _power_sum_gap(claimed: Expr, p: float, kappa: float) -> float:
    """Relative to its smaller residue: sum_i i^-p (1 + kappa i^beta)^-2 against the law."""
    beta, cut = 1.5, 10**6

    def term(i: Any) -> Any:
        return i**-p / (1 + kappa * i**beta) ** 2

    head = float(np.sum(term(np.arange(1, cut + 1, dtype=float))))
    # The midpoint rule for what is left errs by less than the derivative at the cut.
    tail = float(mpmath.quad(term, [cut + 0.5, 10 * cut, 1000 * cut, mpmath.inf]))
    symbols = (Symbol("p"), sy.kappa, sy.beta)
    found = float(lambdify(symbols, claimed, "mpmath")(mpmath.mpf(p), kappa, beta))
    return abs(head + tail - found) / abs(float(mpmath.zeta(p)))
