"""Rows drawn by their law against the rows they stand for: means, laws, a known expectation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.conditional import make_conditional
from ridgeproof.verification.simulation.fits import ridge
from ridgeproof.verification.simulation.quantity_draws import Sampler, _conditional, has_law
from ridgeproof.verification.simulation.world import ProcessWorld


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


BASE = {"d": 8, "n": 3, "T0": 20, "sigma": "3/5", "sigma0": "2/5", "spectrum": "power-law:3/2"}
CASES = [
    *({"T": T, "lam": lam} for T, lam in ((24, 0), (24, "1/20"), (8, "1/5"), (5, "1/20"), (3, 0))),
    {"T": 24, "lam": "1/20", "T0": [20, 12, 30], "sigma0": ["2/5", 1, "1/5"]},
    {"T": 24, "lam": "1/20", "chain": "weighted:1/3,1,3/5", "sigma_real": "4/5"},
    {"T": 24, "lam": 0, "chain": "accumulate", "T0": 16},
    {"T": 24, "lam": "1/20", "chain": "accumulate", "T0": [16, 4, 6]},
    {"T": 24, "lam": 0, "synthetic_fraction": "5/6", "sigma_real": "9/10"},
    {"T": 10, "lam": "1/20", "synthetic_fraction": "3/5", "sigma_real": "9/10"},
]


def parts_of(setting, method, size, seed):
    """Bias, variance and synthetic, shape (size, 3)."""
    names = ("bias", "variance", "synthetic")
    (run, *_), *_ = runs = [_conditional(setting, method == "exact-law", name) for name in names]
    return run(generator(seed), size)[:, 0] @ np.column_stack([kept for _, kept in runs])


def two_sample_z(one, other):
    """Distance of two means in standard errors; 0 where both are constant and equal."""
    error = np.sqrt(one.var(axis=0, ddof=1) / len(one) + other.var(axis=0, ddof=1) / len(other))
    gap = one.mean(axis=0) - other.mean(axis=0)
    return np.divide(
        gap, error, out=np.where(np.abs(gap) < 1e-12, 0.0, np.inf), where=error > 1e-15
    )


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_part_has_the_mean_of_the_drawn_rows(case, design):
    """Bias, variance and synthetic part agree with the conditional ones (|z| < 4 each)."""
    if design == "shared" and isinstance(case.get("T0"), list):
        case = {**case, "T0": 20}
    setting = make_setting(**{**BASE, "design": design, **case})
    assert has_law(setting)
    fast, slow = parts_of(setting, "exact-law", 800, 21), parts_of(setting, "conditional", 400, 22)
    assert (np.abs(two_sample_z(fast, slow)) < 4).all()


WRITTEN = """
[process]
steps = '''
A = rows(14)
e = noise(A)
B = rows(12, 'P')
a = least_squares(A@w0 + e)
b = least_squares(B@a + sigma*noise(B))
c = least_squares(A@b - e/2)
C = rows(30, 'P')
f = gradient_flow([C@c + noise(C), B@w0], 2)
'''
[process.covariances]
P = "1/2 + i/d"
[process.parameters]
d = 6
sigma = 2
[ask]
risk = "risk(c) + 2*norm2(f, 'P')"
inner = "inner(a - b, c)"
"""


def test_a_process_by_law_has_the_mean_of_its_rows():
    """Shared rows and noise of least squares, rows of another covariance, a pool, a filter."""
    process = read_process(WRITTEN)
    graph = normal_form(process, {n: process.defaults[n] for n in count_names(process)})
    world = ProcessWorld(1 / np.arange(1.0, 7), np.arange(6.0) - 2, process.defaults)
    fast, slow = (
        make_conditional(graph, world, by_law=by_law)(generator(seed), 800)
        for by_law, seed in ((True, 1), (False, 2))
    )
    assert (np.abs(two_sample_z(fast, slow)) < 4).all()


def test_a_long_chain_by_law_is_its_loop():
    """300 generations are one node, each with a q of its own: n sigma0^2 d/(T0-d-1) on average."""
    setting = make_setting(**{**BASE, "n": 300, "T": 24, "lam": 0})
    x = Sampler(setting, 5, "t", "synthetic", "exact-law")(0, 64)
    assert abs(x.mean() - 300 * 0.16 * 8 / 11) < 4 * x.std(ddof=1) / 8


def test_a_least_squares_increment_is_a_multivariate_t():
    """|Z^+ e|^2 has the law of |z|^2/q, q ~ chi2 with T0-d+1 degrees (Kolmogorov-Smirnov)."""
    rng = generator(25)
    d, T0 = 4, 9
    literal = [
        np.sum(ridge(rng.standard_normal((T0, d)), 0.0)(rng.standard_normal(T0)) ** 2)
        for _ in range(4000)
    ]
    law = rng.chisquare(d, 4000) / rng.chisquare(T0 - d + 1, 4000)
    assert stats.ks_2samp(literal, law).pvalue > 0.001


@pytest.mark.parametrize("quantity", ["bias", "variance"])
def test_bartlett_gives_the_law_of_the_drawn_design(quantity):
    """With ridge, bias and variance have the same distribution, not only the same mean."""
    setting = make_setting(**{**BASE, "T": 12, "lam": "1/10"})
    fast, slow = (
        Sampler(setting, seed, "t", quantity, method)(0, 1000)
        for seed, method in ((26, "exact-law"), (27, "conditional"))
    )
    assert stats.ks_2samp(fast, slow).pvalue > 0.001


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_least_squares_expectation_is_the_known_one(design):
    """E = sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1), part by part, within 4 standard errors."""
    setting = make_setting(**{**BASE, "T": 24, "lam": 0, "design": design})
    parts = parts_of(setting, "exact-law", 10**5, 28)
    error = parts.std(axis=0, ddof=1) / np.sqrt(len(parts))
    expected = [0.0, 0.36 * 8 / 15, 3 * 0.16 * 8 / 11]
    assert (np.abs(parts.mean(axis=0) - expected) <= 4 * error).all()


def test_clean_data_needs_no_chain():
    """n = 0 has no synthetic part."""
    clean = make_setting(d=8, T=24, sigma="3/5", lam="1/10")
    assert has_law(clean)
    assert (parts_of(clean, "exact-law", 3, 29)[:, 2] == 0).all()


def test_a_nearly_singular_fit_keeps_its_digits():
    """T = d + 1 with a tiny ridge and a graded spectrum: finite, positive, as the rows drawn."""
    tiny = {"d": 8, "T": 9, "sigma": 1, "lam": "1/100000000000000", "spectrum": "power-law:14"}
    fast, slow = (
        Sampler(make_setting(**tiny), seed, "t", "variance", method)(0, 500)
        for seed, method in ((30, "exact-law"), (31, "conditional"))
    )
    assert stats.ks_2samp(fast, slow).pvalue > 0.001


@pytest.mark.parametrize(
    "changes",
    [
        {"T0": 7},
        {"lam0": "1/10"},
        {"features": "uniform"},
        {"width": 5},
        {"chain": "accumulate", "T0": 6},
    ],
    ids=str,
)
def test_a_chain_without_a_known_law_is_refused(changes):
    """Minimum-norm and ridge generators, other features: another method is needed."""
    setting = make_setting(**{**BASE, "T": 24, "lam": "1/10", **changes})
    assert not has_law(setting)
    with pytest.raises(NotBuilt, match="conditional method"):
        Sampler(setting, 1, "t", "bias", "exact-law")(0, 2)
