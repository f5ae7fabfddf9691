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

import math
from dataclasses import dataclass
from fractions import Fraction

from flint import arb

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Engine, Float64, Number
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.kappa.deficit import make_bound
from ridgeproof.numerics.kappa.equation import Equation, approach, guess
from ridgeproof.numerics.kappa.interval_newton import enclose_root
from ridgeproof.numerics.kappa.rough_kappa import rough_kappa
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.checks import check_integer, check_real, exact
from ridgeproof.theory.errors import SolverError

__all__ = ["FixedPoint", "solve_kappa"]

_MAX_WIDENINGS = 6


@dataclass(frozen=True)
class FixedPoint:
    """kappa with its enclosure; the equation has one positive root.

    In balls an interval Newton step contracts on the value; in float64 the equation changes sign
    between value - radius and value + radius.  kappa = 0 is a definition, and solves nothing.

    Attributes:
        value: kappa >= 0, a number of the engine.
        radius: the root lies in [value - radius, value + radius].
    """

    value: Number
    radius: Number

    @property
    def exact(self) -> Number:
        """The value, as an exact zero when kappa = 0 by definition."""
        return Fraction(0) if self.value == 0 else self.value


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
        return FixedPoint(zero, zero)
    if isinstance(engine, Float64):
        return _in_float64(spectrum, lam, T, width, engine)
    return _in_balls(spectrum, lam, T, width, engine)


def _in_float64(
    spectrum: Spectrum, lam: Fraction, T: int, width: int | None, engine: Float64
) -> FixedPoint:
    with engine.scope():
        equation = Equation(spectrum, make_bound(engine.number(lam), T, width), engine)
        return _enclosed(equation, approach(equation, guess(equation))[0])


def _in_balls(
    spectrum: Spectrum, lam: Fraction, T: int, width: int | None, engine: Engine
) -> FixedPoint:
    with engine.scope():
        bound = make_bound(exact_ball(lam), T, width)
        start = _seed(spectrum, lam, T, width)
        ball = enclose_root(Equation(spectrum, bound, engine), start)
        return FixedPoint(ball, ball.rad())


def _seed(spectrum: Spectrum, lam: Fraction, T: int, width: int | None) -> Number:
    """Where Newton starts: a power law's rough root, the float64 one, or the nearest level's."""
    if spectrum.beta is not None:
        copies = int(spectrum.multiplicity[0])
        distinct = spectrum.d if math.isinf(spectrum.d) else spectrum.d // copies
        per_copy = None if width is None else Fraction(width, copies)
        return arb(rough_kappa(spectrum.beta, distinct, lam, Fraction(T, copies), per_copy))
    low = Float64()
    try:
        with low.scope():
            bound = make_bound(low.number(lam), T, width)
            equation = Equation(spectrum.in_float64, bound, low)
            return arb(float(approach(equation, guess(equation))[0]))
    except SolverError:
        # Out of the range of float64: Newton has farther to go.
        balls = Balls(low.digits)
        with balls.scope():
            bound = make_bound(exact_ball(lam), T, width)
            return guess(Equation(spectrum, bound, balls))


def _enclosed(equation: Equation, value: Number) -> FixedPoint:
    """The last Newton step, and a radius across which the equation changes sign."""
    engine = equation.engine
    radius = 4 * engine.epsilon
    for _ in range(_MAX_WIDENINGS):
        # The exponential of a tiny step, without its cost.
        value = value * (1 + equation.log_step(value)[1])
        equation.require(value)
        ends = (equation.at(value * (1 + side)) for side in (-radius, radius))
        left, right = (end.P - end.Q for end in ends)
        if left > 0 > right:
            return FixedPoint(value, radius * value)
        radius = 4 * radius
    raise equation.failure(
        "the equation does not change sign around the root found, so rounding hides which side is "
        "which: ask for more digits."
    )
