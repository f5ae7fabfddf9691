"""N7: the law of the features: what is universal, to which order, and what is not."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.features import excess_kurtosis
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.simulation.resolvents import TraceCorrection
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_ELLIPTICAL = ("elliptical:1/2*2/3,2*1/3", "elliptical:1/4*4/5,4*1/5")
_POWERS = {"resolvent_trace": 1, "resolvent_square": 2}
# First corrections are small numbers in the noise of large ones.
_TOLERANCE = 0.2
_RIDGE = Fraction(1)


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The limit is the same for independent entries and another for elliptical rows.

    For independent entries the first corrections of E tr R and E tr R^2 are those of kappa4.
    """
    if excess_kurtosis(setting.features) is not None:
        _corrections(setting.with_(lam=_RIDGE), judge, theory)
    judge.mean(setting, theory.value(setting), limit=True)


def _corrections(setting: Setting, judge: Judge, theory: Theory) -> None:
    for name, power in _POWERS.items():
        corrected, equivalent = (
            theory.named("universality", name, setting, form) for form in (Form.EXACT, Form.LIMIT)
        )
        judge.mean(
            setting,
            corrected - equivalent,
            quantity=f"first correction of E tr R^{power}",
            limit=True,
            method="tr R with controls",
            absolute_tolerance=_TOLERANCE * abs(corrected - equivalent) + 0.02,
            sampler=TraceCorrection(setting, judge.seed, judge.claim, power, equivalent),
        )


_LEAST_SQUARES = make_setting(d=32, T=96, sigma=1, features="rademacher")
_CUBE = SpectralSum(sy.s**2 / (sy.s + sy.kappa) ** 3) / sy.T
_TRACE = find("universality").expressions["resolvent_trace"]

CLAIM = Claim(
    id="N7",
    title="universality of the features, and where it ends",
    statement=(
        "Signs, uniform and Student entries have the limits of normal ones, and first "
        "corrections that depend on their kurtosis alone; rows with a scale of their own change "
        "least squares to sigma^2 q + n sigma0^2 q0, E[tau q/(1 + tau q)] = d/T."
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
            "spectrum": ["isotropic", "spiked:2*8,1"],
            "signal": ["flat"],
            "features": ["rademacher", "uniform", "student:12", *_ELLIPTICAL],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "the law of normal features for elliptical rows, d/(T-d)",
            lambda: mutated(
                "elliptical-least-squares", {"variance": sy.sigma**2 * sy.d / (sy.T - sy.d)}
            ),
            make_setting(d=32, T=96, sigma=1, features=_ELLIPTICAL[1]),
        ),
        ClaimMutant(
            "a correction of E tr R without kappa4",
            lambda: mutated("universality", {"resolvent_trace": _TRACE.subs(sy.kappa4, 0)}),
            _LEAST_SQUARES.with_(T=48),
        ),
        ClaimMutant(
            "kappa4/(1-gamma)^2 in place of kappa4/(1-gamma)",
            lambda: mutated(
                "universality",
                {
                    "resolvent_trace": _TRACE.subs(sy.kappa4, 0)
                    + sy.kappa4 * _CUBE / (1 - sy.gamma) ** 2
                },
            ),
            _LEAST_SQUARES.with_(T=36, sigma=0),
        ),
    ),
    witness=make_setting(
        d=32, T=80, T0=96, n=2, sigma=1, sigma0=1, spectrum="power-law:3/2", features=_ELLIPTICAL[0]
    ),
    examples=3,
)
