"""The process itself, simulated literally: generators that learn from one another, then one fit.

Everything is in the eigenbasis of Sigma = diag(s).  One repetition is

    w_0 = w0;   for m = 0..n-1:   y_m = X_m w_m + sigma0 e_m,   w_{m+1} = fit(X_m, y_m; lam0);
    y = X w_n + sigma e,   w = fit(X, y; lam),   error = ||w - w0||_Sigma^2,

with X_m of T0 rows and X of T rows drawn from N(0, Sigma), and e standard normal.  This module is
the independent witness: it knows numpy and the definition, and none of the theory.
Source: Dohmatob, Feng, Kempe 2024, arXiv 2402.07712; the generator's ridge lam0 is added here.

Variations, each off by default: generators that accumulate their sets or average their labels with
fresh real ones, generations that differ, real rows among the downstream ones, random features
downstream, and features of another law than the normal.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, TypedDict, Unpack

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.linalg import lapack

__all__ = [
    "Array",
    "Draw",
    "Process",
    "draw_design",
    "fit",
    "fitter",
    "test_error",
    "test_errors",
]

Array: TypeAlias = NDArray[np.float64]
# (rng, shape) -> independent entries z of the features, mean 0 and variance 1.
Draw: TypeAlias = Callable[[np.random.Generator, tuple[int, int]], Array]

# A Gram matrix below this reciprocal condition number is not trusted: its solution would carry
# more than about eps/1e-8 = 2e-8 relative error, so the fit goes through orthogonal factors.
_TRUSTED = 1e-8
# Singular values below this share of the largest are zeros, in a design of less than full rank.
_RANK = 1e-10


class _Source(TypedDict):
    """The source's process."""

    T: int  # rows of the downstream training set
    T0: int | None  # rows of each generator's set; may be None when n = 0
    n: int  # number of generators; 0 is clean data
    sigma: float  # label noise of the downstream set
    sigma0: float  # label noise of each generator's set
    lam: float  # downstream ridge, normalised as in `fit`
    lam0: float  # the generators' ridge
    design: str  # "independent": a fresh X_m each generation; "shared": X_0 reused, fresh noise


# Two classes, because `__optional_keys__` does not see NotRequired in postponed annotations.
class Process(_Source, total=False):
    """What defines the process, besides the eigenvalues s and the ground truth w0."""

    schedule: tuple[tuple[int, float, float], ...]  # (T0, sigma0, lam0) of each generation
    accumulate: bool  # each generator is fitted on every set so far
    weights: tuple[float, ...]  # of fresh real labels in each generation's labels
    real_rows: int  # of the T downstream rows, labelled by w0 itself
    sigma_real: float  # label noise of real rows and of real labels in the chain
    width: int | None  # random features downstream; None is none
    draw: Draw  # entries of the features; standard normal by default


def _normal(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    return rng.standard_normal(shape)


def test_error(
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
    schedule: tuple[tuple[int, float, float], ...] = (),
    accumulate: bool = False,
    weights: tuple[float, ...] = (),
    real_rows: int = 0,
    sigma_real: float = 0.0,
    width: int | None = None,
    draw: Draw = _normal,
) -> float:
    """Run the process once and return ||w - w0||_Sigma^2 (the irreducible sigma^2 not included).

    s holds the eigenvalues of Sigma (positive, any order) and w0 the ground truth in the
    eigenbasis, both of shape (d,); `Process` explains the other arguments.

    Raises:
        ValueError: a shape, size or name that defines no process.

    >>> rng = np.random.Generator(np.random.PCG64DXSM(0))
    >>> clean = dict(T0=None, n=0, sigma0=0.0, lam0=0.0, design="independent")
    >>> 0 < test_error(np.ones(3), np.ones(3), T=9, sigma=0.1, lam=0.5, **clean, rng=rng) < 3
    True
    """
    _check(s, w0, T, T0, n, design, schedule)
    generations = schedule or ((T0 or 0, sigma0, lam0),) * n
    w = w0
    inputs: list[Array] = []
    labels: list[Array] = []
    learners: dict[float, Callable[[Array], Array]] = {}  # of the design at hand, by ridge
    for m, (rows, noise, ridge) in enumerate(generations):
        if m == 0 or design == "independent":
            X = draw_design(rng, rows, s, draw)
        y = X @ w + noise * rng.standard_normal(rows)
        if weights:
            real = X @ w0 + sigma_real * rng.standard_normal(rows)
            y = weights[m] * real + (1 - weights[m]) * y
        if accumulate:
            inputs.append(X)
            labels.append(y)
            w = fit(np.vstack(inputs), np.concatenate(labels), ridge)
            continue
        if m == 0 or design == "independent":
            learners = {}
        if ridge not in learners:
            learners[ridge] = fitter(X, ridge)
        w = learners[ridge](y)
    X = draw_design(rng, T, s, draw)
    e = rng.standard_normal(T)
    y = X @ w + sigma * e
    y[:real_rows] = X[:real_rows] @ w0 + sigma_real * e[:real_rows]
    if width is None:
        w = fit(X, y, lam)
    else:
        Q = rng.standard_normal((s.size, width)) / np.sqrt(width)
        # More features than dimensions have rank d: their least norm needs the rank.
        a = np.linalg.pinv(X @ Q, _RANK) @ y if lam == 0 < width - s.size else fit(X @ Q, y, lam)
        w = Q @ a
    return float(s @ (w - w0) ** 2)


def test_errors(
    size: int, s: Array, w0: Array, *, rng: np.random.Generator, **process: Unpack[Process]
) -> Array:
    """The errors of `size` independent repetitions, shape (size,); arguments as `test_error`."""
    return np.array([test_error(s, w0, rng=rng, **process) for _ in range(size)])


# The name is the paper's; pytest must not collect it where a test module imports it.
test_error.__test__ = False  # type: ignore[attr-defined]
test_errors.__test__ = False  # type: ignore[attr-defined]


def draw_design(rng: np.random.Generator, rows: int, s: Array, draw: Draw = _normal) -> Array:
    """Draw `rows` independent inputs x = diag(s)^(1/2) z, shape (rows, d); z normal by default."""
    X = draw(rng, (rows, s.size))
    X *= np.sqrt(s)
    return X


def fit(X: Array, y: Array, lam: float) -> Array:
    """Fit w = (X'X/T + lam I)^-1 X'y/T; for lam = 0 the limit pinv(X) y.

    X has T rows, so scikit-learn's alpha is T*lam; lam = 0 is least squares for T >= d and the
    interpolator of minimum norm for T < d.  Rows may depend on one another, as rows of signs do
    with positive probability: of all least-squares fits the one of minimum norm is returned.

    >>> fit(np.array([[1.0], [1.0]]), np.array([2.0, 4.0]), 0.0)
    array([3.])
    >>> fit(np.array([[1.0], [1.0]]), np.array([2.0, 4.0]), 1.0)
    array([1.5])
    >>> fit(np.array([[3.0, 4.0]]), np.array([25.0]), 0.0)
    array([3., 4.])
    >>> fit(np.array([[1.0, -1.0], [-1.0, 1.0], [1.0, -1.0]]), np.array([2.0, -2.0, 5.0]), 0.0)
    array([ 1.5, -1.5])
    """
    return fitter(X, lam)(y)


def fitter(X: Array, lam: float) -> Callable[[Array], Array]:
    """The map y -> fit(X, y, lam) with X factored once."""
    T, d = X.shape
    return _primal(X, lam) if d <= T else _dual(X, lam)


def _primal(X: Array, lam: float) -> Callable[[Array], Array]:
    """T >= d: Cholesky of X'X + T lam, its columns brought to unit size first.

    Scaling the columns of X only rescales the coordinates of w, so that eigenvalues of Sigma
    twenty orders of magnitude apart cost no accuracy.
    """
    T, d = X.shape
    gram = X.T @ X
    gram[np.diag_indices(d)] += T * lam
    size = np.sqrt(np.diagonal(gram))
    if not size.all():
        return _orthogonal(X, lam)
    gram /= size
    gram /= size[:, None]
    solve = _cholesky(gram)
    if solve is None:
        return _orthogonal(X, lam)

    return lambda y: solve((X.T @ y) / size) / size


def _dual(X: Array, lam: float) -> Callable[[Array], Array]:
    """T < d: w = X' (XX' + T lam)^-1 y, which at lam = 0 is the interpolator of minimum norm."""
    T = len(X)
    gram = X @ X.T
    gram[np.diag_indices(T)] += T * lam
    solve = _cholesky(gram)
    if solve is None:
        return _orthogonal(X, lam)
    return lambda y: X.T @ solve(y)


def _cholesky(gram: Array) -> Callable[[Array], Array] | None:
    """A solver for the positive definite matrix, or None when it is too ill-conditioned."""
    norm = float(np.abs(gram).sum(axis=0).max())
    factor, failed = lapack.dpotrf(gram, lower=1, clean=0)
    if failed:
        return None
    reciprocal, _ = lapack.dpocon(factor, norm, uplo="L")
    if reciprocal < _TRUSTED:
        return None

    def solve(right: Array) -> Array:
        solution, _ = lapack.dpotrs(factor, right, lower=1)
        return solution

    return solve


def _orthogonal(X: Array, lam: float) -> Callable[[Array], Array]:
    """The same fit without forming a Gram matrix, for nearly singular or steeply graded designs.

    Ridge is the minimum-norm solution of [X, sqrt(T lam) I] (w, r) = y.  With A P = Q R (pivoted)
    the rows of R carry the grading; dividing them out leaves the row space unchanged, hence also
    the minimum-norm solution, and a well-conditioned second factorisation.
    """
    T, d = X.shape
    A = X if lam == 0 else np.hstack([X, np.sqrt(T * lam) * np.eye(T)])
    Q, R, pivots = scipy.linalg.qr(A, mode="economic", pivoting=True)
    lengths = np.linalg.norm(A, axis=0)[pivots[: len(R)]]
    if (np.abs(np.diagonal(R)) <= max(A.shape) * np.finfo(float).eps * lengths).any():
        return _deficient(X, lam)
    grading = np.linalg.norm(R, axis=1)
    Q2, R2 = np.linalg.qr((R / grading[:, None]).T)

    def learn(y: Array) -> Array:
        w = np.empty(A.shape[1])
        w[pivots] = Q2 @ scipy.linalg.solve_triangular(R2, (Q.T @ y) / grading, trans="T")
        return w[:d]

    return learn


def _deficient(X: Array, lam: float) -> Callable[[Array], Array]:
    """The same fit for a design of less than full rank, such as repeated rows of signs.

    With the columns of U an orthonormal basis of the column space of X, X = U (U'X), so that the
    fit is that of the r independent rows U'X with labels U'y; T lam is what the ridge adds.
    """
    T, d = X.shape
    # Columns of unit size: the rank is that of the draws, whatever the eigenvalues of Sigma.
    lengths = np.linalg.norm(X, axis=0)
    U, t, _ = np.linalg.svd(X / np.where(lengths > 0, lengths, 1), full_matrices=False)
    rank = int(np.sum(t > _RANK * t[0]))
    if rank in {0, min(T, d)}:
        raise ValueError(
            f"X of shape {X.shape} has numerical rank {rank}, with singular values that do not "
            "tell whether it is full; take lam > 0"
        )
    U = U[:, :rank]
    learn = fitter(U.T @ X, lam * T / rank)
    return lambda y: learn(U.T @ y)


def _check(
    s: Array,
    w0: Array,
    T: int,
    T0: int | None,
    n: int,
    design: str,
    schedule: tuple[tuple[int, float, float], ...],
) -> None:
    """Refuse what defines no process."""
    if s.ndim != 1 or s.shape != w0.shape or s.size == 0 or not (s > 0).all():
        raise ValueError(
            f"s of shape {s.shape} and w0 of shape {w0.shape}: need d >= 1 positive eigenvalues "
            "and as many coordinates of w0"
        )
    if schedule and len(schedule) != n:
        raise ValueError(f"a schedule of {len(schedule)} generations for n = {n}")
    sizes = [rows for rows, _, _ in schedule] or [T0 or 0]
    if T < 1 or n < 0 or (n > 0 and min(sizes) < 1):
        raise ValueError(f"T = {T}, T0 = {T0}, n = {n}: need T >= 1, n >= 0, T0 >= 1 if n >= 1")
    if design not in {"independent", "shared"}:
        raise ValueError(f"design = {design!r}: choose 'independent' or 'shared'")
