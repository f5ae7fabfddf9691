"""C7: the modified scaling law under a power-law spectrum, on actual spectra."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.scaling.answers import exponents
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.derivations.slopes import Growth, measured_slope
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.suite.witnesses import LARGE_POWER_LAW, SMALL_POWER_LAW
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_C = Fraction(3, 5)
# Corrections to the slopes vanish like powers of T; at T = 10^6 they are below this.
_SLOPE = 0.05


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The slope of the error in T at lam = T^-ell* is the corrected rate."""
    assert isinstance(setting.spectrum, PowerLaw)
    assert isinstance(setting.signal, Source)
    beta, r = setting.spectrum.beta, setting.signal.r
    claimed = exponents(beta, r, _C)
    growth = Growth(beta, r, _C, Fraction(claimed.ell), n=setting.n)
    slope = measured_slope(growth, theory, setting.T)
    judge.compare(
        setting,
        "exponent of the test error",
        float(claimed.rate),
        slope,
        holds=abs(slope - float(claimed.rate)) <= _SLOPE,
        method="deterministic equivalent between T and 16 T",
    )


CLAIM = Claim(
    id="C7",
    title="modified scaling law under a power-law spectrum",
    statement=(
        "For T0 = T^c, c < 1, lam = T^-ell with the corrected ell the error decreases as "
        "T^-(c 2 beta r_/(2 beta r_ + 1)), slower than on clean data."
    ),
    domain=read_domain(
        {
            "T": {"integers": [2**15, 2**17]},
            "T0": "T^(3/5)",
            "d": "T0/2",
            "n": {"integers": [1, 4]},
            "sigma": 1,
            "sigma0": 1,
            "lam": "T^(-3/5*beta/(2*beta*r+1))",
            "spectrum": ["power-law:3/2", "power-law:2"],
            "signal": ["source:2/5", "source:1/2", "source:3/4"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "a bias of order kappa^3",
            lambda: mutated(
                "ridge",
                {
                    "bias": SpectralSum(sy.kappa**3 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 3),
                    "synthetic": sy.n * sy.sigma0**2 * sy.df2**2 / (sy.T0 - sy.d) ** 2,
                },
            ),
            LARGE_POWER_LAW.with_(n=2),
        ),
    ),
    witness=SMALL_POWER_LAW,
    examples=6,
)
