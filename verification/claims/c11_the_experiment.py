"""C11: the source's experiment in d = 300, as its figures show it."""

from __future__ import annotations

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.figures.experiments import isotropic, overparametrized
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

# The property runs the figures' settings with every size divided, which leaves their limit as it
# is: 2 x(2) - x(1) draws d = 32 and 64.  The literal witness has d = 300.
_D, _FULL = 32, 300
_FAR = (Fraction(1, 10), Fraction(10))  # from the best penalty


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The curves, the U shape, and generators with fewer rows than dimensions."""
    judge.mean(setting, theory.value(setting), limit=True)
    valley = isotropic.base(_D, setting.n)
    best = valley.with_(lam=theory.optimal_lam(valley))
    for factor in _FAR:
        judge.no_worse(best, valley.with_(lam=best.lam * factor))
    for noise in (Fraction(0), Fraction(1, 2)):
        few = overparametrized.base(_D, Fraction(1, 2), setting.design, noise)
        few = few.with_(n=max(1, setting.n))
        if noise or setting.design == "independent":
            judge.mean(few, theory.value(few, form=Form.EXACT))


_ISOTROPIC = isotropic.base(_D, 5)
_FEW_ROWS = find("isotropic-overparametrized").expressions

CLAIM = Claim(
    id="C11",
    title="the experiment in d = 300: curves, U shape, few and many generator rows",
    statement=(
        "At the ratios of the figures (their d = 300 literally once, smaller for the rest), "
        "isotropic or with a power-law spectrum, the error against T and lam after n generations "
        "follows the formula; in lam it is U-shaped; and generators with T0 < d rows follow "
        "theirs, with and without label noise, on fresh and shared designs."
    ),
    domain=read_domain(
        {
            "d": _D,
            "T": {"integers": [_D // 2, 4 * _D]},
            "T0": 2 * _D,
            "n": {"integers": [0, 10]},
            "sigma": 0.5,
            "sigma0": 0.5,
            "lam": [0.05, 1],
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
            "design": ["independent", "shared"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "generators' noise that ridge filters but does not overfit",
            lambda: mutated(
                "ridge", {"synthetic": sy.n * sy.sigma0**2 * sy.df2 / (sy.T0 - sy.d - 1)}
            ),
            _ISOTROPIC.with_(lam=Fraction(1)),  # the term counts where ridge filters much
        ),
        ClaimMutant(
            "the classical penalty called the bottom of the valley",
            lambda: Theory(penalty=lambda setting: setting.sigma**2 * setting.d / setting.T),
            _ISOTROPIC,
        ),
        ClaimMutant(
            "few generator rows that lose the signal of one generation only",
            lambda: mutated(
                "isotropic-overparametrized", {"bias": _FEW_ROWS["bias"].subs(sy.n, 1)}
            ),
            _ISOTROPIC,
        ),
    ),
    witness=isotropic.base(_FULL, 1).with_(T=400, T0=400, lam=Fraction(0)),
    witness_is_exact=True,
    examples=2,
)
