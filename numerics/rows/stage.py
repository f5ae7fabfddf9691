r"""Stage: the count-aware equivalent of one kernel ridge fit on T rows drawn from a population.

The N rows of the population are fixed; what is random is how often each is drawn, n_k, Binomial(T,
1/N) with replacement, Bernoulli(T/N) without.  With K the kernel matrix, of any rank, a fit to
labels y is f = y - lam R y + noise, R = (K diag(n)/T + lam)^-1, and its equivalent is found from

    C = sqrt(a) K sqrt(a) + lam,   M = a^-1/2 (1 - lam C^-1) a^-1/2,   q_k = M_kk/(1 - a_k M_kk),
    h_k = E 1/(1 + n_k q_k/T),     h2_k = E 1/(1 + n_k q_k/T)^2,
    a_k = (1 - h_k)/(q_k h_k),     beta_k = (1 - h_k^2/h2_k)/M_kk^2,

a the only unknown: q_k is x_k'R x_k without any copy of row k.  In the limit T/N -> 0 a row is
drawn at most once; with the means of M_kk in their places it is the Gaussian equivalent.  Derived
here (docs/rows.md); of the kind of Malzahn and Opper 2003 (resampling averages).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.linalg import cholesky, lapack, lu_factor, lu_solve
from scipy.sparse.linalg import LinearOperator, gmres
from scipy.stats import binom

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.errors import SolverError

__all__ = ["Counts", "Stage", "average_counts", "solve_stage"]

_CLOSE = 1e-9
_MOST = 60
_LEAST_SHARE = 0.2  # of a, in one step of Newton
# Counts farther from their mean, in standard deviations and besides, have a chance below 1e-20.
_REACH = 10
_BEYOND = 30
# Below it 1 - h and 1 - h^2/h2 have lost their digits, and their series has not.
_SMALL = 1e-6


@dataclass(frozen=True, eq=False)
class Stage:
    """One fit, solved.

    Attributes:
        T, lam: rows drawn, and the penalty.
        a, beta, q, h2: as above, (N,).
        M: as above, (N, N); P = M diag(a) is what the mean fit does to labels.
    """

    T: int
    lam: float
    a: Array
    beta: Array
    q: Array
    h2: Array
    M: Array

    @cached_property
    def squares(self) -> Array:
        """M entry by entry, squared."""
        return self.M**2

    @cached_property
    def _factors(self) -> tuple[Array, Array]:
        matrix = -self.squares * self.beta
        matrix[np.diag_indices_from(matrix)] += 1
        factors: tuple[Array, Array] = lu_factor(matrix, overwrite_a=True, check_finite=False)
        return factors

    def spread(self, diagonal: Array) -> Array:
        """d with (1 - MoM diag(beta)) d = diagonal of E[R] B E[R]': that of E[R B R']."""
        solution: Array = lu_solve(self._factors, diagonal, check_finite=False)
        return solution

    @cached_property
    def own_spread(self) -> Array:
        """d of B = K."""
        return self.spread((np.diagonal(self.M) - self.squares @ self.a) / self.lam)

    @cached_property
    def noise(self) -> Array:
        """v: label noise of variance s^2 gives the covariance (s^2/T) M diag(v) M."""
        return self.a - self.lam * self.beta * self.own_spread

    def mean(self, labels: Array) -> Array:
        """P labels, the mean fit."""
        fit: Array = self.M @ (self.a[:, None] * labels)
        return fit


def solve_stage(
    K: Array,
    T: int,
    lam: float,
    *,
    replacement: bool = True,
    start: Array | None = None,
    average: Callable[..., Counts] | None = None,
    share: Callable[[Array], Array] = np.array,
) -> Stage:
    """Solve the fixed point for a population with kernel matrix K, shape (N, N).

    Args:
        K: symmetric, without negative eigenvalues.
        T: rows drawn.
        lam: the penalty, positive; the fit minimises |y - f|^2/T + lam |f|^2.
        replacement: whether a row may be drawn twice; if not, T <= N.
        start: a of a stage nearby.
        average: `average_counts`, or that of another equivalent.
        share: of the diagonal of M: what each row knows of it, here its own entry.

    Raises:
        SolverError: no fixed point is found.

    >>> stage = solve_stage(np.eye(3), 3, 0.5)  # rows that say nothing of each other
    >>> drawn = [1 / (1 + n / 3 / 0.5) for n in range(4)]  # lam/(lam + n/T)
    >>> missed = float(binom.pmf(range(4), 3, 1 / 3) @ drawn)
    >>> np.allclose(1 - stage.mean(np.eye(3)).diagonal(), missed)
    True
    """
    N = len(K)
    a = np.full(N, 1 / N) if start is None else start.copy()
    for _ in range(_MOST):
        M = _response(K, a, lam)
        found = (average or average_counts)(share(np.diagonal(M)), a, T, replacement=replacement)
        gap = found.a - a
        size = float(np.max(np.abs(gap) / a))
        if size < _CLOSE:
            return Stage(T, lam, a, found.beta, found.q, found.h2, M)
        if size < 1:
            gap = _newton(M, found.beta, found.damping * gap, share)
            a = np.maximum(a + gap, _LEAST_SHARE * a)
        else:
            a = found.a
    raise SolverError(
        f"the weights of the rows are not found for T = {T}, lam = {lam:g}; a larger lam may do"
    )


def _response(K: Array, a: Array, lam: float) -> Array:
    root = np.sqrt(a)
    C = K * root
    C *= root[:, None]
    C[np.diag_indices_from(C)] += lam
    inverse, info = lapack.dpotri(cholesky(C, lower=True, overwrite_a=True, check_finite=False), 1)
    if info:
        raise SolverError("a kernel matrix with a penalty is not positive definite")
    M = np.tril(inverse, -1)
    M += M.T
    M *= -lam
    M[np.diag_indices_from(M)] = 1 - lam * np.diagonal(inverse)
    M /= root
    M /= root[:, None]
    return M


@dataclass(frozen=True, eq=False)
class Counts:
    """What the averages over the counts say: the next a, and what a stage keeps.

    Attributes:
        a, beta, q, h2: as in `Stage`.
        damping: h^2/h2, by which a step of Newton is shorter.
    """

    a: Array
    beta: Array
    q: Array
    h2: Array
    damping: Array


def average_counts(diagonal: Array, a: Array, T: int, *, replacement: bool) -> Counts:
    """The averages over how often a row is drawn, at q from the diagonal of M, (N,)."""
    N = len(a)
    q = diagonal / (1 - a * diagonal)
    if replacement:
        middle = T / N
        reach = _REACH * np.sqrt(middle) + _BEYOND
        least, most = max(0, int(middle - reach)), min(T, int(middle + reach))
        counts = np.arange(least, most + 1)
        chances = binom.pmf(counts, T, 1 / N)
    else:
        counts, chances = np.arange(2), np.array([1 - T / N, T / N])
    x = q / T
    h, h2 = np.zeros_like(q), np.zeros_like(q)
    for count, chance in zip(counts.tolist(), chances.tolist(), strict=True):
        one = 1 / (1 + count * x)
        h += chance * one
        h2 += chance * one**2
    mean = float(chances @ counts)
    variance = float(chances @ (counts - mean) ** 2)
    small = x * max(mean, 1.0) < _SMALL
    safe = np.where(small, 1.0, q)
    new = np.where(small, mean / T, (1 - h) / (safe * h))
    beta = np.where(small, variance / T**2, (1 - h**2 / h2) / np.where(small, 1.0, diagonal) ** 2)
    return Counts(new, beta, q, h2, h**2 / h2)


def _newton(M: Array, beta: Array, gap: Array, share: Callable[[Array], Array]) -> Array:
    """The step (1 - diag(beta) MoM)^-1 gap, MoM as rows share it."""
    squares = M**2

    def matvec(x: Array) -> Array:
        step: Array = x - beta * share(squares @ x)
        return step

    operator = LinearOperator(M.shape, matvec=matvec, dtype=float)
    step, info = gmres(operator, gap, rtol=1e-6, restart=60, maxiter=20)
    return step if info == 0 else gap
