"""Rung 5: simulation, the only evidence for a quantity that no theorem covers."""

from __future__ import annotations

import math
from dataclasses import replace

import mpmath

from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.claimed import claimed_value
from ridgeproof.verification.conjectures.ladder.optimal import judge_optimum, judge_optimum_change
from ridgeproof.verification.conjectures.ladder.precise import examine
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.testing.judge import Judge, Refutation

__all__ = ["judge_change", "judge_point", "pilot_change", "pilot_point"]

# Draws of a pilot that looks for where a claim is tightest; chunks from 0 on are those of the test.
_PILOT, _PILOT_CHUNK = 32, -3000


def judge_point(conjecture: Conjecture, setting: Setting, judge: Judge, method: str) -> None:
    """Put the claimed value at one setting on trial.

    Raises:
        Refutation: the claim is undefined or impossible there, or the simulated mean does not
            stand in the claimed relation to it.
    """
    # Not every point comes from the drawn ones, which have been looked at.
    finding = examine(conjecture, setting)
    if finding.counterexample is not None:
        raise Refutation(finding.counterexample)
    if finding.claimed is None or not mpmath.isfinite(finding.claimed):
        why = finding.undecided or "no finite value is claimed"
        judge.undecided.append(f"{conjecture.quantity} at {setting}: {why}")
        return
    if conjecture.quantity == "optimal_lam":
        judge_optimum(conjecture, setting, judge, method)
        return
    judge.mean(
        setting,
        float(finding.claimed),
        quantity=conjecture.quantity,
        limit=conjecture.kind == "limit",
        relation=conjecture.relation,
        method=method,
    )


def pilot_point(conjecture: Conjecture, setting: Setting, seed: int) -> float | None:
    """How tight the claim looks at one setting by a few draws; None where none may be.

    A positive number, or 0 where the claim is undefined.
    """
    quantity = conjecture.quantity
    if quantity == "optimal_lam" or admissible(setting, quantity) is not None:
        return None
    try:
        claimed = float(claimed_value(conjecture, setting))
    except SolverError:
        return 0.0
    except UndecidedLimit:
        return None
    if not math.isfinite(claimed):
        return None
    mean = float(_sampler(conjecture, setting, seed)(_PILOT_CHUNK, _PILOT).mean())
    above = (mean - claimed) / max(abs(mean), abs(claimed), 1e-300)
    return math.exp(
        {"equals": -abs(above), "at-most": -above, "at-least": above}[conjecture.relation]
    )


def pilot_change(
    conjecture: Conjecture, before: Setting, after: Setting, seed: int
) -> float | None:
    """The same of a change, on common random numbers."""
    if conjecture.quantity == "optimal_lam":
        return None
    low = replace(_sampler(conjecture, before, seed), stream=before)
    first, last = (
        float(each(_PILOT_CHUNK, _PILOT).mean()) for each in (low, replace(low, setting=after))
    )
    sign = 1 if conjecture.relation == "increases-in" else -1
    return math.exp(sign * (last - first) / max(abs(first), abs(last), 1e-300))


def _sampler(conjecture: Conjecture, setting: Setting, seed: int) -> Sampler:
    return Sampler(setting, seed, conjecture.statement, conjecture.quantity, "conditional")


def judge_change(conjecture: Conjecture, before: Setting, after: Setting, judge: Judge) -> None:
    """Decide whether the quantity moves in the claimed direction from one setting to the next.

    Raises:
        Refutation: it moves the other way.
    """
    sign = 1 if conjecture.relation == "increases-in" else -1
    limit = conjecture.kind == "limit"
    if conjecture.quantity == "optimal_lam":
        judge_optimum_change(conjecture, before, after, judge)
        return
    variable = str(conjecture.variable)
    judge.changes(before, after, sign, conjecture.quantity, variable, limit=limit)
