"""Which estimator is cheapest: cost x variance of each, against the process run as it is written.

The gain of a method is (time x variance) of the literal repetition over its own: how many times
sooner it reaches the same standard error.  Run with `python benchmarks/estimators.py`.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import time
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.simulation.controls import adjusted
from ridgeproof.verification.simulation.quantity_draws import Sampler, cheapest_method
from ridgeproof.verification.testing.sequential import CHUNK, PILOT

SEED = 20240212
NOISE = {"sigma": "1/2", "sigma0": "1/2"}
POWER_LAW = {"spectrum": "power-law:3/2", "signal": "source:2/5"}
SETTINGS = {
    "least squares": {"d": 32, "T": 96, "T0": 96, "n": 2},
    "ridge": {"d": 32, "T": 64, "T0": 64, "n": 2, "lam": "1/10"},
    "ridge, power law": {"d": 32, "T": 64, "T0": 64, "n": 2, "lam": "1/10", **POWER_LAW},
    "few rows": {"d": 32, "T": 20, "T0": 64, "n": 2, "lam": "1/10", **POWER_LAW},
    "ridge in chain": {"d": 32, "T": 64, "T0": 64, "n": 2, "lam": "1/10", "lam0": "1/10"},
    "the same, power law": {
        "d": 32, "T": 64, "T0": 64, "n": 2, "lam": "1/10", "lam0": "1/10", **POWER_LAW,
    },
    "few generator rows": {"d": 64, "T": 96, "T0": 40, "n": 2, "lam": "1/10"},
    "half real rows": {
        "d": 32, "T": 64, "T0": 64, "n": 2, "lam": "1/10", "synthetic_fraction": "1/2",
    },
    "random features": {
        "d": 32, "T": 64, "T0": 64, "n": 1, "lam": "1/10", "lam0": "1/10", "width": 48,
    },
    "d = 300": {"d": 300, "T": 1000, "T0": 600, "n": 5, "lam": "1/100", **POWER_LAW},
}  # fmt: skip

Draw = Callable[[int, int], NDArray[np.float64]]


def routes(setting: Setting) -> Iterator[tuple[str, Draw | None]]:
    """Every method that knows the setting; None where the controls do not pay."""
    for method in ("literal", "conditional", "exact-law"):
        sampler = Sampler(setting, SEED, "estimators", "test_error", method)
        try:
            sampler(-2, 1)
        except NotImplementedError:
            continue
        yield method, sampler
        if method == "conditional":
            better, _ = adjusted(sampler, sampler.observed(-1, PILOT))
            yield "controlled", None if better is sampler else better


def measure(draw: Draw, seconds: float) -> tuple[float, float, float]:
    """Milliseconds a repetition, mean and variance."""
    values, start, chunk = [], time.process_time(), 0
    while (spent := time.process_time() - start) < seconds:
        values.append(draw(chunk, CHUNK))
        chunk += 1
    x = np.concatenate(values)
    return 1000 * spent / len(x), float(x.mean()), float(x.var(ddof=1))


def main() -> None:
    """One line for each setting and method."""
    print(f"{'setting':22}{'method':13}{'ms':>9}{'variance':>11}{'gain':>10}   chosen")
    for name, given in SETTINGS.items():
        setting = make_setting(**{**NOISE, **given})
        literal = 0.0
        for method, draw in routes(setting):
            if draw is None:
                print(f"{'':22}{method:13}{'does not pay':>20}")
                continue
            each, _, variance = measure(draw, 4.0)
            literal = literal or each * variance
            # The pilot of a test prefers the controls wherever it finds that they pay.
            best = cheapest_method(setting).replace("conditional", "controlled")
            print(
                f"{name if method == 'literal' else '':22}{method:13}{each:9.4f}{variance:11.2e}"
                f"{literal / (each * variance):9.1f}x   {'*' if method == best else ''}"
            )


if __name__ == "__main__":
    main()
