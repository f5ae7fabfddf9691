"""``ridgeproof evaluate``: the value of the test error, with its terms and its theorem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress
from ridgeproof.options import json_option, pop_setting, setting_options

if TYPE_CHECKING:
    from ridgeproof.numerics.evaluate import Value

__all__ = ["command"]


@click.command(name="evaluate")
@setting_options()
@click.option("--digits", default="15", show_default=True, help="significant digits, 1 to 2000")
@click.option(
    "--form",
    type=click.Choice(["limit", "exact"]),
    default="limit",
    show_default=True,
    help="limit: d, T, T0 large at fixed ratios; exact: every known exact finite-size piece",
)
@click.option("--certified", is_flag=True, help="a radius that is a theorem (rigorous balls)")
@json_option
def command(digits: str, form: str, certified: bool, as_json: bool, **options: Any) -> None:
    """Evaluate the test error of a setting from the theorem that covers it.

    The error is E ||w_hat - w0||_Sigma^2 without the irreducible sigma^2.  Its terms: bias
    (quadratic in w0), variance (the sigma^2 part), synthetic (the sigma0^2 part).

    \b
    ridgeproof evaluate --d 300 --T 1000 --T0 600 --n 5 --sigma 0.5 --sigma0 0.5 --lam 0.01
    """  # noqa: D301
    from ridgeproof.numerics.evaluate import evaluate
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.theory.formula import Form

    setting = pop_setting(options)
    count = check_integer("--digits", digits, least=1, most=2000)
    with progress("evaluating"):
        value = evaluate(setting, digits=count, form=Form(form), certified=certified)
    if as_json:
        emit_json(_data(value))
    else:
        echo(_text(value))


def _data(value: Value) -> dict[str, Any]:
    return {
        "value": value.shown(value.value),
        "terms": {name: value.shown(term) for name, term in value.terms.items()},
        **{name: value.shown(getattr(value, name)) for name in ("kappa", "df1", "df2", "gamma")},
        "regime": value.regime,
        "formulas": list(value.formulas),
        "form": value.form,
        "is_exact": value.is_exact,
        "exact_pieces": list(value.exact_pieces),
        "digits": value.digits,
        "certified": value.certified,
        "radius": value.shown_radius(value.radius),
        "kappa_radius": value.shown_radius(value.kappa_radius),
    }


def _text(value: Value) -> str:
    theorem = f"{', '.join(value.formulas)} ({value.form} form)"
    rows = [
        (
            "test error",
            f"{heading(value.shown(value.value))}  +- {value.shown_radius(value.radius)}",
        ),
        *((f"  {name}", value.shown(term)) for name, term in value.terms.items()),
        ("kappa", value.shown(value.kappa)),
        ("df1", value.shown(value.df1)),
        ("df2", value.shown(value.df2)),
        ("gamma", value.shown(value.gamma)),
        ("regime", value.regime),
        ("theorem", theorem),
    ]
    rows += [("exact", piece) for piece in value.exact_pieces]
    return key_values(rows)
