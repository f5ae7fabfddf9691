"""Shown: a result that shows itself, in text as on the command line and in notebooks as a table.

A result of formulas is `Written`: its page is Markdown, and formulas in it are MathML in notebooks.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping
from typing import Any, TypeVar

from ridgeproof.theory.errors import InputError

__all__ = ["Shown", "Written", "aligned", "echoed", "in_short", "mathml", "only"]

Item = TypeVar("Item")

_SIZED = re.compile(r"\\(?:big|Big|bigg|Bigg)[lrm]?")
_SPECIAL = re.compile(r"[\\&%$#_{}~^]")
_NAMED = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


class Shown:
    """What results have in common: lines of (name, text), and plain data.

    A result defines `rows`, and `data` with the keys of --json.  Two are equal where their data
    are, but for the seconds that they took.  One that is a number defines ``__float__``.
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

    def __format__(self, spec: str) -> str:
        """The number as a float is formatted; without a format, the whole record."""
        if spec and not hasattr(self, "__float__"):
            kind = type(self).__name__
            raise InputError("format", spec, f"is of a number, and {kind} is none", "print it")
        return format(float(self), spec) if spec else str(self)  # type: ignore[arg-type]

    def _known(self) -> str:
        data = {name: value for name, value in self.data().items() if name != "seconds"}
        return f"{type(self).__name__} {json.dumps(data, sort_keys=True)}"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._known() == other._known()

    def __hash__(self) -> int:
        return hash(self._known())

    def _repr_html_(self) -> str:
        lines = (
            f"<tr><th style='text-align: left'>{html.escape(name).replace('  ', '&emsp;')}</th>"
            "<td style='text-align: left; overflow-wrap: anywhere'>"
            f"{html.escape(text)}</td></tr>"
            for name, text in self.rows()
        )
        return f"<table>{''.join(lines)}</table>"

    def _repr_markdown_(self) -> str:
        lines = (f"| {name.strip()} | {text} |".replace("\n", " ") for name, text in self.rows())
        return "\n".join(["| | |", "|---|---|", *lines])

    def _repr_latex_(self) -> str:
        lines = (rf"\text{{{_plain(n)}}} & \text{{{_plain(t)}}}" for n, t in self.rows())
        body = " \\\\\n".join(lines)
        return f"$$\\begin{{array}}{{ll}}\n{body}\n\\end{{array}}$$"


class Written(Shown):
    """A result of formulas; it defines `written` in place of rows."""

    def written(self, style: str) -> str:
        """What --format prints: text, markdown or latex."""
        raise NotImplementedError

    def __str__(self) -> str:
        return self.written("text")

    def _repr_markdown_(self) -> str:
        return self.written("markdown")

    def _repr_latex_(self) -> str:
        return self.written("latex")

    def _repr_html_(self) -> str:
        lines = self._repr_markdown_().splitlines()
        return "\n".join(_line(line.strip()) for line in lines if line.strip())


def _line(text: str) -> str:
    """A line of Markdown: a heading, a formula, an item of a list, or a paragraph."""
    if text.startswith("$$"):
        return f"<div>{mathml(text.strip('$'), block=True)}</div>"
    shown = re.sub(r"`([^`]*)`", r"<code>\1</code>", html.escape(text.lstrip("# "), quote=False))
    shown = re.sub("^- ", "• ", shown)
    return f"<h4>{shown}</h4>" if text.startswith("#") else f"<p>{shown}</p>"


def mathml(latex: str, *, block: bool) -> str:
    """A formula for a page: MathML, or where latex2mathml is not installed LaTeX for MathJax."""
    try:
        from latex2mathml.converter import convert
    except ImportError:
        return html.escape(f"$${latex}$$" if block else f"${latex}$")
    text = convert(_SIZED.sub("", latex), display="block" if block else "inline")
    # What a screen reader or a search finds where MathML is not understood.
    return str(text).replace("<math ", f'<math aria-label="{html.escape(latex.strip())}" ', 1)


def _plain(text: str) -> str:
    """A text within LaTeX's text."""
    return _SPECIAL.sub(lambda found: _NAMED.get(found[0], f"\\{found[0]}"), text.strip())


def only(values: Mapping[str, Item]) -> Item:
    """The one value.

    Raises:
        InputError: there are several.
    """
    if len(values) != 1:
        raise InputError("value", ", ".join(values), "are several quantities", "take one by name")
    return next(iter(values.values()))


def echoed(given: Mapping[str, Any]) -> dict[str, str]:
    """What was asked, as --json says it under "setting": exact texts, without what is not given.

    >>> echoed({"d": 3, "lam": "1/10", "T0": None})
    {'d': '3', 'lam': '1/10'}
    """
    return {name: str(value) for name, value in given.items() if value is not None}


def in_short(numbers: Any) -> str:
    """An array in a line: its number, or the least and the largest of so many."""
    if numbers.size == 1:
        return f"{float(numbers.item()):.6g}"
    least, most = float(numbers.min()), float(numbers.max())
    return f"{least:.6g} .. {most:.6g} ({numbers.size} numbers)"


def aligned(rows: list[tuple[str, str]], indent: str = "") -> str:
    """Aligned ``name  text`` lines, one a pair.

    >>> print(aligned([("a", "1"), ("long", "2")]))
    a     1
    long  2
    """
    width = max((len(name) for name, _ in rows), default=0)
    shown = ((name, text.replace("\n", " ")) for name, text in rows)
    return "\n".join(f"{indent}{name:<{width}}  {text}" for name, text in shown)
