"""C4: fake data hurt the variance alone for T0 >= d + 2, and bias and variance for T0 < d."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

# Values in float64: equal up to the rounding of their sums.
_ROUNDING = 1e-12


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Compare the bias with that of clean data, and put the bias on trial by simulation."""
    assert setting.T0 is not None
    bias, clean = theory.value(setting, "bias"), theory.value(setting.clean(), "bias")
    untouched = abs(bias - clean) <= _ROUNDING * clean
    method = "deterministic equivalent"
    if setting.T0 > setting.d:
        judge.compare(setting, "bias", clean, bias, holds=untouched, method=method)
    else:
        judge.compare(
            setting, "bias", clean, bias, holds=bias > clean and not untouched, method=method
        )
    judge.mean(setting, bias, quantity="bias", limit=True)
    judge.mean(setting, theory.value(setting, "synthetic"), quantity="synthetic", limit=True)


_WIDE = make_setting(d=16, T=32, T0=8, n=2, sigma=1, sigma0=1, lam="0.1", spectrum="power-law:3/2")

# The bias neither rises nor falls with n; with fewer rows it is no less than that of clean data.
_STAYS = """[conjecture]
quantity = "bias"
relation = "{}-in"
kind = "limit"
formula = "n"
[domain]
d = {{ integers = [5, 500] }}
T = "d .. 9*d"
T0 = "d + 2 .. 9*d"
n = {{ integers = [0, 99] }}
sigma = [0.01, 9]
sigma0 = [0.01, 9]
lam = [0.001, 99]
spectrum = ["isotropic", "ar1:1/2", "power-law:3/2"]
"""
_GROWS = """[conjecture]
quantity = "bias"
relation = "at-least"
kind = "limit"
formula = "b*kappa^2/(1+kappa)^2/(1-gamma)"
[domain]
d = { integers = [5, 500] }
T = "d .. 9*d"
T0 = "2 .. d - 2"
n = 1
sigma0 = [0.01, 9]
lam = [0.001, 99]
"""

CLAIM = Claim(
    id="C4",
    title="which part of the error fake data hurt",
    statement=(
        "Without ridge in the chain: for T0 >= d + 2 the bias (the error at sigma = sigma0 = 0) is "
        "that of clean data; for T0 < d the bias grows too."
    ),
    domain=read_domain(
        {
            "d": {"integers": [8, 16]},
            "T": "2*d .. 3*d",
            "T0": "d/4 .. 3*d",
            "n": {"integers": [1, 3]},
            "sigma": [0.1, 2],
            "sigma0": [0.1, 2],
            "lam": [0.05, 1],
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
        }
    ),
    proofs=(_STAYS.format("increases"), _STAYS.format("decreases"), _GROWS),
    holds=holds,
    mutants=(
        ClaimMutant(
            "a generator that forgets nothing (m' = m)",
            lambda: mutated("generator", {"mean": sy.m}),
            _WIDE,
        ),
    ),
    witness=_WIDE,
    examples=2,
)
