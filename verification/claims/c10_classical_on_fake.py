"""C10: the classical ridge on fake data is slower, or stops; it does not diverge."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.scaling.answers import exponents
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.derivations.slopes import Growth, measured_slope, power_law_setting
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.suite.witnesses import LARGE_POWER_LAW, SMALL_POWER_LAW
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_SLOPE = 0.05
_FAR = 2**35  # T at which the plateau is reached: T0 = T^(3/10) is about 1450
_METHOD = "deterministic equivalent"
_SLOW, _SMALL_C = Fraction(3, 5), Fraction(3, 10)


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Slower for 1/(2 beta r_+1) < c < 1, a plateau below; corrected ridge falls throughout."""
    assert isinstance(setting.spectrum, PowerLaw)
    assert isinstance(setting.signal, Source)
    beta, r = setting.spectrum.beta, setting.signal.r
    slow = exponents(beta, r, _SLOW)
    kept = Growth(beta, r, _SLOW, slow.classical_ell, n=setting.n)
    _slope(setting, judge, theory, kept, float(slow.rate_at_classical), "classical, c = 3/5")

    stuck = Growth(beta, r, _SMALL_C, exponents(beta, r, _SMALL_C).classical_ell, n=setting.n)
    far = power_law_setting(stuck, _FAR)
    assert far.T0 is not None
    plateau = float(setting.n * far.sigma0**2 * Fraction(far.d, far.T0 - far.d))
    value = theory.value(far)
    judge.compare(
        far,
        "classical error on its plateau, c = 3/10",
        plateau,
        value,
        holds=abs(value - plateau) <= 0.02 * plateau,
        method=_METHOD,
    )
    _slope(setting, judge, theory, stuck, 0.0, "classical, c = 3/10 (no divergence)", _FAR)

    corrected = exponents(beta, r, _SMALL_C)
    falls = Growth(beta, r, _SMALL_C, Fraction(corrected.ell), n=setting.n)
    _slope(setting, judge, theory, falls, float(corrected.rate), "corrected, c = 3/10", 2**30)


def _slope(
    setting: Setting,
    judge: Judge,
    theory: Theory,
    growth: Growth,
    claimed: float,
    name: str,
    start: int = 2**16,
) -> None:
    slope = measured_slope(growth, theory, start)
    judge.compare(
        setting,
        f"exponent of the test error, {name}",
        claimed,
        slope,
        holds=abs(slope - claimed) <= _SLOPE,
        method=_METHOD,
    )


# The synthetic term has its plateau as a bound, on any spectrum with T >= 2 d: no divergence.
_BOUNDED = """[conjecture]
quantity = "synthetic"
relation = "at-most"
kind = "limit"
formula = "n*sigma0^2*phi0/(1-phi0)"
[domain]
d = { integers = [5, 5000] }
T = "2*d .. 99*d"
T0 = "d + 2 .. 99*d"
n = { integers = [1, 99] }
sigma0 = [0.01, 9]
lam = [0.000001, 99]
spectrum = ["power-law:3/2"]
signal = ["source:2/5", "source:1/3"]
"""

CLAIM = Claim(
    id="C10",
    title="classical ridge on fake data is slower, or stops",
    statement=(
        "The exponent is -(c - 1/(2 beta r_+1)) for 1/(2 beta r_+1) < c < 1; for smaller c the "
        "error tends to n sigma0^2 phi0/(1-phi0), where the scaling formula read naively "
        "promises divergence.  The corrected ridge makes it tend to 0 throughout."
    ),
    domain=read_domain(
        {
            "T": {"integers": [2**16, 2**16 + 1]},
            "T0": "T^(3/5)",
            "d": "T0/2",
            "n": {"integers": [1, 3]},
            "sigma": 1,
            "sigma0": 1,
            "lam": 0.01,
            "spectrum": ["power-law:3/2"],
            "signal": ["source:2/5", "source:1/3"],
        }
    ),
    proofs=(_BOUNDED,),
    holds=holds,
    mutants=(
        ClaimMutant(
            "the naive law: a synthetic term that grows without the bound of d",
            lambda: mutated(
                "ridge",
                {"synthetic": sy.n * sy.sigma0**2 * sy.kappa ** (-1 / sy.beta) / (sy.T0 - sy.d)},
            ),
            LARGE_POWER_LAW,
        ),
    ),
    witness=SMALL_POWER_LAW,
    examples=2,
)
