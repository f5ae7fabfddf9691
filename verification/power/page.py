"""The page docs/power.md: run ``python -m ridgeproof.verification.power.page > docs/power.md``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

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

__all__ = ["page"]

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


def page(table: PowerTable) -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEADER, *_overview(table), *_mutants(table), *_truths(table)]) + "\n"


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
    sys.stdout.write(page(measure_power()))
