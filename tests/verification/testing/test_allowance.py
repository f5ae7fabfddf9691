"""What a limit is allowed at finite size: (2/g)^2 for every fit that errs."""

from __future__ import annotations

import pytest

from ridgeproof import make_setting
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.settings.generations import parse_chain
from ridgeproof.verification.testing.allowance import allowance, growth, large_enough


def test_allowances_add_up():
    """Downstream and n generators, each (2/g)^2; T = d without ridge adds nothing."""
    both = make_setting(d=32, T=64, T0=96, n=3, sigma=1, sigma0=1)
    assert allowance(both) == pytest.approx((2 / 32) ** 2 + 3 * (2 / 64) ** 2)
    assert allowance(make_setting(d=32, T=32, sigma=1)) == 0.0
    assert allowance(make_setting(d=32, T=32)) == 0.0
    assert large_enough(both) is both


def test_features_cost_an_allowance_of_their_own():
    """width rows of a second fit: surplus T (1 - gamma) as without, and width - df2 spare."""
    plain = make_setting(d=32, T=64, sigma=1, lam="1/2")
    narrow, wide = (plain.with_(width=width) for width in (128, 512))
    assert allowance(plain) < allowance(wide) < allowance(narrow)
    # More features than can matter: what is left is the plain fit.
    assert allowance(plain.with_(width=10**6)) == pytest.approx(allowance(plain), rel=1e-3)
    # Noiseless least squares is exact, unless its features are too few to pass the signal on.
    clean = make_setting(d=32, T=64)
    assert allowance(clean.with_(width=48)) == 0.0
    # 16 features on 64 rows, kappa = 1: df2 = 8.
    assert allowance(clean.with_(width=16)) == pytest.approx((2 / 48) ** 2 + (2 / 8) ** 2)


def test_a_generator_costs_nothing_where_it_is_exact():
    """Noiseless least squares with enough rows hands the truth on; noise, ridge, few rows cost."""
    exact = make_setting(d=32, T=64, T0=96, n=2)
    assert allowance(exact) == 0.0
    costs = [exact.with_(sigma0=1), exact.with_(lam0=1), exact.with_(T0=16)]
    assert all(allowance(setting) > 0 for setting in costs)


def test_real_and_synthetic_rows_cost_what_their_labels_differ_by():
    """Least squares on two kinds of rows is exact where all labels are the truth's, and only there.

    With half of the rows noisy the error is (1/2) d/(T-d-1) in the mean, whose combination of two
    sizes misses its limit 4 by 5 %: a true limit must not be refuted by that.
    """
    mixed = make_setting(d=32, T=64, T0=96, n=2, synthetic_fraction="1/2")
    assert allowance(mixed) == 0.0
    noisy, weak, few = (mixed.with_(**x) for x in ({"sigma0": 1}, {"lam0": 1}, {"T0": 16}))
    for each in (mixed.with_(sigma_real=1), noisy, weak, few):
        assert allowance(each) >= (2 / 32) ** 2
    near = make_setting(d=32, T=36, sigma_real=1, synthetic_fraction="1/2")
    small, large = (each.d / (each.T - each.d - 1) / 2 for each in (near, near.grown(2)))
    limit = float(evaluate(near).value)
    assert 0.04 < abs(2 * large - small - limit) / limit < allowance(near)


def test_noise_of_real_labels_counts_where_they_are_mixed_in():
    """Downstream noise is no noise of a generator, unless its labels are partly real."""
    downstream = make_setting(d=32, T=64, T0=96, n=2, sigma=1)
    assert allowance(downstream) == pytest.approx((2 / 32) ** 2)
    mixed = downstream.with_(chain=parse_chain("weighted:1/2"))
    assert allowance(mixed) == pytest.approx((2 / 32) ** 2 + 2 * (2 / 64) ** 2)


def test_two_settings_grow_together():
    """As much as the smaller needs."""
    small, large = make_setting(d=8, T=16), make_setting(d=20, T=40)
    assert (growth(small), growth(large), growth(small, large)) == (4, 2, 4)
    assert large_enough(small) == small.grown(4)
    assert growth(make_setting(d=100, T=100)) == 1
