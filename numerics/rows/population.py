"""Population: a user's rows and labels, checked before anything long is begun."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import scipy.linalg

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.kernels import Kernel, make_kernel
from ridgeproof.theory.errors import InputError

__all__ = [
    "EXACT_ROWS",
    "Population",
    "make_population",
    "read_rows",
    "require_memory",
    "seen_with",
]

# Beyond so many rows the second moment of a chain is carried by probes.
EXACT_ROWS = 2_000
_MOST_ROWS = 20_000
_LEAST_ROWS = 10
_ARRAYS = 6  # of (N, N) that a stage and its chain hold
_SHARE = 0.8  # of the free memory
_ROUNDING = 1e-8
_LARGEST = 1e140  # of what is squared, and summed


@dataclass(frozen=True, eq=False)
class Population:
    """Rows to draw from.

    Attributes:
        K: kernel of the rows, (N, N).
        truth: labels, (N, outputs).
        kernel: of rows outside; None where K was given.
        rows: (N, features); None where K was given.
        repeated: rows that equal an earlier one: each counts as a row of its own.
        task: what the labels were taken for.
        classes: in the order of the columns; None for a regression.
    """

    K: Array
    truth: Array
    kernel: Kernel | None
    rows: Array | None
    repeated: int
    task: str
    classes: Array | None

    def read_labels(self, y: Any, N: int) -> Array:
        """Labels of other rows, as columns of the same classes or outputs.

        Raises:
            InputError: they are not N, or have a class that the population has not.
        """
        labels = _one_each("held-out y", y, N)
        if self.classes is None:
            return read_rows("held-out y", labels.reshape(N, -1))
        labels = _plain(labels)
        unknown = np.setdiff1d(labels, self.classes)
        if len(unknown):
            condition = "is a class that the population has not"
            raise InputError("held-out y", unknown[0], condition, "give labels of its classes")
        return np.eye(len(self.classes))[np.searchsorted(self.classes, labels)]


def make_population(
    X: Any, y: Any, kernel: str = "rbf", task: str | None = None, *, most: int = _MOST_ROWS
) -> Population:
    """A population of rows X, (N, features), with labels y; or of a kernel matrix, (N, N).

    Args:
        X: numbers; with ``kernel="precomputed"`` the kernel matrix itself, taken as it is.
        y: two-dimensional labels as they are; one-dimensional floats are a regression, other
            one-dimensional labels are classes, one column each (one-hot).
        kernel: linear, rbf, laplace, polynomial:P or precomputed.
        task: "regression" or "classes", where y is to be read otherwise.
        most: rows.

    Raises:
        InputError: X, y or the kernel matrix are not what they must be, or need too much memory.
    """
    rows = read_rows("X", X)
    N = len(rows)
    if not _LEAST_ROWS <= N <= most:
        remedy = f"give {_LEAST_ROWS} to {most:,}, at random where there are more"
        raise InputError("X", f"{N} rows", "are too few or too many", remedy)
    truth, classes = _columns(y, N, task)
    outputs = f"regression, {truth.shape[1]} output{'s' * (truth.shape[1] > 1)}"
    said = outputs if classes is None else f"{len(classes)} classes, one-hot"
    require_memory(N, N)
    if kernel == "precomputed":
        _require_kernel_matrix(rows)
        return Population(rows, truth, None, None, 0, said, classes)
    fitted = make_kernel(kernel, rows)
    repeated = N - len(np.unique(rows, axis=0))
    return Population(fitted(rows, rows), truth, fitted, rows, repeated, said, classes)


def seen_with(population: Population, kernel: str | None) -> Population | None:
    """The same rows and labels with another kernel; None where none is named.

    Raises:
        InputError: the name is none, K was given in place of rows, or the memory does not do.
    """
    if kernel is None:
        return None
    if population.rows is None or kernel == "precomputed":
        condition = "needs rows, and a kernel matrix stands in their place"
        raise InputError("--kernel0", kernel, condition, "give rows and the names of two kernels")
    require_memory(len(population.rows), len(population.rows))
    fitted = make_kernel(kernel, population.rows, "--kernel0")
    return replace(population, K=fitted(population.rows, population.rows), kernel=fitted)


def read_rows(name: str, X: Any) -> Array:
    """A table of finite real numbers, one row each.

    Raises:
        InputError: it is ragged, not numeric, not two-dimensional, or has NaN or inf entries.
    """
    given = _array(name, X)
    try:
        table = given.astype(np.float64)
    except (TypeError, ValueError) as error:
        condition = f"is not a table of real numbers ({error})"
        raise InputError(name, type(X).__name__, condition, "give numbers in rows") from None
    if table.ndim != 2 or 0 in table.shape:
        condition = "is not a table with rows and columns"
        raise InputError(name, f"shape {table.shape}", condition, "give shape (N, features)")
    bad = np.argwhere(~(np.abs(table) < _LARGEST))
    if len(bad):
        i, j = bad[0].tolist()
        where = f"{name}, row {i + 1}, column {j + 1}"
        condition = f"is no finite number, below {_LARGEST:g}"
        raise InputError(where, table[i, j], condition, "fill it in, or leave the row out")
    return table


def _columns(y: Any, N: int, task: str | None) -> tuple[Array, Array | None]:
    """Labels as columns, (N, outputs), and the classes where they are some."""
    labels = _one_each("y", y, N)
    if task not in {None, "regression", "classes"}:
        raise InputError("--task", task, "is no task", "write regression or classes")
    if labels.ndim == 2 or task == "regression" or (task is None and labels.dtype.kind == "f"):
        return read_rows("y", labels.reshape(N, -1)), None
    labels = _plain(labels)
    classes, which = np.unique(labels, return_inverse=True)
    if not 2 <= len(classes) <= max(N // 2, 2):
        condition = f"has {len(classes)} different classes for {N} rows"
        remedy = "for a regression give floats, or --task regression"
        raise InputError("y", labels[0], condition, remedy)
    return np.eye(len(classes))[which], classes


def _one_each(name: str, y: Any, N: int) -> Array:
    labels = _array(name, y)
    if labels.ndim not in {1, 2} or len(labels) != N:
        condition = f"does not have one label, or one row of labels, for each of {N} rows"
        raise InputError(name, f"shape {labels.shape}", condition, f"give {N} labels")
    return labels


def _array(name: str, given: Any) -> Array:
    """An array whose entries are all there, and no dates or complex numbers."""
    try:
        array = np.asarray(given)
    except ValueError as error:  # ragged
        raise InputError(name, type(given).__name__, f"is no table ({error})", "fill it") from None
    if np.ma.is_masked(given) or array.dtype.kind in "cmMV":
        condition = "has masked entries, or is of complex numbers, dates or records"
        raise InputError(name, str(array.dtype), condition, "give real numbers, or words")
    return array


def _plain(labels: Array) -> Array:
    """Labels that can be compared.

    Raises:
        InputError: one is missing.
    """
    if labels.dtype == object:
        labels = labels.astype(str)
    missing = labels != labels if labels.dtype.kind == "f" else np.isin(labels, ("", "nan", "None"))  # noqa: PLR0124
    if missing.any():
        i = int(np.argmax(missing))
        raise InputError(f"y, label {i + 1}", "", "is missing", "fill it in, or leave the row out")
    return labels


def require_memory(rows: int, N: int) -> None:
    """Refuse matrices (rows, N) that do not fit, before one is made.

    Raises:
        InputError: six of them are more than four fifths of the memory that is free.
    """
    needed = _ARRAYS * 8 * rows * N
    try:
        free = os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # a system that does not say
        return
    if needed > _SHARE * free:
        condition = f"need {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free"
        raise InputError("X", f"{rows} rows", condition, "take a random subset of the rows")


def _require_kernel_matrix(K: Array) -> None:
    if K.shape[0] != K.shape[1]:
        raise InputError("X", f"shape {K.shape}", "is no square kernel matrix", "give (N, N)")
    if np.abs(K - K.T).max() > _ROUNDING * np.abs(K).max():
        raise InputError("X", "kernel matrix", "is not symmetric", "give k(x, z) = k(z, x)")
    least = float(scipy.linalg.eigvalsh(K, subset_by_index=[0, 0])[0])
    if least < -_ROUNDING * np.abs(K).max() * len(K):
        condition = f"has the eigenvalue {least:.3g}, so that it is no kernel"
        raise InputError("X", "kernel matrix", condition, "give one without negative eigenvalues")
