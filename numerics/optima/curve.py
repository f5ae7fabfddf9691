"""The test error as a function of kappa: its value, its slope and the penalty lam, in any engine.

lam = kappa (1 - df1/T) is explicit in kappa, so that a sweep over kappa solves no equation, and
the moments of the generator do not depend on kappa: they are computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from sympy import Add, Expr, Mul, Symbol, factor

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Engine, Number
from ridgeproof.numerics.evaluate import ErrorParts
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_column, evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import defined, ridge_of_kappa
from ridgeproof.theory.errors import NotBuilt, SolverError
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.settings.selection import best, downstream_kind
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["Curves", "ErrorCurve", "curve_formula"]

# Digits at which a sign is looked at.
_SIGN_DIGITS = (15, 40, 120, 300, 800, 2200, 6000)
# Numbers in one temporary array of a vectorised sweep.
_CHUNK = 2**20

_gap = Symbol("gap", positive=True)


def curve_formula(setting: Setting) -> tuple[Formula, ...]:
    """The theorem for every lam > 0 of a setting: a closed form, or the functional on the chain.

    Raises:
        NoTheorem: the combination has none.
        NotBuilt: the downstream fit sees random features.
    """
    chosen = best(setting.with_(lam=1))
    if downstream_kind(setting) not in {"ridge", "mixture"}:
        raise NotBuilt(
            "the search over lam is built for ridge on the features themselves, not for "
            f"{setting}: evaluate a grid of lam"
        )
    return chosen


class ErrorCurve:
    """E(kappa), dE/dkappa and lam(kappa) of a setting whose lam is left open."""

    def __init__(self, setting: Setting, engine: Engine, form: Form = Form.LIMIT) -> None:
        opened, seen = setting.with_(lam=0), setting.T < setting.d
        # Where kappa tends to zero no range of a power law is below it.
        spectrum = build_spectrum(opened, engine, one_by_one=not seen)
        self.engine = engine
        self.point = make_point(opened, engine, spectrum)
        found = ErrorParts(setting.with_(lam=1), self.point, curve_formula(setting), form)
        self._parts = found.parts.values()
        # No negative term where df1 and df2 may come close to T.
        self._gap, self._penalty = 1 - sy.gamma, ridge_of_kappa()
        if not seen:
            self._gap = _complement(defined(sy.gamma * sy.T))
            self._penalty = sy.kappa * _complement(defined(sy.df1))

    @property
    def start(self) -> Number:
        """Kappa at lam = 0; an exact zero when T >= d."""
        return self.point.values[sy.kappa]

    @property
    def energy(self) -> Number:
        """b, the error at lam = infinity."""
        return evaluate_expression(sy.b, self.point)

    def penalty(self, kappa: Number) -> Number:
        """lam at kappa."""
        return evaluate_expression(self._penalty, self.point.with_values({sy.kappa: kappa}))

    def error(self, kappa: Number) -> Number:
        """E at kappa >= 0; an exact zero means lam = 0 with T >= d."""
        values = [
            evaluate_expression(part, point.with_values({sy.kappa: kappa}))
            for part, point in self._parts
        ]
        with self.engine.scope():
            return sum(values, start=self.engine.number(0))

    def slope(self, kappa: Number) -> Number:
        """dE/dkappa at kappa >= 0."""
        gap = evaluate_expression(self._gap, self.point.with_values({sy.kappa: kappa}))
        values = [
            evaluate_expression(_slope(part), _at(point, kappa, gap)) for part, point in self._parts
        ]
        with self.engine.scope():
            return sum(values, start=self.engine.number(0))

    def relative_slopes(self, kappas: Array) -> Array:
        """The slope at many float64 kappas, over the same sum of absolute values."""
        rows = max(1, _CHUNK // len(self.point.spectrum.s))
        columns = (kappas[i : i + rows, None] for i in range(0, len(kappas), rows))
        return np.concatenate([self._relative(column) for column in columns])

    def _relative(self, column: Array) -> Array:
        gap = evaluate_column(self._gap, self.point.with_values({sy.kappa: column}))
        value, size = np.zeros((2, *column.shape))
        for part, point in self._parts:
            here, slope = _at(point, column, gap), _slope(part)
            value = value + evaluate_column(slope, here)
            size = size + evaluate_column(_positive(slope), here)
        with self.engine.scope():
            return np.ravel(value / size)


class Curves:
    """The same curve at any precision."""

    def __init__(self, setting: Setting, form: Form) -> None:
        self.setting, self.form = setting, form
        self.at: Callable[[Engine], ErrorCurve] = lru_cache(maxsize=8)(
            lambda engine: ErrorCurve(setting, engine, form)
        )

    def sign(self, kappa_of: Callable[[ErrorCurve], Number]) -> int:
        """The sign of the slope at a kappa of the curve, with as many digits as it needs.

        Raises:
            SolverError: the slope vanishes there to 6000 digits.
        """
        for digits in _SIGN_DIGITS:
            curve = self.at(Balls(digits))
            with curve.engine.scope():
                slope = curve.slope(kappa_of(curve))
                if slope != 0:
                    return 1 if slope > 0 else -1
        raise SolverError(
            f"the slope of the test error at kappa = {kappa_of(curve).str(15)} is zero to "
            f"{_SIGN_DIGITS[-1]} digits, so that minimum and maximum cannot be told apart: "
            "change a parameter slightly"
        )

    def sign_at(self, log_kappa: float) -> int:
        """The same at a kappa given by its logarithm."""
        return self.sign(lambda curve: curve.engine.exp(curve.engine.convert(log_kappa)))


def _at(point: FormulaPoint, kappa: Number, gap: Number) -> FormulaPoint:
    return point.with_values({sy.kappa: kappa, _gap: gap})


@lru_cache
def _complement(degrees: Expr) -> Expr:
    """1 - degrees/T as (T - d + sum of 1 - u)/T, with no negative term where T >= d."""
    return (sy.T - sy.d + SpectralSum(factor(1 - degrees.summand))) / sy.T


@lru_cache(maxsize=64)
def _slope(error: Expr) -> Expr:
    """d/dkappa of an error, in which gap stands for 1 - gamma."""
    opened = defined(error.xreplace({1 - sy.gamma: _gap}))
    slope = opened.diff(sy.kappa) - opened.diff(_gap) * defined(sy.gamma).diff(sy.kappa)
    return slope.replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: SpectralSum(factor(node.summand)),
    )


@lru_cache(maxsize=64)
def _positive(expression: Expr) -> Expr:
    """The same sums and products of absolute values; powers are of what is positive."""
    if expression.is_Number:
        return abs(expression)
    if isinstance(expression, Add | Mul | SpectralSum):
        return expression.func(*map(_positive, expression.args))
    return expression
