"""evaluate_process: values, curves, shares of sources and refusals."""

import random
from fractions import Fraction
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.equivalent.lowering import Lowering
from ridgeproof.theory.errors import (
    InfiniteExpectation,
    InputError,
    RidgeproofError,
    SolverError,
)
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.operators import gradient
from ridgeproof.theory.settings.setting import make_setting

_SIGNAL = {"d": 20, "spectrum": "power-law:1", "signal": "source:3/10"}

_RIDGE = """
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
"""
_CHAIN = """
m = w0
for _ in range(n):
    A = rows(T0)
    m = ridge(A@m + sigma0*noise(A), lam0)
B = rows(T)
f = ridge(B@m + sigma*noise(B), lam)
"""


def _process(steps, asks, profiles=""):
    written = "\n".join(f'{name} = "{ask}"' for name, ask in asks.items())
    used = [
        line for line in profiles.split("\n") if f"'{line.partition(' ')[0]}'" in steps + written
    ]
    tables = "\n".join(["[process.covariances]", *used, ""])
    return read_process(f'[process]\nsteps = """\n{steps}\n"""\n{tables}[ask]\n{written}\n')


def _values(steps, asks, profiles="", **given):
    found = evaluate_process(_process(steps, asks, profiles), **{**_SIGNAL, **given})
    return {name: float(value) for name, value in found.values.items()}


# Values of another implementation of the equations, which agrees with literal simulation.
_KNOWN = {
    "shared noise, same rows": (
        (
            "A = rows(24)\ny = A@w0 + 1/2*noise(A)\nm = ridge(y, 1/20)\nu = m\n"
            "for _ in range(3):\n    m = ridge(A@m, 1/20)\n    u = ridge(7/5*(A@u) - 2/5*y, 1/20)"
        ),
        "",
        {"risk(m)": 0.26650088552721, "risk(u)": 0.51435002899608},
    ),
    "two covariances": (
        (
            "A = rows(24)\nm = ridge(A@w0 + 1/2*noise(A), 1/10)\nB = rows(30, 'S2')\n"
            "f = ridge(B@m, 1/20)\nC = rows(12)\nD = rows(20, 'S2')\n"
            "g = ridge([C@w0 + 1/2*noise(C), D@w0 + noise(D)], 1/20)"
        ),
        'S2 = "1/20 + 4/5/(d + 1 - i)"\nM = "1/10 + 2/5*(i - 1)/(d - 1)"',
        {
            "risk(m, 'M')": 0.41372157176384,
            "risk(f, 'M')": 0.50800418369285,
            "risk(g)": 0.31000255275487,
        },
    ),
    "random features, then a student": (
        (
            "A = rows(30)\nF = features(14)\nm = ridge(A@w0 + 1/2*noise(A), 3/100, features=F)\n"
            "B = rows(24)\nf = ridge(B@m, 1/20)"
        ),
        "",
        {"risk(m)": 0.29155903564753, "risk(f)": 0.27747112982799},
    ),
    "negative penalties on both sides": (
        (
            "A = rows(8)\nm = ridge(A@w0 + 1/10*noise(A), -3/200)\nB = rows(60)\n"
            "f = ridge(B@m + 1/10*noise(B), -1/200)"
        ),
        "",
        {"risk(m)": 0.23973897415811, "risk(f)": 0.25214322130321},
    ),
    "training errors": (
        (
            "A = rows(24)\ny = A@w0 + 1/2*noise(A)\nm = ridge(y, 1/20)\n"
            "f = ridge(A@m + 1/2*noise(A), 1/20)"
        ),
        "",
        {
            "mean_square(y - A@m)": 0.12412191687209,
            "mean_square(y - A@m)/(1 - df(m))^2": 0.42371108929438,
            "risk(m) + 1/4": 0.42371108929438,
            "mean_square(y - A@f)": 0.27944077036116,
        },
    ),
    "real rows and synthetic rows made from them": (
        (
            "A = rows(15)\ny = A@w0 + 1/2*noise(A)\ng = ridge(y, 1/20)\nB = rows(25)\n"
            "z = B@g + 1/2*noise(B)\nf = ridge([y, z], 1/20)\n"
            "h = ridge([y, z], 1/20, weights=[1, 3/10])"
        ),
        "",
        {"risk(f)": 0.28344665284483, "risk(h)": 0.2574585261916},
    ),
    "a penalty for every direction": (
        (
            "A = rows(24)\ny = A@w0 + 1/2*noise(A)\nm = ridge(y, 1/20, penalty='pen')\n"
            "f = ridge(A@m, 1/10)\nh = iterated_ridge(y, 3/10, 4)"
        ),
        'pen = "1 + (i - 1)/4"',
        {"risk(m)": 0.17296276129702, "risk(f)": 0.24209526027371, "risk(h)": 0.16988568225756},
    ),
    "stopped early": (
        (
            "A = rows(24)\ny = A@w0 + 1/2*noise(A)\nm = gradient_flow(y, 5)\n"
            "g = gradient_descent(y, 2/5, 10)"
        ),
        "",
        {"risk(m)": 0.18463814154719, "risk(g)": 0.19535185368588},
    ),
}


@pytest.mark.parametrize("name", _KNOWN)
def test_known_values(name):
    """Values of pipelines that no flag of a setting describes."""
    steps, profiles, known = _KNOWN[name]
    asks = {f"ask{place}": ask for place, ask in enumerate(known)}
    found = _values(steps, asks, profiles)
    assert found == pytest.approx(dict(zip(asks, known.values(), strict=True)), rel=1e-12)


def _steps_of(setting):
    """A setting of today as the steps of a process."""
    generations, weights = setting.distinct_generations, setting.weights
    lines = ["m = w0", "data = []"]
    for k in range(setting.n):
        each = generations[k if len(generations) > 1 else 0]
        if k == 0 or setting.design != "shared":
            lines.append(f"A = rows({each.T0})")
        label = f"A@m + {each.sigma0}*noise(A)"
        if weights:
            W = weights[k if len(weights) > 1 else 0]
            label = f"{W}*(A@w0 + {setting.real_noise}*noise(A)) + {1 - W}*({label})"
        lines.append(f"data = {'data + ' if str(setting.chain) == 'accumulate' else ''}[{label}]")
        lines.append(f"m = ridge(data, {each.lam0})")
    synthetic, pooled = setting.synthetic_rows, []
    if setting.T > synthetic:
        lines.append(f"R = rows({setting.T - synthetic})")
        pooled.append(f"R@w0 + {setting.real_noise}*noise(R)")
    if synthetic:
        lines.append(f"B = rows({synthetic})")
        pooled.append(f"B@m + {setting.sigma}*noise(B)")
    if setting.width:
        lines.append(f"F = features({setting.width})")
    features = ", features=F" if setting.width else ""
    lines.append(f"f = ridge([{', '.join(pooled)}], {setting.lam}{features})")
    return "\n".join(lines)


def _random_setting(draw):
    d = draw.choice([5, 10, 20])
    n = draw.choice([0, 1, 2, 4])
    rows = [d // 2, d - 2, d + 3, 3 * d]
    given = {
        "d": d,
        "n": n,
        "T": draw.choice(rows),
        "sigma": draw.choice(["0", "1/2"]),
        "lam": draw.choice(["0", "0", "1/10", "1/1000"]),
        "spectrum": draw.choice(["isotropic", "power-law:1", "power-law:2", "ar1:1/2"]),
    }
    if n:
        given |= {
            "T0": draw.choice([rows[0], rows[3], [draw.choice(rows) for _ in range(n)]]),
            "sigma0": draw.choice(["0", "1"]),
            "lam0": draw.choice(["0", "0", "1/10"]),
            "design": draw.choice(["independent", "independent", "shared"]),
            "chain": draw.choice(["replace", "replace", "accumulate", "weighted:1/3"]),
        }
    if draw.random() < 0.25:
        given |= {"synthetic_fraction": draw.choice(["1/2", "0"]), "sigma_real": "1/4"}
    if draw.random() < 0.25:
        given["width"] = draw.choice([d - 3, d + 4])
    return given


def test_equals_the_limits_of_settings():
    """Over all flags of a setting, on both sides of every threshold: today's limits."""
    draw, compared = random.Random(5), 0
    while compared < 20:
        try:
            setting = make_setting(**_random_setting(draw))
            known = float(evaluate(setting).value)
        except RidgeproofError:
            continue
        steps = _steps_of(setting)
        found = evaluate_process(
            _process(steps, {"risk": "risk(f)"}),
            d=setting.d,
            spectrum=setting.spectrum,
            signal=setting.signal,
        ).values["risk"]
        assert float(found) == pytest.approx(known, rel=1e-12, abs=1e-300), setting
        compared += 1


def test_a_curve_is_one_call():
    """Rows below and above d, with and without ridge, equal the points one by one."""
    process = _process(_CHAIN, {"risk": "risk(f)", "kappa": "kappa(f)"})
    given = {**_SIGNAL, "n": 2, "T0": 30, "sigma": 0.5, "sigma0": 0.5, "lam0": 0.05}
    T, lam = np.array([[5.0], [15.0], [40.0]]), np.array([0.0, 0.1, -0.001])
    curve = evaluate_process(process, T=T, lam=lam, **given)
    assert curve.values["risk"].shape == (3, 3)
    for name, values in curve.values.items():
        points = [
            float(evaluate_process(process, T=int(t), lam=float(x), **given).values[name])
            for t in T[:, 0]
            for x in lam
        ]
        assert values.ravel() == pytest.approx(points, rel=1e-13)


def test_shares_of_the_sources_sum_to_the_value():
    """One share for every amplitude, truth and pair of truths; a quotient has none."""
    process = read_process(
        dedent("""
        [process]
        truths = ["w0", "w1"]
        steps = '''
        A = rows(12)
        e = noise(A)
        m = ridge(A@w0 + sigma*e, 1/10)
        B = rows(15)
        f = ridge([A@w1 + 2*sigma*e, B@m + noise(B)], 1/20) + tau*gaussian("G")
        '''
        [process.signals]
        w1 = "w0/i"
        [process.covariances]
        G = "1/d"
        [ask]
        risk = "2*risk(f) + sigma^2"
        ratio = "risk(f)/risk(m)"
        """)
    )
    found = evaluate_process(process, sigma=Fraction(1, 2), tau=1, **_SIGNAL)
    shares = found.terms["risk"]
    assert set(shares) == {"w0", "w1", "w0*w1", "sigma", "noise", "tau", "constant"}
    assert sum(map(float, shares.values())) == pytest.approx(float(found.values["risk"]))
    # The gaussian is independent of all else: 2 tau^2 tr(G Sigma).
    assert float(shares["tau"]) == pytest.approx(2 * np.mean(1 / np.arange(1, 21)))
    assert float(shares["constant"]) == 0.25
    assert found.terms["ratio"] is None


def test_a_small_error_keeps_its_digits():
    """Ten million rows: the share of the signal is lam^2 tr(w0^2/s) to the last digits."""
    process = _process(_RIDGE, {"risk": "risk(m)"})
    found = evaluate_process(process, d=4, T=10**7, lam=Fraction(1, 10**9), sigma=0)
    kappa = float(found.kappa["m"])
    df2 = 4 / (1 + kappa) ** 2
    exact = (kappa / (1 + kappa)) ** 2 / (1 - df2 / 10**7)
    assert float(found.values["risk"]) == pytest.approx(exact, rel=1e-13)


def test_unfitted_directions_keep_the_truth():
    """An infinite penalty leaves directions out, without ridge too: T > r is what counts."""
    steps = "A = rows(8)\nm = ridge(A@w0, 0, penalty='P')"
    found = _values(steps, {"a": "risk(m)"}, 'P = "where(5 - i, 1, inf)"', signal="flat")
    s = 1 / np.arange(1, 21)
    # Five fitted directions; the others act as noise on the labels: b (1 + r/(T - r)).
    assert found["a"] == pytest.approx(s[5:].sum() / 20 * (1 + 5 / 3))


def test_what_is_the_same_by_another_name():
    """Two labels of one row set count its rows twice; a size that is derived is rounded."""
    found = _values(
        "A = rows(T/2)\nB = rows(8)\n"
        "a = ridge([A@w0 + noise(A), A@w0 + 2*noise(A)], 1/9)\n"
        "b = ridge(B@w0 + 1/2*noise(B) + noise(B), 1/9)",
        {"a": "risk(a)", "b": "risk(b)"},
        T=15,
    )
    assert found["a"] == pytest.approx(found["b"], rel=1e-13)


def test_random_features_where_each_size_is_least():
    """Ridgeless features: whichever of rows, width and dimension is least, the limit lam -> 0."""
    steps = "A = rows(T)\nF = features(M)\nm = ridge(A@w0 + 1/2*noise(A), lam, features=F)"
    for T, M in ((10, 40), (40, 10), (60, 40)):
        small, none = (
            _values(steps, {"a": "risk(m)"}, T=T, M=M, lam=lam)["a"] for lam in (1e-9, 0)
        )
        assert none == pytest.approx(small, rel=1e-6)


def test_flow_and_descent_on_their_way():
    """A flow without time to stop is least squares; small steps of descent are a flow."""
    steps = "A = rows(60)\ny = A@w0 + 1/2*noise(A)\nf = gradient_flow(y, t)\nl = least_squares(y)\n"
    end = _values(steps, {"f": "risk(f)", "l": "risk(l)", "df": "df(f)"}, t=10**5)
    assert end["f"] == pytest.approx(end["l"], rel=1e-9)
    assert end["df"] == pytest.approx(20 / 60, rel=1e-9)
    descents = "\n".join(f"g{k} = gradient_descent(y, t/{k}, {k})" for k in (4, 8, 16))
    way = _values(steps + descents, {f"g{k}": f"risk(g{k})" for k in (4, 8, 16)}, t=1)
    flow = _values(steps, {"f": "risk(f)"}, t=1)["f"]
    # The error of Euler's method is a series in 1/k: two extrapolations leave little of it.
    extrapolated = (way["g4"] - 6 * way["g8"] + 8 * way["g16"]) / 3
    assert extrapolated == pytest.approx(flow, rel=1e-3)
    assert abs(way["g16"] / flow - 1) > 1e-3


def test_the_average_over_random_signals_has_its_known_best_penalty():
    """Of b ~ N(0, a I/d) it is sigma^2 d/(a T) (Dobriban, Wager 2018, arXiv 1507.03003)."""
    steps = "b = gaussian('prior')\nA = rows(60)\nm = ridge(A@b + noise(A)/4, lam)\n"
    asks = {"best": "argmin(norm2(m - b), lam)"}
    process = _process(steps, asks, profiles='prior = "3/d"')
    for spectrum in ("isotropic", "power-law:1"):
        found = evaluate_process(process, d=40, spectrum=spectrum).values["best"]
        assert abs(found / (40 / 60 / 16 / 3) - 1) < 1e-6


def test_descents_of_many_steps_are_those_of_few(monkeypatch):
    """By poles it is what the steps one by one give, and after many small steps gradient flow."""
    asks = {"m": "risk(m)", "u": "risk(u)", "training": "mean_square(y - A@m)"}
    lines = "A = rows(30)\ny = A@w0 + noise(A)/2\n"
    lines += "m = {0}\nu = {1}\n"
    descents = [f"gradient_descent({y}, eta, K)" for y in ("y", "[y, rows(30)@m]")]
    process = _process(lines.format(*descents), asks)
    given = {"d": 20, "spectrum": "power-law:1/2", "eta": [0.1, 0.3]}
    few = evaluate_process(process, K=20, **given).values
    with monkeypatch.context() as patch:
        patch.setattr(gradient, "MOST_STEPS", 3)
        many = evaluate_process(process, K=20, **given).values
    for name, values in few.items():
        assert np.allclose(many[name], values, rtol=1e-11)
    flow = _process(lines.format("gradient_flow(y, 3)", "gradient_flow([y, rows(30)@m], 3)"), asks)
    near = evaluate_process(process, K=10**6, d=20, spectrum="power-law:1/2", eta=3e-6).values
    for name, value in evaluate_process(flow, d=20, spectrum="power-law:1/2").values.items():
        assert 1e-8 < abs(near[name] / value - 1) < 1e-5


_REFUSED = {
    "a profile of another length": (
        "A = rows(T, 'L')\nm = ridge(A@w0, 1)",
        {"T": 30},
        InputError,
        "profile = levels:1.7: has 7",
    ),
    "edge": (_RIDGE, {"T": 80, "lam": -1, "sigma": 0}, InputError, "edge at -0.0"),
    "edge of several kinds": (
        "A = rows(40)\nB = rows(40)\nm = ridge([A@w0, B@w0], lam, weights=[1, 2])",
        {"lam": -1},
        InputError,
        "edge near -0.0",
    ),
    "threshold": (_RIDGE, {"T": 20, "lam": 0, "sigma": 0}, InputError, "as many rows"),
    "infinite": (
        _RIDGE,
        {"T": 21, "lam": 0, "sigma": 1},
        InfiniteExpectation,
        "within 1 of d = 20",
    ),
    "infinite upstream": (
        _CHAIN,
        {"n": 1, "T": 40, "T0": 19, "lam0": 0, "lam": 1, "sigma": 0, "sigma0": 1},
        InfiniteExpectation,
        "within 1 of d = 20",
    ),
    "missing": (_RIDGE, {"T": 9}, InputError, "lam, sigma"),
    "unknown": (_RIDGE, {"T": 9, "lam": 1, "sigma": 0, "lamm": 1}, InputError, "no parameter"),
    "no rows": (_RIDGE, {"T": 0, "lam": 1, "sigma": 0}, InputError, "Give T >= 1"),
    "half a row": (_RIDGE, {"T": [9, 9.5], "lam": 1, "sigma": 0}, InputError, "no whole number"),
    "overflow": (_RIDGE, {"T": 9, "lam": 1, "sigma": 1e200}, SolverError, "too many decades"),
    "divergence": (
        "m = w0\nfor _ in range(10**6):\n    B = rows(100)\n    m = ridge(B@m, -1/100)",
        {},
        SolverError,
        "1000000 rounds of a loop overflow",
    ),
    "range": (_RIDGE, {"T": 40, "lam": 1e308, "sigma": 0}, SolverError, "with more digits"),
    "text": (_RIDGE, {"T": 9, "lam": [0, "1/10"], "sigma": 0}, InputError, "no array of floats"),
    "ragged": (_RIDGE, {"T": 9, "lam": [[1], [1, 2]], "sigma": 0}, InputError, "rows of one"),
    "shapes": (_RIDGE, {"T": [8, 9], "lam": [1, 2, 3], "sigma": 0}, InputError, "not broadcast"),
    "empty": (_RIDGE, {"T": [], "lam": 1, "sigma": 0}, InputError, "holds no number"),
    "all unfitted": (
        "m = ridge(rows(1)@w0, 0, penalty='U')",
        {},
        InputError,
        "none to fit",
    ),
    "no rank": ("m = ridge(rows(1, 'N')@w0, 0)", {}, InputError, "no direction to fit"),
    "not a number": (_RIDGE, {"T": 9, "lam": [1, np.nan], "sigma": 0}, InputError, "not finite"),
    "rank": (
        "A = rows(4)\nB = rows(4, 'Z')\nm = ridge([A@w0, B@w0], 0)",
        {},
        InputError,
        "different rank",
    ),
    "steps": ("m = gradient_descent(rows(9)@w0, 2, 65)", {}, InputError, "converge"),
    "activation": (
        "A = rows(9, 'N')\nF = features(5, 'tanh')\nm = ridge(A@w0, 1, features=F)",
        {},
        InputError,
        "trace",
    ),
}


@pytest.mark.parametrize("name", _REFUSED)
def test_refusals(name):
    """What has no answer meets one typed error that says why."""
    steps, given, error, words = _REFUSED[name]
    profiles = 'Z = "where(2 - i, 1, 0)"\nN = "0*i"\nU = "i*inf"\nL = "levels:1*7"'
    process = _process(steps, {"risk": f"risk({'f' if 'f = ' in steps else 'm'})"}, profiles)
    with pytest.raises(error, match=words):
        evaluate_process(process, **{**_SIGNAL, **given})


_MIXED = """
m = w0
for _ in range(n):
    A = rows(T0)
    m = ridge(1/3*(A@w0 + 1/4*noise(A)) + 2/3*(A@m + sigma0*noise(A)), lam0)
B = rows(T)
f = ridge(B@m + sigma*noise(B), lam)
"""


@pytest.mark.parametrize(
    ("steps", "flags", "n", "lam0"),
    [
        (_CHAIN, {}, 300, "1/50"),  # iterated until it settles
        (_CHAIN, {}, 10**12, 0),  # squared: it grows for ever
        (_MIXED, {"chain": "weighted:1/3", "sigma_real": "1/4"}, 5000, 0),  # two models go round
    ],
)
def test_loops_that_are_not_unrolled(steps, flags, n, lam0):
    """A loop on fresh rows has no limit on its count: the chains of settings, to n = 10^12."""
    numbers = {
        "n": n,
        "T": 40,
        "T0": 30,
        "sigma0": "1/2",
        "sigma": "1/3",
        "lam0": lam0,
        "lam": "1/9",
    }
    where = {"d": 6, "spectrum": "power-law:1"}
    process = _process(steps, {"risk": "risk(f)", "drift": "inner(m - w0, w0)"})
    found = evaluate_process(process, **numbers, **where)
    known = evaluate(make_setting(**numbers, **where, **flags))
    # Added noise far below rounding, were it not kept apart from what enters.
    quiet = {**numbers, "sigma0": "1/1000000000"}
    added = evaluate(make_setting(**quiet, **where, **flags)).terms["synthetic"]
    faint = evaluate_process(process, **quiet, **where)
    assert float(faint.terms["risk"]["sigma0"]) == pytest.approx(float(added), rel=1e-11)
    together = evaluate_process(process, terms=False, **quiet, **where).values["risk"]
    assert float(together) == pytest.approx(float(faint.values["risk"]), rel=1e-13)
    assert float(found.values["risk"]) == pytest.approx(float(known.value), rel=1e-11)
    assert float(found.terms["risk"]["w0"]) == pytest.approx(float(known.terms["bias"]), rel=1e-11)
    # Least squares has no bias, and what a loop adds is uncorrelated with the truth.
    assert lam0 or float(found.values["drift"]) == pytest.approx(0, abs=1e-12)


def test_minima_over_a_parameter():
    """The known optimum of isotropic ridge; a negative one; none without noise; infinity."""
    asks = {
        "least": "minimum(risk(m), lam)",
        "at": "argmin(risk(m), lam)",
        "free": "argmin(risk(m), lam, -1, 1)",
        "gap": "minimum(risk(m), lam) - minimum(risk(m), lam, -1, 1)",
    }
    process = _process(_RIDGE, asks)
    known = evaluate_process(process, d=20, T=[30, 60], sigma=0.5).values
    assert known["at"] == pytest.approx(0.25 * 20 / np.array([30, 60]), rel=1e-8)
    assert known["free"] == pytest.approx(known["at"], rel=1e-8)
    assert known["least"][0] == pytest.approx(0.25, rel=1e-14)
    noise = "A = rows(30)\nm = ridge(noise(A), lam)"
    assert np.isinf(_values(noise, {"shrunk": "argmin(norm2(m), lam)"})["shrunk"])
    with pytest.raises(InputError, match="still falls"):
        _values(_RIDGE, {"least": "minimum(-risk(m), sigma)"}, T=30, lam=1)
    # Strong tails of the signal want less than no ridge.
    steep = _values(_RIDGE, {name: asks[name] for name in ("at", "free", "gap")}, T=8, sigma=0.1)
    assert steep["at"] == 0
    assert -0.03 < steep["free"] < -0.001
    assert steep["gap"] > 1e-4
    assert _values(_RIDGE, {"free": asks["free"]}, T=60, sigma=0)["free"] == 0


def test_a_minimum_between_parameters_needs_them_in_order():
    """Ends that only evaluation knows are refused when they are reversed; one point is a value."""
    process = _process(_RIDGE, {"least": "minimum(risk(m), lam, a, b)", "there": "risk(m)"})
    given = {**_SIGNAL, "T": 9, "sigma": 1, "lam": 2, "a": 2}
    found = evaluate_process(process, **given, b=2).values
    assert found["least"] == pytest.approx(found["there"], rel=1e-12)
    with pytest.raises(InputError, match="is empty"):
        evaluate_process(process, **given, b=1)


def test_next_to_a_threshold_balls_take_over():
    """As many rows as directions and hardly a penalty: 12 digits where float64 has 9, or none."""
    lams = np.array([1e-2, 1e-20, 1e-14])
    process = _process(_RIDGE, {"risk": "risk(m)"})
    found = evaluate_process(process, d=20, T=20, lam=lams[:, None], sigma=[1, 2])
    for lam, values, terms in zip(
        lams, found.values["risk"], found.terms["risk"]["sigma"], strict=True
    ):
        setting = make_setting(d=20, T=20, lam=Fraction(lam), sigma=2)
        known = evaluate(setting)
        assert values[1] == pytest.approx(float(known.value), rel=1e-12)
        assert terms[1] == pytest.approx(float(known.terms["variance"]), rel=1e-12)


def test_training_errors_next_to_interpolation_keep_their_digits(monkeypatch):
    """Cross-validation is the error on fresh labels, to twelve digits at lam = 1e-9, in floats."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("balls were needed")

    monkeypatch.setattr("ridgeproof.numerics.equivalent.evaluate.solve_point", refuse)
    process = read_process(Path("examples/processes/gcv.toml"))
    found = evaluate_process(process, lam=np.geomspace(1e-9, 1, 40)).values
    np.testing.assert_allclose(found["gcv"], found["fresh_labels"], rtol=1e-12)


def test_training_residuals_are_what_a_probe_of_them_is(monkeypatch):
    """On rows of several weights, on random features, merged and scaled, by two routes."""
    process = read_process(
        dedent("""\
        [process]
        steps = '''
        A = rows(60)
        B = rows(90, "S2")
        y = A@w0 + noise(A)
        z = B@w0
        m = ridge([y, z, 2*y], 1/10, weights=[1, 1/3, 2])
        f = ridge(z, 1/5, features=features(95))
        '''
        [process.covariances]
        S2 = "s^2"
        [ask]
        scaled = "mean_square(5*y - 3*(A@m))"
        pooled = "mean_square(z - B@m)"
        featured = "mean_square(z/2 - B@f/2)"
        spare = "1 - df(m)"
        of_features = "(1 - df(f))^2"
        """)
    )
    space = {"d": 200, "spectrum": "power-law:1", "signal": "source:1"}
    found = evaluate_process(process, **space)
    monkeypatch.setattr(Lowering, "_residual", lambda *_: None)
    monkeypatch.setattr("ridgeproof.numerics.equivalent.evaluate.spared", lambda graph: graph)
    probed = evaluate_process(process, **space)
    for name, value in probed.values.items():
        np.testing.assert_allclose(found.values[name], value, rtol=1e-12)
