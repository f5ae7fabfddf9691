"""One fit on rows of several covariances or weights: one response h_g for each kind of row.

    h_g = 1/(mu + sum_i B_g(i)/(nu + sum_b A_b(i) h_b)),   A_g = om_g T_g s_g q,  B_g = om_g m s_g q

The right side F is increasing and, for lam >= 0, concave (a sum of parallel resistors is), with
F(0) > 0 or h = 0 ruled out: one positive solution, and Newton falls to it from any h >= F(h).
Left of zero the branch is followed down from a positive lam, as long as the spectral radius of F'
stays below one.  For complex lam it is the only solution with Im(nu/h_g) Im lam > 0, reached by
descending at fixed Re lam.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ridgeproof.numerics.arithmetic.bisection import bisected
from ridgeproof.numerics.arithmetic.precision import Array, Number
from ridgeproof.theory.errors import InputError, SolverError

__all__ = ["Kinds", "complex_responses", "projected_responses", "real_responses"]

_MAX_STEPS = 200
_CLOSE = 16 * np.finfo(np.float64).eps
_SMALLEST_STRIDE = 1e-9


@dataclass(frozen=True, eq=False)
class Kinds:
    """Kinds of rows in one fit at many points, in float64, or at one point in balls.

    Attributes:
        A: om_g T_g s_g q, (points, kinds, directions).
        B: om_g m s_g q, (points, kinds, directions).
        silent: where om_g = 0, (points, kinds): these rows take no part, and have mu = h = 1.
    """

    A: Array
    B: Array
    silent: Array

    def at(self, points: Array) -> Kinds:
        """Some of the points."""
        return Kinds(self.A[points], self.B[points], self.silent[points])

    def responses(
        self, h: Array, mu: Array | Number, nu: Array | Number, f: Number = 1
    ) -> tuple[Array, Array, Array]:
        """F(h), F'(h), and nu + f sum A h; mu and nu are (points, 1), or for all of them.

        The response f of random features multiplies A and B.
        """
        mu = np.where(self.silent, 1, mu)
        denominators = nu + f * np.einsum("pgi,pg->pi", self.A, h)
        shares = f * self.B / denominators[:, None, :]
        F = 1 / (mu + shares.sum(axis=-1))
        inner = f * self.A / denominators[:, None, :]
        slope = F[:, :, None] ** 2 * np.einsum("pgi,pbi->pgb", shares, inner)
        return F, slope, denominators


def real_responses(kinds: Kinds, lam: Array, dual: Array) -> Array:
    """h_g > 0 for real lam, with (mu, nu) = (lam, 1) where dual and (1, lam) elsewhere.

    Args:
        kinds: (points, kinds, directions).
        lam: penalties, (points,).
        dual: where the rows are no more than the directions, (points,).

    Returns:
        (points, kinds).

    Raises:
        InputError: a negative lam left of the spectral edge, which is named.
        SolverError: no convergence.
    """
    positive = lam >= 0
    h = np.empty(kinds.A.shape[:2])
    if positive.any():
        h[positive] = _from_above(kinds.at(positive), *_sides(lam[positive], dual[positive]))
    for point in np.flatnonzero(~positive):
        at = np.array([point])
        h[at] = _followed(kinds.at(at), lam[at], dual[at])
    return h


def _sides(lam: Array, dual: Array) -> tuple[Array, Array]:
    one = np.ones_like(lam)
    return np.where(dual, lam, one)[:, None], np.where(dual, one, lam)[:, None]


def _from_above(kinds: Kinds, mu: Array, nu: Array) -> Array:
    with np.errstate(divide="ignore"):
        h = np.where(kinds.silent, 1.0, 1 / mu)
    free = mu[:, 0] == 0
    if free.any():
        h[free] = _above_interpolation(kinds.at(free), nu[free])
    for _ in range(_MAX_STEPS):
        step = _newton_step(kinds, h, mu, nu)
        h = h + step
        if (abs(step) <= _CLOSE * abs(h)).all():
            if not (h > 0).all():  # other roots satisfy the equations as well
                break
            return h
    raise SolverError("responses of several kinds of rows: no convergence in float64")


def _above_interpolation(kinds: Kinds, nu: Array) -> Array:
    """Some h >= F(h) where mu = 0 = lam: along the direction that F takes for large h.

    F is homogeneous there, of Perron root T/r < 1.
    """
    mu, large = np.zeros_like(nu), np.zeros_like(nu)
    v = np.ones(kinds.A.shape[:2])
    for _ in range(_MAX_STEPS):
        F, _, _ = kinds.responses(v, mu, large)
        if (kinds.silent | (F < v)).all():
            break
        loud = np.where(kinds.silent, 0.0, F).max(axis=-1, keepdims=True)
        v = np.where(kinds.silent, 1.0, F / loud)
    else:
        raise SolverError("lam = 0 on several kinds of rows: the fit does not interpolate")
    for _ in range(_MAX_STEPS):
        F, _, _ = kinds.responses(v, mu, nu)
        if (kinds.silent | (F <= v)).all():
            return v
        v = np.where(kinds.silent, 1.0, 2 * v)
    raise SolverError("lam = 0 on several kinds of rows: no bound on the responses in float64")


def _newton_step(kinds: Kinds, h: Array, mu: Array, nu: Array) -> Array:
    F, slope, _ = kinds.responses(h, mu, nu)
    identity = np.eye(h.shape[1])
    return np.asarray(np.linalg.solve(identity - slope, (F - h)[:, :, None])[:, :, 0])


def projected_responses(
    kinds: Kinds, counts: Array, lam: Array, width: Array, least: Array
) -> tuple[Array, Array]:
    """h_g and h_F of a fit on random features.

    With z = nu/h_F the rows see a fit with nu = z, and the features 1 - df(z)/width = mu_a h_F,
    where df = sum of m A h/(z + A h) falls with z: one sign change.

    Args:
        kinds: (points, kinds, directions).
        counts: multiplicities, (directions,).
        lam: >= 0, (points,).
        width: of the features, (points,).
        least: what lam sits on: 0 the rows, 1 the features' rows, 2 the dimension, (points,).

    Returns:
        (points, kinds) and (points, 1).
    """
    one = np.ones_like(lam)
    mu, mu_a, nu = (np.where(least == place, lam, one)[:, None] for place in range(3))
    flat = nu == 0

    def spare(z: Array) -> tuple[Array, Array]:
        h = _from_above(kinds, mu, z)
        pull = np.einsum("pgi,pg->pi", kinds.A, h)
        return h, 1 - ((pull / (z + pull)) @ counts)[:, None] / width[:, None]

    def is_left(z: Array) -> Array:
        return np.asarray(spare(z)[1] * z < mu_a * nu)

    low = high = np.where(flat, 0.0, nu)
    for _ in range(_MAX_STEPS):
        under, over = ~flat & is_left(high), ~flat & ~is_left(low)
        if not (under | over).any():
            break
        high, low = np.where(under, 16 * high, high), np.where(over, low / 16, low)
    z = bisected(is_left, low, high)
    h, left = spare(z)
    with np.errstate(divide="ignore", invalid="ignore"):
        return h, np.where(flat, left, nu / z)


def _settled(kinds: Kinds, h: Array, mu: Array, nu: Array) -> Array | None:
    """Newton from close by; None where it does not settle."""
    for _ in range(30):
        with np.errstate(all="ignore"):
            try:
                step = _newton_step(kinds, h, mu, nu)
            except np.linalg.LinAlgError:
                return None
        h = h + step
        if not np.isfinite(h).all():
            return None
        if (abs(step) <= _CLOSE * abs(h)).all():
            return h
    return None


def _followed(kinds: Kinds, lam: Array, dual: Array) -> Array:
    """One point: from |lam| down to lam < 0."""
    place, stride = 1.0, 0.5
    h = _from_above(kinds, *_sides(abs(lam), dual))
    while place > -1:
        there = max(place - stride, -1.0)
        mu, nu = _sides(abs(lam) * there, dual)
        found = _settled(kinds, h, mu, nu)
        if found is not None and _on_branch(kinds, found, mu, nu):
            h, place, stride = found, there, 2 * stride
            continue
        stride = stride / 4
        if stride < _SMALLEST_STRIDE:
            raise InputError(
                "lam",
                f"{lam[0]:.15g}",
                "lies beyond the spectral edge: a fit on several kinds of rows has its edge near "
                f"{abs(lam[0]) * place:.6g}",
                "give a larger lam",
            )
    return h


def _on_branch(kinds: Kinds, h: Array, mu: Array, nu: Array) -> bool:
    _, slope, denominators = kinds.responses(h, mu, nu)
    radius = abs(np.linalg.eigvals(slope)).max()
    return bool((h > 0).all() and (denominators > 0).all() and radius < 1)


def complex_responses(kinds: Kinds, lam: Array) -> Array:
    """h_g for complex lam with mu = lam, nu = 1.

    The branch is asserted at every step of the descent and at its end: Im h Im lam < 0.  An
    equation that is satisfied to the last digit says nothing about it.

    Raises:
        SolverError: the descent did not arrive.
    """
    sign, height = np.sign(lam.imag), abs(lam.imag)
    total = kinds.B.sum(axis=(-1, -2)) + kinds.A.sum(axis=-2).max(axis=-1)
    y = np.maximum(60 * total, 2 * abs(lam))
    h = 1 / (lam[:, None] + 1j * (sign * y)[:, None] + kinds.B.sum(axis=-1))
    factor = np.full(len(lam), 0.25)
    nu = np.ones((1, 1))
    while (y > height).any():
        moving = np.flatnonzero(y > height)
        there = np.maximum(y[moving] * factor[moving], height[moving])
        mu = (lam.real[moving] + 1j * sign[moving] * there)[:, None]
        tried = h[moving]
        some = kinds.at(moving)
        with np.errstate(all="ignore"):
            for _ in range(40):
                step = _newton_step(some, tried, mu, nu)
                tried = tried + step
                settled = abs(step) <= _CLOSE * abs(tried)
                if settled.all():
                    break
        right = (tried.imag * sign[moving, None] < 0) & settled & np.isfinite(tried)
        right |= some.silent
        good = right.all(axis=-1)
        h[moving[good]], y[moving[good]] = tried[good], there[good]
        factor[moving[good]] = np.maximum(factor[moving[good]] ** 2, 0.05)
        factor[moving[~good]] = np.sqrt(factor[moving[~good]])
        if (factor > 0.9999).any():
            raise SolverError(f"no branch found for lam = {lam[moving][~good][0]:.6g}")
    return h
