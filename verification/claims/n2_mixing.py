"""N2: real and synthetic rows in one training set; a fixed synthetic share stops the scaling."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_PLENTY = 2000  # rows to a dimension
_METHOD = "exact theorem"


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error of a mixture tends to the formula; with plentiful rows it stays put."""
    judge.mean(setting, theory.value(setting), limit=True)
    _stops(setting, judge, theory)


def _stops(setting: Setting, judge: Judge, theory: Theory) -> None:
    """T -> infinity at lam = 0: never below P2^2 E||w_n - w0||_Sigma^2, and close to it."""
    assert setting.T0 is not None
    share, rows = setting.synthetic_fraction, setting.d * _PLENTY
    chain = {"lam": Fraction(0), "lam0": Fraction(0), "T": rows, "T0": setting.d + setting.T0}
    plentiful = setting.with_(**chain)
    own = theory.value(plentiful.with_(synthetic_fraction=Fraction(1)), "synthetic", Form.EXACT)
    left = float(share**2) * own
    judge.mean(plentiful, left, relation="at-least")
    found = theory.value(plentiful, form=Form.EXACT)
    labels = float(max(setting.sigma, setting.real_noise) ** 2) / (_PLENTY - 2)
    judge.compare(
        plentiful,
        "test_error with plentiful rows",
        left,
        found,
        holds=left <= found <= left * (1 + 2 / _PLENTY / float(share)) + labels,
        method=_METHOD,
    )


_TRUE = find("mixing").expressions["test_error"]
_DEVIATION = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
_P2 = sy.synthetic_fraction
_DISAGREEMENT = (
    (1 - _P2) * _P2 * sy.gamma / (1 - sy.gamma) * SpectralSum(sy.s * _DEVIATION)
)  # fmt: skip
_EVEN = make_setting(
    d=16, T=32, T0=24, n=2, sigma=1, sigma_real="1/2", sigma0=1, lam="0.1",
    synthetic_fraction="1/4", spectrum="power-law:3/2", lam0="0.1",
)  # fmt: skip

CLAIM = Claim(
    id="N2",
    title="real and synthetic rows: a fixed synthetic share stops the scaling",
    statement=(
        "With a share P2 of the rows labelled by any generator the error tends to the formula; "
        "labels that disagree are a noise of variance P1 P2 E||w_n - w0||_Sigma^2.  With the "
        "share and the generator fixed, P2^2 E||w_n - w0||_Sigma^2 is left however many rows come."
    ),
    domain=read_domain(
        {
            "d": {"integers": [16, 20]},
            "T": "d/2 .. 3*d",
            "T0": "d/2 .. 3*d",
            "n": {"integers": [1, 3]},
            "sigma": [0.1, 2],
            "sigma_real": [0.1, 2],
            "sigma0": [0.5, 2],
            "lam": [0.05, 1],
            "lam0": [0.1, 1],
            "synthetic_fraction": "1/4",
            "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "labels that disagree are no noise: without the term in P1 P2",
            lambda: mutated("mixing", {"test_error": _TRUE - _DISAGREEMENT}),
            _EVEN,
        ),
        ClaimMutant(
            "the generator's error times P2 rather than P2^2",
            lambda: mutated(
                "mixing-least-squares",
                {"test_error": _P2 * SpectralSum(sy.s * _DEVIATION)},
            ),
            _EVEN,
        ),
    ),
    witness=_EVEN,
    examples=2,
)
