"""``ridgeproof recheck``: a certificate, verified again by a reader that knows no prover."""

from __future__ import annotations

from pathlib import Path

import click

from ridgeproof.console import echo, emit_json, progress

__all__ = ["command"]


@click.command(name="recheck")
@click.argument("certificate", type=click.Path(path_type=Path))
@click.argument("conjecture", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="one JSON object")
def command(certificate: Path, conjecture: Path | None, as_json: bool) -> None:
    """Verify a certificate of a proof on a whole domain (docs/certificates.md says its format).

    Every leaf is enclosed anew, with the ends of intervals at any precision, from the claim as the
    certificate (or CONJECTURE, which must be the same) states it; and the leaves must fill the
    domain, whole numbers one by one.  Nothing of the prover is used.

    Exit status 0: it proves the claim.  1: it does not.  2: it cannot be read.

    \b
    ridgeproof recheck proof.json examples/conjectures/my_claim.toml
    """  # noqa: D301
    from ridgeproof.theory.errors import InputError
    from ridgeproof.verification.recheck.check import read_certificate, recheck

    text = None
    if conjecture is not None:
        try:
            text = conjecture.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            remedy = "give the conjecture file"
            raise InputError("CONJECTURE", conjecture, "cannot be read", remedy) from None
    found = read_certificate(certificate)
    with progress("checking the leaves"):
        outcome = recheck(found, text)
    if as_json:
        emit_json(
            {
                "accepted": outcome.accepted,
                "leaves": outcome.leaves,
                "reason": outcome.reason,
                "delta": str(outcome.delta),
            }
        )
    elif outcome.accepted:
        upto = f"; the equality up to {float(outcome.delta):g}" if outcome.delta else ""
        echo(f"accepted: {outcome.leaves} leaves hold, and they fill the domain{upto}")
    else:
        echo(f"rejected: {outcome.reason}")
    if not outcome.accepted:
        raise click.exceptions.Exit(1)
