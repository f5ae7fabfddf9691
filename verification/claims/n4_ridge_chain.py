"""N4: generators with penalties, sizes and noises of their own compose by their own steps."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.generations import Generation
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.theorems import generator
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_FACTORS = ((1, 1, 1), (2, 0, 2), (3, Fraction(1, 2), Fraction(1, 2)), (1, 2, 1), (4, 0, 1))
_MANY = 60


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Each term of a chain of unlike generators, and a signal that every order forgets."""
    unlike = setting if setting.schedule else _unlike(setting)
    for term in ("bias", "synthetic"):
        judge.mean(unlike, theory.value(unlike, term), quantity=term, limit=True)
    judge.mean(unlike, theory.value(unlike), limit=True)
    _forgotten(unlike, judge, theory)


def _unlike(setting: Setting) -> Setting:
    """Generations made from one: T0, lam0 and sigma0 times factors; no T0 next to d at lam0 = 0."""
    assert setting.T0 is not None
    schedule = tuple(
        Generation(
            setting.d + 8 + setting.T0 if ridge == 0 else rows * setting.T0,
            noise * setting.sigma0,
            ridge * setting.lam0,
        )
        for rows, ridge, noise in _FACTORS[: setting.n]
    )
    zero = Fraction(0)
    return setting.with_(T0=None, sigma0=zero, lam0=zero, schedule=schedule)


def _forgotten(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The bias grows with every repetition of the chain, towards b."""
    bias = [
        theory.value(setting.with_(n=k * setting.n, schedule=k * setting.schedule), "bias")
        for k in (1, 2, _MANY)
    ]
    judge.compare(
        setting, "bias after twice the chain", bias[0], bias[1],
        holds=bias[0] < bias[1] < bias[2] <= 1 + 1e-9, method="deterministic equivalent",
    )  # fmt: skip


_SMALL = make_setting(
    d=16, T=32, T0="12,40,24", lam0="0.2,0,0.5", sigma0="1,2,1", n=3, sigma=1, lam="0.1",
    spectrum="ar1:1/2",
)  # fmt: skip
_STEP = generator.EXPRESSIONS
_NEXT = _STEP["second_moment"]

CLAIM = Claim(
    id="N4",
    title="ridge generators of any sizes and penalties compose",
    statement=(
        "A chain whose generators have T0, lam0 and sigma0 of their own is the step of one "
        "generator (T4) taken with each kappa0 in turn, above d and below; the signal is forgotten "
        "as soon as one of them has kappa0 > 0."
    ),
    domain=read_domain(
        {
            "d": 16,
            "T": "d .. 3*d",
            "T0": "10 .. 30",
            "n": {"integers": [2, 5]},
            "sigma": [0.1, 1],
            "sigma0": [0.5, 1],
            "lam": [0.05, 1],
            "lam0": [0.1, 1],
            "spectrum": ["isotropic", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "a generation that spreads nothing of what it lost",
            lambda: mutated(
                "ridge-chain",
                {"second_moment": sum(term for term in _NEXT.args if not term.has(SpectralSum))},
            ),
            _SMALL,
        ),
        ClaimMutant(
            "generators that shrink the mean twice",
            lambda: mutated("ridge-chain", {"mean": _STEP["mean"] * sy.s / (sy.s + sy.kappa0)}),
            _SMALL,
        ),
    ),
    witness=_SMALL,
    examples=2,
)
