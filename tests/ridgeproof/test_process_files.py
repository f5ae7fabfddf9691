"""Process files on the command line: JSON as promised, options that win, errors that help."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from dataclasses import asdict
from functools import partialmethod
from pathlib import Path

import pytest

import ridgeproof
from ridgeproof import cli, console
from ridgeproof.theory.errors import InputError
from ridgeproof.verification.suite.process_on_trial import Bench
from ridgeproof.verification.suite.verify_process import PROCESS_PROFILES, ProcessProfile
from ridgeproof.verification.testing.sequential import Decision, EValues

PLAIN = """[process]
title = "ridge, twice"
steps = \"\"\"
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
m = ridge(A@m, lam)
\"\"\"
[process.parameters]
T = 40
sigma = "1/2"
lam = "1/10"
[ask]
risk = "risk(m)"
gcv = "mean_square(y - A@m)/(1 - df(m))^2"
best = "minimum(risk(m), lam)"
"""


@pytest.fixture
def folder(monkeypatch, tmp_path):
    """A folder with plain.toml, and we are in it."""
    (tmp_path / "plain.toml").write_text(PLAIN, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(monkeypatch, capsys, folder):
    """The entry point in the folder: (status, stdout, stderr)."""
    assert folder == Path.cwd()

    def call(line):
        monkeypatch.setattr(sys, "argv", ["ridgeproof", *shlex.split(line)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def answer(run):
    """The one JSON object on stdout of a command that succeeds."""

    def call(line):
        status, out, err = run(line + " --json")
        assert (status, err, out.count("\n")) == (0, "", 1)
        return json.loads(out)

    return call


def test_evaluate_gives_the_contract(answer):
    """Exactly its keys; decimal strings; terms that sum to the value, none for a quotient."""
    data = answer("evaluate plain.toml --d 30 --digits 11")
    assert list(data) == [
        "setting",
        "values",
        "radii",
        "terms",
        "kappa",
        "form",
        "digits",
        "certified",
    ]
    assert (data["form"], data["digits"], data["certified"]) == ("limit", 11, False)
    assert set(data["values"]) == set(data["radii"]) == set(data["terms"]) == {
        "risk", "gcv", "best"
    }  # fmt: skip
    assert set(data["radii"].values()) == {None}  # none is known, so none is claimed
    assert set(data["kappa"]) == {"m", "m#2"}
    assert set(data["terms"]["risk"]) == {"w0", "sigma"}
    assert sum(map(float, data["terms"]["risk"].values())) == pytest.approx(
        float(data["values"]["risk"]), rel=1e-9
    )
    assert data["terms"]["gcv"] is data["terms"]["best"] is None
    assert all(
        len(number.lstrip("0.").replace(".", "")) <= 11 for number in data["values"].values()
    )


def test_options_and_set_win_over_the_file(answer, tmp_path):
    """An option is a parameter of the process, however it is spelt; d and its kin are too."""
    other = PLAIN.replace("T = 40", "T = 50").replace('"1/10"', '"1/4"')
    (tmp_path / "other.toml").write_text(other, encoding="utf-8")
    space = "--d 30 --spectrum power-law:1 --signal source:1/2"
    by_file = answer(f"evaluate other.toml {space}")
    assert answer(f"evaluate plain.toml {space} --T 50 --lam 0.25") == by_file
    assert answer(f"evaluate plain.toml {space} --set T=50 --set lam=1/4") == by_file
    assert answer(f"evaluate plain.toml {space}") != by_file


def test_a_file_of_eigenvalues_lies_beside_the_process(answer, tmp_path, monkeypatch):
    """The path is told from the process file, wherever the command runs, and says what d is."""
    (tmp_path / "levels.txt").write_text("2 1 1/2", encoding="utf-8")
    beside = PLAIN.replace("T = 40", 'T = 40\nspectrum = "file:levels.txt"')
    (tmp_path / "beside.toml").write_text(beside, encoding="utf-8")
    wanted = answer("evaluate plain.toml --d 3 --spectrum file:levels.txt")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert answer("evaluate ../beside.toml")["values"] == wanted["values"]


def test_the_text_says_what_the_json_says(run, answer):
    """Title, every ask with its terms, kappa, and that this is a limit."""
    out = run("evaluate plain.toml --d 30")[1]
    data = answer("evaluate plain.toml --d 30")
    words = {part for line in out.splitlines() for part in line.split("  ") if part}
    numbers = {*data["values"].values(), *data["terms"]["risk"].values(), *data["kappa"].values()}
    assert numbers <= {word.strip() for word in words}
    assert out.splitlines()[0] == "process          ridge, twice"
    assert "limit" in out


def test_simulate_gives_the_contract(answer):
    """Its keys, JSON numbers, the seed; null and the reason for a minimum; any workers."""
    data = answer("simulate plain.toml --d 12 --repetitions 32 --seed 7")
    assert {"asks", "repetitions", "seed"} <= set(data)
    assert (data["repetitions"], data["seed"]) == (32, 7)
    for name in ("risk", "gcv"):
        ask = data["asks"][name]
        assert ask["z"] == (ask["mean"] - ask["theory"]) / ask["standard_error"]
    assert data["asks"]["best"]["mean"] is data["asks"]["best"]["z"] is None
    assert "minimum" in data["asks"]["best"]["reason"]
    one = answer("simulate plain.toml --d 12 --repetitions 32 --seed 7 --ask risk")
    assert list(one["asks"]) == ["risk"]
    theory = answer("evaluate plain.toml --d 12")["values"]["risk"]
    assert one["asks"]["risk"]["theory"] == pytest.approx(float(theory), rel=1e-11)


def test_optimum_gives_the_contract(answer):
    """The best parameters by name and the value there, and where an interval was cut."""
    data = answer("optimum plain.toml --d 20 --over lam=-1..10 --ask risk --digits 11")
    assert set(data) == {"setting", "at", "value", "ask", "cut"}
    assert (data["setting"]["d"], "lam" in data["setting"]) == ("20", False)
    assert set(data["at"]) == set(data["cut"]) == {"lam"}
    lam = data["at"]["lam"]
    assert answer(f"evaluate plain.toml --d 20 --lam={lam} --digits 11")["values"]["risk"] == data[
        "value"
    ]  # fmt: skip
    found = ridgeproof.optimum("plain.toml", d=20, over="lam=-1..10", ask="risk")
    assert (f"{found.at['lam']:.11g}", f"{found.value:.11g}") == (lam, data["value"])
    both = answer("optimum plain.toml --d 20 --over lam,sigma=1/4..2 --ask risk")
    assert both["at"]["sigma"] == "0.25"
    assert both["cut"] == {}


def test_the_text_of_an_optimum_names_the_cut(run):
    """An interval that begins left of the spectral edge is cut there in words."""
    _, out, _ = run("optimum plain.toml --d 20 --over lam=-1..10 --ask risk")
    assert "lam is searched from -0.0857864 only, the spectral edge" in out


def test_verify_gives_the_contract(run, tmp_path, monkeypatch):
    """Asks with a verdict and the worst place, altered equations with theirs; Python says the same.

    A refuted ask is status 1, one that stays open status 3.
    """
    monkeypatch.setitem(PROCESS_PROFILES, "quick", ProcessProfile(1, 0.25, 1024))
    quotient = next(line for line in PLAIN.splitlines() if line.startswith("gcv"))
    (tmp_path / "one.toml").write_text(PLAIN.replace(quotient, ""), encoding="utf-8")
    line = "verify one.toml --set d=16 --set sigma=1 --workers 1 --seed 3"
    status, out, _ = run(line + " --json")
    data = json.loads(out)
    assert status == 0
    assert {"process", "asks", "mutants", "profile", "seed"} <= set(data)
    assert {name: ask["verdict"] for name, ask in data["asks"].items()} == {
        "risk": "consistent", "best": "not-run"
    }  # fmt: skip
    assert {"setting", "claimed", "observed", "standard_error", "z"} <= set(
        data["asks"]["risk"]["worst"]
    )
    fates = {mutant["name"]: mutant["verdict"] for mutant in data["mutants"]}
    assert set(fates.values()) == {"refuted", "no effect here"}
    found = ridgeproof.verify("one.toml", d=16, sigma=1, seed=3)
    assert found.asks == data["asks"]
    monkeypatch.setattr(Bench, "judge", partialmethod(_fallen, verdict="refuted"))
    assert run(line)[0] == 1
    monkeypatch.setattr(Bench, "judge", partialmethod(_fallen, verdict="undecided"))
    status, out, _ = run(line)
    assert status == 3
    assert "undecided" in out


def _fallen(_bench, name, claimed, judge, tolerance=None, *, verdict):
    """A trial that ends in this verdict whatever is drawn."""
    decision = Decision(verdict, 2, claimed, 1.0, EValues(), False, "")
    judge.record(_bench.place, name, claimed, decision, "literal-process", limit=True)
    return decision


def test_the_text_of_a_simulation_says_what_is_compared(run):
    """A limit is not the size that was run, and the text says so."""
    status, out, _ = run("simulate plain.toml --d 12 --repetitions 4")
    assert status == 0
    assert "theory is the limit" in out
    assert "a minimum over a parameter is no expectation" in out


def test_ctrl_c_keeps_the_repetitions(run, monkeypatch):
    """Status 130, the JSON of what was done, and a line on stderr."""
    monkeypatch.setattr(console._Progress, "update", _interrupt)
    status, out, err = run("simulate plain.toml --d 12 --repetitions 64 --json")
    data = json.loads(out)
    assert (status, data["repetitions"], data["interrupted"]) == (130, 16, True)
    assert err == "interrupted after 16 repetitions\n"


def _interrupt(_line, _text):
    raise KeyboardInterrupt


def test_python_and_the_command_line_are_equals(answer):
    """A path, a text, a record and a function give the numbers of the command."""

    @ridgeproof.process
    def function(T=40, sigma="1/2", lam="1/10"):
        A = rows(T)  # noqa: F821
        y = A @ w0 + sigma * noise(A)  # noqa: F821
        m = ridge(y, lam)  # noqa: F821
        m = ridge(A @ m, lam)  # noqa: F821
        return {"risk": risk(m)}  # noqa: F821

    wanted = answer("evaluate plain.toml --d 30 --lam 1/4")["values"]["risk"]
    for question in (PLAIN, "plain.toml", Path("plain.toml"), ridgeproof.process(PLAIN), function):
        value = ridgeproof.evaluate(question, d=30, lam=[0.25, 1]).values["risk"]
        assert f"{value[0]:.12g}" == wanted
    drawn = answer("simulate plain.toml --d 12 --repetitions 8 --seed 5 --ask risk")["asks"]["risk"]
    found = ridgeproof.simulate("plain.toml", d=12, repetitions=8, seed=5, ask="risk")
    assert asdict(found.asks["risk"]) == drawn
    setting = ridgeproof.make_setting(d=30, T=40)
    assert ridgeproof.simulate(setting, repetitions=2).repetitions == 2
    with pytest.raises(InputError, match="is no path and no text"):
        ridgeproof.evaluate(3)


@pytest.mark.usefixtures("folder")
def test_evaluating_a_file_imports_no_symbols():
    """`evaluate FILE` answers within a second because SymPy is not loaded for it."""
    code = (
        "import sys; sys.argv = ['ridgeproof', 'evaluate', sys.argv[1], '--d', '9', '--json']\n"
        "from ridgeproof.cli import main\n"
        "try:\n    main()\nexcept SystemExit as ended:\n    assert not ended.code\n"
        "sys.exit(str(sorted({'sympy', 'hypothesis', 'matplotlib'} & set(sys.modules))))"
    )
    command = [sys.executable, "-c", code, "plain.toml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.stderr == "[]\n"


ERRORS = {
    "evaluate plain.toml": "--d is missing",
    "evaluate plain.toml --d 3 --d 4": "--d = given 2 times: is ambiguous. Give it once",
    "evaluate plain.toml --d 3 --sigma=-1": "--sigma = -1: must be at least 0",
    "evaluate plain.toml --d 3 --lam 1 --set lam=2": "--lam = 2: is given more than once",
    "evaluate plain.toml --d 3 --set k=1": "k: is no parameter of the process, which has T, lam,",
    "evaluate plain.toml --d 3 --design shared": "design: is no parameter of the process",
    "evaluate plain.toml --d 3 --set lam": "write NAME=VALUE",
    "evaluate plain.toml --d 3 --lam x": "--lam = x: is not a finite number",
    "evaluate plain.toml --d 3 --T 20,30": "--T = 20,30: is not a finite number",
    "evaluate plain.toml --d 3 --T 20.5": "--T = 20.5: must be a whole number",
    "evaluate plain.toml --d 3 --sigma 1e400": "beyond the range of float64",
    "evaluate plain.toml --d 3 --digits 2001": "must be at most 2000",
    "evaluate plain.toml --d 3 --certified": "certificate of best is not built in this version",
    "evaluate plain.toml --d 3 --form exact": "exact finite-size form of a process is not built",
    "evaluate plain.toml --d 3 --lam=-1": "spectral edge",
    "evaluate plain.toml --d 40 --lam 0": "within 1",
    "evaluate none --d 3": "unexpected extra argument (none), which is no process file",
    "evaluate none.toml --d 3": "none.toml: is not a file",
    "simulate plain.toml --d 3 --ask rusk": "did you mean risk? Choose from risk, gcv, best",
    "simulate plain.toml --d 3 --method exact-law": "method = exact-law: is unknown",
    "simulate plain.toml --d 3 --minus lam=1": "--minus = lam=1: is for a setting",
    "simulate plain.toml --d 3 --repetitions 1": "--repetitions = 1: must be at least 2",
    "simulate plain.toml --d 3 --repetitions 9 --relative-error 0.1": "contradicts repetitions",
    "simulate plain.toml --d 9 --lam 0 --T 10": "within 1 of",
    "optimum plain.toml --d 3 --over lam": "--ask is missing",
    "optimum plain.toml --d 3": "--over is missing",
    "optimum plain.toml --d 3 --over T --ask risk": "is a whole number",
    "optimum plain.toml --d 3 --over lan --ask risk": "lan: is no parameter of the process",
    "optimum plain.toml --d 3 --over lam --ask best": "a minimum inside a minimum",
    "optimum plain.toml --d 3 --over lam --ask risk --lam 1": "is searched",
    "optimum plain.toml --d 3 --over lam=1 --ask risk": "is no interval",
    "optimum plain.toml --d 3 --over lam=2..1 --ask risk": "is empty",
    "optimum plain.toml --d 3 --over lam,lam --ask risk": "names lam twice",
    "optimum plain.toml --d 3 --over sigma --lam=-1 --ask risk": "spectral edge",
    "optimum plain.toml --d 3 --over lam=-3..-2 --ask risk": "spectral edge",
    "optimum plain.toml --d 3 --over lam --ask risk --digits 13": "at most 12 digits",
    "optimum --d 3 --T 9 --over lam": "--over = lam: is for a process",
    "verify plain.toml C1": "one process at a time",
    "verify plain.toml --set d=3 --report page.html": "is for the claims",
    "verify plain.toml --set k=1": "k: is no parameter of the process",
    "verify plain.toml": "d is missing",
    "verify C1 --set lam=1": "sets a parameter of FILE",
    "verify none.toml": "none.toml: is not a file",
    "simulate --d 3 --T 9 --ask risk": "--ask = risk: is for a process",
    "evaluate --d 3 --T 9 --set lam=1": "there is no FILE",
    "evaluate open.toml --d 3": "parameters = T, lam, sigma: have no value",
}


@pytest.mark.parametrize("line", ERRORS)
def test_bad_input_is_one_clear_error(run, tmp_path, line):
    """Status 2, nothing on stdout, one line that says what and what to do."""
    bare = "\n".join(row for row in PLAIN.splitlines() if row[:4] not in {"T = ", "sigm", "lam "})
    (tmp_path / "open.toml").write_text(bare, encoding="utf-8")
    status, out, err = run(line)
    assert (status, out, err.count("\n")) == (2, "", 1)
    assert ERRORS[line].lower() in err.lower()


def test_derive(answer, run):
    """Formulas by ask with every line checked, what has none with the reason, in every format."""
    found = answer("derive plain.toml")
    assert set(found) == {"id", "steps", "result", "latex", "theorems", "refused"}
    assert set(found["result"]) == set(found["latex"]) == {"risk", "gcv"}
    assert found["theorems"] == {"risk": None, "gcv": None}
    assert "minimum" in found["refused"]["best"]
    # Names for sums state nothing that could fail.
    checks = [step["checked"] for step in found["steps"]]
    assert False not in checks
    assert checks.count(None) < len(checks) / 2
    assert all(step["checked"] for step in found["steps"] if step["section"].startswith("ask"))
    assert "lam = kappa1*(1 - sum_i(s/(kappa1 + s))/T)" in [s["expression"] for s in found["steps"]]
    status, page, note = run("derive plain.toml --format latex")
    assert (status, page.isascii(), page.count("{")) == (0, True, page.count("}"))
    assert "ask best is left out" in note
    _, code, _ = run("derive plain.toml --format python")
    assert [line for line in code.splitlines() if "import" in line] == ["import numpy as np"]
    _, short, _ = run("derive plain.toml --no-steps")
    assert short.startswith("risk =")
    assert "checked" not in short


def test_derive_says_what_is_wrong(run, monkeypatch):
    """A line that fails its check is shouted and ends with status 1."""
    from ridgeproof.verification.derivations import process_checks

    true = process_checks.check_formulas
    monkeypatch.setattr(
        process_checks, "check_formulas", lambda *a, **k: [*true(*a, **k)[:-1], [False]]
    )
    status, out, _ = run("derive plain.toml")
    assert (status, out.count("CHECK FAILED")) == (1, 1)
    assert run("derive elliptical-least-squares --format python")[0] == 2
    assert "function f(s, w0, {" in run("derive ridge --format javascript")[1]
    assert "no parameter of the process" in run("derive plain.toml --set tau=1")[2]
