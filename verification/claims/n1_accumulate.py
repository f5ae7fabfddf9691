"""N1: accumulating the sets keeps the error bounded; pi^2/6 is exact for one shared design only."""

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

_METHOD = "exact theorem"
_LAST = 10**6
_ROUNDING = 1e-9
_PI_SQUARED_SIXTHS = 1.6449340668482264


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error on both designs; the law of 1/i^2 against it; the end of the sums."""
    for design in ("independent", "shared"):
        here = setting.with_(design=design)
        judge.mean(here, theory.value(here, form=Form.EXACT))
    _inverse_squares(setting, judge, theory)
    _bounded(setting, judge, theory)


def _synthetic(setting: Setting, theory: Theory) -> float:
    return theory.value(setting, "synthetic", Form.EXACT)


def _inverse_squares(setting: Setting, judge: Judge, theory: Theory) -> None:
    """1 + 1/4 + ... + 1/n^2 times the first generation: an equality, or a strict bound."""
    one = _synthetic(setting.with_(n=1), theory)
    bound = one * sum(1 / i**2 for i in range(1, setting.n + 1))
    shared = _synthetic(setting.with_(design="shared"), theory)
    fresh = _synthetic(setting, theory)
    name = "synthetic, against the sum of 1/i^2"
    equal = abs(shared - bound) <= _ROUNDING * bound
    judge.compare(setting.with_(design="shared"), name, bound, shared, holds=equal, method=_METHOD)
    strict = fresh < bound * (1 - _ROUNDING)
    judge.compare(setting, name, bound, fresh, holds=strict, method=_METHOD)


def _bounded(setting: Setting, judge: Judge, theory: Theory) -> None:
    """After 10^6 generations: within pi^2/6 of the first, where replacing gives 10^6 times it."""
    one = _synthetic(setting.with_(n=1), theory)
    for design in ("independent", "shared"):
        last = setting.with_(n=_LAST, design=design)
        grown = _synthetic(last, theory)
        below = 0 < grown < one * _PI_SQUARED_SIXTHS
        judge.compare(
            last, "synthetic, after 10^6 generations, at most pi^2/6 of the first",
            one * _PI_SQUARED_SIXTHS, grown, holds=below, method=_METHOD,
        )  # fmt: skip
    replaced = make_setting(**_numbers(setting), n=_LAST)
    diverged = _synthetic(replaced, theory)
    judge.compare(
        replaced, "synthetic, replacing", _LAST * one, diverged,
        holds=abs(diverged - _LAST * one) <= _ROUNDING * diverged, method=_METHOD,
    )  # fmt: skip


def _numbers(setting: Setting) -> dict[str, object]:
    names = ("d", "T", "T0", "sigma", "sigma0", "lam", "spectrum", "signal")
    return {name: getattr(setting, name) for name in names}


_SMALL = make_setting(
    d=3, T=12, T0=12, n=4, sigma=1, sigma0=2, spectrum="power-law:3/2", chain="accumulate"
)
_FRESH_SLIP = sy.sigma0**2 * sy.d * (1 - 1 / (sy.n + 1)) / (sy.T0 - sy.d - 1)

# The law of 1/i^2 on one design, exactly, for three generations.
_SHARED = """[conjecture]
quantity = "synthetic"
relation = "equals"
kind = "exact"
formula = "(1 + 1/4 + 1/9)*sigma0^2*d/(T0-d-1)"
[domain]
d = { integers = [3, 500] }
T = "d .. 9*d"
T0 = "d + 2 .. 9*d"
n = 3
sigma0 = [0.01, 9]
lam = 0
chain = "accumulate"
design = "shared"
spectrum = ["isotropic", "power-law:3/2"]
"""

CLAIM = Claim(
    id="N1",
    title="accumulated sets keep the error bounded",
    statement=(
        "Generator i on all sets so far adds sigma0^2 d/(i (i T0-d-1)) on fresh designs and "
        "sigma0^2 d/(i^2 (T0-d-1)) on a shared one: the sum of 1/i^2 is exact for the shared "
        "design, a strict bound for fresh ones from n = 2 on, and where replacing diverges "
        "accumulating never exceeds pi^2/6 of the first generation."
    ),
    domain=read_domain(
        {
            "lam": 0,
            "d": {"integers": [3, 12]},
            "T": "d + 8 .. 3*d + 8",
            "T0": "d + 8 .. 3*d + 8",
            "n": {"integers": [2, 5]},
            "sigma": [0.1, 1],
            "sigma0": [0.5, 2],
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
            "chain": ["accumulate"],
        }
    ),
    proofs=(_SHARED,),
    holds=holds,
    mutants=(
        ClaimMutant(
            "the sum of 1/(i (i+1)) in place of that of 1/(i (i T0-d-1))",
            lambda: mutated("accumulate", {"synthetic": _FRESH_SLIP}),
            _SMALL,
        ),
        ClaimMutant(
            "the noise of a chain that replaces",
            lambda: mutated(
                "accumulate",
                {
                    "synthetic": sy.sigma0**2 * sy.d * sy.n / (sy.T0 - sy.d - 1)
                },
            ),
            _SMALL.with_(n=2),
        ),
    ),
    witness=_SMALL,
    witness_is_exact=True,
    examples=4,
)  # fmt: skip
