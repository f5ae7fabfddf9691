"""The effective penalty kappa: lam = kappa (1 - df_1(kappa)/T), solved without cancellation.

With p = lam T/kappa, u = s/(s+kappa), k = kappa/(s+kappa) = 1-u and N the number of eigenvalues
that are at least kappa, the equation p + df_1 = T reads

    P := p + sum_{s < kappa} u + max(N-T, 0)  =  sum_{s >= kappa} k + max(T-N, 0) =: Q.

No term is negative and N-T is an exact integer, so neither T near d nor a spectrum with a gap
loses digits.  As u, k <= 1/2 in their sums, log(P/Q) falls with log kappa at a slope between
1/2 and 2 wherever kappa crosses no eigenvalue: Newton on log kappa is safe from any start, and
only kappa > 0 is ever visited, so no other branch exists.  Random features change p and T, and
nothing else (`numerics.kappa.deficit`).  Derived here.
"""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from flint import arb

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Array, Engine, Float64, Number
from ridgeproof.numerics.arithmetic.rational_balls import center, exact_ball, upper_radius
from ridgeproof.numerics.kappa.deficit import Bound, make_bound
from ridgeproof.numerics.kappa.interval_newton import enclose_root
from ridgeproof.numerics.kappa.rough_kappa import rough_log_kappa
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.checks import check_integer, check_real, exact
from ridgeproof.theory.errors import SolverError

__all__ = ["FixedPoint", "Status", "solve_kappa"]

_MAX_STEPS = 100
# Newton is quadratic here: once a step is this small, the next one reaches float64.
_LAST_STEP = 1e-6
_MAX_WIDENINGS = 6


class Status(enum.Enum):
    """How a solve ended, said in full."""

    BY_DEFINITION = (
        "lam = 0, and T >= d (and width >= d): kappa = 0 by definition, no equation is solved."
    )
    ENCLOSED = (
        "The equation, which has one positive root, changes sign between value - radius and "
        "value + radius at this working precision."
    )
    PROVED = (
        "The equation, which has one positive root, has it in the ball of this radius around "
        "value: an interval Newton step contracts."
    )
    NOT_CONVERGED = (
        f"no convergence in {_MAX_STEPS} Newton steps on log kappa. The spectrum probably spans "
        "more decades than the precision carries: ask for more digits."
    )
    NOT_ENCLOSED = (
        "the equation does not change sign around the root found, so rounding hides which side is "
        "which: ask for more digits."
    )
    OUT_OF_RANGE = (
        "the iteration left the positive numbers, most likely by underflow or overflow of lam, T "
        "or an eigenvalue: rescale Sigma and lam together, or ask for more digits."
    )


@dataclass(frozen=True)
class FixedPoint:
    """kappa with its enclosure.

    Attributes:
        value: kappa >= 0, a number of the engine.
        radius: the root lies in [value - radius, value + radius].
        residual: |P/Q - 1| at the two ends of the enclosure, at most.
        iterations: Newton steps taken, all precisions together.
        status: ENCLOSED, PROVED or BY_DEFINITION; anything else is raised, not returned.
    """

    value: Number
    radius: Number
    residual: Number
    iterations: int
    status: Status

    @property
    def exact(self) -> Number:
        """The value, as an exact zero when kappa = 0 by definition."""
        return Fraction(0) if self.status is Status.BY_DEFINITION else self.value


def solve_kappa(
    spectrum: Spectrum,
    lam: Fraction | int | str,
    T: int,
    engine: Engine,
    width: int | None = None,
) -> FixedPoint:
    """Solve lam = kappa (1 - df_1(kappa)/T) for kappa >= 0, with df_1 = sum of s/(s+kappa).

    At lam = 0, kappa = 0 for T >= d, and df_1(kappa) = T for T < d.

    Random features of a width M make it lam = kappa (1 - df_1/M) (1 - df_1/T) with
    df_1 < min(T, M); at lam = 0, min(T, M) takes the place of T.

    Args:
        spectrum: levels at the engine's precision.
        lam: ridge penalty, exact, in the normalisation (X'X/T + lam)^-1.
        T: rows.
        engine: precision of the answer.
        width: of random features; None for none.

    Raises:
        InputError: lam < 0, or T or the width is not a positive integer.
        SolverError: no certified positive root; the message is a whole diagnosis.

    >>> from ridgeproof.numerics.arithmetic.precision import Float64
    >>> from ridgeproof.numerics.spectra.spectrum import build_spectrum
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> isotropic = build_spectrum(make_setting(d=300, T=150), Float64())
    >>> float(solve_kappa(isotropic, 0, 150, Float64()).value)
    1.0
    """
    lam = check_real("lam", exact("lam", lam), least=0)
    T = check_integer("T", T, least=1)
    if width is not None:
        width = check_integer("width", width, least=1)
    if lam == 0 and spectrum.d <= make_bound(lam, T, width).rows:
        with engine.scope():
            zero = engine.number(0)
        return FixedPoint(zero, zero, zero, 0, Status.BY_DEFINITION)
    if isinstance(engine, Float64):
        return _in_float64(spectrum, lam, T, width, engine)
    return _in_balls(spectrum, lam, T, width, engine)


def _in_float64(
    spectrum: Spectrum, lam: Fraction, T: int, width: int | None, engine: Float64
) -> FixedPoint:
    with engine.scope():
        problem = _Problem(spectrum, make_bound(engine.number(lam), T, width), engine)
        return _enclose(problem, *_newton(problem))


def _in_balls(
    spectrum: Spectrum, lam: Fraction, T: int, width: int | None, engine: Engine
) -> FixedPoint:
    with Balls(engine.digits).scope():
        start, taken = _seed(spectrum, lam, T, width)
        bound = make_bound(exact_ball(lam), T, width)
        ball, steps = enclose_root(spectrum.in_balls, bound, start, taken)
        if isinstance(engine, Balls):
            return FixedPoint(ball, ball.rad(), 2 * ball.rad() / ball, steps, Status.PROVED)
    with engine.scope():
        # The eigenvalues themselves are rounded.
        value = center(ball)
        radius = upper_radius(ball) + 4 * engine.epsilon * value
        return FixedPoint(value, radius, 2 * radius / value, steps, Status.ENCLOSED)


def _seed(spectrum: Spectrum, lam: Fraction, T: int, width: int | None) -> tuple[Number, int]:
    """Where Newton starts: a power law's rough root, the float64 one, or the nearest level's."""
    if spectrum.beta is not None:
        copies = int(spectrum.multiplicity[0])
        distinct = spectrum.d if math.isinf(spectrum.d) else spectrum.d // copies
        per_copy = None if width is None else Fraction(width, copies)
        rough = rough_log_kappa(spectrum.beta, distinct, lam, Fraction(T, copies), per_copy)
        return arb(rough).exp(), 0
    low = Float64()
    try:
        with low.scope():
            bound = make_bound(low.number(lam), T, width)
            value, steps = _newton(_Problem(spectrum.in_float64, bound, low))
        return arb(float(value)), steps
    except SolverError:
        # Out of the range of float64: Newton has farther to go.
        balls = Balls(low.digits)
        with balls.scope():
            bound = make_bound(exact_ball(lam), T, width)
            return _guess(_Problem(spectrum.in_balls, bound, balls)), 0


class _Sides(NamedTuple):
    """log(P/Q) at one kappa, and its slope -d log(P/Q) / d log kappa."""

    mismatch: Number
    slope: Number


@dataclass(frozen=True)
class _Problem:
    spectrum: Spectrum
    bound: Bound
    engine: Engine

    def sides(self, kappa: Number) -> _Sides:
        """Both sides with the derivative, for a Newton step."""
        below, above, surplus = self._split(kappa)
        low, low_squared = self._sums(below)
        high, high_squared = self._sums(above)
        p, p_slope = self.bound.deficit(kappa, self.engine.sqrt)
        P, Q = p + low + max(surplus, 0), high + max(-surplus, 0)
        slope = (p_slope + low - low_squared) / P + (high - high_squared) / Q
        return _Sides(self.engine.log(P / Q), slope)

    def excess(self, kappa: Number) -> Number:
        """P/Q - 1, positive below the root and negative above it."""
        below, above, surplus = self._split(kappa)
        p = self.bound.deficit(kappa, self.engine.sqrt).value
        low, high = (self.engine.weighted_sum(*each) for each in (below, above))
        P, Q = p + low + max(surplus, 0), high + max(-surplus, 0)
        return (P - Q) / Q

    def _split(
        self, kappa: Number
    ) -> tuple[tuple[Array, Array | None], tuple[Array, Array | None], int]:
        s, weights = self.spectrum.s, self.spectrum.weights
        cut = self.spectrum.levels_above(kappa)
        above, below = s[:cut], s[cut:]
        return (
            (below / (below + kappa), None if weights is None else weights[cut:]),
            (kappa / (above + kappa), None if weights is None else weights[:cut]),
            int(self.spectrum.ranks[cut]) - self.bound.rows,
        )

    def _sums(self, terms: tuple[Array, Array | None]) -> tuple[Number, Number]:
        values, weights = terms
        weighted = values if weights is None else values * weights
        return self.engine.weighted_sum(weighted, None), weighted @ values

    def admits(self, kappa: Number) -> bool:
        """Whether kappa > 0 and no sum s + kappa overflows."""
        finite = self.engine.is_finite(self.spectrum.s[0] + kappa)
        return finite and self.engine.compare(kappa, 0) > 0


def _newton(problem: _Problem) -> tuple[Number, int]:
    """Newton on log kappa inside the bracket that the signs seen so far imply."""
    kappa = _guess(problem)
    lower: Number = None
    upper: Number = None
    for steps in range(1, _MAX_STEPS + 1):
        if not problem.admits(kappa):
            raise _failure(problem, Status.OUT_OF_RANGE)
        mismatch, slope = problem.sides(kappa)
        if mismatch > 0:
            lower = kappa
        else:
            upper = kappa
        step = mismatch / slope
        kappa = kappa * problem.engine.exp(step)
        if abs(step) <= _LAST_STEP:
            return kappa, steps
        outside = (lower is not None and kappa <= lower) or (upper is not None and kappa >= upper)
        if outside and lower is not None and upper is not None:
            kappa = problem.engine.sqrt(lower) * problem.engine.sqrt(upper)
    raise _failure(problem, Status.NOT_CONVERGED)


def _guess(problem: _Problem) -> Number:
    """The root of a one-level spectrum that resembles this one near kappa."""
    spectrum, lam, T = problem.spectrum, problem.bound.lam, problem.bound.rows
    d = spectrum.d
    rank = T if d > T else (d + 1) // 2
    s = spectrum.s[int(spectrum.ranks[1:].searchsorted(rank))]
    if d > T:
        return lam + s
    half = ((T - d) * s - lam * T) / 2
    root = problem.engine.sqrt(half * half + lam * T * T * s)
    return (root - half) / T if half < 0 else lam * T * s / (root + half)


def _corrected(problem: _Problem, kappa: Number) -> Number:
    """One Newton step from close by."""
    mismatch, slope = problem.sides(kappa)
    # The exponential of a tiny step, without its cost.
    return kappa * (1 + mismatch / slope)


def _enclose(problem: _Problem, value: Number, iterations: int) -> FixedPoint:
    """The last Newton step, and a radius across which the equation changes sign."""
    radius = 4 * problem.engine.epsilon
    for _ in range(_MAX_WIDENINGS):
        value = _corrected(problem, value)
        iterations += 1
        if not problem.admits(value):
            raise _failure(problem, Status.OUT_OF_RANGE)
        left, right = (problem.excess(value * (1 + side)) for side in (-radius, radius))
        if left > 0 > right:
            residual = problem.engine.maximum(left, -right)
            return FixedPoint(value, radius * value, residual, iterations, Status.ENCLOSED)
        radius = 4 * radius
    raise _failure(problem, Status.NOT_ENCLOSED)


def _failure(problem: _Problem, status: Status) -> SolverError:
    return SolverError(
        f"kappa for lam = {problem.bound.lam}, {problem.bound.place}, d = {problem.spectrum.d}: "
        f"{status.value}"
    )
