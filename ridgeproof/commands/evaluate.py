"""``ridgeproof evaluate``: the test error of a setting, or the asks of a process file."""

from __future__ import annotations

from typing import Any

import click

from ridgeproof.console import echo, emit_json, progress, show
from ridgeproof.options import (
    json_option,
    pop_process,
    pop_setting,
    process_argument,
    setting_options,
)
from ridgeproof.questions.answers import evaluate
from ridgeproof.theory.errors import InputError

__all__ = ["command"]


@click.command(name="evaluate")
@process_argument
@setting_options()
@click.option("--digits", help="significant digits, 1 to 2000  [default: 15; of a process 12]")
@click.option(
    "--form",
    type=click.Choice(["limit", "exact"]),
    default="limit",
    show_default=True,
    help="limit: d, T, T0 large at fixed ratios; exact: every known exact finite-size piece",
)
@click.option("--certified", is_flag=True, help="a radius that is a theorem (rigorous balls)")
@click.option("--as-process", is_flag=True, help="print the setting as a process file (TOML)")
@json_option
def command(
    digits: str | None,
    form: str,
    certified: bool,
    as_process: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Evaluate the test error of a setting, or what a process file asks, from its theorem.

    The error is E ||w_hat - w0||_Sigma^2 without the irreducible sigma^2.  Its terms: bias
    (quadratic in w0), variance (the sigma^2 part), synthetic (the sigma0^2 part).

    With FILE, a process (TOML), every quantity that it asks, in the limit of large sizes at fixed
    ratios.  The options that are parameters of the process win over its own values.

    \b
    ridgeproof evaluate --d 300 --T 1000 --T0 600 --n 5 --sigma 0.5 --sigma0 0.5 --lam 0.01
    ridgeproof evaluate examples/processes/self_distillation.toml --lam 1/10
    """  # noqa: D301
    asked = pop_process(options)
    if as_process:
        if asked is not None:
            raise InputError("--as-process", "given", "FILE is a process already", "leave it out")
        process = pop_setting(options).process()
        if as_json:
            emit_json({"process": f"{process}\n"})
        else:
            echo(str(process))
        return
    question, given = asked or (pop_setting(options), {})
    own: dict[str, Any] = {"digits": digits, "form": form, "certified": certified, **given}
    with progress("evaluating"):
        value: Any = evaluate(question, **own)
    show(value, as_json=as_json)
