"""The trial of wrong formulas that are not test errors: against numbers found by another route."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from ridgeproof.theory.errors import DerivationError, NotBuilt, SolverError
from ridgeproof.theory.formula import Formula
from ridgeproof.verification.power.measured_benches import ValueBench
from ridgeproof.verification.power.mutants import Mutant
from ridgeproof.verification.power.table import Fate, PowerRow, TruthRow

__all__ = ["ValueTrial"]


class ValueTrial:
    """A formula, wrong or right, at the points of its bench."""

    def __init__(self, formula: Formula, bench: ValueBench) -> None:
        self.formula, self.bench = formula, bench
        self.truth = {
            (name, point): self._claim(formula, name, point)
            for name in formula.expressions
            for point in bench.points
        }

    def row(self, mutant: Mutant) -> PowerRow:
        """The fate of one mutant."""
        name, bench = mutant.name, self.bench
        said = self.formula.id, mutant.description
        largest, loudest, refuted_at = 0.0, None, None
        for point in bench.points:
            claim = self._claim(mutant.formula, name, point)
            if not np.isfinite(claim):
                return PowerRow(*said, Fate.KILLED, np.inf, name, point, ("definition",))
            truth = self.truth[name, point]
            effect = abs(claim - truth) / bench.scale(truth)
            if effect > largest:
                largest, loudest = effect, point
            if refuted_at is None and self._refutes(claim, name, point):
                refuted_at = point
        if largest < bench.tolerance:
            return PowerRow(*said, Fate.BELOW, largest)
        if refuted_at is None:
            return PowerRow(*said, Fate.SURVIVED, largest, name, loudest)
        return PowerRow(*said, Fate.KILLED, largest, name, refuted_at, ("measurement",))

    def truths(self) -> Iterator[TruthRow]:
        """The catalogued formula at the same points."""
        for name in self.bench.names(self.formula):
            for point in self.bench.points:
                found = self.bench.measured(name, point)
                claim = self.truth[name, point]
                yield TruthRow(
                    self.formula.id,
                    name,
                    point,
                    claim,
                    "refuted" if self._refutes(claim, name, point) else "consistent",
                    found.value,
                    found.error,
                    0,
                    None,
                )

    def _claim(self, formula: Formula, name: str, point: Any) -> float:
        try:
            return self.bench.claimed(formula, name, point)
        except (ArithmeticError, DerivationError, NotBuilt, SolverError, TypeError, ValueError):
            return np.nan

    def _refutes(self, claim: float, name: str, point: Any) -> bool:
        found = self.bench.measured(name, point)
        return not abs(claim - found.value) <= found.error  # what is undefined is refuted
