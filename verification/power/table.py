"""What trials of wrong formulas find: rows, and the table of both error rates of the checks."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np

__all__ = [
    "ALPHA",
    "COLUMNS",
    "NO_POWER",
    "TOLERANCE",
    "Fate",
    "PowerRow",
    "PowerTable",
    "TruthRow",
    "conclusion",
    "summary",
]

# The level of one trial: a few hundred trials of true formulas stay below 0.001 in all.
ALPHA = 1e-6
TOLERANCE = 0.01
_WITNESSES = ("simulation", "oracle", "measurement")
COLUMNS = (
    "mutants", "killed", "below tolerance", "survived", *(f"by {witness}" for witness in _WITNESSES)
)  # fmt: skip
NO_POWER = "this check has no power here"


class Fate(StrEnum):
    """What became of a mutant."""

    KILLED = "killed"
    BELOW = "below tolerance"
    SURVIVED = "survived"


@dataclass(frozen=True)
class PowerRow:
    """The fate of one mutant, with the point and the evidence."""

    formula: str
    mutant: str
    fate: Fate
    effect: float  # the largest relative effect at the drawn points
    quantity: str = ""
    setting: object = None  # a Setting, or another kind of point that prints itself
    by: tuple[str, ...] = ()  # of simulation, oracle, measurement, definition
    repetitions: int = 0

    def data(self) -> dict[str, Any]:
        """The row as plain data."""
        return {
            "formula": self.formula,
            "mutant": self.mutant,
            "fate": self.fate.value,
            "effect": self.effect if np.isfinite(self.effect) else None,
            "quantity": self.quantity,
            "setting": None if self.setting is None else str(self.setting),
            "by": list(self.by),
            "repetitions": self.repetitions,
        }


@dataclass(frozen=True)
class TruthRow:
    """The catalogued value at a point that decided mutants: it must not be refuted there."""

    formula: str
    quantity: str
    setting: object
    claimed: float
    verdict: str
    observed: float
    standard_error: float
    repetitions: int
    oracle: float | None

    @property
    def refuted(self) -> bool:
        """A false alarm, or a wrong formula."""
        return self.verdict == "refuted"


@dataclass(frozen=True)
class PowerTable:
    """Both error rates of the checks: wrong formulas let through, true ones refuted."""

    rows: tuple[PowerRow, ...]
    truths: tuple[TruthRow, ...]
    equivalent: int
    repeated: int
    unfinished: tuple[str, ...] = ()  # formulas that an interrupt kept from being tried
    seconds: float = field(default=0.0, compare=False)

    @property
    def formulas(self) -> tuple[str, ...]:
        """The formulas that were on trial."""
        return tuple(dict.fromkeys(row.formula for row in self.rows))

    @property
    def survivors(self) -> tuple[PowerRow, ...]:
        """Mutants above the tolerance that nothing refuted."""
        return tuple(row for row in self.rows if row.fate is Fate.SURVIVED)

    @property
    def false_refutations(self) -> tuple[TruthRow, ...]:
        """True formulas refuted."""
        return tuple(row for row in self.truths if row.refuted)

    @property
    def has_power(self) -> bool:
        """Whether every mutant above the tolerance was refuted."""
        return not self.survivors

    @property
    def holds(self) -> bool:
        """Whether the checks err on neither side: no survivor, no true formula refuted."""
        return self.has_power and not self.false_refutations

    def counts(self, formula: str) -> Counter[str]:
        """How many mutants of a formula met which fate, and by what evidence."""
        rows = [row for row in self.rows if row.formula == formula]
        return Counter(row.fate.value for row in rows) + Counter(w for row in rows for w in row.by)

    def data(self) -> dict[str, Any]:
        """The summary and the survivors as plain data."""
        return {
            "holds": self.holds,
            "formulas": {name: dict(self.counts(name)) for name in self.formulas},
            "mutants": len(self.rows),
            "survivors": [row.data() for row in self.survivors],
            "truths": len(self.truths),
            "false_refutations": [str(row.setting) for row in self.false_refutations],
            "equivalent": self.equivalent,
            "repeated": self.repeated,
            "unfinished": list(self.unfinished),
            "tolerance": TOLERANCE,
            "alpha": ALPHA,
            "seconds": round(self.seconds, 1),
        }


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
