"""The report of a verification: one HTML page that opens anywhere, without scripts or network.

Formulas are MathML made from the catalogue's own LaTeX, figures are inline SVG, measured small so
that the page is quick to make; the template is `ridgeproof/templates/report.html.j2`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from platform import python_version
from typing import Any

from ridgeproof import __version__
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.checks import check_output
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.formula import Formula
from ridgeproof.theory.rendering import latex
from ridgeproof.theory.shown import mathml
from ridgeproof.verification.claims import find_claim
from ridgeproof.verification.compute.executors import run_chunks
from ridgeproof.verification.power.table import PowerTable
from ridgeproof.verification.suite.claim import PROFILES, AnyClaim, ClaimReport
from ridgeproof.verification.suite.outcome import SuiteReport

__all__ = ["Report", "check_report", "render", "write_report"]

# Cheap ones that show the claims at work.
_FIGURES = ("isotropic", "overparametrized", "power-law", "finite-size")
_SHRINK = 10  # sizes are divided by this
_EFFORT = 3.0  # and repetitions multiplied: small designs have heavier tails
_LIBRARIES = ("numpy", "scipy", "sympy", "mpmath", "python-flint", "hypothesis", "matplotlib")
_NEEDED = ("jinja2", "latex2mathml", "matplotlib")


@dataclass(frozen=True)
class Report:
    """What a run of `ridgeproof verify` found, by which command, and figures."""

    suite: SuiteReport
    command: str
    figures: Sequence[dict[str, Any]] = ()


def check_report(path: Path) -> None:
    """Refuse what cannot be written, before anything is verified.

    Raises:
        InputError: the file's name does not end in .html, or its folder does not exist.
        RidgeproofError: a library of the extra `report` is not installed.
    """
    if path.suffix.lower() not in {".html", ".htm"}:
        raise InputError("--report", path, "is not named as an HTML page", "end it in .html")
    check_output("--report", path)
    for name in _NEEDED:
        try:
            importlib.import_module(name)
        except ImportError as error:
            message = (
                f"the report is made with {name}, which is not installed: "
                "pip install 'ridgeproof[report]', or use --json"
            )
            raise RidgeproofError(message) from error


def write_report(
    page: Path,
    suite: SuiteReport,
    claims: Sequence[str],
    workers: int,
    watch: Callable[[str], None],
) -> None:
    """Draw the figures, in few dimensions, unless the user wants to be gone; write the page.

    Raises:
        InputError: the page cannot be written.
    """
    named = " ".join(["ridgeproof verify", *claims])
    again = f"{named} --profile {suite.profile} --seed {suite.seed} --report {page.name}"
    report = Report(suite, again)
    if not suite.interrupted:
        watch("drawing the figures of the report")
        with suppress(KeyboardInterrupt):
            drawn = run_chunks(partial(_drawn, seed=suite.seed), _FIGURES, workers)
            report = replace(report, figures=drawn)
    try:
        page.write_text(render(report), encoding="utf-8")
    except OSError as error:
        raise InputError(
            "--report", page, f"cannot be written ({error})", "name another file"
        ) from error


def _drawn(name: str, seed: int) -> dict[str, Any]:
    from ridgeproof.plot import svg_text
    from ridgeproof.verification.figures.experiments import find_figure
    from ridgeproof.verification.figures.figure import measure_figure

    data = measure_figure(find_figure(name), seed=seed, shrink=_SHRINK, effort=_EFFORT)
    return {
        "name": name,
        "shows": data.figure.shows,
        "conclusion": data.conclusion(),
        "command": data.command,
        "shrink": _SHRINK,
        "svg": svg_text(data),
    }


def render(report: Report) -> str:
    """The whole page."""
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=PackageLoader("ridgeproof"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    suite = report.suite
    profile = PROFILES[suite.profile]
    return environment.get_template("report.html.j2").render(
        command=report.command,
        interrupted=suite.interrupted,
        done=sum(each.complete for each in suite.reports),
        rows=_rows(suite),
        alpha=profile.alpha,
        tolerance=profile.tolerance,
        profile=suite.profile,
        seed=suite.seed,
        seconds=sum(each.seconds for each in suite.reports),
        power=None if suite.power is None else _power(suite.power),
        figures=[{**each, "svg": Markup(each["svg"])} for each in report.figures],  # noqa: S704
        formulas=[_formula(formula) for formula in catalogue().values()],
        versions=list(_versions()),
    )


def _rows(suite: SuiteReport) -> list[dict[str, Any]]:
    """One row for each claim asked for, also where the run did not get to it."""
    found = {each.id: each for each in suite.reports}
    return [_row(find_claim(name), found.get(name)) for name in suite.expected]


def _row(claim: AnyClaim, done: ClaimReport | None) -> dict[str, Any]:
    row = {"id": claim.id, "title": claim.title, "statement": claim.statement}
    if done is None:
        nothing = {"points": "", "repetitions": "", "seconds": ""}
        return {**row, **nothing, "verdict": "not-run", "reached": False}
    mutants = done.evidence.get("mutants", ())
    killed = {mutant["formula"] for mutant in mutants}
    return {
        **row,
        "reached": True,
        "complete": done.complete,
        "verdict": done.verdict.value,
        "points": done.evidence.get("points", ""),
        "repetitions": done.evidence.get("repetitions", ""),
        "seconds": f"{done.seconds:.1f}",
        # The mutants have a table of their own.
        "details": [(key, text) for key, text in done.evidence_rows() if text not in killed],
        "mutants": [{"at": None, **mutant} for mutant in mutants],
    }


def _power(table: PowerTable) -> dict[str, Any]:
    from ridgeproof.verification.power.table import COLUMNS, conclusion, summary

    first, *failures = conclusion(table)
    return {
        "ok": table.holds,
        "conclusion": first,
        "failures": failures,
        "columns": COLUMNS,
        "rows": list(summary(table)),
    }  # fmt: skip


def _formula(formula: Formula) -> dict[str, Any]:
    from markupsafe import Markup

    return {
        **formula.data(),
        # The catalogue's own expressions: nothing in them comes from a user.
        "expressions": [
            (name.replace("_", " "), Markup(mathml(latex(expression), block=True)))  # noqa: S704
            for name, expression in formula.expressions.items()
        ],
    }


def _versions() -> Iterable[tuple[str, str]]:
    yield "ridgeproof", __version__
    yield "Python", python_version()
    for name in _LIBRARIES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"
