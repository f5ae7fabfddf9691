"""``ridgeproof optimum``: the best ridge of a setting, or the best parameters of a process file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress, show
from ridgeproof.options import (
    is_given,
    json_option,
    pop_process,
    pop_setting,
    process_argument,
    setting_options,
)

if TYPE_CHECKING:
    from ridgeproof.numerics.equivalent.optimum import ProcessOptimum
    from ridgeproof.theory.process.record import Process

__all__ = ["command"]


@click.command(name="optimum")
@process_argument
@setting_options()
@click.option(
    "--over",
    metavar="NAME[=A..B],...",
    help="with FILE: what to search, 0 to infinity or from A to B; several jointly",
)
@click.option("--ask", metavar="NAME", help="with FILE: what to minimise, where it asks several")
@click.option(
    "--digits", help="significant digits, 1 to 2000  [default: 15; of a process 12, the most]"
)
@click.option(
    "--form",
    type=click.Choice(["limit", "exact"]),
    default="limit",
    show_default=True,
    help="limit: d, T, T0 large at fixed ratios; exact: exact finite-size generators",
)
@json_option
def command(
    over: str | None,
    ask: str | None,
    digits: str | None,
    form: str,
    as_json: bool,
    **options: Any,
) -> None:
    """Find the lam in [0, inf] of least test error, or where an ask of a process is least.

    classical is the optimum of the same setting on clean data (n = 0): the penalty that ignores
    the label noise of the generators.

    With FILE, a process (TOML), what it asks is minimised over the parameters named by --over:
    penalties, weights, mixtures, times; not sizes and counts.  Penalties may be negative, down to
    the spectral edge: an interval that begins below it is cut there, and the output says so.

    \b
    ridgeproof optimum --d 200 --T 400 --T0 500 --n 5 --sigma 0.5 --sigma0 0.5
    ridgeproof optimum examples/processes/negative_ridge.toml --ask risk --over lam=-1/10..1
    ridgeproof optimum examples/processes/self_distillation.toml --ask student --over lam,xi=-20..20
    """  # noqa: D301
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.theory.errors import MISSING, InputError
    from ridgeproof.theory.formula import Form

    asked = pop_process(options)
    count = None if digits is None else check_integer("--digits", digits, least=1, most=2000)
    if asked is not None:
        if over is None:
            remedy = "name parameters, as in --over lam or --over lam=-1/10..1,lam0"
            raise InputError("--over", MISSING, "says what is searched", remedy)
        _optimum_of_process(*asked, over, ask, count, form, as_json=as_json)
        return
    for name, value in (("--over", over), ("--ask", ask)):
        if value is not None:
            remedy = "give FILE, or leave it out: the lam of a setting is searched"
            raise InputError(name, value, "is for a process", remedy)
    from ridgeproof.numerics.optima.optimum import optimum

    if is_given("opt_lam"):
        raise InputError("--lam", options["opt_lam"], "is what is searched", "leave it out")
    setting = pop_setting(options, lam=0)
    with progress("minimising"):
        found = optimum(setting, digits=count or 15, form=Form(form))
    show(found, as_json=as_json)


def _optimum_of_process(
    process: Process,
    given: dict[str, str],
    over: str,
    ask: str | None,
    digits: int | None,
    form: str,
    *,
    as_json: bool,
) -> None:
    from ridgeproof.numerics.equivalent.evaluate import DIGITS
    from ridgeproof.numerics.equivalent.optimum import optimum_of_process
    from ridgeproof.theory.errors import NotBuilt

    if form == "exact" or (digits or 1) > DIGITS:
        message = f"the optimum of a process is found in the limit, to at most {DIGITS} digits"
        raise NotBuilt(f"{message}. Leave --form and --digits out")
    with progress("minimising"):
        found = optimum_of_process(process, over, ask=ask, **given)
    data = _process_data(found, digits or DIGITS)
    if as_json:
        emit_json(data)
    else:
        echo(_process_text(process.title, data))


def _process_data(found: ProcessOptimum, digits: int) -> dict[str, Any]:
    return {
        "at": {name: f"{place:.{digits}g}" for name, place in found.at.items()},
        "value": f"{found.value:.{digits}g}",
        "ask": found.ask,
        "cut": {name: f"{edge:.6g}" for name, edge in found.cut.items()},
    }


def _process_text(title: str, data: dict[str, Any]) -> str:
    from ridgeproof.theory.errors import shortened

    rows = [("process", shortened(title))] if title else []
    rows += [(f"best {name}", heading(place)) for name, place in data["at"].items()]
    rows.append((data["ask"], data["value"]))
    rows += [
        ("cut", f"{name} is searched from {edge} only, the spectral edge")
        for name, edge in data["cut"].items()
    ]
    how = "jointly" if len(data["at"]) > 1 else "over the whole interval"
    rows.append(("method", f"search {how}, in the limit, in float64"))
    return key_values(rows)
