"""What the report of a claim says on a page: effort, worst point, mutants, what is open."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ridgeproof.verification.suite.claim import ClaimReport

__all__ = ["evidence_rows"]


def evidence_rows(report: ClaimReport) -> list[tuple[str, Any]]:
    """The evidence of a claim as (key, text) rows, the counterexample last."""
    evidence = report.evidence
    if report.verdict == "not-run":
        return [("reason", evidence["reason"])]
    effort = f"{evidence['points']} points, {evidence['repetitions']} repetitions"
    literal = f"({evidence['literal_repetitions']} literal)"
    rows: list[tuple[str, Any]] = [("tried", f"{effort} {literal}, {report.seconds:.1f} s")]
    worst = evidence["worst_point"]
    if worst is not None:
        seen = f"{worst['observed']:.5g} +- {worst['standard_error']:.1g}"
        allowed = f", {worst['allowed']:.2g} of it allowed" if worst["allowed"] else ""
        against = f"against {worst['claimed']:.5g} (z = {worst['z']}{allowed})"
        rows += [
            ("worst", f"{worst['quantity']} {seen} {against}"),
            ("", f"at {worst['setting']}"),
        ]
    rows += [
        ("killed" if mutant["killed"] else "NOT KILLED", mutant["formula"])
        for mutant in evidence["mutants"]
    ]
    rows += [("undecided", text) for text in evidence["undecided"]]
    example = report.counterexample
    if example is not None:
        rows += [
            ("counter", f"{example.setting}: claimed {example.claimed}"),
            ("", f"observed {example.observed} ({example.method})"),
            ("redo", example.command),
        ]
        rows += [("python", example.python)] if example.python else []
    return rows
