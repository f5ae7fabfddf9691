"""The process with its label noise integrated out exactly, given the drawn designs.

In whitened coordinates v = Sigma^(1/2) w the error is |v - v0|^2, an input is a row z of mean 0
and covariance I, and a fit is linear in its labels, v = H y, with two operators: F = H Z carries
the labelling parameter, N = H H' the label noise.  Given the designs, w_n has

    mean <- F mean,      Cov <- F Cov F' + sigma0^2 N       (from v0 and 0, once per generator),

where w_n is averaged with real labels first: mean by W v0 + (1-W) mean, Cov by (1-W)^2 Cov, noise
by (1-W)^2 sigma0^2 and W^2 sigma_real^2, kept apart.  Generators that accumulate sets see them
through the one vector sum_j Z_j' y_j, whose mean and covariance follow the same kind of recursion
(`_Gathered`).

and the downstream fit turns them into the three parts of the expected error

    bias = |F mean - v0|^2,   variance = sigma^2 tr N + tr(F Real F'),   synthetic = tr(F Cov F').

On real and synthetic rows Z1, Z2 with H = (H1, H2), only F2 = H2 Z2 carries what w_n got wrong:

    bias = |F v0 + F2 (mean - v0) - v0|^2,   variance = sigma_real^2 tr H1 H1' + sigma^2 tr H2 H2'
    + tr(F2 Real F2'),   synthetic = tr(F2 Cov F2').

The expectation over designs is that of the literal run, the variance far smaller.  The formulas are
written here from the definition; only the argument names are shared with
`verification.simulation.process`. Source: derived here (Rao-Blackwell).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Unpack

import numpy as np
from scipy.linalg import lapack

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.verification.simulation.process import Array, Draw, Process

__all__ = [
    "Parts",
    "conditional_error",
    "conditional_errors",
    "downstream",
    "feature_operators",
    "fit_operators",
    "has_conditional",
]

# Below this reciprocal condition number the normal equations give way to the singular values of
# the design itself, whose condition number is the square root.
_TRUSTED = 1e-8
# Singular values below this share of the largest are zeros: dependent rows, which laws with atoms
# have with positive probability.
_RANK = 1e-10


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    return rng.standard_normal(shape)


@dataclass(frozen=True, slots=True)
class Parts:
    """The error of one repetition, split; the three parts sum to `total`."""

    bias: float  # quadratic in w0
    variance: float  # proportional to sigma^2, and to sigma_real^2
    synthetic: float  # proportional to sigma0^2

    @property
    def total(self) -> float:
        """The whole conditional expectation of the error."""
        return self.bias + self.variance + self.synthetic


def conditional_error(
    s: Array,
    w0: Array,
    *,
    T: int,
    T0: int | None,
    n: int,
    sigma: float,
    sigma0: float,
    lam: float,
    lam0: float,
    design: str,
    rng: np.random.Generator,
    average_signs: bool = False,
    schedule: tuple[tuple[int, float, float], ...] = (),
    accumulate: bool = False,
    weights: tuple[float, ...] = (),
    real_rows: int = 0,
    sigma_real: float = 0.0,
    width: int | None = None,
    draw: Draw = _normal,
) -> Parts:
    """Draw the designs once and return E[error | designs], exactly and in parts.

    The arguments are those of `verification.simulation.process.test_error`.  With ``average_signs``
    the bias is averaged over the signs of w0 too: flipping a coordinate leaves the law of the
    designs unchanged, so the expectation is the same, and the cross terms w0_i w0_j, which are most
    of the noise of the bias, are gone.  That holds for every law of the features here (normal,
    elliptical, or independent symmetric entries); for a ``draw`` of skewed entries it would not.

    >>> rng = np.random.Generator(np.random.PCG64DXSM(0))
    >>> clean = dict(T0=None, n=0, sigma0=0.0, lam0=0.0, design="independent")
    >>> conditional_error(np.ones(3), np.ones(3), T=9, sigma=0.0, lam=0.0, **clean, rng=rng)
    Parts(bias=0.0, variance=0.0, synthetic=0.0)
    """
    v0 = np.sqrt(s) * w0
    if average_signs:
        v0 = np.diag(v0)  # one column per coordinate: their squared errors add up
    generations = schedule or ((T0 or 0, sigma0, lam0),) * n
    moments = _Moments(v0, np.zeros((s.size, s.size)), np.zeros((s.size, s.size)))
    gathered = _Gathered(s, v0)
    for m, (rows, noise, ridge) in enumerate(generations):
        if m == 0 or design == "independent":
            Z = draw(rng, (rows, s.size))
        if accumulate:
            moments = gathered.joined(Z, noise, ridge)
            continue
        if m == 0 or design == "independent" or ridge != generations[m - 1][2]:
            F, N = fit_operators(Z, s, ridge)
        weight = weights[m] if weights else 0.0
        moments = moments.averaged(v0, weight).fitted(F)
        moments.synthetic += ((1 - weight) * noise) ** 2 * N
        moments.real += (weight * sigma_real) ** 2 * N
    Z = draw(rng, (T, s.size))
    Q = None if width is None else rng.standard_normal((s.size, width)) / np.sqrt(width)
    if real_rows:
        H = _label_operator(Z, s, lam) if Q is None else _feature_label_operator(Z, s, lam, Q)
        return _mixed(Z, H, real_rows, (sigma_real, sigma), v0, moments)
    return downstream(
        Z,
        s,
        lam,
        sigma,
        v0,
        moments.mean,
        moments.synthetic,
        moments.real if weights else None,
        Q,
    )


@dataclass(slots=True)
class _Moments:
    """Mean of a generator given the designs, and the covariances from either label noise."""

    mean: Array
    synthetic: Array
    real: Array

    def averaged(self, v0: Array, weight: float) -> _Moments:
        """Those of W v0 + (1-W) v."""
        if weight == 0:
            return self
        kept = 1 - weight
        return _Moments(
            weight * v0 + kept * self.mean, kept**2 * self.synthetic, kept**2 * self.real
        )

    def fitted(self, F: Array | None) -> _Moments:
        """Those of F v; None is the identity, least squares."""
        if F is None:
            return self
        return _Moments(F @ self.mean, F @ self.synthetic @ F.T, F @ self.real @ F.T)


class _Gathered:
    """Every set so far, through S = sum_j Z_j' y_j and the Gram matrix G = sum_j Z_j' Z_j.

    With v the last generator, a function B S of S, a new set adds Z'Z v + sigma0 Z'e to S:

        S <- (1 + Z'Z B) S + sigma0 Z'e,      B = (G + N lam0/s)^-1, or its limit for lam0 = 0.
    """

    def __init__(self, s: Array, v0: Array) -> None:
        self.s, self.v0 = s, v0
        self.Z = np.empty((0, s.size))  # the rows that differ
        self.copies = 1  # of each of them: a shared design comes again and again
        self.latest: Array | None = None
        self.mean = v0 * 0
        self.covariance: Array = np.zeros((s.size, s.size))
        self.solve: Array = np.zeros((s.size, s.size))  # B

    def joined(self, Z: Array, noise: float, ridge: float) -> _Moments:
        """Add a set labelled by the last generator; the moments of the one fitted on them all."""
        gram = Z.T @ Z
        grow = np.eye(self.s.size) + gram @ self.solve
        self.mean = grow @ self.mean if len(self.Z) else gram @ self.v0
        self.covariance = grow @ self.covariance @ grow.T + noise**2 * gram
        if Z is self.latest:
            self.copies += 1
        else:
            self.Z, self.latest = np.vstack([self.Z, Z]), Z
        self.solve = B = _gathered_solution(self.Z, self.copies, self.s, ridge)
        return _Moments(B @ self.mean, B @ self.covariance @ B.T, self.covariance * 0)


def _gathered_solution(Z: Array, copies: int, s: Array, lam: float) -> Array:
    """B with B Z'y the fit of all the labels y, on so many copies of the rows Z."""
    rows, d = Z.shape
    if lam == 0 and rows < d:
        # The least norm among w = s^(-1/2) v: B = s Z' (Z s Z')^-1 (Z Z')^-1 Z.
        inner = np.linalg.solve((Z * s) @ Z.T, np.linalg.solve(Z @ Z.T, Z))
        return s[:, None] * np.asarray(Z.T @ inner, dtype=float) / copies
    gram = Z.T @ Z + np.diag(rows * lam / s)
    return np.asarray(np.linalg.inv(gram), dtype=float) / copies


def has_conditional(process: Process) -> bool:
    """Whether the conditional estimator knows the process.

    Gathered sets are inverted without a look at their rank, which only normal features keep full.
    """
    return not {"accumulate", "draw"} <= set(process)


def conditional_errors(
    size: int,
    s: Array,
    w0: Array,
    *,
    rng: np.random.Generator,
    average_signs: bool = False,
    watch: Callable[[Array], None] | None = None,
    **process: Unpack[Process],
) -> Array:
    """The parts of `size` independent repetitions, shape (size, 3): bias, variance, synthetic.

    ``watch`` is shown every whitened design that is drawn.

    Raises:
        NotBuilt: a variation that `has_conditional` excludes.
    """
    if not has_conditional(process):
        raise NotBuilt(
            "the conditional estimator does not know accumulate, draw: use the literal method"
        )
    if watch is not None:
        process = {**process, "draw": _watched(process.get("draw", _normal), watch)}
    runs = (
        conditional_error(s, w0, rng=rng, average_signs=average_signs, **process)
        for _ in range(size)
    )
    return np.array([(run.bias, run.variance, run.synthetic) for run in runs])


def _watched(draw: Draw, watch: Callable[[Array], None]) -> Draw:
    def drawn(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
        Z = draw(rng, shape)
        watch(Z)
        return Z

    return drawn


def downstream(
    Z: Array,
    s: Array,
    lam: float,
    sigma: float,
    v0: Array,
    mean: Array,
    covariance: Array,
    real: Array | None = None,
    Q: Array | None = None,
) -> Parts:
    """The parts for a downstream design Z, given the moments of the labelling parameter.

    ``real`` is the part of its covariance that comes from the noise of real labels; Q holds random
    features.
    """
    F, N = fit_operators(Z, s, lam) if Q is None else feature_operators(Z, s, lam, Q)
    carried = mean if F is None else F @ mean
    variance = sigma**2 * np.trace(N)
    if real is not None:
        variance += _carried_trace(F, real)
    return Parts(
        bias=float(np.sum((carried - v0) ** 2)),
        variance=float(variance),
        synthetic=_carried_trace(F, covariance),
    )


def _mixed(
    Z: Array,
    H: Array,
    real_rows: int,
    noises: tuple[float, float],
    v0: Array,
    moments: _Moments,
) -> Parts:
    """The parts for a fit v = H y on a design whose first rows are labelled by v0 itself."""
    real, synthetic = H[:, :real_rows], H[:, real_rows:]
    F2 = synthetic @ Z[real_rows:]
    missed = H @ (Z @ v0) + F2 @ (moments.mean - v0) - v0
    labels = noises[0] ** 2 * np.vdot(real, real) + noises[1] ** 2 * np.vdot(synthetic, synthetic)
    return Parts(
        bias=float(np.sum(missed**2)),
        variance=float(labels) + _carried_trace(F2, moments.real),
        synthetic=_carried_trace(F2, moments.synthetic),
    )


def _carried_trace(F: Array | None, covariance: Array) -> float:
    """tr(F C F'); None is the identity."""
    return float(np.trace(covariance) if F is None else np.vdot(F @ covariance, F))


def fit_operators(Z: Array, s: Array, lam: float) -> tuple[Array | None, Array]:
    """F = H Z (None stands for the identity, least squares) and N = H H' of one whitened fit.

    With Z of shape (T, d) and X = Z diag(s)^(1/2),

        T >= d:  H = (Z'Z + T lam / s)^-1 Z',    T < d:  H = s Z' (Z s Z' + T lam)^-1.
    """
    T, d = Z.shape
    if d <= T:
        gram = Z.T @ Z
        inverse = _inverse(gram + np.diag(T * lam / s))
        if inverse is None:
            return _operators_by_singular_values(Z, s, lam)
        if lam == 0:
            return None, inverse
        F = inverse @ gram
        return F, F @ inverse
    inverse = _inverse((Z * s) @ Z.T + T * lam * np.eye(T))
    if inverse is None:
        return _operators_by_singular_values(Z, s, lam)
    H = s[:, None] * (Z.T @ inverse)
    return H @ Z, H @ H.T


def _label_operator(Z: Array, s: Array, lam: float) -> Array:
    """H itself, with v = H y."""
    T, d = Z.shape
    gram = Z.T @ Z + np.diag(T * lam / s) if d <= T else (Z * s) @ Z.T + T * lam * np.eye(T)
    inverse = _inverse(gram)
    if inverse is None:
        return _label_operator_by_singular_values(Z, s, lam)[0]
    return inverse @ Z.T if d <= T else s[:, None] * (Z.T @ inverse)


def feature_operators(Z: Array, s: Array, lam: float, Q: Array) -> tuple[Array, Array]:
    """The same operators of a fit on the features Q'x, x = diag(s)^(1/2) z."""
    H = _feature_label_operator(Z, s, lam, Q)
    return H @ Z, H @ H.T


def _feature_label_operator(Z: Array, s: Array, lam: float, Q: Array) -> Array:
    """H: with P = diag(s)^(1/2) Q the features are Z P, and H = P (P'Z'Z P + T lam)^-1 P'Z'."""
    P = np.sqrt(s)[:, None] * Q
    seen, ridge = Z @ P, len(Z) * lam
    rows, width = seen.shape
    if lam == 0:
        # More features than dimensions have rank d: their least norm needs the rank.
        H = P @ np.linalg.pinv(seen, _RANK)
    elif rows < width:
        H = P @ np.linalg.solve(seen @ seen.T + ridge * np.eye(rows), seen).T
    else:
        H = P @ np.linalg.solve(seen.T @ seen + ridge * np.eye(width), seen.T)
    return np.asarray(H, dtype=float)


def _operators_by_singular_values(Z: Array, s: Array, lam: float) -> tuple[Array | None, Array]:
    H, is_identity = _label_operator_by_singular_values(Z, s, lam)
    return (None if is_identity else H @ Z), H @ H.T


def _label_operator_by_singular_values(Z: Array, s: Array, lam: float) -> tuple[Array, bool]:
    """H from X = U t V': w = V t / (t^2 + T lam) U' y; and whether H Z is the identity."""
    T, d = Z.shape
    U, t, _ = np.linalg.svd(Z, full_matrices=False)
    rank = int(np.sum(t > _RANK * t[0]))
    if rank < min(T, d):
        # Z = U U'Z over the range of Z: the same fit from the independent rows U'Z.
        U = U[:, :rank]
        return _label_operator(U.T @ Z, s, lam * T / rank) @ U.T, False
    least_squares = lam == 0 and d <= T
    root = np.ones(d) if least_squares else np.sqrt(s)  # least squares needs no scale: keep none
    U, t, V = np.linalg.svd(Z * root, full_matrices=False)
    return root[:, None] * ((V.T * (t / (t**2 + T * lam))) @ U.T), least_squares


def _inverse(matrix: Array) -> Array | None:
    """The inverse of a positive definite matrix, or None when it is too ill-conditioned."""
    size = np.sqrt(np.diagonal(matrix))
    unit = matrix / size / size[:, None]
    norm = float(np.abs(unit).sum(axis=0).max())
    factor, failed = lapack.dpotrf(unit, lower=1)
    if failed or lapack.dpocon(factor, norm, uplo="L")[0] < _TRUSTED:
        return None
    lower, _ = lapack.dpotri(factor, lower=1)
    lower.flat[:: len(lower) + 1] /= 2  # the part above the diagonal is zero
    return (lower + lower.T) / size / size[:, None]
