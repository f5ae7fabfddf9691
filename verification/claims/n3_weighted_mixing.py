"""N3: real labels in every generation: the golden ratio, and what is not true of one half."""

from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.chains.mixing_weights import greedy_weights, optimal_weight
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.suite.claim import Claim, ClaimMutant
from ridgeproof.verification.suite.theory_on_trial import Theory, mutated
from ridgeproof.verification.testing.judge import Judge

__all__ = ["CLAIM", "ONE_HALF_FAILS", "ONE_HALF_HOLDS"]

_METHOD = "exact theorem"
_MANY = 400
_COMPARED = "test_error minus"  # how the judge names a comparison of two weights


def holds(setting: Setting, judge: Judge, theory: Theory) -> None:
    """The simulated error, the best weights, and one half where it is a bound and where not."""
    judge.mean(setting, theory.value(setting, form=Form.EXACT))
    _constant(setting, judge, theory)
    _greedy(setting, judge, theory)
    if not any(point.quantity.startswith(_COMPARED) for point in judge.points):
        _one_half(judge)


def _chain_error(setting: Setting, theory: Theory) -> float:
    """The error that the chain adds to clean data, in units of one fit on real labels."""
    clean = theory.value(setting.clean(), form=Form.EXACT)
    assert setting.T0 is not None
    unit = float(setting.real_noise**2 * Fraction(setting.d, setting.T0 - setting.d - 1))
    return (theory.value(setting, form=Form.EXACT) - clean) / unit


def _constant(setting: Setting, judge: Judge, theory: Theory) -> None:
    """After many generations the best constant weight leaves itself, and others leave more."""
    ratio = setting.sigma0**2 / setting.real_noise**2
    best = float(optimal_weight(ratio))
    left = {}
    for weight in (best, best / 2, (1 + best) / 2):
        text = f"weighted:{weight:.15f}"
        many = make_setting(**_numbers(setting), chain=text, n=_MANY)
        left[weight] = _chain_error(many, theory)
    judge.compare(
        setting, "limiting noise at the best weight", best, left[best],
        holds=abs(left[best] - best) <= 1e-9, method=_METHOD,
    )  # fmt: skip
    others = min(value for weight, value in left.items() if weight != best)
    judge.compare(
        setting, "limiting noise at other weights, at least", best, others,
        holds=others > left[best], method=_METHOD,
    )  # fmt: skip


def _greedy(setting: Setting, judge: Judge, theory: Theory) -> None:
    """Equal noises: the greedy weights are Fibonacci ratios, and each is the noise it leaves."""
    weights = greedy_weights(setting.n)
    shown = ",".join(map(str, weights))
    equal = {**_numbers(setting), "sigma0": setting.real_noise}
    fibonacci = make_setting(**equal, chain=f"weighted:{shown}", n=setting.n)
    left = _chain_error(fibonacci, theory)
    judge.compare(
        fibonacci, "noise after the greedy weights", float(weights[-1]), left,
        holds=abs(left - float(weights[-1])) <= 1e-9, method=_METHOD,
    )  # fmt: skip


def _one_half(judge: Judge) -> None:
    """Ridge on one design: a quarter is worse than a half for Sigma = I, and better for another."""
    quarter, half = (
        ONE_HALF_HOLDS.with_(chain=make_setting(d=1, T=1, chain=f"weighted:{w}").chain)
        for w in ("1/4", "1/2")
    )
    judge.no_worse(half, quarter)
    for other in ("1/2", "5/8", "3/4", "7/8", "1"):
        chain = make_setting(d=1, T=1, chain=f"weighted:{other}").chain
        judge.no_worse(ONE_HALF_FAILS, ONE_HALF_FAILS.with_(chain=chain))


def _numbers(setting: Setting) -> dict[str, object]:
    names = ("d", "T", "T0", "sigma", "sigma0", "sigma_real", "lam", "spectrum", "signal", "design")
    return {name: getattr(setting, name) for name in names}


# Ridge generators that share a design, noise-free data downstream: the error is the chain's own.
_SHARED_RIDGE = {"T": 16, "d": 16, "T0": 12, "n": 8, "lam0": "0.1", "design": "shared"}
ONE_HALF_HOLDS = make_setting(**_SHARED_RIDGE, sigma0=1, sigma_real=1, chain="weighted:1/4")
# The signal lies where Sigma is small: what real labels teach there is overfitting.
ONE_HALF_FAILS = make_setting(
    **_SHARED_RIDGE, sigma0="0.1", sigma_real="0.1", chain="weighted:1/4",
    spectrum="levels:1*12,0.01*4", signal="energies:0,1",
)  # fmt: skip

# Ridge on one design and Sigma = I, after one generation: a half of real labels beats a quarter.
_HALF = """[conjecture]
claim = "half <= quarter"
[domain]
d = 4
T = "d .. 2*d"
lam = [0.2, 1]
sigma = [0.5, 1]
[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
g = ridge(y, lam)
k = ridge(1/4*y + 3/4*(A@g + sigma*noise(A)), lam)
f = ridge(1/2*y + 1/2*(A@g + sigma*noise(A)), lam)
'''
[ask]
half = "risk(f)"
quarter = "risk(k)"
"""

_SMALL = make_setting(
    d=3, T=12, T0=12, n=4, sigma=1, sigma0=2, sigma_real=1, spectrum="power-law:3/2",
    chain="weighted:1/3",
)  # fmt: skip
_W, _KEPT = sy.weight, 1 - sy.weight
_SEEN = _W**2 * sy.w0**2 + 2 * _W * _KEPT * sy.m * sy.w0
_UNIT = sy.s * (sy.T0 - sy.d - 1)

CLAIM = Claim(
    id="N3",
    title="the best weight of real labels, least squares and beyond",
    statement=(
        "By least squares the noise follows v' = (1-W)^2 (v + rho) + W^2: the best constant weight "
        "is (sqrt(rho^2 + 4 rho) - rho)/2, one over the golden ratio at rho = 1, and the greedy "
        "weights are Fibonacci ratios.  Ridge on one design wants W >= 1/2 for Sigma = I, and less "
        "than 1/2 for a fixed signal where Sigma is small."
    ),
    domain=read_domain(
        {
            "lam": 0,
            "d": {"integers": [3, 10]},
            "T": "d + 8 .. 3*d + 8",
            "T0": "d + 8 .. 3*d + 8",
            "n": {"integers": [1, 5]},
            "sigma": [0.1, 1],
            "sigma0": [0.5, 2],
            "sigma_real": [0.5, 2],
            "spectrum": ["isotropic", "power-law:3/2"],
            "signal": ["flat"],
            "design": ["independent", "shared"],
            "chain": ["weighted:1/4", "weighted:2/3"],
        }
    ),
    proofs=(_HALF,),
    holds=holds,
    mutants=(
        ClaimMutant(
            "synthetic labels that pass on all of the noise",
            lambda: mutated(
                "weighted-mixing",
                {
                    "second_moment": _SEEN
                    + _KEPT**2 * sy.a
                    + (_W**2 * sy.sigma_real**2 + sy.sigma0**2) / _UNIT,
                    "label_noise": _W**2 * sy.sigma_real**2 + _KEPT**2 * sy.pooled + sy.sigma0**2,
                },
            ),
            _SMALL,
        ),
        ClaimMutant(
            "real labels without noise",
            lambda: mutated(
                "weighted-mixing",
                {
                    "second_moment": _SEEN + _KEPT**2 * (sy.a + sy.sigma0**2 / _UNIT),
                    "label_noise": _KEPT**2 * (sy.pooled + sy.sigma0**2),
                },
            ),
            _SMALL,
        ),
    ),
    witness=_SMALL,
    witness_is_exact=True,
    examples=3,
)
