"""Verdicts: what was decided, on what evidence, and the counterexample where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.testing.redo import command_line, python_snippet

__all__ = ["Counterexample", "Outcome", "PointEvidence", "Verdict"]

# Repetitions without randomness (a noise-free shared design, say) differ in the last digits only.
_ROUNDING = 1e-10


class Outcome(StrEnum):
    """The five verdicts, from the strongest to none, and that a claim's data are not there."""

    PROVED = "proved"
    IDENTICAL = "identical"
    CONSISTENT = "consistent"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NOT_RUN = "not-run"


@dataclass(frozen=True)
class Counterexample:
    """A setting where the claim fails: the smallest found at this budget.

    ``observed`` is a Monte Carlo mean where ``standard_error`` is given, otherwise a value of the
    derived theory or of the definition; ``method`` says which.

    A change is one from ``before`` to ``setting``, of the quantity ``term``; or a log-log slope in
    the variable ``slope_in``.  ``redo`` and ``redo_python`` reproduce the observed side where it is
    not the process that was simulated.
    """

    setting: Setting
    quantity: str
    claimed: str
    observed: str
    standard_error: float | None
    method: str
    term: str = ""
    redo: str = ""
    redo_python: str = ""
    repetitions: int = 0
    before: Setting | None = None
    slope_in: str = ""

    @property
    def is_simulated(self) -> bool:
        """Whether ``observed`` is a Monte Carlo mean."""
        return self.standard_error is not None

    def data(self) -> dict[str, Any]:
        """The counterexample as plain data, with lines that reproduce it."""
        return {
            "setting": self.setting.canonical(),
            "quantity": self.quantity,
            "claimed": self.claimed,
            "observed": self.observed,
            "standard_error": self.standard_error,
            "method": self.method,
            "command": self.command,
            "python": self.python,
        }

    @property
    def command(self) -> str:
        """A command line that reproduces the observed side."""
        return self.redo or command_line(self)

    @property
    def python(self) -> str:
        """A line of Python that reproduces the observed side, where there is one."""
        if self.redo:
            return self.redo_python
        return python_snippet(self)


@dataclass(frozen=True)
class PointEvidence:
    """What was done at one point; ``allowed`` is the relative error that the claim admits."""

    setting: Setting
    quantity: str
    claimed: float
    observed: float
    standard_error: float
    repetitions: int
    method: str
    outcome: str
    relation: str = "equals"
    allowed: float = 0.0

    @property
    def deviation(self) -> float:
        """How far the mean is on the wrong side of the claim, in standard errors.

        Either side is wrong for ``equals``; 0 where only rounding sets the two apart.
        """
        above = self.observed - self.claimed
        gap = {"equals": abs(above), "at-most": max(above, 0.0), "at-least": max(-above, 0.0)}[
            self.relation
        ]
        if gap <= _ROUNDING * abs(self.claimed):
            return 0.0
        return gap / self.standard_error if self.standard_error > 0 else float("inf")

    def data(self) -> dict[str, Any]:
        """The evidence as plain data."""
        return {
            "setting": str(self.setting),
            "quantity": self.quantity,
            "claimed": self.claimed,
            "observed": self.observed,
            "standard_error": self.standard_error,
            "repetitions": self.repetitions,
            "method": self.method,
            "outcome": self.outcome,
            "allowed": self.allowed,
        }


@dataclass(frozen=True)
class Verdict:
    """The answer to one question."""

    verdict: Outcome
    claim: str
    counterexample: Counterexample | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    alpha: float = 0.001
    tolerance: float = 0.01
    repetitions: int = 0
    seconds: float = 0.0

    def data(self) -> dict[str, Any]:
        """The verdict as plain data."""
        example = self.counterexample
        return {
            "verdict": self.verdict.value,
            "claim": self.claim,
            "counterexample": None if example is None else example.data(),
            "evidence": self.evidence,
            "alpha": self.alpha,
            "tolerance": self.tolerance,
            "repetitions": self.repetitions,
            "seconds": round(self.seconds, 3),
        }
