"""``ridgeproof formulas``: the catalogue."""

from __future__ import annotations

from typing import Any

import click

__all__ = ["command"]


@click.command(name="formulas")
@click.argument("formula_id", metavar="[ID]", required=False)
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown", "json"]),
    default="text",
    show_default=True,
)
def command(formula_id: str | None, style: str) -> None:
    """List the catalogued theorems, or print one in full.

    ID is an id such as ridge, or a theorem number such as T2.
    """
    from ridgeproof.console import emit_json
    from theory import rendering
    from theory.catalogue import catalogue, find

    chosen = [find(formula_id)] if formula_id else list(catalogue().values())
    if style == "json":
        data: dict[str, Any] = {"formulas": [rendering.formula_data(f) for f in chosen]}
        emit_json(rendering.formula_data(chosen[0]) if formula_id else data)
    elif style == "latex":
        click.echo("\n\n".join(rendering.formula_latex(f) for f in chosen))
    elif style == "markdown":
        click.echo("\n\n".join(rendering.formula_markdown(f) for f in chosen))
    elif formula_id:
        click.echo(rendering.formula_text(chosen[0]))
    else:
        click.echo(_table(chosen))


def _table(formulas: list[Any]) -> str:
    from ridgeproof.console import heading, key_values

    blocks = []
    for formula in formulas:
        details = [
            ("regime", formula.regime),
            ("kind", formula.kind.value),
            ("source", formula.source),
        ]
        title = heading(f"{formula.theorem}  {formula.id}")
        body = key_values([("", formula.statement), *details], indent="    ")
        blocks.append(f"{title}: {formula.title}\n{body}")
    blocks.append("ridgeproof formulas ID prints one in full; ridgeproof derive ID derives it.")
    return "\n\n".join(blocks)
