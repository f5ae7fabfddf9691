"""predict: the error of kernel ridge regression, and of chains of it, on a user's own data."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.chain import Labels, Outside, error_of, fresh_error, next_labels
from ridgeproof.numerics.rows.population import (
    EXACT_ROWS,
    Population,
    make_population,
    read_rows,
    require_memory,
    seen_with,
)
from ridgeproof.numerics.rows.stage import Stage, solve_stage
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.shown import Shown, in_short

__all__ = ["Prediction", "Predictor", "make_outside", "predict", "require_penalty"]

PROBES = 100
_KEPT = 10**9  # bytes of matrices (N, N) of stages that may serve again
_MOST_GENERATIONS = 1000
# Of the mean of k(x, x): 1 - lam C^-1 loses the digits of the ratio.
_PENALTIES = (1e-10, 1e10)
_NAMES = ("T", "lam", "sigma", "n", "T0", "lam0", "sigma0")


@dataclass(frozen=True, eq=False)
class Prediction(Shown):
    """Predicted errors, in the broadcast shape of the parameters.

    Attributes:
        value: mean of |f - y|^2 over the population (or held-out rows), summed over outputs.
        parameters: T, lam, ... as they were given, broadcast.
        task: what the labels were taken for.
        repeated: how many rows equal an earlier one; each counts as a row of its own.
        probes: random columns that carried the second moment of chains; 0 where it was exact.
    """

    value: Array
    parameters: dict[str, Array]
    task: str
    repeated: int
    probes: int

    def __float__(self) -> float:
        """The one value."""
        return float(self.value)

    def data(self) -> dict[str, Any]:
        """Plain data: the error, and the parameters, in the same shape."""
        setting = {name: each.tolist() for name, each in self.parameters.items()}
        found = {"error": self.value.tolist(), "setting": setting, "task": self.task}
        return {**found, "repeated": self.repeated, "probes": self.probes}

    def rows(self) -> list[tuple[str, str]]:
        """The error, and what varies."""
        varied = {"error": self.value, **self.parameters}
        return [(name, in_short(each)) for name, each in varied.items()]


@dataclass(eq=False)
class Predictor:
    """Errors on one population; what was solved for one question serves the next.

    Attributes:
        population: the rows.
        outside: rows that are never drawn, on which the error is measured instead.
        fresh: measure on rows that were not drawn, by leave-one-out; for n = 0.
        replacement: whether a row may be drawn twice.
        probes: columns for the second moment of chains; 0 carries it whole.
        seed: of the probes.
        solve: `solve_stage`, or another equivalent of one fit.
        first: where the generators are fitted, the same rows seen with another kernel; None: here.
    """

    population: Population
    outside: Outside | None = None
    fresh: bool = False
    replacement: bool = True
    probes: int = 0
    seed: int = 0
    solve: Callable[..., Stage] = solve_stage
    first: Predictor | None = None
    _stages: dict[tuple[int, float], Stage] = field(default_factory=dict)
    _labels: dict[tuple[Any, ...], Labels] = field(default_factory=dict)

    def error(
        self, T: int, lam: float, sigma: float, n: int, T0: int, lam0: float, sigma0: float
    ) -> float:
        """The error of a fit on T rows labelled by generator n."""
        truth = self.population.truth
        if self.fresh:
            return fresh_error(self.stage(T, lam), truth, sigma)
        labels = self.labels(n, T0, lam0, sigma0)
        return error_of(self.stage(T, lam), labels, truth, sigma, self.outside)

    def stage(self, T: int, lam: float) -> Stage:
        """The equivalent of one fit; the last solved one is where the next begins."""
        kept = self._stages.pop((T, lam), None)
        if kept is None:
            start = next(reversed(self._stages.values())).a if self._stages else None
            K = self.population.K
            while len(self._stages) >= max(2, _KEPT // K.nbytes):
                del self._stages[next(iter(self._stages))]
            kept = self.solve(K, T, lam, replacement=self.replacement, start=start)
        self._stages[T, lam] = kept  # the last used stands last
        return kept

    def labels(self, n: int, T0: int, lam0: float, sigma0: float) -> Labels:
        """What generator n says."""
        truth = self.population.truth
        if n == 0:
            return Labels(truth, factor=truth)
        key = (n, T0, lam0, sigma0)
        if key not in self._labels:
            before = self.labels(n - 1, T0, lam0, sigma0)
            probes = None
            if self.probes:
                rng = np.random.default_rng([self.seed, n])
                probes = rng.standard_normal((len(truth), self.probes))
            self._labels.pop((n - 1, T0, lam0, sigma0), None)
            stage = (self.first or self).stage(T0, lam0)
            self._labels[key] = next_labels(stage, before, sigma0, probes)
        return self._labels[key]


def predict(
    X: Any,
    y: Any = None,
    *,
    kernel: str = "rbf",
    kernel0: str | None = None,
    T: Any,
    lam: Any,
    sigma: Any = 0,
    n: Any = 0,
    T0: Any = None,
    lam0: Any = None,
    sigma0: Any = None,
    held_out: tuple[Any, Any] | Outside | str | None = None,
    replacement: bool = True,
    task: str | None = None,
    probes: int | None = None,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> Prediction:
    """Predict the error of kernel ridge regression trained on rows drawn from the user's data.

    The N rows are the population. Generator m + 1 is fitted on T0 rows drawn from it, with labels
    of generator m (of the truth for m = 0) and noise sigma0; the last fit has T rows, labels of
    generator n and noise sigma. A fit minimises |y - f|^2/T + lam |f|^2: scikit-learn's alpha is
    T lam.  sigma^2 is the variance of the whole label, shared out over its columns.

    Args:
        X: rows, (N, features), or the kernel matrix with kernel="precomputed"; or a Population,
            for which y, kernel and task have been said.
        y: labels, as `make_population` reads them.
        kernel: linear, rbf, laplace, polynomial:P or precomputed; scaled to mean diagonal 1.
        kernel0: of the generators; that of the last fit unless given.
        T: rows drawn; like all that follow a number or an array, which broadcast.
        lam: the penalty, positive.
        sigma: standard deviation of the label noise.
        n: generators before the last fit.
        T0: rows of a generator; T unless given.
        lam0: penalty of a generator; lam unless given.
        sigma0: noise of a generator's labels; sigma unless given.
        held_out: (X, y) of rows that are never drawn, or "leave-one-out" for a fresh row, n = 0.
        replacement: whether rows are drawn with replacement.
        task: "regression" or "classes", where y is to be read otherwise.
        probes: random columns for chains; by default none up to 2,000 rows, then 100.
        seed: of the probes.
        watch: called with the number of values found so far.

    Raises:
        InputError: names what is wrong with the data or a parameter, before any long work.

    >>> rng = np.random.default_rng(0)
    >>> X = rng.standard_normal((200, 3))
    >>> found = predict(X, X[:, 0] + X[:, 1] ** 2, T=[50, 100], lam=0.001, sigma=0.1)
    >>> bool(found.value[1] < found.value[0])
    True
    """
    shaped = _parameters(T, lam, sigma, n, T0, lam0, sigma0)
    population = X if isinstance(X, Population) else make_population(X, y, kernel, task)
    first = seen_with(population, kernel0)
    N = len(population.K)
    fresh = isinstance(held_out, str) and held_out == "leave-one-out"
    most = 10**9 if replacement else N - fresh
    _check(shaped, most, population, first or population)
    if fresh and np.any(shaped["n"] > 0):
        remedy = "give rows that are held out, as held_out=(X, y)"
        raise InputError("held_out", held_out, "is known for n = 0 only", remedy)
    outside = None if fresh or held_out is None else make_outside(population, held_out)
    chained = bool(np.any(shaped["n"] > 0))
    number = (PROBES if N > EXACT_ROWS else 0) if probes is None else probes
    number = check_integer("probes", number, least=0, most=10_000) if chained else 0
    seed = check_integer("seed", seed, least=0, most=10**38)
    predictor = Predictor(population, outside, fresh, replacement, number, seed)
    predictor.first = Predictor(first, replacement=replacement) if first else None
    value = np.empty(shaped["T"].shape)
    for done, place in enumerate(_in_order(shaped), 1):
        at = [float(shaped[name][place]) for name in _NAMES]
        T, T0, generation = (int(at[_NAMES.index(name)]) for name in ("T", "T0", "n"))
        value[place] = predictor.error(T, at[1], at[2], generation, T0, at[5], at[6])
        if watch:
            watch(done)
    return Prediction(value, shaped, population.task, population.repeated, number)


def _parameters(
    T: Any, lam: Any, sigma: Any, n: Any, T0: Any, lam0: Any, sigma0: Any
) -> dict[str, Array]:
    """The parameters, those of the generators as of the last fit unless given, broadcast."""
    given = {
        "T": T, "lam": lam, "sigma": sigma, "n": n,
        "T0": T if T0 is None else T0,
        "lam0": lam if lam0 is None else lam0,
        "sigma0": sigma if sigma0 is None else sigma0,
    }  # fmt: skip
    read = {name: _numbers(name, value) for name, value in given.items()}
    try:
        arrays = np.broadcast_arrays(*(read[name] for name in _NAMES))
    except ValueError:
        shapes = ", ".join(f"{name} {value.shape}" for name, value in read.items() if value.ndim)
        raise InputError("parameters", shapes, "do not broadcast", "give shapes that do") from None
    return dict(zip(_NAMES, arrays, strict=True))


def _in_order(shaped: dict[str, Array]) -> Iterator[tuple[int, ...]]:
    """The places, those of one chain and one fit next to each other: their stages are kept."""
    places = list(np.ndindex(shaped["T"].shape))
    names = ("T0", "lam0", "sigma0", "n", "T", "lam")
    return iter(sorted(places, key=lambda place: tuple(float(shaped[x][place]) for x in names)))


def _numbers(name: str, value: Any) -> Array:
    """A number of any type, its text, or an array of numbers."""
    try:
        found = np.asarray(value)
    except ValueError:  # ragged
        raise InputError(name, "list", "has rows of several lengths", "fill them") from None
    if not found.ndim:
        return np.asarray(float(exact(name, value)))
    if not found.size:
        raise InputError(name, "[]", "is empty", "give one number or more")
    if found.dtype.kind in "OU":
        found = np.vectorize(lambda each: float(exact(name, each)))(found)
    if found.dtype.kind not in "iuf" or np.ma.is_masked(value):
        condition = f"is an array of {found.dtype}, or has masked entries"
        raise InputError(name, type(value).__name__, condition, "give real numbers")
    return found.astype(np.float64)


def require_penalty(name: str, value: float, population: Population) -> None:
    """Refuse a penalty at which float64 would lose the answer.

    Raises:
        InputError: it lies outside 1e-10 .. 1e10 of the mean of k(x, x).
    """
    least, most = (each * float(population.K.diagonal().mean()) for each in _PENALTIES)
    if not least <= value <= most:
        condition = f"lies outside {least:.3g} .. {most:.3g}, relative to the "
        condition += "mean of k(x, x), where float64 keeps its digits"
        raise InputError(name, value, condition, f"give a {name} within")


def _check(
    shaped: dict[str, Array], most_rows: int, population: Population, first: Population
) -> None:
    """Refuse parameters without a meaning, or of which float64 would lose the answer."""
    for name, values in shaped.items():
        for value in np.unique(values).tolist():
            if not math.isfinite(value):
                raise InputError(name, value, "is not finite", "give a finite number")
            if name in {"T", "T0", "n"}:
                least, most = (0, _MOST_GENERATIONS) if name == "n" else (2, most_rows)
                if value != int(value) or not least <= value <= most:
                    condition = f"is no whole number between {least} and {most:,}"
                    remedy = "give one" if name == "n" else "give one, or draw with replacement"
                    raise InputError(name, f"{value:g}", condition, remedy)
            elif name in {"lam", "lam0"}:
                require_penalty(name, value, population if name == "lam" else first)
            elif value < 0:
                raise InputError(name, value, "is negative", f"give a {name} of 0 or more")


def make_outside(population: Population, held_out: Any) -> Outside:
    """Rows (X, y) that are never drawn, seen with the population's kernel.

    Raises:
        InputError: they are not such a pair, or do not fit the population.
    """
    if isinstance(held_out, Outside):
        return held_out
    if not isinstance(held_out, tuple) or len(held_out) != 2:
        remedy = 'give (X, y), or "leave-one-out"'
        raise InputError(
            "held_out", type(held_out).__name__, "is no pair of rows and labels", remedy
        )
    rows = read_rows("held-out X", held_out[0])
    wide = population.K.shape[1] if population.rows is None else population.rows.shape[1]
    if rows.shape[1] != wide:
        condition = f"has {rows.shape[1]} columns, and the population has {wide}"
        raise InputError("held-out X", f"shape {rows.shape}", condition, "give the same columns")
    truth = population.read_labels(held_out[1], len(rows))
    if truth.shape[1] != population.truth.shape[1]:
        outputs = population.truth.shape[1]
        condition = f"has {truth.shape[1]} outputs, and the population {outputs}"
        raise InputError("held-out y", f"shape {truth.shape}", condition, "give as many")
    if population.kernel is None or population.rows is None:
        return Outside(rows, truth)
    require_memory(len(rows), len(population.rows))
    return Outside(population.kernel(rows, population.rows), truth)
