"""Time to a 1 % standard error: the simulation routes against a plain lstsq loop.

Run with `python benchmarks/monte_carlo.py`; every route uses one BLAS thread.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec

import numpy as np

from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.compute.executors import run_chunks
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.quantity_draws import Sampler

D, REPETITIONS = 300, 24
S: Array = np.arange(1, D + 1, dtype=float) ** -1.5
W0 = np.ones(D) / np.sqrt(D)


def drawn(size: int, lam: float, method: str, chunk: int = 0) -> Array:
    """Five generators on 600 rows, then a fit on 1000, by one of the methods."""
    chain = {"T": 1000, "T0": 600, "n": 5, "sigma": "1/10", "sigma0": "1/10"}
    setting = make_setting(d=D, spectrum="power-law:3/2", signal="flat", lam=lam, **chain)
    return Sampler(setting, 1, "benchmark", method=method)(chunk, size)


def plain(size: int, lam: float, rng: np.random.Generator) -> Array:
    """The baseline: numpy's lstsq for every fit; ridge as rows added to the design."""
    values = []
    for _ in range(size):
        w = W0
        for _ in range(5):
            X = rng.standard_normal((600, D)) * np.sqrt(S)
            w = np.linalg.lstsq(X, X @ w + 0.1 * rng.standard_normal(600))[0]
        X = rng.standard_normal((1000, D)) * np.sqrt(S)
        y = X @ w + 0.1 * rng.standard_normal(1000)
        X = np.vstack([X, np.sqrt(1000 * lam) * np.eye(D)]) if lam else X
        w = np.linalg.lstsq(X, np.append(y, np.zeros(len(X) - 1000)))[0]
        values.append(S @ (w - W0) ** 2)
    return np.array(values)


def scikit(size: int, lam: float, rng: np.random.Generator) -> Array:
    """The other baseline: scikit-learn's estimators in a loop; its alpha is T lam."""
    from sklearn.linear_model import LinearRegression, Ridge

    values = []
    for _ in range(size):
        w = W0
        for _ in range(5):
            X = rng.standard_normal((600, D)) * np.sqrt(S)
            y = X @ w + 0.1 * rng.standard_normal(600)
            w = LinearRegression(fit_intercept=False).fit(X, y).coef_
        X = rng.standard_normal((1000, D)) * np.sqrt(S)
        y = X @ w + 0.1 * rng.standard_normal(1000)
        last = (
            Ridge(alpha=1000 * lam, fit_intercept=False)
            if lam
            else LinearRegression(fit_intercept=False)
        )
        values.append(S @ (last.fit(X, y).coef_ - W0) ** 2)
    return np.array(values)


def measure(route: Callable[[int], Array], size: int) -> tuple[float, float, float]:
    """Milliseconds a repetition, relative standard deviation, seconds to 1 %."""
    route(1)
    start = time.perf_counter()
    values = route(size)
    each = (time.perf_counter() - start) / size
    spread = float(values.std(ddof=1) / values.mean())
    return 1000 * each, spread, each * max(2.0, (spread / 0.01) ** 2)


def literal_chunk(chunk: int) -> float:
    """A piece of work for a pool."""
    return float(drawn(20, 0.01, "literal", chunk).mean())


def main() -> None:
    """Print one table for each downstream ridge, then the gain of a second worker."""
    rng = np.random.Generator(np.random.PCG64DXSM(1))
    for lam in (0.0, 0.01):
        routes: dict[str, tuple[Callable[[int], Array], int]] = {
            "plain lstsq": (partial(plain, lam=lam, rng=rng), REPETITIONS),
            "scikit-learn": (partial(scikit, lam=lam, rng=rng), REPETITIONS),
            "literal": (partial(drawn, lam=lam, method="literal"), REPETITIONS),
            "conditional": (partial(drawn, lam=lam, method="conditional"), REPETITIONS),
            "exact law": (partial(drawn, lam=lam, method="exact-law"), 100 if lam else 10**5),
        }
        print(f"\nlam = {lam}: ms a repetition, relative deviation, s to 1 %, gain")
        baseline = 0.0
        for name, (route, size) in routes.items():
            if name == "scikit-learn" and find_spec("sklearn") is None:
                print(f"{name:12} not installed")
                continue
            each, spread, needed = measure(route, size)
            baseline = baseline or needed
            print(f"{name:12} {each:9.4f} {spread:9.4f} {needed:11.6f} {baseline / needed:10.1f}x")
    seconds = []
    for workers in (1, 2):
        start = time.perf_counter()
        run_chunks(literal_chunk, range(40), workers)
        seconds.append(time.perf_counter() - start)
    print(f"\ntwo workers, start-up included: {seconds[0] / seconds[1]:.2f}x")


if __name__ == "__main__":
    main()
