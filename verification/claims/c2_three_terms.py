"""C2: ridge error = bias + variance + n sigma0^2 rho, each term on its own."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Each simulated term tends to its own formula."""
    for term in ERROR_TERMS:
        claimed = theory.value(setting, term)
        if claimed or term == "bias":
            judge.mean(setting, claimed, quantity=term, limit=True)


_SMALL = make_setting(
    d=16, T=32, T0=48, n=2, sigma=1, sigma0=1, lam="0.1", spectrum="power-law:3/2"
)
_RHO_NUMERATOR = sy.df2 + sy.gamma / (1 - sy.gamma) * (sy.d - 2 * sy.df1 + sy.df2)

CLAIM = Claim(
    id="C2",
    title="ridge error is bias + variance + n sigma0^2 rho",
    statement=(
        "With least-squares generators the chain adds to the clean bias and variance one term, "
        "proportional to n; each of the three agrees with simulation by itself."
    ),
    domain=read_domain(
        {
            "d": {"integers": [8, 16]},
            "T": "d .. 3*d",
            "T0": "2*d .. 4*d",
            "n": {"integers": [0, 3]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "lam": [0.05, 1],
            "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "rho without its gamma/(1-gamma) part",
            lambda: mutated(
                "ridge",
                {"synthetic": sy.n * sy.sigma0**2 * sy.df2 / (sy.T0 - sy.d - 1)},
            ),
            _SMALL,
        ),
        ClaimMutant(
            "bias without 1/(1-gamma)",
            lambda: mutated(
                "ridge",
                {"bias": SpectralSum(sy.kappa**2 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2)},
            ),
            _SMALL,
        ),
        ClaimMutant(
            "T0 in place of T0 - d in rho",
            lambda: mutated("ridge", {"synthetic": sy.n * sy.sigma0**2 * _RHO_NUMERATOR / sy.T0}),
            _SMALL,
        ),
    ),
    witness=_SMALL,
    examples=3,
)
