"""Rung 5: simulation, the only evidence for a quantity that no theorem covers."""

from __future__ import annotations

from theory.setting import Setting
from verification.conjecture import Conjecture
from verification.judge import Judge
from verification.ladder.claimed import claimed_value
from verification.ladder.optimal import judge_optimum, judge_optimum_change

__all__ = ["judge_change", "judge_point"]


def judge_point(conjecture: Conjecture, setting: Setting, judge: Judge, method: str) -> None:
    """Put the claimed value at one setting on trial.

    Raises:
        Refutation: the simulated mean does not stand in the claimed relation to it.
    """
    if conjecture.quantity == "optimal_lam":
        judge_optimum(conjecture, setting, judge, method)
        return
    judge.mean(
        setting,
        float(claimed_value(conjecture, setting)),
        quantity=conjecture.quantity,
        limit=conjecture.kind == "limit",
        relation=conjecture.relation,
        method=method,
    )


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
