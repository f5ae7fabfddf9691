"""Rows seen with noise: the limit against literal runs at two sizes, and what is refused."""

import math
from textwrap import dedent

import pytest

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.simulation.simulate_process import simulate_process


def _process(steps, asks):
    return read_process(
        f"[process]\nsteps = '''\n{dedent(steps)}'''\n[process.covariances]\nP = \"1/4 + i/d\"\n"
        f"[ask]\n{asks}"
    )


_SHARED = _process(
    """\
    A = rows(2*d)
    Z = noisy(A, 'P')
    y = Z@w0 + 1/2*noise(Z)
    m = ridge(y, 1/20)
    f = ridge(Z@m, 1/20)
    g = gradient_descent(y, 1/10, 30)
    """,
    'teacher = "risk(m)"\nstudent = "risk(f)"\ntraining = "mean_square(y - Z@f)"\n'
    'descent = "risk(g)"\n',
)


def test_runs_at_two_sizes_tend_to_the_limit():
    """What is left at d is halved at 2d: labels hear the rows, fits see them with noise.

    Labels without what no fit sees of the rows, or with it drawn anew for a student on the same
    labels, are off by a tenth and more.
    """
    space = {"spectrum": "isotropic", "signal": "flat"}
    limits = evaluate_process(_SHARED, d=400, **space).values
    small, large = (
        simulate_process(_SHARED, d=d, **space, repetitions=n, seed=5).asks
        for d, n in ((8, 2500), (16, 2500))
    )
    shrinks = []
    for name, limit in limits.items():
        once, twice = (float(each[name].mean - limit) for each in (small, large))
        error = math.hypot(small[name].standard_error, 2 * large[name].standard_error)
        assert abs(2 * twice - once) < 3.5 * error < 0.09 * limit, name
        shrinks.append(abs(once) > 5 * small[name].standard_error > 0 and abs(twice) < abs(once))
    assert any(shrinks)


def test_what_the_theorem_does_not_cover_is_refused():
    """Rows used with and without noise, and residuals that no vector on rows says."""
    ask = 'risk = "risk(m)"\n'
    both = _process("A = rows(9)\nZ = noisy(A, 'P')\nm = ridge([A@w0, Z@w0], 1)\n", ask)
    twice = _process("A = rows(9)\nm = ridge([noisy(A, 'P')@w0, noisy(A, 'P')@w0], 1)\n", ask)
    for process in (both, twice):
        with pytest.raises(NotBuilt, match="with and without noise, or with two noises"):
            evaluate_process(process, d=5)
    with pytest.raises(InputError, match="residuals of rows seen with noise"):
        _process("m = iterated_ridge(noisy(rows(9), 'P')@w0, 1, 2)\n", ask)
