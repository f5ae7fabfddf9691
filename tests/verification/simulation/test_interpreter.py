"""The interpreter of processes: each operator against a hand-written line of numpy."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import scipy.linalg

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.operators.asks import Inner
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.interpreter import (
    estimates,
    make_literal,
    primitives,
    unsimulated,
)
from ridgeproof.verification.simulation.prepared import (
    Run,
    _on_features,
    combined,
    labelled,
    prepared,
)
from ridgeproof.verification.simulation.quantity_draws import Sampler, _pipeline
from ridgeproof.verification.simulation.world import ProcessWorld

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


def simulate(graph, world, rng, size):
    """Literal repetitions of the primitives."""
    return make_literal(graph, world)(rng, size)


class _Once:
    """One literal run of a graph, to look into."""

    def __init__(self, graph):
        self.nodes, self.world, self.run = graph.nodes, ProcessWorld(S, W0, VALUES), Run(_rng())
        self.run.through(prepared(graph.nodes, self.world))
        self.found = self.run.found

    def model(self, combination):
        return combined(self.world.terms(combination), self.run, D)

    def vector(self, vector):
        return labelled(vector, self.nodes, self.world).realised(self.run)


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
    run = _Once(graph)
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
    run = _Once(graph)
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
    run = _Once(graph)
    (found,) = simulate(graph, ProcessWorld(S, W0, VALUES), _rng(), 1)
    A = run.found[primitives(graph)[2].vector.rows]
    F = next(x for x in run.found if np.shape(x) == (4, D))
    for X, got in ((A, found[0]), (A @ F.T, found[1])):
        hat = X @ np.linalg.solve(X.T @ X + 0.2 * T * np.eye(X.shape[1]), X.T)
        assert got == pytest.approx(np.trace(hat) / T, rel=1e-10)
    w = F.T @ _normal_equations(A @ F.T, run.vector(primitives(graph)[2].vector), 0.2)
    assert found[3] == pytest.approx(S @ w**2, rel=1e-10)


@pytest.mark.parametrize(
    ("rows", "width", "lam"), [(9, 3, 0.2), (3, 7, 0.2), (9, 3, 0), (3, 7, 0), (9, 8, 0), (9, 8, 1)]
)
def test_a_fit_on_features_is_generic_least_squares(rows, width, lam):
    """All labels at once, against stacked rows and the pseudo-inverse of what they have of rank."""
    rng = _rng(4)
    X, F = rng.standard_normal((rows, D)) * np.sqrt(S), rng.standard_normal((width, D))
    stacked = np.vstack([X @ F.T, np.sqrt(rows * lam) * np.eye(width)])
    target = np.vstack([np.eye(rows), np.zeros((width, rows))])
    wanted = F.T @ np.linalg.lstsq(stacked, target, rcond=1e-10)[0]
    learn = _on_features(0, rows * lam)(X, Run(rng, found=[F]))
    np.testing.assert_allclose(learn(np.eye(rows)), wanted, atol=1e-9)


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


def _by_hand(s, w0, rng, *, T, T0, n, sigma, sigma0, lam, lam0, design):
    """The source's process from its definition: n generators that learn from one another, a fit.

        w_0 = w0,   y_m = X_m w_m + sigma0 e_m,   w_{m+1} = fit(X_m, y_m; lam0),   m = 0..n-1,
        y = X w_n + sigma e,   w = fit(X, y; lam),   error = |w - w0|_Sigma^2.

    Source: Dohmatob, Feng, Kempe 2024, arXiv 2402.07712; the generator's ridge is added here.
    """

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
@pytest.mark.parametrize(("rows", "T0"), [(9, 8), (6, 6), (4, 3), (12, 2)])
def test_a_setting_is_the_process_of_the_source_draw_by_draw(rows, T0, lam, lam0, n, design):
    """From one stream of random numbers the interpreter and the hand-written run agree."""
    s, w0 = np.arange(1, 7) ** -1.5, np.linspace(1, 2, 6)
    numbers = {"T": rows, "T0": T0, "n": n, "sigma": 0.7, "sigma0": 0.4, "lam": lam, "lam0": lam0}
    given = {**numbers, "T0": T0 if n else None, "design": design}
    graph, world = _pipeline(make_setting(d=6, **given))
    ours = simulate(graph, ProcessWorld(s, w0, world.values), _rng(5), 2)[:, 0]
    rng = _rng(5)
    theirs = [_by_hand(s, w0, rng, design=design, **numbers) for _ in range(2)]
    assert ours == pytest.approx(theirs, rel=1e-8)  # 6 x 6 fits at T = d: condition up to 1e4


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_least_squares_mean_is_the_inverse_wishart_moment(design):
    """E = sigma^2 d/(T-d-1) + n sigma0^2 d/(T0-d-1), whatever Sigma, w0 and design (exact)."""
    chain = {"T": 30, "T0": 24, "n": 3, "sigma": "1/2", "sigma0": "4/5", "design": design}
    x = Sampler(make_setting(d=4, spectrum="power-law:3", **chain), 6, "t")(0, 1500)
    expected = 0.25 * 4 / 25 + 3 * 0.64 * 4 / 19
    assert abs(x.mean() - expected) < 4 * x.std(ddof=1) / 1500**0.5


@pytest.mark.parametrize(("design", "survives"), [("independent", 0.6**3), ("shared", 0.6)])
def test_noise_free_collapse(design, survives):
    """Isotropic, T0 < d, no noise: E = b (1 - (T0/d)^n), or b (1 - T0/d) on a shared design."""
    x = Sampler(make_setting(d=5, T=8, T0=3, n=3, design=design), 7, "t")(0, 1200)
    assert abs(x.mean() - (1 - survives)) < 4 * x.std(ddof=1) / 1200**0.5


def test_rows_have_the_stated_covariance():
    """A profile enters as a variance, not as a scale; with others' laws as well."""
    for law in ("gaussian", "uniform", "student:7", "elliptical:3/5*1/2,7/5*1/2"):
        graph = _graph(f"A = rows(20000, 'S2', law='{law}')\n", "mean_square(A@w0)")
        x = simulate(graph, ProcessWorld(S, W0, VALUES), _rng(8), 1)[0, 0]
        wanted = (1 + np.arange(1.0, D + 1) / D) @ W0**2
        assert x == pytest.approx(wanted, rel=0.06)


def test_an_ask_is_arithmetic_of_means_with_a_jackknife_error():
    """For a ratio of means the jackknife agrees with the delta method, and not with 1/mean."""
    graph = _graph(HEAD, "mean_square(z)/(1 + mean_square(y))^2", "3*sigma", "mean_square(y)")
    world = ProcessWorld(S, W0, VALUES)
    draws = simulate(graph, world, _rng(), 500)
    found = estimates(graph, world, draws)
    a, b = draws.mean(axis=0)
    assert found["q0"][0] == pytest.approx(a / (1 + b) ** 2)
    slope = np.array([1 / (1 + b) ** 2, -2 * a / (1 + b) ** 3])
    assert found["q0"][1] == pytest.approx(np.sqrt(slope @ np.cov(draws.T) @ slope / 500), rel=0.02)
    assert found["q1"][0] == pytest.approx(1.5)
    assert found["q1"][1] == 0
    plain = draws[:, 1].std(ddof=1) / np.sqrt(500)
    assert found["q2"][1] == pytest.approx(plain)


def test_what_has_no_literal_simulation_says_so():
    """A minimum and kappa are left out with the reason; a bad profile or size is refused."""
    graph = _graph(HEAD + "m = ridge(y, lam)\n", "kappa(m)", "minimum(risk(m), lam)", "risk(m)")
    reasons = [unsimulated(ask) for _, ask in graph.asks]
    assert [bool(reason) for reason in reasons] == [True, True, False]
    draws = simulate(graph, ProcessWorld(S, W0, VALUES), _rng(), 2)
    assert list(estimates(graph, ProcessWorld(S, W0, VALUES), draws)) == ["q2"]
    for graph, values, why in (
        (_graph(HEAD, "mean_square(y)"), {"T": Fraction(1, 2)}, "no whole number"),
        (_graph("A = rows(T, 'pen')\n", "mean_square(noise(A))"), {}, "infinite"),
        (_graph(HEAD + "m = ridge([y], 1, weights=[-1])\n", "risk(m)"), {}, "is negative"),
    ):
        with pytest.raises(InputError, match=why):
            simulate(graph, ProcessWorld(S, W0, {**VALUES, **values}), _rng(), 1)
