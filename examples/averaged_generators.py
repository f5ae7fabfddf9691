"""A process of one's own: each generator averages two least-squares fits on half of its rows.

A plausible guess: averaging costs nothing, so that one generation adds the same error as one fit on
all T0 rows, sigma0^2 d/(T0-d-1).  Run this file, or

    ridgeproof check examples/averaged_generators.py

to see the guess refuted.  Below, the corrected formula is checked, and the theory of the downstream
ridge fit comes for free from the generator's two moments.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from ridgeproof import check, conjecture, downstream_error, make_setting

DOMAIN = {
    "d": {"integers": [3, 6]},
    "T0": "4*d + 8 .. 6*d + 8",
    "T": "8*d",
    "n": {"integers": [1, 3]},
    "sigma": 0,
    "sigma0": 1,
    "lam": 0,
    "spectrum": ["isotropic", "power-law:3/2"],
}


def averaged_chain(setting, rng, draws=256):
    """Draws of ||w_n - w0||_Sigma^2 when every generator averages fits on two halves."""
    d, half = setting.d, setting.T0 // 2
    # In whitened coordinates, because least squares does not see the spectrum.
    truth = np.ones((draws, d, 1)) / np.sqrt(d)
    w = truth
    for _ in range(setting.n):
        fits = []
        for _ in range(2):
            Z = rng.normal(size=(draws, half, d))
            y = Z @ w + float(setting.sigma0) * rng.normal(size=(draws, half, 1))
            Zt = np.swapaxes(Z, 1, 2)
            fits.append(np.linalg.solve(Zt @ Z, Zt @ y))
        w = (fits[0] + fits[1]) / 2
    return np.sum((w - truth) ** 2, axis=(1, 2))


@conjecture(domain=DOMAIN, quantity="chain error", simulator=averaged_chain)
def averaging_is_free(setting):
    """Averaging two half-size fits is as good as one fit on all rows."""
    return setting.n * float(setting.sigma0**2 * Fraction(setting.d, setting.T0 - setting.d - 1))


def averaged_error(setting):
    """What two independent fits on h = T0/2 rows give: sigma0^2 d/(2 (h-d-1)) a generation."""
    half = setting.T0 // 2
    return setting.n * float(setting.sigma0**2 * Fraction(setting.d, 2 * (half - setting.d - 1)))


def averaged_moments(setting, s, w0sq):
    """The generator as its two moments: unbiased, with covariance averaged_error/(d s)."""
    return np.ones_like(s), w0sq + averaged_error(setting) / setting.d / s


if __name__ == "__main__":
    refuted = check(averaging_is_free)
    print(refuted.verdict, "at", refuted.counterexample.setting)
    print("  claimed", refuted.counterexample.claimed, "observed", refuted.counterexample.observed)
    assert refuted.verdict == "refuted"

    corrected = conjecture(domain=DOMAIN, quantity="chain error", simulator=averaged_chain)
    verdict = check(corrected(averaged_error), tolerance=0.05, budget=10**6)
    print(verdict.verdict, "for the corrected formula,", verdict.repetitions, "repetitions")
    assert verdict.verdict == "consistent"

    setting = make_setting(d=60, T=120, T0=240, n=3, sigma="0.5", sigma0=1, lam="0.1")
    print(
        "downstream ridge error of the averaged chain:", downstream_error(setting, averaged_moments)
    )
