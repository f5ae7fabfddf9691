"""The front door in Python: questions by their parts, arrays of numbers, arrays as profiles."""

from __future__ import annotations

import inspect
import json
import re
import sys
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from click.testing import CliRunner

import ridgeproof as rp
from ridgeproof import cli
from ridgeproof.theory.errors import InputError, RidgeproofError

_GCV = "examples/processes/gcv.toml"
_CLAIM = "examples/conjectures/ridgeless_is_linear.toml"
_SPACE = {"d": 20, "sigma": 0.5, "lam": 0.1}


@pytest.mark.parametrize("name", ["derive", "evaluate", "simulate", "optimum", "exponents", "check",
                                  "verify", "figure", "sweep", "formulas", "process"])  # fmt: skip
def test_every_command_is_a_function(name):
    """Under its name, with a docstring and parameters that a notebook shows."""
    function = getattr(rp, name)
    assert inspect.getdoc(function)
    assert inspect.signature(function).parameters


@pytest.mark.parametrize("number", [0.25, np.float64(0.25), Fraction(1, 4), Decimal("0.25"), "1/4"])
def test_numbers_are_of_any_type(number):
    """0.25 is 1/4 however it is given, to a setting and to a process."""
    assert (
        rp.evaluate(d=20, T=np.int64(40), sigma=number).value
        == rp.evaluate(rp.make_setting(d=20, T=40, sigma="1/4")).value
    )
    found = rp.evaluate(_GCV, sigma=number).values["gcv"]
    assert found == rp.evaluate(_GCV, sigma="1/4").values["gcv"]


@pytest.mark.parametrize(
    ("given", "exact"),
    [
        ({"sigma": 1}, 10 / 9),  # d/(T - d - 1)
        ({"sigma": 1, "spectrum": "power-law:3/2"}, 10 / 9),  # whatever the spectrum
        ({"sigma": 1, "spectrum": "power-law:3/2", "lam": 1}, None),  # known of isotropic rows only
        ({"sigma": 1, "spectrum": "power-law:3/2", "T0": 5, "n": 1}, None),  # pieces are no whole
        ({"sigma": 1, "features": "rademacher"}, None),  # the law of a normal design
    ],
)
def test_a_limit_stands_next_to_the_exact_error(given, exact):
    """At this size, where that is known and as a whole."""
    found = rp.evaluate(d=10, T=20, **given)
    assert found.is_exact is False
    assert found.exact == (exact and pytest.approx(exact, rel=1e-14))
    assert ("exact at this size" in str(found)) is (exact is not None)
    assert (found.data()["exact"] is None) is (exact is None)


def test_silence_is_said():
    """No label noise at all is pointed out; noise of generators alone is noise."""
    assert "none: sigma and sigma0 are 0" in str(rp.evaluate(d=10, T=20))
    noisy = rp.evaluate(d=10, T=20, T0=30, n=1, sigma0=1)
    assert "none" not in str(noisy)


def test_a_setting_by_its_parts_is_simulated_and_optimised():
    """As the record is; the seed is that of the command line."""
    setting = rp.make_setting(**_SPACE, T=40)
    assert (
        rp.simulate(**_SPACE, T=40, repetitions=20).mean
        == rp.simulate(setting, repetitions=20).mean
    )
    assert rp.simulate(setting, repetitions=20).seed == 20240212
    assert rp.optimum(d=20, T=40, sigma=0.5).lam == rp.optimum(setting).lam
    with pytest.raises(InputError, match="is what is searched"):
        rp.optimum(d=20, T=40, lam=0.1)


@pytest.mark.parametrize(
    "arrays",
    [
        {"T": range(30, 60, 10)},
        {"T": [[30], [50]], "lam": [0.01, 0.1, 1]},
        {"T": [30, 50], "form": "exact"},
        {"n": [0, 1, 3], "T": 40, "T0": 60, "sigma0": 0.3},
        {"T": [30, 50], "n": 2, "T0": 60, "sigma0": 0.3, "spectrum": "power-law:1"},
        {"T": [30, 50], "n": 2, "T0": [40, 60], "sigma0": [0.3, 0.1]},
        {"T": [30, 50], "digits": 25},
        {"d": [10, 20], "T": 40, "width": 15},
        {"T": [30, 50], "n": 1, "T0": 60, "sigma0": 0.3, "chain": "weighted:1/2"},
        {"sigma": [0, 0.5], "T": 40, "n": 2, "T0": 20, "lam": 0},  # T0 = d, without noise
        {"T": 40, "n": 2, "T0": 60, "lam0": np.array([0.1, 1]), "sigma0": np.array(0.3)},
        {"T": [30, 50], "digits": 15},
    ],
)
def test_curves_are_the_points(arrays):
    """An array gives what its entries give one by one, the terms too, whatever route is taken."""
    given = {**_SPACE, **arrays}
    found = rp.evaluate(**given)
    lists = {"T0", "sigma0"}
    varied = {k: np.asarray(v) for k, v in given.items() if np.ndim(v) and k not in lists}
    shape = np.broadcast_shapes(*(x.shape for x in varied.values()))
    assert found.value.shape == shape
    for place in np.ndindex(shape):
        at = {k: np.broadcast_to(x, shape)[place] for k, x in varied.items()}
        one = rp.evaluate(**{**given, **at})
        assert float(found.value[place]) == pytest.approx(float(one.value), rel=1e-11)
        for name, term in found.terms["test_error"].items():
            expected = float(one.terms[name])
            assert float(term[place]) == pytest.approx(expected, abs=1e-12)
    assert found.digits >= given.get("digits", 12)


def test_curves_of_a_process():
    """Sizes, penalties, and counts that change what is solved."""
    found = rp.evaluate(_GCV, T=[[50], [60]], lam=[0.1, 0.2])
    assert found.values["gcv"].shape == (2, 2)
    one = rp.evaluate(_GCV, T=60, lam=0.1).values["gcv"]
    assert found.values["gcv"][1, 0] == pytest.approx(float(one), rel=1e-12)
    counted = rp.evaluate("examples/processes/averaged_labels.toml", n=[1, 8], share="1/2")
    one = rp.evaluate("examples/processes/averaged_labels.toml", n=8, share="1/2")
    assert counted.values["generator"][1] == pytest.approx(float(one.values["generator"]))


@pytest.mark.parametrize("lam", [0.1, np.array([0.1])])
def test_noise_on_averaged_labels_is_no_bias(lam):
    """The bias is the error without noise, though a weight stands before the noise's name."""
    given = {"d": 10, "T": 20, "lam": lam, "n": 2, "T0": 30, "lam0": 1, "design": "shared",
             "chain": "weighted:1/2"}  # fmt: skip
    noisy = rp.evaluate(**given, sigma=0.5, sigma0=1)
    terms = noisy.terms["test_error"] if np.ndim(lam) else noisy.terms
    clean = rp.evaluate(**given).value
    assert np.allclose(np.array(terms["bias"], float), np.array(clean, float), rtol=1e-11)
    assert terms["synthetic"] > 0


@pytest.mark.parametrize(
    ("arrays", "name"),
    [
        ({"T": 40, "lam": np.ma.array([0.1, 0.2], mask=[0, 1])}, "lam"),
        ({"T": [40, 41], "n": 1, "T0": 60, "synthetic_fraction": "1/2"}, "synthetic_fraction"),
    ],
)
def test_curves_refuse_what_a_point_refuses(arrays, name):
    """A value that is masked; a share of rows that is no whole number at the second size."""
    with pytest.raises(InputError) as caught:
        rp.evaluate(**{**_SPACE, **arrays})
    assert caught.value.name == name


def test_curves_are_tables_and_lines():
    """Columns for each parameter, value and term; a row a point; a line for each other value."""
    found = rp.evaluate(**{**_SPACE, "lam": [0.1, 1.0]}, T=[[30], [50], [70]])
    table = found.to_dict()
    assert list(table)[:3] == ["T", "lam", "test_error"]
    assert table["test_error.bias"][0][0] > 0
    frame = pytest.importorskip("pandas") and found.to_dataframe()
    assert frame.shape == (6, 6)
    axes = found.plot("T")
    assert len(axes.lines) == 2
    assert "<table>" in found._repr_html_()
    with pytest.raises(InputError, match="does not vary"):
        found.plot("sigma")
    assert "<table>" in rp.evaluate(_GCV, lam=[0.1, 0.2], digits=20)._repr_html_()


def test_an_extra_that_is_missing_is_named(monkeypatch):
    """One error that says what to install."""
    monkeypatch.setitem(sys.modules, "xarray", None)
    with pytest.raises(RidgeproofError, match="pip install xarray"):
        rp.evaluate(**_SPACE, T=[30, 50]).to_xarray()


@pytest.mark.parametrize(
    ("name", "ask"),
    [
        ("process file", lambda: rp.process(3)),
        ("process file", lambda: rp.evaluate([1])),
        ("process file", lambda: rp.derive(3)),
        ("process file", lambda: rp.verify(3)),
        ("process file", lambda: rp.exponents(3, scale="lam = T^-ell")),
        ("process", lambda: rp.process(_branching)),
        ("conjecture file", lambda: rp.check(3)),
        ("domain", lambda: rp.conjecture(3)),
        ("over", lambda: rp.optimum(_GCV, over=3)),
        ("over", lambda: rp.optimum(d=9, T=20, over="lam")),
        ("scale", lambda: rp.exponents(_GCV, scale=3)),
        ("clean", lambda: rp.exponents(_GCV, scale="lam = T^-ell", clean=True)),
        ("ask", lambda: rp.simulate(**_SPACE, T=40, ask="risk")),
        ("minus", lambda: rp.simulate(**_SPACE, T=40, minus=3)),
        ("quantity", lambda: rp.simulate(_GCV, quantity="bias")),
        ("relative_error", lambda: rp.simulate(_GCV, repetitions=9, relative_error=0.1)),
        ("seed", lambda: rp.simulate(**_SPACE, T=40, seed="x")),
        ("seed", lambda: rp.check(_CLAIM, seed=-1)),
        ("seed", lambda: rp.sweep("examples/sweeps/collapse.toml", "o.csv", seed=1.5)),
        ("budget", lambda: rp.check(_CLAIM, budget="many")),
        ("time_limit", lambda: rp.check(_CLAIM, time_limit="soon")),
        ("spec", lambda: rp.sweep(3, "o.csv")),
        ("figure", lambda: rp.figure(["isotropic"])),
        ("effort", lambda: rp.figure("isotropic", effort="much")),
        ("formula", lambda: rp.formulas([])),
        ("--set", lambda: rp.derive("ridge", size=3)),
        ("lam", lambda: rp.verify("C1", lam=3)),
        ("setting", lambda: rp.make_setting(d=3, T=9).with_(shape=3)),
        ("spectrum", lambda: rp.evaluate(T=9, spectrum=np.eye(3) * 1j)),
        ("d", lambda: rp.evaluate(d="x", T=9, spectrum=[1.0, 2.0])),
        ("value", lambda: float(rp.evaluate(_GCV))),
        ("format", lambda: format(rp.formulas("ridge"), ".4f")),
    ],
)
def test_what_is_no_question_is_said(name, ask):
    """One error at every door, with name, value, condition and remedy."""
    with pytest.raises(InputError) as caught:
        ask()
    assert caught.value.name == name
    assert caught.value.condition
    assert caught.value.remedy


def _branching(T=100, lam=1):
    m = ridge(rows(T) @ w0, lam)  # noqa: F821
    return {"risk": risk(m if risk(m) > 1 else w0)}  # noqa: F821


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rp.gradient(_GCV, 3),
        lambda: rp.gradient(_GCV, "lam", digits="many"),
        lambda: rp.gradient(_GCV, "sigma", lam=0, T=30),  # nothing is left of it: 0/0
    ],
)
def test_no_slope_is_nan(ask):
    """A typed error, and no NaN."""
    with pytest.raises(RidgeproofError):
        ask()


def test_arrays_are_profiles():
    """Eigenvalues with w0, and the covariance matrix of the same rows turned anyhow."""
    s, w0 = np.array([2.0, 1.0, 1.0, 0.5]), np.array([1.0, 0.0, 2.0, 1.0])
    turn = np.linalg.qr(np.random.default_rng(3).standard_normal((4, 4)))[0]
    given = {"T": 10, "sigma": 1, "lam": 0.1}
    plain = rp.evaluate(**given, spectrum=s, signal=w0)
    matrix = rp.evaluate(**given, spectrum=turn @ np.diag(s) @ turn.T, signal=turn @ w0)
    assert float(matrix.value) == pytest.approx(float(plain.value), rel=1e-9)
    by_text = rp.evaluate(**given, d=4, spectrum="levels:2*1,1*2,0.5*1", signal="energies:2,4,1/2")
    assert float(plain.value) == float(by_text.value)
    process = rp.evaluate(_GCV, spectrum=s, signal=w0, T=10, sigma=1, lam=0.1).values[
        "fresh_labels"
    ]
    assert float(process) == pytest.approx(float(plain.value) + 1, rel=1e-10)
    drawn = rp.evaluate(d=3, T=10, lam=0.1, spectrum="power-law:1", signal=[1.0, 0.0, 0.0])
    assert float(drawn.value) > 0


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"T": [30, 40], "lam": [0.1, 0.2, 0.3]}, "do not broadcast"),
        ({"lam": np.array([0.1, None])}, "lam"),
        ({"lam": [0.1, np.nan]}, "lam"),
        ({"lam": [1j, 0.1]}, "lam"),
        ({"lam": ["one", "two"]}, "lam"),
        ({"T": [[30], [40, 50]]}, "T"),
        ({"T": []}, "is empty"),
        ({"T": [30, 40], "certified": True}, "certified"),
        ({"spectrum": [1.0, -1.0]}, "positive"),
        ({"spectrum": np.ones((2, 3))}, "shape"),
        ({"spectrum": [[1.0, 2.0], [0.0, 1.0]]}, "symmetric"),
        ({"spectrum": ["a", "b"]}, "spectrum"),
        ({"spectrum": np.ones(5)}, "d = 20"),
        ({"signal": np.ones(5)}, "signal"),
        ({"shape": 3}, "shape"),
    ],
)
def test_bad_arrays_are_refused(change, named):
    """Each by one error with its name."""
    with pytest.raises(InputError) as error:
        rp.evaluate(**{**_SPACE, "T": 40, **change})
    assert named in str(error.value)


def test_a_table_where_an_array_is_meant():
    """A DataFrame is refused, a column of it is an array."""
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"lam": [0.1, 0.2], "other": [1.0, 2.0]})
    with pytest.raises(InputError, match="is a table"):
        rp.evaluate(d=20, T=40, lam=frame)
    assert rp.evaluate(d=20, T=40, lam=frame["lam"]).value.shape == (2,)


def test_claims_exponents_and_theorems():
    """Files, texts and ids are understood."""
    path = "examples/conjectures/ridgeless_is_linear.toml"
    assert rp.check(path).verdict == "proved"
    assert rp.check(Path(path).read_text(encoding="utf-8")).verdict == "proved"
    assert str(rp.exponents(beta=1.5, r="2/5", c=0.3).rate) == "-9/55"
    assert rp.formulas("T2").id == "ridge"
    assert rp.derive("ridge").result
    assert str(rp.derive("ridgeless", n=0).result) == "d*sigma**2/(T - d - 1)"


@pytest.mark.parametrize(
    ("result", "command"),
    [
        (lambda: rp.evaluate(d=20, T=40, sigma=1), "evaluate --d 20 --T 40 --sigma 1"),
        (lambda: rp.optimum(d=20, T=40, sigma=1), "optimum --d 20 --T 40 --sigma 1"),
        (
            lambda: rp.simulate(d=20, T=40, sigma=1, repetitions=50),
            "simulate --d 20 --T 40 --sigma 1 --repetitions 50",
        ),
    ],
)
def test_results_show_themselves(result, command):
    """print() is the text of the command line, to_dict its JSON; a table in notebooks."""
    found = result()
    name, *arguments = command.split()
    command = cli.cli.get_command(None, name)
    run = CliRunner().invoke(command, arguments)
    assert str(found) == run.output.rstrip("\n")
    data = json.loads(
        CliRunner().invoke(cli.cli.get_command(None, name), [*arguments, "--json"]).stdout
    )
    assert {**data, **json.loads(json.dumps(found.to_dict()))} == data
    assert found._repr_html_().count("<tr>") == len(found.rows()) == str(found).count("\n") + 1
    assert found._repr_markdown_().startswith("| | |")


_NOISELESS = {"d": 9, "T": 30}


@pytest.mark.parametrize(
    "ask",
    [
        lambda: rp.formulas("ridge"),
        lambda: rp.formulas("isotropic-overparametrized"),
        lambda: rp.derive("ridgeless", n=2),
        lambda: rp.derive(_GCV),
        lambda: rp.process(Path(_GCV)),
        lambda: rp.make_setting(d=9, T=20, sigma=0.5),
        lambda: rp.evaluate(d=9, T=20, sigma=0.5),
        lambda: rp.evaluate(d=9, T=[20, 30], sigma=0.5, digits=20),
        lambda: rp.evaluate(_GCV),
        lambda: rp.optimum(d=9, T=20, sigma=0.5),
        lambda: rp.optimum(_GCV, over="lam", ask="gcv"),
        lambda: rp.simulate(**_NOISELESS),
        lambda: rp.simulate(_GCV, repetitions=4),
        lambda: rp.exponents(beta="3/2", r="2/5"),
        lambda: rp.exponents(beta="3/2", r="2/5", c=1),
        lambda: rp.exponents(_GCV, scale="lam = T^-ell", beta="3/2", ask="gcv"),
        lambda: rp.check(_CLAIM),
        lambda: rp.data.predict(np.eye(10), np.arange(10.0), T=5, lam=[0.1, 1]),
    ],
)
def test_every_result_is_for_the_eye_and_for_json(ask):
    """Text, a page, Markdown and LaTeX without a default repr in them; equal to its like."""
    found = ask()
    shown = [str(found), found._repr_html_(), found._repr_markdown_(), found._repr_latex_()]
    assert all(shown)
    assert not any(" at 0x" in text or "<bound method" in text for text in shown)
    assert json.loads(json.dumps(found.to_dict()))
    if not isinstance(found, dict):
        again = ask()
        assert (found == again, hash(found)) == (True, hash(again))
    assert found != rp.evaluate(d=8, T=20)
    if hasattr(found, "__float__") and np.ndim(getattr(found, "value", 0)) == 0:
        several = getattr(found, "values", getattr(found, "asks", "1"))
        assert len(several) > 1 or f"{found:.3g}" == f"{float(found):.3g}"


def test_pages_hold_formulas_and_graphs():
    """Formulas as MathML with words for those who listen; a process as a graph with a title."""
    page = rp.formulas("ridge")._repr_html_()
    assert page.count("<math aria-label=") == 3
    assert "$" not in re.sub("aria-label=.[^>]*", "", page)
    process = rp.process(Path(_GCV))
    graph = ET.fromstring(process._repr_html_())[0]  # noqa: S314
    assert (graph[0].tag[-5:], graph[0].text) == ("title", process.title)
    texts = [each.text for each in graph.iter() if each.tag.endswith("text")]
    names = ["w0", *(step.name for step in process.steps), *(name for name, _ in process.asks)]
    assert [text.split(" = ")[0].split(":")[0] for text in texts] == names
    # w0 and A in y; y in m; m in fresh_labels; y, A and m in the three others.
    assert sum(each.tag.endswith("path") for each in graph) == 2 + 1 + 1 + 3 * 3


def test_an_error_that_is_zero_stops_its_simulation():
    """Its relative error is never met: what is left of 0 is rounding, and that is said."""
    found = rp.simulate(**_NOISELESS)
    assert (found.repetitions, found.theory, found.z) == (64, 0, 0)
    assert "what float64 leaves of 0" in str(found)
    asks = rp.simulate(_GCV, sigma=0, lam=0, T=400)
    assert asks.repetitions == 64


def test_a_value_is_a_number():
    """float() and format() take the value."""
    value = rp.evaluate(d=10, T=40, sigma=1)
    assert float(value) == pytest.approx(1 / 3)
    assert f"{value:.4f}" == "0.3333"
    assert f"{value}" == str(value)


@pytest.mark.parametrize(
    ("ask", "setting"),
    [
        (lambda: rp.exponents(beta="3/2", r=0.4, ell=1), {"beta": "3/2", "r": "2/5", "ell": "1"}),
        (lambda: rp.optimum(d=9, T=20, sigma=0.5), {"d": "9", "T": "20", "sigma": "1/2"}),
        (lambda: rp.simulate(d=9, T=20, lam=0.1, repetitions=4), {"d": "9", "lam": "1/10"}),
        (lambda: rp.evaluate(_GCV, sigma=0.25), {"sigma": "1/4"}),
        (lambda: rp.check(_CLAIM), {"kind": "exact", "lam": "0", "n": "{0, …, 6}"}),
        (lambda: rp.simulate(_GCV, sigma=0.25, repetitions=4), {"sigma": "1/4"}),
    ],
)
def test_every_answer_says_what_was_asked(ask, setting):
    """Under one key, as exact texts; as plain JSON; and in a notebook as a table."""
    found = ask()
    stated = json.loads(json.dumps(found.to_dict()))["setting"]
    assert setting.items() <= stated.items()
    assert all(isinstance(text, str) for text in stated.values())
    assert found._repr_html_().startswith("<table>")


def test_a_derived_formula_is_a_function():
    """Of a theorem and of a process: what evaluate says, to ten digits; a title is not run."""
    import sympy

    from ridgeproof.theory import symbols as sy
    from ridgeproof.theory.catalogue import find
    from ridgeproof.theory.definitions import defined

    s, w0 = np.arange(1, 11.0) ** -1.5, np.full(10, 10**-0.5)
    given = {"T": 20, "T0": 40, "lam": 0.1, "n": 1, "sigma": 0.5, "sigma0": 0.2}
    truth = rp.evaluate(d=10, spectrum="power-law:3/2", form="exact", **given)
    answer = rp.function("ridge")(s, w0, **given)
    assert answer["test_error"] == pytest.approx(float(truth), rel=1e-10)
    steps = "A = rows(T)\\nm = ridge(A@w0 + sigma*noise(A), lam)"
    title = "'x" + 3 * chr(34) + " + str(1/0) + " + 3 * chr(34) + "'"
    text = f'[process]\ntitle = {title}\nsteps = "{steps}"\n[ask]\nrisk = "risk(m)"\n'
    risk = rp.function(text)(s, w0, T=20, lam=0.1, sigma=0.5)["risk"]
    space = {"d": 10, "spectrum": "power-law:3/2", "T": 20, "lam": 0.1, "sigma": 0.5}
    assert risk == pytest.approx(float(rp.evaluate(text, **space).values["risk"].item()), rel=1e-10)
    with pytest.raises(InputError, match="torch"):
        rp.function("ridge", backend="torch")
    bias = defined(find("ridge").expression("bias"))
    called = sympy.lambdify([sy.s, sy.w0, sy.kappa, sy.T], bias)(s, w0, 0.3, 20)
    gamma = ((s / (s + 0.3)) ** 2).sum() / 20
    assert called == pytest.approx((0.09 * s * w0**2 / (s + 0.3) ** 2).sum() / (1 - gamma))
