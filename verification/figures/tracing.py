"""How experiments make their curves: theory along lines of settings, simulation at some points."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate_terms
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.compute.executors import iterate_chunks
from ridgeproof.verification.figures.panels import Against, Curve, Point
from ridgeproof.verification.simulation.deviation import scale_of
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.simulation.repetitions import RunningMoments
from ridgeproof.verification.simulation.simulate import simulate

__all__ = [
    "Line",
    "Request",
    "Run",
    "geometric",
    "rational",
    "theory_value",
]

# Fewer repetitions give no standard error worth the name.
_LEAST = 8


@dataclass(frozen=True)
class Request:
    """A point to simulate.

    ``corrected`` draws 2 x(2) - x(1), x(k) being the setting with every level k times and d, T,
    T0 k times as large: its mean is the limit up to O(1/d^2).  A corrected point is compared with
    the limit; any other with the exact value where one is known.
    """

    x: float
    setting: Setting
    repetitions: int
    method: str = "conditional"
    quantity: str = "test_error"
    corrected: bool = False


@dataclass(frozen=True)
class Line:
    """The plan of a curve: settings along x for the theory, requests for the simulation."""

    label: str
    theory: Sequence[tuple[float, Setting]]
    simulated: Sequence[Request] = ()
    hue: int | None = None
    dash: int | None = None


@dataclass(frozen=True)
class Run:
    """How much to measure, and where.

    Attributes:
        seed: of every draw.
        effort: multiplies the repetitions.
        shrink: divides the sizes; tests draw every figure small.
        executor: where to simulate; inline where None.
        watch: called with the number of points done.
    """

    seed: int = 0
    effort: float = 1.0
    shrink: int = 1
    executor: Executor | None = None
    watch: Callable[[int], None] | None = None
    _done: list[int] = field(default_factory=lambda: [0])

    def size(self, d: int) -> int:
        """A dimension of the figure, shrunk."""
        return max(4, d // self.shrink)

    def count(self, points: int) -> int:
        """How many points a theory line has, fewer in a small figure."""
        return max(6, round(points / math.sqrt(self.shrink)))

    def repetitions(self, count: int) -> int:
        """A number of repetitions at this effort."""
        return max(_LEAST, round(count * self.effort))

    def points(self, requests: Sequence[Request]) -> tuple[Point, ...]:
        """Simulate every request; the numbers do not depend on the executor."""
        found: list[Point] = []
        tasks = [(request, self.repetitions(request.repetitions)) for request in requests]
        call = partial(_measured, seed=self.seed)
        with closing(iterate_chunks(call, tasks, executor=self.executor)) as points:
            for point in points:
                found.append(point)
                self.tick()
        return tuple(found)

    def tick(self) -> None:
        """Count a point as done."""
        self._done[0] += 1
        if self.watch is not None:
            self.watch(self._done[0])

    def trace(self, lines: Iterable[Line]) -> tuple[Curve, ...]:
        """The curves of some lines: theory in its limit form, simulation on top."""
        lines = tuple(lines)
        # All points at once, so that workers never wait for the end of a curve.
        points = iter(self.points([request for line in lines for request in line.simulated]))
        return tuple(
            Curve(
                line.label,
                tuple(x for x, _ in line.theory),
                tuple(theory_value(setting) for _, setting in line.theory),
                tuple(next(points) for _ in line.simulated),
                hue=line.hue,
                dash=line.dash,
            )
            for line in lines
        )


def theory_value(setting: Setting, quantity: str = "test_error") -> float:
    """The limit form of the error or one of its terms, in float64."""
    terms = evaluate_terms(setting, Float64())
    return float(terms[quantity] if quantity in ERROR_TERMS else sum(terms.values()))


def geometric(low: float, high: float, count: int) -> list[float]:
    """``count`` numbers in geometric progression.

    >>> geometric(1, 100, 3)
    [1.0, 10.0, 100.0]
    """
    return [float(f"{x:.6g}") for x in np.geomspace(low, high, count)]


def rational(x: float) -> Fraction:
    """A float as the rational that its shortest decimal form names."""
    return Fraction(repr(x))


def _measured(task: tuple[Request, int], seed: int) -> Point:
    request, repetitions = task
    return _corrected(request, repetitions, seed) if request.corrected else _plain(*task, seed)


def _plain(request: Request, repetitions: int, seed: int) -> Point:
    setting = request.setting
    # What the command line of clean data names, so that `redo` draws the same numbers.
    setting = setting if setting.n else setting.clean()
    found = simulate(
        setting,
        repetitions=repetitions,
        quantity=request.quantity,
        method=request.method,
        seed=seed,
    )
    quantity = "" if request.quantity == "test_error" else f" --quantity {request.quantity}"
    return Point(
        request.x,
        found.mean,
        found.standard_error,
        found.theory,
        Against.EXACT if found.theory_kind == "exact" else Against.LIMIT,
        request.method,
        repetitions,
        f"ridgeproof simulate {setting.command_line()} --method {request.method}"
        f"{quantity} --repetitions {repetitions} --seed {seed}",
        scale_of(setting, request.quantity),
    )


def _corrected(request: Request, repetitions: int, seed: int) -> Point:
    sampler = Sampler(
        request.setting, seed, "figure", request.quantity, request.method, richardson=True
    )
    moments = RunningMoments().updated(sampler(0, repetitions))
    return Point(
        request.x,
        moments.mean,
        moments.standard_error,
        theory_value(request.setting, request.quantity),
        Against.CORRECTED,
        request.method,
        repetitions,
        f"2 x(2) - x(1) of {request.setting} by verification.simulation.simulate.Sampler",
        scale_of(request.setting, request.quantity),
    )
