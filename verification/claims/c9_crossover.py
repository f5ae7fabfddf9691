"""C9: below T_x the fast rate, beyond it a plateau that T0 limits."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.scaling.answers import exponents
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.derivations.slopes import (
    Growth,
    best_error_slope,
    crossover_size,
    plateau_slope,
)
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.suite.witnesses import SMALL_POWER_LAW
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_SLOPE = 0.08  # slopes over finite ranges on both sides of a smooth crossover
_METHOD = "deterministic equivalent, best of a grid in lam"


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Variance and synthetic term cross at T_x; the best error falls before it and not after."""
    assert isinstance(setting.spectrum, PowerLaw)
    assert isinstance(setting.signal, Source)
    crossing = setting.with_(T=round(crossover_size(setting)), lam=0)
    variance, synthetic = (theory.value(crossing, q) for q in ("variance", "synthetic"))
    judge.compare(
        crossing,
        "synthetic at T_x",
        variance,
        synthetic,
        # T_x is rounded to an integer: one row in T_x - d changes the variance by that much.
        holds=abs(synthetic - variance) <= 2 * variance / (crossing.T - crossing.d),
        method="least squares, limit form",
    )
    rate = float(exponents(setting.spectrum.beta, setting.signal.r, 1, clean=True).rate)
    growth = Growth(setting.spectrum.beta, setting.signal.r, Fraction(1), Fraction(0))
    beyond = best_error_slope(setting.with_(T=2**10 * crossing.T), theory)
    judge.compare(
        setting,
        "slope of the best error beyond T_x",
        0.0,
        beyond,
        holds=abs(beyond) <= _SLOPE,
        method=_METHOD,
    )
    plateau = plateau_slope(growth, theory)
    judge.compare(
        setting,
        "slope of the plateau in T0",
        rate,
        plateau,
        holds=abs(plateau - rate) <= _SLOPE,
        method=_METHOD,
    )


_POINT = make_setting(
    d=256, T=1024, T0=512, n=1, sigma=4, sigma0=1, lam="0.01",
    spectrum="power-law:3/2", signal="source:2/5",
)  # fmt: skip

CLAIM = Claim(
    id="C9",
    title="crossover from the fast rate to the T0-limited plateau",
    statement=(
        "At fixed T0 and d the variance falls below the synthetic term at "
        "T_x = d + (1 - phi0) T0 sigma^2/(n sigma0^2); beyond it more data do not help: the best "
        "error stays at the order T0^-(2 beta r_/(2 beta r_ + 1))."
    ),
    domain=read_domain(
        {
            "d": {"integers": [128, 256]},
            "T": "4*d",
            "T0": "2*d",
            "n": {"integers": [1, 3]},
            "sigma": [2, 6],
            "sigma0": 1,
            "lam": 0.01,
            "spectrum": ["power-law:3/2", "power-law:2"],
            "signal": ["source:2/5", "source:1/2"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "a synthetic term that more data average out",
            lambda: mutated("ridgeless", {"synthetic": sy.n * sy.sigma0**2 * sy.d / sy.T}),
            _POINT,
        ),
    ),
    witness=SMALL_POWER_LAW,
    examples=3,
)
