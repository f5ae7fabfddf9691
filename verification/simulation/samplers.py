"""Fast samplers, exact in law: the same expectations without drawing the large designs.

Least-squares generators (lam0 = 0, T0 >= d) are multivariate t: Sigma^(1/2) (w_{m+1} - w_m) has
the law of sigma0 z / sqrt(q), z standard normal in R^d and q ~ chi2 with T0-d+1 degrees of freedom,
whatever Sigma.  Given the q's, w_n - w0 is N(0, c Sigma^-1) with

    c = sigma0^2 sum_m 1/q_m   (independent designs),     c = n sigma0^2 / q   (a shared one);

labels averaged with real ones shrink c before they add to it, and on accumulated sets the Wishart
matrices themselves are drawn.

The downstream fit is of the same kind for lam = 0, T >= d.  For lam > 0, T >= d it needs only the
Gram matrix Z'Z = A A', A lower triangular with A_ii^2 ~ chi2_{T-i} (i = 0..d-1) and standard normal
entries below the diagonal (Bartlett).  For T < d the design itself is drawn.  A fit on real and
synthetic rows needs the Gram matrix of either kind.
Source: Bartlett 1933 for the factor; the t law is derived here by integrating N(0, (Z'Z)^-1) over
the Wishart law of Z'Z.
"""

from __future__ import annotations

from typing import Unpack

import numpy as np

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.verification.simulation.conditional import fit_operators
from ridgeproof.verification.simulation.process import Array, Process

__all__ = ["has_exact_law", "sampled_errors"]


# Optional keys of Process that leave the chain one of least squares.
_CHAINS = {"schedule", "accumulate", "weights", "sigma_real"}


def has_exact_law(d: int, process: Process) -> bool:
    """Whether the chain has a known law: clean data, or least squares with T0 >= d."""
    if (Process.__optional_keys__ - _CHAINS - {"real_rows"}) & set(process):
        return False
    if "real_rows" in process and process["lam"] == 0 and process["T"] < d:
        return False
    generations = _generations(process)
    # Later sets only add to an accumulated one.
    sized = generations[:1] if process.get("accumulate") else generations
    return all(lam0 == 0 for *_, lam0 in generations) and all(rows >= d for rows, *_ in sized)


def _generations(process: Process) -> tuple[tuple[int, float, float], ...]:
    """T0, sigma0 and lam0 of each generation."""
    alike = ((process["T0"] or 0, process["sigma0"], process["lam0"]),) * process["n"]
    return process.get("schedule") or alike


def sampled_errors(
    size: int, s: Array, w0: Array, *, rng: np.random.Generator, **process: Unpack[Process]
) -> Array:
    """Parts of `size` independent repetitions, shape (size, 3): bias, variance, synthetic.

    Their mean is that of `verification.simulation.conditional.conditional_errors`, and the
    arguments are the same.

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
            f"no law is known for generators with (T0, sigma0, lam0) = {_generations(process)}, "
            f"d = {d}: use the conditional method"
        )
    T, lam, sigma = process["T"], process["lam"], process["sigma"]
    inflation, real = _inflation(rng, size, d, process)
    if "real_rows" in process:
        bias, labels, kept = _mixed_fits(rng, size, s, w0, process)
        return np.column_stack([bias, labels + real * kept, inflation * kept])
    if lam == 0 and d <= T:
        variance = sigma**2 * d / rng.chisquare(T - d + 1, size) + d * real
        return np.column_stack([np.zeros(size), variance, d * inflation])
    v0 = np.sqrt(s) * w0
    fits = np.array([_fit(rng, T, s, lam, v0) for _ in range(size)]).reshape(size, 3)
    bias, noise, kept = fits.T
    return np.column_stack([bias, sigma**2 * noise + real * kept, inflation * kept])


def _inflation(
    rng: np.random.Generator, size: int, d: int, process: Process
) -> tuple[Array, Array]:
    """The scalar c of each repetition, from either label noise: cov(w_n - w0) = c Sigma^-1.

    Given the q's, or on average over the directions in an accumulating chain.
    """
    generations, shared = _generations(process), process["design"] == "shared"
    if process.get("accumulate"):
        return _accumulated(rng, size, d, generations, shared=shared), np.zeros(size)
    weights = process.get("weights") or (0.0,) * len(generations)
    fake, real = np.zeros(size), np.zeros(size)
    for m, ((rows, sigma0, _), weight) in enumerate(zip(generations, weights, strict=True)):
        if m == 0 or not shared:
            q = rng.chisquare(rows - d + 1, size)
        fake = (1 - weight) ** 2 * (fake + sigma0**2 / q)
        real = (1 - weight) ** 2 * real + (weight * process.get("sigma_real", 0.0)) ** 2 / q
    return fake, real


def _mixed_fits(
    rng: np.random.Generator, size: int, s: Array, w0: Array, process: Process
) -> tuple[Array, Array, Array]:
    """|F v0 - v0|^2, the label noise and tr F2 F2' of fits on real and synthetic rows.

    F = B (W1 + W2), F2 = B W2 with W1, W2 the Gram matrices of the rows and
    B = (W1 + W2 + T lam/s)^-1; the noises of the rows have the covariances B W1 B and B W2 B.
    """
    d, T, rows = s.size, process["T"], process["real_rows"]
    W1, W2 = _wisharts(rng, size, d, rows), _wisharts(rng, size, d, T - rows)
    solve = np.asarray(np.linalg.inv(W1 + W2 + np.diag(T * process["lam"] / s)), dtype=float)
    v0 = np.sqrt(s) * w0
    # F - 1 = -T B diag(lam/s): nothing is left of it, and nothing cancels, at lam = 0.
    missed = solve @ (T * process["lam"] / s * v0)
    real, synthetic = (np.sum(solve @ W * solve, axis=(1, 2)) for W in (W1, W2))
    labels = process.get("sigma_real", 0.0) ** 2 * real + process["sigma"] ** 2 * synthetic
    return np.sum(missed**2, axis=1), labels, np.sum((solve @ W2) ** 2, axis=(1, 2))


def _accumulated(
    rng: np.random.Generator,
    size: int,
    d: int,
    generations: tuple[tuple[int, float, float], ...],
    *,
    shared: bool,
) -> Array:
    """tr C/d for the covariance C of the last generator, given the Gram matrices V_j = Z_j'Z_j.

    S = sum_j Z_j'y_j grows by V_j v_{j-1} + sigma_j Z_j'e_j, and v_j = (V_1 + ... + V_j)^-1 S.
    """
    covariance: Array = np.zeros((size, d, d))
    total, solve = covariance, covariance
    for m, (rows, noise, _) in enumerate(generations):
        if m == 0 or not shared:
            V = _wisharts(rng, size, d, rows)
        grow = np.eye(d) + V @ solve
        covariance = grow @ covariance @ np.swapaxes(grow, 1, 2) + noise**2 * V
        total = total + V
        solve = np.asarray(np.linalg.inv(total), dtype=float)
    return np.trace(solve @ covariance @ solve, axis1=1, axis2=2) / d


def _wisharts(rng: np.random.Generator, size: int, d: int, rows: int) -> Array:
    """Gram matrices Z'Z of ``size`` designs of so many rows."""
    if rows < d:
        Z = rng.standard_normal((size, rows, d))
        return np.swapaxes(Z, 1, 2) @ Z
    A = np.zeros((size, d, d))
    A[:, np.tri(d, k=-1, dtype=bool)] = rng.standard_normal((size, d * (d - 1) // 2))
    A[:, np.arange(d), np.arange(d)] = np.sqrt(rng.chisquare(rows - np.arange(d), (size, d)))
    return A @ np.swapaxes(A, 1, 2)


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
