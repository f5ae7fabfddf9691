"""Ridge fits that keep their digits, whatever the eigenvalues of the inputs and the rank of rows.

A fit is the map from labels y to argmin |y - X w|^2 + lam |w|^2, at lam = 0 its limit pinv(X) y.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.linalg import lapack

from ridgeproof.theory.errors import SolverError

__all__ = ["Array", "Learn", "Positive", "factored", "ridge"]

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
    factor = factored(gram)
    if factor is None and lam >= 0:
        return _orthogonal(X, lam)

    def solve(right: Array) -> Array:
        if factor is None:
            return np.asarray(np.linalg.solve(gram, right))
        return factor.solve(right)

    return (lambda y: solve(X.T @ y)) if d <= n else (lambda y: X.T @ solve(y))


@dataclass(frozen=True)
class Positive:
    """A positive definite matrix as size L L' size, with a unit diagonal of L L'.

    Scaling the columns of X only rescales the coordinates of w, so that eigenvalues of Sigma twenty
    orders of magnitude apart cost no accuracy.
    """

    lower: Array
    size: Array

    def solve(self, right: Array) -> Array:
        """The solution for one right side or several."""
        solution, _ = lapack.dpotrs(self.lower, (right.T / self.size).T, lower=1)
        return np.asarray((solution.T / self.size).T)

    def inverse(self) -> Array:
        """The inverse."""
        lower, _ = lapack.dpotri(self.lower, lower=1)
        lower.flat[:: len(lower) + 1] /= 2  # the part above the diagonal is zero
        lower /= self.size
        lower /= self.size[:, None]
        return np.asarray(lower + lower.T)


def factored(matrix: Array) -> Positive | None:
    """The factor of a positive definite matrix, or None when it is too ill-conditioned."""
    diagonal = matrix.diagonal()
    if not diagonal.min() > 0:
        return None
    size = np.sqrt(diagonal)
    unit = matrix / size
    unit /= size[:, None]
    norm = float(np.abs(unit).sum(axis=0).max())
    lower, failed = lapack.dpotrf(unit.T, lower=1, overwrite_a=1)
    if failed or lapack.dpocon(lower, norm, uplo="L")[0] < _TRUSTED:
        return None
    return Positive(lower, size)


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
