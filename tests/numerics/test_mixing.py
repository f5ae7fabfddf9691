"""Real and synthetic rows downstream: evaluate against a plain recursion, and exact at any size."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.setting import make_setting

BASE = {
    "d": 12, "T": 30, "T0": 40, "n": 3, "sigma": "1/2", "sigma0": "3/2", "sigma_real": "2/3",
    "lam": "1/5", "synthetic_fraction": "2/5",
}  # fmt: skip
REGIMES = {
    "ridge": {"spectrum": "spiked:5*2,1"},
    "isotropic": {},
    "few generator rows": {"T0": 6, "spectrum": "levels:2*5,1/2*7"},
    "ridge generators": {"lam0": "1/3", "spectrum": "levels:2*5,1/2*7"},
    "shared": {"T0": 6, "design": "shared", "spectrum": "spiked:5*2,1"},
    "minimum norm": {"lam": 0, "T": 10, "spectrum": "levels:2*5,1/2*7"},
    "least squares": {"lam": 0, "spectrum": "levels:2*5,1/2*7"},
    "clean": {"n": 0, "T0": None},
    "one real row": {"synthetic_fraction": "29/30", "T0": 6},
    "only real rows": {"synthetic_fraction": 0},
}


def setting_of(name, **changes):
    """A setting of a regime."""
    return make_setting(**{**BASE, **REGIMES[name], **changes})


def exact(value):
    """A rational as a number of the working precision."""
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator


def solved(s, lam, rows):
    """kappa by bisection."""
    if lam == 0 and rows >= len(s):
        return mpmath.mpf(0)
    low, high = lam, lam + mpmath.fsum(s) / rows
    for _ in range(int(mpmath.mp.prec) + 20):
        k = (low + high) / 2
        above = k * (1 - mpmath.fsum(x / (x + k) for x in s) / rows) > lam
        low, high = (low, k) if above else (k, high)
    return (low + high) / 2


def eigenvalues(setting):
    """The spectrum, level by level."""
    spectrum = setting.spectrum
    if hasattr(spectrum, "levels"):
        return [exact(value) for value, count in spectrum.levels for _ in range(count)]
    if hasattr(spectrum, "spikes"):
        rest = setting.d - sum(count for _, count in spectrum.spikes)
        pairs = [*spectrum.spikes, (spectrum.rest, rest)]
        return [exact(value) for value, count in pairs for _ in range(count)]
    return [mpmath.mpf(1)] * setting.d


def generator(setting, s):
    """Mean, and second moment without and with label noise alone, by (T4) step by step."""
    w0 = 1 / mpmath.sqrt(setting.d)
    m, signal, noise = [w0] * len(s), [w0**2] * len(s), [mpmath.mpf(0)] * len(s)
    shared = setting.design == "shared"
    power = exact(setting.sigma0) ** 2 * (setting.n if shared else 1)
    for _ in range(min(setting.n, 1) if shared else setting.n):
        k = solved(s, exact(setting.lam0), setting.T0)
        rows = setting.T0 - mpmath.fsum((x / (x + k)) ** 2 for x in s)
        m = [x / (x + k) * y for x, y in zip(s, m, strict=True)]
        signal, noise = (
            [
                (x / (x + k)) ** 2 * y
                + x * (k / (x + k)) ** 2
                * mpmath.fsum(z * t / (t + k) ** 2 for z, t in zip(a, s, strict=True)) / rows
                + extra * x / (x + k) ** 2 / rows
                for x, y in zip(s, a, strict=True)
            ]
            for a, extra in ((signal, 0), (noise, power))
        )  # fmt: skip
    return m, signal, noise


def by_hand(setting, digits):
    """The three terms, from the operators G of the mixture and the deviation delta."""
    with mpmath.workdps(digits + 30):
        s, w0, p2 = eigenvalues(setting), 1 / mpmath.sqrt(setting.d), exact(
            setting.synthetic_fraction
        )  # fmt: skip
        p1 = 1 - p2
        k = solved(s, exact(setting.lam), setting.T)
        gamma = mpmath.fsum((x / (x + k)) ** 2 for x in s) / setting.T
        m, signal, noise = generator(setting, s)

        def quadratic(D):
            own = mpmath.fsum(x**3 * y / (x + k) ** 2 for x, y in zip(s, D, strict=True))
            left = mpmath.fsum(x * k**2 * y / (x + k) ** 2 for x, y in zip(s, D, strict=True))
            total = mpmath.fsum(x * y for x, y in zip(s, D, strict=True))
            inflation = gamma / (1 - gamma)
            return p2**2 * (own + inflation * left) + p1 * p2 * inflation * total

        deviation = [a - 2 * y * w0 + w0**2 for a, y in zip(signal, m, strict=True)]
        base = mpmath.fsum(k**2 * x * w0**2 / (x + k) ** 2 for x in s) / (1 - gamma)
        first = mpmath.fsum(k * x / (x + k) * w0 * (y - w0) for x, y in zip(s, m, strict=True))
        second = mpmath.fsum(
            k**2 * x / (x + k) ** 2 * w0 * (y - w0) for x, y in zip(s, m, strict=True)
        )
        bias = base - 2 * p2 * (first - second / (1 - gamma)) + quadratic(deviation)
        labels = p1 * exact(setting.sigma_real) ** 2 + p2 * exact(setting.sigma) ** 2
        return bias, labels * gamma / (1 - gamma), quadratic(noise)


@pytest.mark.parametrize("regime", REGIMES)
def test_terms_agree_with_a_plain_recursion(regime):
    """The mixture's functional on iterated generators, typed again, to 40 digits; and float64."""
    setting = setting_of(regime)
    value, fast = evaluate(setting, digits=40), evaluate_terms(setting, Float64())
    with mpmath.workdps(70):
        for name, true in zip(ERROR_TERMS, by_hand(setting, 40), strict=True):
            gap = abs(mpmath.mpf(value.shown(value.terms[name])) - true)
            assert gap <= max(abs(true), mpmath.mpf(10) ** -15) * mpmath.mpf(10) ** -39
            assert abs(fast[name] - true) <= 1e-12 * max(abs(true), 0.1)


@pytest.mark.parametrize("regime", ["ridge", "few generator rows", "minimum norm", "least squares"])
def test_certified_radii_hold(regime):
    """The value at twice the digits lies within the certified radius."""
    setting = setting_of(regime)
    value = evaluate(setting, digits=20, certified=True)
    finer = evaluate(setting, digits=45)
    assert value.certified
    with mpmath.workdps(60):
        gap = abs(mpmath.mpf(value.shown(value.value)) - mpmath.mpf(finer.shown(finer.value)))
        assert gap <= mpmath.mpf(value.shown_radius(value.radius))


def test_only_synthetic_rows_are_the_plain_process():
    """P2 = 1 - 1/T is near it, P2 = 1 is it, and there sigma_real has no part."""
    mixed = setting_of("ridge", synthetic_fraction=1)
    plain = make_setting(**{**BASE, **REGIMES["ridge"], "sigma_real": 5, "synthetic_fraction": 1})
    assert evaluate(mixed).value == evaluate(plain).value
    assert evaluate(mixed).formulas == ("ridge",)
    assert evaluate(setting_of("ridge")).formulas[0] == "mixing"


def test_least_squares_on_both_kinds_of_rows_is_exact():
    """The factor of E||w_n - w0||_Sigma^2 as a rational number, at d = 3, T = 12, 5 synthetic."""
    setting = make_setting(
        d=3, T=12, T0=12, n=1, sigma=0, sigma_real=2, sigma0=0, lam0=1,
        synthetic_fraction="5/12", spectrum="levels:2*1,1/2*2",
    )  # fmt: skip
    value = evaluate(setting, form=Form.EXACT, digits=30)
    assert value.formulas[0] == "mixing-least-squares"
    assert not value.is_exact  # the ridge generator is a limit
    with mpmath.workdps(40):
        variance = mpmath.mpf(value.shown(value.terms["variance"]))
        assert abs(variance - exact(Fraction(7, 12) * 4 * Fraction(3, 8))) < mpmath.mpf("1e-28")


@pytest.mark.parametrize("form", list(Form))
def test_only_real_rows_need_no_generator_theorem(form):
    """P2 = 0: the value is that of clean data with the noise of real rows."""
    mixed = setting_of("only real rows", lam=0, sigma_real=2)
    clean = make_setting(d=12, T=30, sigma=2, lam=0)
    one, two = (evaluate(each, form=form, digits=25) for each in (mixed, clean))
    with mpmath.workdps(30):
        gap = mpmath.mpf(one.shown(one.value)) - mpmath.mpf(two.shown(two.value))
        assert abs(gap) < mpmath.mpf("1e-23")


@pytest.mark.parametrize(
    "regime", ["ridge", "few generator rows", "ridge generators", "clean", "only real rows"]
)
@pytest.mark.parametrize("rows", [30, 10])
def test_the_optimum_minimises_the_error_of_the_mixture(regime, rows):
    """Value and neighbours by evaluate, which knows nothing of the curve; classical at n = 0."""
    setting = setting_of(regime, T=rows)
    found = optimum(setting, digits=20)
    lam = Fraction(found.shown(found.lam))
    best, *others = (
        float(evaluate(setting.with_(lam=lam * factor)).value)
        for factor in (1, Fraction(9, 10), Fraction(11, 10), Fraction(1, 30), 30)
    )
    assert best == pytest.approx(float(found.value), rel=1e-14)
    assert min(others) > best
    assert found.classical_lam == optimum(setting.clean(), digits=20).lam
    if regime != "few generator rows":
        return
    wrong = optimum(setting.with_(synthetic_fraction=1), digits=20)
    assert float(wrong.lam) != pytest.approx(float(lam), rel=0.01)


def test_the_classical_penalty_of_mixed_labels():
    """Clean isotropic data: phi times the mean noise variance over b."""
    found = optimum(setting_of("isotropic"), digits=30)
    expected = Fraction(12, 30) * (
        Fraction(3, 5) * Fraction(4, 9) + Fraction(2, 5) * Fraction(1, 4)
    )
    with mpmath.workdps(40):
        assert abs(found.classical_lam - exact(expected)) < mpmath.mpf("1e-28")


def test_the_exact_chain_shifts_the_optimum():
    """T0 - d - 1 in place of T0 - d: more noise, more ridge."""
    limit, finite = (
        optimum(setting_of("ridge"), form=form).lam for form in (Form.LIMIT, Form.EXACT)
    )
    assert finite > limit


def test_what_knows_only_one_kind_of_rows_refuses_a_mixture():
    """The finite-size oracle and the phase diagram raise, rather than take the plain process."""
    for question in (finite_size_terms, phase):
        with pytest.raises(NotBuilt, match="synthetic-fraction"):
            question(setting_of("isotropic"))
    assert evaluate(setting_of("isotropic"), form=Form.EXACT).formulas[0] == "mixing"


def test_labels_that_disagree_are_noise():
    """T = d, lam = 0 is infinite for a mixture even without label noise downstream."""
    silent = {"T": 12, "lam": 0, "sigma": 0, "sigma_real": 0, "synthetic_fraction": "1/2"}
    with pytest.raises(InfiniteExpectation, match="T = 12"):
        evaluate(setting_of("isotropic", **silent))
    assert evaluate(setting_of("isotropic", **{**silent, "synthetic_fraction": 1})).value > 0
