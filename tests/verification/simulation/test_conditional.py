"""The conditional expectations against the literal run: source by source, coordinate by coordinate.

Given the rows, a draw is a quadratic form in the coordinates of the truth, of the noise and of the
random models.  On average over signs and noise only the squares are left, each of which one literal
run on the same rows shows, all other coordinates silenced.
"""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, note, seed, settings

from ridgeproof.theory.process.file import process_text
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.verification.pipelines import processes
from ridgeproof.verification.simulation.conditional import make_conditional
from ridgeproof.verification.simulation.interpreter import make_literal
from ridgeproof.verification.simulation.world import ProcessWorld


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


class Replay:
    """Stands in for a Generator: the rows of a seed, and noise that is 0 but in one coordinate.

    A matrix is rows or features, a vector the noise of labels or a random model.
    """

    def __init__(self, seed, coordinate=-1):
        self.rows, self.left, self.vectors = generator(seed), coordinate, []

    def standard_normal(self, shape=None, out=None):
        """The next draw."""
        if out is not None or isinstance(shape, tuple):
            return self.rows.standard_normal(shape, out=out)
        self.vectors.append(shape)
        found = np.zeros(shape)
        if 0 <= self.left < shape:
            found[self.left] = 1.0
        self.left -= shape
        return found


def literally(graph, world, seed):
    """The mean of each primitive over noise and signs, by one literal run for each coordinate.

    Returns:
        What the truth contributes with what is constant, and what all noise contributes.
    """
    silent = ProcessWorld(world.s, 0 * world.w0, world.values, world.growth, world.tables)
    first = Replay(seed)
    constant = make_literal(graph, silent)(first, 1)[0]
    bias = constant.copy()
    for j in range(len(world.w0)):
        alone = np.where(np.arange(len(world.w0)) == j, world.w0, 0)
        one = ProcessWorld(world.s, alone, world.values, world.growth, world.tables)
        bias += make_literal(graph, one)(Replay(seed), 1)[0] - constant
    noisy = make_literal(graph, silent)
    noise = sum(
        (noisy(Replay(seed, k), 1)[0] - constant for k in range(sum(first.vectors))), 0 * constant
    )
    return bias, noise


def conditionally(graph, world, seed):
    """The same two by the conditional run on the same rows."""
    run = make_conditional(graph, world)
    parts = run(Replay(seed), 1)[0]
    own = [name in {"w0", "constant"} for name in run.names]
    return parts[:, own].sum(axis=1), parts[:, np.logical_not(own)].sum(axis=1)


def agree(graph, world, seed=3, rtol=1e-8):
    """Assert that both routes give the same parts."""
    for got, wanted in zip(
        conditionally(graph, world, seed), literally(graph, world, seed), strict=True
    ):
        np.testing.assert_allclose(got, wanted, rtol=rtol, atol=1e-9 * max(1, abs(wanted).max()))


def world_of(process, **values):
    """A decaying Sigma and a signal of both signs."""
    d = int(process.defaults["d"])
    w0 = (-1.0) ** np.arange(d) * (1 + np.arange(d) / d)
    return ProcessWorld(1 / np.arange(1.0, d + 1), w0, {**process.defaults, **values})


def graph_of(process):
    """Its graph, with its parameters open but those that count."""
    return normal_form(process, {name: process.defaults[name] for name in count_names(process)})


def test_random_pipelines_are_the_exact_mean_of_their_literal_run():
    """Shared rows and noise, pools, weights, loops, filters, features: all primitives, by part."""

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @seed(2)
    @given(processes(fits=4))
    def check(process):
        note(process_text(process))
        agree(graph_of(process), world_of(process))

    check()
