"""``ridgeproof verify``: the built-in claims, or a process file, with verdicts and evidence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.completion import claims as claim_ids
from ridgeproof.completion import completes
from ridgeproof.console import echo, emit_json, heading, key_values, progress, show
from ridgeproof.interrupts import INTERRUPTED, leave_at_once
from ridgeproof.options import json_option, read_assignments, seed_option
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.report import Report
    from ridgeproof.verification.power.table import PowerTable
    from ridgeproof.verification.suite.claim import ClaimReport

__all__ = ["command"]


@click.command(name="verify")
@click.argument(
    "claims",
    nargs=-1,
    metavar="[CLAIM ... | FILE]",
    shell_complete=completes(claim_ids, files=True),
)
@click.option("--profile", type=click.Choice(["quick", "full"]), default="quick", show_default=True)
@click.option("--workers", default=None, help="processes (default: one for each core)")
@click.option("--report", default=None, help="also write FILE.html: one page, offline")
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="NAME=VALUE",
    help="with FILE: a parameter of the process, or d, spectrum, signal",
)
@seed_option
@json_option
def command(
    claims: tuple[str, ...],
    profile: str,
    workers: str | None,
    report: str | None,
    changes: tuple[str, ...],
    seed: int,
    as_json: bool,
) -> None:
    """Verify the claims of the theory against simulation: all of them, or those named (C1 C2).

    Each claim is a property over settings; its report names the points tried, the repetitions
    (literal ones too), the point farthest from the claim, and the wrong formulas that the same
    check refutes.  A check that cannot refute its wrong formula is undecided, not passed.

    The full profile also breaks every catalogued formula on purpose, at every place where a slip
    is usual.  A wrong formula let through, or a true one refuted, fails the suite.  Claims about
    data (C12, MNIST digits) belong to it; by name they run in any profile, and where the data are
    not installed they are not-run, which leaves the exit status alone.

    With FILE, a process (an argument that ends in .toml), its theory is put on trial against its
    literal simulation, at its own parameters and near them, and so are altered equations: T - 1 for
    T, a term of the theorem dropped, an index exchanged, weights left out, the wrong side at
    lam = 0.  Those that matter for this process must be refuted by the same draws; "no effect here"
    says that one moves no ask by more than the tolerance.

    \b
    ridgeproof verify C1 C4
    ridgeproof verify examples/processes/self_distillation.toml --set lam=1/10

    Exit status: 0 every claim holds, 1 refuted or let through, 3 undecided, 2 bad input.
    """  # noqa: D301
    if any(name.endswith(".toml") for name in claims):
        _verify_process(claims, profile, workers, report, changes, seed, as_json=as_json)
        return
    if changes:
        raise InputError("--set", changes[0], "sets a parameter of FILE", "give a process file")
    with leave_at_once():
        from ridgeproof.verification.claims import all_claims, claims_of, find_claim
        from ridgeproof.verification.suite.claim import PROFILES
        from ridgeproof.verification.suite.side_by_side import run_suite

        all_claims()

    page = None if report is None else Path(report)
    if page is not None:
        from ridgeproof.report import check_report

        check_report(page)  # before minutes of work, not after
    count = _count(workers)
    wanted = [find_claim(name).id for name in claims] or claims_of(profile)
    with progress("verifying") as line:
        line.update(f"0 of {len(wanted)} claims")
        done: list[ClaimReport] = []

        def watch(report: ClaimReport) -> None:
            done.append(report)
            line.update(f"{len(done)} of {len(wanted)} claims, {report.id} {report.verdict}")

        reports = run_suite(wanted, profile=profile, seed=seed, workers=count, watch=watch)
        finished = {report.id for report in reports if report.complete}
        unfinished = [name for name in wanted if name not in finished]
        interrupted = bool(unfinished)
        table: PowerTable | None = None
        if profile == "full" and not claims and not interrupted:
            from ridgeproof.verification.power import measure as power

            try:
                table = power.measure_power(
                    seed=seed, workers=count, watch=lambda text: line.update(f"power: {text}")
                )
                interrupted = bool(table.unfinished)
            except KeyboardInterrupt:
                interrupted = True
        if page is not None:
            from ridgeproof.report import Report

            named = " ".join(["ridgeproof verify", *map(str.upper, claims)])
            again = f"{named} --profile {profile} --seed {seed} --report {page.name}"
            _write(
                page,
                Report(reports, wanted, profile, seed, again, interrupted, table),
                count,
                line.update,
            )
    if as_json:
        chosen = PROFILES[profile]
        emit_json(
            {
                "claims": [r.data() for r in reports],
                "profile": profile,
                "alpha": chosen.alpha,
                "tolerance": chosen.tolerance,
                "seed": seed,
                "interrupted": interrupted,
                "unfinished": unfinished,
                **({} if table is None else {"power": table.data()}),
            }
        )
    else:
        echo("\n\n".join([_text(reports, profile, seed), *map(_power, filter(None, [table]))]))
    if interrupted:
        left = f"; not finished: {', '.join(unfinished)}" if unfinished else ""
        echo(f"interrupted: {len(finished)} of {len(wanted)} claims were done{left}", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
    raise click.exceptions.Exit(_status(reports, table))


def _count(workers: str | None) -> int:
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.verification.suite.side_by_side import default_workers

    if workers is None:
        return default_workers()
    return check_integer("--workers", workers, least=1, most=256)


def _verify_process(
    arguments: tuple[str, ...],
    profile: str,
    workers: str | None,
    report: str | None,
    changes: tuple[str, ...],
    seed: int,
    *,
    as_json: bool,
) -> None:
    if len(arguments) > 1:
        raise InputError("FILE", arguments, "stands beside others", "verify one process at a time")
    if report is not None:
        raise InputError("--report", report, "is for the claims", "use --json for a process")
    given = dict(read_assignments(changes))
    if len(given) < len(changes):
        raise InputError("--set", "...", "sets a name twice", "set it once")
    with leave_at_once():
        from ridgeproof.theory.process.file import read_process
        from ridgeproof.verification.suite.verify_process import verify_process

    process = read_process(Path(arguments[0]))
    count = _count(workers)
    options: dict[str, Any] = {"profile": profile, "seed": seed, "workers": count, **given}
    with progress("verifying") as line:
        found = verify_process(process, watch=line.update, **options)
    show(found, as_json=as_json)
    if not found.complete:
        echo(f"interrupted: {found.places} places were done", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
    codes = {"refuted": 1, "undecided": 3}
    raise click.exceptions.Exit(min((codes[v] for v in found.verdicts & codes.keys()), default=0))


def _status(reports: list[ClaimReport], table: PowerTable | None) -> int:
    from ridgeproof.verification.testing.verdict import Outcome

    verdicts = {report.verdict for report in reports}
    # That the checks err on neither side is a claim as well, and the table can refute it.
    if Outcome.REFUTED in verdicts or (table is not None and not table.holds):
        return 1
    return 3 if Outcome.UNDECIDED in verdicts else 0


def _write(page: Path, report: Report, workers: int, watch: Callable[[str], None]) -> None:
    """Draw the figures, unless the user wants to be gone, and write the page."""
    from ridgeproof.report import draw_figures, render

    if not report.interrupted:
        watch("drawing the figures of the report")
        with suppress(KeyboardInterrupt):
            report = replace(report, figures=draw_figures(report.seed, workers))
    try:
        page.write_text(render(report), encoding="utf-8")
    except OSError as error:
        raise InputError(
            "--report", page, f"cannot be written ({error})", "name another file"
        ) from error
    echo(f"wrote {page}", err=True)


def _text(reports: list[ClaimReport], profile: str, seed: int) -> str:
    from ridgeproof.verification.suite.claim import PROFILES

    blocks = []
    for report in reports:
        title = heading(f"{report.id:<4}{report.verdict.value:<11}{report.title}")
        blocks.append(f"{title}\n{key_values(report.evidence_rows(), indent='      ')}")
    chosen = PROFILES[profile]
    total = sum(report.evidence.get("repetitions", 0) for report in reports)
    literal = sum(report.evidence.get("literal_repetitions", 0) for report in reports)
    blocks.append(
        f"{len(reports)} claim{'s' if len(reports) > 1 else ''}, profile {profile}: "
        f"{total} repetitions, {literal} of them literal; "
        f"false alarms of the whole suite below {chosen.alpha:g}, "
        f"tolerance {chosen.tolerance:g}, seed {seed}"
    )
    return "\n\n".join(blocks)


def _power(table: PowerTable) -> str:
    from ridgeproof.verification.power.table import COLUMNS, conclusion, summary

    rows = [("formula", *COLUMNS), *summary(table)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"      {row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    first, *failures = conclusion(table)
    title = heading(f"power: {first}, {table.seconds:.0f} s")
    return "\n".join([title, *lines, *(f"      {text}" for text in failures)])
