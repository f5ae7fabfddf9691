"""What a power table says in a few lines."""

from __future__ import annotations

from ridgeproof.verification.power.table import Fate, PowerTable

__all__ = ["COLUMNS", "NO_POWER", "conclusion", "summary"]

_WITNESSES = ("simulation", "oracle", "measurement")
COLUMNS = (
    "mutants", "killed", "below tolerance", "survived", *(f"by {witness}" for witness in _WITNESSES)
)  # fmt: skip
NO_POWER = "this check has no power here"


def summary(table: PowerTable) -> list[tuple[str, ...]]:
    """A row for each formula: its name, then the `COLUMNS`."""
    rows = []
    for formula in table.formulas:
        counts = table.counts(formula)
        fates = [counts[fate.value] for fate in (Fate.KILLED, Fate.BELOW, Fate.SURVIVED)]
        by = [counts[witness] for witness in _WITNESSES]
        rows.append((formula, *(str(number) for number in (sum(fates), *fates, *by))))
    return rows


def conclusion(table: PowerTable) -> list[str]:
    """One line on both error rates, and one for each failure."""
    targets = [row for row in table.rows if row.fate is not Fate.BELOW]
    killed = len(targets) - len(table.survivors)
    alarms = f"{len(table.false_refutations)} of {len(table.truths)} trials of true ones"
    verdict = "" if table.holds else "failed, "
    lines = [f"{verdict}{killed} of {len(targets)} wrong formulas refuted, {alarms}"]
    lines += [
        f"{row.formula}, {row.mutant}: {NO_POWER} (effect {row.effect:.1%} at {row.setting})"
        for row in table.survivors
    ]
    lines += [
        f"{row.formula}, {row.quantity}: the true formula was refuted at {row.setting}"
        for row in table.false_refutations
    ]
    return lines
