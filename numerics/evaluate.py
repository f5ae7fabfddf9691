"""evaluate: the test error of a setting, from the theorem whose assumptions hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Symbol, factor

from ridgeproof.numerics.arithmetic.precision import Engine, Float64, Number
from ridgeproof.numerics.arithmetic.rational_balls import center, upper_radius
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.chains.chain import chain_moments
from ridgeproof.numerics.decimals import printed_radius
from ridgeproof.numerics.finite_size.exact_isotropic import exact_isotropic_value
from ridgeproof.numerics.general import value_of_process
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.regime import regime
from ridgeproof.numerics.spectra.power_law import is_function
from ridgeproof.numerics.value import Value, solved_fit
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form, Formula, FormulaKind, read_form
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.selection import (
    best,
    downstream_kind,
    essential,
    facts,
    holds,
    require_form,
)
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import AR1, Isotropic, PowerLaw, SpectrumFile
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["MAX_DIGITS", "ErrorParts", "Value", "evaluate", "evaluate_terms", "with_exact"]

MAX_DIGITS = 2000
# Spectra with more levels than this are evaluated in float64 when 15 digits are enough.
_MANY_LEVELS = 100_000
_LABEL_NOISES = (sy.sigma, sy.sigma_real)

_Parts = dict[str, tuple[Expr, FormulaPoint]]


def evaluate(
    setting: Setting, *, digits: int = 15, form: Form = Form.LIMIT, certified: bool = False
) -> Value:
    """The test error E ||w_hat - w0||_Sigma^2, its three terms, and how it was obtained.

    Args:
        setting: what to evaluate.
        digits: significant digits asked for, 1 to 2000.
        form: ``limit`` for the proportional limit; ``exact`` replaces every piece for which an
            exact finite-size result is known.
        certified: promise a radius that is a theorem: balls enclose every operation, from the
            rational numbers of the setting to the value, at as many digits as that takes.

    Raises:
        InfiniteExpectation: the expectation does not exist.
        NoTheorem: no theorem covers the combination.
        NotBuilt: only the theorem for processes does, and the chain is too long for it.
        InputError, SolverError: as the layers below.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> v = evaluate(make_setting(d=10, T=40, sigma=1), form=Form.EXACT)
    >>> v.shown(v.value)  # 10/29
    '0.344827586206897'
    """
    check_integer("digits", digits, least=1, most=MAX_DIGITS)
    form = read_form(form)
    found = _evaluated(_required(setting, form), digits, form, certified=certified)
    return replace(found, setting=setting)


def with_exact(found: Value) -> Value:
    """A limit with the exact error at the size of its setting beside it, where that is known.

    The exact theorems are those of ``form=Form.EXACT``; a form with exact pieces only is none.
    """
    setting = found.setting
    if setting is None or found.is_exact or found.form != Form.LIMIT.value or setting.is_infinite:
        return found
    if setting.lam and not isinstance(setting.spectrum, Isotropic):
        return found  # a ridge fit is known at finite size on isotropic features alone
    try:
        other = evaluate(setting, digits=min(found.digits, Float64().digits), form=Form.EXACT)
    except (NoTheorem, NotBuilt, InfiniteExpectation):
        return found
    return replace(found, exact=other.value) if other.is_exact else found


def _evaluated(setting: Setting, digits: int, form: Form, *, certified: bool) -> Value:
    try:
        chosen = best(setting)
    except NoTheorem as missing:
        if form is Form.EXACT:
            raise
        try:
            return value_of_process(setting, digits, certified=certified)
        except NoTheorem as reason:
            raise NoTheorem(f"{missing}; {reason}") from None
    if form is Form.EXACT:
        exact = exact_isotropic_value(setting, digits, certified=certified)
        if exact is not None:
            return exact
    if digits <= Float64().digits and not certified and _is_long(setting):
        found = _Evaluation(setting, Float64(), chosen, form)
        return _float64_value(found)
    return _ball_value(setting, chosen, digits, form, certified=certified)


def _required(setting: Setting, form: Form) -> Setting:
    """What there is to evaluate: an error that is finite, in a form that its features have.

    Raises:
        InfiniteExpectation: the error is infinite at this size; or, in the limit, for normal
            features.
        NoTheorem: the form is that of normal features alone.
    """
    require_finite(setting, limit=form is Form.LIMIT)
    setting = essential(setting)
    require_form(setting, form)
    return setting


def _float64_value(found: _Evaluation) -> Value:
    digits = found.point.engine.digits
    return Value(
        value=found.value,
        radius=found.radius_of_rounding(),
        terms=found.terms,
        **solved_fit(found.point, digits),
        **found.description,
        digits=digits,
        certified=False,
    )


def _ball_value(
    setting: Setting, chosen: tuple[Formula, ...], digits: int, form: Form, *, certified: bool
) -> Value:
    """Evaluate in balls, with more digits until those asked for are right."""
    found = until_right(
        f"the test error of {setting}",
        digits,
        lambda engine: _Evaluation(setting, engine, chosen, form),
        lambda found: [found.value],
        lambda found: [*found.terms.values(), found.kappa.value],
    )
    return _described(found, digits, certified=certified)


def _described(found: _Evaluation, digits: int, *, certified: bool) -> Value:
    def judged(ball: Number) -> tuple[Number, Number]:
        middle = center(ball)
        return middle, printed_radius(middle, upper_radius(ball), digits)

    value, radius = judged(found.value)
    terms = {name: judged(ball) for name, ball in found.terms.items()}
    return Value(
        value=value,
        radius=radius,
        terms={name: term for name, (term, _) in terms.items()},
        **solved_fit(found.point, digits),
        **found.description,
        digits=digits,
        certified=certified,
        term_radii={name: bound for name, (_, bound) in terms.items()},
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
    setting = _required(setting, form)
    chosen = best(setting)
    if overrides:
        chosen = tuple(overrides.get(formula.id, formula) for formula in chosen)
    return _Evaluation(setting, engine, chosen, form).terms


class ErrorParts:
    """The terms of the error by the chosen theorem, with numbers for all but what is asked last.

    Attributes:
        setting: whose error it is.
        point: its numbers.
        parts: for each term its expression, and the point with the moments that it needs.
    """

    def __init__(
        self, setting: Setting, point: FormulaPoint, chosen: tuple[Formula, ...], form: Form
    ) -> None:
        self.setting, self.point, self.chosen, self.form = setting, point, chosen, form
        self.variance = self._exact_variance()
        self.parts = self._trunk() if len(chosen) > 1 else self._closed(chosen[0])

    def _closed(self, formula: Formula) -> _Parts:
        known = {
            symbol: truth
            for symbol, truth in facts(self.setting).items()
            if symbol in {sy.shared, sy.is_isotropic}
        }
        expressions = {
            name: self._absent(formula.expression(name, self.form).subs(known))
            for name in ERROR_TERMS
        }
        if self.variance is not None:
            expressions["variance"] = self.variance
        return {name: (each, self.point) for name, each in expressions.items()}

    def _absent(self, expression: Expr) -> Expr:
        """Noise that is exactly zero takes its term away, whatever the term would hold."""
        zero: dict[Symbol, int] = {
            symbol: 0
            for symbol in (*_LABEL_NOISES, sy.sigma0, sy.n)
            if self.point.values[symbol] == 0
        }
        return expression.subs(zero)

    def _exact_variance(self) -> Expr | None:
        """The exact variance of downstream least squares, where the form asks for it."""
        ridgeless = find("ridgeless")
        if self.form is not Form.EXACT or self.chosen[0].kind is FormulaKind.EXACT:
            return None
        if downstream_kind(self.setting) != ridgeless.downstream:
            return None
        # The variance term does not see the chain: judge the downstream assumptions alone.
        if not holds(ridgeless.assumptions, facts(self.setting.clean())):
            return None
        return self._absent(ridgeless.expression("variance"))

    def _trunk(self) -> _Parts:
        """A functional of the last generator's moments, on the iterated generator."""
        point = self.point
        functional, generator = self.chosen
        total = functional.expression("test_error", self._form_of(functional))
        if self.setting.n == 0:  # the labeller is the truth
            parts = _split(_at_truth(total))
            return {name: (self._absent(part), point) for name, part in parts.items()}
        parts = _split(total)
        if self.variance is not None:  # the rest is what the chain's real labels contribute
            parts = {**parts, "variance": parts["variance"].subs(sy.sigma, 0) + self.variance}
        moments = chain_moments(self.setting, point, generator.step(self.form))
        if moments.is_unbiased:  # what cancels does so before it is rounded
            parts = {**parts, "bias": _at_truth(parts["bias"])}
        seconds = {
            "bias": moments.signal,
            "variance": moments.real,
            "synthetic": moments.noise,
        }
        found = {}
        for name, second in seconds.items():
            part = self._absent(parts[name])
            if second is None:  # nothing of this kind reaches a
                part = _at_levels(part, {sy.a: Integer(0)})
            else:
                point = point.with_moments(a=second, m=moments.mean)
            found[name] = part, point
        return found

    def _form_of(self, formula: Formula) -> Form:
        # What is typed as a limit is its own limit.
        return self.form if formula.kind is FormulaKind.EXACT else Form.EXACT


class _Evaluation(ErrorParts):
    """One evaluation of the chosen theorem in one engine."""

    def __init__(
        self, setting: Setting, engine: Engine, chosen: tuple[Formula, ...], form: Form
    ) -> None:
        super().__init__(setting, make_point(setting, engine), chosen, form)
        self.kappa = self.point.solutions[sy.kappa]
        self.terms = {name: evaluate_expression(*part) for name, part in self.parts.items()}
        with engine.scope():
            self.value = sum(self.terms.values(), start=engine.number(0))

    @property
    def description(self) -> dict[str, Any]:
        """What a Value says in words."""
        return {
            "regime": regime(self.setting),
            "formulas": tuple(formula.id for formula in self.chosen),
            "form": self.form.value,
            "is_exact": self.is_exact,
            "exact_pieces": self._exact_pieces(),
        }

    @property
    def is_exact(self) -> bool:
        """Whether every piece of the value is exact at this finite size."""
        if self.form is not Form.EXACT:
            return False
        if all(formula.kind is FormulaKind.EXACT for formula in self.chosen):
            return True
        # Exact generator moments, passed on unchanged by an exact downstream fit.
        known_chain = len(self.chosen) == 1 or self.chosen[-1].kind is FormulaKind.EXACT
        return known_chain and self.setting.lam == 0 and self.variance is not None

    def _exact_pieces(self) -> tuple[str, ...]:
        if self.form is not Form.EXACT:
            return ()
        pieces = [formula.exact_pieces for formula in self.chosen if formula.exact_pieces]
        if self.variance is not None and self.chosen[0].id != "ridgeless":
            pieces.append("the downstream least-squares fit")
        return tuple(pieces)

    def radius_of_rounding(self) -> Any:
        """Float64: rounding of the sums, plus what the radius of kappa can do."""
        engine = self.point.engine
        with engine.scope():
            scale = sum(abs(term) for term in self.terms.values())
            relative = self.kappa.radius / self.kappa.value if self.kappa.value else 0
            # Each term varies with kappa at most like a low power of it.
            return scale * (64 * engine.epsilon + 8 * relative)


@lru_cache(maxsize=64)
def _split(total: Expr) -> dict[str, Expr]:
    """The terms of a functional: what remains of it when the causes of the others are silent.

    A functional is linear in a, m w0, w0^2 and the squares of the noises of the labels; each term
    then takes its own part of a.
    """
    noiseless = total.subs(dict.fromkeys(_LABEL_NOISES, 0))
    no_signal: dict[Symbol, Expr] = {sy.w0: Integer(0), sy.m: Integer(0)}
    return {
        "bias": noiseless,
        "variance": _at_levels(total, no_signal),
        "synthetic": _at_levels(noiseless, no_signal),
    }


@lru_cache(maxsize=64)
def _at_truth(total: Expr) -> Expr:
    """The functional when w_n = w0, each summand in factors so that nothing cancels in numbers."""
    known = _at_levels(total, {sy.a: sy.w0**2, sy.m: sy.w0})
    return known.replace(
        lambda node: isinstance(node, SpectralSum), lambda node: SpectralSum(factor(node.summand))
    )


def _at_levels(expression: Expr, levels: dict[Symbol, Expr]) -> Expr:
    return expression.replace(
        lambda node: isinstance(node, SpectralSum), lambda node: node.with_levels(levels)
    )


def _is_long(setting: Setting) -> bool:
    """Whether a spectrum is long enough for float64 to be worth its doubts."""
    one_by_one = isinstance(setting.spectrum, AR1 | PowerLaw | SpectrumFile)
    return one_by_one and setting.distinct > _MANY_LEVELS and not is_function(setting)
