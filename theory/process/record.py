"""Process: a pipeline of linear fits as its user wrote it, a frozen record.

Steps are assignments and loops; what they assign are expressions over the operators of
`theory.process.operators`.  `theory.process.normal` turns a record into the graph that the theorem
and the simulation read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.shown import Written

__all__ = ["Let", "Loop", "Process", "Step"]


@dataclass(frozen=True)
class Let:
    """name = value."""

    name: str
    value: Expression
    line: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Loop:
    """The steps, count times in a row, with index = 0, 1, ..."""

    index: str
    count: Expression
    steps: tuple[Step, ...]
    line: int = field(default=0, compare=False)


Step = Let | Loop


@dataclass(frozen=True)
class Process(Written):
    """A process file, or a traced function.

    Attributes:
        steps: what is done, in order.
        asks: the quantities asked, by name, in order.
        parameters: the defaults of parameters, exact, by name.
        covariances: profiles by name: an expression in s, i, d, or the text of a spectrum.
        signals: the profiles of truths other than w0, in s, i, d, w0.
        truths: names of fixed vectors in the space of the models.
        spectrum, signal: the file's own, as on the command line; empty when it names none.
        title, source: said of the process, and no part of it.
    """

    steps: tuple[Step, ...]
    asks: tuple[tuple[str, Expression], ...]
    parameters: tuple[tuple[str, Fraction], ...] = ()
    covariances: tuple[tuple[str, Expression], ...] = ()
    signals: tuple[tuple[str, Expression], ...] = ()
    truths: tuple[str, ...] = ("w0",)
    spectrum: str = ""
    signal: str = ""
    title: str = field(default="", compare=False)
    source: str = field(default="", compare=False)

    def data(self) -> dict[str, Any]:
        """The tables of its file."""
        return tomllib.loads(str(self))

    def written(self, style: str) -> str:
        """Its file, as `evaluate --as-process` prints it; in a block of code for a page."""
        from ridgeproof.theory.process.file import process_text

        text = process_text(self).rstrip("\n")
        around = {
            "text": "{}", "markdown": "```toml\n{}\n```",
            "latex": "\\begin{{verbatim}}\n{}\n\\end{{verbatim}}",
        }  # fmt: skip
        return around[style].format(text)

    def _repr_html_(self) -> str:
        from ridgeproof.theory.drawing.graph import drawn

        return f'<div style="overflow-x: auto">{drawn(self)}</div>'

    @property
    def defaults(self) -> Mapping[str, Fraction]:
        """The defaults of the parameters by name."""
        return dict(self.parameters)
