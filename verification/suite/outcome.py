"""SuiteReport: what a run of the claims found, and how it is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ridgeproof.theory.shown import Shown, aligned
from ridgeproof.verification.suite.claim import PROFILES, ClaimReport
from ridgeproof.verification.testing.verdict import Outcome

if TYPE_CHECKING:
    from ridgeproof.verification.power.table import PowerTable

__all__ = ["SuiteReport"]


@dataclass(frozen=True, eq=False)
class SuiteReport(Shown):
    """The reports of claims, in order.

    ``expected`` names every claim that was asked for; those without a report were not reached.
    ``power`` is the table of the full profile.
    """

    reports: tuple[ClaimReport, ...]
    expected: tuple[str, ...]
    profile: str
    seed: int
    power: PowerTable | None = None
    interrupted: bool = False

    def __iter__(self) -> Iterator[ClaimReport]:
        return iter(self.reports)

    @property
    def unfinished(self) -> list[str]:
        """The claims that were asked for and are not done."""
        finished = {report.id for report in self.reports if report.complete}
        return [name for name in self.expected if name not in finished]

    @property
    def status(self) -> int:
        """Of the command line: 1 refuted or a wrong formula let through, 3 undecided, 0 holds."""
        verdicts = {report.verdict for report in self.reports}
        # That the checks err on neither side is a claim as well, and the table can refute it.
        if Outcome.REFUTED in verdicts or (self.power is not None and not self.power.holds):
            return 1
        return 3 if Outcome.UNDECIDED in verdicts else 0

    def data(self) -> dict[str, Any]:
        """Plain data."""
        chosen = PROFILES[self.profile]
        return {
            "claims": [report.data() for report in self.reports],
            "profile": self.profile,
            "alpha": chosen.alpha,
            "tolerance": chosen.tolerance,
            "seed": self.seed,
            "interrupted": self.interrupted,
            "unfinished": self.unfinished,
            **({} if self.power is None else {"power": self.power.data()}),
        }

    def rows(self) -> list[tuple[str, str]]:
        """Each claim with its verdict, and the effort."""
        found = [(each.id, f"{each.verdict.value}: {each.title}") for each in self.reports]
        return [*found, ("in all", self._effort())]

    def __str__(self) -> str:
        blocks = [
            f"{each.id:<4}{each.verdict.value:<11}{each.title}\n"
            f"{aligned(each.evidence_rows(), indent='      ')}"
            for each in self.reports
        ]
        power = [] if self.power is None else [_table(self.power)]
        return "\n\n".join([*blocks, self._effort(), *power])

    def _effort(self) -> str:
        chosen = PROFILES[self.profile]
        total = sum(report.evidence.get("repetitions", 0) for report in self.reports)
        literal = sum(report.evidence.get("literal_repetitions", 0) for report in self.reports)
        count = f"{len(self.reports)} claim{'s' if len(self.reports) > 1 else ''}"
        return (
            f"{count}, profile {self.profile}: {total} repetitions, {literal} of them literal; "
            f"false alarms of the whole suite below {chosen.alpha:g}, "
            f"tolerance {chosen.tolerance:g}, seed {self.seed}"
        )


def _table(table: PowerTable) -> str:
    from ridgeproof.verification.power.table import COLUMNS, conclusion, summary

    rows = [("formula", *COLUMNS), *summary(table)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        f"      {row[0]:<{widths[0]}}  "
        + "  ".join(f"{cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]
    first, *failures = conclusion(table)
    title = f"power: {first}, {table.seconds:.0f} s"
    return "\n".join([title, *lines, *(f"      {text}" for text in failures)])
