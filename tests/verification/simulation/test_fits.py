"""The ridge fit against other routes: the normal equations at many digits, orthogonal factors."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from ridgeproof.verification.simulation import fits
from ridgeproof.verification.simulation.fits import inverses, ridge

EPS = np.finfo(float).eps
SHAPES = [(12, 5), (6, 5), (5, 5), (4, 5), (2, 5), (1, 1), (3, 1), (1, 4)]
GRADED = np.logspace(0, -20, 6)


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


def fit(X, y, lam):
    """(X'X/T + lam)^-1 X'y/T."""
    return ridge(X, len(X) * lam)(y)


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
    monkeypatch.setattr(fits, "_TRUSTED", 2.0)
    singular = np.linalg.svd(X, compute_uv=False)
    bound = 200 * EPS * (singular[0] / singular[-1]) ** 2
    assert np.linalg.norm(fit(X, y, lam) - by_gram) <= bound * np.linalg.norm(by_gram)


def test_a_design_of_zeros_has_the_model_of_least_norm():
    """No row says anything: pinv(0) = 0, and nothing is divided by zero."""
    assert (fit(np.zeros((3, 2)), np.ones(3), 0.0) == 0).all()


@pytest.mark.parametrize(
    ("T", "lam"), [(9, 0.0), (9, 0.2), (3, 0.0), (3, 0.2), (9, -0.01), (3, -9.0)]
)
def test_several_labels_are_fitted_at_once(T, lam):
    """One column for each; a negative penalty solves the normal equations as they stand."""
    rng = generator(5)
    X, Y = rng.standard_normal((T, 5)), rng.standard_normal((T, 3))
    W = fit(X, Y, lam)
    for w, y in zip(W.T, Y.T, strict=True):
        assert np.allclose(w, fit(X, y, lam), rtol=1e-10)
        assert np.allclose(w, exact_fit(X, y, lam), rtol=1e-9)


def test_inverses_are_refused_where_one_is_not_to_be_trusted():
    """Of a stack of Gram matrices, graded ones as well; where one is singular there are none."""
    X = generator(6).standard_normal((4, 9, 6)) * np.sqrt(GRADED)
    grams = X.mT @ X
    scaled = grams / np.sqrt(np.outer(GRADED, GRADED))
    wanted = np.linalg.inv(scaled) / np.sqrt(np.outer(GRADED, GRADED))
    assert np.allclose(inverses(grams), wanted, rtol=1e-10, atol=0)
    grams[2] = np.outer(X[2, 0], X[2, 0])
    assert inverses(grams) is None
    assert inverses(np.zeros((1, 3, 3))) is None


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
