"""The test error as a function of kappa: its value, its slope and the penalty lam, in any engine.

lam = kappa (1 - df1/T) is explicit in kappa, so that a sweep over kappa solves no equation, and
the moments of the generator do not depend on kappa: they are computed once.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import NamedTuple

import mpmath
import numpy as np
from sympy import Dummy, Expr, Integer, Symbol, cancel

from ridgeproof.numerics.arithmetic.precision import (
    GUARD_DIGITS,
    Array,
    Engine,
    Float64,
    Multiprecision,
    Number,
)
from ridgeproof.numerics.chains.chain import ChainMoments, chain_moments, of_truth
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.spectra.spectrum import Spectrum
from ridgeproof.numerics.walker import evaluate_column, evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.curve import (
    CurveTerms,
    far_curve,
    gap,
    gap_of_kappa,
    near_curve,
    penalty_of_kappa,
)
from ridgeproof.theory.errors import NotBuilt, SolverError
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.settings.selection import best, downstream_kind, facts, generator_of
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["SIGN_DIGITS", "Curves", "ErrorCurve", "Signed", "curve_formula"]

# Digits at which a doubtful sign is looked at.
SIGN_DIGITS = (15, 40, 120, 300, 800, 2200)
# Numbers in one temporary array of a vectorised sweep.
_CHUNK = 2**20


class Signed(NamedTuple):
    """A number (or an array) with the size of the terms that it is the sum of."""

    value: Number
    scale: Number


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
    """E(kappa), dE/dlog kappa and lam(kappa) of a setting whose lam is left open."""

    def __init__(self, setting: Setting, engine: Engine, form: Form = Form.LIMIT) -> None:
        self.setting = setting.with_(lam=0)
        self.engine = engine
        self.form = form
        self.point = make_point(self.setting, engine)
        self._gap = gap_of_kappa(T_at_least_d=setting.T >= setting.d)
        self._penalty = penalty_of_kappa(T_at_least_d=setting.T >= setting.d)

    @property
    def spectrum(self) -> Spectrum:
        """The levels of Sigma."""
        return self.point.spectrum

    @property
    def start(self) -> Number:
        """Kappa at lam = 0; an exact zero when T >= d."""
        return self.point.values[sy.kappa]

    @property
    def noise(self) -> Number:
        """Rounding of a sum of terms, relative to their size."""
        with self.engine.scope():
            if isinstance(self.engine, Float64):
                return self.engine.epsilon * 64
            return self.engine.number(10) ** -(self.engine.digits + GUARD_DIGITS // 2)

    @cached_property
    def moments(self) -> ChainMoments:
        """The moments of the downstream labeller: of the last generator, or of its average with w0.

        Ridge on real and synthetic rows is ridge on labels of w0 + P2 (w_n - w0), with more noise
        (`_labels`): the functional (N2) is (T3) at these moments.
        """
        if downstream_kind(self.setting) == "ridge":
            return self._generator
        share = self.engine.number(self.point.values[sy.synthetic_fraction])
        found, levels = self._generator, self.spectrum.w0sq
        with self.engine.scope():
            drift = (found.mean - 1) * share
            own = (found.signal - levels * found.mean * 2 + levels) * share**2
            return ChainMoments(
                drift + 1, levels + levels * drift * 2 + own, found.noise * share**2
            )

    @cached_property
    def _labels(self) -> Number:
        """The noise of the downstream labels: sigma, or what a mixture makes of it.

        Its square is then P1 sigma_real^2 + P2 sigma^2 + P1 P2 E||w_n - w0||_Sigma^2.
        """
        setting, engine = self.setting, self.engine
        if downstream_kind(setting) == "ridge":
            return setting.sigma
        share, real = (self.point.values[x] for x in (sy.synthetic_fraction, sy.sigma_real))
        labels = (1 - share) * real**2 + share * setting.sigma**2
        found, levels = self._generator, self.spectrum.w0sq
        with engine.scope():
            deviation = found.signal - levels * found.mean * 2 + levels + found.noise
            error = engine.weighted_sum(self.spectrum.s * deviation, self.spectrum.weights)
            total = engine.number(labels) + error * engine.number(share * (1 - share))
            # As an exact zero, which takes its terms away at T = d too.
            return engine.power(total, Fraction(1, 2)) if total else Fraction(0)

    @cached_property
    def _generator(self) -> ChainMoments:
        """The last generator's moments, in the form asked for."""
        setting, engine = self.setting, self.engine
        if setting.n == 0:
            return of_truth(self.point)
        step = generator_of(setting.with_(lam=1))
        found = chain_moments(setting, self.point, step.step(self.form))
        closed = curve_formula(setting)[0]
        with engine.scope():
            noise = found.noise if found.real is None else found.noise + found.real
            # The step of a minimum norm is a limit; Sigma = I alone knows more.
            limit = self.form is Form.LIMIT or not setting.sigma0 or step.exact_pieces
            if closed.exact_pieces and not limit:
                noise = noise * self._exact_noise(closed)
            return ChainMoments(found.mean, found.signal, noise)

    def _exact_noise(self, closed: Formula) -> Number:
        """By how much the exact finite-size noise of the chain exceeds its limit."""
        known = {
            symbol: truth for symbol, truth in facts(self.setting).items() if symbol == sy.shared
        }
        exact, limit = (closed.expression("synthetic", form).subs(known) for form in Form)
        return evaluate_expression(cancel(exact / limit), self.point)

    @cached_property
    def energy(self) -> Number:
        """b, the error at lam = infinity."""
        return evaluate_expression(sy.b, self.point)

    @cached_property
    def _near(self) -> Array:
        moments = self.moments
        with self.engine.scope():
            product = moments.mean * self.spectrum.w0sq
            return (product - moments.signal) - moments.noise

    @cached_property
    def _far(self) -> Array:
        with self.engine.scope():
            return self.moments.mean * self.spectrum.w0sq

    @cached_property
    def _chain_error(self) -> Number:
        """The error of the last generator itself: the anchor of the near curve."""
        anchor, moments = near_curve().anchor, self.moments
        signal = self.point.with_moments(a=moments.signal, m=moments.mean)
        noise = self.point.with_moments(a=moments.noise, m=moments.mean)
        without_truth = anchor.replace(
            lambda node: isinstance(node, SpectralSum),
            lambda node: node.with_levels({sy.w0: Integer(0), sy.m: Integer(0)}),
        )
        with self.engine.scope():
            return evaluate_expression(anchor, signal) + evaluate_expression(without_truth, noise)

    def slope(self, kappa: Number) -> Signed:
        """dE/dlog kappa at kappa > 0."""
        curve, point = self._side(kappa)
        return self._summed(curve.slope, point)

    def slopes(self, kappas: Array) -> Signed:
        """The slope at each of many float64 kappas, the better conditioned side at each."""
        rows = max(1, _CHUNK // len(self.spectrum.s))
        chunks = [
            self._better(kappas[i : i + rows].reshape(-1, 1)) for i in range(0, len(kappas), rows)
        ]
        value, scale = (np.concatenate(each) for each in zip(*chunks, strict=True))
        return Signed(value, scale)

    def error(self, kappa: Number) -> Signed:
        """E at kappa >= 0; an exact zero means lam = 0 with T >= d."""
        near = self._is_near(kappa)
        anchor = self._chain_error if near else self.energy
        curve, point = self._side(kappa)
        value, scale = self._summed(curve.error, point)
        with self.engine.scope():
            return Signed(anchor + value, abs(anchor) + scale)

    def penalty(self, kappa: Number) -> Number:
        """lam at kappa."""
        return evaluate_expression(self._penalty, self.point.with_values({sy.kappa: kappa}))

    def penalty_slope(self, kappa: Number) -> Number:
        """dlam/dkappa = 1 - gamma."""
        return evaluate_expression(self._gap, self.point.with_values({sy.kappa: kappa}))

    def _is_near(self, kappa: Number) -> bool:
        if isinstance(kappa, Fraction):
            return True  # the exact zero at lam = 0
        with self.engine.scope():
            return self.engine.compare(kappa, self.spectrum.s[0]) < 0

    def _side(self, kappa: Number) -> tuple[CurveTerms, FormulaPoint]:
        near = self._is_near(kappa)
        return (near_curve() if near else far_curve()), self._at(kappa, near)

    def _at(self, kappa: Number, near: bool) -> FormulaPoint:
        moments = self.moments
        with self.engine.scope():
            second = moments.signal + moments.noise
        point = self.point.with_values({sy.kappa: kappa, sy.B: self._near if near else self._far})
        point = point.with_moments(a=second, m=moments.mean)
        return point.with_values({gap: _value(self._gap, point), sy.sigma: self._labels})

    def _summed(self, pieces: tuple[Expr, ...], point: FormulaPoint) -> Signed:
        """The sum of the pieces and the sum of their sizes; no spectral sum is computed twice."""
        # An exact zero kappa must stay visible to the walker inside the sums.
        at_zero = isinstance(point.values[sy.kappa], Fraction)
        sums, flat = ({}, pieces) if at_zero else _factored(pieces)
        B = point.values[sy.B]
        mixed = bool((B > 0).any() and (B < 0).any())
        absolute = point.with_values({sy.B: abs(B)}) if mixed else point
        found, sizes = {}, {}
        for name, node in sums.items():
            found[name] = _value(node, point)
            sizes[name] = found[name]
            if mixed and sy.B in node.bound_symbols:
                sizes[name] = _value(node, absolute)
        values = [_value(piece, point.with_values(found)) for piece in flat]
        scales = values
        if mixed:
            scales = [_value(piece, point.with_values(sizes)) for piece in flat]
        with self.engine.scope():
            zero = self.engine.number(0)
            return Signed(sum(values, start=zero), sum(map(abs, scales), start=zero))

    def _better(self, column: Array) -> tuple[Array, Array]:
        near, far = (
            self._summed(curve.slope, self._at(column, curve is near_curve()))
            for curve in (near_curve(), far_curve())
        )
        use_near: Array = abs(near.value) * far.scale >= abs(far.value) * near.scale
        chosen = far.value.copy(), far.scale.copy()
        for array, better in zip(chosen, near, strict=True):
            array[use_near] = better[use_near]
        return chosen[0].ravel(), chosen[1].ravel()


class Curves:
    """The same curve at any precision."""

    def __init__(self, setting: Setting, form: Form) -> None:
        self.setting, self.form = setting, form
        self.at: Callable[[Engine], ErrorCurve] = lru_cache(maxsize=8)(
            lambda engine: ErrorCurve(setting, engine, form)
        )

    def sign(self, kappa: Number) -> int:
        """The sign of the slope at kappa > 0, decided with as many digits as it needs.

        Raises:
            SolverError: the slope vanishes there to 2200 digits.
        """
        return 1 if self.relative_slope(kappa) > 0 else -1

    def relative_slope(self, kappa: Number) -> Number:
        """The slope over the size of its terms, of certain sign."""
        for digits in SIGN_DIGITS:
            curve = self.at(Multiprecision(digits))
            with curve.engine.scope():
                slope = curve.slope(curve.engine.convert(kappa))
                if abs(slope.value) > curve.noise * slope.scale:
                    return slope.value / slope.scale
        raise SolverError(
            f"the slope of the test error at kappa = {mpmath.nstr(kappa, 15)} is zero to "
            f"{SIGN_DIGITS[-1]} digits, so that minimum and maximum cannot be told apart: "
            "change a parameter slightly"
        )


def _value(expression: Expr, point: FormulaPoint) -> Number:
    """The expression's value, or a column of values where kappa is a column."""
    if isinstance(point.values[sy.kappa], np.ndarray):
        return evaluate_column(expression, point)
    return evaluate_expression(expression, point)


@lru_cache
def _factored(pieces: tuple[Expr, ...]) -> tuple[dict[Symbol, Expr], tuple[Expr, ...]]:
    """The distinct spectral sums of some expressions under names, and the expressions in them."""
    nodes = sorted({node for piece in pieces for node in piece.atoms(SpectralSum)}, key=str)
    names = {node: Dummy() for node in nodes}
    return {name: node for node, name in names.items()}, tuple(p.xreplace(names) for p in pieces)
