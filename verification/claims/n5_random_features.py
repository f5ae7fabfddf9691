"""N5: ridge on random features, on clean, synthetic and mixed rows, for every width."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error tends to the functional of the last generator's moments."""
    judge.mean(setting, theory.value(setting), limit=True)


_MIXED = make_setting(
    d=32, T=64, T0=64, n=1, sigma=1, sigma0=1, lam="0.1", lam0="0.1", width=24,
    synthetic_fraction="1/2", sigma_real="0.5",
)  # fmt: skip
_ERROR = find("random-features").expression()
_P2 = sy.synthetic_fraction

CLAIM = Claim(
    id="N5",
    title="random features of any width",
    statement=(
        "Ridge on `width` random features, with T above or below the width and both above or "
        "below d, on real, synthetic or mixed rows, tends to the functional whose penalty obeys "
        "lam = kappa (1 - df1/width) (1 - df1/T)."
    ),
    domain=read_domain(
        {
            "d": {"integers": [16, 24]},
            "T": "d/2 .. 3*d",
            "width": "d/2 .. 2*d",
            "T0": "d/2 .. 3*d",
            "n": {"integers": [0, 2]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "lam": [0.1, 1],
            "lam0": [0.1, 1],
            "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "the noise that ridge on all features would fill: gamma for gamma_width",
            lambda: mutated(
                "random-features", {"test_error": _ERROR.subs(sy.gamma_width, sy.gamma)}
            ),
            _MIXED,
        ),
        ClaimMutant(
            "a signal that the width does not cut: no 1/(width - df2)",
            lambda: mutated(
                "random-features",
                {"test_error": _ERROR.subs(1 / (sy.width - sy.df2), 0)},
            ),
            _MIXED,
        ),
        ClaimMutant(
            "the labels of the two kinds of rows agree",
            lambda: mutated("random-features", {"test_error": _ERROR.subs(_P2 * (1 - _P2), 0)}),
            _MIXED,
        ),
    ),
    witness=_MIXED,
    examples=3,
)
