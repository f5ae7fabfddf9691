"""C3: learning becomes impossible as the generations go on."""

from fractions import Fraction

from sympy import Rational

from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated, signal_energy
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_LAST = 10**6
_FORGOTTEN = 12
_MANY = 400  # generations after which a forgetting chain has forgotten, for these spectra
_ROUNDING = 1e-9
_METHOD = "deterministic equivalent"


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Linear growth or a finite limit at fixed lam; with lam re-optimised, b from below."""
    assert setting.T0 is not None
    if setting.T0 > setting.d and setting.lam0 == 0:
        _grows_linearly(setting, judge, theory)
    else:
        _forgets(setting, judge, theory)
    _forgets(setting.with_(lam0=Fraction(1, 2)), judge, theory)  # ridge forgets at any T0
    _reoptimised(setting, judge)
    judge.mean(setting, theory.value(setting), limit=True)


def _grows_linearly(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The synthetic term of n generations is n times that of one."""
    one = theory.value(setting.with_(n=1), "synthetic")
    many = theory.value(setting.with_(n=_MANY), "synthetic")
    judge.compare(
        setting.with_(n=_MANY),
        "synthetic",
        _MANY * one,
        many,
        holds=abs(many - _MANY * one) <= _ROUNDING * many,
        method=_METHOD,
    )


def _forgets(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The bias tends to b = 1 of these settings, and the error stops moving."""
    later = setting.with_(n=2 * _MANY)
    whole = signal_energy(setting)
    lost = theory.value(later, "bias")
    judge.compare(
        later, "bias", whole, lost, holds=abs(lost - whole) <= 1e-6 * whole, method=_METHOD
    )
    # The fixed point of the affine map in closed form, against the iterated generator.
    limit = phase(setting).limit_error
    assert limit is not None
    fixed_point, after = float(limit), theory.value(later)
    judge.compare(
        later,
        "test_error",
        fixed_point,
        after,
        holds=abs(after - fixed_point) <= 1e-6 * after,
        method=_METHOD,
    )


def _reoptimised(setting: Setting, judge: Judge) -> None:
    """With the best lam at each n the error climbs towards b and stays below it."""
    assert setting.T0 is not None
    # A forgetting chain is indistinguishable from pure noise long before least squares is.
    last = _LAST if setting.T0 > setting.d and setting.lam0 == 0 else _FORGOTTEN
    best = [float(optimum(setting.with_(n=n)).value) for n in (1, last // 2, last)]
    whole = signal_energy(setting)
    holds = best[0] < best[1] <= best[2] <= whole * (1 + _ROUNDING) and best[2] > 0.99 * whole
    judge.compare(
        setting.with_(n=last),
        "optimal test_error",
        whole,
        best[2],
        holds=holds,
        method=_METHOD,
    )


_NARROW = make_setting(d=16, T=32, T0=48, n=2, sigma=1, sigma0=1, lam="0.1", spectrum="ar1:1/2")

# Least squares in the chain, any spectrum and sizes: the error grows, at least linearly in n.
_CHAIN = """[domain]
d = { integers = [5, 500] }
T = "d .. 9*d"
T0 = "d + 2 .. 9*d"
n = { integers = [0, 99] }
sigma = [0.01, 9]
sigma0 = [0.01, 9]
lam = [0.001, 99]
spectrum = ["isotropic", "ar1:1/2", "power-law:3/2"]
"""
_GROWS = """[conjecture]
quantity = "test_error"
relation = "increases-in"
kind = "limit"
formula = "n"
"""
_LINEARLY = """[conjecture]
quantity = "synthetic"
relation = "at-least"
kind = "limit"
formula = "n*sigma0^2*df2/(T0-d)"
"""

CLAIM = Claim(
    id="C3",
    title="learning becomes impossible",
    statement=(
        "At fixed lam the error is unbounded in n iff lam0 = 0, T0 >= d + 2 and sigma0 > 0; "
        "otherwise the signal is lost and the error converges.  With lam re-optimised at each n "
        "it stays below b and tends to b."
    ),
    domain=read_domain(
        {
            "d": {"integers": [16, 20]},
            "T": "2*d .. 3*d",
            "T0": "d/2 .. 3*d",
            "n": {"integers": [1, 3]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "lam": [0.05, 1],
            "lam0": 0,
            "spectrum": ["isotropic", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    proofs=(_GROWS + _CHAIN, _LINEARLY + _CHAIN),
    holds=holds,
    mutants=(
        ClaimMutant(
            "a synthetic term that grows like the square root of n",
            lambda: mutated(
                "ridge",
                {"synthetic": sy.n ** Rational(1, 2) * sy.sigma0**2 * sy.df2 / (sy.T0 - sy.d)},
            ),
            _NARROW,
        ),
        ClaimMutant(
            "a generator that forgets nothing (m' = m)",
            lambda: mutated("generator", {"mean": sy.m}),
            _NARROW.with_(T0=8),
        ),
    ),
    witness=_NARROW,
    examples=3,
)
