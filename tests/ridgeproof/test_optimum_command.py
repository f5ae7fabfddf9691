"""The command `optimum`: its JSON contract, its human output, its refusals."""

from __future__ import annotations

import json
import re
import sys

import pytest
from click.testing import CliRunner

from ridgeproof.cli import main
from ridgeproof.commands.optimum import command

REFERENCE = ("--d=200", "--T=400", "--T0=500", "--n=5", "--sigma=1/2", "--sigma0=1/2")
KEYS = {"setting", "lam", "value", "classical_lam", "value_at_classical", "closed_form"}


def run(*arguments):
    """The command's stdout; its own errors surface as exceptions."""
    return CliRunner().invoke(command, arguments, catch_exceptions=False).stdout


def test_json_contract():
    """Exactly the contract's keys; decimal strings; a Boolean."""
    found = json.loads(run(*REFERENCE, "--json"))
    assert set(found) == KEYS
    assert found["lam"] == "0.787521482995822"
    assert found["classical_lam"] == "0.125"
    assert found["closed_form"] is True
    assert float(found["value"]) < float(found["value_at_classical"])


def test_digits_are_significant_digits():
    """--digits 40 gives 40 digits that begin with the 15 of the default."""
    found = json.loads(run(*REFERENCE, "--digits", "40", "--json"))["lam"]
    assert found.startswith("0.78752148299582")
    assert len(found) == len("0.") + 40


def test_ends_are_words():
    """lam = 0 prints as 0, lam = infinity as inf, in JSON too."""
    clean = json.loads(run("--d", "30", "--T", "60", "--json"))
    assert (clean["lam"], clean["value"]) == ("0", "0")
    silent = json.loads(run("--d", "30", "--T", "60", "--signal", "energies:0", "--json"))
    assert (silent["lam"], silent["value"]) == ("inf", "0")


def test_exact_form_differs():
    """--form exact has T0 - d - 1 where the limit has T0 - d."""
    limit, exact = (
        json.loads(run(*REFERENCE, "--form", form, "--json")) for form in ("limit", "exact")
    )
    assert float(exact["lam"]) > float(limit["lam"])
    assert exact["classical_lam"] == limit["classical_lam"]


def test_human_output_names_everything():
    """Aligned lines with both penalties, both errors, and the method."""
    text = run(*REFERENCE)
    starts = {re.match(r"\S+( \S+)* {2,}", line).end() for line in text.splitlines()}
    assert len(starts) == 1
    for word in ("optimal lam", "classical lam", "0.125", "closed form", "limit form"):
        assert word in text


def test_other_stationary_points_are_shown():
    """Where there are two local minima the human output shows the maximum and the other one."""
    sizes = ("--d=60", "--T=66", "--T0=200", "--n=30", "--sigma=0.1732", "--sigma0=0.1")
    text = run(*sizes, "--spectrum=levels:1*50,0.01*10", "--signal=energies:.2,.8")
    assert text.count("local minimum") == 1
    assert text.count("local maximum") == 1


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ("--d 30 --T 60 --lam 1", "--lam"),
        ("--d 30", "T"),
        ("--d 30 --T 60 --digits 0", "--digits"),
        ("--d 30 --T 60 --digits nan", "--digits"),
        ("--d 30 --T 60 --sigma -1", "sigma"),
        ("--d 30 --T 60 --sigma inf", "sigma"),
        ("--d 30 --T 60 --n 1 --sigma0 1", "T0"),
        ("--d 30 --T 60 --n 1 --sigma0 1 --T0 31", "T0"),
        ("--d 30 --T 60 --spectrum nonsense", "nonsense"),
        ("--d 30 --T 60 --n 3 --T0 40 --sigma0 1 --lam0 1 --design shared", "shared"),
    ],
)
def test_bad_input(arguments, named, monkeypatch, capsys):
    """Exit 2, nothing on stdout, one message that names the culprit, no traceback."""
    monkeypatch.setattr(sys, "argv", ["ridgeproof", "optimum", *arguments.split(), "--json"])
    with pytest.raises(SystemExit) as ended:
        main()
    printed = capsys.readouterr()
    assert (ended.value.code, printed.out) == (2, "")
    assert named in printed.err
    assert "Traceback" not in printed.err
