"""What a quantity depends on: nothing that matters is left out, and what does not matter is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.errors import InfiniteExpectation, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.folds import is_finite, relevant
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.strategies import settings

FULL = {"d": 6, "T": 20, "T0": 12, "n": 3, "sigma": 1, "sigma0": 1, "lam": "1/10"}


def terms_of(setting):
    """The three terms by theory, or None."""
    try:
        return evaluate(setting).terms
    except (InfiniteExpectation, NoTheorem):
        return None


@given(settings())
@hypothesis_settings(max_examples=60, deadline=None)
def test_theory_gives_the_same_term(setting):
    """Wherever the whole error has a theorem, its terms are those of what they depend on."""
    whole = terms_of(setting)
    for term in ERROR_TERMS if whole else ():
        assert float(evaluate(relevant(setting, term)).terms[term]) == pytest.approx(
            float(whole[term]), rel=1e-12, abs=1e-14
        )


@pytest.mark.parametrize(
    ("term", "change"),
    [
        ("bias", {"T0": 6}),  # as many rows as dimensions will do
        ("bias", {"chain": "accumulate"}),
        ("bias", {"synthetic_fraction": "1/2", "sigma_real": 2}),
        ("bias", {"chain": "weighted:1/3"}),
        ("bias", {"T0": 4}),
        ("bias", {"lam0": 1, "design": "shared"}),
        ("variance", {"lam0": 1, "design": "shared"}),
        ("variance", {"T0": 4, "chain": "accumulate"}),
        ("variance", {"chain": "weighted:1/3"}),
        ("variance", {"synthetic_fraction": "1/2", "sigma_real": 2}),
        ("variance", {"synthetic_fraction": "1/2"}),
        ("bias", {"lam0": 1, "design": "shared", "lam": 0}),
        ("synthetic", {"lam0": 1, "design": "shared", "lam": 0}),
        ("synthetic", {"T0": 2, "lam": 0, "T": 8}),
        ("synthetic", {"lam0": 1, "design": "shared"}),
        ("synthetic", {"synthetic_fraction": "1/2", "sigma_real": 2}),
    ],
)
def test_simulation_gives_the_same_term(term, change):
    """The process as a whole, and what is left of it, have the same mean: drawn apart."""
    # With so few rows the noise of the chain has no variance, and its terms none of the bias.
    quiet = {"sigma0": 0} if term == "bias" else {}
    setting = make_setting(**{**FULL, **quiet, **change})
    whole = simulate(setting, quantity=term, method="conditional", repetitions=800, seed=1)
    rest = relevant(setting, term)
    part = simulate(rest, quantity=term, method="conditional", repetitions=800, seed=2)
    error = (whole.standard_error**2 + part.standard_error**2) ** 0.5
    assert abs(whole.mean - part.mean) <= 4.5 * error + 1e-9 * whole.mean


@pytest.mark.parametrize(
    ("term", "change", "kept"),
    [
        ("bias", {}, {"n": 0, "sigma": 0, "sigma0": 0}),
        ("bias", {"T0": 5}, {"n": 3, "sigma": 0, "sigma0": 0}),  # loses signal
        ("bias", {"lam0": 1}, {"n": 3, "sigma": 0}),  # shrinks it
        ("bias", {"features": "rademacher"}, {"n": 3}),  # signs can be dependent
        ("variance", {}, {"n": 0, "sigma": 1}),
        # Real noise in the chain, but none of the generators' own.
        ("variance", {"chain": "weighted:1/2"}, {"n": 3, "sigma": 1, "sigma0": 0}),
        (
            "variance",
            {"synthetic_fraction": "1/2", "sigma_real": 2},
            {"n": 0, "sigma": 1, "sigma_real": 2, "synthetic_fraction": 0.5},
        ),
        ("variance", {"synthetic_fraction": "1/2"}, {"n": 0, "sigma": 1}),  # one noise in all rows
        ("synthetic", {"lam": 0, "T": 19}, {"n": 3, "T": 12}),  # passed on
        ("synthetic", {"lam": 0, "T": 5}, {"n": 3, "T": 5}),
        ("synthetic", {"lam": 0, "T": 19, "width": 4}, {"n": 3, "T": 19}),
        ("synthetic", {"lam": 0, "T": 19, "features": "rademacher"}, {"n": 3, "T": 19}),
        ("bias", {"lam": 0, "T": 19, "lam0": 1}, {"n": 3, "T": 12}),
        ("synthetic", {}, {"n": 3, "sigma": 0, "sigma0": 1}),
        ("test_error", {}, {"n": 3, "sigma": 1, "sigma0": 1}),
    ],
)
def test_what_matters_is_kept(term, change, kept):
    """A chain stays where it loses signal or brings noise in."""
    found = relevant(make_setting(**{**FULL, **change}), term)
    assert {name: getattr(found, name) for name in kept} == kept


def test_a_quantity_is_finite_where_what_it_depends_on_is():
    """Next to T = d the error is infinite, and so is the variance; bias and optimum are not."""
    edge = make_setting(d=6, T=7, sigma=1)
    names = ("test_error", *ERROR_TERMS, "optimal_lam")
    assert [name for name in names if not is_finite(edge, name)] == ["test_error", "variance"]
    chain = make_setting(d=6, T=30, T0=7, n=1, sigma=1, sigma0=1)
    assert is_finite(chain, "variance")
    assert not is_finite(chain, "synthetic")
    assert not is_finite(chain, "optimal_lam")
