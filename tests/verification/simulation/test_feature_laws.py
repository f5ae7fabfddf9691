"""Laws of the features: their moments, their symmetries, and designs of less than full rank."""

from __future__ import annotations

from typing import get_args

import mpmath
import numpy as np
import pytest
from ridgeproof.verification.simulation.process import fit, test_errors
from ridgeproof.verification.simulation.samplers import has_exact_law

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.errors import InfiniteExpectation, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.features import FeatureLaw, excess_kurtosis, parse_features
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.settings.truth import known_value
from ridgeproof.verification.simulation.conditional import conditional_errors, fit_operators
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.quantity_draws import _process, cheapest_method

LAWS = [
    "gaussian",
    "rademacher",
    "uniform",
    "student:3",
    "student:10",
    "elliptical:1/2*2/3,2*1/3",
]
BASE = {"T": 7, "T0": 5, "n": 2, "sigma": 0.5, "sigma0": 0.4, "design": "independent"}
S, W0 = np.array([1.0, 0.4, 0.1, 0.03]), np.array([1.0, -2.0, 1.5, 3.0])


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


def agree(left, right, errors=5.0):
    """Whether two samples (along axis 0) have the same means."""
    error = np.sqrt(left.var(axis=0, ddof=1) / len(left) + right.var(axis=0, ddof=1) / len(right))
    return (abs(left.mean(axis=0) - right.mean(axis=0)) <= errors * error).all()


def test_every_law_is_on_trial_here():
    """A new law must prove its symmetry below before estimators may use it."""
    assert {type(parse_features(law)) for law in LAWS} == set(get_args(FeatureLaw))


@pytest.mark.parametrize("law", LAWS)
def test_entries_have_mean_zero_and_variance_one(law):
    """E z = 0 and E z z' = I, by 250,000 entries."""
    z = Entries(parse_features(law))(generator(0), (125_000, 2))
    assert agree(z, z * 0)
    assert agree(z**2, np.ones_like(z), errors=6.0)
    assert agree(z[:, :1] * z[:, 1:], np.zeros((len(z), 1)))


@pytest.mark.parametrize("law", ["gaussian", "rademacher", "uniform", "student:10"])
def test_excess_kurtosis_is_that_of_the_draws(law):
    """kappa4 of the theory is E z^4 - 3 of the sampler."""
    z = Entries(parse_features(law))(generator(1), (200_000, 1))
    fourth = z**4 - 3 - float(excess_kurtosis(parse_features(law)))
    # z^4 of ten degrees of freedom has a finite variance, and heavy tails.
    assert agree(fourth, np.zeros_like(fourth), errors=6.0)


def test_kurtosis_is_unknown_where_it_is_infinite_or_rows_share_a_scale():
    """No number stands for an infinite kurtosis, nor for entries that depend on one another."""
    assert excess_kurtosis(parse_features("student:4")) is None
    assert excess_kurtosis(parse_features("elliptical:1*1")) is None


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize(("lam", "lam0"), [(0.0, 0.0), (0.2, 0.1)])
def test_flipping_a_coordinate_leaves_every_law_unchanged(law, lam, lam0):
    """Averaging the bias over the signs of w0 keeps its mean, and that of the literal run."""
    process = {**BASE, "lam": lam, "lam0": lam0, "T": 9, "draw": Entries(parse_features(law))}
    if lam0 == 0 and law != "rademacher":
        process["T0"] = 8  # away from d, where the error has no variance
    averaged = conditional_errors(400, S, W0, rng=generator(2), average_signs=True, **process)
    plain = conditional_errors(400, S, W0, rng=generator(3), **process)
    literal = test_errors(400, S, W0, rng=generator(4), **process)
    assert agree(averaged, plain)
    assert agree(averaged.sum(axis=1), literal)


@pytest.mark.parametrize(
    "signs",
    [
        [[1, 1], [1, 1], [-1, -1]],
        [[1, 1, -1], [-1, -1, 1]],
        [[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, 1, 1]],
        [[1, -1, 1], [1, -1, -1], [-1, 1, 1], [1, -1, 1]],
    ],
)
@pytest.mark.parametrize("lam", [0.0, 1e-3])
def test_operators_of_dependent_rows_are_those_of_the_literal_fit(signs, lam):
    """F v and N = H H' are what `process.fit` does to the basis vectors of the labels."""
    Z = np.array(signs, dtype=float)
    s = S[: Z.shape[1]]
    F, N = fit_operators(Z, s, lam)
    H = np.column_stack([np.sqrt(s) * fit(Z * np.sqrt(s), e, lam) for e in np.eye(len(Z))])
    assert np.allclose(F, H @ Z, atol=1e-12)
    assert np.allclose(N, H @ H.T, atol=1e-12)


def test_samplers_know_a_variation_when_they_see_one():
    """The law of least squares is that of normal features: other processes never borrow it."""
    assert not has_exact_law(4, {**BASE, "T0": 9, "lam": 0.0, "lam0": 0.0, "draw": Entries})
    assert has_exact_law(4, {**BASE, "T0": 9, "lam": 0.0, "lam0": 0.0})
    assert cheapest_method(make_setting(d=4, T=16, sigma=1, features="uniform")) == "conditional"
    narrow = make_setting(d=4, T=16, sigma=1, n=1, T0=16, sigma0=1, width=2)
    assert not has_exact_law(4, _process(narrow))


def test_signs_have_a_finite_error_at_every_size():
    """Finitely many designs: what is infinite for entries with a density is finite for signs."""
    near = {"d": 5, "T": 5, "sigma": 1}
    signs = make_setting(**near, features="rademacher")
    require_finite(signs)
    with pytest.raises(NoTheorem, match="exact form"):
        evaluate(signs, form=Form.EXACT)
    # The limit is one of growing sizes, which is infinite at T = d, and not at T = d + 1.
    assert known_value(signs, "variance", "exact") is None
    assert known_value(signs, "variance", "limit").value == mpmath.inf
    assert known_value(signs.with_(T=6), "variance", "limit").value == pytest.approx(5)
    for law in ("gaussian", "uniform", "student:3", "elliptical:1/2*2/3,2*1/3"):
        with pytest.raises(InfiniteExpectation, match="within 1 of d"):
            require_finite(make_setting(**near, features=law))
    with pytest.raises(InfiniteExpectation, match="width"):
        require_finite(make_setting(d=9, T=4, width=5, sigma=1, features="rademacher"))
