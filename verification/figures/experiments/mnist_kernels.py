"""Kernel ridge regression on MNIST digits: errors measured, and predicted from the spectrum."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction

import numpy as np

from ridgeproof.verification.compute.executors import iterate_chunks
from ridgeproof.verification.figures.figure import Figure
from ridgeproof.verification.figures.kernel_chain import Plan
from ridgeproof.verification.figures.kernel_theory import adaptive_lam, fitted_decay
from ridgeproof.verification.figures.kernel_trial import KernelTrial
from ridgeproof.verification.figures.kernels import Array
from ridgeproof.verification.figures.panels import Against, Curve, Panel, Point
from ridgeproof.verification.figures.tracing import Run, geometric, rational

__all__ = ["FIGURE"]

_KERNELS = ("rbf", "polynomial")
_IMAGES = 2500
_GENERATIONS = (0, 1, 3)
_FIXED = Fraction(1, 1000)
_REPETITIONS = 32
_DENSE = tuple(map(rational, geometric(1e-4, 1, 40)))
_SPARSE = tuple(map(rational, geometric(1e-4, 1, 5)))


def measure(run: Run) -> tuple[Panel, ...]:
    """For each kernel: against lam, and against T with a fixed and an adaptive ridge.

    Raises:
        InputError: no digits are installed.
    """
    trials = {kernel: _trials(run, kernel) for kernel in _KERNELS}
    repetitions = run.repetitions(_REPETITIONS)
    tasks = [(trial, repetitions) for each in trials.values() for trial in each]
    measured: dict[KernelTrial, Array] = {}
    with closing(iterate_chunks(_errors, tasks, executor=run.executor)) as found:
        for (trial, _), errors in zip(tasks, found, strict=True):
            measured[trial] = errors
            for _ in range(errors[0].size):
                run.tick()
    panels = []
    for kernel, (against_lam, *against_T) in trials.items():
        T, T0 = against_lam.plan.T, against_lam.plan.T0
        panels += [
            Panel(
                f"{kernel} kernel, against $\\lambda$   ($T = {T}$, $T_0 = {T0}$)",
                "$\\lambda$",
                "error on clean labels",
                tuple(_over_lam(against_lam, measured[against_lam])),
            ),
            Panel(
                f"{kernel} kernel, against $T$   ($T_0 = {T0}$)",
                "$T$",
                "error on clean labels",
                tuple(_over_rows(against_T, measured)),
            ),
        ]
    return tuple(panels)


def _trials(run: Run, kernel: str) -> list[KernelTrial]:
    """One trial over penalties, then one for each T with both kinds of ridge."""
    images = run.size(_IMAGES)
    T0 = 2 * images // 25
    first = _trial(run, kernel, images, 2 * T0, T0, _SPARSE)
    decay = fitted_decay(first.spectrum)
    rows = [T0 // 2, T0, 2 * T0, 4 * T0]
    return [
        first,
        *(_trial(run, kernel, images, T, T0, (_FIXED, adaptive_lam(decay, T))) for T in rows),
    ]


def _trial(
    run: Run, kernel: str, images: int, T: int, T0: int, lam: tuple[Fraction, ...]
) -> KernelTrial:
    plan = Plan(
        T=T, T0=T0, n=_GENERATIONS, lam=lam, lam0=_FIXED, sigma=Fraction(1, 2),
        sigma0=Fraction(1), tested=images // 2,
    )  # fmt: skip
    return KernelTrial(kernel, images, False, plan, seed=run.seed)


def _errors(task: tuple[KernelTrial, int]) -> Array:
    trial, repetitions = task
    return trial.errors(0, repetitions)


def _over_lam(trial: KernelTrial, errors: Array) -> list[Curve]:
    return [
        Curve(
            f"$n = {n}$",
            tuple(map(float, _DENSE)),
            tuple(trial.predicted(n, lam) for lam in _DENSE),
            tuple(_point(trial, float(lam), errors, n, lam) for lam in trial.plan.lam),
        )
        for n in _GENERATIONS
    ]


def _over_rows(trials: list[KernelTrial], measured: dict[KernelTrial, Array]) -> list[Curve]:
    curves = []
    for hue, n in enumerate(_GENERATIONS):
        if n not in {_GENERATIONS[0], _GENERATIONS[-1]}:
            continue
        for dash, ridge in enumerate(("fixed $\\lambda$", "$\\lambda = T^{-\\ell}$")):
            lams = [trial.plan.lam[dash] for trial in trials]
            rows = tuple(float(trial.plan.T) for trial in trials)
            curves.append(
                Curve(
                    f"$n = {n}$, {ridge}",
                    rows,
                    tuple(trial.predicted(n, lam) for trial, lam in zip(trials, lams, strict=True)),
                    tuple(
                        _point(trial, trial.plan.T, measured[trial], n, lam)
                        for trial, lam in zip(trials, lams, strict=True)
                    ),
                    hue=hue,
                    dash=dash,
                )
            )
    return curves


def _point(trial: KernelTrial, x: float, errors: Array, n: int, lam: Fraction) -> Point:
    seen = errors[:, trial.plan.n.index(n), trial.plan.lam.index(lam)]
    return Point(
        x,
        float(seen.mean()),
        float(seen.std(ddof=1) / np.sqrt(len(seen))),
        trial.predicted(n, lam),
        Against.PREDICTION,
        "literal kernel ridge",
        len(seen),
    )


FIGURE = Figure(
    name="mnist-kernels",
    title="Kernel ridge regression on digits: what the kernel's spectrum predicts",
    shows=(
        "The error on clean labels of an RBF and a polynomial kernel, trained on MNIST digits "
        "whose labels were made by n generators, against the penalty (left, the U shape) and "
        "against T (right, with a fixed ridge and with lam = T^-ell). Lines are predicted from the "
        "eigenvalues of the Gram matrix and the coefficients of the labels; points are measured. "
        "The polynomial kernel gives every image another length, which the theory does not know."
    ),
    measure=measure,
)
