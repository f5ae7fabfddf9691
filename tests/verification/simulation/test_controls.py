"""Control variates: means that are exactly zero, less variance, and never another expectation."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.features import parse_features
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.controls import adjusted, control_values, regression
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.quantity_draws import Difference, Sampler
from ridgeproof.verification.simulation.repetitions import SimulationInterrupted
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.testing.sequential import PILOT, decide

S = np.arange(1, 6) ** -1.0
W0 = np.array([0.0, 1.0, -2.0, 0.5, 3.0])
CHAIN = make_setting(
    d=8, T=16, T0=20, n=2, sigma="1/2", sigma0="1/2", lam="1/5", lam0="1/5",
    spectrum="power-law:3/2", signal="source:2/5",
)  # fmt: skip
ISOTROPIC = make_setting(d=24, T=48, sigma=1, lam="1/10")


def controls_of(draw, rows, size, kurtosis):
    """Controls of many designs, shape (size, controls)."""
    rng = np.random.Generator(np.random.PCG64DXSM([3, rows]))
    designs = (draw(rng, (rows, S.size)) for _ in range(size))
    return np.array([control_values(Z.T @ Z, rows, S, W0, kurtosis=kurtosis) for Z in designs])


def in_standard_errors(x):
    """Column means over their standard errors."""
    return x.mean(axis=0) / x.std(axis=0, ddof=1) * np.sqrt(len(x))


def standard_normal(rng, shape):
    """Independent standard normal entries."""
    return rng.standard_normal(shape)


@pytest.mark.parametrize("rows", [2, 9])
def test_normal_controls_have_mean_zero(rows):
    """All five, more rows than columns or fewer; an energy with T+d for T+d+1 would not."""
    seen = controls_of(standard_normal, rows, 20_000, 0.0)
    assert np.all(np.abs(in_standard_errors(seen)) < 4.5)
    wrong = seen[:, 3] + rows * S.size  # T d (T+d+1) - T d (T+d)
    assert abs(in_standard_errors(wrong[:, None])[0]) > 10
    wrong = seen[:, 4] + rows * (S @ S)
    assert abs(in_standard_errors(wrong[:, None])[0]) > 10


@pytest.mark.parametrize("law", ["uniform", "student:7", "elliptical:3/5*1/2,7/5*1/2"])
def test_other_laws_have_the_controls_of_second_order(law):
    """Only their variance 1 is used: three controls, mean 0 for every law."""
    seen = controls_of(Entries(parse_features(law)), 6, 20_000, None)
    assert seen.shape[1] == 3
    assert np.all(np.abs(in_standard_errors(seen)) < 4.5)


def test_controls_by_hand():
    """Against the definitions, entry by entry."""
    Z = np.random.Generator(np.random.PCG64DXSM(1)).standard_normal((7, 5))
    X = Z * np.sqrt(S)
    expected = [
        np.sum(Z**2) - 35,
        np.sum(X**2) - 7 * S.sum(),
        np.sum((X * W0) ** 2) - 7 * S @ W0**2,
        np.sum((Z.T @ Z) ** 2) - 35 * 13,
        np.sum((X.T @ X) ** 2) - 7 * (8 * S @ S + S.sum() ** 2),
    ]
    np.testing.assert_allclose(
        control_values(Z.T @ Z, 7, S, W0, kurtosis=0.0), expected, rtol=1e-12
    )


@pytest.mark.parametrize("richardson", [False, True])
def test_looking_at_the_controls_does_not_change_the_draws(richardson):
    """The first column of what is observed is the draw, bit by bit."""
    sampler = Sampler(CHAIN, 1, "t", "bias", "conditional", richardson=richardson)
    seen = sampler.observed(3, 8)
    assert seen.shape == (8, 1 + 3 * 5 * (1 + richardson))
    np.testing.assert_array_equal(seen[:, 0], sampler(3, 8))
    moved = Difference(sampler, sampler, -1)
    np.testing.assert_array_equal(moved.observed(3, 8)[:, 0], moved(3, 8))


def test_only_the_conditional_method_shows_controls():
    """The literal run stays as it is: it is the witness."""
    for method in ("literal", "exact-law"):
        sampler = Sampler(make_setting(d=4, T=16, sigma=1), 1, "t", "variance", method)
        assert sampler.observed(0, 4).shape == (4, 1)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (
            {"quantity": "slope"},
            "quantity = slope: cannot be drawn. Choose from test_error, bias, variance, synthetic",
        ),
        (
            {"method": "Conditional"},
            (
                "method = Conditional: cannot be drawn. "
                "Did you mean conditional? choose from literal, conditional, exact-law"
            ),
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(changes, says):
    """Not drawn as something else."""
    with pytest.raises(InputError) as caught:
        Sampler(CHAIN, 1, "t", **changes)
    assert str(caught.value) == says


def test_long_chains_add_up_the_controls_of_their_generators():
    """At most ten columns for a size, whatever n: the pilot has to fit them."""
    long = CHAIN.with_(n=9)
    assert Sampler(long, 1, "t", "bias", "conditional").observed(0, 2).shape == (2, 11)


@pytest.mark.parametrize(
    "quantity",
    [
        *(pytest.param(name, marks=pytest.mark.slow) for name in ("bias", "variance")),
        "synthetic",
        "test_error",
    ],
)
def test_adjusted_draws_keep_the_mean_and_lose_variance(quantity):
    """On draws that the pilot did not see."""
    sampler = Sampler(CHAIN, 4, "t", quantity, "conditional")
    better, variance = adjusted(sampler, sampler.observed(-1, PILOT))
    assert abs(np.corrcoef(better(0, 64), better(1, 64))[0, 1]) < 0.6  # chunks of their own
    plain, less = sampler(0, 4000), better(0, 4000)
    assert less.var() < plain.var() / 3
    assert 0.7 < less.var() / variance < 1.4
    assert abs(in_standard_errors((less - plain)[:, None])[0]) < 4.5


def test_regression_finds_what_is_linear():
    """Exact coefficients, columns that repeat or never vary, and an unbiased rest."""
    rng = np.random.Generator(np.random.PCG64DXSM(2))
    c = rng.standard_normal((300, 2))
    noise = rng.standard_normal(300)
    beta, rest = regression(5 + c @ [2.0, -1.0], c)
    np.testing.assert_allclose(beta, [2, -1], rtol=1e-12)
    assert rest < 1e-20
    wide = np.column_stack([c, c[:, :1], np.ones(300)])
    beta, rest = regression(c @ [2.0, -1.0] + noise, wide)
    assert beta[0] + beta[2] == pytest.approx(2, abs=0.3)
    centred = np.column_stack([np.ones(300), c])
    _, squares, *_ = np.linalg.lstsq(centred, c @ [2.0, -1.0] + noise)
    assert rest == pytest.approx(float(squares[0]) / 297, rel=1e-9)


def test_regression_wants_twice_as_many_draws_as_controls():
    """Few draws fit anything: none is better than a wrong variance."""
    c = np.random.Generator(np.random.PCG64DXSM(3)).standard_normal((10, 6))
    assert regression(c[:, 0], c) is None
    assert regression(c[:, 0], c[:, :4]) is not None


def test_controls_that_explain_nothing_are_left_alone():
    """|Z|^2 of signs never varies: nothing to take off, and nothing is."""
    signs = make_setting(d=6, T=24, sigma=1, lam="1/10", features="rademacher")
    sampler = Sampler(signs, 1, "t", "variance", "conditional")
    assert adjusted(sampler, sampler.observed(-1, PILOT))[0] is sampler
    assert not decide(sampler, 1.0, alpha=0.01, tolerance=0.9, budget=256).controlled


def test_a_test_with_controls_needs_fewer_repetitions():
    """The same stream, claim and exact value: a quarter of the work at most, and no alarm."""
    sampler = Sampler(ISOTROPIC, 5, "t", "variance", "conditional")
    truth = float(finite_size_terms(ISOTROPIC).variance)
    plain, less = (
        decide(each, truth, alpha=0.001, tolerance=0.003, budget=2**14)
        for each in (partial(sampler), sampler)  # a partial hides the controls
    )
    assert (plain.controlled, less.controlled) == (False, True)
    assert less.verdict == "consistent"
    assert plain.repetitions >= 4 * less.repetitions
    wrong = decide(sampler, 1.01 * truth, alpha=0.001, tolerance=0.003, budget=2**14)
    assert wrong.verdict == "refuted"


@pytest.mark.slow
def test_true_values_are_not_refuted_with_controls():
    """20 runs against an exact value at alpha = 0.001; and 1 % more is refuted in nearly all."""
    truth = float(finite_size_terms(ISOTROPIC).variance)
    samplers = [Sampler(ISOTROPIC, seed, "t", "variance", "conditional") for seed in range(20)]
    for claimed, least, most in ((truth, 0, 0), (1.01 * truth, 19, 20)):
        refuted = [
            decide(each, claimed, alpha=0.001, tolerance=0.02, budget=1024).verdict == "refuted"
            for each in samplers
        ]
        assert least <= sum(refuted) <= most


def test_simulate_with_controls():
    """The mean of the conditional method with a smaller error; named for what was done."""
    plain, less = (
        simulate(CHAIN, repetitions=2000, method=method, seed=8)
        for method in ("conditional", "controlled")
    )
    assert (plain.method, less.method) == ("conditional", "controlled")
    assert less.standard_error < plain.standard_error / 2
    assert abs(less.mean - plain.mean) < 4.5 * plain.standard_error
    signs = make_setting(d=6, T=24, sigma=1, lam="1/10", features="rademacher")
    assert simulate(signs, repetitions=16, method="controlled").method == "conditional"


def test_an_interrupted_estimate_is_kept():
    """Ctrl-C after some repetitions: what they say, not nothing."""

    def stop_at_forty(count):
        if count >= 40:
            raise KeyboardInterrupt

    with pytest.raises(SimulationInterrupted) as caught:
        simulate(CHAIN, repetitions=2000, seed=8, watch=stop_at_forty)
    whole = simulate(CHAIN, repetitions=48, seed=8)
    assert caught.value.estimate == whole
