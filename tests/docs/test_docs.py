"""The pages say what the program does: links resolve, commands exist, pasted output is current.

`python tests/docs/test_docs.py` pastes fresh output into the pages, keeping what they elide.
"""

from __future__ import annotations

import contextlib
import doctest
import io
import os
import re
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

from ridgeproof import cli
from ridgeproof.verification.claims import all_claims

_ROOT = Path(__file__).parents[2]
_PAGES = sorted((_ROOT / "docs").glob("*.md"))
_LINKED = [*_PAGES, _ROOT / "README.md"]
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
# Progress, which depends on the machine, and the time taken.
_PROGRESS = re.compile(r"^(checking|verifying|simulating|sweeping|evaluating|minimising|deriving)\b.*")
_SECONDS = re.compile(r"\b\d+\.\d s\b")
# Parsed here, not run: `verify` takes long and has tests of its own; examples have test_examples.
_NOT_RUN = ("ridgeproof verify", "python ", "dask ", "cut ")


def _blocks(page: Path, language: str) -> list[str]:
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [body for name, body in found if name == language]


def _transcript(block: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console block, each with the output pasted below it."""
    first, *rest = re.split(r"^\$ ", block, flags=re.MULTILINE)
    assert not first, f"a console block begins with output: {first}"
    for part in rest:
        command, *output = part.rstrip("\n").split("\n")
        yield command, output


def _commands(pages: list[Path]) -> list[tuple[Path, str, list[str]]]:
    return [
        (page, command, output)
        for page in pages
        for block in _blocks(page, "console")
        for command, output in _transcript(block)
    ]


def _arguments(command: str) -> list[str]:
    """The words after the program's name, without comments, pipes and redirections."""
    words = shlex.split(command, comments=True)
    stop = next((i for i, word in enumerate(words) if word in {"|", ">", ">>", "<"}), len(words))
    return words[1:stop]


def _run(command: str) -> list[str]:
    """What a command prints, errors included, as lines."""
    text = io.StringIO()
    argv = ["ridgeproof", *_arguments(command)]
    with (
        mock.patch.object(sys, "argv", argv),
        contextlib.redirect_stdout(text),
        contextlib.redirect_stderr(text),
        contextlib.suppress(SystemExit),
    ):
        cli.main()
    lines = text.getvalue().rstrip("\n").split("\n")
    return [line.rstrip() for line in lines if not _PROGRESS.match(line)]


@contextlib.contextmanager
def _reader(page: Path) -> Iterator[None]:
    """A folder with the files that the page shows and the repository's examples."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        for block in _blocks(page, "toml"):
            name = block.partition("\n")[0].removeprefix("# ")
            Path(folder, name).write_text(block, encoding="utf-8")
        Path(folder, "examples").symlink_to(_ROOT / "examples", target_is_directory=True)
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)


def _untimed(line: str) -> str:
    return _SECONDS.sub("SECONDS", line)


def _matches(pasted: list[str], printed: list[str]) -> bool:
    """Whether the output is as pasted, where a line of dots stands for any lines."""
    pattern = "".join(
        "(?:.*\n)*?" if line == "..." else re.escape(_untimed(line)) + "\n" for line in pasted
    )
    return re.fullmatch(pattern, "".join(_untimed(line) + "\n" for line in printed)) is not None


def _anchors(page: Path) -> set[str]:
    """The fragments of a page's headings, as the usual renderers make them."""
    text = _BLOCK.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    kept = [re.sub(r"[^\w\- ]", "", title.lower()) for title in titles]
    return {title.replace(" ", "-") for title in kept}


@pytest.mark.parametrize("page", _LINKED, ids=lambda path: path.name)
def test_links_resolve(page):
    """Every relative link leads to a file of the repository, and to a heading if it names one."""
    broken = []
    for link in _LINK.findall(_BLOCK.sub("", page.read_text(encoding="utf-8"))):
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize(
    "command",
    sorted({c for _, c, _ in _commands(_LINKED) if c.startswith("ridgeproof ")}),
)
def test_commands_parse(command):
    """The command exists, with those options, and its arguments are complete."""
    name, *arguments = _arguments(command)
    found = cli.cli.get_command(None, name)
    assert found is not None, f"there is no command {name}"
    found.make_context(name, arguments)  # raises click.UsageError for what it does not know


def test_help_keeps_its_lines():
    """Help pages that hold tables and examples show them line by line."""
    pages = "\n".join("\n".join(_run(f"ridgeproof {name} --help")) for name in ("", "check"))
    assert "\n  verify the theory     ridgeproof verify\n" in pages
    assert '\n    quantity = "test_error" ' in pages
    assert "\\b" not in pages


def test_commands_are_found():
    """The pages show commands at all: a changed fence would make the tests above empty."""
    assert len(_commands(_PAGES)) > 10


@pytest.mark.slow
@pytest.mark.parametrize("page", _LINKED, ids=lambda path: path.name)
def test_pasted_output_is_current(page):
    """What a page shows below a command is what the command prints today."""
    stale = []
    with _reader(page):
        for _, command, output in _commands([page]):
            if command.startswith(_NOT_RUN) or not output:
                continue
            printed = _run(command)
            if not _matches(output, printed):
                stale.append(f"$ {command}\n" + "\n".join(printed))
    assert not stale, "run python tests/docs/test_docs.py:\n" + "\n".join(stale)


@pytest.mark.parametrize("page", _PAGES, ids=lambda path: path.name)
def test_python_sessions(page):
    """Python sessions run as they are printed, in the order of the page."""
    session = "\n".join(_blocks(page, "pycon"))
    test = doctest.DocTestParser().get_doctest(session, {}, page.name, str(page), 0)
    text = io.StringIO()
    with _reader(page):
        result = doctest.DocTestRunner(verbose=False).run(test, out=text.write)
    assert result.failed == 0, text.getvalue()


def test_every_claim_has_a_row():
    """The table of the built-in claims names each of them once."""
    text = (_ROOT / "docs" / "verification.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^\| ([ACNP]\d+) \|", text, re.MULTILINE)) == sorted(all_claims())


def test_a_wrong_line_does_not_match():
    """The comparison has power: a changed number, a missing and an extra line are seen."""
    printed = ["one 1.0 s", "two", "three"]
    assert _matches(["one 2.0 s", "...", "three"], printed)
    assert not _matches(["one 1.0 s", "too", "three"], printed)
    assert not _matches(["one 1.0 s", "two"], printed)
    assert not _matches(["...", "four"], printed)


def _refresh(page: Path) -> None:
    """Paste fresh output below the commands whose output is stale and not elided."""
    text = page.read_text(encoding="utf-8")
    with _reader(page):
        for _, command, output in _commands([page]):
            if command.startswith(_NOT_RUN) or not output or "..." in output:
                continue
            printed = _run(command)
            if not _matches(output, printed):
                old, new = ("\n".join([f"$ {command}", *lines]) for lines in (output, printed))
                text = text.replace(old, new)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    for each in _LINKED:
        _refresh(each)
