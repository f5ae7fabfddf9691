"""Control variates: numbers that a drawn design shows and whose means are known exactly.

For a whitened design Z of T rows, X = Z diag(s)^(1/2), columns Z_i, and the signal s_i w0_i^2,

    |Z|^2 - T d,      |X|^2 - T tr Sigma,      sum_i s_i w0_i^2 |Z_i|^2 - T b,

and, where the entries are independent with E z^4 = 3 + kappa4,

    |Z'Z|^2 - T d (T+d+1+kappa4),      |X'X|^2 - T ((T+1+kappa4) tr Sigma^2 + (tr Sigma)^2)

have mean 0.  A repetition x with controls c is replaced by x - beta'c: the same mean, and what c
explains of its variance is gone.  beta comes from the pilot, which shares no draw with the test, so
that the repetitions of the test stay independent and their mean exact.
Source: the moments of a Wishart matrix, to which another kappa4 adds on the diagonals alone; for
control variates Glasserman 2003, section 4.1.  The choice of the controls is made here: of the
functions of second and of fourth order that do not depend on the signs of the entries they explain
the most.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias, cast

import numpy as np
from numpy.typing import NDArray

__all__ = ["Adjusted", "Observable", "adjusted", "control_values", "regression"]

Array: TypeAlias = NDArray[np.float64]
Draws: TypeAlias = Callable[[int, int], Array]

# Drawing the controls costs up to a quarter of a conditional repetition (benchmarks/estimators.py).
_COST = 1.25
# Singular values of the controls below this share of the largest are rounding.
_RANK = 1e-8


class Observable(Protocol):
    """A sampler that shows the controls beside each draw."""

    def __call__(self, chunk: int, size: int) -> Array:
        """Draws, shape (size,)."""
        ...

    def observed(self, chunk: int, size: int) -> Array:
        """The same draws with their controls, shape (size, 1 + controls)."""
        ...


@dataclass(frozen=True)
class Adjusted:
    """Draws minus their controls times the coefficients; the mean of the draws themselves."""

    sampler: Observable
    coefficients: tuple[float, ...]

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` independent draws from the stream of this chunk."""
        table = self.sampler.observed(chunk, size)
        return np.asarray(table[:, 0] - table[:, 1:] @ np.array(self.coefficients), dtype=float)


def control_values(gram: Array, T: int, s: Array, w0: Array, *, kurtosis: float | None) -> Array:
    """The controls of designs of T rows, by their Z'Z: shape (..., 5), (..., 3) without kappa4.

    >>> control_values(np.full((1, 1), 2.0), 2, np.ones(1), np.ones(1), kurtosis=0.0)
    array([ 0.,  0.,  0., -4., -4.])
    """
    d = len(s)
    squares = np.diagonal(gram, axis1=-2, axis2=-1) - T
    linear = [squares.sum(axis=-1), squares @ s, squares @ (s * w0**2)]
    if kurtosis is None:
        return np.stack(linear, axis=-1)
    gram = gram * gram
    rows = T + 1 + kurtosis
    least, energy = T * d * (rows + d), T * (rows * (s @ s) + s.sum() ** 2)
    quartic = [gram.sum(axis=(-2, -1)) - least, (gram @ s) @ s - energy]
    return np.stack([*linear, *quartic], axis=-1)


def adjusted(sampler: Draws, pilot: Array) -> tuple[Draws, float]:
    """What to draw from, and the variance of a draw: `Adjusted` where the controls pay.

    Args:
        sampler: what to adjust, which shows its controls (``observed``) if it has any.
        pilot: independent draws, shape (size,), or with their controls (size, 1 + controls).
    """
    table = pilot.reshape(len(pilot), -1)
    variance = float(table[:, 0].var(ddof=1))
    fitted = regression(table[:, 0], table[:, 1:])
    if fitted is None or _COST * fitted[1] >= variance:
        return sampler, variance
    return Adjusted(cast("Observable", sampler), tuple(fitted[0].tolist())), fitted[1]


def regression(x: Array, controls: Array) -> tuple[Array, float] | None:
    """Coefficients of x on its controls, and the variance left, unbiased; None from few draws.

    Controls may depend on each other, or not vary at all.
    """
    x, controls = x - x.mean(), controls - controls.mean(axis=0)
    scale = controls.std(axis=0)
    scale[scale == 0] = 1
    beta, _, rank, _ = np.linalg.lstsq(controls / scale, x, rcond=_RANK)
    free = len(x) - 1 - int(rank)
    if free < len(x) // 2:
        return None
    rest = x - controls / scale @ beta
    return beta / scale, float(rest @ rest) / free
