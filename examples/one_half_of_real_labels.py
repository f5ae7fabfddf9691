"""At least half of the weight for real labels?  A plausible rule, refuted by one signal.

Each generation fits ridge on one shared design, to labels averaged with fresh real ones: weight W
on the real label.  "The best W is never below one half" holds for Sigma = I.  It fails for a fixed
signal that lies where Sigma is small: there real labels mostly teach the fit to spread what it
cannot see over the other directions, so that a quarter does better than a half.  Run this file, or

    ridgeproof check examples/one_half_of_real_labels.py

The claim below is that a quarter is no better than a half, E(1/4) - E(1/2) >= 0.
"""

from __future__ import annotations

import numpy as np

from ridgeproof import check, conjecture

PROCESS = {"T": 8, "T0": 6, "n": 8, "lam0": 0.1}
LOW = {"d": 8, "spectrum": ["levels:1*6,0.01*2"], "signal": ["energies:0,1"], "sigma0": 0.1}
EVEN = {"d": {"integers": [6, 10]}, "spectrum": ["isotropic"], "sigma0": [0.5, 1]}


def eigenvalues_and_truth(setting):
    """The spectrum and w0 of the two kinds of setting above."""
    if str(setting.spectrum) == "isotropic":
        return np.ones(setting.d), np.ones(setting.d) / np.sqrt(setting.d)
    s = np.array([1.0] * 6 + [0.01] * 2)
    return s, np.array([0.0] * 6 + [1 / np.sqrt(2 * 0.01)] * 2)


def quarter_minus_half(setting, rng, draws=128):
    """Draws of ||w_n - w0||_Sigma^2 at W = 1/4 less that at W = 1/2, on the same noise."""
    s, w0 = eigenvalues_and_truth(setting)
    d, rows = len(s), setting.T0
    X = rng.normal(size=(draws, rows, d)) * np.sqrt(s)
    Xt = np.swapaxes(X, 1, 2)
    solve = np.linalg.inv(Xt @ X / rows + float(setting.lam0) * np.eye(d)) @ Xt / rows
    errors = dict.fromkeys((0.25, 0.5), w0[:, None])
    for _ in range(setting.n):
        real, fake = float(setting.sigma0) * rng.normal(size=(2, draws, rows, 1))
        for weight, w in errors.items():
            y = weight * (X @ w0[:, None] + real) + (1 - weight) * (X @ w + fake)
            errors[weight] = solve @ y
    low, half = (s @ (w[..., 0] - w0).T ** 2 for w in errors.values())
    return low - half


@conjecture(domain=PROCESS | LOW, relation="at-least", quantity="E(1/4) - E(1/2)",
            simulator=quarter_minus_half)  # fmt: skip
def a_quarter_is_no_better_than_a_half(_setting):
    """Real labels deserve at least half of the weight, whatever the signal."""
    return 0.0


def main():
    """Check the rule for one low-lying signal, and for isotropic features."""
    for domain, expected in ((LOW, "refuted"), (EVEN, "consistent")):
        rule = conjecture(
            domain=PROCESS | domain,
            relation="at-least",
            quantity="E(1/4) - E(1/2)",
            simulator=quarter_minus_half,
        )(a_quarter_is_no_better_than_a_half.claim)
        verdict = check(rule, tolerance=0.05)
        print(f"{rule.domain.describe()}: {verdict.verdict}")
        if verdict.counterexample is not None:
            print(f"  E(1/4) - E(1/2) = {verdict.counterexample.observed}, claimed >= 0")
        assert verdict.verdict == expected


if __name__ == "__main__":
    main()
