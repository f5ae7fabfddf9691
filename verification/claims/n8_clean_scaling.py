"""N8: clean scaling laws have these constants, on the infinite spectrum."""

import math
from fractions import Fraction

from sympy import Symbol, zeta

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.derivations.scaling_constants import Clean, law, measured
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_NEAR, _FAR = 10**7, 10**10
_CLOSE = 0.01  # of 1, at the larger T
_RATE = 0.05
_METHOD = "certified sums over the infinite spectrum"
# What each law is about; those of lam = 0 by another name.
_LAWS = {
    "ridge_bias": Symbol("bias"),
    "ridge_variance": Symbol("variance"),
    "ridgeless_kappa": Symbol("ridgeless kappa"),
    "ridgeless_bias": Symbol("ridgeless bias"),
    "ridgeless_variance": Symbol("ridgeless variance"),
}


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Each term over its law tends to 1, the variance at the predicted rate."""
    assert isinstance(setting.spectrum, PowerLaw)
    assert isinstance(setting.signal, Source)
    beta, r = setting.spectrum.beta, setting.signal.r
    expressions = (theory.overrides.get("clean-scaling") or find("clean-scaling")).expressions
    # ell < beta/2, so that the two corrections of the variance fall at different rates.
    ridge, ridgeless = Clean(beta, r, 2 * beta / 5), Clean(beta, r)
    for name, quantity in _LAWS.items():
        growth = ridgeless if name.startswith("ridgeless") else ridge
        near, far = (
            measured(quantity, growth.at(T)) / law(expressions[name], growth.at(T))
            for T in (_NEAR, _FAR)
        )
        shown = f"{name.replace('_', ' ')} over its law, T = 10^10"
        close = abs(far - 1) <= _CLOSE
        judge.compare(setting, shown, 1.0, far, holds=close, method=_METHOD)
        if name == "ridge_variance":
            rate = math.log(abs(far - 1) / abs(near - 1)) / math.log(_FAR / _NEAR)
            claimed = -float(min(Fraction(2, 5), Fraction(3, 5)))
            judge.compare(
                setting,
                "exponent of what the variance's law leaves out, -min(ell, beta - ell)/beta",
                claimed,
                rate,
                holds=abs(rate - claimed) <= _RATE,
                method=_METHOD,
            )


def _witness(r: str) -> Setting:
    return make_setting(
        d=16, T=48, sigma=1, lam="0.1", spectrum="power-law:3/2", signal=f"source:{r}"
    )


_VARIANCE = find("clean-scaling").expressions["ridge_variance"]
_BIAS = find("clean-scaling").expressions["ridge_bias"]

CLAIM = Claim(
    id="N8",
    title="clean scaling laws with their constants",
    statement=(
        "On clean data with s_i = i^-beta and lam = T^-ell, bias and variance tend to powers of T "
        "with the catalogued constants; at lam = 0 the variance stays at sigma^2 (beta - 1)."
    ),
    domain=read_domain(
        {
            "T": {"integers": [40, 80]},
            "d": 16,
            "n": 0,
            "sigma": 1,
            "lam": 0.1,
            "spectrum": ["power-law:3/2", "power-law:2"],
            "signal": ["source:2/5", "source:1", "source:7/5"],
        }
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "df1 in the place of df2 in the variance",
            lambda: mutated("clean-scaling", {"ridge_variance": _VARIANCE / (1 - 1 / sy.beta)}),
            _witness("2/5"),
        ),
        ClaimMutant(
            "a signal that is not normalised",
            lambda: mutated("clean-scaling", {"ridge_bias": _BIAS * zeta(1 + 2 * sy.beta * sy.r)}),
            _witness("1"),
        ),
        ClaimMutant(
            "a plateau of sigma^2 beta",
            lambda: mutated("clean-scaling", {"ridgeless_variance": sy.sigma**2 * sy.beta}),
            _witness("7/5"),
        ),
        ClaimMutant(
            "no 1/(1-gamma) in the bias without ridge",
            lambda: mutated(
                "clean-scaling",
                {"ridgeless_bias": find("clean-scaling").expressions["ridgeless_bias"] / sy.beta},
            ),
            _witness("2/5"),
        ),
    ),
    witness=_witness("2/5"),
    examples=3,
)
