"""The page docs/power.md: run ``python -m ridgeproof.verification.power.page > docs/power.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.power.measure import measure_power
from ridgeproof.verification.power.table import (
    ALPHA,
    COLUMNS,
    NO_POWER,
    TOLERANCE,
    Fate,
    PowerRow,
    PowerTable,
    summary,
)
from ridgeproof.verification.suite.altered import ALTERED
from ridgeproof.verification.suite.verify_process import ProcessReport, verify_process

__all__ = ["PROCESSES", "altered", "page"]

SEED = 20240212

_HEADER = f"""# Can our checks fail?

<!-- generated: python -m ridgeproof.verification.power.page > docs/power.md -->

Every catalogued formula but the oracle itself is broken on purpose at every place where a
derivation usually slips (a constant off by one, a sign, a swapped symbol, an exponent, a dropped
term or factor, a scale).
Each wrong formula is put on trial at the drawn point where it stands out most, by evidence that
does not know the formula: `simulation` is the sequential test on the simulated process at level
{ALPHA:g}; `oracle` is the exact isotropic result at finite size; `measurement`, for formulas that
are not test errors, is the number found by another route (sums over the infinite spectrum, slopes
on actual spectra, a search for the minimum, draws of traces); `definition` means that the wrong
formula is infinite or undefined where the number is finite.  A mutant whose largest effect is below
the tolerance of {TOLERANCE:.0%} is no target (0.1 % for penalties, 2 % for constants, 0.1 for
exponents, 15 % for first corrections).  One that survives above it: {NO_POWER}.

The true formulas stand trial at the same points, on the same draws: none may be refuted.
"""


# Examples whose trials are short, at parameters where each slip shows in one or another: few rows
# for T - 1 and the wrong side of lam = 0, unequal weights, features that see rows of two kinds.
PROCESSES = (
    "self_distillation", "averaged_labels, T = 24, n = 2", "synthetic_beside_real, weight = 4",
    "double_descent, d = 60, lam = 1/4", "covariate_shift",
)  # fmt: skip


def page(table: PowerTable, reports: Mapping[str, ProcessReport]) -> str:
    """The whole page as Markdown.

    Args:
        table: of wrong formulas.
        reports: of `verify FILE`, by the names of example processes.
    """
    parts = [_HEADER, *_overview(table), *altered(reports), *_mutants(table), *_truths(table)]
    return "\n".join(parts) + "\n"


def altered(reports: Mapping[str, ProcessReport]) -> Iterator[str]:
    """What became of the altered equations of the theorem for processes."""
    yield "\n## Altered equations of processes\n"
    yield (
        "`ridgeproof verify FILE` solves the one theorem wrongly too, each time with one slip in "
        "its equations (1) to (6), and the literal draws that the true limits stand must refute it "
        "wherever it moves an ask by more than the tolerance of 10 %.  No process shows them "
        "all; each shows in one of these.\n"
    )
    yield f"| slip | {' | '.join(reports)} |"
    yield "|---" * (1 + len(reports)) + "|"
    for number, ring in enumerate(ALTERED):
        verdicts = (report.mutants[number]["verdict"] for report in reports.values())
        yield f"| {ring.slip()} | {' | '.join(verdicts)} |"
    stand = "stand" if all(r.verdicts == {"consistent"} for r in reports.values()) else "**fall**"
    runs = sum(report.repetitions for report in reports.values())
    yield f"\nThe true equations {stand} in all of them, on {runs} literal runs."


def _reports() -> dict[str, ProcessReport]:
    folder = Path("examples/processes")
    found = {}
    for column in PROCESSES:
        name, *given = column.split(", ")
        parameters: dict[str, Any] = dict(each.split(" = ") for each in given)
        process = read_process(folder / f"{name}.toml")
        found[column] = verify_process(process, seed=SEED, **parameters)
    return found


def _overview(table: PowerTable) -> Iterator[str]:
    yield f"| formula | {' | '.join(COLUMNS)} |"
    yield "|---" * (1 + len(COLUMNS)) + "|"
    for row in summary(table):
        yield "| " + " | ".join(row) + " |"
    yield ""
    yield (
        f"{table.equivalent} changes left a formula equal to itself and {table.repeated} repeated "
        "another mutant; neither is counted."
    )


def _mutants(table: PowerTable) -> Iterator[str]:
    for formula in table.formulas:
        yield f"\n## {formula}\n"
        yield "| mutant | fate | effect | by |"
        yield "|---|---|---|---|"
        yield from (_mutant(row) for row in table.rows if row.formula == formula)


def _mutant(row: PowerRow) -> str:
    effect = "undefined" if row.effect == float("inf") else f"{row.effect:.1%}"
    fate = f"**{row.fate.value}**" if row.fate is Fate.SURVIVED else row.fate.value
    return f"| `{row.mutant}` | {fate} | {effect} | {', '.join(row.by)} |"


def _truths(table: PowerTable) -> Iterator[str]:
    yield "\n## The true formulas at these points\n"
    yield "| formula | term | claimed | observed | exact | repetitions | refuted |"
    yield "|---|---|---|---|---|---|---|"
    for row in table.truths:
        exact = "" if row.oracle is None else f"{row.oracle:.6g}"
        seen = f"{row.observed:.6g} +- {row.standard_error:.1g}"
        refuted = "**yes**" if row.refuted else "no"
        yield (
            f"| {row.formula} | {row.quantity} | {row.claimed:.6g} | {seen} | {exact} | "
            f"{row.repetitions} | {refuted} |"
        )


if __name__ == "__main__":
    sys.stdout.write(page(measure_power(), _reports()))
