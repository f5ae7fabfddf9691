"""equals, at-most and at-least: the claim at drawn points, and where it is closest to failing."""

from __future__ import annotations

from theory.finiteness import is_finite
from theory.setting import Setting
from verification.drawing import admissible, draw_anywhere
from verification.ladder.on_trial import NEXT_TO_A_THRESHOLD, decide_by_simulation
from verification.ladder.precise import Finding, examine
from verification.ladder.search import smallest
from verification.ladder.simulated import judge_point
from verification.ladder.worst import SEARCHED, worst
from verification.trial import Trial
from verification.verdict import Counterexample, Outcome, Verdict

__all__ = ["decide_pointwise"]


def decide_pointwise(trial: Trial, settings: list[Setting], seed: int) -> Verdict:
    """Compare the claim with the theory at settings that simulation can judge, and at others.

    What theory does not know is put on trial by simulation.
    """
    conjecture = trial.conjecture
    findings: list[Finding] = []
    for setting in settings:
        if trial.late():
            return trial.out_of_time("precision")
        trial.watch(f"precision: {len(findings)} of {len(settings)} points")
        findings.append(examine(conjecture, setting))
        found = findings[-1].counterexample
        if found is not None:
            return _shrunk(trial, found, "precision")
    settled = [finding.setting for finding in findings if finding.is_settled]
    trial.note(
        "precision",
        f"agrees with the derived theory at {len(settled)} of {len(findings)} points"
        if settled
        else "no derived theorem gives the quantity at the drawn points",
        theorems=sorted(
            {f for finding in findings if finding.known for f in finding.known.formulas}
        ),
    )
    if settled:
        found = _closer(trial, settled, seed)
        if found is not None:
            return _shrunk(trial, found, "search")
    if len(settled) == len(findings):
        return trial.verdict(Outcome.IDENTICAL)
    unknown = [finding.setting for finding in findings if not finding.is_settled]
    unknown = [setting for setting in unknown if admissible(setting, conjecture.quantity) is None]
    if not unknown:
        trial.note("simulation", f"no theorem, and {NEXT_TO_A_THRESHOLD}")
        return trial.verdict(Outcome.UNDECIDED)
    return decide_by_simulation(
        trial,
        unknown,
        lambda setting, judge, method: judge_point(conjecture, setting, judge, method),
    )


def _closer(trial: Trial, settled: list[Setting], seed: int) -> Counterexample | None:
    """A failure nearer to the thresholds than simulation goes, or where an inequality is tight."""
    conjecture = trial.conjecture
    domain, quantity = conjecture.domain, conjecture.quantity
    near = draw_anywhere(domain, SEARCHED[quantity] // 10, seed, quantity)
    if conjecture.relation == "equals":
        for setting in near:
            found = None if trial.late() else examine(conjecture, setting).counterexample
            if found is not None:
                return found
        return None
    trial.watch("search: looking for where the claim is closest to failing")

    def margin(setting: Setting) -> float | None:
        return examine(conjecture, setting).margin if is_finite(setting, quantity) else None

    worse, tried = worst(
        domain, [*settled, *near], margin, evaluations=SEARCHED[quantity], late=trial.late
    )
    if worse is not None:
        return examine(conjecture, worse).counterexample
    trial.note("search", f"holds at all of {tried} points on the way to where it is tightest")
    return None


def _shrunk(trial: Trial, found: Counterexample, rung: str) -> Verdict:
    conjecture = trial.conjecture
    trial.found = found

    def fails(setting: Setting) -> bool:
        return not trial.late() and examine(conjecture, setting).counterexample is not None

    setting = smallest(conjecture.domain, conjecture.quantity, fails)
    best = examine(conjecture, setting).counterexample if setting is not None else None
    trial.note(rung, "the claim fails; the smallest counterexample found at this budget")
    return trial.verdict(Outcome.REFUTED, best or found)
