"""features: a population as linear features, for the one theorem and for the runs of processes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.population import Population
from ridgeproof.theory.errors import InputError

# Of the largest eigenvalue: so small that no fit, not even of least squares in float64, uses it.
_NOTHING = 1e-30

__all__ = ["Features", "features", "mapped"]


class Features(NamedTuple):
    """A population in its own eigenvectors: labels are (rows*sqrt(spectrum)) @ signal.

    Attributes:
        spectrum: eigenvalues of K/N, (N,), largest first.
        signal: w0 in their eigenvectors, (N,), none of it negative.
        rows: (N, N), with rows' rows = N.
    """

    spectrum: Array
    signal: Array
    rows: Array


def features(population: Population) -> Features:
    """The features of a kernel on a population with labels of one column.

    With v_i the eigenvectors of K/N, s_i its eigenvalues and y the labels, row k has the features
    sqrt(N s_i) v_ik, whose covariance is diag(s), and w0_i = v_i'y/sqrt(N s_i).  Where the kernel
    has no function s_i is as good as 0, and what the labels have there is learned by no fit.

    Raises:
        InputError: labels have several columns.

    >>> import numpy as np
    >>> from ridgeproof.numerics.rows.population import make_population
    >>> X = np.random.default_rng(0).standard_normal((12, 2))
    >>> found = features(make_population(X, X[:, 0] ** 2))
    >>> np.allclose(found.rows * np.sqrt(found.spectrum) @ found.signal, X[:, 0] ** 2)
    True
    """
    if population.truth.shape[1] > 1:
        condition = "have several columns, and a process has one label"
        raise InputError(
            "y",
            f"{population.truth.shape[1]} outputs",
            condition,
            "give one of them; two classes may be 0 and 1 with --task regression",
        )
    N = len(population.K)
    s, vectors = np.linalg.eigh(population.K / N)
    # Equal eigenvalues would be one level, whose directions share the labels' energy.
    nothing = _NOTHING * s[-1] * (1 + np.arange(N) / N)
    s = np.where(s > N * np.finfo(float).eps * s[-1], s, nothing)[::-1]
    vectors = vectors[:, ::-1]
    along = vectors.T @ population.truth[:, 0]
    vectors = vectors * np.where(along < 0, -1.0, 1.0)
    return Features(s, np.abs(along) / np.sqrt(N * s), np.sqrt(N) * vectors)


def mapped(found: Features, other: Population) -> Array:
    """F, (d0, N), with F x the features of the same rows under another kernel."""
    N = len(found.rows)
    s, vectors = np.linalg.eigh(other.K / N)
    phi = vectors[:, s > 0] * np.sqrt(N * s[s > 0])
    F: Array = (phi.T @ found.rows) / (N * np.sqrt(found.spectrum))
    return F
