"""Verdicts: what was decided, on what evidence, and the counterexample where there is one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ridgeproof.theory.checks import counted
from ridgeproof.theory.errors import shortened
from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.verification.simulation.deviation import deviation
from ridgeproof.verification.testing.counterexample import Counterexample, Located

__all__ = ["Outcome", "PointEvidence", "Verdict"]


class Outcome(StrEnum):
    """The five verdicts, from the strongest to none, and that a claim's data are not there."""

    PROVED = "proved"
    IDENTICAL = "identical"
    CONSISTENT = "consistent"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NOT_RUN = "not-run"


@dataclass(frozen=True)
class PointEvidence:
    """What was done at one point; ``allowed`` is the relative error that the claim admits.

    ``pair`` says that the Richardson combination of two sizes was drawn.
    """

    setting: Located
    quantity: str
    claimed: float
    observed: float
    standard_error: float
    repetitions: int
    method: str
    outcome: str
    relation: str = "equals"
    allowed: float = 0.0
    pair: bool = False

    @property
    def sampled_by(self) -> str:
        """The method in words: its name, and whether two sizes were combined."""
        return f"{self.method}-richardson" if self.pair else self.method

    @property
    def deviation(self) -> float:
        """How far the mean is on the wrong side of the claim, in standard errors.

        Either side is wrong for ``equals``; 0 where only rounding sets the two apart.
        """
        z = deviation(self.observed, self.claimed, self.standard_error)
        assert z is not None
        return {"equals": abs(z), "at-most": max(z, 0.0), "at-least": max(-z, 0.0)}[self.relation]

    def data(self) -> dict[str, Any]:
        """The evidence as plain data."""
        return {
            "setting": str(self.setting),
            "quantity": self.quantity,
            "claimed": self.claimed,
            "observed": self.observed,
            "standard_error": self.standard_error,
            "repetitions": self.repetitions,
            "method": self.sampled_by,
            "outcome": self.outcome,
            "allowed": self.allowed,
        }


@dataclass(frozen=True, eq=False)
class Verdict(Shown):
    """The answer to one question.

    ``how`` a proof reaches the domain is empty where there is none; ``proof`` has the certificate
    of one by boxes.
    """

    verdict: Outcome
    claim: str
    counterexample: Counterexample | None = None
    evidence: dict[str, Any] = field(default_factory=dict)
    alpha: float = 0.001
    tolerance: float = 0.01
    repetitions: int = 0
    seconds: float = 0.0
    how: str = ""
    proof: Any = field(default=None, compare=False, repr=False)
    setting: Mapping[str, Any] = field(default_factory=dict)
    title: str = ""

    def data(self) -> dict[str, Any]:
        """The verdict as plain data; setting is what was asked: kind, domain and seed."""
        example = self.counterexample
        return {
            "setting": echoed(self.setting),
            "verdict": self.verdict.value,
            "how": self.how,
            "claim": self.claim,
            "counterexample": None if example is None else example.data(),
            "evidence": self.evidence,
            "alpha": self.alpha,
            "tolerance": self.tolerance,
            "repetitions": self.repetitions,
            "seconds": round(self.seconds, 3),
        }

    def rows(self) -> list[tuple[str, str]]:
        """The claim, the verdict, the counterexample, and what each rung found."""
        rows = [("conjecture", shortened(self.title))] if self.title else []
        rows += [("claim", self.claim), ("verdict", self.verdict.value)]
        rows += [("how", self.how)] if self.how else []
        example = self.counterexample
        if example is not None:
            error = "" if example.standard_error is None else f" +- {example.standard_error:.2g}"
            rows += [
                ("counterexample", str(example.setting)),
                (
                    f"  {example.quantity}",
                    f"claimed {example.claimed}, observed {example.observed}{error}",
                ),
                ("  by", example.method),
                ("  redo", example.command),
                ("  python", example.python),
            ]
        rows += [(rung["rung"], rung["finding"]) for rung in self.evidence["rungs"]]
        rows += [("missing", text) for text in self.evidence["missing"]]
        rows += [
            ("out of scope", f"{counted(count, 'draw')}: {reason}")
            for reason, count in self.evidence["out_of_scope"].items()
        ]
        level = f"alpha {self.alpha:g}, tolerance {self.tolerance:g}"
        return [*rows, ("level", f"{level}, {self.repetitions} repetitions, {self.seconds:.1f} s")]
