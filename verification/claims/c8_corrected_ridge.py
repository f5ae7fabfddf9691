"""C8: the corrected optimal ridge beats the classical one on fake data."""

from fractions import Fraction

from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, as_fraction
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_NEIGHBOURS = (Fraction(1, 4), Fraction(4))


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Simulation finds less error at the claimed optimum than at a quarter and four times it."""
    best = setting.with_(lam=theory.optimal_lam(setting))
    for factor in _NEIGHBOURS:
        judge.no_worse(best, setting.with_(lam=best.lam * factor))
    found = optimum(setting)
    value, classical = float(found.value), float(found.value_at_classical)
    judge.compare(
        setting,
        "test_error at the classical penalty",
        value,
        classical,
        holds=classical >= value if setting.n else abs(classical - value) <= 1e-9 * value,
        method="deterministic equivalent",
    )
    judge.mean(best, theory.value(best), limit=True)


def _classical(setting: Setting) -> Fraction:
    return as_fraction(optimum(setting.clean()).lam)


_FAKE = make_setting(d=16, T=48, T0=32, n=4, sigma="0.3", sigma0=1)

# Sigma = I, all sizes.
_PENALTY = """[conjecture]
quantity = "optimal_lam"
relation = "{}"
kind = "limit"
formula = "sigma^2*phi/b"
[domain]
d = {{ integers = [5, 500] }}
T = "d/9 .. 9*d"
T0 = "d + 2 .. 9*d"
n = {}
sigma = [0.01, 9]
sigma0 = [0.01, 9]
"""

CLAIM = Claim(
    id="C8",
    title="corrected optimal ridge beats the classical one on fake data",
    statement=(
        "The penalty that minimises the error on fake data is larger than the classical one and "
        "has less error; on clean data the two coincide."
    ),
    domain=read_domain(
        {
            "d": {"integers": [16, 20]},
            "T": "2*d .. 3*d",
            "T0": "2*d .. 3*d",
            "n": {"integers": [0, 4]},
            "sigma": [0.2, 1],
            "sigma0": [0.2, 1],
            "lam": 1,
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
        }
    ),
    proofs=(_PENALTY.format("at-least", "{ integers = [1, 99] }"), _PENALTY.format("equals", 0)),
    holds=holds,
    mutants=(
        ClaimMutant(
            "the classical penalty called optimal on fake data",
            lambda: Theory(penalty=_classical),
            _FAKE,
        ),
    ),
    witness=_FAKE.with_(lam=1),
    examples=3,
)
