"""The exact finite-size entries of the neighbouring theorems, at sizes as small as d = 3.

    python benchmarks/exact_entries.py [draws] [literal runs]

Each exact value meets the mean of 10^6 draws from the known law of its chain, and of 10^5 runs of
the process exactly as written; z is the distance in standard errors.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.simulation.quantity_draws import Sampler

_SMALL = {"d": 3, "T": 12, "T0": 12, "n": 4, "sigma": 1, "sigma0": 1, "spectrum": "power-law:3/2"}
ENTRIES = {
    "accumulate, fresh": {"chain": "accumulate"},
    "accumulate, shared": {"chain": "accumulate", "design": "shared"},
    "accumulate, unequal": {"chain": "accumulate", "T0": "12,5,2,9", "sigma0": "1,2,1,1/2"},
    "accumulate, T0 < d": {
        "chain": "accumulate", "d": 20, "T": 40, "T0": 5, "n": 2, "spectrum": "isotropic",
    },
    "weighted 1/3": {"chain": "weighted:1/3", "sigma_real": "1/2"},
    "Fibonacci weights": {"chain": "weighted:1,2/3,5/8,13/21"},
    "weighted 1/3, shared": {"chain": "weighted:1/3", "design": "shared"},
    "weighted 1/2, T0 < d": {
        "chain": "weighted:1/2", "d": 20, "T": 40, "T0": 8, "n": 4, "spectrum": "isotropic",
    },
    "real and synthetic rows": {"synthetic_fraction": "5/12", "sigma_real": "1/2"},
    "one real row": {"synthetic_fraction": "11/12", "sigma_real": "1/2"},
    "unequal generations": {"T0": "12,15,20,11", "sigma0": "1,2,1/2,1"},
}  # fmt: skip
_CHUNK = 50_000


def z_score(setting: Setting, method: str, count: int) -> tuple[float, float, float]:
    """Mean, standard error and seconds of so many draws by one method."""
    sampler, start = Sampler(setting, 7, "exact entries", method=method), time.perf_counter()
    drawn = [sampler(chunk, min(_CHUNK, count)) for chunk in range(max(count // _CHUNK, 1))]
    errors = np.concatenate(drawn)
    error = errors.std(ddof=1) / np.sqrt(len(errors))
    return float(errors.mean()), float(error), time.perf_counter() - start


def main(draws: int, runs: int) -> None:
    """Print the table."""
    print("| entry | exact | draws from the law | z | literal runs | z | seconds |")
    print("|---|---|---|---|---|---|---|")
    for name, changes in ENTRIES.items():
        setting = make_setting(**{**_SMALL, **changes})
        value = evaluate(setting, form=Form.EXACT)
        assert value.is_exact
        exact = float(value.value)
        law = "exact-law" if "T0 < d" not in name else "conditional"
        cells, spent = [], 0.0
        for method, count in ((law, draws if law == "exact-law" else runs), ("literal", runs)):
            mean, error, seconds = z_score(setting, method, count)
            cells += [f"{mean:.6f} +- {error:.6f}", f"{(mean - exact) / error:+.2f}"]
            spent += seconds
        print(f"| {name} | {exact:.6f} | {' | '.join(cells)} | {spent:.0f} |", flush=True)


if __name__ == "__main__":
    main(*(int(float(x)) for x in (sys.argv[1:] + ["1e6", "1e5"][len(sys.argv) - 1 :])))
