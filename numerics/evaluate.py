"""evaluate: the test error of a setting, from the theorem whose assumptions hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import mpmath
from sympy import Expr, Symbol

from numerics.chain import chain_moments
from numerics.fixed_point import FixedPoint, solve_kappa
from numerics.point import Point, make_point
from numerics.precision import Engine, Float64, Multiprecision, Number
from numerics.walker import evaluate_expression
from theory import symbols as sy
from theory.catalogue import find
from theory.checks import check_integer
from theory.errors import NotBuilt
from theory.formula import ERROR_TERMS, Form, Formula, FormulaKind
from theory.selection import best, facts, holds
from theory.setting import Setting, require_finite
from theory.spectral import SpectralSum

__all__ = ["MAX_DIGITS", "Value", "evaluate", "evaluate_terms"]

MAX_DIGITS = 2000
# Spectra with more levels than this are evaluated in float64 when 15 digits are enough.
_MANY_LEVELS = 20_000
# Extra digits of the second evaluation, whose difference to the first is the radius.
_SECOND_OPINION = 10


@dataclass(frozen=True, eq=False)
class Value:
    """A number with everything needed to judge it.

    ``radius`` bounds the numerical error of ``value`` (an estimate from a second evaluation at
    higher precision, a theorem when ``certified``); it says nothing about finite-size effects,
    which ``form``, ``formulas`` and ``is_exact`` (exact at this finite size) are about.
    """

    value: Number
    radius: Number
    terms: Mapping[str, Number]
    kappa: Number
    kappa_radius: Number
    df1: Number
    df2: Number
    gamma: Number
    regime: str
    formulas: tuple[str, ...]
    form: str
    is_exact: bool
    exact_pieces: tuple[str, ...]
    digits: int
    certified: bool

    def shown(self, number: Number) -> str:
        """A number of this record as a decimal string with ``digits`` significant digits."""
        with mpmath.workdps(self.digits + 5):
            return mpmath.nstr(mpmath.mpf(number), self.digits, min_fixed=-5, max_fixed=16)

    def shown_radius(self, radius: Number) -> str:
        """A radius as a decimal string with two digits, rounded up."""
        with mpmath.workdps(20):
            return mpmath.nstr(mpmath.mpf(radius) * (1 + mpmath.mpf("0.05")), 2)


def evaluate(
    setting: Setting, *, digits: int = 15, form: Form = Form.LIMIT, certified: bool = False
) -> Value:
    """The test error E ||w_hat - w0||_Sigma^2, its three terms, and how it was obtained.

    Args:
        setting: what to evaluate.
        digits: significant digits asked for, 1 to 2000.
        form: ``limit`` for the proportional limit; ``exact`` replaces every piece for which an
            exact finite-size result is known.
        certified: ask for a radius that is a theorem.

    Raises:
        InfiniteExpectation: the expectation does not exist.
        NotBuilt: a certified radius is asked for.
        NoTheorem: no catalogued theorem covers the combination.
        InputError, SolverError: as the layers below.

    >>> from theory.setting import make_setting
    >>> v = evaluate(make_setting(d=10, T=40, sigma=1), form=Form.EXACT)
    >>> v.shown(v.value)  # 10/29
    '0.344827586206897'
    """
    check_integer("digits", digits, least=1, most=MAX_DIGITS)
    if certified:
        raise NotBuilt("--certified: rigorous balls are not built yet. Leave it out")
    require_finite(setting)
    chosen = best(setting)
    engine = _engine(setting, digits)
    first = _Evaluation(setting, engine, chosen, form)
    value, terms = first.value, first.terms
    radius = first.radius_of_rounding()
    if not isinstance(engine, Float64):
        second = _Evaluation(setting, _higher(engine), chosen, form)
        with second.point.engine.scope():
            radius = abs(second.value - value) * 2 + abs(value) * mpmath.mpf(10) ** -(digits + 2)
    point = first.point
    return Value(
        value=value,
        radius=radius,
        terms=terms,
        kappa=first.kappa.value,
        kappa_radius=first.kappa.radius,
        df1=evaluate_expression(sy.df1, point),
        df2=evaluate_expression(sy.df2, point),
        gamma=evaluate_expression(sy.gamma, point),
        regime=_regime(setting),
        formulas=tuple(formula.id for formula in chosen),
        form=form.value,
        is_exact=first.is_exact,
        exact_pieces=first.exact_pieces,
        digits=digits,
        certified=False,
    )


def evaluate_terms(
    setting: Setting,
    engine: Engine,
    form: Form = Form.LIMIT,
    overrides: Mapping[str, Formula] | None = None,
) -> dict[str, Number]:
    """The three terms at a given engine, without the second opinion; for inner loops.

    ``overrides`` replaces catalogued formulas by id: how a wrong theorem is tried on a claim.
    """
    require_finite(setting)
    chosen = best(setting)
    if overrides:
        chosen = tuple(overrides.get(formula.id, formula) for formula in chosen)
    return _Evaluation(setting, engine, chosen, form).terms


class _Evaluation:
    """One evaluation of the chosen theorem in one engine."""

    def __init__(
        self, setting: Setting, engine: Engine, chosen: tuple[Formula, ...], form: Form
    ) -> None:
        self.setting, self.form = setting, form
        self.point = make_point(setting, engine)
        self.kappa: FixedPoint = solve_kappa(self.point.spectrum, setting.lam, setting.T, engine)
        self.chosen = chosen
        expressions = {} if len(chosen) > 1 else self._closed(chosen[0])
        self.exact_pieces = self._name_exact_pieces()
        variance = self._exact_variance()
        if len(chosen) > 1:
            self.terms = self._trunk(self.point)
            if variance is not None:
                self.terms["variance"] = evaluate_expression(variance, self.point)
        else:
            if variance is not None:
                expressions["variance"] = variance
            self.terms = {
                name: evaluate_expression(expressions[name], self.point) for name in ERROR_TERMS
            }
        with engine.scope():
            self.value = sum(self.terms.values(), start=engine.number(0))

    @property
    def is_exact(self) -> bool:
        """Whether every piece of the value is exact at this finite size."""
        if self.form is not Form.EXACT:
            return False
        if self.chosen[0].kind is FormulaKind.EXACT:
            return True
        # Exact generator moments, passed on unchanged by an exact downstream fit.
        exact_chain = len(self.chosen) == 1 and self.setting.lam == 0
        return exact_chain and self._exact_variance() is not None

    def _closed(self, formula: Formula) -> dict[str, Expr]:
        known = {
            symbol: truth
            for symbol, truth in facts(self.setting).items()
            if symbol in {sy.shared, sy.is_isotropic}
        }
        return {
            name: self._absent(formula.expression(name, self.form).subs(known))
            for name in ERROR_TERMS
        }

    def _absent(self, expression: Expr) -> Expr:
        """Noise that is exactly zero takes its term away, whatever the term would hold."""
        zero: dict[Symbol, int] = {
            symbol: 0
            for symbol, amplitude in (
                (sy.sigma, self.setting.sigma),
                (sy.sigma0, self.setting.sigma0),
                (sy.n, self.setting.n),
            )
            if amplitude == 0
        }
        return expression.subs(zero)

    def _exact_variance(self) -> Expr | None:
        """The exact variance of downstream least squares, where the form asks for it."""
        ridgeless = find("ridgeless")
        if self.form is not Form.EXACT or self.chosen[0].kind is FormulaKind.EXACT:
            return None
        # The variance term does not see the chain: judge the downstream assumptions alone.
        if not holds(ridgeless.assumptions, facts(self.setting.clean())):
            return None
        return self._absent(ridgeless.expression("variance"))

    def _name_exact_pieces(self) -> tuple[str, ...]:
        if self.form is not Form.EXACT:
            return ()
        pieces = [formula.exact_pieces for formula in self.chosen if formula.exact_pieces]
        if self._exact_variance() is not None and self.chosen[0].id != "ridgeless":
            pieces.append("the downstream least-squares fit")
        return tuple(pieces)

    def _trunk(self, point: Point) -> dict[str, Number]:
        """The functional (T3) on the iterated generator (T4)."""
        functional, step = (formula.expressions for formula in self.chosen)
        moments = chain_moments(self.setting, point, step)
        total = functional["test_error"]
        noiseless = total.subs(sy.sigma, 0)
        no_signal = noiseless.replace(
            lambda node: isinstance(node, SpectralSum),
            lambda node: node.with_levels({sy.w0: 0, sy.m: 0}),
        )
        variance = self._absent(total.diff(sy.sigma) * sy.sigma / 2)
        return {
            "bias": evaluate_expression(
                noiseless, point.with_moments(a=moments.signal, m=moments.mean)
            ),
            "variance": evaluate_expression(variance, point),
            "synthetic": evaluate_expression(
                no_signal, point.with_moments(a=moments.noise, m=moments.mean)
            ),
        }

    def radius_of_rounding(self) -> Any:
        """Float64: rounding of the sums, plus what the radius of kappa can do."""
        engine = self.point.engine
        with engine.scope():
            scale = sum(abs(term) for term in self.terms.values())
            relative = self.kappa.radius / self.kappa.value if self.kappa.value else 0
            # Each term varies with kappa at most like a low power of it.
            return scale * (64 * engine.epsilon + 8 * relative)


def _engine(setting: Setting, digits: int) -> Engine:
    if digits <= Float64().digits and setting.d // setting.copies > _MANY_LEVELS:
        return Float64()
    return Multiprecision(digits)


def _higher(engine: Engine) -> Engine:
    return replace(engine, digits=engine.digits + _SECOND_OPINION)  # type: ignore[type-var]


def _regime(setting: Setting) -> str:
    def against(name: str, rows: int) -> str:
        sign = ">" if rows > setting.d else "<" if rows < setting.d else "="
        return f"{name} {sign} d"

    parts = ["ridge" if setting.lam > 0 else "ridgeless", against("T", setting.T)]
    if setting.n == 0:
        return ", ".join([*parts, "clean data"])
    assert setting.T0 is not None
    kind = (
        "ridge"
        if setting.lam0 > 0
        else "least-squares"
        if setting.T0 >= setting.d
        else "minimum-norm"
    )
    parts += [against("T0", setting.T0), f"{kind} generators", f"{setting.design} designs"]
    return ", ".join(parts)
