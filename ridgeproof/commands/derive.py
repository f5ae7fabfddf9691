"""``ridgeproof derive``: a derivation, line by line, each line checked by a second route."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, progress
from ridgeproof.options import seed_option

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation

__all__ = ["command"]


@click.command(name="derive")
@click.argument("formula_id", metavar="ID")
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown", "json"]),
    default="text",
    show_default=True,
)
@click.option("--json", "as_json", is_flag=True, help="the same as --format json")
@click.option("--steps/--no-steps", default=True, help="print and check every step, or the result")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="specialise the result: --set n=3 --set lam=0 --set T=inf --set spectrum=isotropic",
)
@seed_option
def command(
    formula_id: str, style: str, as_json: bool, steps: bool, settings: tuple[str, ...], seed: int
) -> None:
    """Derive a theorem from the definition of the process.

    Every line names the rule that led to it, and is checked by a route that does not know the
    rule: exact identities on random matrices, expectations by exact cubature or Monte Carlo,
    deterministic equivalents by the vanishing of their O(1/d) error, algebra on random numbers.
    Exit status 1 if a line fails its check.
    """
    from ridgeproof.theory import rendering
    from ridgeproof.theory.catalogue import find
    from ridgeproof.theory.specialise import specialise

    formula = find(formula_id)
    derivation = formula.derive()
    result = derivation.result
    for setting in settings:
        special = specialise(result, [setting])
        if special == result:
            echo(f"note: --set {setting} leaves the result as it is", err=True)
        result = special
    style = "json" if as_json else style
    checks = _checks(derivation, seed) if steps else None
    if style == "json":
        data = rendering.derivation_data(derivation, checks, result)
        emit_json(data if steps else {**data, "steps": []})
    elif not steps:
        echo(rendering.latex(result) if style == "latex" else _plain(result, style))
    else:
        render = {
            "text": rendering.derivation_text,
            "latex": rendering.derivation_latex,
            "markdown": rendering.derivation_markdown,
        }[style]
        echo(render(derivation, checks, result))
    if checks is not None and not all(all(section) for section in checks):
        raise click.exceptions.Exit(1)


def _plain(result: Any, style: str) -> str:
    from ridgeproof.theory import rendering

    return f"$${rendering.latex(result)}$$" if style == "markdown" else rendering.pretty(result)


def _checks(derivation: Derivation, seed: int) -> list[list[bool]]:
    from ridgeproof.verification.derivations.steps import check_step

    outcome: list[list[bool]] = []
    with progress("checking the steps") as line:
        for section in derivation.sections:
            outcome.append([])
            for previous, step in section.pairs():
                line.update(step.rule.name)
                outcome[-1].append(check_step(previous, step, seed).checked)
    return outcome
