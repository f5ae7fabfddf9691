"""Activations of random features by their Gaussian equivalent: two numbers each.

For g ~ N(0, v), the law of a pre-activation, with m_0 = E f(g),

    f(F x) ~ m_0 + mu_1 F x + mu_* z,   mu_1 = E f'(g),   mu_*^2 = E f(g)^2 - mu_1^2 v - m_0^2,

z standard normal.  The mean is one direction of the features that labels without a mean do not
feel: it costs O(1/T).  Source: Pennington, Worah 2017; Mei, Montanari 2019, arXiv 1908.05355;
Hu, Lu 2020, arXiv 2009.07669 (the equivalence); the moments are derived here.

It holds where rows have many directions.  With r = (tr Sigma)^2/tr Sigma^2, their effective rank,
|x|^2 has the variance 2/r relative to its mean, and so has the law of a pre-activation; and the
cosine of two rows, or of two features, squares to 1/r.  What is quadratic in it is a matrix that z
has the identity for: off its diagonal n rows, or features, have 1/r each, and squares that sum to
n/r^2 a row.  Both are 1/n where r grows like n.  Where it does not they stay, and the limit with
them.  ``require_spread`` refuses more than a tenth for their sum, weighted with the share of f that
is not linear (derived here to the order; simulated fits are off by 0.1 to 0.7 of it, on features
and rows of one number, and up to 0.6 of it on others).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.errors import NoTheorem

__all__ = ["moments", "require_spread"]

# Trapezoids over 13 standard deviations either way: for an analytic f right to the last digits.
_POINTS, _REACH = 2**14, 13.0
# The largest relative change of a limit that what is not independent noise may make.
_MOST = 0.1


def moments(name: str, v: Array) -> tuple[Array, Array]:
    """mu_1^2 and mu_*^2 of an activation, by the variance v of what it is applied to.

    >>> slope, rest = moments("relu", np.array([1.0]))
    >>> np.round([slope[0], rest[0] + 1 / (2 * np.pi)], 12)
    array([0.25, 0.25])
    """
    slope: Array
    match name:
        case "relu":
            slope, rest = 0 * v + 0.25, v / 4 - v / (2 * np.pi)
        case "erf":
            slope = 4 / np.pi / (1 + 2 * v)
            rest = 2 / np.pi * np.arcsin(2 * v / (1 + 2 * v)) - slope * v
        case "sin":
            slope = np.exp(-v)
            rest = slope * (np.sinh(v) - v)
        case _:
            g = np.linspace(-_REACH, _REACH, _POINTS)
            law = np.exp(-g * g / 2) / np.sqrt(2 * np.pi) * (g[1] - g[0])
            value = np.tanh(np.sqrt(v)[..., None] * g)
            slope = ((1 - value**2) @ law) ** 2
            rest = value**2 @ law - slope * v
    return slope, np.maximum(rest, 0.0)  # of what is almost linear rounding is left


def require_spread(
    share: Array, s: Array, multiplicity: Array, counts: Sequence[Array], law: str
) -> None:
    """Refuse rows whose effective rank is too low for the equivalence.

    Args:
        share: mu_*^2/(mu_1^2 v + mu_*^2), (points or 1, 1).
        s: the eigenvalues of their covariance, (directions,).
        multiplicity: how often each counts, (directions,).
        counts: of the features and of the rows of each fit on them, each (points or 1, 1).
        law: the covariance in words.

    Raises:
        NoTheorem: share (1 + n/r)/r is above a tenth, for the largest count n.
    """
    scaled = s / s.max()
    with np.errstate(invalid="ignore"):  # of infinitely many
        rank = (multiplicity @ scaled) ** 2 / (multiplicity @ scaled**2)
    n = np.max(np.broadcast_arrays(*counts), axis=0)
    change = share * (1 + n / rank) / rank
    if not (change <= _MOST).all():
        worst = np.argmax(np.broadcast_to(change, np.broadcast_shapes(change.shape, n.shape)))
        n, change = (np.ravel(np.broadcast_to(x, change.shape))[worst] for x in (n, change))
        raise NoTheorem(
            "features with an activation have no Gaussian equivalent on rows of so few directions: "
            f"those of covariance {law} have the effective rank r = (tr Sigma)^2/tr Sigma^2 = "
            f"{rank:.4g}, beside n = {n:.6g} rows or features. What is not linear may change the "
            f"limit by share (1 + n/r)/r = {change:.2g} of it, and at most {_MOST} is allowed; "
            "simulate it, or take a spectrum that decays less, or fewer rows and features"
        )
