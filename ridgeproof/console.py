"""What the commands print with: JSON, aligned human output, progress on stderr.

`echo` and `emit_json` are the only ways to the terminal, so that no control character of a title,
a path or an option gets there.
"""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from ridgeproof.theory.errors import plain

if TYPE_CHECKING:
    from ridgeproof.theory.shown import Shown

__all__ = [
    "echo",
    "emit_json",
    "heading",
    "key_values",
    "progress",
    "show",
    "track",
    "wants_colour",
]

Item = TypeVar("Item")

# Around a heading, until it is printed: code points that are never characters.
_BOLD, _END = "\ufdd0", "\ufdd1"
# Nothing that finishes within this many seconds needs a progress line.
_QUIET = 2.0


def echo(text: str, *, err: bool = False) -> None:
    """Print a text on stdout or stderr, headings bold on a terminal, without control characters."""
    bold, end = ("\x1b[1m", "\x1b[0m") if wants_colour() and not err else ("", "")
    click.echo(plain(text).replace(_BOLD, bold).replace(_END, end), err=err)


def emit_json(data: dict[str, Any]) -> None:
    """Print exactly one JSON object on stdout; what cannot be printed is escaped."""
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    click.echo(re.sub("[^ -~]", _escaped, text))


def _escaped(found: re.Match[str]) -> str:
    return found[0] if found[0].isprintable() else json.dumps(found[0])[1:-1]


def wants_colour() -> bool:
    """Colour only on a terminal, and never against NO_COLOR."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def heading(text: str) -> str:
    """A heading, which `echo` prints bold on a terminal."""
    return f"{_BOLD}{text}{_END}"


def key_values(pairs: Iterable[tuple[str, Any]], indent: str = "") -> str:
    """Aligned ``key  value`` lines, one a pair."""
    rows = [(key, str(value).replace("\n", " ")) for key, value in pairs]
    width = max((len(key) for key, _ in rows), default=0)
    return "\n".join(f"{indent}{key:<{width}}  {value}" for key, value in rows)


def show(result: Shown, *, as_json: bool, bold: str = "") -> None:
    """Print a result, its first line or another bold on a terminal; or its data as JSON."""
    if as_json:
        emit_json(result.data())
        return
    rows = result.rows()
    name = bold or rows[0][0]
    echo(key_values((key, heading(text) if key == name else text) for key, text in rows))


class _Progress:
    """One line on stderr, rewritten on a terminal, repeated sparsely elsewhere."""

    def __init__(self, label: str) -> None:
        self.label = label
        self.start = time.monotonic()
        self.last = self.start
        self.shown = False

    def update(self, text: str) -> None:
        """Show the state, at most five times a second on a terminal and every 5 s elsewhere."""
        now = time.monotonic()
        terminal = sys.stderr.isatty()
        if now - self.start < _QUIET or now - self.last < (0.2 if terminal else 5.0):
            return
        self.last, self.shown = now, True
        line = plain(f"{self.label}: {text} ({now - self.start:.0f} s)")
        click.echo(f"\r\x1b[K{line}" if terminal else line, err=True, nl=not terminal)

    def close(self) -> None:
        """Remove the line from a terminal."""
        if self.shown and sys.stderr.isatty():
            click.echo("\r\x1b[K", err=True, nl=False)


@contextmanager
def progress(label: str) -> Iterator[_Progress]:
    """A progress line for the duration of a block."""
    line = _Progress(label)
    try:
        yield line
    finally:
        line.close()


def track(label: str, items: Iterable[Item]) -> Iterator[Item]:
    """Iterate with a progress line that counts."""
    total = f" of {len(items)}" if isinstance(items, Sized) else ""
    with progress(label) as line:
        for i, item in enumerate(items):
            line.update(f"{i}{total}")
            yield item
