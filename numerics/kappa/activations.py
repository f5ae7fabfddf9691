"""Activations of random features by their Gaussian equivalent: two numbers each.

For g ~ N(0, v), the law of a pre-activation, with m_0 = E f(g),

    f(F x) ~ m_0 + mu_1 F x + mu_* z,   mu_1 = E f'(g),   mu_*^2 = E f(g)^2 - mu_1^2 v - m_0^2,

z standard normal.  The mean is one direction of the features that labels without a mean do not
feel: it costs O(1/T).  Source: Pennington, Worah 2017; Mei, Montanari 2019, arXiv 1908.05355;
Hu, Lu 2020, arXiv 2009.07669 (the equivalence); the moments are derived here.
"""

from __future__ import annotations

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array

__all__ = ["moments"]

# Trapezoids over 13 standard deviations either way: for an analytic f right to the last digits.
_POINTS, _REACH = 2**14, 13.0


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
