"""A user's own rows: ``predict(X, y, T=..., lam=...)``, and ``run_process(file, X, y)``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ridgeproof.numerics.rows.features import features, mapped
from ridgeproof.numerics.rows.population import EXACT_ROWS, Population, make_population, seen_with
from ridgeproof.numerics.rows.predict import Prediction, Predictor, predict
from ridgeproof.numerics.rows.process import count_aware
from ridgeproof.profiles import read_profiles
from ridgeproof.questions.asked import DEFAULT_SEED, process_of
from ridgeproof.theory.errors import InputError, shortened
from ridgeproof.theory.process.facts import read_parameter, require_known
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.shown import Shown
from ridgeproof.verification.simulation.simulate_process import ProcessEstimate, simulate_process

__all__ = ["Prediction", "ProcessOnData", "predict", "run_process"]

# A theory is right within so many standard errors, or within this part of what is measured.
_NEAR, _CLOSE = 3.0, 0.02
_WIDTHS = {"Gaussian": 10, "count-aware": 11}


@dataclass(frozen=True)
class ProcessOnData(Shown):
    """The asks of a process on data, measured, and as two theories predict them.

    Attributes:
        runs: by simulation, next to the one theorem at the spectrum of the data.
        counted: by the count-aware equivalent, or why it does not reach.
        population: the data.
        kernel, kernel0: their names.
    """

    runs: ProcessEstimate
    counted: Mapping[str, float | str]
    population: Population
    kernel: str
    kernel0: str | None

    def told(self, name: str) -> dict[str, float]:
        """What each theory that reaches an ask predicts of it."""
        both = zip(_WIDTHS, (self.runs.asks[name].theory, self.counted[name]), strict=True)
        return {theory: value for theory, value in both if isinstance(value, float)}

    def right(self, name: str) -> tuple[str, ...]:
        """The theories within three standard errors, or 2 %, of what is measured of an ask."""
        seen = self.runs.asks[name]
        if seen.mean is None or seen.standard_error is None:
            return ()
        allowed = max(_NEAR * seen.standard_error, _CLOSE * abs(seen.mean))
        told = self.told(name).items()
        return tuple(theory for theory, value in told if abs(value - seen.mean) <= allowed)

    def data(self) -> dict[str, Any]:
        """Plain data; the theory of an ask is that of the Gaussian engine."""
        found = self.runs.data()
        for name, ask in found["asks"].items():
            ask["count_aware"] = self.told(name).get("count-aware")
            ask["right"] = self.right(name)
            why = self.counted[name]
            ask["not_count_aware"] = why if isinstance(why, str) else None
        del found["setting"]["spectrum"], found["setting"]["signal"]
        head = {"rows": len(self.population.K), "kernel": self.kernel, "kernel0": self.kernel0}
        return {**head, "task": self.population.task, "repeated": self.population.repeated, **found}

    def rows(self) -> list[tuple[str, str]]:
        """The table of the asks, which theory is right where, and what is not known and why."""
        repeated = f" ({self.population.repeated} equal an earlier one; each counts)"
        said = f"{len(self.population.K)} rows{repeated if self.population.repeated else ''}"
        head = " ".join(f"{name:>{width}} {'off':>7}" for name, width in _WIDTHS.items())
        found = [
            *([("process", shortened(self.runs.title))] if self.runs.title else []),
            ("data", f"{said}, {self.population.task}"),
            ("kernel", f"{self.kernel}{f', {self.kernel0} for features' if self.kernel0 else ''}"),
            ("repetitions", f"{self.runs.repetitions} (literal, seed {self.runs.seed})"),
            ("right", f"within {_NEAR:g} standard errors or {_CLOSE:.0%} of what is measured"),
            ("", ""),
            ("ask", f"{'measured':>10} {'+-':>8} {head}  right"),
        ]
        reasons = []
        for name, ask in self.runs.asks.items():
            line = f"{_number(ask.mean):>10} {_number(ask.standard_error, 2):>8}"
            told = self.told(name)
            for theory, width in _WIDTHS.items():
                value = told.get(theory)
                off = f"{value / ask.mean - 1:+.1%}" if value is not None and ask.mean else ""
                line += f" {_number(value):>{width}} {off:>7}"
            found.append((name, f"{line}  {' and '.join(self.right(name)) or '-'}"))
            why = self.counted[name]
            reasons += [(name, ask.reason)] if ask.reason else []
            if isinstance(why, str) and ask.mean is not None:
                reasons.append((name, f"not count-aware: {why}"))
        return [*found, ("", ""), *reasons] if reasons else found


def run_process(
    process: Process | Path | str,
    X: Any,
    y: Any,
    *,
    kernel: str = "rbf",
    kernel0: str | None = None,
    task: str | None = None,
    repetitions: int = 200,
    seed: int = DEFAULT_SEED,
    watch: Callable[[int], None] | None = None,
    **parameters: Any,
) -> ProcessOnData:
    r"""Run a process on the user's data: rows are drawn from it, w0 is its label.

    Args:
        process: a record, a path or the text of a file; what it says of d, spectrum and signal
            gives way to the data.
        X: rows, or with kernel="precomputed" their kernel matrix; at most 2,000.
        y: labels of one column.
        kernel: in whose features fits are linear.
        kernel0: of the fits on ``features(...)``, a second kernel in the place of random features.
        task: as for `predict`.
        repetitions: of the simulation.
        seed: of every draw.
        watch: called with the number of repetitions so far.
        **parameters: of the process.

    Raises:
        InputError: names what is wrong with the data, a kernel or a parameter.

    >>> import numpy as np
    >>> X = np.random.default_rng(0).standard_normal((60, 2))
    >>> text = "[process]\nsteps = 'm = ridge(rows(T)@w0, lam)'\n[ask]\nerror = 'risk(m)'"
    >>> found = run_process(text, X, X[:, 0] ** 2, T=40, lam=0.1, repetitions=20)
    >>> "count-aware" in found.right("error")
    True
    """
    process = process_of(process)
    require_known(process, parameters)
    for name in ("d", "spectrum", "signal"):
        if parameters.pop(name, None) is not None:
            raise InputError(name, "...", "is what the data say", "leave it out")
    # Fits have as many directions as there are rows.
    population = make_population(X, y, kernel, task, most=EXACT_ROWS)
    first = seen_with(population, kernel0)
    found = features(population)
    second = None if first is None else mapped(found, first)
    runs = simulate_process(
        process, **read_profiles(found.spectrum, found.signal), **parameters,
        rows=found.rows, features=second, repetitions=repetitions, seed=seed, watch=watch,
    )  # fmt: skip
    given = {**process.defaults, **parameters, "d": len(found.spectrum)}
    values = {name: read_parameter(name, value) for name, value in given.items()}
    predictor = Predictor(population, first=None if first is None else Predictor(first))
    counted = count_aware(normal_form(process, values), values, predictor)
    return ProcessOnData(runs, counted, population, kernel, kernel0)


def _number(value: float | None, digits: int = 5) -> str:
    return "-" if value is None else f"{value:.{digits}g}"
