"""Fast samplers, exact in law: the same expectations without drawing the large designs.

Least-squares generators (lam0 = 0, T0 >= d) are multivariate t: Sigma^(1/2) (w_{m+1} - w_m) has
the law of sigma0 z / sqrt(q), z standard normal in R^d and q ~ chi2 with T0-d+1 degrees of freedom,
whatever Sigma.  Given the q's, w_n - w0 is N(0, c Sigma^-1) with

    c = sigma0^2 sum_m 1/q_m   (independent designs),     c = n sigma0^2 / q   (a shared one).

The downstream fit is of the same kind for lam = 0, T >= d.  For lam > 0, T >= d it needs only the
Gram matrix Z'Z = A A', A lower triangular with A_ii^2 ~ chi2_{T-i} (i = 0..d-1) and standard normal
entries below the diagonal (Bartlett).  For T < d the design itself is drawn.
Source: Bartlett 1933 for the factor; the t law is derived here by integrating N(0, (Z'Z)^-1) over
the Wishart law of Z'Z.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np

from theory.errors import NotBuilt
from verification.conditional import fit_operators
from verification.process import Array, Process

__all__ = ["has_exact_law", "sampled_errors"]


def has_exact_law(d: int, process: Process) -> bool:
    """Whether the chain has a known law: clean data, or least squares with T0 >= d."""
    T0 = process["T0"]
    if Process.__optional_keys__ & set(process):
        return False
    return process["n"] == 0 or (process["lam0"] == 0 and T0 is not None and d <= T0)


def sampled_errors(
    size: int, s: Array, w0: Array, *, rng: np.random.Generator, **process: Unpack[Process]
) -> Array:
    """Parts of `size` independent repetitions, shape (size, 3): bias, variance, synthetic.

    Their mean is that of `verification.conditional.conditional_errors`, and the arguments are the
    same.

    Raises:
        NotBuilt: the chain has no known law (`has_exact_law`).

    >>> rng = np.random.Generator(np.random.PCG64DXSM(0))
    >>> process = dict(T=29, T0=19, n=3, sigma=0.5, sigma0=0.2, lam=0.0, lam0=0.0, design="shared")
    >>> sampled_errors(4000, np.ones(8), np.ones(8), rng=rng, **process).mean(axis=0).round(2)
    array([0. , 0.1, 0.1])
    """
    d = s.size
    if not has_exact_law(d, process):
        raise NotBuilt(
            f"no law is known for generators with T0 = {process['T0']}, lam0 = {process['lam0']}, "
            f"d = {d}: use the conditional method"
        )
    T, lam, sigma = process["T"], process["lam"], process["sigma"]
    inflation = _inflation(rng, size, d, process)
    if lam == 0 and d <= T:
        variance = sigma**2 * d / rng.chisquare(T - d + 1, size)
        return np.column_stack([np.zeros(size), variance, d * inflation])
    v0 = np.sqrt(s) * w0
    fits = np.array([_fit(rng, T, s, lam, v0) for _ in range(size)]).reshape(size, 3)
    return fits * np.column_stack([np.ones(size), np.full(size, sigma**2), inflation])


def _inflation(rng: np.random.Generator, size: int, d: int, process: Process) -> Array:
    """The scalar c of each repetition: w_n - w0 is N(0, c Sigma^-1) given the q's."""
    T0, n, sigma0 = process["T0"], process["n"], process["sigma0"]
    if n == 0 or T0 is None:
        return np.zeros(size)
    shared = process["design"] == "shared"
    q = rng.chisquare(T0 - d + 1, (size, 1 if shared else n))
    return sigma0**2 * (n if shared else 1) * np.sum(1 / q, axis=1)


def _fit(
    rng: np.random.Generator, T: int, s: Array, lam: float, v0: Array
) -> tuple[float, float, float]:
    """|F v0 - v0|^2, tr N and tr FF' of one downstream ridge fit."""
    d = s.size
    if d <= T:  # d rows with the Gram matrix of T; the ridge counts rows, hence lam T/d
        F, N = fit_operators(_bartlett(rng, d, T).T, s, lam * T / d)
    else:
        F, N = fit_operators(rng.standard_normal((T, d)), s, lam)
    if F is None:
        return 0.0, float(np.trace(N)), float(d)
    return float(np.sum((F @ v0 - v0) ** 2)), float(np.trace(N)), float(np.vdot(F, F))


def _bartlett(rng: np.random.Generator, d: int, T: int) -> Array:
    """Lower triangular A, shape (d, d), with A A' of the law of Z'Z for Z of T >= d rows."""
    A = np.zeros((d, d))
    A[np.tri(d, k=-1, dtype=bool)] = rng.standard_normal(d * (d - 1) // 2)
    A[np.diag_indices(d)] = np.sqrt(rng.chisquare(T - np.arange(d)))
    return A
