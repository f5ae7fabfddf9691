"""How fast other features reach the limits, and where not: the tables of docs/universality.md.

    python benchmarks/universality.py [repetitions]

Simulation is the conditional estimator; the last column of the first table is its standard error.
"""

from __future__ import annotations

import sys

import numpy as np

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.simulation.simulate import simulate

LAWS = ("gaussian", "rademacher", "uniform", "student:5", "student:3")
ELLIPTICAL = "elliptical:1/4*4/5,4*1/5"


def clean(d: int, law: str) -> Setting:
    """Isotropic ridge on clean data: T = 3d/2, lam = 1/5."""
    return make_setting(d=d, T=3 * d // 2, lam="1/5", sigma=1, features=law)


def excess(setting: Setting, repetitions: int) -> tuple[float, float]:
    """Simulated error over its limit, minus 1, with its standard error."""
    found = simulate(setting, repetitions=repetitions, method="conditional", seed=1)
    limit = simulate_limit(setting)
    return found.mean / limit - 1, found.standard_error / limit


def simulate_limit(setting: Setting) -> float:
    """The limit of normal features at these ratios."""
    return float(evaluate(setting.with_(features=Gaussian())).value)


def main() -> None:
    """Print both tables as Markdown."""
    repetitions = int(sys.argv[1]) if len(sys.argv) > 1 else 4000
    sizes = (8, 16, 32, 64)
    print("| features | " + " | ".join(f"d = {d}" for d in sizes) + " | largest error |")
    print("|---|" + "---|" * (len(sizes) + 1))
    for law in (*LAWS, ELLIPTICAL):
        cells = [excess(clean(d, law), repetitions * 8 // d) for d in sizes]
        shown = " | ".join(f"{100 * value:+.2f} %" for value, _ in cells)
        print(f"| {law} | {shown} | {100 * max(np.array(cells)[:, 1]):.2f} % |")
    print()
    print("| features | simulated | d/(T-d-1) | limit of its theorem |")
    print("|---|---|---|---|")
    for law in ("gaussian", "rademacher", "uniform", "student:5", ELLIPTICAL):
        setting = make_setting(d=8, T=20, sigma=1, features=law)
        found = simulate(setting, repetitions=8 * repetitions, method="conditional", seed=2)
        theory = float(evaluate(setting).value)
        seen = f"{found.mean:.4f} +- {found.standard_error:.4f}"
        print(f"| {law} | {seen} | {8 / 11:.4f} | {theory:.4f} |")


if __name__ == "__main__":
    main()
