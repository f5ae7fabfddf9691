"""Processes run on the rows of a data set: another witness than the chain of kernel fits."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.numerics.rows.features import features
from ridgeproof.numerics.rows.population import make_population
from ridgeproof.profiles import read_profiles
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.figures.kernel_chain import KernelWorld, Plan, simulated_errors
from ridgeproof.verification.simulation.simulate_process import simulate_process

CHAIN = """
[process]
steps = '''
A = rows(60)
m = ridge(A@w0 + noise(A)/4, 1/50)
B = rows(80)
u = ridge(B@m + noise(B)/2, 1/1000)
'''
[ask]
error = "risk(u)"
"""


def population():
    """Rows of unequal length, whose labels no linear model knows."""
    rng = np.random.default_rng(4)
    X = rng.standard_normal((100, 3)) * rng.uniform(0.3, 2, (100, 1))
    return make_population(X, np.sin(2 * X[:, 0]) + X[:, 1] * X[:, 2], "polynomial:5")


def test_a_process_on_data_is_the_chain_of_kernel_fits():
    """The mean error of the interpreter on features, and of kernel ridge on the kernel matrix."""
    own = population()
    found = features(own)
    space = read_profiles(found.spectrum, found.signal)
    seen = simulate_process(read_process(CHAIN), **space, rows=found.rows, repetitions=300).asks[
        "error"
    ]
    # What a polynomial of degree 5 of three features cannot say is no error of the process.
    told = (found.rows * np.sqrt(found.spectrum)) @ found.signal
    world = KernelWorld(own.K, told[:, None])
    runs = simulated_errors(world, Plan(80, 60, (1,), (0.001,), 0.02, 0.5, 0.25), 3, 300)
    spread = np.hypot(seen.standard_error, runs.std() / np.sqrt(300))
    assert abs(seen.mean - runs.mean()) < 4 * spread
    assert spread < 0.03 * seen.mean
    assert abs(seen.theory - runs.mean()) > 8 * spread  # normal features err otherwise


def test_what_data_cannot_be_asked():
    """A process has one column of labels; rows of data have no symmetry to average over."""
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 2))
    with pytest.raises(InputError, match="several columns"):
        features(make_population(X, X))
    found = features(population())
    space = read_profiles(found.spectrum, found.signal)
    with pytest.raises(InputError, match="Ask for literal"):
        simulate_process(read_process(CHAIN), **space, rows=found.rows, method="conditional")
