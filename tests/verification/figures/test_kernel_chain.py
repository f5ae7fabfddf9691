"""Fits and chains of kernel ridge against scikit-learn's KernelRidge."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.numerics.rows.kernels import make_kernel
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, chain_errors

IMAGES = np.random.Generator(np.random.PCG64DXSM(1)).random((60, 12)) ** 2
TRUTH = np.eye(3)[np.arange(60) % 3]
PLAN = Plan(T=15, T0=9, n=(0, 1, 3), lam=(0.02, 0.3), lam0=0.05, sigma=0.5, sigma0=1.0)
DRAWN = 40  # rows; the others are never drawn
KERNELS = ("linear", "rbf", "laplace", "polynomial:3", "polynomial:5")


def oracle(name, lam, rows):
    """scikit-learn's estimator with the kernel of a name and its penalty, on raw images."""
    ridge = pytest.importorskip("sklearn.kernel_ridge")
    X = IMAGES[:DRAWN]
    apart = X[:, None] - X[None]
    lengths = (X**2).sum(axis=1)
    alpha, word, _, power = rows * lam, *name.partition(":")
    if word == "rbf":
        return ridge.KernelRidge(alpha=alpha, kernel="rbf", gamma=1 / (apart**2).sum(-1).mean())
    if word == "laplace":  # scikit-learn's own has another distance
        width = np.sqrt((apart**2).sum(-1)).mean()
        shape = lambda x, z: np.exp(-np.linalg.norm(x - z) / width)  # noqa: E731
        return ridge.KernelRidge(alpha=alpha, kernel=shape)
    if word == "linear":
        return ridge.KernelRidge(alpha=alpha * lengths.mean(), kernel="linear")
    degree, scale = int(power), lengths.mean()
    height = ((1 + lengths / scale) ** degree).mean()
    return ridge.KernelRidge(
        alpha=alpha * height, kernel="poly", gamma=1 / scale, coef0=1, degree=degree
    )


def plain_errors(name, world, rng):
    """The chain written down again, one generation and one penalty at a time."""
    chain = [world.draw(PLAN.T0, rng) for _ in range(3)]
    train = world.draw(PLAN.T, rng)
    teachers = [None]
    for rows in chain:
        labels = TRUTH[rows] if teachers[-1] is None else teachers[-1].predict(IMAGES[rows])
        noisy = labels + rng.standard_normal((PLAN.T0, 3)) / np.sqrt(3)
        teachers.append(oracle(name, PLAN.lam0, PLAN.T0).fit(IMAGES[rows], noisy))
    noise = 0.5 / np.sqrt(3) * rng.standard_normal((PLAN.T, 3))
    errors, tested = np.empty((3, 2)), world.tested(train)
    for i, n in enumerate(PLAN.n):
        for j, lam in enumerate(PLAN.lam):
            labels = TRUTH[train] if n == 0 else teachers[n].predict(IMAGES[train])
            student = oracle(name, lam, PLAN.T).fit(IMAGES[train], labels + noise)
            missed = student.predict(IMAGES[tested]) - TRUTH[tested]
            errors[i, j] = (missed**2).sum(axis=1).mean()
    return errors


@pytest.mark.parametrize("name", KERNELS)
@pytest.mark.parametrize("outside", [False, True])
def test_a_repetition_is_the_chain_of_scikit_learn_estimators(name, outside):
    """Every n and every penalty from the same draws, on the rows drawn from and on others."""
    seen = len(IMAGES) if outside else DRAWN
    gram = make_kernel(name, IMAGES[:DRAWN])(IMAGES[:DRAWN], IMAGES[:seen])
    world = KernelWorld(gram, TRUTH[:seen])
    found = chain_errors(world, PLAN, np.random.default_rng(5))
    expected = plain_errors(name, world, np.random.default_rng(5))
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_what_is_drawn_and_what_is_measured_on():
    """Without replacement no row comes twice; fresh rows are those that were not drawn."""
    rng = np.random.default_rng(2)
    once = KernelWorld(np.eye(20), TRUTH[:20], replacement=False, fresh=True)
    drawn = once.draw(15, rng)
    assert sorted([*drawn, *once.tested(drawn)]) == list(range(20))
    assert len(set(KernelWorld(np.eye(20), TRUTH[:20]).draw(100, rng))) == 20
