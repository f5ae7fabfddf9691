"""One table of bad input, through the real entry point: status, empty stdout, one message."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time

import numpy as np
import pytest

from ridgeproof import cli
from ridgeproof.theory.errors import MISSING, InputError

FINITE = "--d 10 --T 20 --sigma 1"
CHAIN = "--d 10 --T 20 --T0 30 --n 2 --sigma 1 --sigma0 1"
# Refusing is cheap: a refusal slower than this was computing something.
PATIENCE = 10.0

SETTINGS = [
    # every infinite expectation of the process
    *(
        (
            f"--d 10 --T 20 --T0 {T0} --n 1 --sigma0 1 --lam {lam}",
            f"--T0 = {T0}",
            "infinite expected",
        )
        for T0 in (9, 10, 11)
        for lam in (0, 0.5)
    ),
    *((f"--d 10 --T {T} --sigma 1", f"--T = {T}", "infinite expected") for T in (9, 10, 11)),
    ("--d 10 --T 10 --T0 30 --n 2 --sigma 1 --sigma0 1", "--T = 10", "infinite expected"),
    ("--d 10 --T 20 --T0 10 --n 3 --sigma0 1 --design shared", "--T0 = 10", "infinite expected"),
    # sizes
    ("--T 20", "--d is missing", "Give --d"),
    ("--d 10", "--T is missing", "Give --T"),
    ("--d 0 --T 20", "--d = 0", "at least 1"),
    ("--d -5 --T 20", "--d = -5", "at least 1"),
    ("--d 2.5 --T 20", "--d = 2.5", "whole number"),
    ("--d １０ --T 20", "--d = １０", "not a finite number"),
    ("--d 10 --T 20 --d 30", "--d = given 2 times", "ive it once"),
    ("--d ten --T 20", "--d = ten", "not a finite number"),
    ("--d 10 --T 1e30", "--T = 1e30", "at most"),
    ("--d 10 --T nan", "--T = nan", "not a finite number"),
    ("--d 10 --T inf", "--T = inf", "not a finite number"),
    ("--d 10 --T 20 --T0 0", "--T0 = 0", "at least 1"),
    ("--d 10 --T 20 --n 1", "--T0 is missing", "needs its sample size"),
    ("--d 10 --T 20 --n -1", "--n = -1", "at least 0"),
    ("--d 10 --T 20 --T0 30 --n 1/2", "--n = 1/2", "whole number"),
    # noise and ridge
    ("--d 10 --T 20 --sigma -1", "--sigma = -1", "at least 0"),
    ("--d 10 --T 20 --sigma nan", "--sigma = nan", "not a finite number"),
    ("--d 10 --T 20 --sigma inf", "--sigma = inf", "not a finite number"),
    ("--d 10 --T 20 --sigma 1e999999999", "--sigma = 1e999999999", "exponent"),
    ("--d 10 --T 20 --sigma 9**9**9", "--sigma = 9**9**9", "not a finite number"),
    ("--d 10 --T 20 --lam -0.1", "--lam = -0.1", "at least 0"),
    ("--d 10 --T 20 --lam 1/0", "--lam = 1/0", "divides by zero"),
    ("--d 10 --T 20 --lam __import__('os')", "--lam", "not a finite number"),
    ("--d 10 --T 20 --lam0 -1", "--lam0 = -1", "at least 0"),
    # spectra, signals, designs
    ("--d 10 --T 20 --spectrum powerlaw:2", "--spectrum = powerlaw:2", "id you mean power-law?"),
    ("--d 10 --T 20 --spectrum power-law:-1", "power-law:BETA = -1", "greater than 0"),
    ("--d 10 --T 20 --spectrum ar1:1", "ar1:RHO = 1", "less than 1"),
    ("--d 10 --T 20 --spectrum spiked:2*10,1", "spectrum", "10 spikes for d = 10"),
    ("--d 10 --T 20 --spectrum levels:2*3", "spectrum", "3 eigenvalues for d = 10"),
    ("--d 10 --T 20 --signal loud", "signal = loud", "is not a signal"),
    ("--d 10 --T 20 --signal source:1", "signal = source:1", "needs a power-law"),
    ("--d 10 --T 20 --design both", "--design = both", "not a design"),
    ("--d 10 --T 20 --copies 3", "--copies = 3", "must divide"),
    ("--d inf --T 20", "--d = inf", "does not go with"),
    ("--d 1 --T 20 --spectrum spiked:2*1,1", "--spectrum", "has 1 spike for d = 1"),
    # remedies that can be, in terms of what was given
    ("--d 2 --T 1 --sigma 1", "--T = 1", "Take T >= 4, or lam > 0, or sigma = 0"),
    (
        "--d 9 --T 9 --sigma-real 1 --synthetic-fraction 0",
        "--T = 9",
        "or lam > 0, or sigma_real = 0",
    ),
    ("--d 12 --T 40 --T0 4 --n 5 --sigma0 1 --chain accumulate", "--T0 = 4", "its 12 rows"),
    ("--d 9 --T 40 --T0 30,9 --n 2 --sigma0 1", "--T0 = 30,9", "gives generator 2 its 9 rows"),
    ("--d 9 --T 40 --T0 9 --n 1 --sigma 1 --chain weighted:1/2", "--T0 = 9", "or sigma = 0"),
    # variations of the process
    ("--d 10 --T 20 --chain pile", "--chain", "is not a chain"),
    ("--d 10 --T 20 --chain weighted:3/2", "chain weighted:W", "must be at most 1"),
    ("--d 10 --T 20 --chain weighted:1,1/2", "--chain", "has 2 weights for n = 0"),
    ("--d 10 --T 20 --n 2 --T0 30,40,50", "--T0", "has 3 numbers for n = 2"),
    ("--d 10 --T 20 --n 2 --T0 30,40 --design shared", "--design", "T0 changes"),
    ("--d 10 --T 20 --synthetic-fraction 1/3", "--synthetic-fraction", "no whole number"),
    ("--d 10 --T 20 --synthetic-fraction 2", "--synthetic-fraction", "at most 1"),
    ("--d 10 --T 20 --sigma-real -1", "--sigma-real", "must be at least 0"),
    ("--d 10 --T 20 --width 0", "--width", "must be at least 1"),
    ("--d 30 --T 20 --width 20", "--T", "infinite"),
    ("--d 10 --T 20 --features cauchy", "--features", "is not a law of features"),
    ("--d 10 --T 20 --features student:2", "--features student:DF", "greater than 2"),
    ("--d 10 --T 20 --features elliptical:2*1", "--features", "has mean E tau = 2"),
    # files
    ("--T 20 --spectrum file:absent.npy", "absent.npy", "cannot be read"),
    ("--d 3 --T 20 --sigma 1 --spectrum file:no.txt", "--spectrum = no.txt", "cannot be read"),
    ("--d 3 --T 20 --sigma 1 --signal file:no.txt", "--signal = no.txt", "cannot be read"),
    ("--T 20 --spectrum file:.", "--spectrum = .", "kind of file"),
    ("--T 20 --spectrum file:negative.txt", "negative.txt", "not positive"),
    ("--T 20 --spectrum file:zero.csv", "zero.csv", "not positive"),
    ("--T 20 --spectrum file:nan.npy", "nan.npy", "nan in position 2"),
    ("--T 20 --spectrum file:words.txt", "words.txt", "'two' in line 2"),
    ("--T 20 --spectrum file:square.npy", "square.npy", "shape (2, 2)"),
    ("--T 20 --spectrum file:pickle.npy", "pickle.npy", "cannot be read"),
    ("--T 20 --spectrum file:empty.txt", "empty.txt", "is empty"),
    ("--T 20 --spectrum file:good.exe", "good.exe", "kind of file"),
    ("--d 5 --T 20 --spectrum file:good.txt", "good.txt", "3 numbers for d = 5"),
    ("--d 5 --T 20 --signal file:good.txt", "good.txt", "3 numbers for d = 5"),
]

OTHERS = [
    (f"evaluate {FINITE} --digits 0", "--digits = 0", "at least 1"),
    (f"evaluate {FINITE} --digits -3", "--digits = -3", "at least 1"),
    (f"evaluate {FINITE} --digits 2001", "--digits = 2001", "at most 2000"),
    (f"evaluate {FINITE} --digits 1e9", "--digits = 1e9", "at most 2000"),
    (f"evaluate {FINITE} --digits fifteen", "--digits = fifteen", "not a finite number"),
    (f"evaluate {FINITE} --digits 2.5", "--digits = 2.5", "whole number"),
    (f"evaluate {FINITE} --form best", "--form", "not one of"),
    (f"evaluate {FINITE} --colour", "--colour", "No such option"),
    (f"evaluate {FINITE} extra", "extra", "unexpected"),
    (f"evaluate {CHAIN} --lam0 1 --design shared --form exact", "design = shared", "no theorem"),
    (f"simulate {FINITE} --repetitions 10 --relative-error 0.1", "--relative-error", "contradicts"),
    (f"simulate {FINITE} --repetitions 1", "--repetitions = 1", "at least 2"),
    (f"simulate {FINITE} --repetitions many", "--repetitions = many", "not a finite number"),
    (f"simulate {FINITE} --relative-error 0", "--relative-error = 0", "(0, 1)"),
    (f"simulate {FINITE} --relative-error 2", "--relative-error = 2", "(0, 1)"),
    (f"simulate {FINITE} --relative-error nan", "--relative-error = nan", "not a finite number"),
    (f"simulate {FINITE} --method magic", "--method", "not one of"),
    (f"simulate {FINITE} --quantity noise", "--quantity", "not one of"),
    (f"simulate {FINITE} --workers 0", "--workers = 0", "at least 1"),
    (f"simulate {FINITE} --workers 1000", "--workers = 1000", "at most 256"),
    (f"simulate {FINITE} --seed -1", "--seed = -1", "whole number"),
    (f"simulate {FINITE} --seed pi", "--seed = pi", "whole number"),
    (f"simulate {FINITE} --seed ²", "--seed = ²", "whole number"),
    (f"simulate {FINITE} --seed {'9' * 50}", "--seed", "whole number"),
    ("formulas T99", "ID = T99", "not in the catalogue"),
    ("formulas ridg", "ID = ridg", "Did you mean ridge"),
    ("formulas ridge --format pdf", "--format", "not one of"),
    ("derive nothing", "ID = nothing", "not in the catalogue"),
    ("derive", "ID", "Missing argument"),
    ("derive ridge --no-steps --set colour=1", "--set = colour", "not a symbol"),
    ("derive ridge --no-steps --set n", "--set = n", "NAME=VALUE"),
    ("derive ridge --no-steps --set n=-1", "--set n = -1", "at least 0"),
    ("derive ridge --no-steps --set n=9**9", "--set n = 9**9", "not a finite number"),
    ("derive ridgeless --no-steps --set d=3 --set T0=4", "--set T0 = 4", "infinite or undefined"),
    ("verify C99", "CLAIM = C99", "not a claim"),
    ("verify C1 --profile thorough", "--profile", "not one of"),
    ("verify C1 --workers none", "--workers = none", "not a finite number"),
    ("evalute", "COMMAND = evalute", "Did you mean evaluate?"),
    ("figure isotropc", "NAME = isotropc", "Did you mean isotropic?"),
    ("evaluate --d 10 --T", "--T", "See ridgeproof evaluate --help"),
    ("--nosuch", "--nosuch", "No such option"),
    ("check", "FILE", "Missing argument"),
    ("check absent.toml", "absent.toml", "is not a file"),
    ("check .", "conjecture file = .", "is not a file"),
    ("check good.toml --alpha 0", "--alpha = 0", "between 0 and 1"),
    ("check good.toml --alpha 2", "--alpha = 2", "between 0 and 1"),
    ("check good.toml --tolerance 0", "--tolerance = 0", "between 0 and 1"),
    ("check good.toml --tolerance tight", "--tolerance = tight", "not a finite number"),
    ("check good.toml --budget 0", "--budget = 0", "at least 1"),
    ("check good.toml --budget 1e12", "--budget = 1e12", "at most"),
    ("check good.toml --time-limit 0s", "--time-limit = 0s", "must be positive"),
    ("check good.toml --time-limit soon", "--time-limit = soon", "60s, 2m or 1h"),
    ("check good.toml --time-limit 5y", "--time-limit = 5y", "60s, 2m or 1h"),
    ("check good.toml --time-limit 1e300s", "--time-limit = 1e300s", "at most"),
    ("check good.toml --workers 0", "--workers = 0", "at least 1"),
]

GOOD = """[conjecture]
quantity = "test_error"
relation = "equals"
kind     = "exact"
formula  = "sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"
[domain]
lam    = 0
d      = { integers = [5, 60] }
T      = "d + 2 .. 4*d"
T0     = "d + 2 .. 4*d"
n      = { integers = [0, 6] }
sigma  = [0.1, 2.0]
sigma0 = [0.1, 2.0]
"""
FORMULA = GOOD.splitlines()[4]


def with_formula(text):
    """The good conjecture with another formula."""
    return GOOD.replace(FORMULA, f"formula = {text!r}" if '"' in text else f'formula = "{text}"')


FILES = [
    ("not TOML", "is not TOML"),
    ("", "a table is needed"),
    ("[conjecture\n", "is not TOML"),
    ("[conjecture]\n", "a table is needed"),
    (b"\xff\xfe\x00", "not UTF-8"),
    (b"\x00\x01" * 10, "is not TOML"),
    ("x" * 10**5, "too large"),
    ("[conjecture]\nformula = " + '"' + "(" * 10**7 + '"', "too large"),
    ("a = " + "[" * 5000 + "\n", "is not TOML"),
    (GOOD + "colour = 1\n", "colour"),
    (GOOD.replace('"equals"', '"is"'), "is not a relation"),
    (GOOD.replace('"test_error"', '"risk"'), "is not a quantity"),
    (GOOD.replace('"exact"', '"roughly"'), "is not a kind"),
    (GOOD.replace("T0     = ", "# "), "missing"),
    (GOOD.replace("[0.1, 2.0]", "[2.0, 0.1]"), "is empty"),
    (GOOD.replace("[0.1, 2.0]", "[-1, 2.0]"), "below 0"),
    (GOOD.replace("[0.1, 2.0]", "nan"), "sigma"),
    (GOOD.replace("[0.1, 2.0]", "inf"), "sigma"),
    (GOOD.replace("[5, 60]", "[0, 60]"), "below 1"),
    (GOOD.replace("[5, 60]", "[60, 5]"), "is empty"),
    (GOOD.replace("{ integers = [5, 60] }", "[5, 60]"), "must be whole"),
    (GOOD.replace("d + 2 .. 4*d", "d + 2 .. 4*D"), "D"),
    (GOOD + 'spectrum = ["wishart"]\n', "is not a spectrum"),
    (GOOD + 'design = ["both"]\n', "is not a design"),
    (GOOD + 'spectrum = "power-law:-1"\n', "Error: domain spectrum power-law:BETA = -1"),
    (GOOD + 'spectrum = "file:no.txt"\n', "Error: domain spectrum = no.txt: cannot be read"),
    (with_formula("sigma^2*phi2"), "phi2"),
    (with_formula("x"), "not a known name"),
    (with_formula("__import__('os').system('true')"), "formula"),
    (with_formula("d.real"), "formula"),
    (with_formula("d[0]"), "formula"),
    (with_formula("lambda: 1"), "formula"),
    (with_formula("open(d)"), "formula"),
    (with_formula("d if T else n"), "formula"),
    (with_formula("[d for d in T]"), "formula"),
    (with_formula("9**9**9"), "formula"),
    (with_formula("2^(3^n)"), "formula"),
    (with_formula("d^1000"), "formula"),
    (with_formula("1e999999999"), "formula"),
    (with_formula("1/0"), "formula"),
    (with_formula("d +"), "formula"),
    (with_formula("(" * 1500), "formula"),
    (with_formula("(" * 500 + "d" + ")" * 500), "formula"),
    (with_formula("d" + "+d" * 950), "formula"),
    (with_formula("d" * 3000), "formula"),
    (with_formula(""), "formula"),
    (with_formula("sigma == 1"), "formula"),
    (with_formula("exp(exp(exp(exp(9))))"), "formula"),
]


@pytest.fixture
def run(monkeypatch, capsys, tmp_path):
    """The entry point on a command line, in a directory of its own: (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)

    def call(arguments):
        monkeypatch.setattr(sys, "argv", ["ridgeproof", *arguments])
        start = time.monotonic()
        with pytest.raises(SystemExit) as ended:
            cli.main()
        assert time.monotonic() - start < PATIENCE
        return (ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def eigenvalues(tmp_path):
    """Files of eigenvalues, one good and the others not."""
    (tmp_path / "good.txt").write_text("3 2 1\n")
    (tmp_path / "good.exe").write_text("3 2 1\n")
    (tmp_path / "negative.txt").write_text("3 2 -1\n")
    (tmp_path / "zero.csv").write_text("3,0,1\n")
    (tmp_path / "words.txt").write_text("3\ntwo\n")
    (tmp_path / "empty.txt").write_text("\n")
    np.save(tmp_path / "nan.npy", [1.0, np.nan])
    np.save(tmp_path / "square.npy", np.eye(2))
    np.save(tmp_path / "pickle.npy", np.array([{}, None], dtype=object), allow_pickle=True)


def refused(result, *parts):
    """Status 2, nothing on stdout, one message on stderr that names the parts and the remedy."""
    status, out, err = result
    assert status == 2
    assert out == ""
    assert "Traceback" not in err
    if err.startswith("{"):
        err = from_json(err)
    first, *more = err.splitlines()
    assert first.startswith("Error: ")
    assert not any(line.startswith("Error: ") for line in more)
    assert all(line.isprintable() for line in err.splitlines())  # no terminal obeys it
    for part in parts:
        assert part in err
    assert len(first) < 1000


def from_json(err):
    """The line that stands for the one JSON object of an error."""
    error = json.loads(err)["error"]
    assert set(error) == {"name", "value", "condition", "remedy"}
    if error["name"] is None:
        return f"Error: {error['condition']}"
    value = MISSING if error["value"] is None else error["value"]
    return f"Error: {InputError(error['name'], value, error['condition'], error['remedy'])}"


@pytest.mark.parametrize("verb", ["evaluate", "simulate"])
@pytest.mark.parametrize(("options", "named", "condition"), SETTINGS)
def test_bad_settings(run, eigenvalues, verb, options, named, condition):
    """A setting is refused alike by every verb that takes one."""
    refused(run([verb, *options.split(), "--json"]), named, condition)


@pytest.mark.parametrize(("line", "named", "condition"), OTHERS)
def test_bad_commands_and_options(run, tmp_path, line, named, condition):
    """Options, ids and files, each with what it names and the condition it violates."""
    (tmp_path / "good.toml").write_text(GOOD)
    refused(run(line.split()), named, condition)


@pytest.mark.parametrize(("content", "condition"), FILES, ids=lambda x: str(x)[:40])
def test_bad_conjecture_files(run, tmp_path, content, condition):
    """A file that is not a conjecture, or a formula that is not one, is refused without running."""
    path = tmp_path / "c.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    refused(run(["check", "c.toml", "--json"]), condition)


# What a terminal would obey: colour, a window title, one-byte sequences, a line of its own.
HOSTILE = "a\x1b[31m\x1b]0;b\x07\x9b1m\x08\u202e\nError: c"


@pytest.mark.parametrize(
    "line",
    [
        ["evaluate", "--d", "10", "--T", "{}"],
        ["evaluate", "--d", "10", "--T", "20", "--spectrum", "{}"],
        ["evaluate", "--d", "10", "--T", "20", "--spectrum", "file:{}"],
        ["evaluate", "--d", "10", "--T", "20", "--form={}"],
        ["evaluate", "--{}"],
        ["evaluate", "{}"],
        ["simulate", "{}.toml"],
        ["check", "{}.toml"],
        ["check", "{}.py"],
        ["sweep", "{}", "--out", "a.csv"],
        ["figure", "isotropic", "--out", "{}/a.svg"],
        ["verify", "C1", "--report", "{}/a.html"],
        ["verify", "{}"],
        ["derive", "ridge", "--no-steps", "--set", "{}"],
        ["{}"],
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(
    "text", [HOSTILE, "x" * 5000, "y " * 2500], ids=["hostile", "long", "words"]
)
def test_any_text_is_safe_to_show(run, line, text):
    """Neither escape sequences nor five thousand characters of a value reach the terminal."""
    result = run([word.replace("{}", text) for word in line])
    refused(result)
    if len(text) > 1000:
        assert "characters)" in result[2]


def test_a_title_is_printed_without_what_a_terminal_obeys(run, tmp_path):
    """The title of a file comes out as text, on one line, and shortened."""
    title = (HOSTILE + "z" * 10_000).encode("unicode_escape").decode().replace("\\x", "\\u00")
    (tmp_path / "c.toml").write_text(GOOD.replace("quantity", f'title = "{title}"\nquantity', 1))
    status, out, _ = run(["check", "c.toml"])
    assert status == 0
    assert re.match(r"conjecture  a\]0;b Error: cz*\.\.\. \(10,0\d\d characters\)\nclaim", out)
    assert out.replace("\n", " ").isprintable()


def test_a_formula_error_names_its_column(run, tmp_path):
    """The column is that of the user's own text."""
    (tmp_path / "c.toml").write_text(with_formula("sigma^2 + sigam"))
    refused(run(["check", "c.toml"]), "column 11", "Did you mean sigma")


def test_an_empty_domain_is_refused(run, tmp_path):
    """A range whose ends cross everywhere is named; never a pass."""
    empty = GOOD.replace('T      = "d + 2 .. 4*d"', 'T      = "d + 5 .. d + 2"')
    (tmp_path / "c.toml").write_text(empty)
    refused(run(["check", "c.toml"]), "domain", "T = {d + 5, …, d + 2} has no whole number")


def test_a_domain_next_to_a_threshold_is_undecided(run, tmp_path):
    """Settings there are, but none that simulation can judge: exit 3, and what to widen."""
    narrow = GOOD.replace('T      = "d + 2 .. 4*d"', 'T      = "d + 2 .. d + 3"')
    narrow += 'features = "student:5"\n'
    (tmp_path / "c.toml").write_text(narrow)
    status, out, err = run(["check", "c.toml", "--json"])
    assert status == 3
    assert '"verdict": "undecided"' in out
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["evaluate", "--d", "10", "--T", "10", "--sigma", "1", "--json"], 2),
        (["evaluate", "--d", "10", "--T", "20", "--sigma", "1", "--json"], 0),
        (["--version"], 0),
    ],
)
def test_a_process_of_its_own_does_the_same(arguments, status):
    """`python -m ridgeproof` exits with the same status, and never with a traceback."""
    command = [sys.executable, "-m", "ridgeproof", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == status
    assert "Traceback" not in done.stderr
    assert bool(done.stdout) is (status == 0)
