"""N7: rows with a scale of their own change least squares at leading order."""

from theory import symbols as sy
from theory.setting import Setting, make_setting
from verification.claim import Claim, Mutant
from verification.domain_table import read_domain
from verification.judge import Judge
from verification.theories import Theory, mutated

__all__ = ["CLAIM"]

_LAWS = ("elliptical:1/2*2/3,2*1/3", "elliptical:1/4*4/5,4*1/5")


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error tends to sigma^2 q + n sigma0^2 q0, for every spectrum and truth."""
    judge.mean(setting, theory.value(setting), limit=True)


_WITNESS = make_setting(
    d=32, T=80, T0=96, n=2, sigma=1, sigma0=1, spectrum="power-law:3/2", features=_LAWS[0]
)

CLAIM = Claim(
    id="N7",
    title="elliptical features: least squares is not universal",
    statement=(
        "For rows sqrt(tau) x, E tau = 1, least squares tends to sigma^2 q + n sigma0^2 q0 with "
        "E[tau q/(1 + tau q)] = d/T, not to the normal d/(T-d): the formulas for normal features "
        "are wrong at leading order."
    ),
    domain=read_domain(
        {
            "lam": 0,
            "d": 32,
            "T": "3*d .. 4*d",
            "T0": "3*d .. 4*d",
            "n": {"integers": [0, 2]},
            "sigma": [0.5, 2],
            "sigma0": [0.5, 2],
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
            "features": list(_LAWS),
        }
    ),
    holds=holds,
    mutants=(
        Mutant(
            "the law of normal features, d/(T-d)",
            lambda: mutated(
                "elliptical-least-squares", {"variance": sy.sigma**2 * sy.d / (sy.T - sy.d)}
            ),
            make_setting(d=32, T=96, sigma=1, features=_LAWS[1]),
        ),
        Mutant(
            "the generators' law downstream: q0 in place of q",
            lambda: mutated("elliptical-least-squares", {"synthetic": sy.n * sy.sigma0**2 * sy.q}),
            make_setting(d=32, T=96, T0=160, n=1, sigma=1, sigma0=1, features=_LAWS[1]),
        ),
    ),
    witness=_WITNESS,
    examples=2,
)
