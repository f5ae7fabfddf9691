"""Laws of the features: their moments, their symmetries, and designs of less than full rank."""

from __future__ import annotations

from typing import get_args

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.errors import InfiniteExpectation, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.features import FeatureLaw, excess_kurtosis, parse_features
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.settings.truth import known_value
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.quantity_draws import Sampler, cheapest_method, has_law

LAWS = [
    "gaussian",
    "rademacher",
    "uniform",
    "student:3",
    "student:10",
    "elliptical:1/2*2/3,2*1/3",
]
CHAIN = {"d": 4, "T": 9, "n": 2, "sigma": "1/2", "sigma0": "2/5", "spectrum": "power-law:2"}


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
@pytest.mark.parametrize(("lam", "lam0"), [(0, 0), ("1/5", "1/10")])
def test_flipping_a_coordinate_leaves_every_law_unchanged(law, lam, lam0):
    """Averaging the bias over the signs of w0 keeps the mean of the literal run."""
    # Without ridge away from d, where the error has no variance.
    T0 = 8 if lam0 == 0 and law != "rademacher" else 5
    setting = make_setting(**CHAIN, T0=T0, lam=lam, lam0=lam0, features=law)
    averaged, literal = (
        Sampler(setting, seed, "t", "test_error", method)(0, 400)
        for seed, method in ((2, "conditional"), (4, "literal"))
    )
    assert agree(averaged, literal)


def test_samplers_know_a_variation_when_they_see_one():
    """The law of least squares is that of normal features: other processes never borrow it."""
    plain = make_setting(d=4, T=16, sigma=1)
    uniform = make_setting(d=4, T=16, sigma=1, features="uniform")
    assert has_law(plain)
    assert not has_law(uniform)
    assert (cheapest_method(plain), cheapest_method(uniform)) == ("exact-law", "conditional")


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
