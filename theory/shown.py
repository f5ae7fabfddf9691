"""Shown: a result that shows itself, in text as on the command line and in notebooks as a table."""

from __future__ import annotations

import html
from collections.abc import Mapping
from typing import Any

__all__ = ["Shown", "aligned", "echoed"]


class Shown:
    """What results have in common: lines of (name, text), and plain data.

    A result defines `rows`, and `data` with the keys of --json.
    """

    def rows(self) -> list[tuple[str, str]]:
        """What the command line prints, line by line."""
        raise NotImplementedError

    def data(self) -> dict[str, Any]:
        """Plain data, with the keys of --json."""
        raise NotImplementedError

    def to_dict(self) -> dict[str, Any]:
        """The same as `data`, under the name that tables use."""
        return self.data()

    def __str__(self) -> str:
        return aligned(self.rows())

    def _repr_html_(self) -> str:
        lines = (
            f"<tr><th style='text-align: left'>{html.escape(name)}</th>"
            f"<td style='text-align: left'>{html.escape(text)}</td></tr>"
            for name, text in self.rows()
        )
        return f"<table>{''.join(lines)}</table>"

    def _repr_markdown_(self) -> str:
        lines = (f"| {name.strip()} | {text} |".replace("\n", " ") for name, text in self.rows())
        return "\n".join(["| | |", "|---|---|", *lines])


def echoed(given: Mapping[str, Any]) -> dict[str, str]:
    """What was asked, as --json says it under "setting": exact texts, without what is not given.

    >>> echoed({"d": 3, "lam": "1/10", "T0": None})
    {'d': '3', 'lam': '1/10'}
    """
    return {name: str(value) for name, value in given.items() if value is not None}


def aligned(rows: list[tuple[str, str]], indent: str = "") -> str:
    """Aligned ``name  text`` lines, one a pair.

    >>> print(aligned([("a", "1"), ("long", "2")]))
    a     1
    long  2
    """
    width = max((len(name) for name, _ in rows), default=0)
    shown = ((name, text.replace("\n", " ")) for name, text in rows)
    return "\n".join(f"{indent}{name:<{width}}  {text}" for name, text in shown)
