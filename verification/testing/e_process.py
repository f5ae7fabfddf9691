"""Evidence about a mean that may be looked at any number of times: a Catoni-type e-process.

It needs only a bound s2 on the variance.  For the null "mean <= m0" against "mean > m0" (direction
+1; mirrored for -1) and nine scales, with N observations x,

    lam_j = 0.7 * 2^-j / sqrt(s2), j = 0..8,      u = direction * lam_j (x - m0),
    log w_j = sum sign(u) log(1 + |u| + u^2/2) - N lam_j^2 s2 / 2,
    log e = log(sum_j w_j) - log 9.

Under the null e has expectation at most 1 at any stopping time, so the probability that it ever
reaches 1/alpha is at most alpha (Ville's inequality).
Source: Wang and Ramdas 2023, Catoni-style confidence sequences, arXiv 2202.01250; the mixture over
scales is chosen here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["EProcess"]

Array: TypeAlias = NDArray[np.float64]

_SCALES = 0.7 * 2.0 ** -np.arange(9)


@dataclass(frozen=True, slots=True)
class EProcess:
    """Evidence that the mean lies beyond `null` in the stated direction (+1 above, -1 below)."""

    null: float
    direction: int
    s2: float
    log_weights: tuple[float, ...] = (0.0,) * len(_SCALES)

    def updated(self, x: Array) -> EProcess:
        """The process after further observations x, shape (N,)."""
        lam = _SCALES / math.sqrt(self.s2)
        u = self.direction * np.multiply.outer(lam, x - self.null)
        size = np.abs(u)
        gain = np.sum(np.sign(u) * np.log1p(size + size**2 / 2), axis=1)
        weights = np.asarray(self.log_weights) + gain - len(x) * lam**2 * self.s2 / 2
        return replace(self, log_weights=tuple(weights.tolist()))

    @property
    def log_e(self) -> float:
        """The natural logarithm of the e-value."""
        return float(np.logaddexp.reduce(self.log_weights)) - math.log(len(_SCALES))

    def repetitions_to(self, log_threshold: float, mean: float) -> float:
        """Roughly how many repetitions of this mean bring log e to the threshold, from scratch."""
        lam = _SCALES / math.sqrt(self.s2)
        rate = float(np.max(lam * self.direction * (mean - self.null) - lam**2 * self.s2 / 2))
        return (log_threshold + math.log(len(_SCALES))) / rate if rate > 0 else math.inf
