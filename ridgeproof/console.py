"""What the commands print with: JSON, aligned human output, progress on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from typing import Any, TypeVar

import click

__all__ = ["emit_json", "heading", "key_values", "progress", "track", "wants_colour"]

Item = TypeVar("Item")

# Nothing that finishes within this many seconds needs a progress line.
_QUIET = 2.0


def emit_json(data: dict[str, Any]) -> None:
    """Print exactly one JSON object on stdout."""
    click.echo(json.dumps(data, ensure_ascii=False, allow_nan=False))


def wants_colour() -> bool:
    """Colour only on a terminal, and never against NO_COLOR."""
    import os

    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def heading(text: str) -> str:
    """A heading, bold on a terminal."""
    return click.style(text, bold=True) if wants_colour() else text


def key_values(pairs: Iterable[tuple[str, Any]], indent: str = "") -> str:
    """Aligned ``key  value`` lines."""
    rows = [(key, str(value)) for key, value in pairs]
    width = max((len(key) for key, _ in rows), default=0)
    return "\n".join(f"{indent}{key:<{width}}  {value}" for key, value in rows)


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
        line = f"{self.label}: {text} ({now - self.start:.0f} s)"
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
