"""evaluate: every covered regime, by two routes, at any number of digits, certified or not."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest
from sympy import Integer

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import InfiniteExpectation, InputError, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.selection import best
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.suite.theory_on_trial import mutated

BASE = {"d": 12, "T": 30, "T0": 40, "n": 3, "sigma": "1/2", "sigma0": "3/2", "lam": "1/5"}
REGIMES = {
    "least squares": {"lam": 0},
    "ridge": {"spectrum": "power-law:3/2"},
    "minimum norm": {"lam": 0, "T": 7, "spectrum": "ar1:1/2"},
    "few generator rows": {"T0": 6, "spectrum": "spiked:5*2,1"},
    "few generator rows, isotropic": {"T0": 6},
    "few generator rows, shared": {"T0": 6, "design": "shared"},
    "shared": {"T0": 6, "design": "shared", "spectrum": "spiked:5*2,1"},
    "ridge generators": {"lam0": "1/3", "spectrum": "levels:2*5,1/2*7"},
    "ridge generators at T0 = d": {"lam0": "1/3", "T0": 12},
    "clean": {"n": 0},
    "noise-free": {"T0": 6, "lam": 0, "sigma": 0, "sigma0": 0},
    "noise-free, shared": {"T0": 6, "lam": 0, "sigma": 0, "sigma0": 0, "design": "shared"},
    "T = d, no noise": {"T": 12, "lam": 0, "sigma": 0},
}


def setting_of(name, **changes):
    """A setting of a regime."""
    return make_setting(**{**BASE, **REGIMES[name], **changes})


def literal(setting, digits):
    """T3 on T4 by plain recursion in mpmath, level by level: (bias, variance, synthetic)."""
    with mpmath.workdps(digits + 30):
        numbers = [(1, setting.d)]
        spectrum = setting.spectrum
        if hasattr(spectrum, "levels"):
            numbers = spectrum.levels
        elif hasattr(spectrum, "spikes"):
            count = sum(k for _, k in spectrum.spikes)
            numbers = [*spectrum.spikes, (spectrum.rest, setting.d - count)]
        s = [exact(value) for value, count in numbers for _ in range(count)]
        kappa = solved(s, exact(setting.lam), setting.T)
        w = mpmath.mpf(1) / setting.d
        m, signal, noise = [w] * len(s), [w] * len(s), [mpmath.mpf(0)] * len(s)
        steps = setting.n if setting.design == "independent" else min(setting.n, 1)
        power = exact(setting.sigma0) ** 2 * (setting.n if setting.design == "shared" else 1)
        for _ in range(steps):
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
        gamma = mpmath.fsum((x / (x + kappa)) ** 2 for x in s) / setting.T
        inflation = gamma / (1 - gamma) if kappa or gamma != 1 else mpmath.mpf(0)

        def functional(a, m, w):
            fit = mpmath.fsum(
                x * ((x / (x + kappa)) ** 2 * y - 2 * x / (x + kappa) * z + w)
                for x, y, z in zip(s, a, m, strict=True)
            )
            spread = mpmath.fsum(
                x * (kappa / (x + kappa)) ** 2 * y for x, y in zip(s, a, strict=True)
            )
            return fit + inflation * spread

        variance = exact(setting.sigma) ** 2 * inflation if setting.sigma else mpmath.mpf(0)
        return functional(signal, m, w), variance, functional(noise, [0] * len(s), 0)


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


PLAIN = [name for name in REGIMES if "power-law" not in str(REGIMES[name]) + "ar1"
         and "ar1" not in str(REGIMES[name])]  # fmt: skip


@pytest.mark.parametrize("digits", [15, 60])
@pytest.mark.parametrize("regime", PLAIN)
def test_terms_agree_with_a_plain_recursion(regime, digits):
    """T3 on T4 iterated level by level, typed again, to the digits asked for."""
    setting = setting_of(regime)
    value = evaluate(setting, digits=digits)
    with mpmath.workdps(digits + 30):
        for name, true in zip(ERROR_TERMS, literal(setting, digits), strict=True):
            gap = abs(mpmath.mpf(value.shown(value.terms[name])) - true)
            # A term that vanishes may show what rounding leaves of the others.
            assert gap <= max(abs(true), mpmath.mpf(10) ** -15) * mpmath.mpf(10) ** (1 - digits)


@pytest.mark.parametrize("regime", REGIMES)
def test_more_digits_refine_fewer(regime):
    """15, 40 and 120 digits of one value agree in their common part; so does float64."""
    setting = setting_of(regime)
    finest = evaluate(setting, digits=120)
    with mpmath.workdps(140):
        true = mpmath.mpf(finest.shown(finest.value))
        for digits in (15, 40):
            value = evaluate(setting, digits=digits)
            shown = mpmath.mpf(value.shown(value.value))
            assert abs(shown - true) <= abs(true) * mpmath.mpf(10) ** (1 - digits)
        terms = evaluate_terms(setting, Float64())
        # Sums of a dozen terms, conditioning below ten: 1e-13 is a few hundred roundings.
        assert abs(sum(map(float, terms.values())) - true) <= abs(true) * mpmath.mpf("1e-13")


@pytest.mark.parametrize("regime", REGIMES)
def test_certified_radii_hold(regime):
    """The value at twice the digits lies within the certified radius."""
    setting = setting_of(regime)
    value = evaluate(setting, digits=20, certified=True)
    finer = evaluate(setting, digits=45)
    assert value.certified
    with mpmath.workdps(60):
        gap = abs(mpmath.mpf(value.shown(value.value)) - mpmath.mpf(finer.shown(finer.value)))
        radius = mpmath.mpf(value.shown_radius(value.radius))
        assert gap <= radius
        assert radius <= mpmath.mpf(finer.shown(finer.value)) * mpmath.mpf("1e-18")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"lam": 0}, Fraction(1, 4) * Fraction(12, 17) + 3 * Fraction(9, 4) * Fraction(12, 27)),
        ({"lam": 0, "n": 0}, Fraction(1, 4) * Fraction(12, 17)),
        (REGIMES["noise-free"], 1 - Fraction(1, 2) ** 3),
        (REGIMES["noise-free, shared"], Fraction(1, 2)),
        ({"T": 12, "lam": 0, "sigma": 0}, 3 * Fraction(9, 4) * Fraction(12, 27)),
    ],
)
def test_exact_values_by_hand(change, expected):
    """Exact finite-size results that are rational numbers, to 30 digits."""
    value = evaluate(make_setting(**{**BASE, **change}), digits=30, form=Form.EXACT)
    assert value.is_exact
    with mpmath.workdps(40):
        assert abs(mpmath.mpf(value.shown(value.value)) - exact(expected)) <= mpmath.mpf("1e-28")


@pytest.mark.parametrize("regime", REGIMES)
def test_every_regime_says_what_it_is(regime):
    """Formulas, form and regime are named; the terms are the three of the contract."""
    setting = setting_of(regime)
    value = evaluate(setting)
    assert value.formulas == tuple(formula.id for formula in best(setting))
    assert tuple(value.terms) == ERROR_TERMS
    assert value.regime.startswith("ridge" if setting.lam else "ridgeless")
    assert value.form == "limit"
    assert not value.is_exact


def test_closed_form_and_iteration_agree():
    """T5 in its limit is T3 on the iterated T4, a hundred generations too."""
    isotropic = setting_of("few generator rows, isotropic", n=100)
    as_levels = isotropic.with_(spectrum=make_setting(d=12, T=1, spectrum="levels:1*12").spectrum)
    one, two = (evaluate(setting, digits=40) for setting in (isotropic, as_levels))
    assert one.formulas != two.formulas
    with mpmath.workdps(60):
        gap = abs(mpmath.mpf(one.shown(one.value)) - mpmath.mpf(two.shown(two.value)))
        assert gap <= mpmath.mpf(one.shown(one.value)) * mpmath.mpf(10) ** -39


def test_growing_leaves_the_limit_alone():
    """Every level repeated k times with d, T, T0 times k has the same limit value."""
    for regime in ("ridge", "few generator rows", "minimum norm"):
        setting = setting_of(regime)
        one, two = (evaluate(each, digits=30) for each in (setting, setting.grown(7)))
        assert one.shown(one.value)[:28] == two.shown(two.value)[:28]


def test_overrides_replace_a_formula():
    """A wrong theorem is evaluated as it stands: how claims try their mutants."""
    setting = setting_of("ridge")
    wrong = mutated("ridge", {"variance": Integer(7)})
    assert wrong.value(setting, "variance") == 7.0
    assert wrong.value(setting, "bias") == float(evaluate(setting).terms["bias"])
    assert find("ridge").expressions["variance"] == sy.sigma**2 * sy.gamma / (1 - sy.gamma)


def test_any_functional_splits_by_linearity():
    """Each term takes what is quadratic in its own cause, whatever symbols the functional holds."""
    setting = setting_of("ridge generators", sigma_real=3, n=2)
    true = find("moments").expressions["test_error"]
    more = true + 5 * sy.sigma_real**2 + SpectralSum(7 * sy.a + 2 * sy.m * sy.w0)
    mine, theirs = (
        {name: mutated("moments", {"test_error": functional}).value(setting, name)
         for name in ERROR_TERMS}
        for functional in (more, true)
    )  # fmt: skip
    added = SpectralSum(7 * sy.a)
    only = {name: mutated("moments", {"test_error": added}).value(setting, name)
            for name in ERROR_TERMS}  # fmt: skip
    assert mine["variance"] - theirs["variance"] == pytest.approx(5 * 9, rel=1e-12)
    assert mine["synthetic"] - theirs["synthetic"] == pytest.approx(only["synthetic"], rel=1e-12)
    product = mutated("moments", {"test_error": SpectralSum(2 * sy.m * sy.w0)}).value(setting)
    assert mine["bias"] - theirs["bias"] == pytest.approx(only["bias"] + product, rel=1e-12)
    assert only["variance"] == 0


@pytest.mark.parametrize("digits", [0, -1, 2001])
def test_absurd_digits_are_refused(digits):
    """1 to 2000 digits."""
    with pytest.raises(InputError, match="digits"):
        evaluate(setting_of("ridge"), digits=digits)


def test_the_form_may_be_text():
    """The word exact is Form.EXACT; another word is refused."""
    setting = setting_of("least squares")
    assert evaluate(setting, form="exact").value == evaluate(setting, form=Form.EXACT).value
    with pytest.raises(InputError, match="form = best"):
        evaluate(setting, form="best")


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"T": 12, "lam": 0}, InfiniteExpectation),
        ({"T0": 13}, InfiniteExpectation),
        ({"features": "elliptical:1/2*1/2,3/2*1/2", "lam": 1}, NoTheorem),
    ],
)
@pytest.mark.parametrize("form", list(Form))
def test_no_number_where_there_is_none(change, error, form):
    """Infinite expectations and uncovered combinations are typed errors in either form."""
    with pytest.raises(error):
        evaluate(make_setting(**{**BASE, **change}), form=form)
