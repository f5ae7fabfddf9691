"""Literal simulation against `evaluate` in every regime of the theory, 144 settings.

{isotropic, power law, AR(1)} x {T0 > d, T0 < d} x {independent, shared} x {T > d, T < d} x
{lam > 0, lam = 0} x {n = 0, 1, 5}.  Each setting is judged by the sequential test on the
Richardson combination of two sizes (d = 32 and 64), which tends to the limit that `evaluate`
gives.  A refutation is sharp: the tolerance only says when a point has been bounded well enough.

    python benchmarks/every_regime.py [--workers 2] [--tolerance 0.1]
"""

from __future__ import annotations

import argparse
import itertools
import time

from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.compute.executors import iterate_chunks
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE
from ridgeproof.verification.testing.judge import Judge, Refutation

D = 32
ALPHA = 0.001


def every_regime() -> list[Setting]:
    """The settings, without repeats (n = 0 has neither T0 nor a design)."""
    grid = itertools.product(
        ("isotropic", "power-law:3/2", "ar1:1/2"),
        (2 * D, D // 2),
        ("independent", "shared"),
        (2 * D, D // 2),
        ("1/10", 0),
        (0, 1, 5),
    )
    return [
        make_setting(
            d=D, T=T, T0=T0, n=n, sigma="1/2", sigma0="1/2", lam=lam, design=design,
            spectrum=spectrum,
        )
        for spectrum, T0, design, T, lam, n in grid
    ]  # fmt: skip


def judge(task: tuple[Setting, float]) -> tuple[str, float, float, float, int]:
    """(outcome, claimed, mean, standard error, repetitions) of one setting."""
    setting, tolerance = task
    claimed = CATALOGUE.value(setting)
    trial = Judge("every regime", ALPHA / 144, tolerance=tolerance, budget=16_384, seed=20240212)
    try:
        decision = trial.mean(setting, claimed, limit=True, method="literal")
    except Refutation:
        point = trial.points[-1]
        return "REFUTED", claimed, point.observed, point.standard_error, point.repetitions
    assert decision.mean is not None
    assert decision.standard_error is not None
    return (
        decision.verdict,
        claimed,
        decision.mean,
        decision.standard_error,
        decision.repetitions,
    )


def main() -> None:
    """Run the grid and print a table and a summary."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--tolerance", type=float, default=0.1)
    options = parser.parse_args()
    settings = every_regime()
    tasks = [(setting, options.tolerance) for setting in settings]
    start = time.monotonic()
    counts: dict[str, int] = {}
    within = repetitions = 0
    for setting, result in zip(
        settings, iterate_chunks(judge, tasks, options.workers), strict=True
    ):
        outcome, claimed, mean, error, spent = result
        z = (mean - claimed) / error
        counts[outcome] = counts.get(outcome, 0) + 1
        within += abs(z) <= 2
        repetitions += spent
        print(f"{outcome:<11} {claimed:9.5f} {mean:9.5f} +- {error:.5f} z {z:+5.2f}  {setting}")
    print(
        f"{len(settings)} settings: {counts}; {within} within two standard errors; "
        f"{repetitions} literal repetitions; {time.monotonic() - start:.0f} s"
    )


if __name__ == "__main__":
    main()
