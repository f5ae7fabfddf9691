"""The literal simulation: its fit against other routes, its runs against a naive script."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
from ridgeproof.verification.simulation.process import draw_design, fit, test_error, test_errors

from ridgeproof.verification.simulation import process

EPS = np.finfo(float).eps
SHAPES = [(12, 5), (6, 5), (5, 5), (4, 5), (2, 5), (1, 1), (3, 1), (1, 4)]
GRADED = np.logspace(0, -20, 6)


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


def exact_fit(X, y, lam):
    """The definition at 120 digits: normal equations on the smaller side, no tricks."""
    with mpmath.workdps(120):
        A, b = mpmath.matrix(X.tolist()), mpmath.matrix(y.tolist())
        T, d = X.shape
        if d <= T:
            w = mpmath.lu_solve(A.T * A + T * mpmath.mpf(lam) * mpmath.eye(d), A.T * b)
        else:
            w = A.T * mpmath.lu_solve(A * A.T + T * mpmath.mpf(lam) * mpmath.eye(T), b)
        return np.array([float(value) for value in w])


@pytest.mark.parametrize("lam", [0.0, 0.3])
@pytest.mark.parametrize(("T", "d"), SHAPES)
def test_fit_is_the_definition(T, d, lam):
    """Ridge, least squares and minimum norm agree with the normal equations at 120 digits."""
    rng = generator(1)
    X, y = rng.standard_normal((T, d)), rng.standard_normal(T)
    singular = np.linalg.svd(X, compute_uv=False)
    bound = 200 * EPS * (singular[0] / singular[-1]) ** 2  # normal equations square the condition
    expected = exact_fit(X, y, lam)
    assert np.linalg.norm(fit(X, y, lam) - expected) <= bound * np.linalg.norm(expected)


@pytest.mark.parametrize("lam", [0.0, 1e-18, 1e-9, 1.0])
@pytest.mark.parametrize("T", [9, 6, 5, 3])
def test_fit_survives_twenty_orders_of_magnitude(T, lam):
    """With eigenvalues from 1 to 1e-20 the fit still has 8 digits in the norm of Sigma."""
    rng = generator(2)
    Z = rng.standard_normal((T, 6))
    X, y = Z * np.sqrt(GRADED), Z @ np.ones(6) + 0.1 * rng.standard_normal(T)
    expected = np.sqrt(GRADED) * exact_fit(X, y, lam)
    got = np.sqrt(GRADED) * fit(X, y, lam)
    assert np.linalg.norm(got - expected) <= 1e-8 * np.linalg.norm(expected)


def test_least_squares_does_not_see_the_scale_of_the_inputs():
    """sqrt(s) * fit(Z sqrt(s)) = fit(Z): least squares is equivariant, to rounding."""
    rng = generator(3)
    Z, y = rng.standard_normal((20, 6)), rng.standard_normal(20)
    scaled = np.sqrt(GRADED) * fit(Z * np.sqrt(GRADED), y, 0.0)
    assert np.allclose(scaled, fit(Z, y, 0.0), rtol=1e3 * EPS, atol=1e3 * EPS)


@pytest.mark.parametrize("lam", [0.0, 0.3])
@pytest.mark.parametrize(("T", "d"), SHAPES)
def test_the_orthogonal_route_is_the_same_fit(monkeypatch, T, d, lam):
    """Refusing every Gram matrix changes the route, not the answer."""
    rng = generator(4)
    X, y = rng.standard_normal((T, d)), rng.standard_normal(T)
    by_gram = fit(X, y, lam)
    monkeypatch.setattr(process, "_TRUSTED", 2.0)
    singular = np.linalg.svd(X, compute_uv=False)
    bound = 200 * EPS * (singular[0] / singular[-1]) ** 2
    assert np.linalg.norm(fit(X, y, lam) - by_gram) <= bound * np.linalg.norm(by_gram)


def naive(s, w0, *, T, T0, n, sigma, sigma0, lam, lam0, design, rng):
    """The process in the most naive way: dense inverses and pinv, same draws."""

    def solve(X, y, penalty):
        rows, d = X.shape
        if penalty == 0:
            return np.linalg.pinv(X, rcond=1e-14) @ y
        return np.linalg.inv(X.T @ X / rows + penalty * np.eye(d)) @ X.T @ y / rows

    w, X0 = w0, None
    for _ in range(n):
        if X0 is None or design == "independent":
            X0 = rng.standard_normal((T0, len(s))) @ np.diag(np.sqrt(s))
        w = solve(X0, X0 @ w + sigma0 * rng.standard_normal(T0), lam0)
    X = rng.standard_normal((T, len(s))) @ np.diag(np.sqrt(s))
    w = solve(X, X @ w + sigma * rng.standard_normal(T), lam)
    return (w - w0) @ np.diag(s) @ (w - w0)


@pytest.mark.parametrize("design", ["independent", "shared"])
@pytest.mark.parametrize("n", [0, 1, 3])
@pytest.mark.parametrize(("lam", "lam0"), [(0.0, 0.0), (0.2, 0.0), (0.0, 0.1), (0.2, 0.1)])
@pytest.mark.parametrize(("T", "T0"), [(9, 8), (6, 6), (4, 3), (12, 2)])
def test_a_run_is_the_process_draw_by_draw(T, T0, lam, lam0, n, design):
    """From the same random stream, the fast run and the naive script give the same number."""
    s, w0 = np.arange(1, 7) ** -1.5, np.linspace(1, 2, 6)
    arguments = {
        "T": T,
        "T0": T0,
        "n": n,
        "sigma": 0.7,
        "sigma0": 0.4,
        "lam": lam,
        "lam0": lam0,
        "design": design,
    }
    fast = test_error(s, w0, rng=generator(5), **arguments)
    slow = naive(s, w0, rng=generator(5), **arguments)
    assert fast == pytest.approx(slow, rel=1e-8)  # 6 x 6 fits at T = d: condition up to 1e4


def z_score(values, expected):
    """Distance of the sample mean from its expectation, in standard errors."""
    return (values.mean() - expected) / (values.std(ddof=1) / np.sqrt(len(values)))


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_least_squares_mean_is_the_inverse_wishart_moment(design):
    """E = sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1), whatever Sigma, w0 and design (exact)."""
    s, w0 = np.array([1.0, 0.1, 1e-6, 30.0]), np.array([1.0, -2.0, 5.0, 0.0])
    values = test_errors(
        4000,
        s,
        w0,
        T=30,
        T0=24,
        n=3,
        sigma=0.5,
        sigma0=0.8,
        lam=0.0,
        lam0=0.0,
        design=design,
        rng=generator(6),
    )
    assert abs(z_score(values, 0.25 * 4 / 25 + 3 * 0.64 * 4 / 19)) < 4


@pytest.mark.parametrize(("design", "survives"), [("independent", 0.6**3), ("shared", 0.6)])
def test_noise_free_collapse(design, survives):
    """Isotropic, T0 < d, no noise: E = b (1 - (T0/d)^n), or b (1 - T0/d) on a shared design."""
    w0 = np.array([1.0, 2.0, 0.0, -1.0, 0.5])
    values = test_errors(
        3000,
        np.ones(5),
        w0,
        T=8,
        T0=3,
        n=3,
        sigma=0.0,
        sigma0=0.0,
        lam=0.0,
        lam0=0.0,
        design=design,
        rng=generator(7),
    )
    assert abs(z_score(values, (1 - survives) * (w0 @ w0))) < 4


def test_inputs_have_the_stated_covariance():
    """The drawn inputs have covariance diag(s): s enters as a variance, not as a scale."""
    s = np.array([4.0, 0.25])
    X = draw_design(generator(8), 20000, s)
    error = np.sqrt(2 / 20000) * s
    assert (np.abs((X**2).mean(axis=0) - s) < 4 * error).all()


BASE = {
    "T": 4,
    "T0": 4,
    "n": 1,
    "sigma": 1.0,
    "sigma0": 1.0,
    "lam": 0.1,
    "lam0": 0.0,
    "design": "independent",
}


@pytest.mark.parametrize(
    ("changes", "s", "w0", "says"),
    [
        ({"T": 0}, np.ones(2), np.ones(2), "T = 0"),
        ({"n": -1}, np.ones(2), np.ones(2), "n = -1"),
        ({"T0": None}, np.ones(2), np.ones(2), "T0 = None"),
        ({"T0": 0}, np.ones(2), np.ones(2), "T0 = 0"),
        ({"design": "frozen"}, np.ones(2), np.ones(2), "'frozen'"),
        ({}, np.ones(2), np.ones(3), "shape"),
        ({}, np.array([1.0, 0.0]), np.ones(2), "positive"),
        ({}, np.array([1.0, np.nan]), np.ones(2), "positive"),
        ({}, np.ones(0), np.ones(0), "d >= 1"),
    ],
)
def test_what_defines_no_process_is_refused(changes, s, w0, says):
    """A bad call names the offending value instead of returning a number."""
    with pytest.raises(ValueError, match=says):
        test_error(s, w0, rng=generator(9), **{**BASE, **changes})


def test_a_design_of_zeros_is_refused():
    """A design without any row has no fit: say so, never divide by zero."""
    with pytest.raises(ValueError, match="rank 0"):
        fit(np.zeros((3, 2)), np.ones(3), 0.0)


@pytest.mark.parametrize(
    "signs",
    [
        [[1, 1], [1, 1], [-1, -1]],  # T > d, rank 1
        [[1, 1, -1], [-1, -1, 1]],  # T < d, repeated up to sign
        [[1, 1, 1, 1], [1, 1, -1, -1], [-1, -1, 1, 1]],
        [[1, -1, 1], [1, -1, -1], [-1, 1, 1], [1, -1, 1]],  # T > d, rank 2
    ],
)
@pytest.mark.parametrize("lam", [0.0, 1e-40, 1e-3])
def test_dependent_rows_have_the_fit_of_minimum_norm(signs, lam):
    """Rows of signs repeat: the fit is the limit of ridge, taken here at 400 digits."""
    X = np.array(signs) * np.sqrt([1.0, 1e-3, 1e-8, 0.3][: len(signs[0])])
    y = np.array([1.0, -2.0, 0.5, 3.0])[: len(X)]
    with mpmath.workdps(400):
        A = mpmath.matrix(X.tolist())
        ridge = mpmath.mpf(lam) if lam else mpmath.mpf(10) ** -150
        gram = A.T * A + len(X) * ridge * mpmath.eye(A.cols)
        expected = [float(w) for w in mpmath.lu_solve(gram, A.T * mpmath.matrix(y.tolist()))]
    assert np.allclose(fit(X, y, lam), expected, rtol=1e-9, atol=0)


def test_repeated_rows_with_ridge_are_fitted():
    """Ridge needs no rank: three equal rows of ones shrink 1 to 1/(1 + lam/2) on two features."""
    assert np.allclose(fit(np.ones((3, 2)), np.ones(3), 1.0), [1 / 3, 1 / 3], rtol=10 * EPS)
