"""The count-aware equivalent against kernel ridge itself, and what of it can be known exactly."""

from __future__ import annotations

import os
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

import ridgeproof
from ridgeproof.numerics.rows.chain import Labels, Outside, error_of
from ridgeproof.numerics.rows.files import read_data
from ridgeproof.numerics.rows.kernels import Kernel, make_kernel
from ridgeproof.numerics.rows.population import make_population, seen_with
from ridgeproof.numerics.rows.predict import Predictor, make_outside, predict
from ridgeproof.numerics.rows.stage import solve_stage
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, simulated_errors
from ridgeproof.verification.figures.own_data import make_world
from ridgeproof.verification.suite import altered_stages

_N, _T, _T0 = 150, 300, 120
_LAM = 1e-4


def data():
    """A population whose rows differ in length, with a label that is not linear."""
    rng = np.random.default_rng(5)
    X = rng.standard_normal((_N, 4)) * rng.uniform(0.5, 1.5, (_N, 1))
    return X, np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2]


@lru_cache
def measured(kernel):
    """Means and their errors of 300 chains, n = 0 and 2; T = 2 N draws rows repeatedly."""
    population = make_population(*data(), kernel)
    world = KernelWorld(population.K, population.truth)
    plan = Plan(_T, _T0, (0, 2), (_LAM,), lam0=0.01, sigma=0.5, sigma0=0.5)
    runs = simulated_errors(world, plan, 7, 300)[:, :, 0]
    return runs.mean(axis=0), runs.std(axis=0, ddof=1) / np.sqrt(len(runs))


def predicted(kernel, **changes):
    """The same by the equivalent."""
    given = {"T": _T, "T0": _T0, "lam": _LAM, "lam0": 0.01, "sigma": 0.5, "n": [0, 2]}
    return predict(*data(), kernel=kernel, **{**given, **changes}).value


@pytest.mark.parametrize("kernel", ["rbf", "polynomial:3", "laplace"])
def test_chains_are_predicted(kernel):
    """Means of kernel ridge itself lie within 3.5 standard errors and 150/T %."""
    means, errors = measured(kernel)
    assert (abs(predicted(kernel) - means) < 3.5 * errors + 1.5 / _T * means).all()


def test_a_weak_teacher_is_predicted():
    """Generators of a linear kernel, a student of another: as kernel ridge itself with both."""
    population = make_population(*data(), "rbf")
    world = make_world(population, kernel0="linear")
    runs = simulated_errors(world, Plan(_T, _T0, (2,), (_LAM,), 0.01, 0.5, 0.5), 7, 300)
    mean, error = runs.mean(), runs.std(ddof=1) / np.sqrt(len(runs))
    told = predicted("rbf", kernel0="linear", n=2)
    assert abs(told - mean) < 3.5 * error + 1.5 / _T * mean
    assert abs(predicted("rbf", n=2) - mean) > 10 * error


@pytest.mark.parametrize("slip", altered_stages.__all__)
def test_altered_equations_are_seen(slip):
    """Each misses what is measured where the true equations do not."""
    means, errors = measured("polynomial:3")
    altered = Predictor(
        make_population(*data(), "polynomial:3"), solve=getattr(altered_stages, slip)
    )
    told = [altered.error(_T, _LAM, 0.5, n, _T0, 0.01, 0.5) for n in (0, 2)]
    off = abs(told - means) - 1.5 / _T * means
    assert (off / errors).max() > 5


def test_normal_features_are_the_gaussian_theory():
    """Without counts and rows: (T3) and (T4) at the eigenvalues of K/N, one rank at a time."""
    population = make_population(*data(), "rbf")
    s, vectors = np.linalg.eigh(population.K / _N)
    w0 = vectors.T @ population.truth[:, 0] / np.sqrt(_N * s)
    altered = Predictor(population, solve=altered_stages.gaussian)
    for n in (0, 2):
        given = {"T": 80, "lam": "1/100", "n": n, "T0": 60, "lam0": "1/50", "sigma": "1/2",
                 "sigma0": 1}  # fmt: skip
        expected = ridgeproof.evaluate(spectrum=s, signal=w0, **given).value
        assert altered.error(80, 0.01, 0.5, n, 60, 0.02, 1.0) == pytest.approx(expected, rel=1e-7)


def test_rows_outside_that_are_the_population():
    """The formula of rows that are never drawn, at the rows of the population, is the other one."""
    X, y = data()
    K, truth = make_kernel("rbf", X)(X, X), y[:, None]
    stage, labels = solve_stage(K, 80, 1e-3), Labels(truth, factor=truth)
    outside = error_of(stage, labels, truth, 0.3, Outside(K, truth))
    assert outside == pytest.approx(error_of(stage, labels, truth, 0.3), rel=1e-9)


def test_a_fresh_row_is_predicted_by_leaving_one_out():
    """Rows drawn without replacement and scored on those that were not drawn."""
    X, y = data()
    K, T = make_kernel("rbf", X)(X, X), 75
    world = KernelWorld(K, y[:, None], replacement=False, fresh=True)
    runs = simulated_errors(world, Plan(T, T, (0,), (0.01,), 0.01, 0.5, 0.5), 9, 300)
    mean, error = runs.mean(), runs.std(ddof=1) / np.sqrt(len(runs))
    given = {"T": T, "lam": 0.01, "sigma": 0.5, "held_out": "leave-one-out", "replacement": False}
    assert abs(float(predict(X, y, **given)) - mean) < 3.5 * error + 1.5 / T * mean


def test_probes_carry_the_chain():
    """400 random columns in place of the second moment: within 2 % of it."""
    exact, drawn = predicted("rbf", n=3), predicted("rbf", n=3, probes=400, seed=2)
    assert drawn == pytest.approx(exact, rel=0.02)
    assert drawn != exact


def test_a_kernel_matrix_is_taken_as_it_is():
    """The matrix of a kernel gives what the kernel gives, held-out rows included."""
    X, y = data()
    kernel = make_kernel("laplace", X)
    new = X[:10] + 0.1
    given = {"T": 60, "lam": 0.01, "sigma": 0.2, "n": 1}
    by_name = predict(X, y, kernel="laplace", held_out=(new, y[:10]), **given)
    matrix = predict(
        kernel(X, X), y, kernel="precomputed", held_out=(kernel(new, X), y[:10]), **given
    )
    assert float(by_name) == pytest.approx(float(matrix), rel=1e-12)


def test_a_row_twice_counts_twice():
    """A population given twice over is the same population; the repeated rows are counted."""
    X, y = data()
    once = predict(X, y, T=60, lam=0.01, sigma=0.2)
    twice = predict(np.vstack([X, X]), np.hstack([y, y]), T=60, lam=0.01, sigma=0.2)
    assert (once.repeated, twice.repeated) == (0, _N)
    # The chance that a row is drawn is that of either copy; counts alone differ.
    assert float(twice) == pytest.approx(float(once), rel=0.01)


def test_parameters_broadcast():
    """T down, lam across; one value at a time gives the same."""
    X, y = data()
    grid = predict(X, y, T=[[50], [100]], lam=["1/100", 0.1], sigma=0.1)
    assert grid.value.shape == (2, 2)
    assert grid.value[1, 0] == pytest.approx(float(predict(X, y, T=100, lam=0.01, sigma=0.1)))


_GOOD = {"T": 20, "lam": 0.1}


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"X": [[1.0], [2.0, 3.0]]}, "X"),
        ({"X": [["a"]] * 20}, "X"),
        ({"X": np.full((20, 2), np.nan)}, "X, row 1, column 1"),
        ({"X": np.zeros((5, 2))}, "X = 5 rows"),
        ({"X": np.zeros((30_000, 1))}, "X = 30000 rows"),
        ({"X": np.ones((20, 2))}, "--kernel = rbf: would have the width or scale 0 on these rows"),
        ({"X": np.arange(400.0).reshape(20, 20), "kernel": "precomputed"}, "not symmetric"),
        ({"X": -np.eye(20), "kernel": "precomputed"}, "eigenvalue"),
        ({"kernel": "rfb"}, "Did you mean rbf"),
        ({"kernel": "polynomial:0"}, "polynomial"),
        ({"y": np.ones(7)}, "y"),
        ({"y": np.arange(20)}, "--task regression"),
        ({"y": ["a"] * 10 + [None] * 10}, "label 11"),
        ({"T": 1}, "T = 1"),
        ({"T": 2.5}, "T = 2.5"),
        ({"T": [10, 20, 30], "lam": [0.1, 1]}, "broadcast"),
        ({"T": 50, "replacement": False}, "between 2 and 20. Give one, or draw with replacement"),
        ({"T": 20, "replacement": False, "held_out": "leave-one-out"}, "between 2 and 19"),
        ({"T": [[10], [20, 30]]}, "T"),
        ({"T": []}, "T"),
        ({"lam": 0}, "lam = 0"),
        ({"lam": 1e-14}, "lam = 1e-14"),
        ({"lam": 1e300, "X": np.eye(20), "kernel": "precomputed"}, "lam = 1e+300"),
        ({"X": np.ones((20, 2)) * 1j}, "complex"),
        ({"X": np.ma.array(np.ones((20, 2)), mask=True)}, "masked"),
        ({"y": np.full(20, 1e200)}, "y, row 1"),
        ({"n": 1, "seed": -1}, "seed"),
        ({"held_out": (np.ones((3, 2)), np.ones(6))}, "held-out y"),
        ({"sigma": -1}, "sigma"),
        ({"kernel0": "lineer"}, "--kernel0 = lineer: is no kernel. Did you mean linear"),
        ({"X": np.eye(20), "kernel": "precomputed", "kernel0": "rbf"}, "--kernel0"),
        ({"kernel0": "linear", "lam0": 1e-12}, "lam0"),
        ({"lam": 1j}, "lam"),
        ({"n": 1, "held_out": "leave-one-out"}, "n = 0 only"),
        ({"held_out": (np.ones((3, 5)), np.ones(3))}, "columns"),
    ],
)
def test_bad_data_are_refused_at_once(change, named):
    """Each names what is wrong, before anything is solved."""
    rng = np.random.default_rng(1)
    given = {"X": rng.standard_normal((20, 2)), "y": rng.standard_normal(20), **_GOOD, **change}
    X, y = given.pop("X"), given.pop("y")
    with pytest.raises(InputError) as error:
        predict(X, y, **given)
    assert named in str(error.value)


def test_what_does_not_fit_is_refused_before_a_kernel_is_made(monkeypatch):
    """With 10 MB free: rows, a second kernel, and held-out rows in great number."""
    population = make_population(*data())
    monkeypatch.setattr(os, "sysconf", {"SC_AVPHYS_PAGES": 10, "SC_PAGE_SIZE": 10**6}.get)
    monkeypatch.setattr("ridgeproof.numerics.rows.population.make_kernel", None)
    monkeypatch.setattr(Kernel, "__call__", None)
    rows = np.ones((10_000, 4))
    refused = (
        lambda: make_population(rows, rows[:, 0]),
        lambda: seen_with(replace(population, rows=rows), "linear"),
        lambda: make_outside(population, (rows, rows[:, 0])),
    )
    for call in refused:
        with pytest.raises(InputError, match=r"= 10000 rows: need .* GB of memory"):
            call()


def test_many_draws_are_all_rows():
    """T draws from N rows, T without bound, are every row once; the counts far off are left out."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((30, 2))
    given = {"X": X, "y": X[:, 0] * X[:, 1], "lam": 0.01, "sigma": 0}
    whole = predict(**given, T=30, replacement=False)
    assert float(predict(**given, T=10**8)) == pytest.approx(float(whole), rel=1e-5)


def test_files_hold_rows_and_labels(tmp_path):
    """A .csv with names, a .npz and a pair of .npy: the same data."""
    X, y = np.array([[1.0, 2.0], [3.0, 4.5]]), np.array([0.5, 1.5])
    (tmp_path / "a.csv").write_text("p,price,q\n1,0.5,2\n3,1.5,4.5\n")
    np.savez(tmp_path / "a.npz", X=X, y=y)
    np.save(tmp_path / "X.npy", X)
    np.save(tmp_path / "y.npy", y)
    for names, label in ((("a.csv",), "price"), (("a.npz",), ""), (("X.npy", "y.npy"), "")):
        found = read_data(tuple(str(tmp_path / name) for name in names), label)
        assert np.array_equal(found[0], X)
        assert np.array_equal(found[1], y)


def test_labels_and_names_of_a_csv(tmp_path):
    """Signs and digits that are no numbers are words; names may have blanks, and stand once."""
    path = tmp_path / "a.csv"
    path.write_text("1,+-3\n2,\u00b2\n3,1\n", encoding="utf-8")
    assert read_data((str(path),))[1].tolist() == ["+-3", "\u00b2", "1"]
    path.write_text("a, b ,a\n1,2,3\n")
    assert read_data((str(path),), "b")[1].tolist() == [2]
    with pytest.raises(InputError, match="several columns"):
        read_data((str(path),), "a")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("a,b\n1,2\n3\n", "line 3"),
        ("a,b,c\n1,x,2\n", "line 2, column 2"),
        ("a,b\n", "no rows"),
        ("1,,2\n", "column 2"),
        ("1,0.5\n2,?\n3,1.5\n", "line 2, label"),
        ("2019,y\n1,0.5\n3,1.5\n", "line 1, label"),
        ("1,1_000\n2,0.5\n3,1.5\n", "line 1, label"),
        ("1;2\n3;4\n", "commas"),
    ],
)
def test_a_csv_that_is_none(text, named, tmp_path):
    """Ragged lines, words and empty cells are named by line and column."""
    path = tmp_path / "a.csv"
    path.write_text(text)
    with pytest.raises(InputError) as error:
        read_data((str(path),))
    assert named in str(error.value)
