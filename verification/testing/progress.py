"""Trial: what a check has done so far, complete enough at any moment to be reported."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any, Protocol

from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["OUT_OF_TIME", "Trial"]

OUT_OF_TIME = "the time limit was reached before every point was compared: allow more time"


class Question(Protocol):
    """What is checked: a claim of any kind."""

    @property
    def statement(self) -> str:
        """The claim in one line."""

    @property
    def quantity(self) -> Any:
        """What is claimed about."""


@dataclass
class Trial:
    """One check: the question, its bounds, and the record of every rung.

    Attributes:
        shares: trials that the budget, and alpha, are divided by.
        judges: one for each point on trial, and one for the search for a smaller counterexample.
        found: a counterexample that an interrupt while shrinking it must not lose.
    """

    question: Question
    alpha: float
    tolerance: float
    budget: int
    seed: int
    deadline: float | None
    watch: Callable[[str], None]
    start: float = field(default_factory=time.monotonic)
    rungs: list[dict[str, Any]] = field(default_factory=list)
    judges: list[Judge] = field(default_factory=list)
    executor: Executor | None = None
    out_of_scope: dict[str, int] = field(default_factory=dict)
    shares: int = 1
    interrupted: bool = False
    found: Counterexample | None = None

    def note(self, rung: str, finding: str, **details: Any) -> None:
        """Keep what a rung has found."""
        self.rungs.append({"rung": rung, "finding": finding, **details})
        self.watch(f"{rung}: {finding}")

    def late(self) -> bool:
        """Whether the time limit is over."""
        return self.deadline is not None and time.monotonic() >= self.deadline

    def new_judge(self, budget: int) -> Judge:
        """A judge of this question, with so many repetitions for a point and its share of alpha."""
        return Judge(
            self.question.statement,
            alpha=self.alpha / self.shares,
            tolerance=self.tolerance,
            budget=max(budget, 1),
            seed=self.seed,
            deadline=self.deadline,
            executor=self.executor,
        )

    @property
    def spent(self) -> float:
        """Of the budget, so far."""
        return sum(judge.spent for judge in self.judges)

    def out_of_time(self, rung: str) -> Verdict:
        """The verdict of a check that ran out of time on a rung."""
        self.note(rung, OUT_OF_TIME)
        return self.verdict(Outcome.UNDECIDED)

    def verdict(
        self,
        outcome: Outcome,
        example: Counterexample | None = None,
        how: str = "",
        proof: Any = None,
    ) -> Verdict:
        """The answer, with all that was recorded; ``how`` it was proved, and the proof, if so."""
        evidence: dict[str, Any] = {
            "rungs": self.rungs,
            "out_of_scope": self.out_of_scope,
            "points": [point.data() for judge in self.judges for point in judge.points],
            "literal_repetitions": sum(judge.literal_repetitions for judge in self.judges),
            "missing": self._missing(outcome),
            "seed": self.seed,
            "interrupted": self.interrupted,
        }
        return Verdict(
            outcome,
            self.question.statement,
            example,
            evidence,
            self.alpha,
            self.tolerance,
            sum(judge.repetitions for judge in self.judges),
            time.monotonic() - self.start,
            how,
            proof,
        )

    def _missing(self, outcome: Outcome) -> list[str]:
        """What an undecided verdict lacks; otherwise the points that stayed open."""
        if outcome is Outcome.REFUTED:
            return []
        named = list(dict.fromkeys(line for judge in self.judges for line in judge.undecided))
        if outcome is not Outcome.UNDECIDED:
            # The claim holds by the other estimator.
            return [f"a witness only: {line}" for line in named]
        last = self.rungs[-1]
        if last["rung"] in {"time", "interrupted"}:
            return [*named, last["finding"]]
        needed = [judge.needed for judge in self.judges if judge.needed]
        if needed:
            return [*named, f"--budget {self._enough():.0f} would decide these points"]
        return named or [last["finding"]]

    def need(self, judge: Judge) -> float:
        """A budget that would decide the point of a judge, with room for the forecast's error."""
        # The two sides of an optimum share the budget of its point.
        sides = 2 if self.question.quantity == "optimal_lam" else 1
        return 1.5 * sides * max(judge.needed)

    def _enough(self) -> float:
        """A round budget that would do: what the decided points took, and the needs of the rest."""
        points = [j for j in self.judges if not j.literal_repetitions] or self.judges
        total = sum(self.need(judge) if judge.needed else judge.spent for judge in points)
        # The literal run has its share as well.
        return float(f"{1.05 * total * self.shares / len(points):.1e}")
