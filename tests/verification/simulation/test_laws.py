"""The fast samplers against the designs they replace: means, laws, and a known expectation."""

from __future__ import annotations

import numpy as np
import pytest
from ridgeproof.verification.simulation.process import fit, test_errors
from ridgeproof.verification.simulation.samplers import has_exact_law, sampled_errors
from scipy import stats

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.verification.simulation.conditional import conditional_errors


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


S, W0 = np.arange(1, 9) ** -1.5, np.linspace(1, 2, 8)
CASES = [  # d = 8
    {"T": 24, "T0": 20, "lam": 0.0},
    {"T": 24, "T0": 20, "lam": 0.05},
    {"T": 8, "T0": 20, "lam": 0.2},
    {"T": 5, "T0": 20, "lam": 0.05},
    {"T": 3, "T0": 20, "lam": 0.0},
]


def process(design="independent", **changes):
    """A whole process from a few changed numbers."""
    base = {"n": 3, "sigma": 0.6, "sigma0": 0.4, "lam0": 0.0, "design": design}
    return {**base, **changes}


def two_sample_z(one, other):
    """Distance of two means in standard errors; 0 where both are constant and equal."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    gap = one.mean(axis=0) - other.mean(axis=0)
    return np.divide(gap, error, out=np.where(np.abs(gap) < 1e-12, 0.0, np.inf), where=error > 0)


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize("case", CASES)
def test_every_part_has_the_mean_of_the_drawn_designs(case, design):
    """Bias, variance and synthetic part agree with the conditional ones (|z| < 4 each)."""
    arguments = process(design, **case)
    fast = sampled_errors(3000, S, W0, rng=generator(21), **arguments)
    slow = conditional_errors(3000, S, W0, rng=generator(22), **arguments)
    assert (np.abs(two_sample_z(fast, slow)) < 4).all()


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES)
def test_the_total_has_the_mean_of_the_literal_run(case):
    """Nothing is shared with the literal run, not even the formula for a fit (|z| < 4)."""
    arguments = process(**case)
    fast = sampled_errors(3000, S, W0, rng=generator(23), **arguments).sum(axis=1)
    literal = test_errors(6000, S, W0, rng=generator(24), **arguments)
    assert abs(two_sample_z(fast, literal)) < 4


def test_a_least_squares_increment_is_a_multivariate_t():
    """|Z^+ e|^2 has the law of |z|^2/q, q ~ chi2 with T0-d+1 degrees (Kolmogorov-Smirnov)."""
    rng = generator(25)
    d, T0 = 4, 9
    literal = [
        np.sum(fit(rng.standard_normal((T0, d)), rng.standard_normal(T0), 0.0) ** 2)
        for _ in range(4000)
    ]
    law = rng.chisquare(d, 4000) / rng.chisquare(T0 - d + 1, 4000)
    assert stats.ks_2samp(literal, law).pvalue > 0.001


@pytest.mark.parametrize("column", [0, 1])
def test_bartlett_gives_the_law_of_the_drawn_design(column):
    """With ridge, bias and variance have the same distribution, not only the same mean."""
    arguments = process(T=12, T0=20, lam=0.1)
    fast = sampled_errors(3000, S, W0, rng=generator(26), **arguments)[:, column]
    slow = conditional_errors(3000, S, W0, rng=generator(27), **arguments)[:, column]
    assert stats.ks_2samp(fast, slow).pvalue > 0.001


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_least_squares_expectation_is_the_known_one(design):
    """E = sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1), part by part, within 4 standard errors."""
    parts = sampled_errors(10**5, S, W0, rng=generator(28), **process(design, T=24, T0=20, lam=0.0))
    error = parts.std(axis=0, ddof=1) / np.sqrt(len(parts))
    expected = [0.0, 0.36 * 8 / 15, 3 * 0.16 * 8 / 11]
    assert (np.abs(parts.mean(axis=0) - expected) <= 4 * error).all()


def test_clean_data_needs_no_chain():
    """n = 0 has no synthetic part, whatever T0 and lam0 say."""
    clean = process(n=0, T=24, T0=None, lam=0.1, lam0=3.0)
    assert has_exact_law(8, clean)
    assert (sampled_errors(3, S, W0, rng=generator(29), **clean)[:, 2] == 0).all()


def test_a_nearly_singular_fit_keeps_its_digits():
    """T = d with a tiny ridge and a graded spectrum: finite, positive, near the literal mean."""
    graded = np.logspace(0, -12, 8)
    arguments = process(n=1, T=8, T0=20, lam=1e-14)
    fast = sampled_errors(500, graded, W0, rng=generator(30), **arguments)
    slow = conditional_errors(500, graded, W0, rng=generator(31), **arguments)
    assert stats.ks_2samp(fast[:, 1], slow[:, 1]).pvalue > 0.001


@pytest.mark.parametrize("changes", [{"T0": 7}, {"T0": 20, "lam0": 0.1}])
def test_a_chain_without_a_known_law_is_refused(changes):
    """Minimum-norm and ridge generators say that another method is needed."""
    arguments = process(T=24, lam=0.1, **changes)
    assert not has_exact_law(8, arguments)
    with pytest.raises(NotBuilt, match="conditional method"):
        sampled_errors(2, S, W0, rng=generator(32), **arguments)


CHAINS = [
    {"schedule": ((20, 0.4, 0.0), (12, 0.9, 0.0), (30, 0.2, 0.0)), "T0": None},
    {"weights": (0.3, 1.0, 0.6), "sigma_real": 0.8, "T0": 20},
    {"weights": (0.3, 0.5, 0.6), "sigma_real": 0.8, "T0": 20, "design": "shared"},
    {"accumulate": True, "T0": 16},
    {"accumulate": True, "T0": 20, "design": "shared"},
    {"accumulate": True, "schedule": ((16, 0.4, 0.0), (4, 0.9, 0.0), (6, 0.2, 0.0)), "T0": None},
]


@pytest.mark.parametrize("lam", [0.0, 0.05])
@pytest.mark.parametrize("chain", CHAINS)
def test_other_chains_have_the_mean_of_the_drawn_designs(chain, lam):
    """Schedules, averaged labels and accumulated sets, part by part (|z| < 4 each)."""
    arguments = process(T=24, lam=lam) | chain
    assert has_exact_law(8, arguments)
    fast = sampled_errors(3000, S, W0, rng=generator(41), **arguments)
    slow = conditional_errors(1500, S, W0, rng=generator(42), **arguments)
    # Least squares leaves rounding where the bias vanishes.
    fast[:, 0][fast[:, 0] < 1e-20] = slow[:, 0][slow[:, 0] < 1e-20] = 0.0
    assert (np.abs(two_sample_z(fast, slow)) < 4).all()


@pytest.mark.parametrize(
    ("T", "lam"), [(24, 0.0), (24, 0.05), (10, 0.05), (5, 0.05)], ids=lambda x: f"{x}"
)
def test_real_and_synthetic_rows_have_the_mean_of_the_drawn_designs(T, lam):
    """Each part (|z| < 4), and the total by the literal run."""
    arguments = process(T=T, lam=lam, T0=20, real_rows=4, sigma_real=0.9)
    assert has_exact_law(8, arguments)
    fast = sampled_errors(3000, S, W0, rng=generator(43), **arguments)
    slow = conditional_errors(1500, S, W0, rng=generator(44), **arguments)
    slow[:, 0][slow[:, 0] < 1e-20] = 0.0
    assert (np.abs(two_sample_z(fast, slow)) < 4).all()
    literal = test_errors(1500, S, W0, rng=generator(45), **arguments)
    assert abs(two_sample_z(fast.sum(axis=1), literal)) < 4


def test_interpolated_real_and_synthetic_rows_have_no_known_law():
    """lam = 0 with T < d: the Gram matrices cannot be inverted."""
    assert not has_exact_law(8, process(T=5, lam=0.0, T0=20, real_rows=2, sigma_real=0.9))


def test_an_accumulated_chain_that_starts_below_d_has_no_known_law():
    """Its first fit is minimum norm; random features and mixtures are not chains at all."""
    assert not has_exact_law(8, process(T=24, lam=0.1, T0=6) | {"accumulate": True})
    assert not has_exact_law(8, process(T=24, lam=0.1, T0=20) | {"width": 5})
