"""The equation of kappa in the numbers of any engine, and Newton on log kappa down to its root.

`numerics.kappa.fixed_point` says what P and Q are and why no start of Newton is a bad one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from flint import arb

from ridgeproof.numerics.arithmetic.precision import Array, Engine, Number
from ridgeproof.numerics.kappa.deficit import Bound
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.errors import SolverError

__all__ = ["Equation", "Sides", "approach", "guess"]

# Newton is quadratic: a step of size x leaves an error of order x^2.
_CLOSE = 2.0**-20
_MAX_STEPS = 100
_LONGEST = 30


class Sides(NamedTuple):
    """P and Q at one kappa, and -dP/d log kappa and dQ/d log kappa."""

    P: Number
    Q: Number
    P_slope: Number
    Q_slope: Number


@dataclass(frozen=True)
class Equation:
    """P = Q for one spectrum, whose levels are numbers of the engine."""

    spectrum: Spectrum
    bound: Bound
    engine: Engine

    def at(self, kappa: Number) -> Sides:
        """Both sides.

        kappa d/dkappa of s/(s+kappa) = u is -u (1-u), and of kappa/(s+kappa) = k it is k (1-k).
        """
        s = self.spectrum.s
        cut = self.spectrum.levels_above(kappa)
        above, below = slice(0, cut), slice(cut, None)
        low, low_bent = self._sums(s[below] / (s[below] + kappa), below)
        high, high_bent = self._sums(kappa / (s[above] + kappa), above)
        surplus = int(self.spectrum.ranks[cut]) - self.bound.rows
        p, p_slope = self.bound.deficit(kappa, self.engine.sqrt)
        P, Q = p + low + max(surplus, 0), high + max(-surplus, 0)
        return Sides(P, Q, p_slope + low_bent, high_bent)

    def _sums(self, values: Array, part: slice) -> tuple[Number, Number]:
        """Of x and of x (1 - x)."""
        weights = None if self.spectrum.weights is None else self.spectrum.weights[part]
        total = self.engine.weighted_sum(values, weights)
        return total, total - self.engine.weighted_sum(values * values, weights)

    def log_step(self, kappa: Number) -> tuple[Number, Number]:
        """log(P/Q), and the Newton step on log kappa."""
        P, Q, P_slope, Q_slope = self.at(kappa)
        mismatch = self.engine.log(P / Q)
        return mismatch, mismatch / (P_slope / P + Q_slope / Q)

    def require(self, kappa: Number) -> None:
        """Raise a SolverError where kappa is not positive, or some s + kappa overflows."""
        finite = self.engine.is_finite(self.spectrum.s[0] + kappa)
        if not (finite and self.engine.compare(kappa, 0) > 0):
            raise self.failure(
                "the iteration left the positive numbers, most likely by underflow or overflow of "
                "lam, T or an eigenvalue: rescale Sigma and lam together, or ask for more digits."
            )

    def failure(self, why: str) -> SolverError:
        """An error that says which equation it is about."""
        lam = self.bound.lam
        number = lam.str(15) if isinstance(lam, arb) else lam
        place = f"lam = {number}, {self.bound.place}, d = {self.spectrum.d}"
        return SolverError(f"kappa for {place}: {why}")


def approach(equation: Equation, kappa: Number) -> tuple[Number, float]:
    """Newton on log kappa inside the bracket that the signs seen so far imply, on midpoints.

    Returns the root, and the size of the last step.

    Raises:
        SolverError: it does not settle, or leaves the positive numbers.
    """
    engine = equation.engine
    lower: Number = None
    upper: Number = None
    for _ in range(_MAX_STEPS):
        equation.require(kappa)
        mismatch, step = map(_middle, equation.log_step(kappa))
        if mismatch > 0:
            lower = kappa
        else:
            upper = kappa
        step = engine.maximum(engine.minimum(step, _LONGEST), -_LONGEST)
        kappa = _middle(kappa * engine.exp(step))
        if abs(step) <= _CLOSE:
            return kappa, abs(float(step))
        outside = (lower is not None and kappa <= lower) or (upper is not None and kappa >= upper)
        if outside and lower is not None and upper is not None:
            kappa = _middle(engine.sqrt(lower) * engine.sqrt(upper))
    raise equation.failure(
        f"no convergence in {_MAX_STEPS} Newton steps on log kappa. The spectrum probably spans "
        "more decades than the precision carries: ask for more digits."
    )


def guess(equation: Equation) -> Number:
    """The root of a one-level spectrum that resembles this one near kappa."""
    spectrum, lam, T = equation.spectrum, equation.bound.lam, equation.bound.rows
    d = spectrum.d
    rank = T if d > T else (d + 1) // 2
    s = spectrum.s[int(spectrum.ranks[1:].searchsorted(rank))]
    if d > T:
        return lam + s
    half = ((T - d) * s - lam * T) / 2
    root = equation.engine.sqrt(half * half + lam * T * T * s)
    return (root - half) / T if half < 0 else lam * T * s / (root + half)


def _middle(number: Number) -> Number:
    return number.mid() if isinstance(number, arb) else number
