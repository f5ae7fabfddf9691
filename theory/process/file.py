"""read_process: a process file (TOML), or its text, as a record."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from ridgeproof.theory.checks import closest, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.builder import operators
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.names import quoted, used_names
from ridgeproof.theory.process.normal import check_process
from ridgeproof.theory.process.profiles import FUNCTIONS, read_profile
from ridgeproof.theory.process.record import Process, Step
from ridgeproof.theory.process.text import read_expression, read_steps, steps_text
from ridgeproof.theory.toml_file import located, read_tables

__all__ = ["checked_process", "make_process", "process_text", "read_process"]

_FILE = "file:"
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
_PROCESS = ("title", "source", "truths", "steps", "covariances", "signals", "parameters")
_RESERVED = frozenset({"range", "inf", "pi", "Sigma", *FUNCTIONS})


@located
def read_process(source: Path | str) -> Process:
    """Read a process file, or its text (a string with a line break).

    A path in it, as in "file:eigenvalues.npy", is relative to the process file.

    Raises:
        InputError: the file cannot be read, is no TOML, or is no process.

    >>> text = '''[process]
    ... steps = "m = ridge(rows(T)@w0, lam)"
    ... [ask]
    ... risk = "risk(m)"
    ... '''
    >>> read_process(text).asks[0][0]
    'risk'
    """
    tables = read_tables(source, "process file")
    is_text = isinstance(source, str) and "\n" in source
    return make_process(tables, None if is_text else Path(source).parent)


def make_process(tables: Mapping[str, Any], folder: Path | None = None) -> Process:
    """The record of a process file's tables; a file: path in them is relative to the folder.

    Raises:
        InputError: a table or key is unknown, or the process has no meaning.
    """
    # A conjecture about the process, and its domain, may stand in the same file.
    _known("process file", tables, ("process", "ask", "conjecture", "domain"))
    head = _table("process", tables.get("process", {}))
    _known("[process]", head, _PROCESS)
    if "steps" not in head:
        raise InputError("[process] steps", "missing", "is needed", "write the steps")
    asks = _table("ask", tables.get("ask", {}))
    return checked_process(
        read_steps(head["steps"]),
        tuple((name, read_expression(text, f"ask {name}")) for name, text in asks.items()),
        head,
        folder,
    )


def checked_process(
    steps: tuple[Step, ...],
    asks: tuple[tuple[str, Expression], ...],
    head: Mapping[str, Any],
    folder: Path | None = None,
) -> Process:
    """The record of steps and asks with what a [process] table says besides.

    Raises:
        InputError: an entry cannot be read, or the process has no meaning.
    """
    parameters = _table("process.parameters", head.get("parameters", {}))
    truths = head.get("truths", ["w0"])
    if not isinstance(truths, list) or not all(isinstance(name, str) for name in truths):
        raise InputError("[process] truths", truths, "is no list of names", 'write ["w0"]')
    profiles = _table("process.covariances", head.get("covariances", {}))
    signals = _table("process.signals", head.get("signals", {}))
    process = Process(
        steps=steps,
        asks=asks,
        parameters=tuple(
            (name, exact(f"parameter {name}", _plain(value)))
            for name, value in parameters.items()
            if name not in {"spectrum", "signal"}
        ),
        covariances=tuple(
            (name, read_profile(name, _placed(text, folder))) for name, text in profiles.items()
        ),
        signals=tuple(
            (name, read_profile(name, _placed(text, folder), signal=True))
            for name, text in signals.items()
        ),
        truths=tuple(truths),
        spectrum=_word("spectrum", _placed(parameters.get("spectrum", ""), folder)),
        signal=_word("signal", _placed(parameters.get("signal", ""), folder)),
        title=_word("title", head.get("title", "")),
        source=_word("source", head.get("source", "")),
    )
    _check_names(process)
    check_process(process)
    _require_used(process)
    return process


def _plain(value: object) -> object:
    """A number of TOML as one that `exact` reads; decimals keep the user's digits."""
    return str(value) if isinstance(value, Decimal) else value


def _placed(text: Any, folder: Path | None) -> Any:
    """The text with a file: path seen from where the program runs; anything else as it is."""
    if folder is None or not isinstance(text, str) or not text.startswith("file:"):
        return text
    return f"file:{folder / text.removeprefix('file:')}"


def _word(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise InputError(f"[process] {name}", value, "is not text", "write it in quotes")
    return value


def _table(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"[{name}]", value, "is no table", f"write it under [{name}]")
    for key in value:
        if not _NAME.match(key):
            remedy = "use letters, digits and _, starting with a letter"
            raise InputError(f"[{name}]", key, "is no name", remedy)
    return value


def _known(name: str, table: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in table:
        if key not in keys:
            hint = closest(key, keys)
            raise InputError(name, key, "is no key", f"{hint}use {', '.join(keys)}")


def _check_names(process: Process) -> None:
    """Refuse names that mean two things, and a process with nothing to ask."""
    if not process.asks:
        raise InputError("[ask]", "empty", "asks nothing", 'write, say, risk = "risk(m)"')
    words = {**dict.fromkeys(_RESERVED), **operators()}
    for kind, names in (
        ("truth", process.truths),
        ("profile", [name for name, _ in process.covariances]),
        ("parameter", [name for name, _ in process.parameters]),
    ):
        for name in names:
            if name in words or (name == "d" and kind != "parameter"):
                raise InputError(f"{kind} {name}", name, "is a word of the language", "rename it")
    declared = {name for name, _ in process.signals}
    if "w0" in declared:
        remedy = "set it by signal, in [process.parameters] or as an option"
        raise InputError("[process.signals]", "w0", "is the truth that signal sets", remedy)
    for name in process.truths:
        if not _NAME.match(name) or process.truths.count(name) > 1:
            raise InputError("[process] truths", name, "is no name or is repeated", "correct it")
        if name != "w0" and name not in declared:
            remedy = f"add {name} to [process.signals]"
            raise InputError(f"truth {name}", name, "has no signal", remedy)
    for name in declared - set(process.truths):
        raise InputError(f"signal {name}", name, "is no truth", f"add {name} to truths")


def _require_used(process: Process) -> None:
    """Refuse what is declared and used nowhere: it would change nothing, without a word."""
    names, texts = used_names(process), quoted(process)
    for table, given, used in (
        ("parameters", process.parameters, names | {"d"}),
        ("covariances", process.covariances, texts),
        ("signals", process.signals, names),
    ):
        for name, _ in given:
            if name not in used:
                remedy = f"{closest(name, used)}use it or leave it out"
                condition = "is used nowhere in the steps and asks"
                raise InputError(f"[process.{table}]", name, condition, remedy)


def process_text(process: Process) -> str:
    """The process file of a record; `read_process` makes the same record of it."""
    head: list[str] = ["[process]"]
    for name, text in (("title", process.title), ("source", process.source)):
        if text:
            head.append(f"{name} = {_quoted(text)}")
    if process.truths != ("w0",):
        head.append(f"truths = [{', '.join(map(_quoted, process.truths))}]")
    head.append(f'steps = """\n{steps_text(process.steps)}\n"""')
    values = [(name, _quoted(str(value))) for name, value in process.parameters]
    for name, text in (("spectrum", process.spectrum), ("signal", process.signal)):
        values += [(name, _quoted(text))] if text else []
    for table, entries in (
        ("process.covariances", [(n, _quoted(_written(p))) for n, p in process.covariances]),
        ("process.signals", [(n, _quoted(_written(p))) for n, p in process.signals]),
        ("process.parameters", values),
        ("ask", [(name, _quoted(str(ask))) for name, ask in process.asks]),
    ):
        if entries:
            head += [f"[{table}]", *(f"{name} = {value}" for name, value in entries)]
    return "\n".join(head) + "\n"


def _written(profile: Expression) -> str:
    return str(getattr(profile, "text", profile))


def _quoted(text: str) -> str:
    """A basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in escaped) + '"'
