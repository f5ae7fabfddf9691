"""``ridgeproof verify``: the built-in claims, or a process file, with verdicts and evidence."""

from __future__ import annotations

from typing import Any

import click

from ridgeproof.completion import claims as claim_ids
from ridgeproof.completion import completes
from ridgeproof.console import echo, emit_json, progress
from ridgeproof.interrupts import INTERRUPTED, leave_at_once
from ridgeproof.options import json_option, read_assignments, seed_option
from ridgeproof.questions.verdicts import verify

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
    given = read_assignments(changes)
    with leave_at_once():
        from ridgeproof.verification.claims import all_claims
        from ridgeproof.verification.suite.outcome import SuiteReport
        from ridgeproof.verification.suite.side_by_side import default_workers

        all_claims()
    count = default_workers() if workers is None else workers
    own: dict[str, Any] = {"profile": profile, "seed": seed, "workers": count, "report": report}
    with progress("verifying") as line:
        found = verify(*claims, **own, watch=line.update, **given)
    if as_json:
        emit_json(found.data())
    else:
        echo(str(found))
    if isinstance(found, SuiteReport):
        if report is not None:
            echo(f"wrote {report}", err=True)
        if found.interrupted:
            done, wanted = len(found.expected) - len(found.unfinished), len(found.expected)
            left = f"; not finished: {', '.join(found.unfinished)}" if found.unfinished else ""
            echo(f"interrupted: {done} of {wanted} claims were done{left}", err=True)
            raise click.exceptions.Exit(INTERRUPTED)
        raise click.exceptions.Exit(found.status)
    if not found.complete:
        echo(f"interrupted: {found.places} places were done", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
    codes = {"refuted": 1, "undecided": 3}
    raise click.exceptions.Exit(min((codes[v] for v in found.verdicts & codes.keys()), default=0))
