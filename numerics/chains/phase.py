"""What many generations do to a setting: linear growth, or a signal forgotten geometrically.

The map (m, a) -> (m', a') of one generation (T4) is affine.  Its linear part has radius 1 iff
kappa0 = 0, and else the radius s_1/(s_1+kappa0) of the means; second moments alone have the
radius of the secular equation, which is not larger (`theory.chains.phase` proves it).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import mpmath

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Engine, Number
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.evaluate import MAX_DIGITS, evaluate
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression, evaluate_levels
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.chains.affine import affine_step
from ridgeproof.theory.chains.phase import EXPRESSIONS
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt, NoTheorem, SolverError
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.generations import Replace
from ridgeproof.theory.settings.selection import best, downstream_kind
from ridgeproof.theory.settings.setting import Setting

__all__ = ["ChainFate", "PhaseReport", "limiting_moment", "moment_radius", "phase"]

_MAX_STEPS = 10_000


class ChainFate(StrEnum):
    """What happens to the test error as the number of generations grows."""

    LINEAR = "linear growth"
    FORGOTTEN = "forgotten geometrically"
    CONSTANT = "constant after the first generation"


@dataclass(frozen=True, eq=False)
class PhaseReport:
    """The fate of a setting as n -> infinity, its other parameters fixed.

    Attributes:
        regime: which of the three.
        radius: of the linear part of the map of (m, a): a generation keeps this much of the
            best-kept direction of the signal. 1 on a shared design, which is seen only once.
        moment_radius: of second moments alone.
        feedback: J, below 1/2; None where kappa0 = 0 or the design is shared.
        limit_error: the test error as n -> infinity; None where it grows without bound.
        growth: what each generation adds to the test error in the linear regime, else 0.
        kappa0: the effective penalty of a generator.
        digits: significant digits of the numbers.
    """

    regime: ChainFate
    radius: Number
    moment_radius: Number
    feedback: Number | None
    limit_error: Number | None
    growth: Number
    kappa0: Number
    digits: int

    def generations(self, kept: Fraction | float | str = "1/2") -> Number:
        """The number of generations after which ``kept`` of the best direction remains."""
        with mpmath.workdps(self.digits + 5):
            share = mpmath.mpf(Fraction(kept).numerator) / Fraction(kept).denominator
            if not 0 < share < 1:
                raise InputError("kept", kept, "is not between 0 and 1", "give a share such as 1/2")
            return mpmath.inf if self.radius == 1 else mpmath.log(share) / mpmath.log(self.radius)


def phase(setting: Setting, *, digits: int = 15) -> PhaseReport:
    """Which regime a setting is in when generation follows generation; its n is ignored.

    Raises:
        InputError: T0 is missing.
        InfiniteExpectation: the expectation does not exist for n >= 1.
        NoTheorem: shared designs with lam0 > 0.
        NotBuilt: generations that differ, or a downstream fit that is not plain ridge.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> report = phase(make_setting(d=100, T=300, T0=25, sigma0=1, lam=1))
    >>> report.regime.value, float(report.radius)
    ('forgotten geometrically', 0.25)
    """
    check_integer("digits", digits, least=1, most=MAX_DIGITS)
    if setting.schedule or setting.chain != Replace() or downstream_kind(setting) != "ridge":
        raise NotBuilt(
            f"the fate of the chain is built for one step repeated and plain ridge downstream, not "
            f"for {setting}: evaluate a few values of n"
        )
    if setting.T0 is None:
        raise InputError("T0", MISSING, "it is the sample size of every generator", "give T0")
    setting = setting.with_(n=2)
    require_finite(setting, limit=True)
    if best(setting)[0].features != "iid":
        raise NoTheorem(f"features = {setting.features}: the phases are known for iid entries")
    engine = Balls(digits)
    point = make_point(setting, engine)
    kappa0 = point.values[sy.kappa0]
    if kappa0 == 0 or setting.design == "shared":
        return _remembering(setting, center(point.solutions[sy.kappa0].value), digits)
    with engine.scope():
        top = point.spectrum.s[0]
        radius = top / (top + kappa0)
    return PhaseReport(
        regime=ChainFate.FORGOTTEN,
        radius=center(radius),
        moment_radius=center(moment_radius(point)),
        feedback=center(evaluate_expression(EXPRESSIONS["feedback"], point)),
        limit_error=center(_limit(point)),
        growth=mpmath.mpf(0),
        kappa0=center(kappa0),
        digits=digits,
    )


def _remembering(setting: Setting, kappa0: Number, digits: int) -> PhaseReport:
    """Least squares, or one design seen by every generation: noise adds up, nothing is lost."""
    first = evaluate(setting.with_(n=1), digits=digits)
    grows = setting.sigma0 > 0
    return PhaseReport(
        regime=ChainFate.LINEAR if grows else ChainFate.CONSTANT,
        radius=mpmath.mpf(1),
        moment_radius=mpmath.mpf(1),
        feedback=None,
        limit_error=None if grows else first.value,
        growth=first.terms["synthetic"],
        kappa0=kappa0,
        digits=digits,
    )


def moment_radius(point: FormulaPoint) -> Number:
    """The spectral radius of diag(D) + g c', from its secular equation sum c g/(rho - D) = 1.

    f(rho) = 1 - sum c g/(rho - D) is increasing and concave beyond max D: Newton from the left
    of the root converges upwards, monotonically.

    Raises:
        SolverError: no convergence.
    """
    engine = point.engine
    step = affine_step(find("generator").expressions["second_moment"])
    diagonal, spread, collected = (
        evaluate_levels(part, point) for part in (step.diagonal, step.spread, step.collected)
    )
    with engine.scope():
        coupling = spread * collected
        if point.spectrum.weights is not None:
            coupling = coupling * point.spectrum.weights
        # Each level alone has its root here, at or below the common one.
        radius = max(diagonal + coupling)
        for _ in range(_MAX_STEPS):
            change = _newton_step(engine, coupling, radius - diagonal)
            radius = (radius + change).mid()
            if change <= radius * engine.epsilon:
                return radius
    raise SolverError(
        f"the spectral radius did not converge in {_MAX_STEPS} steps: ask for more digits"
    )


def _newton_step(engine: Engine, coupling: Array, distance: Array) -> Number:
    ratio = coupling / distance
    value = 1 - engine.weighted_sum(ratio, None)
    return -value / engine.weighted_sum(ratio / distance, None)


def limiting_moment(point: FormulaPoint) -> Array:
    """The second moment a after infinitely many generations, level by level; kappa0 > 0."""
    return evaluate_levels(EXPRESSIONS["fixed_point"], point)


def _limit(point: FormulaPoint) -> Number:
    """The functional (T3) at m = 0 and the limiting second moment."""
    moment = limiting_moment(point)
    forgotten = point.with_moments(a=moment, m=moment * 0)
    return evaluate_expression(find("moments").expression(), forgotten)
