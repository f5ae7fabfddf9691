"""Chains whose generations differ, against recursions typed again in NumPy and against T1 to T4."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from scipy.optimize import brentq

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.chain import chain_moments
from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.finite_size.traces import fit_traces
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.selection import best
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.theorems.accumulate import fresh_limit, shared_limit

RIDGES = {
    "d": 40, "T": 60, "T0": "30,40,70", "lam0": "0.1,0.3,0", "sigma0": "1,2,1/2", "n": 3,
    "sigma": 1, "lam": "0.1", "spectrum": "power-law:1",
}  # fmt: skip
LEAST_SQUARES = {
    "d": 8, "T": 24, "T0": "30,40,50", "sigma0": "1,2,3", "n": 3, "sigma": "1/2", "lam": 0,
    "spectrum": "power-law:1",
}  # fmt: skip


def effective_penalty(s, lam, rows):
    """kappa with lam = kappa (1 - df1/T), by a generic root finder."""
    if lam == 0 and rows >= len(s):
        return 0.0
    return brentq(lambda k: k * (1 - np.sum(s / (s + k)) / rows) - lam, 1e-9, 1e3, xtol=1e-15)


def levels(setting):
    """s and w0^2, one entry for each dimension."""
    spectrum = build_spectrum(setting, Float64())
    return spectrum.s.astype(float), spectrum.w0sq.astype(float)


def by_hand(setting):
    """The test error by the recursion of (f, a) as it stands in the literature, in NumPy."""
    s, w0sq = levels(setting)
    f, signal, noise, real = np.ones_like(s), w0sq, 0 * s, 0 * s
    weights = [float(x) for x in setting.chain.over(setting.n)] if setting.weights else None
    for index, (each, *_) in enumerate(setting.stages()):
        weight = weights[index] if weights else 0.0
        kept = 1 - weight
        k = effective_penalty(s, float(each.lam0), each.T0)
        u = s / (s + k)
        rows = each.T0 - np.sum(u**2)
        unit = s / (s + k) ** 2 / rows

        def carried(a, k=k, u=u, rows=rows):
            return u**2 * a + s * (1 - u) ** 2 * np.sum(a * s / (s + k) ** 2) / rows

        signal = carried(weight**2 * w0sq + 2 * weight * kept * f * w0sq + kept**2 * signal)
        noise = kept**2 * (carried(noise) + float(each.sigma0) ** 2 * unit)
        real = kept**2 * carried(real) + weight**2 * float(setting.real_noise) ** 2 * unit
        f = u * (weight + kept * f)
    k = effective_penalty(s, float(setting.lam), setting.T)
    u = s / (s + k)
    gamma = np.sum(u**2) / setting.T
    inflation = gamma / (1 - gamma)
    weight = s * (u**2 + inflation * (1 - u) ** 2)
    return {
        "bias": np.sum(weight * signal - 2 * s * u * f * w0sq + s * w0sq),
        "variance": inflation * float(setting.sigma) ** 2 + np.sum(weight * real),
        "synthetic": np.sum(weight * noise),
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"T0": "30,50,70", "lam0": "0"},
        {"T0": "50,60,70", "lam0": "0.1"},
        {"T0": "20", "lam0": "0", "sigma0": "1,0,2"},
        {"T": 30, "lam": "0"},
        {"n": 5, "T0": "20,60,20,60,90", "lam0": "0,1,0.2,0,0.1", "sigma0": 1},
    ],
)
def test_a_schedule_iterates_the_step_with_each_penalty(changes):
    """Generations in the order given, each with its own kappa0, size and noise."""
    setting = make_setting(**{**RIDGES, **changes})
    found = evaluate(setting)
    for term, expected in by_hand(setting).items():
        assert float(found.terms[term]) == pytest.approx(expected, rel=1e-9)


def test_the_order_of_the_generations_matters():
    """A recursion that took them backwards would be seen."""
    forwards = evaluate(make_setting(**RIDGES)).value
    backwards = {"T0": "70,40,30", "lam0": "0,0.3,0.1", "sigma0": "1/2,2,1"}
    assert abs(evaluate(make_setting(**{**RIDGES, **backwards})).value - forwards) > 0.01 * forwards


def test_an_even_schedule_is_the_plain_chain():
    """Stepping one by one gives what squaring the affine map gives (T4), mean included."""
    even = make_setting(**{**RIDGES, "T0": 30, "lam0": "0.1", "sigma0": 1})
    almost = make_setting(**{**RIDGES, "T0": 30, "lam0": "0.1,0.1,0.1", "sigma0": "1,1,1"})
    assert even == almost  # a schedule of equal generations is none
    point = make_point(even, Float64())
    plain = chain_moments(even, point)
    schedule = tuple(each for each, *_ in even.stages())
    varied = even.with_(T0=None, lam0=Fraction(0), sigma0=Fraction(0), schedule=schedule)
    stepped = chain_moments(varied, make_point(varied, Float64()), find("ridge-chain").expressions)
    for name in ("mean", "signal", "noise"):
        assert getattr(stepped, name) == pytest.approx(getattr(plain, name), rel=1e-12)


def test_least_squares_of_unequal_sizes_is_exact():
    """sigma^2 d/(T-d-1) + sum sigma_i^2 d/(T_i-d-1), as rationals; the limit drops the ones."""
    setting = make_setting(**LEAST_SQUARES)
    exact = evaluate(setting, form=Form.EXACT, digits=30)
    chain = sum(Fraction(i**2 * 8, rows - 9) for i, rows in ((1, 30), (2, 40), (3, 50)))
    assert exact.is_exact
    assert exact.terms["bias"] == 0
    assert float(exact.terms["synthetic"]) == pytest.approx(float(chain), rel=1e-15)
    assert float(exact.value) == pytest.approx(float(chain + Fraction(8, 4 * 15)), rel=1e-15)
    limit = sum(Fraction(i**2 * 8, rows - 8) for i, rows in ((1, 30), (2, 40), (3, 50)))
    assert float(evaluate(setting).terms["synthetic"]) == pytest.approx(float(limit), rel=1e-15)


@pytest.mark.parametrize("T0", [6, 20])
def test_noises_of_a_shared_design_add_up(T0):
    """Only the sum of sigma0^2 counts on one design without ridge, below d and above."""
    common = {**LEAST_SQUARES, "design": "shared", "T0": T0, "lam": "0.2", "n": 3}
    varied = evaluate(make_setting(**{**common, "sigma0": "1,2,3"}))
    plain = evaluate(make_setting(**{**common, "sigma0": 1, "n": 14}))
    assert float(varied.value) == pytest.approx(float(plain.value), rel=1e-12)
    swapped = evaluate(make_setting(**{**common, "sigma0": "3,2,1"}))
    assert float(swapped.value) == pytest.approx(float(varied.value), rel=1e-12)


def test_isotropic_schedules_have_an_exact_form():
    """Iterated by hand from the traces of each fit; with even numbers it is the plain oracle."""
    schedule = {"T0": "7,12,20", "lam0": "0.3,0,0.1", "sigma0": "1,2,1/2"}
    setting = make_setting(d=10, T=15, n=3, sigma=1, lam="0.1", **schedule)
    mean = signal = 1.0
    noise = 0.0
    for each, *_ in setting.stages():
        fit = fit_traces(10, each.T0, each.lam0, 100)
        mean, signal = mean * float(fit.mean), signal * float(fit.coll)
        noise = noise * float(fit.coll) + float(each.sigma0) ** 2 * float(fit.noise)
    fit = fit_traces(10, 15, Fraction(1, 10), 100)
    found = finite_size_terms(setting)
    expected = 1 - 2 * float(fit.mean) * mean + float(fit.coll) * signal
    assert float(found.bias) == pytest.approx(expected, rel=1e-12)
    assert float(found.synthetic) == pytest.approx(float(fit.coll) * noise, rel=1e-12)
    shown = evaluate(setting, form=Form.EXACT)
    assert shown.formulas == ("finite-size",)
    assert float(shown.value) == pytest.approx(float(found.total), rel=1e-12)


@pytest.mark.parametrize("changes", [{}, {"T": 30}])
def test_the_optimal_ridge_of_a_schedule_is_a_minimum(changes):
    """No other penalty nearby does better, and the value is that of evaluate."""
    setting = make_setting(**{**RIDGES, **changes})
    found = optimum(setting)
    lam = Fraction(f"{float(found.lam):.15g}")
    least = float(evaluate(setting.with_(lam=lam)).value)
    assert float(found.value) == pytest.approx(least, rel=1e-12)
    for factor in (Fraction(9, 10), Fraction(11, 10)):
        assert float(evaluate(setting.with_(lam=lam * factor)).value) > least


def test_what_is_not_covered_is_refused():
    """Ridge on a shared design has no theorem; the fate of a schedule is not built."""
    shared = {**RIDGES, "T0": 50, "design": "shared", "lam0": "0.1,0.3,0"}
    with pytest.raises(NoTheorem, match=r"(?s)ridge-chain.*simulate runs"):
        best(make_setting(**shared))
    with pytest.raises(NotBuilt, match="evaluate a few values of n"):
        phase(make_setting(**RIDGES))
    with pytest.raises(InfiniteExpectation, match="T0"):
        evaluate(make_setting(**{**RIDGES, "T0": "50,41,60", "lam0": "0.1,0,0.1"}))


def test_terms_sum_to_the_value():
    """Bias, variance and synthetic part are the whole error."""
    found = evaluate(make_setting(**RIDGES), digits=30)
    with mpmath.workdps(40):
        total = sum(found.terms[name] for name in ERROR_TERMS)
        assert abs(total - found.value) <= 1e-29


AVERAGED = {
    "d": 40, "T": 60, "n": 3, "sigma": 1, "sigma0": 2, "sigma_real": "1/2", "lam": "0.1",
    "spectrum": "power-law:1", "chain": "weighted:1/3",
}  # fmt: skip


@pytest.mark.parametrize(
    "changes",
    [
        {"T0": 60},
        {"T0": 20},
        {"T0": 30, "lam0": "0.2"},
        {"T0": 60, "lam0": "0.2", "chain": "weighted:0,1,1/2"},
        {"T0": "20,30,60", "lam0": "0,0.1,0", "sigma0": "1,2,3", "chain": "weighted:1,1/2,1/4"},
    ],
)
def test_averaged_labels_follow_their_recursion(changes):
    """Weights on real labels, alike or not, with sizes and penalties that differ."""
    setting = make_setting(**{**AVERAGED, **changes})
    found = evaluate(setting)
    for term, expected in by_hand(setting).items():
        assert float(found.terms[term]) == pytest.approx(expected, rel=1e-9)


def test_fibonacci_weights_leave_their_last_weight():
    """weighted:1,2/3,5/8,13/21 leaves 13/21 d/(T0-d-1), exactly, at d = 3 and on either design."""
    common = {"d": 3, "T": 12, "T0": 12, "n": 4, "sigma": 1, "sigma0": 1, "spectrum": "ar1:1/2"}
    for design in ("independent", "shared"):
        setting = make_setting(**common, chain="weighted:1,2/3,5/8,13/21", design=design)
        found = evaluate(setting, form=Form.EXACT, digits=30)
        assert found.is_exact
        assert found.terms["bias"] == 0
        chain = found.value - mpmath.mpf(3) / 8
        assert float(chain) == pytest.approx(13 / 21 * 3 / 8, rel=1e-15)


@pytest.mark.parametrize("T0", [20, 60])
@pytest.mark.parametrize("lam0", ["0", "0.2"])
def test_no_weight_is_replacing(T0, lam0):
    """W = 0 gives the plain chain's terms, in either form (N3 at W = 0 is T1 to T4)."""
    for form in Form:
        plain, averaged = (
            evaluate(
                make_setting(**{**AVERAGED, "T0": T0, "lam0": lam0, "chain": chain}), form=form
            )
            for chain in ("replace", "weighted:0")
        )
        for term in ERROR_TERMS:
            assert float(averaged.terms[term]) == pytest.approx(float(plain.terms[term]), rel=1e-12)


@pytest.mark.parametrize("T0", [6, 20])
def test_one_design_pools_the_averaged_noise(T0):
    """A shared design without ridge: one fit whose noise is v_n, below d and above."""
    common = {**AVERAGED, "d": 8, "T": 24, "T0": T0, "design": "shared", "n": 4}
    found = evaluate(make_setting(**common))
    fake = real = Fraction(0)
    for _ in range(4):
        fake = Fraction(4, 9) * (fake + 4)
        real = Fraction(4, 9) * real + Fraction(1, 9) * Fraction(1, 4)
    plain = {**common, "chain": "replace", "n": 1, "sigma0": 1}
    one = evaluate(make_setting(**plain))
    assert float(found.terms["synthetic"]) == pytest.approx(
        float(fake) * float(one.terms["synthetic"]), rel=1e-12
    )
    variance = float(one.terms["variance"]) + float(real) * float(one.terms["synthetic"])
    assert float(found.terms["variance"]) == pytest.approx(variance, rel=1e-12)
    assert float(found.terms["bias"]) == pytest.approx(float(one.terms["bias"]), rel=1e-12)


def test_isotropic_minimum_norm_with_real_labels_is_exact():
    """e_t of E |w_t - w0|^2 at d = 20, T0 = 12, by its own recursion; it has no golden ratio."""
    d, rows, kept = 20, 12, Fraction(12, 20)

    def error(weight, n):
        e = Fraction(0)
        noise = (weight**2 + (1 - weight) ** 2) * Fraction(rows, d - rows - 1)
        for _ in range(n):
            e = (1 - weight) ** 2 * kept * e + (1 - kept) + noise
        return e

    for weight in (Fraction(1, 4), Fraction(1, 2), Fraction(1)):
        setting = make_setting(
            d=d, T=40, T0=rows, n=5, sigma0=1, sigma_real=1, chain=f"weighted:{weight}"
        )
        found = evaluate(setting, form=Form.EXACT, digits=25)
        assert found.is_exact
        assert float(found.value) == pytest.approx(float(error(weight, 5)), rel=1e-14)
    golden = error(Fraction(618, 1000), 60)
    assert min(error(Fraction(k, 20), 60) for k in range(10, 20)) < golden * Fraction(999, 1000)


def test_fixed_point_of_many_generations():
    """n = 10^6 at a constant weight ends at the limit (W^2 + rho (1-W)^2)/(W (2-W))."""
    setting = make_setting(
        d=6, T=24, T0=20, n=10**6, sigma0=1, sigma_real=1, lam=0, spectrum="ar1:1/2",
        chain="weighted:1/2",
    )  # fmt: skip
    found = evaluate(setting, form=Form.EXACT)
    assert float(found.value) == pytest.approx(2 / 3 * 6 / 13, rel=1e-14)


PILED = {
    "d": 6, "T": 24, "T0": 12, "n": 4, "sigma": 1, "sigma0": 2, "lam": 0, "chain": "accumulate",
    "spectrum": "ar1:1/2",
}  # fmt: skip


def piled(sizes, noises, d):
    """sum_i sigma_i^2 T_i d/(N_i (N_i-d-1)), in rationals."""
    total, rows = Fraction(0), 0
    for size, noise in zip(sizes, noises, strict=True):
        rows += size
        total += Fraction(noise) ** 2 * size * Fraction(d, rows * (rows - d - 1))
    return total


@pytest.mark.parametrize("n", [1, 2, 4, 30])
def test_accumulated_fresh_sets_are_exact(n):
    """The digamma form is the plain sum of d/(i (i T0-d-1)), certified to 25 digits."""
    found = evaluate(make_setting(**{**PILED, "n": n}), form=Form.EXACT, digits=25, certified=True)
    assert found.is_exact
    assert found.formulas == ("accumulate",)
    expected = piled([12] * n, [2] * n, 6)
    with mpmath.workdps(40):
        gap = abs(found.terms["synthetic"] - mpmath.mpf(expected.numerator) / expected.denominator)
        assert gap <= found.term_radii["synthetic"] <= mpmath.mpf(10) ** -24 * 10


@pytest.mark.parametrize("n", [1, 2, 5])
def test_accumulating_on_one_design_sums_inverse_squares(n):
    """d/(T0-d-1) times 1 + 1/4 + ... + 1/n^2."""
    found = evaluate(make_setting(**{**PILED, "n": n, "design": "shared"}), form=Form.EXACT)
    expected = sum(Fraction(1, i**2) for i in range(1, n + 1)) * 4 * Fraction(6, 5)
    assert float(found.terms["synthetic"]) == pytest.approx(float(expected), rel=1e-14)


def test_accumulated_sets_of_unequal_sizes_are_exact():
    """Later sets may be smaller than d; the order matters."""
    sizes, noises = (12, 3, 20), (1, 2, 3)
    for order in (slice(None), slice(None, None, 1)):
        chosen = {"T0": ",".join(map(str, sizes[order])), "sigma0": ",".join(map(str, noises))}
        found = evaluate(make_setting(**{**PILED, **chosen, "n": 3}), form=Form.EXACT)
        assert found.is_exact
        assert float(found.terms["synthetic"]) == pytest.approx(
            float(piled(sizes[order], noises, 6)), rel=1e-14
        )
    assert piled((12, 3, 20), noises, 6) != piled((20, 12, 3), noises, 6)


def test_isotropic_accumulation_agrees_with_the_oracle():
    """Two routes to the least-squares numbers, and the frozen bias from below d on."""
    flat = make_setting(**{**PILED, "spectrum": "isotropic"})
    closed = evaluate(flat.with_(spectrum=make_setting(**PILED).spectrum), form=Form.EXACT)
    assert float(finite_size_terms(flat).synthetic) == pytest.approx(
        float(closed.terms["synthetic"]), rel=1e-14
    )
    d, rows, n = 20, 6, 5
    below = make_setting(d=d, T=40, T0=rows, n=n, sigma0=1, chain="accumulate")
    found = evaluate(below, form=Form.EXACT)
    sizes = [rows * i for i in range(1, n + 1)]
    noise = sum(
        Fraction(1, i + 1) * (Fraction(N, d - N - 1) if N < d else Fraction(d, N - d - 1))
        for i, N in enumerate(sizes)
    )
    assert float(found.terms["bias"]) == pytest.approx(1 - rows / d, rel=1e-14)
    assert float(found.terms["synthetic"]) == pytest.approx(float(noise), rel=1e-14)
    assert evaluate(below).formulas == ("moments", "accumulating-minimum-norm")


def test_accumulation_below_d_freezes_the_first_fit():
    """For any spectrum the bias is that of one generation, and the noise follows its recursion."""
    changes = {"d": 40, "T": 60, "T0": 15, "n": 6, "lam": "0.1", "spectrum": "power-law:1"}
    setting = make_setting(**{**PILED, **changes})
    found = evaluate(setting)
    first = evaluate(setting.with_(n=1))
    assert float(found.terms["bias"]) == pytest.approx(float(first.terms["bias"]), rel=1e-12)
    s, _ = levels(setting)
    noise = 0 * s
    for i in range(1, 7):
        rows = 15 * i
        k = effective_penalty(s, 0.0, rows)
        noise = noise + 4 / i * s / (s + k) ** 2 / (rows - np.sum((s / (s + k)) ** 2))
    k = effective_penalty(s, 0.1, 60)
    u = s / (s + k)
    gamma = np.sum(u**2) / 60
    weight = s * (u**2 + gamma / (1 - gamma) * (1 - u) ** 2)
    assert float(found.terms["synthetic"]) == pytest.approx(float(np.sum(weight * noise)), rel=1e-9)


def test_accumulated_error_is_bounded():
    """n = 10^6 is within 1e-5 of the digamma limit, below pi^2/6; on one design pi^2/6 itself."""
    one = float(evaluate(make_setting(**{**PILED, "n": 1}), form=Form.EXACT).terms["synthetic"])
    ends = {
        design: float(
            evaluate(
                make_setting(**{**PILED, "n": 10**6, "design": design}), form=Form.EXACT
            ).terms["synthetic"]
        )
        for design in ("independent", "shared")
    }
    sizes = {sy.d: 6, sy.T0: 12}
    limit, reused = (24 * float(end.subs(sizes)) for end in (fresh_limit(), shared_limit()))
    x = mpmath.mpf(7) / 12
    assert limit == pytest.approx(24 * float(-mpmath.euler - mpmath.digamma(1 - x)) / 7, rel=1e-12)
    assert reused == pytest.approx(float(mpmath.pi**2) / 6 * one, rel=1e-12)
    assert ends["independent"] == pytest.approx(limit, rel=1e-5)
    assert ends["shared"] == pytest.approx(float(mpmath.pi**2) / 6 * one, rel=1e-5)
    assert ends["independent"] < 0.95 * ends["shared"]


def test_accumulation_has_an_optimal_ridge_but_no_phase_yet():
    """optimum uses the accumulated noise; phase and ridge generators refuse."""
    setting = make_setting(**{**PILED, "lam": "0.1"})
    found = optimum(setting)
    lam = Fraction(f"{float(found.lam):.15g}")
    assert float(found.value) == pytest.approx(
        float(evaluate(setting.with_(lam=lam)).value), rel=1e-12
    )
    replaced = optimum(setting.with_(chain=make_setting(d=1, T=1).chain))
    assert float(found.lam) < 0.9 * float(replaced.lam)
    with pytest.raises(NotBuilt, match="evaluate a few values of n"):
        phase(setting)
    with pytest.raises(NoTheorem, match="chain = accumulate"):
        best(setting.with_(lam0=1))


def test_long_power_laws_see_every_penalty():
    """d = 10^6 as a function of i: a schedule of near equals is the plain chain."""
    common = {
        "d": 10**6, "T": 1000, "n": 2, "sigma": 1, "sigma0": 1, "lam": 100,
        "spectrum": "power-law:3/2", "signal": "source:1/2",
    }  # fmt: skip
    plain = evaluate(make_setting(**common, T0=500, lam0="0.00000001"))
    near = evaluate(make_setting(**common, T0="500,500", lam0="0.00000001,0.0000000100000000001"))
    assert near.formulas == ("moments", "ridge-chain")
    assert float(near.value) == pytest.approx(float(plain.value), rel=1e-9)
