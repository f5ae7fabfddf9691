"""Rung 5: simulation, the only evidence for a quantity that no theorem covers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from theory.setting import Setting
from verification.conjecture import Conjecture
from verification.draws import Difference, Sampler
from verification.judge import Judge, Refutation, method_of
from verification.ladder.claimed import claimed_value
from verification.ladder.optimal import judge_optimum
from verification.sequential import Decision, decide
from verification.verdict import Counterexample

__all__ = ["judge_change", "judge_point"]

# Repetitions of a pilot that finds the scale of a difference.
_PILOT = 128


def judge_point(conjecture: Conjecture, setting: Setting, judge: Judge, method: str) -> None:
    """Put the claimed value at one setting on trial.

    Raises:
        Refutation: the simulated mean does not stand in the claimed relation to it.
    """
    if conjecture.quantity == "optimal_lam":
        judge_optimum(conjecture, setting, judge)
        return
    claimed = float(claimed_value(conjecture, setting))
    judge.mean(
        setting,
        claimed,
        quantity=conjecture.quantity,
        limit=conjecture.kind == "limit",
        relation=conjecture.relation,
        method=method,
    )


def judge_change(conjecture: Conjecture, before: Setting, after: Setting, judge: Judge) -> Decision:
    """Decide whether the quantity moves in the claimed direction from one setting to the next.

    Raises:
        Refutation: it moves the other way.
    """
    limit = conjecture.kind == "limit"
    stream = replace(
        Sampler(before, judge.seed, judge.claim, conjecture.quantity, "conditional", limit),
        stream=before,
    )
    sign = 1 if conjecture.relation == "increases-in" else -1
    sampler = Difference(stream, replace(stream, setting=after), sign)
    scale = float(np.mean(np.abs(stream(-1000, _PILOT))))
    decision = decide(
        sampler,
        0.0,
        relation="at-least",
        alpha=judge.alpha,
        tolerance=judge.tolerance,
        absolute_tolerance=judge.tolerance * max(scale, 1e-12),
        budget=judge.budget,
        deadline=judge.deadline,
        executor=judge.executor,
    )
    method = method_of(decision, "conditional")
    judge.record(after, f"change of {conjecture.quantity}", 0.0, decision, method, limit=limit)
    if decision.verdict == "refuted":
        assert decision.mean is not None
        raise Refutation(
            Counterexample(
                after,
                f"change of {conjecture.quantity} from {conjecture.variable} = "
                f"{getattr(before, str(conjecture.variable))}",
                ">= 0" if sign > 0 else "<= 0",
                f"{sign * decision.mean:.6g}",
                decision.standard_error,
                f"{method} simulation, {decision.repetitions} repetitions",
                term=conjecture.quantity,
                repetitions=decision.repetitions,
                before=before,
            )
        )
    return decision
