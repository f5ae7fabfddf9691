"""Domains: their entries, membership, description, the settings they give, and bad input."""

from __future__ import annotations

import pickle
import random
from fractions import Fraction

import pytest
from sympy import Integer, Rational, log, sqrt, zeta

from ridgeproof.theory.domains.corners import corners, special_values
from ridgeproof.theory.domains.domain import Domain, make_domain
from ridgeproof.theory.domains.entries import (
    Choice,
    Derived,
    Fixed,
    IntegerRange,
    RealInterval,
    evaluated,
    nearest,
)
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.symbols import T0, T, beta, d, n, phi, r

HALF = Fraction(1, 2)


def whole(least, most):
    """A range of whole numbers, its ends given as numbers or expressions."""
    return IntegerRange(Integer(0) + least, Integer(0) + most)


RIDGELESS = make_domain(
    lam=0,
    d=whole(5, 60),
    T=whole(d + 2, 4 * d),
    T0=whole(d + 2, 4 * d),
    n=whole(0, 6),
    sigma=RealInterval(Fraction(1, 10), Fraction(2)),
    sigma0=RealInterval(Fraction(1, 10), Fraction(2)),
    spectrum=["isotropic", "power-law:1.5"],
)


class Anything:
    """Choices from a seeded generator, with no preference."""

    def __init__(self, seed):
        self.source = random.Random(seed)

    def option(self, name, options):
        """Any option."""
        return self.source.choice(options)

    def whole(self, name, least, most, known):
        """Any whole number."""
        return self.source.randint(least, most)

    def real(self, name, least, most):
        """Any of 101 points."""
        return least + (most - least) * Fraction(self.source.randint(0, 100), 100)


def base(**changes):
    """A member of RIDGELESS, with changes."""
    return make_setting(
        **{"d": 10, "T": 30, "T0": 12, "n": 3, "sigma": 1, "sigma0": HALF} | changes
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, True),
        ({"T": 12}, True),
        ({"T": 40}, True),
        ({"T": 11}, False),
        ({"T": 41}, False),
        ({"d": 4, "T": 10}, False),
        ({"d": 11, "T0": 12}, False),
        ({"n": 7}, False),
        ({"n": 0}, True),
        ({"n": 0, "T0": None}, False),
        ({"lam": "1/1000"}, False),
        ({"lam0": 1}, False),
        ({"sigma": "0.1"}, True),
        ({"sigma": "0.09"}, False),
        ({"sigma0": 0}, False),
        ({"spectrum": "power-law:3/2"}, True),
        ({"spectrum": "power-law:2"}, False),
        ({"spectrum": "power-law:3/2", "signal": "source:1"}, False),
        ({"design": "shared"}, False),
        ({"copies": 2}, False),
    ],
)
def test_membership(change, expected):
    """A setting is in the domain iff every entry allows it, ends included."""
    assert (base(**change) in RIDGELESS) is expected


def test_membership_evaluates_every_end_and_value():
    """Fractional ends exclude what lies outside them; r and beta come from the specifications."""
    domain = make_domain(
        spectrum="power-law:2", signal=["source:0.4", "source:1"], d=whole(5, 9),
        T=whole(d / 2, 3 * d / 2), lam=r / beta,
    )  # fmt: skip
    rates = {"spectrum": "power-law:2", "signal": "source:0.4", "d": 7, "lam": "0.2"}
    assert make_setting(**rates, T=4) in domain
    assert make_setting(**rates, T=10) in domain
    assert make_setting(**rates, T=3) not in domain
    assert make_setting(**rates, T=11) not in domain
    assert make_setting(**rates | {"lam": "0.5"}, T=4) not in domain
    assert make_setting(**rates | {"lam": "0.5", "signal": "source:1"}, T=4) in domain


def test_settings_drawn_are_members():
    """Whatever the chooser picks, the setting lies in the domain, and so do the corners."""
    shared = make_domain(
        spectrum=["power-law:3/2", "power-law:2"],
        signal=["flat", "source:0.4"],
        d=whole(6, 30),
        T=whole(d / 2, 3 * d + 1),
        T0=whole(2, d - 2),
        n=whole(1, 4),
        sigma=RealInterval(Fraction(0), Fraction(1)),
        lam=T ** Rational(-9, 22),
        design=["independent", "shared"],
    )
    for domain in (RIDGELESS, shared):
        drawn = [domain.setting(Anything(seed)) for seed in range(60)]
        assert all(setting in domain for setting in drawn)
        assert len(set(drawn)) > 50
        every = list(corners(domain, 40))
        assert len(set(every)) == len(every) == 40
        assert all(setting in domain for setting in every)


def test_description_is_mathematics():
    """A domain prints as one line of set notation, in the order it was declared."""
    assert RIDGELESS.describe() == (
        "lam = 0, d ∈ {5, …, 60}, T ∈ {d + 2, …, 4*d}, T0 ∈ {d + 2, …, 4*d}, n ∈ {0, …, 6}, "
        "sigma ∈ [1/10, 2], sigma0 ∈ [1/10, 2], spectrum ∈ {isotropic, power-law:3/2}"
    )


def test_defaults_of_what_is_left_out():
    """Left out: clean isotropic data with a flat signal, no noise, no ridge, no T0."""
    setting = make_domain(d=5, T=10).setting(Anything(0))
    assert setting == Setting(d=5, T=10)


def test_derived_sizes_are_rounded_and_reals_exact():
    """T0 = T^(3/5) and d are rounded, halves up; 1/T stays exact; T^(-9/22) has 60 digits."""
    domain = make_domain(
        T=100, T0=T ** Rational(3, 5), d=(T0 - 1) / 4, n=1, lam=1 / T, sigma=T ** Rational(-9, 22)
    )
    setting = domain.setting(Anything(0))
    assert (setting.T0, setting.d, setting.lam) == (16, 4, Fraction(1, 100))
    # sigma^22 T^9 = 1 up to the rounding of the last of 60 digits, 22 times over.
    assert abs(setting.sigma**22 * 100**9 - 1) < Fraction(22, 10**59)
    assert setting in domain
    assert setting.with_(sigma=setting.sigma + Fraction(1, 10**61)) not in domain


@pytest.mark.parametrize(
    ("expression", "known", "expected"),
    [
        (T ** Rational(3, 5), {T: 32}, Fraction(8)),
        (T ** Rational(-3, 2), {T: Fraction(4, 9)}, Fraction(27, 8)),
        (sqrt(T) - 10, {T: 100}, Fraction(0)),
        (d / T - d / 3, {d: 2, T: 7}, Fraction(2, 7) - Fraction(2, 3)),
        (2 ** (10**9 * T) / 2 ** (10**9 * T), {T: 3}, Fraction(1)),
        (d * log(T - 99), {T: 100, d: 5}, Fraction(0)),
        (beta * r, {beta: Fraction(3, 2), r: Fraction(2, 5)}, Fraction(3, 5)),
    ],
)
def test_rational_values_are_exact(expression, known, expected):
    """A rational value is exact, roots of perfect powers included."""
    known = {symbol: Fraction(value) for symbol, value in known.items()}
    assert evaluated("x", expression, known) == expected


@pytest.mark.parametrize(
    "expression",
    [
        1 / (T - 100),
        sqrt(99 - T),
        log(T - 100),
        log(T - 101),
        zeta(T - 99),
        1 / (sqrt(T) - 10),
        d ** (d * T**5),
        T0,
        (T - 101) ** r,
    ],
)
def test_undefined_values_are_refused(expression):
    """A value that is infinite, not real, unknown or astronomically large is refused."""
    known = {T: Fraction(100), d: Fraction(60), r: HALF}
    with pytest.raises(InputError, match="not a finite real number at T = 100"):
        evaluated("x", expression, known)


def test_halves_round_up():
    """Rounding a size is unambiguous: halves go up, also where Python's round goes to even."""
    assert [nearest(Fraction(k, 2)) for k in range(6)] == [0, 1, 1, 2, 2, 3]
    assert nearest(Fraction(-1, 2)) == 0


def test_choices_that_lead_nowhere():
    """An empty range, an inadmissible derived value or an unsuited signal give no setting."""
    assert make_domain(d=60, T=whole(d + 2, 50)).setting(Anything(0)) is None
    assert make_domain(d=60, T=d - 60).setting(Anything(0)) is None
    assert make_domain(d=5, T=9, lam=d - T).setting(Anything(0)) is None
    assert make_domain(d=5, T=9, signal="source:1").setting(Anything(0)) is None
    assert make_domain(d=5, T=9, signal="energies:1,2").setting(Anything(0)) is None
    assert make_domain(d=5, T=9, spectrum="levels:1*3,2*3").setting(Anything(0)) is None


def test_spectrum_decides_the_dimension():
    """Explicit levels fix d, spikes bound it from below, wherever the range allows."""
    levels = make_domain(d=whole(2, 60), T=2 * d, spectrum="levels:1*3,2*4", signal="energies:1,2")
    assert {levels.setting(Anything(seed)).d for seed in range(10)} == {7}
    spiked = make_domain(d=whole(2, 6), T=2 * d, spectrum="spiked:10*4,1")
    assert {spiked.setting(Anything(seed)).d for seed in range(20)} == {5, 6}


def test_source_signals_need_a_power_law():
    """Where only some spectra are power laws, a source signal is drawn with those alone."""
    domain = make_domain(
        d=9, T=20, spectrum=["isotropic", "power-law:2"], signal=["flat", "source:1"]
    )
    drawn = {domain.setting(Anything(seed)) for seed in range(40)}
    assert {(str(x.spectrum), str(x.signal)) for x in drawn} == {
        ("isotropic", "flat"), ("power-law:2", "flat"), ("power-law:2", "source:1"),
    }  # fmt: skip


def test_corners_reach_the_special_values():
    """Within the first settings: n = 0 and 1, T = T0, T = d, every spectrum, both ends."""
    domain = make_domain(
        d=whole(5, 9),
        T=whole(1, 4 * d),
        T0=whole(1, 4 * d),
        n=whole(0, 3),
        lam=RealInterval(Fraction(0), Fraction(1)),
        spectrum=["isotropic", "ar1:0.5"],
        design=["independent", "shared"],
    )
    seen = list(corners(domain, 64))
    assert seen[0] == make_setting(d=5, T=1, T0=1, n=0)
    assert {x.n for x in seen} == {0, 1, 3}
    assert {x.lam for x in seen} == {0, 1}
    assert {x.d for x in seen} == {5, 9}
    assert {str(x.spectrum) for x in seen} == {"isotropic", "ar1:1/2"}
    assert {x.design for x in seen} == {"independent", "shared"}
    assert any(x.T == x.d for x in seen)
    assert any(x.T0 == x.d for x in seen)
    assert any(x.T0 == x.T != 1 for x in seen)


def test_special_values_are_inside_and_distinct():
    """The ends come first; a landmark outside the range, or at an end, is not repeated."""
    known = {"d": Fraction(10), "T": Fraction(30)}
    assert special_values("T0", 2, 40, known) == [2, 40, 30, 10]
    assert special_values("T0", 10, 20, known) == [10, 20]
    assert special_values("n", 0, 5, {}) == [0, 5, 1]
    assert special_values("d", 4, 4, known) == [4]


def test_order_of_numbers_respects_dependence():
    """n and the reals that use no other name come first, then the declared order."""
    domain = make_domain(d=whole(5, 9), T=2 * d, lam=1 / T, sigma=1, n=0)
    names = [name for name, _ in domain.numbers()]
    assert names == ["sigma", "n", "sigma0", "lam0", "d", "T", "lam"]


def test_domains_travel():
    """A domain can be hashed and pickled, as worker processes need."""
    assert pickle.loads(pickle.dumps(RIDGELESS)) == RIDGELESS  # noqa: S301
    assert hash(RIDGELESS) == hash(Domain(RIDGELESS.items))


@pytest.mark.parametrize(
    ("entries", "name", "message"),
    [
        ({"d": 5}, "domain T", "needs it"),
        ({"T": 5}, "domain d", "needs it"),
        ({"d": 5, "T": 9, "n": 1}, "domain T0", "needs it"),
        ({"d": 5, "T": 9, "n": whole(0, 2)}, "domain T0", "needs it"),
        ({"d": 5, "T": 9, "beta": 2}, "domain", "not a name"),
        ({"d": whole(9, 5), "T": 9}, "domain d", "is empty"),
        ({"d": whole(0, 5), "T": 9}, "domain d", "below 1"),
        ({"d": 0, "T": 9}, "domain d", "below 1"),
        ({"d": "2.5", "T": 9}, "domain d", "whole"),
        ({"d": 10**13, "T": 9}, "domain d", "above"),
        ({"d": whole(5, 10**13), "T": 9}, "domain d", "above"),
        ({"d": RealInterval(Fraction(1), Fraction(9)), "T": 9}, "domain d", "whole"),
        ({"d": 5, "T": 9, "n": -1}, "domain n", "below 0"),
        ({"d": 5, "T": 9, "sigma": "-0.1"}, "domain sigma", "below 0"),
        ({"d": 5, "T": 9, "lam": RealInterval(-HALF, HALF)}, "domain lam", "below 0"),
        ({"d": 5, "T": 9, "lam": RealInterval(HALF, Fraction(0))}, "domain lam", "is empty"),
        ({"d": 5, "T": 9, "lam": Choice(("isotropic",))}, "domain lam", "does not suit"),
        ({"d": 5, "T": 9, "spectrum": Fixed(HALF)}, "domain spectrum", "does not suit"),
        ({"d": 5, "T": 9, "spectrum": []}, "domain spectrum", "no option"),
        ({"d": 5, "T": 9, "spectrum": "flat"}, "domain spectrum", "not a spectrum"),
        ({"d": 5, "T": 9, "design": "both"}, "domain design", "not a design"),
        ({"T": 2 * d, "d": 5}, "domain T", "no earlier entry"),
        ({"d": 5, "T": d * n}, "domain T", "no earlier entry"),
        ({"d": 5, "T": T + 1}, "domain T", "no earlier entry"),
        ({"d": 5, "T": 2 * phi}, "domain T", "no earlier entry"),
        ({"d": 5, "T": 9, "lam": beta}, "domain lam", "not every spectrum"),
        ({"d": 5, "T": 9, "lam": r, "spectrum": "power-law:2"}, "domain lam", "not every"),
    ],
)
def test_bad_domains_are_refused(entries, name, message):
    """A bad domain is refused with the entry's name and the condition it violates."""
    with pytest.raises(InputError) as caught:
        make_domain(**entries)
    assert caught.value.name == name
    assert message in str(caught.value)


def test_a_name_given_twice_is_refused():
    """Two entries for one name contradict each other."""
    twice = (("d", Fixed(Fraction(5))), ("T", Derived(2 * d)), ("d", Fixed(Fraction(6))))
    with pytest.raises(InputError, match="given twice"):
        Domain(twice)
