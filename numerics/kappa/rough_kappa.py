"""A rough kappa of a power law s_i = i^-beta, in logarithms, from an integral instead of a sum."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.kappa.deficit import make_bound

__all__ = ["log_of", "rough_log_kappa"]

# Eigenvalues summed one by one; the sum over the others is replaced by its midpoint integral.
_HEAD = 64
_NODES = 1500
_BISECTIONS = 50
# Beyond s = kappa e^-_FAR one term of the geometric series is enough.
_FAR = 25.0


@lru_cache(maxsize=256)
def rough_log_kappa(
    beta: Fraction, d: float, lam: Fraction, T: Fraction, width: Fraction | None = None
) -> float:
    """log kappa of lam = kappa (1 - df_1(kappa)/T), to about a percent; d may be infinite.

    A width is that of random features (`numerics.kappa.deficit`).

    The equation is solved by bisection in the form lam T/kappa + df_1 = T, or with d - df_1 where
    T is not small against d, so that no precision is lost near T = d.  There must be a positive
    root: lam > 0 or T < d.

    >>> math.exp(rough_log_kappa(Fraction(3, 2), math.inf, Fraction(1, 10**6), Fraction(1000)))
    0.0001203...
    """
    law = _Law(float(beta), d)
    log_lam = log_of(lam) if lam else -math.inf
    bound = make_bound(1.0 if lam else 0.0, T, width)
    rows = bound.rows
    complement = d < 4 * rows

    def excess(log_kappa: float) -> float:
        # The deficit is that of lam = 1 at kappa/lam.
        kappa_by_lam = math.exp(max(min(log_kappa - log_lam, 600.0), -600.0))
        ridge = float(bound.deficit(kappa_by_lam, math.sqrt).value)
        if complement:
            return ridge + float(d - rows) - law.lost(log_kappa)
        return ridge + law.kept(log_kappa) - float(rows)

    low = high = 0.0
    step = 1.0
    while excess(high) > 0:
        high, step = high + step, 2 * step
    step = 1.0
    while excess(low) < 0:
        low, step = low - step, 2 * step
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        low, high = (middle, high) if excess(middle) > 0 else (low, middle)
    return low


@dataclass(frozen=True)
class _Law:
    beta: float
    d: float

    def kept(self, log_kappa: float) -> float:
        """df_1, the sum of s/(s + kappa)."""
        far = (_FAR - log_kappa) / self.beta
        return self._total(1.0, log_kappa, far) + self._beyond(log_kappa, far)

    def lost(self, log_kappa: float) -> float:
        """d - df_1, the sum of kappa/(s + kappa)."""
        return self._total(-1.0, log_kappa, math.inf)

    def _total(self, sign: float, log_kappa: float, far: float) -> float:
        head = _logistic(sign * (log_kappa + self.beta * self._head))
        start = math.log(_HEAD + 0.5)
        end = min(math.log(self.d + 0.5), max(far, start + 1))
        if end <= start:
            return float(head.sum())
        x = np.linspace(start, end, _NODES)
        tail = np.exp(x) * _logistic(sign * (log_kappa + self.beta * x))
        return float(head.sum() + np.trapezoid(tail, x))

    def _beyond(self, log_kappa: float, far: float) -> float:
        """The integral of x^-beta/kappa from the far end to d."""
        start = max(far, math.log(_HEAD + 0.5) + 1)
        end, power = math.log(self.d + 0.5), 1 - self.beta
        if end <= start:
            return 0.0
        if abs(power) * (min(end, 1e6) - start) < 1e-9:
            return (end - start) * math.exp(-log_kappa)
        ends = [0.0 if math.isinf(end) else math.exp(power * end - log_kappa)]
        return (ends[0] - math.exp(min(power * start - log_kappa, 700.0))) / power

    @property
    def _head(self) -> Array:
        return np.log(np.arange(1, min(_HEAD, self.d) + 1))


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(np.minimum(x, 700)))


def log_of(value: Fraction) -> float:
    """The natural logarithm of a positive rational of any size."""
    return math.log(value.numerator) - math.log(value.denominator)
