"""Formulas as MathML: they read offline, scale, and are read aloud."""

from __future__ import annotations

from sphinx.application import Sphinx

from ridgeproof.theory.shown import mathml


def _visit_inline(translator, node) -> None:
    from docutils import nodes

    translator.body.append(mathml(node.astext(), block=False))
    raise nodes.SkipNode


def _visit_block(translator, node) -> None:
    from docutils import nodes

    translator.body.append(f'<div class="math">{mathml(node.astext(), block=True)}</div>')
    raise nodes.SkipNode


def _depart(translator, node) -> None:
    pass


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer of formulas."""
    app.add_html_math_renderer("mathml", (_visit_inline, _depart), (_visit_block, _depart))
    app.config.html_math_renderer = "mathml"
    return {"parallel_read_safe": True, "parallel_write_safe": True}
