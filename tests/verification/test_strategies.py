"""Drawing settings: members in scope, the rest counted; reproducible; shrinking to the plain."""

from __future__ import annotations

import time
from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import HealthCheck, Phase, find, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.conjectures.drawing import (
    GOOD_GAP,
    Choices,
    candidates,
    grid,
    round_values,
    spans,
)
from ridgeproof.verification.strategies import (
    admissible,
    draw,
    everywhere,
    noise_free,
    overparametrised,
    settings,
    underparametrised,
)
from ridgeproof.verification.testing.verdict import Outcome

RIDGELESS = read_domain(
    {
        "lam": 0,
        "d": {"integers": [5, 60]},
        "T": "d + 2 .. 4*d",
        "T0": "d + 2 .. 4*d",
        "n": {"integers": [0, 6]},
        "sigma": [0.1, 2.0],
        "sigma0": [0.1, 2.0],
        "spectrum": ["isotropic", "power-law:1.5"],
    }
)
READY = {
    "ridgeless": RIDGELESS,
    "everywhere": everywhere(),
    "underparametrised": underparametrised(),
    "overparametrised": overparametrised(),
    "noise_free": noise_free(),
}


NOISY = {"d": 20, "T": 40, "T0": 40, "n": 2, "sigma": 1, "sigma0": 1}


@pytest.mark.parametrize(
    ("change", "quantity", "in_scope"),
    [
        ({}, "test_error", True),
        ({"T": 24}, "test_error", True),
        ({"T": 23}, "test_error", False),
        ({"T": 17}, "test_error", False),
        ({"T": 16}, "test_error", True),
        ({"T": 20}, "test_error", False),
        ({"T": 20, "lam": "1/1000"}, "test_error", True),
        ({"T": 20, "sigma": 0}, "test_error", True),
        ({"T": 20}, "variance", False),
        ({"T": 20}, "bias", True),
        ({"T": 20}, "synthetic", True),
        ({"T": 20}, "optimal_lam", True),
        ({"T0": 24}, "test_error", True),
        ({"T0": 23}, "test_error", False),
        ({"T0": 17}, "test_error", False),
        ({"T0": 16}, "test_error", True),
        ({"T0": 20, "lam": 1}, "test_error", False),
        ({"T0": 20, "lam0": 1}, "test_error", True),
        ({"T0": 20, "sigma0": 0}, "test_error", True),
        ({"T0": 20, "n": 0}, "test_error", True),
        ({"T0": 20}, "synthetic", False),
        ({"T0": 20}, "optimal_lam", False),
        ({"T0": 20}, "variance", True),
        ({"T0": 20}, "bias", True),
    ],
)
def test_scope(change, quantity, in_scope):
    """Out of scope: a gap below 4 wherever noise that matters meets an unregularised fit."""
    reason = admissible(make_setting(**NOISY | change), quantity)
    assert (reason is None) is in_scope
    if reason is not None:
        assert f"|{next(iter(change))} - d| < 4" in reason


@pytest.mark.parametrize("quantity", ["test_error", "bias"])
@pytest.mark.parametrize("change", [{"sigma_real": 1}, {"sigma0": 1}, {"lam0": 1}, {"T0": 9}])
def test_labels_of_two_kinds_are_noise(quantity, change):
    """Rows whose labels deviate from those of the others have heavy tails next to T = d.

    They do so by the real rows' noise, and by whatever the chain has lost or added; the bias sees
    the losses alone.
    """
    mixed = {"d": 20, "T": 22, "n": 1, "T0": 60, "synthetic_fraction": "1/2"}
    assert admissible(make_setting(**mixed)) is None
    loses = {"lam0", "T0"} & set(change)
    reason = admissible(make_setting(**mixed | change), quantity)
    assert (reason is not None) == (quantity == "test_error" or bool(loses))


@pytest.mark.parametrize(
    ("d", "T", "in_scope"),
    [(1, 1, True), (1, 3, True), (3, 3, True), (3, 4, False), (20, 20, False)],
)
def test_few_signs_have_no_rare_designs(d, T, in_scope):
    """Signs are judged next to T = d where a pilot meets every design."""
    for lam in (0, "1e-12") if abs(T - d) <= 1 else (0,):
        setting = make_setting(d=d, T=T, sigma=1, lam=lam, features="rademacher")
        assert (admissible(setting, "variance") is None) is in_scope


def test_few_signs_are_drawn_next_to_the_threshold():
    """For one sign a row the variance is sigma^2/T at every T: true as such, and no other is."""
    table = {"d": 1, "T": "1 .. 6", "sigma": [0.1, 2.0], "lam": 0, "n": 0}
    signs = read_domain(table | {"features": ["rademacher"]})
    normal = read_domain(table)
    assert {setting.T for setting in draw(signs, 40).places} == {1, 2, 3, 4, 5, 6}
    assert {setting.T for setting in draw(normal, 40).places} == {6}
    entries = "\n".join(f"{name} = {value!r}" for name, value in table.items())
    text = (
        '[conjecture]\nquantity = "variance"\nrelation = "equals"\nkind = "exact"\n'
        f'formula = "{{}}"\n[domain]\n{entries}\nfeatures = ["rademacher"]\n'
    )
    true = check(read_conjecture(text.format("sigma^2/T")), budget=8192)
    assert true.verdict is Outcome.CONSISTENT
    wrong = check(read_conjecture(text.format("sigma^2/max(T, 3)")), budget=8192)
    assert wrong.verdict is Outcome.REFUTED
    assert wrong.counterexample.setting.T < 3


@pytest.mark.parametrize("domain", READY.values(), ids=READY)
def test_drawn_settings_lie_in_the_domain(domain):
    """Hypothesis draws members in scope only, without rejections, and many different ones."""
    seen = []
    rejected = Counter()

    @given(settings(domain, out_of_scope=rejected))
    @hypothesis_settings(deadline=None, max_examples=80, derandomize=True, database=None)
    def collect(setting):
        assert setting in domain
        assert admissible(setting) is None
        seen.append(setting)

    collect()
    assert len(set(seen)) > 40
    assert not rejected
    assert len({setting.d for setting in seen}) > 5


@pytest.mark.parametrize("domain", READY.values(), ids=READY)
def test_seeded_draws(domain):
    """Outside hypothesis: distinct members in scope, as many as asked, the same for a seed."""
    drawn = draw(domain, 40, seed=3).places
    assert len(set(drawn)) == 40
    assert all(setting in domain and admissible(setting) is None for setting in drawn)
    assert drawn == draw(domain, 40, seed=3).places
    assert drawn[20:] != draw(domain, 40, seed=4).places[20:]


def test_special_values_come_first():
    """Among the first half: n = 0, T = T0, lam = 0, both ends of d, sigma and sigma0."""
    drawn = draw(underparametrised(), 60).places[:30]
    assert {setting.n for setting in drawn} >= {0, 1, 5}
    assert {setting.lam for setting in drawn} == {0, 2}
    assert {setting.d for setting in drawn} == {5, 40}
    assert {setting.sigma for setting in drawn} == {0, 2}
    assert len({setting.spectrum for setting in drawn}) == 4
    assert any(setting.T == setting.T0 and setting.n for setting in drawn)


def test_few_points_are_all_found():
    """A domain with fewer points than asked gives every one of them, once."""
    domain = read_domain({"d": 20, "T": "30 .. 34", "sigma": 1, "lam": 0})
    assert {setting.T for setting in draw(domain, 40).places} == {30, 31, 32, 33, 34}
    assert len(draw(domain, 40).places) == 5
    assert draw(domain, 40).out_of_scope == {}


def test_out_of_scope_is_counted():
    """Rejected draws are counted by reason, inside hypothesis and outside."""
    domain = read_domain({"d": {"integers": [5, 12]}, "T": "8 .. 13", "sigma": 1, "lam": 0})
    drawn = draw(domain, 10)
    reason = "lam = 0, sigma > 0 and |T - d| < 4"
    assert drawn.out_of_scope[reason] > 0
    assert {abs(setting.T - setting.d) >= 4 for setting in drawn.places} == {True}
    rejected = Counter()

    @given(settings(domain, out_of_scope=rejected))
    @hypothesis_settings(
        deadline=None, max_examples=30, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def collect(setting):
        assert abs(setting.T - setting.d) >= 4

    collect()
    assert set(rejected) == {reason}


NOWHERE = {
    "downstream": {"d": 50, "T": "d - 3 .. d + 3", "sigma": [1, 2], "lam": 0},
    "chain": {"d": 50, "T": 99, "T0": "d - 3 .. d + 3", "n": "1 .. 4", "sigma0": 1, "lam": [0, 1]},
    "empty": {"d": {"integers": [50, 60]}, "T": "d + 9 .. 40", "sigma": 1, "lam": 1},
    "no signal": {"d": 50, "T": 99, "signal": "source:1", "spectrum": ["isotropic", "ar1:1/2"]},
    "negative ridge": {"d": 50, "T": "60 .. 70", "lam": "d - T"},
}


@pytest.mark.parametrize("table", NOWHERE.values(), ids=NOWHERE)
def test_a_domain_without_a_point_is_detected(table):
    """No admissible point at all: said in bounded time, and hypothesis gives up as well."""
    domain = read_domain(table)
    start = time.perf_counter()
    assert not draw(domain, 1).places
    assert sum(draw(domain, 5).out_of_scope.values()) > 0
    assert time.perf_counter() - start < 10  # measured 0.2 s; an endless search would not return

    @given(settings(domain))
    @hypothesis_settings(
        deadline=None, max_examples=20, database=None, suppress_health_check=list(HealthCheck)
    )
    def never(setting):
        raise AssertionError(setting)

    with pytest.raises(Unsatisfiable):
        never()


@pytest.mark.parametrize(
    ("table", "quantity"),
    [
        (NOWHERE["downstream"] | {"lam": [0, 1]}, "test_error"),
        (NOWHERE["downstream"] | {"sigma": [0, 1]}, "test_error"),
        (NOWHERE["downstream"], "bias"),
        (NOWHERE["chain"] | {"n": "0 .. 4"}, "test_error"),
        (NOWHERE["chain"], "variance"),
        ({"d": 50, "T": "48 .. 54", "sigma": 1, "lam": 0}, "test_error"),
    ],
)
def test_a_single_way_out_is_found(table, quantity):
    """One end of one range in scope is enough for a domain to have an admissible point."""
    assert draw(read_domain(table), 1, quantity=quantity).places


def test_undefined_entries_are_bad_input():
    """A derived value that is not real somewhere is refused, not skipped."""
    domain = read_domain({"d": 50, "T": "60 .. 70", "lam": "sqrt(d - T)"})
    with pytest.raises(InputError, match="domain lam"):
        draw(domain, 3)


@pytest.mark.parametrize(
    ("least", "most", "known", "expected"),
    [
        (12, 40, {}, [range(18, 41)]),
        (2, 40, {}, [range(18, 41), range(2, 3)]),
        (12, 16, {}, [range(16, 17)]),
        (12, 14, {}, [range(14, 15)]),
        (12, 13, {}, [range(12, 14)]),
        (2, 40, {"lam": 1}, [range(2, 41)]),
        (2, 40, {"sigma": 0}, [range(2, 41)]),
        (12, 40, {"lam": 0, "sigma": 1}, [range(18, 41)]),
    ],
)
def test_spans_keep_the_widest_gap_to_be_had(least, most, known, expected):
    """Gaps of 8 where the range has them, else 7, ... 4, else the whole range."""
    settled = {"d": Fraction(10)} | {name: Fraction(value) for name, value in known.items()}
    assert spans("T", least, most, settled) == expected
    assert set(candidates()("T", least, most, settled)) <= set().union(*map(set, expected))


def test_gaps_of_eight_are_drawn():
    """Noisy ridgeless settings keep a gap of 8 from both thresholds where 4 d leaves room."""
    for setting in draw(RIDGELESS, 100, seed=1).places:
        assert setting.T - setting.d >= GOOD_GAP
        assert setting.n == 0 or setting.T0 - setting.d >= GOOD_GAP


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (lambda x: x.d > 11 and x.T > 30, "d 12 T 31 sigma 0 lam 0 spectrum isotropic signal flat"),
        (lambda x: x.sigma > Fraction(1, 2) and x.n > 0,
         "d 5 T 13 T0 7 n 1 sigma0 0 sigma 3/5 lam 0 spectrum isotropic signal flat"),
        (lambda x: str(x.spectrum) != "isotropic" and x.d > 20,
         "d 21 T 23 sigma 0 lam 0 spectrum power-law:3/2 signal flat"),
    ],
)  # fmt: skip
def test_counterexamples_shrink_to_plain_settings(condition, expected):
    """The smallest failing setting is found: least sizes, first options, readable rationals."""
    assert str(found(condition)) == expected


def found(condition):
    """What hypothesis shrinks a failure of the underparametrised regime to."""
    options = hypothesis_settings(
        max_examples=400, database=None, derandomize=True, deadline=None,
        phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    return find(settings(underparametrised()), condition, settings=options)


def test_small_rationals_stay_readable():
    """A counterexample that needs a small ridge has one in hundredths, and all else least."""
    setting = found(lambda x: 0 < x.lam < Fraction(1, 20))
    assert setting.lam in {Fraction(1, 100), Fraction(1, 50)}
    assert setting == make_setting(d=5, T=7, T0=7, lam=setting.lam)


ENDS = st.lists(st.fractions(0, 5, max_denominator=1000), min_size=2, max_size=2, unique=True)


@hypothesis_settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(ENDS.map(sorted), st.randoms(use_true_random=False))
def test_rationals_lie_in_their_interval(ends, source):
    """Grid points, round values and drawn rationals all lie between the ends."""
    least, most = ends
    assert least <= Choices(source).real("lam", least, most) <= most
    assert all(least <= value <= most for value in round_values(least, most))
    coarse, fine = grid(least, most)
    assert coarse[2] - coarse[1] >= 8
    for below, first, last in (coarse, fine):
        assert least <= Fraction(first, below) <= Fraction(last, below) <= most
        assert least > Fraction(first - 1, below)
        assert most < Fraction(last + 1, below)


@pytest.mark.parametrize(
    ("quantity", "changes", "reason"),
    [
        # Mean 634 by importance sampling; a pilot of 512 sees 200 or 2000.
        ("variance", {"lam": "1/1000000"}, "lam is tiny"),
        ("test_error", {"lam": "1/1000000"}, "lam is tiny"),
        ("bias", {"lam": "1/1000000"}, "lam is tiny"),
        ("bias", {"lam": "1/1000000", "T": 1}, "lam is tiny"),
        ("synthetic", {"lam": "1/1000000"}, None),
        ("variance", {"lam": "1/100"}, None),
        ("variance", {"lam": "1/1000000", "T": 4}, None),
        ("variance", {"lam": "1/1000000", "sigma": 0}, None),
        # Directions of less weight than the penalty are no part of the fit.
        ("variance", {"lam": "1/1000000", "spectrum": "levels:1*1,0.000001*1"}, None),
        ("synthetic", {"T": 20, "n": 1, "T0": 2, "sigma0": 1, "lam0": "1/1000000"}, "lam0 is tiny"),
        ("synthetic", {"T": 20, "n": 1, "T0": 2, "sigma0": 1, "lam0": "1/10"}, None),
        ("variance", {"T": 20, "n": 1, "T0": 2, "sigma0": 1, "lam0": "1/1000000"}, None),
        ("bias", {"lam": "1/1000000", "T": 9, "d": 30, "width": 9}, "width"),
    ],
)
def test_a_tiny_ridge_next_to_a_threshold_is_out_of_scope(quantity, changes, reason):
    """Finite as its variance is, it comes from designs that a pilot does not meet."""
    found = admissible(make_setting(**{"d": 2, "T": 2, "sigma": 1, **changes}), quantity)
    assert found is None if reason is None else reason in found


@pytest.mark.slow
def test_rare_designs_refute_nothing():
    """A true bound that a simulation of 512 repetitions would deny."""
    text = (
        '[conjecture]\nquantity="variance"\nrelation="at-least"\nkind="exact"\n'
        'formula="0.56*sigma^2/sqrt(lam)"\n[domain]\nd=2\nT=2\nn=0\nsigma=1\n'
        'lam=[1e-10, 1e-5]\nspectrum="power-law:1/2"\n'
    )
    for seed in range(3):
        verdict = check(read_conjecture(text), seed=seed)
        assert verdict.verdict is Outcome.UNDECIDED
        assert "lam is tiny and |T - d| <= 1" in verdict.evidence["out_of_scope"]
