"""Kernels and chains against scikit-learn's KernelRidge."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, chain_errors
from ridgeproof.verification.figures.kernels import KERNELS, coefficients

IMAGES = np.random.Generator(np.random.PCG64DXSM(1)).random((60, 12)) ** 2
TRUTH = np.eye(3)[np.arange(60) % 3]
PLAN = Plan(
    T=15, T0=9, n=(0, 1, 3), lam=(Fraction(1, 50), Fraction(1, 3)), lam0=Fraction(1, 20),
    sigma=Fraction(1, 2), sigma0=Fraction(1),
)  # fmt: skip


def oracle(name, lam, rows):
    """scikit-learn's estimator with the same kernel and penalty."""
    ridge = pytest.importorskip("sklearn.kernel_ridge")
    kernel = KERNELS[name](IMAGES)
    if name == "unit-polynomial":
        kernel = kernel.kernel
    if name == "rbf":
        return ridge.KernelRidge(alpha=rows * lam, kernel="rbf", gamma=1 / kernel.width)
    # height ((1 + x'z/scale)/2)^5 = height/2^5 (1 + x'z/scale)^5
    return ridge.KernelRidge(
        alpha=rows * lam * 2**kernel.degree / kernel.height,
        kernel="poly",
        gamma=1 / kernel.scale,
        coef0=1,
        degree=kernel.degree,
    )


def seen_by(name):
    """What scikit-learn is given: the images, or unit vectors."""
    lengths = np.linalg.norm(IMAGES, axis=1, keepdims=True)
    return IMAGES / lengths if name == "unit-polynomial" else IMAGES


@pytest.mark.parametrize("name", KERNELS)
def test_the_fit_is_that_of_scikit_learn(name):
    """alpha = T lam, with one output and with several."""
    K = KERNELS[name](IMAGES)
    train, test, lam = slice(0, 40), slice(40, None), 0.03
    fitted = K(IMAGES[test], IMAGES[train]) @ coefficients(
        K(IMAGES[train], IMAGES[train]), TRUTH[train], lam
    )
    X = seen_by(name)
    expected = oracle(name, lam, 40).fit(X[train], TRUTH[train]).predict(X[test])
    np.testing.assert_allclose(fitted, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", KERNELS)
def test_kernels_are_scaled_to_one(name):
    """The mean of K(x, x) is 1 on the images the kernel is made for."""
    K = KERNELS[name](IMAGES)
    assert np.diagonal(K(IMAGES, IMAGES)).mean() == pytest.approx(1, rel=1e-12)


def plain_errors(name, world, rng):
    """The chain written down again, one generation and one penalty at a time."""
    X, draw = seen_by(name), world.draw(PLAN, rng)
    shape = (PLAN.T0, TRUTH.shape[1])
    teachers = [None]
    for rows in draw.chain:
        labels = TRUTH[rows] if teachers[-1] is None else teachers[-1].predict(X[rows])
        noisy = labels + rng.standard_normal(shape) / np.sqrt(3)
        teachers.append(oracle(name, 1 / 20, PLAN.T0).fit(X[rows], noisy))
    noise = 0.5 / np.sqrt(3) * rng.standard_normal((PLAN.T, TRUTH.shape[1]))
    errors = np.empty((3, 2))
    for i, n in enumerate(PLAN.n):
        for j, lam in enumerate(PLAN.lam):
            labels = TRUTH[draw.train] if n == 0 else teachers[n].predict(X[draw.train])
            student = oracle(name, float(lam), PLAN.T).fit(X[draw.train], labels + noise)
            missed = student.predict(X[draw.test]) - TRUTH[draw.test]
            errors[i, j] = (missed**2).sum(axis=1).mean()
    return errors


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("population", [True, False])
def test_a_repetition_is_the_chain_of_scikit_learn_estimators(name, population):
    """Every n and every penalty, from the same draws; both worlds."""
    world = KernelWorld(KERNELS[name](IMAGES)(IMAGES, IMAGES), TRUTH, population)
    seen, expected = (
        call(np.random.Generator(np.random.PCG64DXSM(5)))
        for call in (
            lambda rng: chain_errors(world, PLAN, rng),
            lambda rng: plain_errors(name, world, rng),
        )
    )
    np.testing.assert_allclose(seen, expected, rtol=1e-8)


def test_held_out_sets_are_disjoint():
    """No image is used twice in a repetition; too few of them are refused."""
    world = KernelWorld(np.eye(60), TRUTH, is_population=False)
    draw = world.draw(PLAN, np.random.Generator(np.random.PCG64DXSM(2)))
    used = np.concatenate([*draw.chain, draw.train, draw.test])
    assert sorted(used.tolist()) == list(range(60))
    with pytest.raises(ValueError, match="leave 10 of 52 to measure on"):
        KernelWorld(np.eye(52), TRUTH[:52], is_population=False).draw(
            PLAN, np.random.default_rng(0)
        )
