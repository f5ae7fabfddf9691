"""T7: the exponents of settings, against closed forms and against brute force over ell."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sympy import Min, cancel, oo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError, InputError
from ridgeproof.theory.scaling import fake_data
from ridgeproof.theory.scaling.answers import exponents
from ridgeproof.theory.scaling.exponents import scaling_laws
from ridgeproof.theory.scaling.fake_data import Noise, c, require_terms, terms
from ridgeproof.theory.scaling.leading import PowerLaws
from ridgeproof.theory.scaling.scale import read_scale
from ridgeproof.theory.theorems import power_law

betas = st.fractions(Fraction(11, 10), 8, max_denominator=20)
sources = st.fractions(Fraction(1, 20), 3, max_denominator=20)
growths = st.fractions(Fraction(1, 20), 2, max_denominator=20)
FLAGS = [{}, {"clean": True}, {"noise_free": True}]


def edge_of(beta, r):
    """1/(2 beta min(r, 1) + 1)."""
    return 1 / (2 * beta * min(r, Fraction(1)) + 1)


@st.composite
def settings_of_growth(draw):
    """beta, r and c; c up to 1/(2 beta r_ + 1), and c = 1, more often than by chance."""
    beta, r = draw(betas), draw(sources)
    edge = edge_of(beta, r)
    return beta, r, draw(growths | st.sampled_from([edge, edge / 2, edge / 3, Fraction(1)]))


def everywhere(examples):
    """A property of beta, r and c; rationals this short need no shrinking."""
    only = hypothesis_settings(max_examples=examples, deadline=None, phases=[Phase.generate])
    return lambda test: only(given(place=settings_of_growth())(test))


def power_sum(exponent, low, high):
    """Exponent of sum_{T^low < i <= T^high} i^exponent, exponent != -1: its larger end."""
    return max(low * (exponent + 1), high * (exponent + 1))


def brute_terms(beta, r, c, ell):
    """The terms at lam = T^-ell, from the sums over the levels rather than the closed forms."""
    k = ell if c <= 1 else min(ell, beta)
    cut = min(k / beta, c)  # the directions with s_i >= kappa are i <= T^cut
    learned = cut if cut == c else max(cut, k + power_sum(-beta, cut, c))
    head = [-2 * k, -2 * k + cut * (2 * beta - 2 * beta * r)]
    tail = [] if cut == c else [power_sum(-1 - 2 * beta * r, cut, c)]
    gamma = learned - 1
    return {
        "bias": max(head + tail),
        "variance": gamma,
        "synthetic": max(learned, gamma + c if cut < c else gamma) - c,
    }


def brute(beta, r, c, ell, clean=False, noise_free=False):
    """The exponent of the whole error."""
    found = brute_terms(beta, r, c, ell)
    if noise_free:
        return found["bias"]
    return max(found["bias"], found["variance"]) if clean else max(found.values())


@everywhere(12)
def test_fake_data_closed_forms(place):
    """Corrected optimum min(c,1) times the classical one; plateau, slower rate or optimality."""
    beta, r, c = place
    found, edge, reach = exponents(beta, r, c), edge_of(beta, r), min(c, Fraction(1))
    assert found.ell == found.least_ell == reach * beta * edge
    assert found.rate == -reach * (1 - edge)
    assert found.classical_ell == beta * edge
    if c <= edge:
        expected = (Fraction(0), "classical-plateaus")
    elif c < 1:
        expected = (edge - c, "classical-slower")
    else:
        expected = (found.rate, "classical-optimal")
    assert (found.rate_at_classical, found.regime) == expected


@pytest.mark.slow
@everywhere(12)
def test_clean_closed_forms(place):
    """Clean data: the classical rate while d is large, the parametric rate T^-(1-c) below."""
    beta, r, c = place
    found, edge, saturated = exponents(beta, r, c, clean=True), edge_of(beta, r), min(r, 1)
    if c >= edge:
        assert (found.ell, found.rate) == (beta * edge, edge - 1)
        assert found.rate_at_classical == found.rate
        assert found.regime == "classical-optimal"
    else:
        assert found.rate == c - 1
        assert found.least_ell == (1 - c) / 2 + beta * c * (1 - saturated)
        assert found.ell == 1 - c + beta * c * (1 - 2 * saturated)
        assert found.ell > found.least_ell > beta * c
        assert found.rate_at_classical == brute(beta, r, c, beta * edge, clean=True)
        assert found.regime == "finite-dimension"


@everywhere(12)
def test_noise_free_closed_forms(place):
    """No noise: the truth itself for T >= d, rate T^(-2 beta r_) as ell -> beta for T < d."""
    beta, r, c = place
    found = exponents(beta, r, c, noise_free=True)
    if c <= 1:
        assert (found.ell, found.rate, found.regime) == (oo, -oo, "interpolation")
    else:
        assert (found.ell, found.rate) == (beta, -2 * beta * min(r, 1))
        assert found.regime == "undersampled"


@pytest.mark.parametrize("flags", FLAGS)
@everywhere(6)
def test_no_ell_on_a_fine_grid_does_better(flags, place):
    """Brute force over ell: never below the rate, and the rate is reached up to the grid's step."""
    beta, r, c = place
    found = exponents(beta, r, c, **flags)
    steps, top = 200, 3 * beta * max(c, 1) + 1
    values = [brute(beta, r, c, top * i / steps, **flags) for i in range(steps + 1)]
    if found.rate == -oo:
        assert values == sorted(values, reverse=True)
        assert values[-1] < -2 * beta * c * min(r, 1)
        return
    slope = max(Fraction(2), 1 / beta)  # the largest |slope| of any term
    assert found.rate <= min(values) <= found.rate + slope * top / steps
    assert brute(beta, r, c, found.ell, **flags) == found.rate
    assert brute(beta, r, c, found.least_ell, **flags) == found.rate
    just_before = found.least_ell * Fraction(999, 1000)
    assert brute(beta, r, c, just_before, **flags) > found.rate


@pytest.mark.parametrize("flags", FLAGS)
@everywhere(4)
def test_the_rate_at_any_ell(flags, place):
    """The max-plus formula equals the sums over the levels inside and beyond the domain."""
    for ell in (Fraction(0), Fraction(1, 3), Fraction(1), Fraction(12)):
        assert exponents(*place, ell=ell, **flags).rate_at_ell == brute(*place, ell, **flags)


def test_numbers_are_read_exactly():
    """Decimals, ratios, ints and floats give the same rationals."""
    assert exponents(1.5, "0.4", "3/5") == exponents(Fraction(3, 2), Fraction(2, 5), 0.6)


@pytest.mark.parametrize(
    ("arguments", "flags", "name"),
    [
        ((1, 1, 1), {}, "beta"),
        (("1/2", 1, 1), {}, "beta"),
        (("two", 1, 1), {}, "beta"),
        ((float("nan"), 1, 1), {}, "beta"),
        ((2, 0, 1), {}, "r"),
        ((2, -1, 1), {}, "r"),
        ((2, 1, 0), {}, "c"),
        ((2, 1, float("inf")), {}, "c"),
        ((2, 1, 1), {"ell": -1}, "ell"),
        ((2, 1, True), {}, "c"),
        ((2, 1, 1), {"clean": True, "noise_free": True}, "--clean --noise-free"),
    ],
)
def test_bad_calls_name_the_value(arguments, flags, name):
    """Every refusal carries the name of what is wrong."""
    with pytest.raises(InputError) as caught:
        exponents(*arguments, **flags)
    assert caught.value.name == name


@pytest.mark.parametrize("noise", [Noise.SYNTHETIC, Noise.CLEAN, Noise.NOISE_FREE])
def test_formulas_hold_at_numbers(noise):
    """Every Piecewise, within its pieces and on their borders, is what is found there alone."""
    process, values = fake_data._setting(noise)
    whole = fake_data.best_law(noise)
    for beta, r, growth in [("3/2", "1/10", "9/10"), (4, "2/3", "3/19"), ("3/2", 3, 1), (4, 2, 2)]:
        fits = "d = T^c/2, lam = T^-ell"
        scale = read_scale(fits if noise is not Noise.SYNTHETIC else f"T0 = T^c, {fits}")
        laws = PowerLaws(Fraction(beta), Fraction(r))
        alone = scaling_laws(process, scale.at({"c": Fraction(growth)}), laws, values)["test_error"]
        at = {sy.beta: laws.beta, sy.r: laws.r, c: Fraction(growth)}
        for name in ("ell", "least_ell", "rate"):
            assert getattr(whole, name).subs(at) == getattr(alone, name), (name, at)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("bias", lambda term: term.subs(fake_data.source, sy.r)),  # no saturation
        ("bias", lambda term: term.subs(Min(sy.ell, sy.beta), sy.ell)),  # below the ridgeless kappa
        ("variance", lambda _: sy.ell / sy.beta - 1),  # more directions than d
        ("synthetic", lambda term: term - c / 100),
    ],
)
def test_terms_that_are_not_those_of_the_process_are_refused(name, wrong, monkeypatch):
    """Each differs from the stated term on some piece only."""
    monkeypatch.setitem(fake_data._TERMS, name, wrong(terms()[name]))
    with pytest.raises(DerivationError, match="is not"):
        require_terms()


@pytest.mark.parametrize(("old", "new"), [(sy.df1, sy.df2), (sy.T0, sy.T0 - 1)])
def test_another_synthetic_term_breaks_the_derivation(old, new, monkeypatch):
    """rho with a degree of freedom exchanged, or of finite size, has another gap or height."""
    factor = power_law.synthetic_factor().subs(old, new)
    monkeypatch.setattr(power_law, "synthetic_factor", lambda: factor)
    with pytest.raises(DerivationError):
        list(power_law._plateau())


def test_the_bound_of_the_plateau_is_sharp():
    """d/(T0-d) - rho changes sign at T = 2 df2 when df1 = df2."""
    for T, sign in ((11, 1), (10, 0), (9, -1)):
        at = {sy.df1: 5, sy.df2: 5, sy.d: 20, sy.T: T, sy.T0: 50}
        gap = Fraction(20, 30) - Fraction(str(power_law.synthetic_factor().subs(at)))
        assert (gap > 0) - (gap < 0) == sign


def test_the_crossover_equates_the_terms_of_least_squares():
    """sigma^2 d/(T - d) = n sigma0^2 d/(T0 - d) at T_x."""
    surplus = (power_law.crossover() - sy.d).subs(sy.phi0, sy.d / sy.T0)
    assert cancel(sy.sigma**2 / surplus - sy.n * sy.sigma0**2 / (sy.T0 - sy.d)) == 0
