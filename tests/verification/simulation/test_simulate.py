"""simulate and its samplers: two estimators of one mean, the same numbers on any workers."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from ridgeproof.theory.errors import InfiniteExpectation, InputError
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.simulation.simulate import QUANTITIES, simulate

# Two independent estimates of a mean differ by more than this many standard errors once in 10^6.
SIGMAS = 5.0

REGIMES = {
    "least squares": {"d": 6, "T": 20, "T0": 18, "n": 2},
    "ridge": {"d": 6, "T": 12, "T0": 18, "n": 2, "lam": "0.2", "spectrum": "power-law:3/2"},
    "few rows": {"d": 8, "T": 5, "T0": 24, "n": 1, "lam": "0.1"},
    "few generator rows": {"d": 12, "T": 24, "T0": 4, "n": 2, "spectrum": "ar1:1/2", "lam": "0.1"},
    "shared": {"d": 12, "T": 24, "T0": 4, "n": 3, "design": "shared"},
    "ridge generators": {"d": 6, "T": 14, "T0": 6, "n": 2, "lam0": "1/2", "design": "shared"},
    "clean": {"d": 6, "T": 20},
}


def setting_of(name):
    """One of the regimes, with noise of two sizes."""
    noise = {"sigma": "0.8", "sigma0": "1.2"} if REGIMES[name].get("n") else {"sigma": "0.8"}
    return make_setting(**{**REGIMES[name], **noise})


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("regime", REGIMES)
def test_literal_and_conditional_agree(regime, quantity):
    """The process as written and its Rao-Blackwellised mean, within their standard errors."""
    setting = setting_of(regime)
    found = [
        simulate(setting, repetitions=count, quantity=quantity, method=method, seed=5)
        for method, count in (("literal", 1500), ("conditional", 300))
    ]
    gap = abs(found[0].mean - found[1].mean)
    error = np.hypot(*(each.standard_error for each in found))
    assert gap <= SIGMAS * error + 1e-12


@pytest.mark.parametrize("regime", ["least squares", "shared", "clean"])
def test_simulation_agrees_with_exact_theory(regime):
    """Where theory is exact at finite size, z is that of a standard normal."""
    found = simulate(setting_of(regime), repetitions=600, method="conditional", seed=6)
    assert found.theory_kind == "exact"
    assert abs(found.z) <= SIGMAS


@pytest.mark.parametrize("method", ["literal", "conditional"])
def test_terms_sum_to_the_error(method):
    """bias + variance + synthetic is the test error in the mean, by either method."""
    setting = setting_of("ridge")
    parts = [
        simulate(setting, repetitions=1500, quantity=term, method=method, seed=k)
        for k, term in enumerate(ERROR_TERMS)
    ]
    whole = simulate(setting, repetitions=1500, method="conditional", seed=9)
    error = np.sqrt(sum(p.standard_error**2 for p in (*parts, whole)))
    assert abs(sum(p.mean for p in parts) - whole.mean) <= SIGMAS * error


def test_conditional_terms_of_one_draw_are_tried_one_by_one():
    """Each conditional quantity has its own stream, and the bias does not see the noise."""
    setting = setting_of("ridge")
    loud = setting.with_(sigma=setting.sigma * 10, sigma0=setting.sigma0 * 10)
    draws = [
        Sampler(s, 1, "t", "bias", "conditional", stream=setting)(0, 8) for s in (setting, loud)
    ]
    np.testing.assert_array_equal(*draws)
    doubled = [
        Sampler(s, 1, "t", "variance", "conditional", stream=setting)(0, 8) for s in (setting, loud)
    ]
    np.testing.assert_allclose(doubled[1], 100 * doubled[0], rtol=1e-12)


def test_workers_do_not_change_the_numbers():
    """The estimate is the same, to the last bit, on one and two workers."""
    one, two = (
        simulate(setting_of("ridge"), repetitions=100, seed=3, workers=workers)
        for workers in (1, 2)
    )
    assert one == two


def test_more_repetitions_continue_the_same_stream():
    """The first chunk of a longer run is that of a shorter one."""
    sampler = Sampler(setting_of("ridge"), 1, "t")
    np.testing.assert_array_equal(sampler(0, 16), sampler(0, 16))
    assert not np.array_equal(sampler(0, 16), sampler(1, 16))
    short, long = (simulate(setting_of("clean"), repetitions=n, seed=4) for n in (16, 17))
    assert short.repetitions == 16
    assert long.repetitions == 17
    assert abs(long.mean * 17 - short.mean * 16) > 0


@pytest.mark.parametrize("changed", [{"seed": 2}, {"claim": "u"}, {"method": "conditional"}])
def test_streams_are_told_apart(changed):
    """Seed, claim and method each name another stream."""
    given = {"seed": 1, "claim": "t", "method": "literal"}
    setting = setting_of("clean")
    assert not np.array_equal(
        Sampler(setting, **given)(0, 4), Sampler(setting, **{**given, **changed})(0, 4)
    )


def test_samplers_can_be_sent_to_workers():
    """A sampler is data: a pickled copy draws the same numbers."""
    sampler = Sampler(setting_of("shared"), 1, "t", richardson=True)
    copy = pickle.loads(pickle.dumps(sampler))  # noqa: S301
    np.testing.assert_array_equal(copy(3, 4), sampler(3, 4))


def test_richardson_is_twice_the_double_less_the_single():
    """2 x(2) - x(1), whose mean is that of the limit to order 1/d^2."""
    setting = make_setting(d=12, T=24, sigma=1)
    draws = Sampler(setting, 1, "t", "variance", "conditional", richardson=True)
    x = np.concatenate([draws(chunk, 64) for chunk in range(40)])
    # The exact means 12/11 at d and 24/23 at 2 d combine to 252/253 * ..., the limit being 1.
    expected = 2 * 24 / 23 - 12 / 11
    assert abs(x.mean() - expected) <= SIGMAS * x.std(ddof=1) / np.sqrt(len(x))


def test_a_relative_error_is_reached():
    """The run stops at the precision asked for, and not before 64 repetitions."""
    found = simulate(setting_of("least squares"), relative_error=0.05, seed=1)
    assert found.standard_error <= 0.05 * found.mean
    assert found.repetitions >= 64


def test_running_moments_can_be_watched():
    """The watcher sees the count grow up to the end."""
    counts = []
    simulate(setting_of("clean"), repetitions=50, watch=counts.append)
    assert counts == sorted(set(counts))
    assert counts[-1] == 50


@pytest.mark.parametrize(
    ("options", "condition"),
    [
        ({"method": "magic"}, "is unknown"),
        ({"quantity": "noise"}, "is unknown"),
        ({"repetitions": 1}, "at least 2"),
        ({"relative_error": 0.0}, "must lie in"),
        ({"relative_error": 1.5}, "must lie in"),
    ],
)
def test_bad_options_are_refused(options, condition):
    """Name, value, condition and remedy."""
    with pytest.raises(InputError, match=condition):
        simulate(setting_of("clean"), **options)


HEAVY = {"d": 10, "T": 12, "sigma": 1}


@pytest.mark.parametrize(
    ("change", "quantity", "is_heavy"),
    [
        ({}, "test_error", True),
        ({}, "variance", True),
        ({}, "bias", False),
        ({"T": 14}, "test_error", False),
        ({"lam": "1/10"}, "test_error", False),
        ({"T": 30, "n": 1, "T0": 7, "sigma0": 1, "lam": 1}, "test_error", True),
        ({"T": 30, "n": 1, "T0": 7, "sigma0": 1, "lam": 1}, "variance", False),
        ({"sigma": 0, "sigma_real": 1, "synthetic_fraction": "1/2"}, "test_error", True),
        ({"features": "rademacher"}, "test_error", True),
        ({"d": 1, "T": 2, "features": "rademacher"}, "test_error", False),
    ],
)
def test_heavy_tails_have_quantiles_in_place_of_a_standard_error(change, quantity, is_heavy):
    """Without a finite variance no error bar is sold, nor is a relative error promised."""
    setting = make_setting(**HEAVY | change)
    found = simulate(setting, quantity=quantity, repetitions=32, seed=1)
    assert (found.standard_error is None) is is_heavy
    assert (found.quantiles is not None) is is_heavy
    assert (found.tails is not None) is is_heavy
    if is_heavy:
        assert found.z is None
        with pytest.raises(InputError, match="no finite variance"):
            simulate(setting, quantity=quantity, relative_error=0.01)


def test_quantiles_are_those_of_the_draws():
    """Of all draws, in order of level; a difference has them as soon as one end is heavy."""
    setting = make_setting(**HEAVY)
    draw = Sampler(setting, 3, "simulate")
    drawn = np.concatenate([draw(chunk, 16) for chunk in range(4)])
    found = simulate(setting, repetitions=64, seed=3)
    assert list(found.quantiles) == [0.05, 0.25, 0.5, 0.75, 0.95]
    assert found.quantiles[0.5] == pytest.approx(np.median(drawn))
    assert found.quantiles[0.95] == pytest.approx(np.quantile(drawn, 0.95))
    assert found.mean == pytest.approx(drawn.mean())
    light = make_setting(**HEAVY | {"lam": 1})
    assert simulate(light, minus=setting, repetitions=32).quantiles is not None
    assert simulate(light, minus=light.with_(sigma=setting.sigma / 2), repetitions=32).z is not None


def test_infinite_expectations_are_not_simulated():
    """A mean that does not exist is refused, however finite its samples look."""
    with pytest.raises(InfiniteExpectation):
        simulate(make_setting(d=10, T=10, sigma=1), repetitions=10)
