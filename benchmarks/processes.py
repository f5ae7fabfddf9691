"""Processes: a curve in one call against the loop over brentq a user writes, and one process.

python benchmarks/processes.py
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import time
from collections.abc import Callable

import numpy as np
from scipy.optimize import brentq

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.process.file import read_process

D, T0, SIGMA, SIGMA0, LAM, LAM0 = 300, 600, 0.5, 0.3, 0.01, 0.02
ROWS = np.arange(20, 1020)
CHAIN = """[process]
steps = '''
m = w0
for _ in range(n):
    A = rows(T0)
    m = ridge(A@m + sigma0*noise(A), lam0)
B = rows(T)
f = ridge(B@m + sigma*noise(B), lam)
'''
[ask]
risk = "risk(f)"
"""
SHARED = """[process]
steps = '''
A = rows(T)
m = w0
for _ in range(n):
    m = ridge(A@m + sigma*noise(A), lam)
'''
[ask]
risk = "risk(m)"
"""

POOLED = """[process]
steps = '''
m = w0
data = []
for _ in range(n):
    A = rows(T)
    data = data + [A@m + sigma*noise(A)]
    m = ridge(data, lam)
'''
[ask]
risk = "risk(m)"
"""


def user(generations: int) -> np.ndarray:
    """What one would write: a root for every fit of every point, then the known recursion."""
    s, w2 = np.arange(1, D + 1) ** -1.5, np.full(D, 1 / D)
    risks = []
    for T in ROWS:
        fits = [(T0, LAM0, SIGMA0)] * generations + [(T, LAM, SIGMA)]
        second, mean = w2, np.ones(D)
        for rows, lam, sigma in fits:
            kappa = brentq(
                lambda k, rows=rows, lam=lam: k * (1 - np.sum(s / (s + k)) / rows) - lam,
                lam,
                lam + s.sum() / rows,
                xtol=1e-14,
                rtol=1e-13,
            )
            kept = s / (s + kappa)
            left = np.sum(s * second * (kappa / (s + kappa)) ** 2) + sigma**2
            noise = left / (1 - np.sum(kept**2) / rows) / rows
            second, mean = kept**2 * second + s / (s + kappa) ** 2 * noise, mean * kept
        risks.append(np.sum(s * (second - 2 * mean * w2 + w2)))
    return np.array(risks)


def best(run: Callable[[], object], times: int = 5) -> float:
    """The least processor time of a few, in seconds."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return min(taken)


def main() -> None:
    """Print the table."""
    chain, shared, pooled = map(read_process, (CHAIN, SHARED, POOLED))
    numbers = {"sigma": SIGMA, "lam": LAM, "spectrum": "power-law:3/2", "d": D}
    upstream = {"T0": T0, "sigma0": SIGMA0, "lam0": LAM0}
    print(f"{len(ROWS)} values of T at d = {D}, ms: loop over brentq, one call, gain, difference")
    for generations in (0, 5):

        def ours(terms: bool = False, n: int = generations) -> np.ndarray:
            found = evaluate_process(chain, n=n, T=ROWS, terms=terms, **upstream, **numbers)
            return found.values["risk"]

        theirs = best(lambda n=generations: user(n), 3)
        off = abs(ours() / user(generations) - 1).max()
        for terms in (False, True):
            mine = best(lambda terms=terms, ours=ours: ours(terms))
            what = "with shares of sources" if terms else "values"
            print(
                f"{generations} generators, {what:<23} {1e3 * theirs:7.1f} {1e3 * mine:7.1f}"
                f" {theirs / mine:6.1f}x {off:.0e}"
            )
    print("one process of ten fits, ms")
    for name, run in (
        ("fresh rows", lambda: evaluate_process(chain, n=9, T=200, **upstream, **numbers)),
        ("shared rows", lambda: evaluate_process(shared, n=10, T=200, **numbers)),
        ("pooled rows", lambda: evaluate_process(pooled, n=10, T=200, **numbers)),
        ("pooled rows of 40 fits", lambda: evaluate_process(pooled, n=40, T=200, **numbers)),
        ("10^6 rounds", lambda: evaluate_process(chain, n=10**6, T=200, **upstream, **numbers)),
    ):
        print(f"{name:<40} {1e3 * best(run, 3):7.1f}")


if __name__ == "__main__":
    main()
