"""``ridgeproof check``: decide a user's conjecture, with a counterexample where it is false."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ridgeproof.console import echo, progress, show
from ridgeproof.interrupts import INTERRUPTED, leave_at_once
from ridgeproof.options import json_option, seed_option
from ridgeproof.questions.verdicts import check
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["command"]

_LONGEST = 10**9  # seconds


@click.command(name="check")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--alpha", default="0.001", show_default=True, help="bound on false refutation")
@click.option(
    "--tolerance", default="0.01", show_default=True, help="relative; what consistent means"
)
@click.option("--budget", default="200000", help="repetitions in all")
@click.option("--time-limit", default=None, help="such as 60s or 2m; may leave a claim undecided")
@click.option("--workers", default="1", show_default=True, help="processes to simulate with")
@click.option(
    "--certificate",
    default=None,
    type=click.Path(path_type=Path, dir_okay=False),
    help="write the boxes of a proof on the whole domain, for recheck",
)
@seed_option
@json_option
def command(
    file: Path,
    alpha: str,
    tolerance: str,
    budget: str,
    time_limit: str | None,
    workers: str,
    certificate: Path | None,
    seed: int,
    as_json: bool,
) -> None:
    """Decide the conjecture in FILE (TOML, read as data and never executed; or .py, which is run).

    \b
    proved      follows from a derived theorem: by symbols, for all sizes, or by bounds on
                boxes that fill the whole domain (how says which)
    identical   equal to a derived theorem to 40 digits at every drawn point
    consistent  simulation bounds the deviation below the tolerance
    refuted     false, with the smallest counterexample found
    undecided   the budget is spent, say; the evidence says what is missing

    \b
    A conjecture file:
      [conjecture]
      title    = "ridgeless error is linear in the generations"
      quantity = "test_error"    # test_error | bias | variance | synthetic | optimal_lam
      relation = "equals"        # at-most | at-least | scales-as | increases-in | decreases-in
      kind     = "exact"         # exact at finite size, or limit
      formula  = "sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"
      # toward = "0"             # for scales-as: the variable goes to 0, not to infinity
      [domain]
      lam      = 0
      d        = { integers = [5, 60] }
      T        = "d + 2 .. 4*d"
      T0       = "d + 2 .. 4*d"
      n        = { integers = [0, 6] }
      sigma    = [0.1, 2.0]
      sigma0   = [0.1, 2.0]
      spectrum = ["isotropic", "power-law:1.5"]

    \b
    A claim about a process: [process] and [ask] in the file, or process = "path", and
      claim    = "student <= teacher"   # arithmetic of asks, kappa(m), df(m), parameters

    Exit status: 0 holds, 1 refuted, 3 undecided, 2 bad input, 130 interrupted.
    """  # noqa: D301
    with leave_at_once():
        from ridgeproof.verification.testing.verdict import Outcome

    if certificate is not None and not certificate.absolute().parent.is_dir():
        condition, remedy = "is in a folder that does not exist", "make the folder, or give another"
        raise InputError("--certificate", certificate, condition, remedy)
    with progress("checking") as line:
        verdict = check(
            file, alpha=alpha, tolerance=tolerance, budget=budget, seed=seed, workers=workers,
            time_limit=None if time_limit is None else _seconds(time_limit), watch=line.update,
        )  # fmt: skip
    if certificate is not None:
        _write(certificate, verdict)
    show(verdict, as_json=as_json, bold="verdict")
    code = {Outcome.REFUTED: 1, Outcome.UNDECIDED: 3}.get(verdict.verdict, 0)
    if verdict.evidence["interrupted"]:
        code = INTERRUPTED
    raise click.exceptions.Exit(code)


def _write(path: Path, verdict: Verdict) -> None:
    """Write the certificate of a proof by boxes, or say why there is none."""
    if verdict.proof is None:
        how = f"{verdict.verdict}, {verdict.how}" if verdict.how else verdict.verdict.value
        only = "which only proofs by boxes have, about settings whose ranges follow d"
        echo(f"note: no certificate, {only}: the verdict is {how}", err=True)
        return
    partial = path.with_name(f"{path.name}.partial")
    try:
        partial.write_text(json.dumps(verdict.proof.certificate()), encoding="utf-8")
        partial.replace(path)
    except OSError as error:
        condition = f"cannot be written ({error.strerror})"
        raise InputError("--certificate", path, condition, "give a file in a folder") from None


def _seconds(text: str) -> float:
    from ridgeproof.theory.checks import parse_rational

    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], units[text[-1]]) if text[-1:] in units else (text, 1)
    remedy = "write seconds, minutes or hours, as in 60s, 2m or 1h"
    try:
        value = parse_rational("--time-limit", number) * unit
    except InputError as error:
        raise InputError("--time-limit", text, "is no length of time", remedy) from error
    if not 0 < value <= _LONGEST:
        condition = f"must be positive and at most {_LONGEST} s"
        raise InputError("--time-limit", text, condition, remedy)
    return float(value)
