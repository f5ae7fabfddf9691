"""make_kernel: a kernel with its width and scale fitted to a population of rows.

    linear          x'z
    rbf             exp(-|x - z|^2/w),   w the mean squared distance over all N^2 pairs
    laplace         exp(-|x - z|/w),     w the mean distance over all N^2 pairs
    polynomial:P    ((1 + x'z/c)/2)^P,   c the mean squared length

Each is scaled so that the mean of k(x, x) over the population is 1: a penalty then means the same
on all of them.  Rows outside the population are seen with its width and scale.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.spatial.distance import cdist

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.checks import check_integer, closest
from ridgeproof.theory.errors import InputError

__all__ = ["Kernel", "make_kernel"]

_NAMES = ("linear", "rbf", "laplace", "polynomial:P", "precomputed")
_HIGHEST = 20


@dataclass(frozen=True, eq=False)
class Kernel:
    """k(x, z) = shape(x, z)/mean over the population of shape(x, x)."""

    name: str
    shape: Callable[[Array, Array], Array]
    diagonal: float

    def __call__(self, rows: Array, others: Array) -> Array:
        """The kernel of every row with every other, (rows, others)."""
        values: Array = self.shape(rows, others)
        values /= self.diagonal
        return values


def make_kernel(name: str, rows: Array, option: str = "--kernel") -> Kernel:
    """The kernel of a name, fitted to the rows of a population, shape (N, features).

    Args:
        name: as `option` gives it.
        rows: of the population.
        option: whose fault a wrong name is.

    Raises:
        InputError: the name is none, or all rows are equal, so that no width fits them.

    >>> kernel = make_kernel("linear", np.array([[1.0], [3.0]]))
    >>> kernel(np.array([[1.0]]), np.array([[3.0]]))  # 3 over the mean of 1 and 9
    array([[0.6]])
    """
    word, _, power = str(name).partition(":")
    match word, bool(power):
        case "linear", False:
            shape: Any = lambda x, z: x @ z.T  # noqa: E731
        case "rbf", False:
            width = _positive(option, name, 2 * float(rows.var(axis=0).sum()))
            shape = lambda x, z: np.exp(cdist(x, z, "sqeuclidean") / -width)  # noqa: E731
        case "laplace", False:
            width = _positive(option, name, _mean_distance(rows))
            shape = lambda x, z: np.exp(cdist(x, z) / -width)  # noqa: E731
        case "polynomial", True:
            degree = check_integer(f"{option} polynomial", power, least=1, most=_HIGHEST)
            scale = _positive(option, name, float((rows**2).sum(axis=1).mean()))
            shape = lambda x, z: ((1 + x @ z.T / scale) / 2) ** degree  # noqa: E731
        case _:
            remedy = f"{closest(word, _NAMES)}choose from {', '.join(_NAMES)}"
            raise InputError(option, name, "is no kernel", remedy)
    diagonal = np.concatenate([shape(row[None], row[None])[0] for row in rows])
    return Kernel(name, shape, _positive(option, name, float(diagonal.mean())))


def _mean_distance(rows: Array) -> float:
    total = sum(cdist(rows[i : i + 512], rows).sum() for i in range(0, len(rows), 512))
    return float(total) / len(rows) ** 2


def _positive(option: str, name: str, value: float) -> float:
    if not 0 < value < np.inf:
        condition = f"would have the width or scale {value:g} on these rows"
        remedy = "give rows that differ, with entries that can be squared"
        raise InputError(option, name, condition, remedy)
    return value
