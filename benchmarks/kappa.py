"""kappa: accuracy and time against the solvers one would reach for first.

Run with `python benchmarks/kappa.py`; one process, one BLAS thread.  Errors are relative to a
certified value.  A dash is an exception or no finite positive number.
"""

from __future__ import annotations

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"))

import time
import warnings
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
from scipy.optimize import brentq, fsolve

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64, object_array
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.settings.setting import Setting, make_setting

CASES = {
    "A": {"d": 300, "T": 600, "lam": "1e-3"},
    "B": {"d": 10**5, "T": 1000, "lam": "1e-6", "spectrum": "power-law:3/2"},
    "C2": {"d": 300, "T": 300, "lam": "1e-12"},
    "C3": {"d": 300, "T": 300, "lam": "1e-10", "spectrum": "power-law:3/2"},
    "D1": {"d": 300, "T": 150, "lam": 0},
    "D2": {"d": 10**5, "T": 1000, "lam": 0, "spectrum": "power-law:3/2"},
    "E": {"d": 10**6, "T": 1000, "lam": "1e-6", "spectrum": "power-law:3/2"},
    "G": {"d": 10**4, "T": 2000, "lam": "1e-14", "spectrum": "power-law:4"},
}
H = {"lam": "1e-6", "sigma": 1, "spectrum": "power-law:3/2", "signal": "source:1/2"}


def best_time(function: Callable[[], Any], least: float = 0.2) -> float:
    """Milliseconds, the best of a few runs."""
    times: list[float] = []
    while sum(times) < least or len(times) < 3:
        start = time.perf_counter()
        function()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def equation(s: Any, T: int, lam: float) -> Callable[[float], float]:
    """What one would write down: kappa - kappa df_1/T - lam."""
    return lambda kappa: float(kappa - kappa * (s / (s + kappa)).sum() / T - lam)


def with_brentq(s: Any, T: int, lam: float) -> float:
    """The bracket [lam, lam + tr/T], scipy's default tolerances."""
    return brentq(equation(s, T, lam), lam, lam + s.sum() / T)


def with_fsolve(s: Any, T: int, lam: float) -> float:
    """Start at kappa = lam."""
    return float(fsolve(lambda k: equation(s, T, lam)(k[0]), [lam or 1e-3])[0])


def shown(solver: Callable[[], float], truth: Any) -> tuple[str, str]:
    """Relative error and milliseconds of a solver."""
    try:
        found = solver()
    except (ValueError, RuntimeError, ZeroDivisionError):
        return "-", "-"
    if not found > 0:
        return "-", "-"
    return f"{float(abs(found / truth - 1)):.0e}", f"{best_time(solver):.3f}"


def float64_table() -> None:
    """Double precision on every case."""
    print("\nfloat64: ms of one s/(s + kappa) with its sum; then relative error and ms")
    print(f"{'':14} {'pass':>8} | {'ours':>15} | {'brentq':>15} | {'fsolve':>15}")
    for name, given in CASES.items():
        print(f"{name:3} {_float64_row(make_setting(**given))}")


def _float64_row(setting: Setting) -> str:
    truth = evaluate(setting, digits=30, certified=True).kappa
    spectrum = build_spectrum(setting, Float64())
    s = np.repeat(spectrum.s, spectrum.multiplicity)
    lam, T = float(setting.lam), setting.T

    def one_pass() -> float:
        return float((s / (s + 1e-3)).sum())

    solvers = (
        lambda: solve_ours(spectrum, setting),
        lambda: with_brentq(s, T, lam),
        lambda: with_fsolve(s, T, lam),
    )
    columns = " | ".join(
        f"{error:>6} {ms:>8}" for error, ms in (shown(solver, truth) for solver in solvers)
    )
    return f"d={setting.d:<8} {best_time(one_pass):8.4f} | {columns}"


def solve_ours(spectrum: Any, setting: Setting) -> float:
    """Our solver in double precision."""
    return float(solve_kappa(spectrum, setting.lam, setting.T, Float64()).value)


def many_digits_table(d: int = 10_000, digits: int = 50) -> None:
    """mpmath.findroot from a start that is right to float64, against ours."""
    setting = make_setting(d=d, T=1000, lam="1e-6", spectrum="power-law:3/2")
    balls, start = Balls(digits), build_spectrum(setting, Float64())
    s = object_array(map(center, build_spectrum(setting, balls).s))

    def findroot() -> Any:
        with mpmath.workdps(digits + 5):
            lam, guess = mpmath.mpf(10) ** -6, mpmath.mpf(solve_ours(start, setting))
            return mpmath.findroot(lambda k: k - k * mpmath.fsum(s / (s + k)) / 1000 - lam, guess)

    def fresh() -> Any:
        # A new record, so that nothing derived from it is remembered.
        levels = build_spectrum(setting, balls)
        copy = type(levels)(levels.s, levels.multiplicity, levels.w0sq, levels.d)
        return center(solve_kappa(copy, setting.lam, setting.T, balls).value)

    with mpmath.workdps(digits + 10):
        truth = evaluate(setting, digits=digits + 20, certified=True).kappa
        print(f"\n{digits} digits, d = {d}: relative error, ms, gain")
        baseline = best_time(findroot)
        for name, route in {"mpmath.findroot": findroot, "ours, certified": fresh}.items():
            ms, found = best_time(route), route()
            error = mpmath.nstr(abs(found / truth - 1), 1)
            print(f"{name:24} {error:>9} {ms:10.2f} {baseline / ms:8.1f}x")


def infinite_table() -> None:
    """kappa and the whole certified error of the infinite power law (case H)."""
    print("\ninfinite power law, case H, source:1/2, certified: ms with nothing known before")
    for digits in (15, 50, 200):
        times = []
        for T in (1000, 1400, 800):
            # Another number of rows is another last range: no zeta value is remembered.
            setting = make_setting(d="inf", T=T, **H)
            point = Balls(digits)
            start = time.perf_counter()
            spectrum = build_spectrum(setting, point)
            solve_kappa(spectrum, setting.lam, setting.T, point)
            middle = time.perf_counter()
            evaluate(setting, digits=digits, certified=True)
            times.append((middle - start, time.perf_counter() - start))
        kappa, whole = (1000 * min(each) for each in zip(*times, strict=True))
        print(f"{digits:4} digits: kappa {kappa:8.1f}, kappa, error and all terms {whole:8.1f}")


def batch_table() -> None:
    """A grid of (lam, T) at once against a loop over brentq."""
    setting = make_setting(d=300, T=1, spectrum="power-law:3/2")
    spectrum = build_spectrum(setting, Float64())
    lam, T = (each.ravel() for each in np.meshgrid(np.geomspace(1e-6, 1, 40), range(100, 1100, 25)))
    pairs = list(zip(lam, T, strict=True))
    batch = best_time(lambda: batch_kappa(spectrum, lam, T))
    looped = best_time(
        lambda: [solve_kappa(spectrum, Fraction(x), int(t), Float64()) for x, t in pairs]
    )
    brent = best_time(lambda: [with_brentq(spectrum.s, t, x) for x, t in pairs])
    print(f"\ngrid of {len(lam)} points, d = 300: ms for all, gain over the loop of brentq")
    for name, ms in (("brentq loop", brent), ("our loop", looped), ("our batch", batch)):
        print(f"{name:12} {ms:9.1f} {brent / ms:7.1f}x")


def main() -> None:
    """Print all tables."""
    warnings.simplefilter("ignore")
    float64_table()
    many_digits_table()
    infinite_table()
    batch_table()


if __name__ == "__main__":
    main()
