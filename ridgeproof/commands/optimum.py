"""``ridgeproof optimum``: the corrected optimal ridge, next to the classical one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress
from ridgeproof.options import json_option, pop_setting, setting_options

if TYPE_CHECKING:
    from ridgeproof.numerics.optima.optimum import Optimum

__all__ = ["command"]


@click.command(name="optimum")
@setting_options(without=("lam",))
@click.option("--digits", default="15", show_default=True, help="significant digits, 1 to 2000")
@click.option(
    "--form",
    type=click.Choice(["limit", "exact"]),
    default="limit",
    show_default=True,
    help="limit: d, T, T0 large at fixed ratios; exact: exact finite-size generators",
)
@json_option
def command(digits: str, form: str, as_json: bool, **options: Any) -> None:
    """Find the ridge penalty lam in [0, inf] that minimises the test error.

    classical is the optimum of the same setting on clean data (n = 0): the penalty that ignores
    the label noise of the generators.

    \b
    ridgeproof optimum --d 200 --T 400 --T0 500 --n 5 --sigma 0.5 --sigma0 0.5
    """  # noqa: D301
    from ridgeproof.numerics.optima.optimum import optimum
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.theory.formula import Form

    setting = pop_setting(options, lam=0)
    count = check_integer("--digits", digits, least=1, most=2000)
    with progress("minimising"):
        found = optimum(setting, digits=count, form=Form(form))
    if as_json:
        emit_json(_data(found))
    else:
        echo(_text(found))


def _data(found: Optimum) -> dict[str, Any]:
    return {
        "lam": found.shown(found.lam),
        "value": found.shown(found.value),
        "classical_lam": found.shown(found.classical_lam),
        "value_at_classical": found.shown(found.value_at_classical),
        "closed_form": found.closed_form,
    }


def _text(found: Optimum) -> str:
    method = "closed form (optimal-ridge)" if found.closed_form else "search over all lam"
    rows = [
        ("optimal lam", heading(found.shown(found.lam))),
        ("test error", found.shown(found.value)),
        ("classical lam", found.shown(found.classical_lam)),
        ("error at classical", found.shown(found.value_at_classical)),
        ("method", f"{method}, {found.form} form"),
    ]
    others = [point for point in found.stationary if point.kappa != found.kappa]
    rows += [
        (
            "local minimum" if point.is_minimum else "local maximum",
            f"lam = {found.shown(point.lam)}, test error {found.shown(point.value)}",
        )
        for point in others
    ]
    return key_values(rows)
