"""``ridgeproof evaluate``: the test error of a setting, or the asks of a process file."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress, show
from ridgeproof.options import (
    json_option,
    pop_process,
    pop_setting,
    process_argument,
    setting_options,
)

if TYPE_CHECKING:
    from ridgeproof.numerics.equivalent.evaluate import ProcessValue
    from ridgeproof.theory.process.record import Process
    from ridgeproof.theory.settings.setting import Setting

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
    from ridgeproof.theory.checks import check_integer

    asked = pop_process(options)
    count = None if digits is None else check_integer("--digits", digits, least=1, most=2000)
    if asked is not None:
        if as_process:
            from ridgeproof.theory.errors import InputError

            raise InputError("--as-process", "given", "FILE is a process already", "leave it out")
        _evaluate_process(*asked, count, form, certified=certified, as_json=as_json)
        return
    from ridgeproof.numerics.evaluate import evaluate
    from ridgeproof.theory.formula import Form

    if as_process:
        _print_process(pop_setting(options), as_json=as_json)
        return
    setting = pop_setting(options)
    with progress("evaluating"):
        value = evaluate(setting, digits=count or 15, form=Form(form), certified=certified)
    show(value, as_json=as_json)


def _evaluate_process(
    process: Process,
    given: dict[str, str],
    digits: int | None,
    form: str,
    *,
    certified: bool,
    as_json: bool,
) -> None:
    from ridgeproof.numerics.equivalent.evaluate import DIGITS, evaluate_process
    from ridgeproof.theory.errors import NotBuilt

    if form == "exact":
        raise NotBuilt(
            "an exact finite-size form of a process is not built in this version: take its limit; "
            "of a setting, leave FILE out"
        )
    options: dict[str, Any] = {**given, "digits": digits or DIGITS, "certified": certified}
    with progress("evaluating"):
        value = evaluate_process(process, **options)
    data = _process_data(value, digits or DIGITS)
    if as_json:
        emit_json(data)
    else:
        echo(_process_text(process.title, data))


def _process_data(value: ProcessValue, digits: int) -> dict[str, Any]:
    from ridgeproof.numerics.value import decimal, shown_radius

    def shown(number: Any) -> str:
        exact = number.item()
        return f"{exact:.{digits}g}" if isinstance(exact, float) else decimal(exact, digits)

    def radius(name: str) -> str | None:
        return shown_radius(value.radii[name].item()) if name in value.radii else None

    return {
        "values": {name: shown(number) for name, number in value.values.items()},
        "radii": {name: radius(name) for name in value.values},
        "terms": {
            name: terms and {source: shown(term) for source, term in terms.items()}
            for name, terms in value.terms.items()
        },
        "kappa": {model: shown(number) for model, number in value.kappa.items()},
        "form": "limit",
        "digits": digits,
        "certified": value.certified,
    }


def _process_text(title: str, data: dict[str, Any]) -> str:
    from ridgeproof.numerics.equivalent.evaluate import DIGITS
    from ridgeproof.theory.errors import shortened

    rows = [("process", shortened(title))] if title else []
    for name, number in data["values"].items():
        radius = data["radii"][name]
        rows.append((name, heading(number) + (f"  +- {radius}" if radius else "")))
        rows += [(f"  {source}", term) for source, term in (data["terms"][name] or {}).items()]
    # One line for a model that is fitted again and again in the same way.
    fits = ((model.partition("#")[0], number, model) for model, number in data["kappa"].items())
    for (_, number), same in groupby(fits, key=itemgetter(0, 1)):
        models = [model for _, _, model in same]
        shown = models[0] if len(models) == 1 else f"{models[0]} .. {models[-1]}"
        rows.append((f"kappa({shown})", number))
    arithmetic = "float64" if data["digits"] <= DIGITS else "balls"
    arithmetic = "certified balls" if data["certified"] else arithmetic
    rows.append(("theorem", f"the limit of a process, to {data['digits']} digits in {arithmetic}"))
    return key_values(rows)


def _print_process(setting: Setting, *, as_json: bool) -> None:
    from ridgeproof.theory.process.file import process_text

    text = process_text(setting.process())
    if as_json:
        emit_json({"process": text})
    else:
        echo(text.rstrip("\n"))
