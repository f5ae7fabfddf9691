"""equals, at-most and at-least: the claim at drawn points, and where it is closest to failing."""

from __future__ import annotations

import mpmath
from sympy import Expr

from ridgeproof.theory.domains.holds import named_values
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.claimed import another_limit
from ridgeproof.verification.conjectures.ladder.on_trial import (
    NEXT_TO_A_THRESHOLD,
    decide_by_simulation,
)
from ridgeproof.verification.conjectures.ladder.precise import Finding, examine
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.simulated import judge_point, pilot_point
from ridgeproof.verification.conjectures.ladder.symbolic import excess, gaps
from ridgeproof.verification.conjectures.ladder.truth import known_value
from ridgeproof.verification.conjectures.ladder.worst import places_to_look, worst
from ridgeproof.verification.strategies import settings as settings_of
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["decide_pointwise"]

# Evaluations on the way to where a piece is undefined, and what counts as being there.
_TOWARDS, _NEAR = 300, 1e-9


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
            return _shrunk(trial, found, "precision", settings)
    unclear = next((finding.undecided for finding in findings if finding.undecided), "")
    if unclear:
        return _unclear(trial, unclear)
    found = _undefined(trial, settings)
    if found is not None:
        return _shrunk(trial, found, "search", settings)
    found = _exactly_off(conjecture, findings)
    if found is not None:
        trial.note("symbolic", "the claim fails by a share too small for digits")
        return trial.verdict(Outcome.REFUTED, found)
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
        found, unclear = _closer(trial, settled, seed)
        if found is not None:
            return _shrunk(trial, found, "search", settings)
        if unclear:
            return _unclear(trial, unclear)
        if trial.late():
            return trial.out_of_time("search")
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
        pilot=lambda setting: (
            pilot_point(conjecture, setting, trial.seed)
            if known_value(setting, conjecture.quantity, conjecture.kind) is None
            else None
        ),
    )


def _unclear(trial: Trial, why: str) -> Verdict:
    trial.note("precision", f"not every point could be compared: {why}")
    return trial.verdict(Outcome.UNDECIDED)


def _undefined(trial: Trial, settings: list[Setting]) -> Counterexample | None:
    """A place where a piece of the formula is undefined, if one is met on the way to it."""
    conjecture = trial.conjecture
    for guard, value in gaps(conjecture).items():
        signed = guard.exponent is None or not guard.exponent.is_integer

        def distance(setting: Setting, value: Expr = value, signed: bool = signed) -> float | None:
            number = value.xreplace(named_values(setting))
            if not number.is_real:
                return None
            size = max(float(number), 0.0) if signed else abs(float(number))
            if size < _NEAR and examine(conjecture, setting).counterexample is not None:
                return -1.0
            return size / (1 + size)

        found, _ = worst(
            conjecture.domain, settings, distance, evaluations=_TOWARDS, late=trial.late
        )
        if found is not None:
            return examine(conjecture, found).counterexample
    return None


def _exactly_off(conjecture: Conjecture, findings: list[Finding]) -> Counterexample | None:
    """A counterexample where claim and theorem differ by an exact share that no digits show."""
    if conjecture.quantity == "optimal_lam":
        return None
    share = excess(conjecture)
    holds = {"equals": share == 0, "at-most": share >= 0, "at-least": share <= 0}
    for finding in findings:
        if (
            not holds[conjecture.relation]
            and finding.known
            and 0 < finding.known.value < mpmath.inf
        ):
            known = finding.known
            value = mpmath.nstr(known.value, 15)
            return Counterexample(
                finding.setting,
                conjecture.quantity,
                f"{value}*(1 {'+' if share > 0 else '-'} {abs(share)})",
                value,
                None,
                f"{known.source}, exactly",
                exact=known.exact,
            )
    return None


def _closer(trial: Trial, settled: list[Setting], seed: int) -> tuple[Counterexample | None, str]:
    """A failure nearer to the thresholds than simulation goes, or where an inequality is tight.

    With it, why the limit of the formula is not known at a point that was met, if so.
    """
    conjecture = trial.conjecture
    settings, evaluations, words = places_to_look(
        conjecture.domain, settled, conjecture.quantity, seed
    )
    equality = conjecture.relation == "equals"
    trial.watch("search: looking for where the claim is closest to failing")

    unclear = [""]

    def margin(setting: Setting) -> float | None:
        finding = examine(conjecture, setting)
        unclear.append(finding.undecided)
        return finding.margin

    found, tried = worst(
        conjecture.domain,
        settings,
        margin,
        # The margin of an equality leads nowhere.
        evaluations=0 if equality else evaluations,
        late=trial.late,
    )
    if found is not None:
        return examine(conjecture, found).counterexample, ""
    words = "points, those next to a threshold included" if equality and evaluations else words
    trial.note("search", f"holds at all of {tried} {words}")
    return None, max(unclear)


def _shrunk(trial: Trial, found: Counterexample, rung: str, settings: list[Setting]) -> Verdict:
    conjecture = trial.conjecture
    trial.found = found

    def fails(setting: Setting) -> bool:
        return not trial.late() and examine(conjecture, setting).counterexample is not None

    setting = smallest(settings_of(conjecture.domain, quantity=conjecture.quantity), fails)
    best = examine(conjecture, setting).counterexample if setting is not None else None
    trial.note(rung, "the claim fails; the smallest counterexample found at this budget")
    best = best or found
    if conjecture.kind == "limit":
        assert isinstance(best.setting, Setting)
        words = another_limit(conjecture, best.setting, settings)
        if words:
            trial.note("limit", words)
    return trial.verdict(Outcome.REFUTED, best)
