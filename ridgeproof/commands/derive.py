"""``ridgeproof derive``: a derivation, line by line, each line checked by a second route."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.completion import completes, theorems
from ridgeproof.console import echo, emit_json, progress
from ridgeproof.options import read_assignments, seed_option
from ridgeproof.questions.asked import is_process_file
from ridgeproof.questions.formulas import derive, program

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation
    from ridgeproof.theory.rendering import Checks

__all__ = ["command"]

_CODE = ("python", "jax", "javascript")


@click.command(name="derive")
@click.argument("formula_id", metavar="ID|FILE", shell_complete=completes(theorems, files=True))
@click.option(
    "--format",
    "style",
    type=click.Choice(["text", "latex", "markdown", "json", *_CODE, "coq"]),
    default="text",
    show_default=True,
    help="python, jax, javascript: code, f(s, w0, ...) -> {ask: value}; python needs numpy only; "
    "coq: a file for the proof assistant, which states what is assumed and proves the other lines",
)
@click.option("--json", "as_json", is_flag=True, help="the same as --format json")
@click.option("--steps/--no-steps", default=True, help="print and check every step, or the result")
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="specialise the result: --set n=3 --set lam=0 --set T=inf --set spectrum=isotropic; with "
    "FILE: a value that decides a loop or a branch, and at which the steps are checked",
)
@click.option(
    "--fragment", is_flag=True, help="with --format latex: sections that a paper can \\input"
)
@seed_option
def command(
    formula_id: str,
    style: str,
    as_json: bool,
    steps: bool,
    settings: tuple[str, ...],
    fragment: bool,
    seed: int,
) -> None:
    """Derive a theorem, or the formulas of a process, from the definition of the process.

    Every line names the rule that led to it, and is checked by a route that does not know the
    rule: exact identities on random matrices, expectations by exact cubature or Monte Carlo,
    deterministic equivalents by the vanishing of their O(1/d) error, algebra on random numbers.
    Exit status 1 if a line fails its check.

    With FILE, a process (TOML): its pencil, the four equations, one equation in kappa for each
    fit, named unknowns in order, and each ask as a formula in sums over the spectrum.  Parameters
    stay symbols; each line is checked at the file's own values by the solver of `evaluate`.

    \b
    ridgeproof derive ridge --set n=0
    ridgeproof derive examples/processes/self_distillation.toml --format python
    ridgeproof derive ridge --format coq > ridge.v
    """  # noqa: D301
    from ridgeproof.theory.calculus.derivation import Derivation
    from ridgeproof.theory.equivalent.formulas.code import code
    from ridgeproof.theory.errors import InputError

    style = "json" if as_json else style
    if fragment and style != "latex":
        raise InputError("--fragment", style, "is for LaTeX", "add --format latex")
    style = "fragment" if fragment else style
    given = read_assignments(settings)
    if is_process_file(formula_id):
        _derive_process(Path(formula_id), style, given, steps=steps)
        return
    if given and style in {*_CODE, "coq"}:
        raise InputError("--set", settings[0], "specialises a result", "leave it out")
    if style in _CODE:
        echo(code(program(formula_id), style).rstrip("\n"))
        return
    derivation = derive(formula_id)
    assert isinstance(derivation, Derivation)
    if style == "coq":
        _coq(derivation, derivation.id)
        return
    for name, value in given.items():
        special = derivation.specialised(name, value)
        if special.result == derivation.result:
            echo(f"note: --set {name}={value} leaves the result as it is", err=True)
        derivation = special
    _print(derivation, _checks(derivation, seed) if steps else None, style)


def _print(derivation: Derivation, checks: Checks, style: str, **more: Any) -> None:
    """Print a derivation with its checks, or its result alone where there are none."""
    from ridgeproof.theory import rendering

    if style == "json":
        data = rendering.derivation_data(derivation, checks)
        emit_json({**(data if checks is not None else {**data, "steps": []}), **more})
    elif checks is None:
        echo(rendering.results_in(derivation, style))
    else:
        echo(rendering.derivation_in[style](derivation, checks))
    if any(check is False for section in checks or () for check in section):
        raise click.exceptions.Exit(1)


def _coq(derivation: Derivation, source: str) -> None:
    from ridgeproof.theory.coq.page import coq_page

    page = coq_page(derivation, source)
    echo(page.text.rstrip("\n"))
    echo(f"note: {page.proved} lines are proved, {page.assumed} are assumed", err=True)


def _derive_process(file: Path, style: str, given: dict[str, str], *, steps: bool) -> None:
    from ridgeproof.theory.equivalent.formulas.code import code
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.verification.derivations.process_checks import check_formulas

    with progress("deriving"):
        formulas = derive(file, **given)
    assert isinstance(formulas, ProcessFormulas)
    # JSON says it itself.
    for name, why in formulas.refused.items() if style != "json" else ():
        echo(f"note: ask {name} is left out: {why}", err=True)
    if style in _CODE:
        echo(code(program(formulas), style).rstrip("\n"))
        return
    if style == "coq":
        from ridgeproof.theory.coq.process import comparison

        _coq(comparison(formulas), str(file))
        return
    checks = None
    if steps:
        with progress("checking the steps"):
            checks = check_formulas(formulas, **given)
    noted = formulas.noted()
    for name, label in noted["theorems"].items() if not steps and style != "json" else ():
        if label:
            echo(f"note: {name} is theorem {label} of the catalogue", err=True)
    _print(formulas.derivation(), checks, style, **noted)


def _checks(derivation: Derivation, seed: int) -> list[list[bool | None]]:
    from ridgeproof.verification.derivations.process_checks import check_theorem
    from ridgeproof.verification.derivations.steps import check_step

    outcome: list[list[bool | None]] = []
    if derivation.formulas is not None:
        outcome = check_theorem(derivation, derivation.formulas)
    with progress("checking the steps") as line:
        for section in derivation.by_rules:
            outcome.append([])
            for previous, step in section.pairs():
                line.update(step.rule.name)
                outcome[-1].append(check_step(previous, step, seed).checked)
    return outcome
