"""Kernel ridge regression on MNIST digits: learning curves measured and predicted.

    python benchmarks/mnist_kernels.py             # writes the tables of docs/kernels.md
    python benchmarks/mnist_kernels.py --save DIR  # the levels, for `ridgeproof evaluate`

Needs the digits: pip install 'ridgeproof[mnist]'.
"""

from __future__ import annotations

import argparse
import os
from fractions import Fraction
from pathlib import Path

# Threads that compete for the cores cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np

from ridgeproof.verification.figures.kernel_chain import Plan
from ridgeproof.verification.figures.kernel_theory import adaptive_lam, fitted_decay
from ridgeproof.verification.figures.kernel_trial import KernelTrial

PAGE = Path(__file__).parent.parent / "docs" / "kernels.md"
BEGIN, END = "<!-- tables: {} -->", "<!-- /tables -->"
FIXED = Fraction(1, 1000)
GENERATIONS = (0, 1, 2, 4)
SPLITS = (0, 1, 2)


def plan(T: int, T0: int, n: tuple[int, ...], *lam: Fraction, tested: int = 1500) -> Plan:
    """Generators with ridge 1/1000; twice as much noise in their labels as downstream."""
    return Plan(
        T=T, T0=T0, n=n, lam=lam, lam0=FIXED, sigma=Fraction(1, 2), sigma0=Fraction(1),
        tested=tested,
    )  # fmt: skip


def adaptive(kernel: str, images: int, T: int, seed: int = 0) -> Fraction:
    """T^-ell with the kernel's own exponents."""
    trial = KernelTrial(kernel, images, False, plan(T, T, (0,), FIXED), seed=seed)
    return adaptive_lam(fitted_decay(trial.spectrum), T)


def population(repetitions: int) -> list[str]:
    """All 5,000 digits as the population, drawn from with replacement."""
    lines = [
        "| kernel | T | T0 | lam | n | measured | predicted | error |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for kernel in ("rbf", "polynomial"):
        for T, T0 in ((250, 250), (1000, 250), (1000, 500)):
            lam = (FIXED, adaptive(kernel, 5000, T))
            trial = KernelTrial(kernel, 5000, False, plan(T, T0, GENERATIONS, *lam))
            errors = trial.errors(0, repetitions)
            for j, penalty in enumerate(lam):
                for i, n in enumerate(GENERATIONS):
                    seen = stated(errors[:, i, j])
                    told = trial.predicted(n, penalty)
                    cells = (kernel, T, T0, shown(penalty, adapted=j == 1), n, seen, f"{told:.3f}")
                    error = told / errors[:, i, j].mean() - 1
                    lines.append(f"| {' | '.join(map(str, cells))} | {error:+.1%} |")
            print(kernel, T, T0, flush=True)
    return lines


def held_out(repetitions: int) -> list[str]:
    """Levels from one half of the digits, measured on the other; three ways to halve them."""
    lines = [
        "| kernel | lam | n | measured | error of P(N) | error of 2 P(N) - P(N/2) |",
        "|---|---|---|---|---|---|",
    ]
    for kernel in ("rbf", "polynomial"):
        rows: dict[tuple[int, int], list[tuple[float, float, float]]] = {}
        for seed in SPLITS:
            lam = (FIXED, adaptive(kernel, 2500, 300, seed))
            trial = KernelTrial(kernel, 2500, True, plan(300, 150, (0, 1, 3), *lam), seed=seed)
            means = trial.errors(0, repetitions).mean(axis=0)
            for j, penalty in enumerate(lam):
                for i, n in enumerate(trial.plan.n):
                    told = [trial.predicted(n, penalty, extrapolate=x) for x in (False, True)]
                    rows.setdefault((j, n), []).append((means[i, j], *told))
            print(kernel, "split", seed, flush=True)
        for (j, n), splits in rows.items():
            seen = " ".join(f"{mean:.3f}" for mean, _, _ in splits)
            errors = [" ".join(f"{told[k] / told[0] - 1:+.1%}" for told in splits) for k in (1, 2)]
            name = "T^-ell" if j else "1/1000"
            lines.append(f"| {kernel} | {name} | {n} | {seen} | {' | '.join(errors)} |")
    return lines


def failures(repetitions: int) -> list[str]:
    """Smaller penalties, and lengths that vary: where the prediction is at its worst."""
    lines = [
        "| kernel | lam = lam0 | n = 0 | n = 1 | n = 3 | sd of K(x, x) |",
        "|---|---|---|---|---|---|",
    ]
    for kernel in ("rbf", "unit-polynomial", "polynomial"):
        for lam in (Fraction(1, 10**5), Fraction(1, 10**4), FIXED, Fraction(1, 100)):
            trial = KernelTrial(
                kernel, 2500, False, Plan(300, 150, (0, 1, 3), (lam,), lam, Fraction(1, 2),
                                          Fraction(1), 1500),
            )  # fmt: skip
            means = trial.errors(0, repetitions).mean(axis=0)[:, 0]
            told = np.array([trial.predicted(n, lam) for n in trial.plan.n])
            errors = " | ".join(f"{error:+.1%}" for error in told / means - 1)
            spread = np.diagonal(trial.world.gram).std()
            lines.append(f"| {kernel} | {lam} | {errors} | {spread:.2f} |")
        print(kernel, flush=True)
    return lines


def exponents() -> list[str]:
    """What the adaptive ridge is made of."""
    lines = [
        "| kernel | digits | beta | r | ell | T = 250 | T = 1000 |",
        "|---|---|---|---|---|---|---|",
    ]
    for kernel in ("rbf", "polynomial"):
        decay = fitted_decay(KernelTrial(kernel, 5000, False, plan(250, 250, (0,), FIXED)).spectrum)
        ell = decay.beta / (2 * decay.beta * decay.r + 1)
        lams = " | ".join(f"{float(adaptive(kernel, 5000, T)):.2g}" for T in (250, 1000))
        lines.append(f"| {kernel} | 5000 | {decay.beta:.2f} | {decay.r:.2f} | {ell:.2f} | {lams} |")
    return lines


def stated(errors: np.ndarray) -> str:
    """A mean with its standard error."""
    return f"{errors.mean():.3f} ± {errors.std(ddof=1) / np.sqrt(len(errors)):.3f}"


def shown(lam: Fraction, *, adapted: bool) -> str:
    """A penalty, and whether it adapts."""
    return f"T^-ell = {float(lam):.2g}" if adapted else str(lam)


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
    parser.add_argument("--repetitions", type=int, default=40)
    parser.add_argument("--save", type=Path, help="write the levels of both kernels here, and stop")
    given = parser.parse_args()
    if given.save is not None:
        for kernel in ("rbf", "polynomial"):
            KernelTrial(kernel, 5000, False, plan(1000, 500, (0,), FIXED)).save(given.save)
        return
    paste("failures", failures(given.repetitions))
    paste("held-out", held_out(given.repetitions))
    paste("exponents", exponents())
    paste("population", population(given.repetitions))


if __name__ == "__main__":
    main()
