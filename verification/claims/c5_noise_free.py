"""C5: without label noise fresh designs forget exponentially, a shared one only once."""

from sympy import Integer

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error is b (1 - eta^n), or b (1 - eta) on a shared design."""
    judge.mean(setting, theory.value(setting, form=Form.EXACT))


_FRESH = make_setting(d=12, T=16, T0=8, n=3)
_SHARED = _FRESH.with_(design="shared")

CLAIM = Claim(
    id="C5",
    title="collapse without label noise",
    statement=(
        "For sigma = sigma0 = lam = 0, Sigma = I and T0 < d <= T the surviving signal is b eta^n "
        "with fresh designs, and b eta for every n >= 1 with one shared design; at every finite "
        "size."
    ),
    domain=read_domain(
        {
            "d": {"integers": [8, 24]},
            "T": "d .. 2*d",
            "T0": "d/4 .. 3*d/4",
            "n": {"integers": [1, 6]},
            "sigma": 0,
            "sigma0": 0,
            "lam": 0,
            "spectrum": ["isotropic"],
            "signal": ["flat"],
            "design": ["independent", "shared"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "fresh designs compound no further (eta in place of eta^n)",
            lambda: mutated("noise-free", {"bias": sy.b * (1 - sy.eta), "variance": Integer(0)}),
            _FRESH,
        ),
        ClaimMutant(
            "shared designs compound (eta^n in place of eta)",
            lambda: mutated("noise-free", {"bias": sy.b * (1 - sy.eta**sy.n)}),
            _SHARED,
        ),
    ),
    witness=_FRESH,
    witness_is_exact=True,
    examples=6,
)
