"""The conditional expectations against the literal run: exactly by cubature, then by sampling."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

from ridgeproof.verification.simulation import conditional
from ridgeproof.verification.simulation.conditional import (
    conditional_error,
    conditional_errors,
    fit_operators,
)
from ridgeproof.verification.simulation.process import test_error

REGIMES = [  # T, T0 above, at and below d = 4, with and without either ridge
    (9, 7, 0.0, 0.0),
    (9, 7, 0.3, 0.0),
    (9, 7, 0.0, 0.2),
    (9, 4, 0.3, 0.0),
    (4, 7, 0.0, 0.0),
    (9, 3, 0.0, 0.0),
    (9, 3, 0.3, 0.2),
    (3, 7, 0.0, 0.0),
    (3, 7, 0.3, 0.2),
    (2, 3, 0.0, 0.0),
    (2, 3, 0.1, 0.4),
    (1, 1, 0.5, 0.5),
]


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


class Replay:
    """Stands in for a Generator: hands out given designs, and noise from a given function."""

    def __init__(self, designs, noise):
        self.designs = iter(designs)
        self.noise = noise

    def standard_normal(self, size):
        """A matrix is a design, a vector is label noise."""
        return next(self.designs).copy() if isinstance(size, tuple) else self.noise(size)


def designs_of(rng, d, T, T0, n, design):
    """Fresh designs in the order in which the process draws them."""
    generations = n if design == "independent" else min(n, 1)
    return [rng.standard_normal((rows, d)) for rows in [T0] * generations + [T]]


def mean_over_noise(s, w0, designs, arguments, noises=None):
    """E[literal error | designs], exactly, by a cubature of 2k points.

    The error is quadratic in the k noise coordinates, and the points +-sqrt(k) e_i have the mean
    and the second moment of a standard normal.
    """
    k = noises or arguments["n"] * arguments["T0"] + arguments["T"]
    total = 0.0
    for i in range(k):
        for sign in (1, -1):
            point = np.zeros(k)
            point[i] = sign * np.sqrt(k)
            stream = iter(point)
            replay = Replay(
                designs, lambda size, x=stream: np.array([next(x) for _ in range(size)])
            )
            total += test_error(s, w0, rng=replay, **arguments)
    return total / (2 * k)


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize(("T", "T0", "lam", "lam0"), REGIMES)
def test_each_part_is_the_exact_mean_of_the_literal_run(T, T0, lam, lam0, n, design):
    """Bias, variance and synthetic part each equal a cubature over the literal run's noise."""
    s, w0 = np.array([1.0, 0.4, 0.1, 0.03]), np.array([1.0, -2.0, 1.5, 3.0])
    full = {
        "T": T,
        "T0": T0,
        "n": n,
        "sigma": 0.7,
        "sigma0": 0.4,
        "lam": lam,
        "lam0": lam0,
        "design": design,
    }
    designs = designs_of(generator(11), len(s), T, T0, n, design)
    parts = conditional_error(s, w0, rng=Replay(designs, None), **full)
    cases = {
        "bias": (w0, full | {"sigma": 0.0, "sigma0": 0.0}),
        "variance": (0 * w0, full | {"sigma0": 0.0}),
        "synthetic": (0 * w0, full | {"sigma": 0.0}),
        "total": (w0, full),
    }
    whole = mean_over_noise(s, w0, designs, full)
    for name, (signal, arguments) in cases.items():
        expected = mean_over_noise(s, signal, designs, arguments)
        # Gram matrices here have condition numbers below 1e6, so ten digits survive.
        assert getattr(parts, name) == pytest.approx(expected, rel=1e-9, abs=1e-10 * whole), name


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize(("T", "T0", "lam", "lam0"), REGIMES)
def test_averaging_over_signs_is_the_mean_of_all_sign_flips(T, T0, lam, lam0, design):
    """On given designs, the averaged bias is the mean over the 16 choices of the signs of w0."""
    s, w0 = np.array([1.0, 0.4, 0.1, 0.03]), np.array([1.0, -2.0, 1.5, 3.0])
    arguments = {
        "T": T,
        "T0": T0,
        "n": 2,
        "sigma": 0.7,
        "sigma0": 0.4,
        "lam": lam,
        "lam0": lam0,
        "design": design,
    }
    designs = designs_of(generator(18), 4, T, T0, 2, design)
    averaged = conditional_error(s, w0, rng=Replay(designs, None), average_signs=True, **arguments)
    flipped = [
        conditional_error(s, w0 * signs, rng=Replay(designs, None), **arguments)
        for signs in itertools.product([1, -1], repeat=4)
    ]
    mean_bias = np.mean([parts.bias for parts in flipped])
    assert averaged.bias == pytest.approx(mean_bias, rel=1e-9, abs=1e-12)
    assert (averaged.variance, averaged.synthetic) == (flipped[0].variance, flipped[0].synthetic)


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize(("T", "T0", "lam", "lam0"), REGIMES)
def test_singular_values_give_the_same_parts(monkeypatch, T, T0, lam, lam0, design):
    """Refusing every Gram matrix changes the route, not the parts."""
    s, w0 = np.array([1.0, 0.4, 0.1, 0.03]), np.array([1.0, -2.0, 1.5, 3.0])
    arguments = {
        "T": T,
        "T0": T0,
        "n": 2,
        "sigma": 0.7,
        "sigma0": 0.4,
        "lam": lam,
        "lam0": lam0,
        "design": design,
    }
    by_gram = conditional_errors(3, s, w0, rng=generator(12), **arguments)
    monkeypatch.setattr(conditional, "_TRUSTED", 2.0)
    by_svd = conditional_errors(3, s, w0, rng=generator(12), **arguments)
    assert np.allclose(by_svd, by_gram, rtol=1e-8, atol=1e-10 * by_gram.sum(axis=1).max())


@pytest.mark.parametrize(("T", "T0", "lam"), [(40, 30, 0.02), (40, 12, 0.0), (15, 30, 0.0)])
def test_the_literal_run_scatters_around_its_conditional_mean(T, T0, lam):
    """On common designs, literal minus conditional has mean zero (paired z-score below 4)."""
    rng = generator(13)
    s, w0 = np.arange(1, 21) ** -1.2, np.ones(20)
    arguments = {
        "T": T,
        "T0": T0,
        "n": 3,
        "sigma": 0.5,
        "sigma0": 0.5,
        "lam": lam,
        "lam0": 0.0,
        "design": "independent",
    }
    differences = []
    for _ in range(600):
        designs = designs_of(rng, 20, T, T0, 3, "independent")
        literal = test_error(s, w0, rng=Replay(designs, rng.standard_normal), **arguments)
        parts = conditional_error(s, w0, rng=Replay(designs, None), **arguments)
        differences.append(literal - parts.total)
    error = np.std(differences, ddof=1) / np.sqrt(len(differences))
    assert abs(np.mean(differences)) < 4 * error


@pytest.mark.parametrize("trusted", [1e-8, 2.0])
def test_least_squares_is_blind_to_the_scale_of_the_inputs(monkeypatch, trusted):
    """A Sigma graded over twenty orders of magnitude gives the same parts, on either route."""
    monkeypatch.setattr(conditional, "_TRUSTED", trusted)
    arguments = {
        "T": 16,
        "T0": 12,
        "n": 2,
        "sigma": 1.0,
        "sigma0": 1.0,
        "lam": 0.0,
        "lam0": 0.0,
        "design": "independent",
    }
    graded, flat = np.array([1e-20, 1e-4, 1e-12, 1, 1e-8, 1e-16]), np.ones(6)
    one = conditional_errors(5, graded, flat / np.sqrt(graded), rng=generator(14), **arguments)
    other = conditional_errors(5, flat, flat, rng=generator(14), **arguments)
    assert np.allclose(one, other, rtol=1e-13, atol=0)


@pytest.mark.parametrize("lam", [0.0, 1e-18, 1e-9])
@pytest.mark.parametrize("T", [3, 5, 6, 8])
def test_operators_of_a_steeply_graded_design(T, lam):
    """F and N agree with 120-digit arithmetic when the eigenvalues run from 1 to 1e-20.

    The singular values of X then span ten orders of magnitude, which leaves six digits.
    """
    s = np.logspace(0, -20, 6)
    Z = generator(17).standard_normal((T, 6))
    with mpmath.workdps(120):
        X, root = mpmath.matrix((Z * np.sqrt(s)).tolist()), mpmath.diag(np.sqrt(s).tolist())
        rows, penalty = (X.T, T * mpmath.mpf(lam))
        if T < 6:
            smoother = rows * mpmath.inverse(X * rows + penalty * mpmath.eye(T))
        else:
            smoother = mpmath.inverse(rows * X + penalty * mpmath.eye(6)) * rows
        H = root * smoother
        exact_F, exact_N = H * X * mpmath.inverse(root), H * H.T
    F, N = fit_operators(Z, s, lam)
    for got, exact in ((np.eye(6) if F is None else F, exact_F), (N, exact_N)):
        wanted = np.array(exact.tolist(), dtype=float)
        assert np.linalg.norm(got - wanted) <= 1e-6 * np.linalg.norm(wanted)


def test_conditioning_removes_most_of_the_variance():
    """At d = 60 a conditional repetition is worth at least thirty literal ones."""
    s, w0 = np.ones(60), np.ones(60) / np.sqrt(60)
    arguments = {
        "T": 200,
        "T0": 120,
        "n": 4,
        "sigma": 0.3,
        "sigma0": 0.3,
        "lam": 0.05,
        "lam0": 0.0,
        "design": "independent",
    }
    parts = conditional_errors(60, s, w0, rng=generator(15), **arguments)
    rng = generator(16)
    literal = [test_error(s, w0, rng=rng, **arguments) for _ in range(200)]
    assert np.var(literal) > 30 * np.var(parts.sum(axis=1))


CHAINS = [  # d = 4
    {"schedule": ((7, 0.4, 0.0), (5, 0.9, 0.3), (3, 0.2, 0.0)), "n": 3},
    {"schedule": ((6, 0.4, 0.0), (6, 0.9, 0.3), (6, 0.2, 0.3)), "n": 3, "design": "shared"},
    {"weights": (0.3, 1.0, 0.6), "sigma_real": 0.8, "n": 3, "T0": 6},
    {"weights": (0.3, 0.5), "sigma_real": 0.8, "n": 2, "T0": 3, "lam0": 0.1},
    {"weights": (0.3, 0.5), "sigma_real": 0.8, "n": 2, "T0": 6, "design": "shared"},
    {"accumulate": True, "n": 3, "T0": 6},
    {"accumulate": True, "n": 3, "T0": 6, "design": "shared"},
    {"accumulate": True, "n": 3, "T0": 1},
    {"accumulate": True, "n": 3, "T0": 2},
    {"accumulate": True, "n": 3, "T0": 2, "design": "shared"},
    {"accumulate": True, "n": 3, "T0": 2, "design": "shared", "lam0": 0.2},
    {"accumulate": True, "n": 3, "T0": 2, "lam0": 0.2},
    {"accumulate": True, "schedule": ((2, 0.4, 0.1), (5, 0.9, 0.0), (1, 0.2, 0.3)), "n": 3},
    {"real_rows": 4, "sigma_real": 0.8, "n": 2, "T0": 6},
    {"real_rows": 4, "sigma_real": 0.8, "n": 2, "T0": 3, "lam": 0.0},
    {"real_rows": 1, "sigma_real": 0.8, "n": 2, "T0": 2, "lam": 0.0, "T": 3},
    {"real_rows": 2, "sigma_real": 0.8, "n": 1, "T0": 6, "lam0": 0.1, "T": 3},
    {"real_rows": 9, "sigma_real": 0.8, "n": 1, "T0": 6},
    {"real_rows": 4, "sigma_real": 0.8, "weights": (0.3, 0.5), "n": 2, "T0": 6},
]


@pytest.mark.parametrize("chain", CHAINS)
def test_parts_of_other_chains_are_the_exact_mean_of_the_literal_run(chain):
    """Schedules, averaged labels, accumulated sets, real rows: each part against a cubature."""
    s, w0 = np.array([1.0, 0.4, 0.1, 0.03]), np.array([1.0, -2.0, 1.5, 3.0])
    base = {"T0": None, "lam0": 0.0, "design": "independent", "sigma": 0.7, "sigma0": 0.4}
    T = chain.get("T", 9)
    full = {"T": T, "lam": 0.2} | base | chain
    sizes = [rows for rows, *_ in full.get("schedule", ())] or [full["T0"]] * full["n"]
    fresh = sizes if full["design"] == "independent" else sizes[:1]
    rng = generator(33)
    designs = [rng.standard_normal((rows, 4)) for rows in [*fresh, T]]
    parts = conditional_error(s, w0, rng=Replay(designs, None), **full)
    silent = {"sigma0": 0.0}
    if "schedule" in full:
        silent["schedule"] = tuple((rows, 0.0, lam0) for rows, _, lam0 in full["schedule"])
    quiet = {"sigma": 0.0} | ({"sigma_real": 0.0} if "sigma_real" in full else {})
    cases = {
        "bias": (w0, full | silent | quiet),
        "variance": (0 * w0, full | silent),
        "synthetic": (0 * w0, full | quiet),
        "total": (w0, full),
    }
    # Every label noise of the literal run: real labels have one of their own.
    noises = sum(sizes) * (2 if "weights" in full else 1) + T
    whole = mean_over_noise(s, w0, designs, full, noises)
    for name, (signal, arguments) in cases.items():
        expected = mean_over_noise(s, signal, designs, arguments, noises)
        assert getattr(parts, name) == pytest.approx(expected, rel=1e-8, abs=1e-9 * whole), name
