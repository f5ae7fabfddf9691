"""Verdicts: what was decided, on what evidence, and the counterexample where there is one."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from theory.formula import ERROR_TERMS
from theory.setting import Setting

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
    derived theory or of the definition; ``method`` says which.  ``term`` is the quantity to
    reproduce where ``quantity`` is a change of one, ``redo`` a command that reproduces the observed
    side where it is not the process that was simulated.
    """

    setting: Setting
    quantity: str
    claimed: str
    observed: str
    standard_error: float | None
    method: str
    term: str = ""
    redo: str = ""

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
    def _term(self) -> str:
        return self.term or self.quantity

    @property
    def command(self) -> str:
        """A command line that reproduces the observed side."""
        if self.redo:
            return self.redo
        if self.method.startswith("the user's"):
            return f"run the simulator with {self.python}"
        verb = "simulate" if self.standard_error is not None else "evaluate"
        if self._term == "optimal_lam":
            options = self.setting.command_line().split(" --")
            kept = [option for option in options if not option.startswith("lam ")]
            return "ridgeproof optimum " + " --".join(kept)
        extra = ""
        if verb == "evaluate" and "exact" in self.method:
            extra = " --form exact"
        if verb == "simulate" and self._term in ERROR_TERMS:
            extra = f" --quantity {self._term}"
        return f"ridgeproof {verb} {self.setting.command_line()}{extra}"

    @property
    def python(self) -> str:
        """A Python line that reproduces the observed side, where there is one."""
        if self.redo:
            return ""
        given = {k: v for k, v in self.setting.canonical().items() if v is not None}
        arguments = ", ".join(f"{name}={value!r}" for name, value in given.items())
        if self.method.startswith("the user's"):
            return f"ridgeproof.make_setting({arguments})"
        if self.standard_error is not None:
            quantity = f", quantity={self._term!r}" if self._term in ERROR_TERMS else ""
            return f"ridgeproof.simulate(ridgeproof.make_setting({arguments}){quantity})"
        form = ", form='exact'" if "exact" in self.method else ""
        return f"ridgeproof.evaluate(ridgeproof.make_setting({arguments}){form})"


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
