"""The entry point: commands found, help, interrupts, broken pipes, colour."""

from __future__ import annotations

import json
import subprocess
import sys
import time

import click
import pytest

import ridgeproof
from ridgeproof import cli, console
from ridgeproof.commands import formulas
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process

COMMANDS = ("check", "derive", "evaluate", "exponents", "figure", "formulas", "simulate", "verify")


@pytest.fixture
def run(monkeypatch, capsys):
    """The entry point on a command line: (status, stdout, stderr)."""

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["ridgeproof", *arguments])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code, *capsys.readouterr())

    return call


def test_help_lists_every_command(run):
    """Each module of ridgeproof.commands is a command with a line of help."""
    status, out, _ = run("--help")
    assert status == 0
    for name in COMMANDS:
        assert f"\n  {name} " in out


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(run, name):
    """--help succeeds for each."""
    status, out, err = run(name, "--help")
    assert (status, err) == (0, "")
    assert out.startswith("Usage: ridgeproof ")


def test_version(run):
    """The version of the package."""
    assert run("--version")[:2] == (0, f"ridgeproof, version {ridgeproof.__version__}\n")


def test_a_setting_is_printed_as_a_process_with_the_same_value(run):
    """evaluate --as-process: a whole file, whose ask has the value of the setting."""
    flags = "--d 20 --T 24 --T0 9,30 --n 2 --sigma 1/2 --chain weighted:1/3 --spectrum ar1:1/2"
    status, text, err = run("evaluate", *flags.split(), "--as-process")
    assert (status, err) == (0, "")
    process = read_process(text)
    _, printed, _ = run("evaluate", *flags.split(), "--json")
    value = float(evaluate_process(process).values["test_error"])
    assert value == pytest.approx(float(json.loads(printed)["value"]), rel=1e-12)
    assert json.loads(run("evaluate", *flags.split(), "--as-process", "--json")[1]) == {
        "process": text
    }


def test_help_imports_nothing_heavy():
    """--help stays fast: none of the libraries that take long to import is loaded."""
    code = (
        "import sys; sys.argv = ['ridgeproof', '--help']\n"
        "from ridgeproof.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'sympy', 'numpy', 'scipy', 'mpmath', 'hypothesis', 'matplotlib', 'flint'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), 130, "interrupted"),
        (click.exceptions.Abort(), 130, "interrupted"),
        (MemoryError(), 2, "out of memory"),
        (
            InputError("format", 1, "is bad", "give format 2"),
            2,
            "--format = 1: is bad. Give --format",
        ),
        (InputError("lam", -1, "is bad", "mend it"), 2, "Error: lam = -1"),  # no option of it
        (InputError("levels", -1, "is bad", "mend it"), 2, "levels = -1"),
    ],
)
def test_errors_become_statuses(run, monkeypatch, error, status, message):
    """Whatever a command raises on purpose ends in the contract's status and one message."""

    def fail(*_, **__):
        raise error

    monkeypatch.setattr(formulas.command, "callback", fail)
    code, out, err = run("formulas")
    assert (code, out) == (status, "")
    assert message in err
    assert len(err.split("\n")) <= 3


def test_unexpected_errors_are_not_hidden(run, monkeypatch):
    """A bug is a traceback, never a quiet status."""

    def fail(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(formulas.command, "callback", fail)
    monkeypatch.setattr(sys, "argv", ["ridgeproof", "formulas"])
    with pytest.raises(ZeroDivisionError):
        cli.main()


def test_output_into_a_pipe_is_plain(run):
    """No escape sequences where stdout is no terminal."""
    assert "\x1b" not in run("formulas")[1]


def test_colour_needs_a_terminal_and_obeys_no_color(monkeypatch):
    """NO_COLOR wins over a terminal."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.delenv("NO_COLOR", raising=False)
    printed = []
    monkeypatch.setattr(console.click, "echo", lambda text, err: printed.append(text))
    console.echo(console.heading("title"))
    monkeypatch.setenv("NO_COLOR", "1")
    console.echo(console.heading("title"))
    assert printed == ["\x1b[1mtitle\x1b[0m", "title"]


def test_progress_goes_to_stderr_after_two_seconds(capsys, monkeypatch):
    """Nothing at first; later a line on stderr; stdout stays free for results."""
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    with console.progress("working") as line:
        line.update("1 of 3")
        now[0] = 6.0
        line.update("2 of 3")
        now[0] = 7.0
        line.update("3 of 3")
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "working: 2 of 3 (6 s)\n"


def test_tracking_passes_the_items_on():
    """A tracked iterable is the iterable."""
    assert list(console.track("working", [1, 2, 3])) == [1, 2, 3]
    assert list(console.track("working", iter("ab"))) == ["a", "b"]


def test_aligned_pairs():
    """Values start in one column."""
    assert console.key_values([("a", 1), ("long", 2)]) == "a     1\nlong  2"


def test_the_package_offers_its_names_lazily():
    """Every public name resolves, and an unknown one is an AttributeError."""
    for name in ridgeproof.__all__:
        assert getattr(ridgeproof, name) is not None
    assert set(ridgeproof.__all__) <= set(dir(ridgeproof))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = ridgeproof.nothing


@pytest.mark.parametrize(
    ("words", "begun", "found"),
    [
        ("derive", "rid", ["ridgeless", "ridge", "ridge-chain"]),
        ("derive", "my", ["my"]),  # a file
        ("verify C1", "c1", [f"C1{i}" for i in ["", *range(6)]]),
        ("figure", "pow", ["power-law"]),
        ("evaluate --spectrum", "po", ["power-law:"]),
        ("evaluate --signal", "so", ["source:"]),
    ],
)
def test_the_shell_completes(words, begun, found):
    """Names of theorems, claims, figures, spectra; and the lists are whole."""
    from click.shell_completion import ShellComplete

    items = ShellComplete(cli.cli, {}, "ridgeproof", "").get_completions(words.split(), begun)
    assert {item.value for item in items} >= set(found[:1])
    assert all(item.value.lower().startswith(begun) for item in items)
    assert {item.value for item in items} <= set(found) or words == "verify C1"


def test_what_is_completed_is_what_there_is():
    """The names are read off file names, for speed; the records know them too."""
    from ridgeproof import completion
    from ridgeproof.theory.catalogue import catalogue
    from ridgeproof.verification.claims import all_claims
    from ridgeproof.verification.figures.experiments import all_figures

    assert set(completion.theorems()) == set(catalogue())
    assert set(completion.claims()) == set(all_claims())
    assert set(completion.figures()) == set(all_figures())
    for name in ("isotropic", "power-law:2", "ar1:0", "levels:1*3", "file:a.npy"):
        assert name.startswith(completion.spectra())


_SEARCH = """
from hypothesis import strategies
from ridgeproof.verification.conjectures.ladder.search import smallest
assert smallest(strategies.integers(0, 1000), lambda x: x > 70, examples=100, seed=1) == 71
"""


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments", [("-m", "ridgeproof", "verify", "C1", "--workers", "1"), ("-c", _SEARCH)]
)
def test_no_folder_is_left_behind(tmp_path, arguments):
    """Hypothesis keeps its files elsewhere, for claims and in the search of counterexamples."""
    command = [sys.executable, *arguments]
    subprocess.run(command, cwd=tmp_path, capture_output=True, check=True)  # noqa: S603
    assert not list(tmp_path.iterdir())
