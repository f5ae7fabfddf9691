"""measure_curves: predicted errors on a user's own data, next to measured ones where asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ridgeproof.numerics.rows.chain import Outside
from ridgeproof.numerics.rows.files import read_data
from ridgeproof.numerics.rows.population import Population, make_population, seen_with
from ridgeproof.numerics.rows.predict import Prediction, make_outside, predict
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.shown import Shown, aligned, echoed
from ridgeproof.verification.figures.figure import Figure, FigureData
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, simulated_errors
from ridgeproof.verification.figures.panels import Against, Curve, Panel, Point
from ridgeproof.verification.simulation.deviation import deviation

__all__ = ["Cell", "Curves", "make_world", "measure_curves"]

# Of a fit's rows, and of k(x, x) over the population: (sum k)^2/(N sum k^2).
_FEW, _EVEN = 100, 0.1
_FAR, _OFF = 4.0, 0.05
_BEST = ("n", "T", "lam", "error", "end")


@dataclass(frozen=True)
class Cell:
    """One error: predicted, and measured where that was asked for."""

    n: int
    T: int
    lam: float
    predicted: float
    mean: float | None = None
    standard_error: float | None = None

    @property
    def z(self) -> float | None:
        """(mean - predicted) in standard errors."""
        return (
            None if self.mean is None else deviation(self.mean, self.predicted, self.standard_error)
        )

    @property
    def is_far(self) -> bool:
        """Whether the measurement contradicts the prediction beyond chance and the O(1/T) error."""
        if self.mean is None or self.z is None:
            return False
        return abs(self.z) > _FAR and abs(self.mean / self.predicted - 1) > _OFF


@dataclass(frozen=True, eq=False)
class Curves(Shown):
    """Errors over n, T and lam, and what follows from them.

    Attributes:
        best: (n, T, lam, error, end) of the least error over the penalties; `end` is "least" or
            "largest" where that is the first or last penalty tried, so that others may be better.
        notes: where predictions are known to be worse, and which part of them is random.
        worth: (n, T, ratio): so many rows labelled by generator n are as good as one real row.
    """

    size: int
    kernel: str
    kernel0: str | None
    measured_on: str
    prediction: Prediction
    cells: tuple[Cell, ...]
    best: tuple[tuple[int, int, float, float, str], ...]
    worth: tuple[tuple[int, int, float | None], ...]
    notes: tuple[str, ...]
    repetitions: int
    seed: int
    setting: Mapping[str, Any]

    def data(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "setting": echoed(self.setting),
            "rows": self.size,
            "kernel": self.kernel,
            "kernel0": self.kernel0,
            "task": self.prediction.task,
            "error": self.measured_on,
            "repeated": self.prediction.repeated,
            "probes": self.prediction.probes,
            "cells": [{**asdict(cell), "z": cell.z} for cell in self.cells],
            "best": [dict(zip(_BEST, row, strict=True)) for row in self.best],
            "notes": self.notes,
            "worth": [dict(zip(("n", "T", "rows"), row, strict=True)) for row in self.worth],
            "repetitions": self.repetitions,
            "seed": self.seed,
        }  # fmt: skip

    def rows(self) -> list[tuple[str, str]]:
        """What was understood, the best penalties, and what synthetic rows are worth."""
        head = [
            ("data", f"{self.size} rows, {self.prediction.task}"),
            ("kernel", self.kernel),
            *([("kernel0", f"{self.kernel0}, of the generators")] if self.kernel0 else []),
            ("error", self.measured_on),
        ]
        if self.prediction.repeated:
            repeated = f"{self.prediction.repeated} rows equal an earlier one; each counts"
            head.append(("repeated", repeated))
        head += [("note", note) for note in self.notes]
        return [*head, *self._found()]

    def _found(self) -> list[tuple[str, str]]:
        found = [
            (
                f"best lam, n = {n}, T = {T}",
                f"{lam:.3g}{f' (the {end} tried)' if end else ''}, error {error:.5g}",
            )
            for n, T, lam, error, end in self.best
        ]
        for n, T, ratio in self.worth:
            told = "no number of the real rows tried has as large an error as the synthetic ones"
            if ratio is not None:
                told = f"is worth {ratio:.3g} rows labelled by generator {n}"
            found.append((f"one real row, n = {n}, T = {T}", told))
        return found

    def __str__(self) -> str:
        table = [f"{'n':>4} {'T':>6} {'lam':>9} {'predicted':>11}"]
        if self.repetitions:
            table[-1] += f" {'measured':>11} {'+-':>9} {'z':>6}"
        for cell in self.cells:
            line = f"{cell.n:>4} {cell.T:>6} {cell.lam:>9.3g} {cell.predicted:>11.5g}"
            if cell.mean is not None:
                line += f" {cell.mean:>11.5g} {cell.standard_error:>9.2g} {cell.z:>+6.1f}"
            table.append(line)
        found = self._found()
        head = self.rows()[: -len(found) or None]
        return "\n".join([aligned(head), "", *table, "", aligned(found)])

    def figure(self) -> FigureData:
        """Learning curves at the best penalty of those tried, one line for each n."""
        curves = []
        for n in dict.fromkeys(cell.n for cell in self.cells):
            line = [min((c for c in self.cells if c.n == n and T == c.T), key=lambda c: c.predicted)
                    for T in sorted({cell.T for cell in self.cells})]  # fmt: skip
            points = tuple(
                Point(c.T, c.mean, c.standard_error, c.predicted, Against.PREDICTION, "literal",
                      self.repetitions)
                for c in line if c.mean is not None
            )  # fmt: skip
            xy = tuple(float(c.T) for c in line), tuple(c.predicted for c in line)
            curves.append(Curve(f"n = {n}", *xy, points))
        panel = Panel(f"{self.kernel} kernel, {self.size} rows", "rows T", "error", tuple(curves))
        title = "what is learned from one's own data"
        shows = "The error at the best penalty tried, against the rows of the fit."
        figure = Figure("data", title, shows, lambda _: (panel,), "ridgeproof")
        return FigureData(figure, (panel,), self.seed)


def measure_curves(
    files: tuple[str, ...],
    *,
    kernel: str = "rbf",
    kernel0: str | None = None,
    T: tuple[str, ...] | None = None,
    lam: tuple[str, ...] | None = None,
    n: tuple[str, ...] | None = None,
    sigma: str = "0",
    T0: str | None = None,
    lam0: str = "1/1000",
    sigma0: str | None = None,
    held_out: str | None = None,
    label: str = "",
    task: str | None = None,
    replacement: bool = True,
    repetitions: int = 0,
    seed: int = 0,
    watch: Callable[[int], None] | None = None,
) -> Curves:
    """Read, predict, and measure where repetitions are asked for.

    Raises:
        InputError: as `read_data` and `predict`.
    """
    X, y = read_data(files, label)
    population = make_population(X, y, kernel, task)
    N = len(population.K)
    sizes = [check_integer("--T", each, least=2, most=10**9) for each in T] if T else _eighths(N)
    lams = [exact("--lam", each) for each in lam or ("1/1000",)]
    chain = [check_integer("--n", each, least=0, most=1000) for each in n or ("0",)]
    if held_out == "leave-one-out":
        chain = [each for each in chain if each == 0]
    outside: Any = held_out
    if held_out not in {None, "leave-one-out"}:
        outside = make_outside(population, read_data((str(held_out),), label))
    listed: dict[str, list[Any]] = {"n": chain, "T": sizes, "lam": lams}
    setting = {name: ",".join(map(str, each)) for name, each in listed.items()} | {
        "kernel": kernel, "kernel0": kernel0, "sigma": sigma, "T0": T0, "lam0": lam0,
        "sigma0": sigma0, "held_out": held_out, "replacement": replacement,
        "files": ",".join(files),
    }  # fmt: skip
    given = {"sigma": sigma, "lam0": lam0, "sigma0": sigma if sigma0 is None else sigma0}
    prediction = predict(
        population,
        kernel0=kernel0,
        n=np.reshape(chain, (-1, 1, 1)),
        T=np.reshape(sizes, (1, -1, 1)),
        lam=np.array(lams, dtype=object).reshape(1, 1, -1),
        T0=T0, sigma=sigma, sigma0=sigma0, lam0=lam0,
        held_out=outside, replacement=replacement, seed=seed, watch=watch,
    )  # fmt: skip
    cells = [
        Cell(chain[i], sizes[j], float(lams[k]), float(prediction.value[i, j, k]))
        for i, j, k in np.ndindex(prediction.value.shape)
    ]
    if repetitions:
        world = make_world(population, outside, kernel0, replacement=replacement)
        cells = _measured(cells, world, given, T0, repetitions, seed)
    where = "mean over the population" if outside is None else f"held out: {held_out}"
    return Curves(
        N, kernel, kernel0, f"{where}, of |f - y|^2 summed over outputs", prediction, tuple(cells),
        tuple(_best(cells)), tuple(_worth(cells)), tuple(_notes(population, prediction)),
        repetitions, seed, setting,
    )  # fmt: skip


def _notes(population: Population, prediction: Prediction) -> Iterator[str]:
    own = population.K.diagonal()
    if own.sum() ** 2 < _EVEN * len(own) * (own**2).sum():
        yield (
            "a few rows have most of k(x, x) and may carry the fit: 2 to 4 % are lost, and "
            "leave-one-out as much as 10 %; --verify measures it"
        )
    if prediction.parameters["T"].min() < _FEW:
        yield f"below {_FEW} rows a few may carry the fit, and more is lost: --verify measures it"
    if prediction.probes:
        yield f"{prediction.probes} random columns carry the chains: about 0.3 % of chance"


def _eighths(N: int) -> list[int]:
    return sorted({max(N // part, 2) for part in (8, 4, 2)})


def make_world(
    population: Population,
    outside: Outside | str | None = None,
    kernel0: str | None = None,
    *,
    replacement: bool = True,
) -> KernelWorld:
    """A population to draw from, measured on itself, on rows outside or on those not drawn."""
    gram, truth = population.K, population.truth
    if isinstance(outside, Outside):
        gram, truth = np.hstack([gram, outside.kernel.T]), np.vstack([truth, outside.truth])
    first = seen_with(population, kernel0)
    fresh = outside == "leave-one-out"
    return KernelWorld(gram, truth, replacement, fresh, None if first is None else first.K)


def _measured(
    cells: list[Cell], world: KernelWorld, given: dict[str, str], T0: str | None,
    repetitions: int, seed: int,
) -> list[Cell]:  # fmt: skip
    """The cells with means of kernel ridge itself, all n and lam of one T on the same draws."""
    lams = tuple(dict.fromkeys(cell.lam for cell in cells))
    chain = tuple(dict.fromkeys(cell.n for cell in cells))
    lam0, sigma, sigma0 = (float(exact(f"--{x}", given[x])) for x in ("lam0", "sigma", "sigma0"))
    found: dict[tuple[int, int, float], tuple[float, float]] = {}
    for T in dict.fromkeys(cell.T for cell in cells):
        plan = Plan(T, T if T0 is None else int(T0), chain, lams, lam0, sigma, sigma0)
        runs = simulated_errors(world, plan, seed, repetitions)
        means, errors = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(repetitions)
        for i, j in np.ndindex(means.shape):
            found[chain[i], T, lams[j]] = float(means[i, j]), float(errors[i, j])
    return [Cell(c.n, c.T, c.lam, c.predicted, *found[c.n, c.T, c.lam]) for c in cells]


def _best(cells: list[Cell]) -> list[tuple[int, int, float, float, str]]:
    """The least error of each (n, T), between the penalties tried too: a parabola in log lam."""
    found: list[tuple[int, int, float, float, str]] = []
    for n, T in dict.fromkeys((cell.n, cell.T) for cell in cells):
        line = sorted((c.lam, c.predicted) for c in cells if (c.n, c.T) == (n, T))
        x, e = (np.array(each) for each in zip(*line, strict=True))
        i = int(e.argmin())
        lam, error = float(x[i]), float(e[i])
        if 0 < i < len(e) - 1:
            logs = np.log(x[i - 1 : i + 2] / x[i])
            curve, slope, _ = np.polyfit(logs, e[i - 1 : i + 2] - e[i], 2)
            lam *= float(np.exp(-slope / (2 * curve)))
            error -= float(slope**2 / (4 * curve))
        end = "" if 0 < i < len(e) - 1 or len(e) == 1 else "least" if i == 0 else "largest"
        found.append((n, T, lam, error, end))
    return found


def _worth(cells: list[Cell]) -> list[tuple[int, int, float | None]]:
    """Rows labelled by generator n that are as good as one real row, at the best penalties."""
    least = {(n, T): error for n, T, _, error, _ in _best(cells)}
    real = sorted((T, error) for (n, T), error in least.items() if n == 0)
    found: list[tuple[int, int, float | None]] = []
    for (n, T), error in least.items():
        if n == 0 or len(real) < 2:
            continue
        sizes, errors = (np.log([row[i] for row in real]) for i in (0, 1))
        order = np.argsort(errors)
        wanted = np.log(error)
        ratio = None
        if errors.min() <= wanted <= errors.max():
            ratio = T / float(np.exp(np.interp(wanted, errors[order], sizes[order])))
        found.append((n, T, ratio))
    return found
