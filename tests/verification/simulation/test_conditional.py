"""The conditional expectations against the literal run: source by source, coordinate by coordinate.

Given the rows, a draw is a quadratic form in the coordinates of the truth, of the noise and of the
random models.  On average over signs and noise only the squares are left, each of which one literal
run on the same rows shows, all other coordinates silenced.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, note, seed, settings

from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.pipelines import processes
from ridgeproof.verification.simulation import fits
from ridgeproof.verification.simulation.conditional import make_conditional
from ridgeproof.verification.simulation.interpreter import make_literal
from ridgeproof.verification.simulation.quantity_draws import _conditional
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

    def choice(self, *values, **options):
        """The scales of elliptical rows."""
        return self.rows.choice(*values, **options)


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
    own = [set(name.split("*")) <= {"w0", "u", "constant"} for name in run.names]
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


GRADED = np.logspace(0, -20, 6)
WRITTEN = {  # what random pipelines do not draw, as steps and asks
    "features seen with noise": (
        (
            "A = rows(9)\nN = noisy(A, 'P')\ne = noise(A)\nm = least_squares(N@w0 + e)\n"
            "f = least_squares(A@m + e)\n"
        ),
        ("risk(f)", "mean_square(A@f - A@w0 + e)", "inner(m, f)"),
    ),
    "random models and principal components": (
        (
            "g = gaussian('P')\nA = rows(9)\ny = A@(w0 + g) + noise(A)\nm = pcr(y, 1/3)\n"
            "f = ridge(A@scale(m, 'P') - A@g/2, 1/5, penalty='P')\n"
        ),
        ("risk(f + g/3)", "norm2(g - m, 'P')", "df(m)"),
    ),
    "a noise that two fits without ridge hear": (
        (
            "A = rows(12)\ne = noise(A)\nB = rows(14)\na = least_squares(A@w0 + e)\n"
            "b = least_squares(B@a + noise(B))\nc = least_squares([A@b - 2*e, A@w0])\n"
        ),
        ("risk(c)", "inner(a - b, c - w0)", "mean_square(A@c + 3*e)"),
    ),
    "wide features without ridge, few rows and many": (
        (
            "F = features(11)\nA = rows(4)\nB = rows(10)\n"
            "a = ridge(A@w0 + noise(A), 0, features=F)\n"
            "b = ridge(B@a + noise(B), 0, features=F)\n"
        ),
        ("risk(a)", "norm2(b)"),
    ),
    "rows below and above the directions in one fit": (
        (
            "A = rows(3)\nB = rows(5)\nC = rows(9)\ny = A@w0 + noise(A)\n"
            "m = ridge([y, B@w0 + noise(B)], 0, weights=[2, 3])\n"
            "f = ridge([C@m + noise(C), y], 1/9, weights=[1, 5])\n"
        ),
        ("risk(m)", "risk(f)", "mean_square(y - A@f)", "df(m)"),
    ),
}


def written(name):
    """The process of that name."""
    steps, asks = WRITTEN[name]
    listed = "\n".join(f'q{j} = "{ask}"' for j, ask in enumerate(asks))
    profile = '[process.covariances]\nP = "1/2 + i/d"\n' if "'P'" in str(WRITTEN[name]) else ""
    head = f'[process]\nsteps = """\n{steps}"""\n{profile}[process.parameters]\nd = 6\n'
    return read_process(f"{head}[ask]\n{listed}\n")


@pytest.mark.parametrize("trusted", [1e-8, 2.0])
@pytest.mark.parametrize("name", WRITTEN)
def test_written_pipelines_are_the_exact_mean_of_their_literal_run(monkeypatch, name, trusted):
    """By Gram matrices, and where none is trusted by the literal fit of the basis vectors."""
    monkeypatch.setattr(fits, "_TRUSTED", trusted)
    process = written(name)
    agree(graph_of(process), world_of(process))


def test_a_truth_of_its_own_and_its_cross_terms():
    """Two truths share the signs of their coordinates: w0, u and u*w0, as in the terms."""
    text = (
        '[process]\ntruths = ["w0", "u"]\nsteps = """\nA = rows(9)\n'
        'm = ridge(A@(w0 - 2*u), 1/5)\n"""\n[process.signals]\nu = "w0*i"\n'
        '[process.parameters]\nd = 6\n[ask]\nq = "risk(m)"\n'
    )
    process = read_process(text)
    graph, world = graph_of(process), world_of(process)
    agree(graph, world)
    assert {"w0", "u", "u*w0"} <= set(make_conditional(graph, world).names)


@pytest.mark.parametrize("T", [3, 5, 6, 8])
@pytest.mark.parametrize("lam", [0.0, 1e-18, 1e-9])
def test_a_steeply_graded_design_keeps_its_digits(T, lam):
    """Eigenvalues from 1 to 1e-20: the parts are those of the literal fit, itself exact there."""
    steps = f"A = rows({T})\nm = ridge(A@w0 + noise(A), lam)\n"
    head = f'[process]\nsteps = """\n{steps}"""\n[process.parameters]\nd = 6\nlam = "{lam}"\n'
    process = read_process(f'{head}[ask]\nq = "risk(m)"\n')
    world = ProcessWorld(GRADED, 1 / np.sqrt(GRADED), process.defaults)
    # The singular values of X span ten orders of magnitude, which leaves six digits.
    for got, wanted in zip(
        conditionally(graph_of(process), world, 17), literally(graph_of(process), world, 17),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(got, wanted, rtol=1e-6, atol=1e-12)


@pytest.mark.parametrize("trusted", [1e-8, 2.0])
def test_least_squares_is_blind_to_the_scale_of_the_inputs(monkeypatch, trusted):
    """A Sigma graded over twenty orders of magnitude gives the same parts, on either route."""
    monkeypatch.setattr(fits, "_TRUSTED", trusted)
    chain = make_setting(d=6, T=16, T0=12, n=2, sigma=1, sigma0=1).process()
    parts = []
    for s in (GRADED, np.ones(6)):
        world = ProcessWorld(s, 1 / np.sqrt(s), chain.defaults)
        parts.append(make_conditional(graph_of(chain), world)(generator(14), 5))
    np.testing.assert_allclose(*parts, rtol=1e-12, atol=1e-20)


@pytest.mark.parametrize("lam", ["0", "1/1000"])
@pytest.mark.parametrize("T", [3, 5, 9])
def test_dependent_rows_of_signs(T, lam):
    """Rows that repeat leave a Gram matrix singular: the fit is still that of least norm."""
    signs = make_setting(d=4, T=T, T0=3, n=2, sigma=1, sigma0=1, lam=lam, features="rademacher")
    process = signs.process()

    class Signs(Replay):
        def integers(self, low, high, shape):
            found = self.rows.integers(low, high, shape)
            found[1:2] = found[:1]
            return found

    graph, world = graph_of(process), world_of(process)
    run = make_conditional(graph, world)
    bias, noise = run(Signs(3), 1)[0, 0, [0]].sum(), run(Signs(3), 1)[0, 0, 1:].sum()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(globals(), "Replay", Signs)
        wanted = literally(graph, world, 3)
    np.testing.assert_allclose([bias, noise], np.ravel(wanted), rtol=1e-8, atol=1e-10)


def test_rounds_of_a_loop_have_the_mean_of_the_loop_unrolled():
    """Each round draws its own rows and noise; a random model in it has its own draw as well."""
    chain = "m = w0\nfor _ in range(n):\n    A = rows(9)\n    g = gaussian('P')\n"
    chain += "    m = ridge(A@(m + g) + sigma*noise(A), 1/5)\n"
    text = f'[process]\nsteps = """\n{chain}"""\n[process.covariances]\nP = "i/d"\n'
    text += '[process.parameters]\nd = 6\nn = 3\nsigma = 2\n[ask]\nq = "risk(m)"\nr = "norm2(m)"\n'
    process = read_process(text)
    rounds, unrolled = normal_form(process), graph_of(process)
    assert len(rounds.nodes) < len(unrolled.nodes)
    one, other = (make_conditional(graph, world_of(process)) for graph in (rounds, unrolled))
    assert set(one.names) == {"w0", "sigma", "noise", "constant"} == set(other.names)
    x = one(generator(1), 800)
    y = other(generator(2), 800)[..., [other.names.index(name) for name in one.names]]
    error = np.sqrt((x.var(axis=0) + y.var(axis=0)) / 800)
    assert (np.abs(x.mean(axis=0) - y.mean(axis=0)) <= 4 * error).all()


def test_repetitions_do_not_depend_on_how_many_are_stacked():
    """One by one, and all at once."""
    process = written("features seen with noise")
    run = make_conditional(graph_of(process), world_of(process))
    assert run.stack > 4
    rng = generator(5)
    one_by_one = np.concatenate([run(rng, 1) for _ in range(4)])
    np.testing.assert_allclose(run(generator(5), 4), one_by_one, rtol=1e-12, atol=1e-25)


def _drawn_at(setting, quantity):
    """Eight draws of one quantity, from a stream that settings of one shape share."""
    run, kept = _conditional(setting, False, quantity)
    return run(generator(7), 8)[:, 0] @ kept


def test_the_parts_of_a_setting_are_its_terms():
    """The noise of generators is synthetic, all other noise variance; they sum to the error."""
    setting = make_setting(
        d=6, T=9, T0=[8, 7], n=2, sigma=1, sigma0=["1/2", 1], sigma_real=2,
        chain="weighted:1/3,2/5", lam="1/5", synthetic_fraction="2/3",
    )  # fmt: skip
    bias, variance, synthetic = (
        _drawn_at(setting, each) for each in ("bias", "variance", "synthetic")
    )
    for silent, left in (
        (("sigma0",), bias + variance),
        (("sigma", "sigma_real"), bias + synthetic),
    ):
        np.testing.assert_allclose(_drawn_at(setting.silenced(*silent), "test_error"), left)
