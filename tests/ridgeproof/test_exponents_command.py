"""The command `exponents`: its JSON contract, its human output, its refusals."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from click.testing import CliRunner

import ridgeproof
from ridgeproof.commands.exponents import command
from ridgeproof.theory.errors import InputError


def run(*arguments):
    """The command's stdout; its own errors surface as exceptions."""
    return CliRunner().invoke(command, arguments, catch_exceptions=False).stdout


def answer(*arguments):
    """The JSON object."""
    found = json.loads(run(*arguments, "--json"))
    found.pop("setting", None)
    return found


KEYS = {"ell", "rate", "classical_ell", "rate_at_classical", "regime"}


def test_exact_rationals():
    """The worked example as p/q strings under exactly the contract's keys."""
    assert answer("--beta", "3/2", "--r", "2/5", "--c", "3/5") == {
        "ell": "9/22",
        "rate": "-18/55",
        "classical_ell": "15/22",
        "rate_at_classical": "-8/55",
        "regime": "classical-slower",
    }


def test_decimals_are_exact():
    """0.4 is 2/5."""
    decimal = answer("--beta", "1.5", "--r", "0.4", "--c", "0.6")
    assert decimal == answer("--beta", "3/2", "--r", "2/5", "--c", "3/5")


def test_a_given_ell_adds_its_rate():
    """At the classical ell the added rate is the classical one."""
    found = answer("--beta", "3/2", "--r", "2/5", "--c", "3/5", "--ell", "15/22")
    assert set(found) == KEYS | {"rate_at_ell"}
    assert found["rate_at_ell"] == found["rate_at_classical"] == "-8/55"


@pytest.mark.parametrize(
    ("arguments", "rate", "rate_at_classical"),
    [
        (("--c", "1/10"), "-2/25", "0"),
        (("--c", "1/10", "--clean"), "-9/10", "-4/5"),
        (("--c", "1/10", "--noise-free"), "-inf", "-4/5"),
        (("--c", "3"), "-4/5", "-4/5"),
        (("--c", "3", "--noise-free"), "-4", "-4/5"),
    ],
)
def test_every_scenario(arguments, rate, rate_at_classical):
    """The plateau is 0, the parametric rate needs clean data, interpolation is -inf."""
    found = answer("--beta", "2", "--r", "1", *arguments)
    assert (found["rate"], found["rate_at_classical"]) == (rate, rate_at_classical)


def test_symbolic_json():
    """With nothing given every value is an expression in beta, r and c."""
    found = answer()
    assert set(found) == KEYS
    assert found["rate"] == (
        "Piecewise((-2*beta*c*Min(1, r)/(2*beta*Min(1, r) + 1), c <= 1), "
        "(-2*beta*Min(1, r)/(2*beta*Min(1, r) + 1), True))"
    )
    assert found["rate_at_classical"].startswith("Piecewise((0, c <= 1/(2*beta*Min(1, r) + 1)), ")


def test_partly_symbolic_json():
    """With beta and r the formulas are in c alone."""
    found = answer("--beta", "3/2", "--r", "2/5", "--ell", "1")
    assert found["ell"] == "Piecewise((15*c/22, c <= 1), (15/22, True))"
    assert "beta" not in found["rate_at_ell"]


def test_human_output():
    """Aligned rationals, or Unicode formulas, and the regime explained."""
    exact = run("--beta", "3/2", "--r", "2/5", "--c", "3/5")
    assert "9/22" in exact
    assert "classical-slower: the T0 rows limit the rate" in exact
    symbolic = run()
    assert "2⋅β⋅Min(1, r) + 1" in symbolic
    assert "classical-plateaus" in symbolic
    assert "\x1b" not in exact + symbolic


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (("--beta", "1"), "--beta"),
        (("--beta", "x"), "--beta"),
        (("--beta", "nan"), "--beta"),
        (("--beta", "3/0"), "--beta"),
        (("--beta", "__import__('os')"), "--beta"),
        (("--r", "0"), "--r"),
        (("--r", "-1/2"), "--r"),
        (("--c", "0"), "--c"),
        (("--c", "inf"), "--c"),
        (("--ell", "-1"), "--ell"),
        (("--clean", "--noise-free"), "--clean --noise-free"),
    ],
)
def test_bad_input(arguments, name):
    """An InputError that names the option, and nothing on stdout."""
    result = CliRunner().invoke(command, [*arguments, "--json"])
    assert isinstance(result.exception, InputError)
    # The command line puts the dashes before a name; that is tested with the whole of it.
    assert result.exception.name == (name if " " in name else name.removeprefix("--"))
    assert result.stdout == ""


@pytest.fixture
def file(tmp_path):
    """A process of one ridge."""
    path = tmp_path / "one.toml"
    steps = "A = rows(T)\\nm = ridge(A@w0 + sigma*noise(A), lam)"
    path.write_text(
        f'[process]\nsteps = "{steps}"\n[process.parameters]\nsigma = 1\n[ask]\nrisk = "risk(m)"\n'
    )
    return str(path)


def test_the_asks_of_a_process(file):
    """The contract's keys for each ask, and the same exponents as of clean data."""
    space = ("--beta", "3/2", "--r", "2/5", "--ell", "1/2")
    found = answer(file, "--scale", "lam = T^-ell", *space)["asks"]["risk"]
    assert set(found) == KEYS | {"logs", "measured", "reason", "rate_at_ell"}
    clean = answer("--clean", "--c", "3", *space)
    assert {key: found[key] for key in ("ell", "rate", "classical_ell", "rate_at_ell")} == {
        key: clean[key] for key in ("ell", "rate", "classical_ell", "rate_at_ell")
    }
    assert (found["measured"], found["regime"]) == (False, "balanced")
    assert "T^-(beta/(2*beta*Min(1, r) + 1))" in run(file, "--scale", "lam = T^-ell")


@pytest.fixture
def two(tmp_path):
    """A process of two ridges on the same truth."""
    path = tmp_path / "two.toml"
    path.write_text("""
[process]
steps = "A = rows(T0)\\nw = ridge(A@w0 + noise(A), lam0)\\ny = rows(T)@w0\\nm = ridge(y, lam)"
[process.parameters]
T = 30
T0 = 20
lam = 1
lam0 = 1
spectrum = "power-law:3/2"
signal = "source:2/5"
[ask]
w = "risk(w)"
m = "risk(m)"
""")
    return str(path)


def test_powers_are_of_the_base(file, two):
    """Not of T; the classical penalty is T0^-(15/22), on T0 = T^2 rows T^-(15/11)."""
    space = ("--beta", "3/2", "--r", "2/5")
    found = run(file, "--scale", "T = d^2, lam = d^-1", *space)
    assert "d^(" in found
    assert "T^" not in found
    scale = ("--ask", "w", "--scale", "T0 = T^2, lam0 = T^-ell")
    found = json.loads(run(two, *scale, "--json"))
    assert (found["base"], found["asks"]["w"]["classical_ell"]) == ("T", "15/11")
    shown = run(two, *scale)
    assert "best lam0  T^-(15/11)" in shown
    assert "T^(-12/11) at lam0 = T^-(15/11)" in shown
    assert str(ridgeproof.exponents(two, ask="w", scale=scale[-1])) == shown.rstrip("\n")
    other = run(two, "--ask", "w", "--scale", "T = T0^2, lam0 = T0^-ell")
    assert "T0^(-6/11) at lam0 = T0^-(15/22)" in other
    # How T0 grows is not said: there is no classical penalty.
    unknown = json.loads(run(two, "--ask", "w", "--scale", "lam0 = T^-ell", "--json"))
    assert unknown["asks"]["w"]["classical_ell"] is None


def test_slopes_are_measured_where_sizes_are_allowed(tmp_path):
    """T0 = 2 T is at most 10^12; an ask without a slope leaves the others."""
    path = tmp_path / "train.toml"
    steps = "A = rows(T0)\\ny = A@w0 + noise(A)\\nm = ridge(y, lam)\\nw = ridge(rows(T)@w0, 1)"
    asks = '[ask]\nrisk = "risk(m) + risk(w)"\ntrain = "mean_square(y - A@m)"\n'
    path.write_text(f'[process]\nsteps = "{steps}"\n{asks}')
    given = (str(path), "--beta", "3/2", "--r", "2/5")
    found = run(*given, "--scale", "lam = T^-2, T0 = 2*T")
    assert "risk" in found
    assert "measured at T = 10^11.7" in found
    found = run(*given, "--scale", "lam = T^-2, T0 = 20000000000*T")
    assert "neither derived nor measured" in found
    assert "risk" in found


def test_a_penalty_that_is_best_constant(file):
    """A constant penalty is best where noise outgrows the signal; nothing falls before ell = 0."""
    found = run(file, "--beta", "3/2", "--r", "2/5", "--scale", "lam = T^-ell, sigma = T^2")
    assert "regime     constant" in found
    assert "balanced" not in found


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((), "scale"),
        (("--scale", "lam = T^-ell", "--clean"), "clean"),
        (("--scale", "lam = T^-2", "--ell", "1"), "ell"),
        (("--scale", "lam = T^-ell", "--beta", "1"), "beta"),
        (("--scale", "lam = T^-ell", "--set", "tau=1"), "parameter"),
        (("--scale", "lam = T^-ell", "--ask", "gain"), "ask"),
    ],
)
def test_bad_input_beside_a_process(file, arguments, name):
    """An InputError that names what is wrong."""
    result = CliRunner().invoke(command, [file, *arguments])
    assert isinstance(result.exception, InputError)
    assert result.exception.name == name


def test_the_module_imports_nothing_heavy():
    """Help must be quick: importing the command loads neither SymPy nor the theory."""
    code = (
        "import sys, ridgeproof.commands.exponents; "
        "print(sorted({'sympy', 'numpy', 'ridgeproof.theory.scaling'} & set(sys.modules)))"
    )
    output = subprocess.run(  # noqa: S603  (our own interpreter, a fixed string)
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert output.stdout.strip() == "[]"
