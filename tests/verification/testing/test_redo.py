"""The lines of a counterexample run as printed, and give what was observed."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from ridgeproof.cli import cli
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.declared import load_declared
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.verdict import Outcome

BANK = Path(__file__).parents[2] / "bank"


def shell(line):
    """The outputs of the commands of a line, each run to success."""
    outputs = []
    for command in line.split(" && "):
        program, *arguments = shlex.split(command)
        assert program == "ridgeproof"
        result = CliRunner().invoke(cli, [*arguments, "--json"], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        outputs.append(json.loads(result.stdout))
    return outputs


def printed(snippet):
    """What a line of Python prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(snippet, {})  # noqa: S102
    return out.getvalue()


def number(text):
    """The first number of a text, or an estimate's mean."""
    return float(re.search(r"(?:mean=)?(-?\d+\.?\d*(?:e[-+]?\d+)?)", text)[1])


def example_of(name):
    """The counterexample to a false conjecture of the bank."""
    verdict = check(read_conjecture(BANK / f"{name}.toml"))
    assert verdict.verdict is Outcome.REFUTED
    return verdict.counterexample


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit_denominator", lambda one: one["terms"]["variance"]),  # an exact theorem
        ("dropped_inflation", lambda one: one["terms"]["variance"]),  # a limit
        ("more_ridge_always_hurts", lambda a, b: float(b["value"]) - float(a["value"])),
        ("classical_ridge_on_fake_data", lambda one: one["lam"]),
    ],
)
def test_a_derived_value_is_reproduced(name, value):
    """Command and snippet both give the observed number."""
    example = example_of(name)
    observed = pytest.approx(float(example.observed), rel=1e-9)
    assert float(value(*shell(example.command))) == observed
    assert number(printed(example.python)) == observed


def test_a_slope_is_reproduced():
    """The two ends of the last octave, and the slope between them."""
    example = example_of("naive_divergence")
    assert len(shell(example.command)) == 2
    assert number(printed(example.python)) == pytest.approx(float(example.observed), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("finite_size_variance_of_a_filter", lambda one: one["mean"]),
        ("shared_ridge_chain_keeps_the_signal", lambda one: one["mean"]),
    ],
)
def test_a_simulated_value_is_reproduced(name, value):
    """The same estimator and effort: within six standard errors of the difference."""
    example = example_of(name)
    near = pytest.approx(float(example.observed), abs=8.5 * example.standard_error)
    assert float(value(*shell(example.command))) == near
    assert number(printed(example.python)) == near


# Rows on which ridge has no theorem.
ELLIPTICAL = '\nfeatures = ["elliptical:1/2*1/2,3/2*1/2"]'


@pytest.mark.slow
def test_a_richardson_pair_is_reproduced():
    """A limit without a theorem: 2 x(2) - x(1) from the two sizes."""
    text = (BANK / "shared_ridge_chain_keeps_the_signal.toml").read_text(encoding="utf-8")
    claim = read_conjecture(text.replace('"exact"', '"limit"') + ELLIPTICAL)
    example = check(claim, budget=2048).counterexample
    assert "Richardson" in example.method
    small, large = shell(example.command)
    near = pytest.approx(float(example.observed), abs=8.5 * example.standard_error)
    assert 2 * large["mean"] - small["mean"] == near
    assert number(printed(example.python)) == near


def claim(formula, relation, domain, *, quantity="test_error", kind="exact"):
    """A conjecture as text."""
    head = f'quantity="{quantity}"\nrelation="{relation}"\nkind="{kind}"\nformula="{formula}"'
    return read_conjecture(f"[conjecture]\n{head}\n[domain]\n{domain}\n")


WEAK = """lam=[0.05, 1.0]
d=10
T={integers=[20, 40]}
n=0
spectrum="levels:1*8,0.01*2"
signal="energies:0.01,0.99"
"""


def test_a_simulated_change_is_one_simulation():
    """On common random numbers: its sign shows in both lines, and they agree to the digit."""
    example = check(claim("lam", "increases-in", WEAK, quantity="bias")).counterexample
    (change,) = shell(example.command)
    assert " --minus lam=" in example.command
    assert change["mean"] == number(printed(example.python)) < -4 * change["standard_error"]
    assert change["mean"] == pytest.approx(
        float(example.observed), abs=8.5 * example.standard_error
    )


@pytest.mark.slow
def test_a_change_in_the_limit_is_a_pair_of_simulations():
    """2 x(2) - x(1) of the change."""
    domain = "design='shared'\nlam=0.1\nd=8\nT=24\nT0=16\nn={integers=[2, 5]}\nlam0=1"
    conjecture = claim("n", "decreases-in", domain + ELLIPTICAL, quantity="bias", kind="limit")
    example = check(conjecture, budget=4096).counterexample
    small, large = shell(example.command)
    near = pytest.approx(float(example.observed), abs=8.5 * example.standard_error)
    assert 2 * large["mean"] - small["mean"] == near
    assert number(printed(example.python)) == 2 * large["mean"] - small["mean"]


def test_an_optimum_is_reproduced_by_the_errors_on_either_side():
    """E at the claimed penalty less E at a better one: positive."""
    domain = "d=8\nT=16\nn=0\nsigma=[0.8, 1.0]\nspectrum='power-law:1.5'"
    example = check(claim("2*sigma^2*phi", "equals", domain, quantity="optimal_lam")).counterexample
    (higher,) = shell(example.command)
    assert higher["mean"] > 4 * higher["standard_error"]
    assert number(printed(example.python)) == higher["mean"]


def test_draws_of_a_known_law_are_drawn_from_it_again():
    """By their own method and in their own number, of which there are many."""
    setting = make_setting(d=20, T=60, T0=50, n=2, sigma=1, sigma0=1, spectrum="power-law:1.5")
    bench = Judge("test", alpha=1e-3, tolerance=1e-4, budget=60_000)
    with pytest.raises(Refutation) as caught:
        bench.mean(setting, 1.002 * (20 / 39 + 2 * 20 / 29))
    example = caught.value.counterexample
    assert example.repetitions > 100_000
    (again,) = shell(example.command)
    assert (again["method"], again["repetitions"]) == ("exact-law", example.repetitions)
    assert again["mean"] == number(printed(example.python))
    assert again["mean"] == pytest.approx(float(example.observed), abs=8.5 * example.standard_error)


USER = """
from ridgeproof import conjecture

def draws(setting, rng):
    return setting.d / rng.chisquare(12, 64)

@conjecture(domain={"d": {"integers": [3, 9]}, "T": "d + 11", "n": 0, "sigma": 1}, simulator=draws)
def claimed(setting):
    return 1.4 * setting.d / 10
"""


def test_a_user_s_simulator_is_run_again(tmp_path):
    """The command checks the file again; the snippet runs its simulator at the counterexample."""
    path = tmp_path / "my process.py"
    path.write_text(USER, encoding="utf-8")
    example = check(load_declared(path)).counterexample
    near = pytest.approx(float(example.observed), abs=8.5 * example.standard_error)
    assert number(printed(example.python)) == near
    again = CliRunner().invoke(cli, shlex.split(example.command)[1:])
    assert again.exit_code == 1
    assert example.python in again.output
    assert example.command in again.output


def test_the_advised_budget_decides(tmp_path):
    """What an undecided verdict asks for, in the command's own option, is enough."""
    path = tmp_path / "true.py"
    path.write_text(USER.replace("1.4 * ", ""), encoding="utf-8")
    claim = load_declared(path)
    short = check(claim, budget=4000, tolerance=0.05)
    assert short.verdict is Outcome.UNDECIDED
    *points, advice = short.evidence["missing"]
    assert points
    assert all("repetitions would decide it" in point for point in points)
    budget = int(re.fullmatch(r"--budget (\d+) would decide these points", advice)[1])
    assert check(claim, budget=budget, tolerance=0.05).verdict is Outcome.CONSISTENT
