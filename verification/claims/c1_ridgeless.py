"""C1: with least squares everywhere the error is exactly linear in n."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error is sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1), whatever Sigma and w0."""
    judge.mean(setting, theory.value(setting, form=Form.EXACT))


_SMALL = make_setting(d=10, T=20, T0=20, n=3, sigma=1, sigma0=1, spectrum="power-law:3/2")

CLAIM = Claim(
    id="C1",
    title="ridgeless error is exactly linear in the generations",
    statement=(
        "For lam = 0 and T, T0 >= d + 2 the error grows by sigma0^2 d/(T0-d-1) each generation, "
        "at every finite size, for every spectrum and truth."
    ),
    domain=read_domain(
        {
            "lam": 0,
            "d": {"integers": [3, 20]},
            "T": "d + 8 .. 4*d + 8",
            "T0": "d + 8 .. 4*d + 8",
            "n": {"integers": [0, 6]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "d/(T-d) in place of d/(T-d-1)",
            lambda: mutated("ridgeless", {"variance": sy.sigma**2 * sy.d / (sy.T - sy.d)}),
            make_setting(d=8, T=16, sigma=1),
        ),
        ClaimMutant(
            "d/(T0-d) in place of d/(T0-d-1)",
            lambda: mutated(
                "ridgeless", {"synthetic": sy.n * sy.sigma0**2 * sy.d / (sy.T0 - sy.d)}
            ),
            _SMALL,
        ),
    ),
    witness=_SMALL,
    witness_is_exact=True,
    examples=8,
)
