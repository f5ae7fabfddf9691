"""C13: whether synthetic rows help real ones, first and later, is up to the generator's error."""

from fractions import Fraction
from functools import lru_cache

from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import (
    Theory,
    as_fraction,
    mutated,
    signal_energy,
)
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM"]

# Synthetic rows to a real one: before and after the first step, and a late one.
_FIRST, _LATE = (Fraction(0), Fraction(1, 4)), (Fraction(8), Fraction(16))
# The generator's error E||w_n - w0||_Sigma^2 in units of b + sigma^2, and the sign of either step.
_GENERATORS = {"good": (Fraction(1, 100), (-1, -1)), "bad": (Fraction(5), (1, 1))}
_BETWEEN = {"in between": (Fraction(1, 4), (-1, 1))}
_METHOD = "deterministic equivalent"


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """T counts the real rows; every case moves as claimed, in the theory and in simulation."""
    judge.mean(_mixed(setting, Fraction(1)), theory.value(_mixed(setting, Fraction(1))), limit=True)
    for error, signs in (_GENERATORS | _BETWEEN).values():
        generator = _generator(setting, error)
        for penalised in (lambda mixed: mixed, _reoptimised):
            for ratios, sign in zip((_FIRST, _LATE), signs, strict=True):
                before, after = (penalised(_mixed(generator, ratio)) for ratio in ratios)
                _moves(judge, theory, before, after, sign)
    _first_row(setting, judge)


def _mixed(setting: Setting, ratio: Fraction) -> Setting:
    """So many synthetic rows for every real one."""
    if ratio == 0:
        return setting.clean()
    synthetic = round(setting.T * ratio)
    rows = setting.T + synthetic
    return setting.with_(T=rows, synthetic_fraction=Fraction(synthetic, rows))


def _generator(setting: Setting, error: Fraction) -> Setting:
    """One least-squares generator with (about) this error, in units of b + sigma^2."""
    wanted = error * (as_fraction(signal_energy(setting)) + setting.sigma**2)
    rows = 3 * setting.d
    # n sigma0^2 d/(T0-d), sigma0 to three digits.
    noise = Fraction(round(1000 * float(wanted * (rows - setting.d) / setting.d) ** 0.5), 1000)
    return setting.with_(T0=rows, n=1, sigma0=noise)


@lru_cache(maxsize=64)
def _reoptimised(setting: Setting) -> Setting:
    return setting.with_(lam=as_fraction(optimum(setting).lam))


def _moves(judge: Judge, theory: Theory, before: Setting, after: Setting, sign: int) -> None:
    one, two = theory.value(before), theory.value(after)
    judge.compare(
        after,
        "change of test_error",
        sign,
        two - one,
        holds=(two - one) * sign > 0,
        method=_METHOD,
    )
    judge.moves(before, after, sign)


def _first_row(setting: Setting, judge: Judge) -> None:
    """At the best penalty the first synthetic row helps iff E||w_n - w0||^2 < E_clean + sigma^2.

    The generators on either side of the threshold are compared on a set ten thousand times as
    large, where one row is a derivative.
    """
    large = setting.grown(10_000)
    clean = float(optimum(_mixed(large, Fraction(0))).value)
    whole = signal_energy(setting) + float(setting.sigma**2)
    threshold = as_fraction((clean + float(setting.sigma**2)) / whole)
    for factor, sign in ((Fraction(9, 10), -1), (Fraction(11, 10), 1)):
        generator = _generator(large, threshold * factor)
        one, two = (
            optimum(_mixed(generator, ratio), digits=25).value
            for ratio in (Fraction(0), Fraction(1, large.T))
        )
        judge.compare(
            generator,
            "change of test_error by the first synthetic row",
            sign,
            float(two - one),
            holds=(two - one) * sign > 0,
            method=_METHOD,
        )


# Conjecture files: what rows of a good, a middling and a bad generator do to clean data.  It is a
# fit with hardly any ridge, on labels whose noise says how good it is.
_FIRST_ROWS = """[conjecture]
claim = "{generator} {relation} clean"
[domain]
d = {{ integers = [4, 6] }}
T = "2*d .. 3*d"
S = "1 .. T/4"
lam = [0.8, 1.2]
sigma = [0.8, 1.2]
sigma0 = {noise}
spectrum = ["isotropic", "ar1:1/2"]
[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
B = rows(S)
C = rows(3*d)
g = ridge(C@w0 + sigma0*noise(C), 1/100)
m = ridge(y, lam)
f = ridge([y, B@g + sigma*noise(B)], lam)
'''
[ask]
clean = "risk(m)"
{generator} = "risk(f)"
"""

_TRUE = find("mixing").expressions["test_error"]
_DEVIATION = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
_P2 = sy.synthetic_fraction
_REAL = make_setting(d=16, T=40, T0=48, n=1, sigma=1, sigma0=2, lam=1)

CLAIM = Claim(
    id="C13",
    title="synthetic rows help first and hurt later unless the generator is good or bad",
    statement=(
        "Synthetic rows join T1 real ones, T1 >= 2d, the generator unbiased.  With lam fixed (not "
        "below its clean optimum) or re-optimised alike, a good generator helps first and last, a "
        "bad one hurts first and last, and one in between helps first and hurts later.  At the "
        "best lam the first row helps iff the generator's error is below E_clean + sigma^2."
    ),
    domain=read_domain(
        {
            "d": {"integers": [12, 16]},
            "T": "2*d .. 3*d",
            "T0": "3*d",
            "n": 1,
            "sigma": [0.8, 1.2],
            "sigma0": [0.5, 2],
            "lam": [0.8, 1.2],
            "synthetic_fraction": 1,
            "spectrum": ["isotropic", "ar1:1/2"],
            "signal": ["flat"],
        }
    ),
    proofs=(
        _FIRST_ROWS.format(generator="good", relation="<=", noise="0.1"),
        _FIRST_ROWS.format(generator="between", relation="<=", noise="1"),
        _FIRST_ROWS.format(generator="bad", relation=">=", noise="4"),
    ),
    holds=holds,
    mutants=(
        ClaimMutant(
            "labels that disagree are no noise: without the term in P1 P2",
            lambda: mutated(
                "mixing",
                {
                    "test_error": _TRUE
                    - (1 - _P2) * _P2 * sy.gamma / (1 - sy.gamma) * SpectralSum(sy.s * _DEVIATION)
                },
            ),
            _REAL,
        ),
    ),
    witness=_mixed(_REAL, Fraction(1)),
    examples=1,
)
