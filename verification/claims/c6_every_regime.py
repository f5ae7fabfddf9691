"""C6: the explicit formulas agree with simulation, isotropic or not, in every regime."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error tends to the value of the theorem that covers the setting."""
    judge.mean(setting, theory.value(setting), limit=True)


_WIDE = make_setting(d=16, T=32, T0=8, n=2, sigma=1, sigma0=1, lam="0.1", spectrum="ar1:1/2")
_STEP = find("generator").expressions["second_moment"]

CLAIM = Claim(
    id="C6",
    title="explicit formulas agree with simulation in every regime",
    statement=(
        "Isotropic or anisotropic, T above or below d, independent or shared designs, generators "
        "with fewer rows than dimensions (C2 has those with more): the test error tends to the "
        "formula."
    ),
    domain=read_domain(
        {
            "d": {"integers": [16, 24]},
            "T": "d/2 .. 3*d",
            "T0": "d/4 .. d/2",
            "n": {"integers": [0, 3]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "lam": [0.05, 1],
            "lam0": 0,
            "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
            "signal": ["flat"],
            "design": ["independent", "shared"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "half of the generator's label noise",
            lambda: mutated(
                "generator", {"second_moment": _STEP.subs(sy.sigma0**2, sy.sigma0**2 / 2)}
            ),
            _WIDE,
        ),
    ),
    witness=_WIDE,
    examples=5,
)
