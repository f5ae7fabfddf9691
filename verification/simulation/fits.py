"""Ridge fits that keep their digits, whatever the eigenvalues of the inputs and the rank of rows.

A fit is the map from labels y to argmin |y - X w|^2 + lam |w|^2, at lam = 0 its limit pinv(X) y.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.linalg import lapack

from ridgeproof.theory.errors import SolverError

__all__ = ["Array", "Learn", "inverses", "ridge"]

Array: TypeAlias = NDArray[np.float64]
# Labels (n,) or (n, c) -> models (d,) or (d, c).
Learn: TypeAlias = Callable[[Array], Array]

# A Gram matrix below this reciprocal condition number is not trusted: its solution would carry
# more than about eps/1e-8 = 2e-8 relative error, so the fit goes through orthogonal factors.
_TRUSTED = 1e-8
# Singular values below this share of the largest are zeros, in a design of less than full rank.
_RANK = 1e-10


def ridge(X: Array, lam: float) -> Learn:
    """The fit on X of shape (n, d), factored once.

    Of all least-squares fits the one of minimum norm is returned: rows may depend on one another,
    as rows of signs do with positive probability.  A negative lam is solved as it stands.

    >>> ridge(np.array([[1.0], [1.0]]), 0.0)(np.array([2.0, 4.0]))
    array([3.])
    >>> ridge(np.array([[1.0], [1.0]]), 2.0)(np.array([2.0, 4.0]))
    array([1.5])
    >>> ridge(np.array([[3.0, 4.0]]), 0.0)(np.array([25.0]))
    array([3., 4.])
    >>> ridge(np.array([[1.0, -1.0], [-1.0, 1.0]]), 0.0)(np.array([2.0, -4.0]))
    array([ 1.5, -1.5])
    """
    n, d = X.shape
    gram = X.T @ X if d <= n else X @ X.T
    gram.flat[:: len(gram) + 1] += lam
    solve = _solver(gram)
    if solve is None and lam >= 0:
        return _orthogonal(X, lam)
    solve = solve or partial(np.linalg.solve, gram)
    return (lambda y: solve(X.T @ y)) if d <= n else (lambda y: X.T @ solve(y))


def inverses(stack: Array) -> Array | None:
    """The inverses of positive definite matrices, or None when one is too ill-conditioned."""
    size, unit, norms = _scaled(stack)
    for each, norm in zip(unit, norms, strict=True):
        lower = _factor(each, norm)
        if lower is None:
            return None
        each.T[:], _ = lapack.dpotri(lower, lower=1)
    unit /= size[:, None]
    unit /= size[:, :, None]
    np.einsum("bii->bi", unit)[:] /= 2  # the part below the diagonal is zero
    return np.asarray(unit + unit.mT)


def _solver(matrix: Array) -> Learn | None:
    """A solver for a positive definite matrix, or None when it is too ill-conditioned."""
    size, unit, norm = _scaled(matrix)
    lower = _factor(unit, float(norm))
    if lower is None:
        return None

    def solve(right: Array) -> Array:
        solution, _ = lapack.dpotrs(lower, (right.T / size).T, lower=1)
        return np.asarray((solution.T / size).T)

    return solve


def _scaled(matrix: Array) -> tuple[Array, Array, Array]:
    """The roots of the diagonal, the matrix with a unit diagonal, and its norm; of each in a stack.

    Scaling the columns of X only rescales the coordinates of w, so that eigenvalues of Sigma twenty
    orders of magnitude apart cost no accuracy.
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # what is not positive definite
        size = np.sqrt(np.diagonal(matrix, axis1=-2, axis2=-1))
        unit = matrix / size[..., None, :]
        unit /= size[..., :, None]
    return size, unit, np.abs(unit).sum(axis=-1).max(axis=-1)


def _factor(unit: Array, norm: float) -> Array | None:
    """The Cholesky factor of a matrix of so large a norm, if it can be trusted."""
    if not np.isfinite(norm):
        return None
    lower, failed = lapack.dpotrf(unit.T, lower=1)
    if failed or lapack.dpocon(lower, norm, uplo="L")[0] < _TRUSTED:
        return None
    return np.asarray(lower)


def _orthogonal(X: Array, lam: float) -> Learn:
    """The same fit without forming a Gram matrix, for nearly singular or steeply graded designs.

    Ridge is the minimum-norm solution of [X, sqrt(lam) I] (w, r) = y.  With A P = Q R (pivoted)
    the rows of R carry the grading; dividing them out leaves the row space unchanged, hence also
    the minimum-norm solution, and a well-conditioned second factorisation.
    """
    n, d = X.shape
    A = X if lam == 0 else np.hstack([X, np.sqrt(lam) * np.eye(n)])
    Q, R, pivots = scipy.linalg.qr(A, mode="economic", pivoting=True)
    lengths = np.linalg.norm(A, axis=0)[pivots[: len(R)]]
    if (np.abs(np.diagonal(R)) <= max(A.shape) * np.finfo(float).eps * lengths).any():
        return _deficient(X, lam)
    grading = np.linalg.norm(R, axis=1)
    Q2, R2 = np.linalg.qr((R / grading[:, None]).T)

    def learn(y: Array) -> Array:
        w = np.empty((A.shape[1], *y.shape[1:]))
        right = ((Q.T @ y).T / grading).T
        w[pivots] = Q2 @ scipy.linalg.solve_triangular(R2, right, trans="T")
        return w[:d]

    return learn


def _deficient(X: Array, lam: float) -> Learn:
    """The same fit for a design of less than full rank, such as repeated rows of signs.

    With the columns of U an orthonormal basis of the column space of X, X = U (U'X), so that the
    fit is that of the r independent rows U'X with labels U'y.
    """
    # Columns of unit size: the rank is that of the draws, whatever the eigenvalues of Sigma.
    lengths = np.linalg.norm(X, axis=0)
    U, t, _ = np.linalg.svd(X / np.where(lengths > 0, lengths, 1), full_matrices=False)
    rank = int(np.sum(t > _RANK * t[0]))
    if rank == 0:
        return lambda y: np.zeros((X.shape[1], *y.shape[1:]))
    if rank == min(X.shape):
        raise SolverError(
            f"X of shape {X.shape} has singular values that do not tell whether its rank is full; "
            "take lam > 0"
        )
    U = U[:, :rank]
    learn = ridge(U.T @ X, lam)
    return lambda y: learn(U.T @ y)
