"""How often the sequential test errs: the long version of testing/test_calibration.py.

    python benchmarks/calibration.py [WORKERS]

Draws of d/q, q chi-square with gap + 1 degrees of freedom: the error of least squares next to its
heavy-tail gate.  Prints false refutations over seeds at alpha = 0.001, the mean e-value under the
null, how often `consistent` is said of a claim at the edge of the tolerance, and false alarms of
whole suites at 5 %.
"""

from __future__ import annotations

import math
import sys
import time
from dataclasses import dataclass

import numpy as np

from ridgeproof.verification.compute.executors import run_chunks
from ridgeproof.verification.testing.e_process import EProcess
from ridgeproof.verification.testing.sequential import decide

D, GAPS = 8, tuple(range(4, 21))


@dataclass(frozen=True)
class Run:
    """One stream at one gap; the pilot has its own."""

    gap: int
    seed: int

    def __call__(self, chunk: int, size: int) -> np.ndarray:
        """Draws of one chunk, a function of the chunk alone."""
        rng = np.random.Generator(np.random.PCG64DXSM([self.seed, self.gap, chunk + 10**6]))
        return D / rng.chisquare(self.gap + 1, size)

    @property
    def truth(self) -> float:
        """E d/q."""
        return D / (self.gap - 1)


def verdict(
    run: Run, factor: float = 1.0, alpha: float = 0.001, tolerance: float = 0.03, budget: int = 8192
) -> str:
    """The decision about a multiple of the true mean."""
    claimed = factor * run.truth
    return decide(run, claimed, alpha=alpha, tolerance=tolerance, budget=budget).verdict


def false_refutations(seed: int) -> int:
    """True claims refuted, over all gaps."""
    return sum(verdict(Run(gap, seed)) == "refuted" for gap in GAPS)


def edge(seed: int) -> int:
    """Claims off by exactly the tolerance that are called consistent, of two."""
    tolerance = 0.05
    factors = (1 / (1 - tolerance), 1 / (1 + tolerance))
    return sum(verdict(Run(12, seed), f, tolerance=tolerance) == "consistent" for f in factors)


def passed(seed: int) -> int:
    """Whether the truth is called consistent when there is budget for it."""
    return verdict(Run(12, seed), tolerance=0.05, budget=65_536) == "consistent"


def alarmed(suite: int) -> tuple[bool, bool]:
    """Whether a suite of 20 true claims alarms at 5 %, and whether |z| < 1.96 would."""
    claims, alarms, naive = 20, False, False
    for claim in range(claims):
        run = Run(GAPS[claim % len(GAPS)], 10**6 + suite * claims + claim)
        alarms |= verdict(run, alpha=0.05 / claims, budget=2048) == "refuted"
        x = run(9999, 2048)
        naive |= bool(abs(x.mean() - run.truth) > 1.96 * x.std(ddof=1) / math.sqrt(len(x)))
    return alarms, naive


def mean_e(gap: int, direction: int, runs: int = 40_000, size: int = 64) -> tuple[float, float]:
    """Mean e-value under the null with the exact variance, and its standard error."""
    rng = np.random.Generator(np.random.PCG64DXSM([7, gap]))
    mean, second = D / (gap - 1), D**2 / ((gap - 1) * (gap - 3))
    start = EProcess(mean, direction, second - mean**2)
    e = np.exp([start.updated(D / rng.chisquare(gap + 1, size)).log_e for _ in range(runs)])
    return float(e.mean()), float(e.std(ddof=1) / math.sqrt(runs))


def main() -> None:
    """Print the five rates."""
    workers = int(sys.argv[1]) if len(sys.argv) > 1 else 1
    start = time.monotonic()
    seeds = range(500, 1100)
    wrong = sum(run_chunks(false_refutations, seeds, workers))
    print(f"false refutations: {wrong} of {len(seeds) * len(GAPS)} at alpha = 0.001, gaps 4 to 20")
    seeds = range(2000)
    said = sum(run_chunks(edge, seeds, workers))
    print(f"consistent at the edge of the tolerance: {said} of {2 * len(seeds)}")
    seeds = range(500)
    print(f"truth found consistent: {sum(run_chunks(passed, seeds, workers))} of {len(seeds)}")
    suites = run_chunks(alarmed, range(500), workers)
    alarms, naive = (sum(column) for column in zip(*suites, strict=True))
    print(f"suites of 20 true claims at 5 %: {alarms} of {len(suites)} alarm, |z| < 1.96: {naive}")
    for gap in (6, 12, 20):
        for direction in (1, -1):
            mean, error = mean_e(gap, direction)
            print(f"mean e-value, gap {gap}, direction {direction:+d}: {mean:.4f} +- {error:.4f}")
    print(f"{time.monotonic() - start:.0f} s on {workers} workers")


if __name__ == "__main__":
    main()
