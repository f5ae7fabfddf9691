"""The interpreter of processes: each operator against a hand-written line of numpy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg
from ridgeproof.verification.simulation.process import test_errors as literal_errors

from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.operators.asks import Inner
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.interpreter import (
    ProcessWorld,
    _Run,
    combined,
    primitives,
    simulate,
    unsimulated,
)
from ridgeproof.verification.simulation.quantity_draws import _process

D, T = 6, 9
S = 1 / np.arange(1.0, D + 1)
W0 = np.array([1.0, -2.0, 3.0, 0.5, 0.25, -1.0])
VALUES = {"T": Fraction(T), "sigma": Fraction(1, 2), "lam": Fraction(1, 5)}
HEAD = (
    f"A = rows(T)\ne = noise(A)\ny = A@w0 + sigma*e\nB = rows({T - 5}, 'S2')\nz = B@w0 + noise(B)\n"
)
PROFILES = {"S2": "1 + i/d", "pen": "where(2 - i, inf, i)"}


def _graph(steps, *asks):
    listed = "\n".join(f'q{j} = "{ask}"' for j, ask in enumerate(asks))
    used = {n: p for n, p in PROFILES.items() if f"'{n}'" in steps + listed}
    table = "[process.covariances]\n" + "".join(f'{n} = "{p}"\n' for n, p in used.items())
    return normal_form(
        read_process(f'[process]\nsteps = """\n{steps}"""\n{table}[ask]\n{listed}\n')
    )


def _rng(seed=1):
    return np.random.Generator(np.random.PCG64DXSM(seed))


def _normal_equations(X, y, lam, weights=None, penalty=None):
    """(X'WX/T + lam P)^-1 X'Wy/T, the definition for lam > 0."""
    W = np.ones(len(X)) if weights is None else weights
    P = np.eye(X.shape[1]) if penalty is None else np.diag(penalty)
    return np.linalg.solve((X.T * W) @ X / len(X) + lam * P, X.T @ (W * y) / len(X))


def _steps(X, y, eta, k):
    w = np.zeros(X.shape[1])
    for _ in range(k):
        w = w + eta * X.T @ (y - X @ w) / len(X)
    return w


def _flow(X, y, t):
    """The solution of dw/dt = X'(y - Xw)/T by the exponential of the augmented matrix."""
    S_, b = X.T @ X / len(X), X.T @ y / len(X)
    M = np.zeros((D + 1, D + 1))
    M[:D, :D], M[:D, D] = -S_, b
    return scipy.linalg.expm(t * M)[:D, D]


def _components(X, y, cut):
    values, V = np.linalg.eigh(X.T @ X / len(X))
    V = V[:, values > cut]
    return V @ np.linalg.lstsq(X @ V, y, rcond=None)[0]


def _penalised(X, y, lam):
    kept = np.arange(D) >= 2
    w = np.zeros(D)
    w[kept] = _normal_equations(X[:, kept], y, lam, penalty=np.arange(3.0, D + 1))
    return w


def _pooled(A, y, B, z, weights):
    W = np.repeat(weights, [len(A), len(B)])
    return _normal_equations(np.vstack([A, B]), np.concatenate([y, z]), 0.2, W)


CASES = {
    "ridge(y, lam)": lambda A, y, B, z: _normal_equations(A, y, 0.2),
    "ridge(z, lam)": lambda A, y, B, z: _normal_equations(B, z, 0.2),
    "ridge(y, -1/100)": lambda A, y, B, z: _normal_equations(A, y, -0.01),
    "least_squares(y)": lambda A, y, B, z: np.linalg.lstsq(A, y, rcond=None)[0],
    "ridge(z, 0)": lambda A, y, B, z: np.linalg.pinv(B) @ z,
    "ridge([y, z], lam)": lambda A, y, B, z: _pooled(A, y, B, z, [1, 1]),
    "ridge([y, z], lam, weights=[1, 3/10])": lambda A, y, B, z: _pooled(A, y, B, z, [1, 0.3]),
    # Two labels on the same rows count the rows twice.
    "ridge([y, 3*y], lam)": lambda A, y, B, z: _normal_equations(
        np.vstack([A, A]), np.concatenate([y, 3 * y]), 0.2
    ),
    "ridge(y, lam, penalty='pen')": lambda A, y, B, z: _penalised(A, y, 0.2),
    "ridge(z, lam, penalty='pen')": lambda A, y, B, z: _penalised(B, z, 0.2),
    "iterated_ridge(y, lam, 2)": lambda A, y, B, z: (
        _normal_equations(A, y, 0.2)
        + _normal_equations(A, y - A @ _normal_equations(A, y, 0.2), 0.2)
    ),
    "gradient(y)": lambda A, y, B, z: A.T @ y / T,
    "gradient_descent(y, 2/5, 7)": lambda A, y, B, z: _steps(A, y, 0.4, 7),
    "gradient_descent(z, 2/5, 80)": lambda A, y, B, z: _steps(B, z, 0.4, 80),
    "gradient_flow(y, 3)": lambda A, y, B, z: _flow(A, y, 3),
    "gradient_flow(z, 3)": lambda A, y, B, z: _flow(B, z, 3),
    "pcr(y, 1/3)": lambda A, y, B, z: _components(A, y, 1 / 3),
    "scale(w0, 'S2')": lambda A, y, B, z: W0 * (1 + np.arange(1.0, D + 1) / D),
    "2*w0 - ridge(A@w0, lam)/4": lambda A, y, B, z: 2 * W0 - _normal_equations(A, A @ W0, 0.2) / 4,
}


@pytest.mark.parametrize("model", CASES)
def test_each_operator_is_its_definition(model):
    """The model on the very draws of the run equals normal equations, steps or an exponential."""
    graph = _graph(HEAD + f"m = {model}\n", "norm2(m)", "mean_square(y)", "mean_square(z)")
    run = _Run(ProcessWorld(S, W0, VALUES), _rng())
    run.through(graph.nodes)
    asks = primitives(graph)
    rows = [run.found[ask.vector.rows] for ask in asks[1:]]
    y, z = (run.vector(ask.vector) for ask in asks[1:])
    assert isinstance(asks[0], Inner)
    wanted = CASES[model](rows[0], y, rows[1], z)
    np.testing.assert_allclose(run.model(asks[0].left), wanted, rtol=1e-9, atol=1e-12)


def test_labels_share_the_noise_and_the_rows_that_they_name():
    """y - A@w0 is sigma e with the same e, and a fresh noise or row set is another."""
    zero = _graph(HEAD, "mean_square(y - A@w0 - sigma*e)", "mean_square(y - A@w0)",
                  "mean_square(y - A@w0 - sigma*noise(A))")  # fmt: skip
    exact, own, other = simulate(zero, ProcessWorld(S, W0, VALUES), _rng(), 1)[0]
    assert exact < 1e-28
    assert 0.05 < own < other < 2


def test_noise_on_the_features_is_seen_by_fits_only():
    """Labels of noisy rows use the rows, the fit what is seen of them."""
    steps = "A = rows(T)\nN = noisy(A, 'S2')\ny = N@w0 + noise(A)\nm = ridge(y, lam)\n"
    graph = _graph(steps, "norm2(m)", "mean_square(y)", "mean_square(A@w0)")
    run = _Run(ProcessWorld(S, W0, VALUES), _rng())
    run.through(graph.nodes)
    fit, labels, clean = primitives(graph)
    seen, X = run.found[labels.vector.rows], run.found[clean.vector.rows]
    y = run.vector(labels.vector)
    np.testing.assert_allclose(run.model(fit.left), _normal_equations(seen, y, 0.2))
    (noise,) = (i for _, i in labels.vector.noises.terms)
    np.testing.assert_allclose(y, X @ W0 + run.found[noise])
    assert np.abs(seen - X).max() > 0.1


def test_degrees_of_freedom_are_the_trace_of_the_smoother():
    """df per row is tr X (X'X/T + lam)^-1 X'/T^2 for ridge, on features as well."""
    steps = HEAD + "F = features(4)\nm = ridge(y, lam)\nf = ridge(y, lam, features=F)\n"
    graph = _graph(steps, "df(m)", "df(f)", "mean_square(y)", "norm2(f)")
    run = _Run(ProcessWorld(S, W0, VALUES), _rng())
    run.through(graph.nodes)
    (found,) = simulate(graph, ProcessWorld(S, W0, VALUES), _rng(), 1)
    A = run.found[primitives(graph)[2].vector.rows]
    F = next(x for x in run.found if np.shape(x) == (4, D))
    for X, got in ((A, found[0]), (A @ F.T, found[1])):
        hat = X @ np.linalg.solve(X.T @ X + 0.2 * T * np.eye(X.shape[1]), X.T)
        assert got == pytest.approx(np.trace(hat) / T, rel=1e-10)
    w = F.T @ _normal_equations(A @ F.T, run.vector(primitives(graph)[2].vector), 0.2)
    assert found[3] == pytest.approx(S @ w**2, rel=1e-10)


def test_growth_repeats_directions_and_keeps_what_the_limit_keeps():
    """Signal, random models and features keep their energy; rows keep their covariance."""
    steps = "A = rows(T, 'S2')\nF = features(5)\nm = gaussian('S2')\n"
    asks = ("norm2(w0)", "norm2(m, 'S2')", "mean_square(A@w0)", "mean_square(noise(A))")
    graph = _graph(steps, *asks)
    runs = []
    for growth in (1, 4):
        world = ProcessWorld(S, W0, VALUES, growth)
        draws = simulate(graph, world, _rng(), 400)
        runs.append((draws.mean(axis=0), draws.std(axis=0) / 20))
    (one, error), (four, small) = runs
    assert one[0] == pytest.approx(S @ W0**2)
    assert four[0] == pytest.approx(one[0])
    assert (np.abs(one - four)[1:] < 4 * np.hypot(error, small)[1:]).all()
    profile = 1 + np.arange(1.0, D + 1) / D
    for got, wanted in zip(four[1:], (profile @ profile, profile @ W0**2, 1.0), strict=True):
        assert got == pytest.approx(wanted, rel=0.05)


def test_a_loop_kept_as_one_node_is_the_loop_unrolled():
    """Each round draws its own rows and noise: the mean is that of the rounds written out."""
    chain = "m = w0\nfor _ in range({}):\n    A = rows(T)\n    m = ridge(A@m + noise(A), lam)\n"
    rounds, single = _graph(chain.format("n"), "norm2(m)"), _graph(chain.format(3), "norm2(m)")
    world = ProcessWorld(S, W0, {**VALUES, "n": Fraction(3)})
    assert len(rounds.nodes) < len(single.nodes)
    spread = simulate(rounds, world, _rng(), 200)
    again = simulate(single, world, _rng(2), 200)
    error = np.hypot(np.std(spread), np.std(again)) / np.sqrt(200)
    assert abs(np.mean(spread) - np.mean(again)) < 4 * error


_SETTINGS = (
    {"T0": [8, 3], "lam0": ["1/20", "1/2"], "sigma0": [1, "1/2"], "width": 4},
    {"T0": 8, "lam0": "1/20", "design": "shared", "chain": "weighted:1/4,2/3", "sigma_real": 2},
    {"T0": 4, "lam0": "1/20", "design": "shared", "chain": "accumulate", "features": "uniform"},
    {"T0": 8, "lam0": "1/20", "sigma0": "1/2", "chain": "accumulate"},
    {"T0": 4, "lam0": "1/20", "sigma0": 1, "synthetic_fraction": "1/3", "sigma_real": 0},
)


@pytest.mark.parametrize("flags", _SETTINGS, ids=str)
def test_a_setting_as_a_process_agrees_with_its_hand_written_run(flags):
    """Its process, interpreted, and its flags, read by the literal run: equal means."""
    given = {"d": D, "T": T, "n": 2, "sigma": "1/2", "lam": "1/5", "spectrum": "power-law:1"}
    setting = make_setting(**given | flags)
    process = setting.process()
    graph = normal_form(process, process.defaults)
    w0 = np.full(D, 1 / np.sqrt(D))
    ours = simulate(graph, ProcessWorld(S, w0, process.defaults), _rng(), 600)
    theirs = literal_errors(600, S, w0, rng=_rng(7), **_process(setting))
    error = np.sqrt((ours.var() + theirs.var()) / 600)
    assert abs(ours.mean() - theirs.mean()) < 4 * error


def test_an_ask_is_arithmetic_of_means_with_a_jackknife_error():
    """For a ratio of means the jackknife agrees with the delta method, and not with 1/mean."""
    graph = _graph(HEAD, "mean_square(z)/(1 + mean_square(y))^2", "3*sigma", "mean_square(y)")
    world = ProcessWorld(S, W0, VALUES)
    draws = simulate(graph, world, _rng(), 500)
    found = combined(graph, world, draws)
    a, b = draws.mean(axis=0)
    assert found["q0"].mean == pytest.approx(a / (1 + b) ** 2)
    slope = np.array([1 / (1 + b) ** 2, -2 * a / (1 + b) ** 3])
    assert found["q0"].standard_error == pytest.approx(
        np.sqrt(slope @ np.cov(draws.T) @ slope / 500), rel=0.02
    )
    assert found["q1"].mean == pytest.approx(1.5)
    assert found["q1"].standard_error == 0
    plain = draws[:, 1].std(ddof=1) / np.sqrt(500)
    assert found["q2"].standard_error == pytest.approx(plain)


def test_what_has_no_literal_simulation_says_so():
    """A minimum and kappa are left out with the reason; a bad profile or size is refused."""
    graph = _graph(HEAD + "m = ridge(y, lam)\n", "kappa(m)", "minimum(risk(m), lam)", "risk(m)")
    reasons = [unsimulated(ask) for _, ask in graph.asks]
    assert [bool(reason) for reason in reasons] == [True, True, False]
    draws = simulate(graph, ProcessWorld(S, W0, VALUES), _rng(), 2)
    assert list(combined(graph, ProcessWorld(S, W0, VALUES), draws)) == ["q2"]
    curved = _graph(HEAD + "m = ridge(y, lam, features=features(5, 'tanh'))\n", "risk(m)")
    with pytest.raises(NotBuilt):
        simulate(curved, ProcessWorld(S, W0, VALUES), _rng(), 1)
    for graph, values, why in (
        (_graph(HEAD, "mean_square(y)"), {"T": Fraction(1, 2)}, "no whole number"),
        (_graph("A = rows(T, 'pen')\n", "mean_square(noise(A))"), {}, "infinite"),
        (_graph(HEAD + "m = ridge([y], 1, weights=[-1])\n", "risk(m)"), {}, "is negative"),
    ):
        with pytest.raises(InputError, match=why):
            simulate(graph, ProcessWorld(S, W0, {**VALUES, **values}), _rng(), 1)
