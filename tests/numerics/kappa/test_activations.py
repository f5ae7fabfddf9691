"""Random features with an activation: against linear ones, quadrature, and true activations."""

import numpy as np
import pytest
from scipy.special import erf

import ridgeproof
from ridgeproof.numerics.kappa import activations
from ridgeproof.numerics.kappa.activations import moments
from ridgeproof.theory.errors import InputError, NotBuilt, NoTheorem

_STEPS = """
A = rows(T0)
F = features(m, "{}")
t = ridge(A@w0 + sigma*noise(A), lam, features=F)
B = rows(T)
u = ridge(B@t, 1/10)
v = ridge([A@t, B@w0], 1/10, features=features(q, "{}"), weights=[1, 2])
"""
_ASKS = """
[ask]
teacher = "risk(t)"
student = "risk(u)"
other = "risk(v)"
both = "inner(t, v)"
train = "mean_square(A@w0 - A@t)"
df = "df(t)"
"""


def _process(first="tanh", second="relu", head=""):
    steps = _STEPS.format(first, second)
    return ridgeproof.process(f"[process]\nsteps = '''{steps}'''\n{head}{_ASKS}")


def _sizes(d):
    return {"d": d, "T0": d * 3 // 2, "T": d * 6 // 5, "m": d * 4 // 5, "q": d * 13 // 10}


@pytest.mark.parametrize(
    ("name", "function"), [("tanh", np.tanh), ("erf", erf), ("sin", np.sin), ("relu", None)]
)
def test_moments_are_those_of_gauss_and_hermite(name, function):
    """mu_1 = E g f(g)/v and mu_*^2 by another rule; the mean of relu is taken off."""
    x, weights = np.polynomial.hermite_e.hermegauss(80)
    weights = weights / weights.sum()
    for v in (0.01, 0.3, 1.0):
        g = np.sqrt(v) * x
        if function is None:  # |g|/2 + g/2, of which the first has moments without a rule
            expected = 1 / 4, v / 4 - v / (2 * np.pi)
        else:
            slope = weights @ (g * function(g)) / v
            expected = slope**2, weights @ function(g) ** 2 - slope**2 * v
        found = moments(name, np.array([v]))
        assert np.allclose(np.ravel(found), expected, rtol=1e-7, atol=1e-15)


def test_an_activation_is_linear_features_of_many_small_directions():
    """mu_1 F x + mu_* z is linear in x and N directions of variance m r/N; the error is 1/N."""
    given = {"lam": "1/20", "sigma": "1/2"}
    truth = ridgeproof.evaluate(
        ridgeproof.process(
            "[process]\nsteps = '''\nA = rows(30)\n"
            "t = ridge(A@w0 + sigma*noise(A), lam, features=features(16, 'erf'))\n'''\n"
            "[ask]\nteacher = 'risk(t)'\ntrain = 'mean_square(A@w0 - A@t)'\n"
        ),
        d=20,
        **given,
    ).values
    slope, rest = (x[0] for x in moments("erf", np.array([20 / 16])))
    off = []
    for N in (1000, 2000):
        small = 16 * rest / slope / N
        values = ridgeproof.evaluate(
            ridgeproof.process(
                "[process]\ntruths = ['b']\nsteps = '''\nA = rows(30, 'S')\n"
                "t = ridge(A@b + sigma*noise(A), lam, features=features(16))\n'''\n"
                "[process.signals]\nb = 'where(20 - i, sqrt(1/20), 0)'\n[process.covariances]\n"
                f"S = 'where(20 - i, 1, {small:.17f})'\n"
                "[ask]\nteacher = 'norm2(t - b, \"S\")'\ntrain = 'mean_square(A@b - A@t)'\n"
            ),
            d=20 + N,
            sigma="1/2",
            lam=0.05 / slope,
        ).values
        off.append([float(values[name] / truth[name]) - 1 for name in ("teacher", "train")])
    assert np.allclose(2 * np.array(off[1]), off[0], rtol=0.05)
    assert (abs(np.array(off[1])) < 1e-3).all()


def test_the_limit_meets_true_activations_as_sizes_grow():
    """At d = 100 the difference is within three errors, and a df, which hardly scatters, O(1/d)."""
    process, given = _process(), {"lam": "1/20", "sigma": "1/2"}
    theory = ridgeproof.evaluate(process, **_sizes(100), **given).values
    off = {}
    for d, repetitions in ((50, 60), (100, 60)):
        drawn = ridgeproof.simulate(process, **_sizes(d), **given, repetitions=repetitions, seed=5)
        for name, found in drawn.asks.items():
            gap = found.mean - float(theory[name])
            assert abs(gap) < 3.5 * found.standard_error + 0.3 / d, (d, name)
        off[d] = drawn.asks["df"].mean - float(theory["df"])
    assert 1.5 < off[50] / off[100] < 2.7


def test_what_is_not_linear_is_refused_where_it_has_no_coordinates():
    """To rescale it, to integrate its noise out, more digits and a formula: each says no."""
    given = {**_sizes(20), "lam": "1/20", "sigma": "1/2"}
    with pytest.raises(NotBuilt, match="as it is"):
        ridgeproof.simulate(_process(), **given, repetitions=2, method="conditional")
    with pytest.raises(NotBuilt, match="12 digits"):
        ridgeproof.evaluate(_process(), **given, digits=20)
    with pytest.raises(NotBuilt, match="no formula"):
        ridgeproof.derive(_process(), **given)
    with pytest.raises(InputError, match="no coordinates"):
        ridgeproof.evaluate(
            ridgeproof.process(
                "[process]\nsteps = '''\nA = rows(9)\n"
                "t = scale(ridge(A@w0, 1, features=features(4, 'sin')), 'M')\n'''\n"
                "[process.covariances]\nM = 's'\n[ask]\nrisk = 'risk(t)'\n"
            ),
            d=4,
        )


def test_spectra_of_low_effective_rank_are_refused_and_would_be_wrong(monkeypatch):
    """Of every law that is met, for many rows and many features alike; and not where it holds."""
    text = (
        "[process]\nsteps = '''\nA = rows(T)\nB = rows(T, 'S')\n"
        "t = ridge(A@w0 + noise(A)/10, 1/500, features=features(m, 'relu'))\n"
        "u = ridge(B@w0, 1)'''\n"
        "[ask]\nrisk = 'risk(t)'\nother = 'risk(u)'\n[process.covariances]\nS = "
    )
    alike, half = (ridgeproof.process(f"{text}'{S}'") for S in ("s", "where(d/2 - i, 2, 0)"))

    def given(d=32, T=48, m=32, spectrum="isotropic"):
        return {"d": d, "T": T, "m": m, "spectrum": spectrum}

    steep = given(spectrum="power-law:5/2")
    spiked = given(spectrum="spiked:40*1,1", T=30)
    refused = (alike, steep), (alike, spiked), (alike, given(T=1000)), (alike, given(m=1000))
    for process, at in (*refused, (half, given(T=160))):
        with pytest.raises(NoTheorem, match="effective rank"):
            ridgeproof.evaluate(process, **at)
    for at in (given(), given(d=64, spectrum="power-law:1/2"), given(T=160)):
        ridgeproof.evaluate(alike, **at)
    found = ridgeproof.simulate(alike, **steep, repetitions=80, seed=1).asks
    assert found["risk"].theory is None
    assert "effective rank" in found["risk"].reason
    assert found["other"].theory is not None
    monkeypatch.setattr(activations, "_MOST", np.inf)
    assert found["risk"].mean < 0.7 * float(ridgeproof.evaluate(alike, **steep).values["risk"])
