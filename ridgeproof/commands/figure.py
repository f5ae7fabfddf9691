"""``ridgeproof figure``: theory lines over simulated points, drawn to a file."""

from __future__ import annotations

from pathlib import Path

import click

from ridgeproof.completion import completes, figures
from ridgeproof.console import echo, emit_json, key_values, progress
from ridgeproof.options import json_option, seed_option
from ridgeproof.questions.tables import figure
from ridgeproof.theory.errors import MISSING, InputError

__all__ = ["command"]


@click.command(name="figure")
@click.argument("name", required=False, shell_complete=completes(figures))
@click.option("--list", "listing", is_flag=True, help="names and titles of the figures")
@click.option("--out", default=None, help="FILE.png, FILE.svg or FILE.pdf  [default: NAME.svg]")
@click.option("--workers", default="1", show_default=True, help="processes to simulate with")
@seed_option
@json_option
def command(
    name: str | None, listing: bool, out: str | None, workers: str, seed: int, as_json: bool
) -> None:
    """Draw a figure: the theory as lines, the simulation as points with error bars.

    Below each panel z is the distance of every point from the theory in standard errors; the band
    is two of them, where about 95 points of 100 belong.  Each takes up to a minute of computing.
    With --json the numbers are printed, and a file is written only where --out names it.

    \b
    ridgeproof figure --list
    ridgeproof figure isotropic --out isotropic.png
    """  # noqa: D301
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.verification.figures.experiments import all_figures

    if listing:
        _list(as_json=as_json)
        return
    if name is None:
        names = ", ".join(all_figures())
        raise InputError("NAME", MISSING, "it says which figure to draw", f"choose from {names}")
    path = None if as_json and out is None else Path(out or f"{name}.svg")
    count = check_integer("--workers", workers, least=1, most=256)
    with progress(f"measuring {name}") as line:
        data = figure(
            name, path, seed=seed, workers=count, watch=lambda done: line.update(f"{done} points")
        )
    if as_json:
        emit_json({**data.data(), "out": None if path is None else str(path)})
    else:
        echo(key_values([("wrote", path), *data.rows()]))


def _list(*, as_json: bool) -> None:
    from ridgeproof.verification.figures.experiments import all_figures

    titles = [(figure.name, figure.title) for figure in all_figures().values()]
    if as_json:
        emit_json({"figures": [{"name": name, "title": title} for name, title in titles]})
    else:
        echo(key_values(titles))
