"""Entry: a published result as a folder of files.

process.toml   the pipeline; its comment says what the result is, its source who stated it
true-*.toml    conjectures about it that hold
false-*.toml   conjectures that fail: usually the same without a condition
entry.toml     its question, and asks against one parameter (`ridgeproof.verification.atlas.curve`)
plot.svg       these curves, drawn: ``ridgeproof atlas --draw examples/atlas``
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from ridgeproof.theory.checks import closest
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.toml_file import read_tables
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["Claim", "Entry", "all_entries", "find_entry"]

_HOLDS = {Outcome.PROVED, Outcome.IDENTICAL, Outcome.CONSISTENT}
_COMMENT = re.compile(r"^#[ ]?(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """A conjecture of an entry, and whether it is meant to hold."""

    path: Path
    holds: bool

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def comment(self) -> str:
        """Why it holds, or which condition it lacks."""
        return _comment(self.path)

    @cached_property
    def conjecture(self) -> ProcessConjecture:
        """The claim as it is checked."""
        found = read_conjecture(self.path)
        if not isinstance(found, ProcessConjecture):
            raise InputError(
                str(self.path), found.title, "is about no process", "add process = ..."
            )
        return found

    def check(self, *, seed: int = 0) -> Verdict:
        """What `ridgeproof check` says of it."""
        return check(self.conjecture, seed=seed)

    def as_meant(self, verdict: Verdict) -> bool:
        """Whether a verdict bears the claim out: true ones hold, false ones are refuted."""
        return verdict.verdict in _HOLDS if self.holds else verdict.verdict is Outcome.REFUTED


@dataclass(frozen=True)
class Entry:
    """One folder of the atlas."""

    folder: Path

    @property
    def name(self) -> str:
        """The folder's name."""
        return self.folder.name

    @cached_property
    def process(self) -> Process:
        """The pipeline."""
        return read_process(self.folder / "process.toml")

    @cached_property
    def about(self) -> dict[str, Any]:
        """The tables of entry.toml: ``question`` and ``curve``."""
        path = self.folder / "entry.toml"
        table = read_tables(path, str(path))
        if not isinstance(table.get("question"), str) or not isinstance(table.get("curve"), dict):
            raise InputError(str(path), MISSING, "has no question or no [curve]", "write both")
        return table

    @property
    def result(self) -> str:
        """What is found, in our own words: the comment on top of the process."""
        return _comment(self.folder / "process.toml")

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The conjectures that hold, then those that do not."""
        return tuple(
            Claim(path, holds=kind == "true")
            for kind in ("true", "false")
            for path in sorted(self.folder.glob(f"{kind}-*.toml"))
        )


def all_entries() -> tuple[Entry, ...]:
    """Every entry, by name."""
    folder = Path(str(files("ridgeproof").joinpath("atlas")))
    return tuple(_entries(folder))


def find_entry(name: str) -> Entry:
    """The entry of a name.

    Raises:
        InputError: there is none.

    >>> find_entry("golden-ratio").claims[0].name
    'true-least-error'
    """
    entries = {entry.name: entry for entry in all_entries()}
    if name not in entries:
        remedy = f"{closest(name, entries)}list them with ridgeproof atlas"
        raise InputError("NAME", name, "is no entry of the atlas", remedy)
    return entries[name]


def _entries(folder: Path) -> Iterator[Entry]:
    for path in sorted(folder.glob("*/process.toml")):
        yield Entry(path.parent)


def _comment(path: Path) -> str:
    """The lines of comment on top of a file, as one paragraph."""
    head = path.read_text(encoding="utf-8").split("\n[", 1)[0]
    return " ".join(_COMMENT.findall(head))
