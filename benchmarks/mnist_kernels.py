"""Kernel ridge regression on MNIST digits against three equivalents: the tables of docs/kernels.md.

    python benchmarks/mnist_kernels.py

Needs the digits: pip install 'ridgeproof[mnist]'.  About eight minutes of computing.
"""

from __future__ import annotations

import argparse
import os
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

# Threads that compete for the cores cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from ridgeproof.numerics.rows.predict import Predictor
from ridgeproof.numerics.rows.stage import solve_stage
from ridgeproof.verification.figures.digits import digits_population
from ridgeproof.verification.figures.kernel_chain import Plan, simulated_errors
from ridgeproof.verification.figures.own_data import make_world
from ridgeproof.verification.suite.altered_stages import gaussian, row_aware

PAGE = Path(__file__).parent.parent / "docs" / "kernels.md"
BEGIN, END = "<!-- tables: {} -->", "<!-- /tables -->"
IMAGES = 1500
KERNELS = ("linear", "rbf", "polynomial:3", "polynomial:5", "laplace")
EQUIVALENTS = {
    "Gaussian": gaussian,
    "row-aware": row_aware,
    "count-aware": solve_stage,
}
LAMS = (1e-4, 1e-3, 1e-2)
NOISE = {"noise-free": 0.0, "noisy": 0.5, "very noisy": 50.0}  # sigma^2 of every label


def plans(variance: float) -> list[Plan]:
    """Two sizes of the fit and of the generators; the smaller ones alone unless it is 1/2."""
    sigma = variance**0.5
    if variance != NOISE["noisy"]:
        return [Plan(250, 200, (0, 1, 3), LAMS, 1e-3, sigma, sigma)]
    # At n = 0 generators do not matter: one of their sizes measures it.
    return [
        Plan(T, T0, (0, 1, 3) if T0 == 200 else (1, 3), LAMS, 1e-3, sigma, sigma)
        for T in (250, 1000)
        for T0 in (200, 500)
    ]


def cells(kernel: str, repetitions: int) -> list[dict[str, Any]]:
    """Every cell of a kernel: its standard error, and each equivalent over what was measured."""
    population = digits_population(kernel, IMAGES)
    world = make_world(population)
    predictors = {name: Predictor(population, solve=solve) for name, solve in EQUIVALENTS.items()}
    found = []
    for noise, plan in ((name, plan) for name in NOISE for plan in plans(NOISE[name])):
        runs = simulated_errors(world, plan, 0, repetitions)
        means, errors = runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(repetitions)
        for i, j in np.ndindex(means.shape):
            at = plan.T, LAMS[j], plan.sigma, plan.n[i], plan.T0, plan.lam0, plan.sigma0
            off = {name: each.error(*at) / means[i, j] - 1 for name, each in predictors.items()}
            place = {"kernel": kernel, "noise": noise, "lam": LAMS[j]}
            found.append({**place, "se": errors[i, j] / means[i, j], **off})
    print(kernel, flush=True)
    return found


def compared(found: list[dict[str, Any]]) -> list[str]:
    """The noise of 1/2: mean and largest error of each equivalent, by kernel and penalty."""
    head = ["kernel", "lam", *EQUIVALENTS, "standard error"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    every = [cell for cell in found if cell["noise"] == "noisy"]
    for kernel, lam in ((kernel, lam) for kernel in KERNELS for lam in LAMS):
        some = [cell for cell in every if (cell["kernel"], cell["lam"]) == (kernel, lam)]
        off = [percents(some, name, np.mean) for name in EQUIVALENTS]
        lines.append(f"| {kernel} | {lam:g} | {' | '.join(off)} | {largest(some, 'se')} |")
    off = [percents(every, name, rms) for name in EQUIVALENTS]
    lines.append(f"| all {len(every)}: rms | | {' | '.join(off)} | {largest(every, 'se')} |")
    return lines


def apart(found: list[dict[str, Any]]) -> list[str]:
    """Bias and variance alone, T = 250: the largest error, and cells beyond 150/T %."""
    head = ["labels", "kernel", *EQUIVALENTS, "standard error", "count-aware, beyond"]
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for noise, kernel in ((noise, kernel) for noise in NOISE for kernel in KERNELS):
        if noise == "noisy":
            continue
        some = [cell for cell in found if (cell["noise"], cell["kernel"]) == (noise, kernel)]
        off = " | ".join(largest(some, name) for name in EQUIVALENTS)
        beyond = sum(abs(cell["count-aware"]) > 1.5 / 250 + 3.5 * cell["se"] for cell in some)
        cost = f"{largest(some, 'se')} | {beyond} of {len(some)}"
        lines.append(f"| {noise} | {kernel} | {off} | {cost} |")
    return lines


def rms(values: np.ndarray) -> float:
    """The root of the mean square."""
    return float(np.sqrt(np.mean(values**2)))


def largest(some: list[dict[str, Any]], name: str) -> str:
    """The largest of a column in per cent."""
    return f"{100 * max(abs(cell[name]) for cell in some):.2f}"


def percents(some: list[dict[str, Any]], name: str, average: object) -> str:
    """An average of the absolute errors of an equivalent and the largest of them, in per cent."""
    values = np.abs([cell[name] for cell in some])
    return f"{100 * average(values):.2f} / {largest(some, name)}"


def paste(name: str, lines: list[str]) -> None:
    """Put a table between its markers on the page."""
    begin = BEGIN.format(name)
    before, found, rest = PAGE.read_text(encoding="utf-8").partition(begin)
    assert found, f"{PAGE} has no {begin}"
    after = rest.partition(END)[2]
    text = "\n".join([before + begin, "", *lines, "", END + after])
    PAGE.write_text(text, encoding="utf-8")


def main() -> None:
    """Measure, and paste."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=64)
    parser.add_argument("--workers", type=int, default=1)
    given = parser.parse_args()
    with ProcessPoolExecutor(given.workers) as executor:
        asked = executor.map(cells, KERNELS, [given.repetitions] * len(KERNELS))
        found = [cell for each in asked for cell in each]
    paste("compared", compared(found))
    paste("apart", apart(found))


if __name__ == "__main__":
    main()
