"""Formulas as MathML: they read offline, scale, and are read aloud."""

from __future__ import annotations

import html
import re

from latex2mathml.converter import convert
from sphinx.application import Sphinx

_SIZED = re.compile(r"\\(?:big|Big|bigg|Bigg)[lrm]?")


def _mathml(latex: str, *, block: bool) -> str:
    text = convert(_SIZED.sub("", latex), display="block" if block else "inline")
    # What a screen reader or a search finds where MathML is not understood.
    return text.replace("<math ", f'<math aria-label="{html.escape(latex.strip())}" ', 1)


def _visit_inline(translator, node) -> None:
    from docutils import nodes

    translator.body.append(_mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _visit_block(translator, node) -> None:
    from docutils import nodes

    translator.body.append(f'<div class="math">{_mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def _depart(translator, node) -> None:
    pass


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer of formulas."""
    app.add_html_math_renderer("mathml", (_visit_inline, _depart), (_visit_block, _depart))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
