"""``ridgeproof explore``: one offline page to play with, sliders for every parameter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from ridgeproof.console import echo, emit_json, key_values, progress
from ridgeproof.options import (
    json_option,
    pop_process,
    pop_setting,
    process_argument,
    seed_option,
    setting_options,
)
from ridgeproof.theory.errors import InputError

__all__ = ["command"]


@click.command(name="explore")
@process_argument
@setting_options()
@click.option("--out", required=True, type=click.Path(path_type=Path), help="the page, FILE.html")
@click.option("--simulate", default="0", show_default=True,
              help="repetitions at a few places along the first parameter: points")  # fmt: skip
@seed_option
@json_option
def command(out: Path, simulate: str, seed: int, as_json: bool, **options: Any) -> None:
    """Write one self-contained page on which the parameters of a process are moved by sliders.

    The numbers are those of the derived formulas, computed in the browser to the digits of
    float64; the page works offline and fetches nothing.  It shows the value, curves along any
    parameter, the formula, and the command line that reproduces what is shown.

    \b
    ridgeproof explore examples/processes/weak_to_strong.toml --out weak.html --simulate 100
    ridgeproof explore --d 100 --T 200 --T0 300 --n 3 --sigma 1/2 --sigma0 1/2 --lam 1/10 \\
        --out collapse.html
    """  # noqa: D301
    from ridgeproof.explore_page import explore_page
    from ridgeproof.theory.checks import check_integer, check_output

    if out.suffix != ".html":
        raise InputError("--out", out, "is no page", "end it in .html")
    check_output("--out", out)
    repetitions = check_integer("--simulate", simulate, least=0, most=100_000)
    file = options.get("file")
    asked = pop_process(options)
    if asked is None:
        setting = pop_setting(options)
        title = f"{setting.n} generators, then a fit on their labels"
        given: dict[str, Any] = {}
        process = replace(setting.process(), title=title)
        words = f"ridgeproof evaluate --d {setting.d} --n {setting.n} --spectrum {setting.spectrum}"
        words += f" --signal {setting.signal}"
    else:
        process, given = asked
        space = " ".join(f"--{k} {given[k]}" for k in ("d", "spectrum", "signal") if k in given)
        words = f"ridgeproof evaluate {file} {space}".rstrip()
    with progress("deriving"):
        page = explore_page(process, words, repetitions=repetitions, seed=seed, **given)
    out.write_text(page, encoding="utf-8")
    if as_json:
        emit_json({"out": str(out), "bytes": len(page)})
    else:
        echo(key_values([("wrote", out), ("size", f"{len(page) / 1024:.0f} kB, offline")]))
