"""The corrected optimal ridge: the penalty that minimises the test error on fake data (T8).

Sweep and refinement run over kappa in [kappa(lam=0), infinity], where lam is explicit.  All
stationary points and both ends are compared: a stationary point can be a maximum or only a local
minimum, and the minimum can sit at lam = 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import mpmath

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import center, middle, upper_radius
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.evaluate import MAX_DIGITS, evaluate
from ridgeproof.numerics.optima.curve import Curves, ErrorCurve, curve_formula
from ridgeproof.numerics.optima.quartic import closed_optimum, has_closed_optimum
from ridgeproof.numerics.optima.stationary import Bracket, course_of, enclosed
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.formula import Form, read_form
from ridgeproof.theory.process.finiteness import apart
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.selection import require_form
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.shown import Shown, echoed

__all__ = ["Optimum", "StationaryPoint", "optimum"]


@dataclass(frozen=True, eq=False)
class StationaryPoint:
    """A zero of dE/dkappa inside (lam = 0, lam = infinity), or one of these ends.

    ``lam_radius`` and ``radius`` bound the numerical errors of ``lam`` and ``value``.
    """

    lam: Number
    value: Number
    kappa: Number
    is_minimum: bool
    lam_radius: Number
    radius: Number


# The best point, and the stationary ones.
_Found = tuple[StationaryPoint, tuple[StationaryPoint, ...]]


@dataclass(frozen=True, eq=False)
class Optimum(Shown):
    """The global minimum of the test error over lam, and what the classical penalty gives.

    Attributes:
        lam: the optimal penalty; 0 and infinity are ends, see ``at_end``.
        value: the test error there.
        kappa: the effective penalty there.
        lam_radius: bound on the numerical error of lam, from a sign change of dE/dkappa.
        radius: bound on the numerical error of value.
        classical_lam: the optimal penalty of the same setting on clean data (n = 0).
        value_at_classical: the test error of the setting at the classical penalty; infinite where
            that is 0 and only the setting's own labels are noisy, next to T = d.
        closed_form: whether lam is the catalogued closed form (T8).
        at_end: "" inside, else "lam = 0" or "lam = infinity".
        stationary: every stationary point, by growing lam (the closed form's only one).
        form: limit, or exact finite-size moments of the generators.
        digits: significant digits asked for.
        setting: whose lam is searched.
    """

    lam: Number
    value: Number
    kappa: Number
    lam_radius: Number
    radius: Number
    classical_lam: Number
    value_at_classical: Number
    closed_form: bool
    at_end: str
    stationary: tuple[StationaryPoint, ...]
    form: str
    digits: int
    setting: Setting

    def __float__(self) -> float:
        """The best penalty."""
        return float(self.lam)

    def shown(self, number: Number) -> str:
        """A number of this record as a decimal string with ``digits`` significant digits."""
        if number in (0, mpmath.inf):
            return "inf" if number else "0"
        with mpmath.workdps(self.digits + 5):
            return mpmath.nstr(mpmath.mpf(number), self.digits, min_fixed=-5, max_fixed=16)

    def data(self) -> dict[str, Any]:
        """Plain data, numbers as decimals."""
        return {
            "setting": echoed(self.setting.canonical() | {"lam": None}),
            "lam": self.shown(self.lam),
            "value": self.shown(self.value),
            "classical_lam": self.shown(self.classical_lam),
            "value_at_classical": self.shown(self.value_at_classical),
            "closed_form": self.closed_form,
        }

    def rows(self) -> list[tuple[str, str]]:
        """The best penalty, its error, what the classical one gives, other stationary points."""
        method = "closed form (optimal-ridge)" if self.closed_form else "search over all lam"
        return [
            ("optimal lam", self.shown(self.lam)),
            ("test error", self.shown(self.value)),
            ("classical lam", self.shown(self.classical_lam)),
            ("error at classical", self.shown(self.value_at_classical)),
            ("method", f"{method}, {self.form} form"),
            *(
                (
                    "local minimum" if point.is_minimum else "local maximum",
                    f"lam = {self.shown(point.lam)}, test error {self.shown(point.value)}",
                )
                for point in self.stationary
                if point.kappa != self.kappa
            ),
        ]


def optimum(
    setting: Setting, *, digits: int = 15, form: Form = Form.LIMIT, closed: bool = True
) -> Optimum:
    """The penalty lam in [0, infinity] that minimises the test error of a setting.

    Args:
        setting: the process; its own lam is ignored.
        digits: significant digits asked for, 1 to 2000.
        form: ``limit``, or ``exact`` for the exact finite-size moments of the generators.
        closed: use the closed form where one is known, rather than the search.

    Raises:
        InfiniteExpectation: the expectation is infinite for every lam, or the error has no
            minimum because it still falls towards an excluded lam = 0.
        InputError: digits or form is none.
        NoTheorem: no catalogued theorem covers the combination.
        SolverError: a stationary point could not be certified.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> fake = make_setting(d=200, T=400, T0=500, n=5, sigma="1/2", sigma0="1/2")
    >>> found = optimum(fake)
    >>> found.shown(found.lam), found.shown(found.classical_lam)
    ('0.787521482995822', '0.125')
    """
    check_integer("digits", digits, least=1, most=MAX_DIGITS)
    form = read_form(form)
    setting = setting.with_(lam=0)
    require_finite(setting.with_(lam=1), limit=True)
    require_form(setting, form)
    curves = Curves(setting, form)
    curve_formula(setting)  # refuses a setting without a theorem before any work
    closed_form = closed and has_closed_optimum(setting)
    best, stationary = _minimum(curves, digits, closed=closed_form)
    classical = best
    if setting.n > 0:
        clean = Curves(setting.clean(), form)
        closed_clean = closed and has_closed_optimum(setting.clean())
        classical, _ = _minimum(clean, digits, closed=closed_clean)
    return Optimum(
        lam=best.lam,
        value=best.value,
        kappa=best.kappa,
        lam_radius=best.lam_radius,
        radius=best.radius,
        classical_lam=classical.lam,
        value_at_classical=_value_at(curves, classical, digits),
        closed_form=closed_form,
        at_end={0: "lam = 0", mpmath.inf: "lam = infinity"}.get(best.lam, ""),
        stationary=stationary,
        form=form.value,
        digits=digits,
        setting=setting,
    )


def _minimum(curves: Curves, digits: int, *, closed: bool) -> _Found:
    if closed:
        lam, kappa = closed_optimum(curves.setting, digits, curves.form)
        if lam == 0:
            return _at_zero(curves, digits), ()
        if lam == mpmath.inf:
            return _at_infinity(curves, digits), ()
        value, radius = _error(curves, kappa, digits)
        lam_radius = lam * mpmath.mpf(10) ** -(digits + 1)
        only = StationaryPoint(lam, value, kappa, True, lam_radius, radius)
        return only, (only,)
    if curves.at(Balls(digits)).energy == 0:
        return _at_infinity(curves, digits), ()
    course = course_of(curves)
    points = tuple(_settled(curves, bracket, digits) for bracket in course.brackets)
    minima = [point for point in points if point.is_minimum]
    if course.first > 0:
        if _zero_is_finite(curves.setting):
            minima.append(_at_zero(curves, digits))
        elif not minima or _error_at_zero(curves, digits)[0] < min(m.value for m in minima):
            raise _no_minimum(curves.setting)
    return min(minima, key=lambda found: found.value), points


def _settled(curves: Curves, bracket: Bracket, digits: int) -> StationaryPoint:
    """Enclosed with more digits until those that lam and the error lose are made up for."""

    def find(engine: Balls) -> tuple[Number, Number, Number]:
        curve, kappa = curves.at(engine), enclosed(curves, bracket, engine)
        return curve.penalty(kappa), curve.error(kappa), kappa

    found = until_right("the best penalty", digits, find, lambda each: each[:2], lambda _: ())
    (lam, value, kappa), (lam_radius, radius, _) = (
        [of(ball) for ball in found] for of in (center, upper_radius)
    )
    return StationaryPoint(lam, value, kappa, bracket.sign < 0, lam_radius, radius)


def _error(curves: Curves, kappa: Number, digits: int) -> tuple[Number, Number]:
    """The error at kappa, infinity included, and a radius below the digits asked for."""
    return _ball_of(
        lambda curve: (
            curve.energy if kappa == mpmath.inf else curve.error(curve.engine.convert(kappa))
        ),
        curves,
        digits,
    )


def _error_at_zero(curves: Curves, digits: int) -> tuple[Number, Number]:
    """The error at lam = 0."""
    if curves.setting.T == curves.setting.d:  # where kappa -> 0 of the curve is a limit
        value = evaluate(curves.setting.with_(lam=0), digits=digits, form=curves.form)
        return value.value, value.radius
    return _ball_of(lambda curve: curve.error(curve.start), curves, digits)


def _ball_of(
    find: Callable[[ErrorCurve], Number], curves: Curves, digits: int
) -> tuple[Number, Number]:
    (found,) = until_right(
        f"the test error of {curves.setting}",
        digits,
        lambda engine: (find(curves.at(engine)),),
        lambda each: each,
        lambda _: (),
        zeros=True,
    )
    value = mpmath.mpf(0) if found.contains(0) else center(found)
    return value, upper_radius(found)


def _value_at(curves: Curves, classical: StationaryPoint, digits: int) -> Number:
    """The error of a setting at the optimum of another."""
    if classical.lam:
        return _error(curves, classical.kappa, digits)[0]
    if not _zero_is_finite(curves.setting):
        return mpmath.inf
    return _error_at_zero(curves, digits)[0]


def _at_zero(curves: Curves, digits: int) -> StationaryPoint:
    value, radius = _error_at_zero(curves, digits)
    start, nothing = middle(curves.at(Balls(digits)).start), mpmath.mpf(0)
    return StationaryPoint(nothing, value, start, True, nothing, radius)


def _at_infinity(curves: Curves, digits: int) -> StationaryPoint:
    value, radius = _error(curves, mpmath.inf, digits)
    return StationaryPoint(mpmath.inf, value, mpmath.inf, True, mpmath.mpf(0), radius)


def _zero_is_finite(setting: Setting) -> bool:
    try:
        require_finite(setting.with_(lam=0), limit=True)
    except InfiniteExpectation:
        return False
    return True


def _no_minimum(setting: Setting) -> InfiniteExpectation:
    return InfiniteExpectation(
        "T",
        setting.T,
        f"lies within 1 of d = {setting.d}: the error formula falls all the way to lam = 0, where "
        "the expectation is infinite, so that no lam is optimal",
        f"take {apart('T', setting.d)}, or sigma = 0",
    )
