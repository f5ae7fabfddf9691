"""Kernel ridge regression on MNIST digits: errors measured, and predicted from the kernel."""

from __future__ import annotations

from contextlib import closing
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.rows.population import Population
from ridgeproof.numerics.rows.predict import predict
from ridgeproof.verification.compute.executors import iterate_chunks
from ridgeproof.verification.figures.digits import digits_population
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, simulated_errors
from ridgeproof.verification.figures.own_data import make_world
from ridgeproof.verification.figures.panels import Against, Curve, Panel, Point
from ridgeproof.verification.figures.tracing import Run, geometric

__all__ = ["FIGURE"]

_KERNELS = ("rbf", "polynomial:3", "polynomial:5", "laplace")
_IMAGES = 1000
_GENERATIONS = (0, 1, 3)
_FIXED = 1e-3
_REPETITIONS = 32
_EVERY = 4  # of the penalties and sizes of a line one is measured
_LAMS = tuple(geometric(1e-4, 1, 13))


def measure(run: Run) -> tuple[Panel, ...]:
    """For each kernel: against lam, and against T.

    Raises:
        InputError: no digits are installed.
    """
    images = run.size(_IMAGES)
    T0 = images // 5
    sizes = tuple(images * k // 20 for k in range(2, 15))
    plans = [
        _plan(2 * T0, T0, _LAMS[::_EVERY]),
        *(_plan(T, T0, (_FIXED,)) for T in sizes[::_EVERY]),
    ]
    populations = {kernel: digits_population(kernel, images, run.seed) for kernel in _KERNELS}
    tasks = [
        (make_world(population), plan, run.seed, run.repetitions(_REPETITIONS))
        for population in populations.values()
        for plan in plans
    ]
    measured: list[Array] = []
    with closing(iterate_chunks(_errors, tasks, executor=run.executor)) as found:
        for errors in found:
            measured.append(errors)
            for _ in range(errors[0].size):
                run.tick()
    panels = []
    for k, (kernel, population) in enumerate(populations.items()):
        by_lam, *by_T = measured[k * len(plans) : (k + 1) * len(plans)]
        panels += [
            Panel(
                f"{kernel}, against $\\lambda$   ($T = {2 * T0}$, $T_0 = {T0}$)",
                "$\\lambda$",
                "error on clean labels",
                _curves(population, plans[0], _LAMS, by_lam, lam=_LAMS),
            ),
            Panel(
                f"{kernel}, against $T$   ($\\lambda = {_FIXED}$, $T_0 = {T0}$)",
                "$T$",
                "error on clean labels",
                _curves(population, plans[1], sizes, np.concatenate(by_T, axis=2), T=sizes),
            ),
        ]
    return tuple(panels)


def _plan(T: int, T0: int, lam: tuple[float, ...]) -> Plan:
    return Plan(T, T0, _GENERATIONS, lam, lam0=_FIXED, sigma=0.5, sigma0=1.0)


def _errors(task: tuple[KernelWorld, Plan, int, int]) -> Array:
    return simulated_errors(*task)


def _curves(
    population: Population, plan: Plan, x: tuple[float, ...], errors: Array, **along: Any
) -> tuple[Curve, ...]:
    """Predictions along x for every n; measured, at some of it, (repetitions, n, places)."""
    given = {"T": plan.T, "lam": _FIXED, **along}
    lines = predict(
        population, n=np.reshape(plan.n, (-1, 1)), T0=plan.T0, lam0=plan.lam0, sigma=plan.sigma,
        sigma0=plan.sigma0, **given,
    ).value  # fmt: skip
    means, spreads = errors.mean(axis=0), errors.std(axis=0, ddof=1) / np.sqrt(len(errors))
    return tuple(
        Curve(
            f"$n = {n}$",
            tuple(map(float, x)),
            tuple(line.tolist()),
            tuple(
                Point(float(at), float(mean), float(spread), float(told), Against.PREDICTION,
                      "literal kernel ridge", len(errors))
                for at, told, mean, spread in zip(
                    x[::_EVERY], line[::_EVERY], means[i], spreads[i], strict=True
                )
            ),
        )
        for i, (n, line) in enumerate(zip(plan.n, lines, strict=True))
    )  # fmt: skip


FIGURE = Figure(
    name="mnist-kernels",
    title="Kernel ridge regression on digits: what the kernel matrix predicts",
    shows=(
        "The error on clean labels of four kernels, trained on MNIST digits whose labels were made "
        "by n generators, against the penalty (left, the U shape) and against T (right). Lines are "
        "predicted from the kernel matrix and the labels by the count-aware equivalent; points are "
        "measured by kernel ridge itself."
    ),
    measure=measure,
)
