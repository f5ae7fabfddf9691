"""``ridgeproof optimum``: the best ridge of a setting, or the best parameters of a process file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import progress, show
from ridgeproof.options import (
    is_given,
    json_option,
    pop_process,
    pop_setting,
    process_argument,
    setting_options,
)
from ridgeproof.questions.answers import optimum

if TYPE_CHECKING:
    from ridgeproof.theory.process.record import Process
    from ridgeproof.theory.settings.setting import Setting

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
    asked = pop_process(options)
    own: dict[str, Any] = {"form": form} | ({} if digits is None else {"digits": digits})
    question: Setting | Process
    if asked is not None:
        question = asked[0]
        own |= asked[1]
    else:
        own |= {"lam": options["opt_lam"]} if is_given("opt_lam") else {}
        question = pop_setting(options, lam=0)
    with progress("minimising"):
        found = optimum(question, over=over, ask=ask, **own)
    show(found, as_json=as_json)
