"""Rung 5 for optimal_lam: does the simulated error still fall beyond the claimed penalty?

The error falls in lam up to its optimum and rises after it.  With the claim L and the tolerance t,
the sign of E(L (1+2t)) - E(L), on common draws, says on which side of L (1+t) the optimum lies; so
does the sign of E(L) - E(L (1-2t)) for L (1-t).
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np

from theory.setting import Setting
from verification.conjecture import Conjecture
from verification.draws import Difference, Sampler
from verification.judge import Judge, Refutation, allowance, large_enough, method_of
from verification.ladder.claimed import claimed_value
from verification.sequential import CHUNK, Decision, decide
from verification.verdict import Counterexample

__all__ = ["judge_optimum"]

_METHOD = "conditional"
# The sign alone is in question: differences below this share of the error are none.
_NOTHING = 1e-9
# The side on which each relation forbids the optimum to lie.
_SIDES = {"equals": (1, -1), "at-most": (1,), "at-least": (-1,)}


def judge_optimum(conjecture: Conjecture, setting: Setting, judge: Judge) -> None:
    """Put the claimed optimal penalty at one setting on trial.

    Raises:
        Refutation: the error still falls beyond the claim, or rises before it, by more than the
            tolerance.
    """
    claimed = Fraction(f"{float(claimed_value(conjecture, setting)):.15g}")
    limit = conjecture.kind == "limit"
    sampled = large_enough(setting) if limit else setting
    if claimed <= 0:
        judge.undecided.append(
            f"optimal_lam at {setting}: the claimed penalty {float(claimed):g} is not positive, so "
            "that a relative tolerance cannot bracket it"
        )
        return
    margin = judge.tolerance
    if limit:
        margin += allowance(sampled.with_(lam=claimed))
    step = 2 * Fraction(f"{margin:.15g}")
    for side in _SIDES[conjecture.relation]:
        ends = sorted((claimed, claimed * (1 + side * step)))
        low, high = (
            Sampler(
                sampled.with_(lam=lam),
                judge.seed,
                judge.claim,
                "test_error",
                _METHOD,
                limit,
                sampled,
            )
            for lam in ends
        )
        decision = _sign(Difference(low, high, side), float(np.mean(low(-1000, CHUNK))), judge)
        method = method_of(decision, _METHOD)
        judge.record(sampled, "optimal_lam", float(claimed), decision, method, limit=limit)
        if decision.verdict == "refuted":
            where = ">=" if side > 0 else "<="
            raise Refutation(
                Counterexample(
                    sampled,
                    "optimal_lam",
                    f"{float(claimed):.6g}",
                    f"{where} {float(claimed * (1 + side * step / 2)):.6g}",
                    None,
                    f"sign of dE/dlam, {method} simulation, {decision.repetitions} repetitions",
                )
            )


def _sign(difference: Difference, scale: float, judge: Judge) -> Decision:
    """Consistent where the mean is shown to be positive, refuted where negative."""
    decision = decide(
        difference,
        0.0,
        alpha=judge.alpha / 2,
        tolerance=judge.tolerance,
        absolute_tolerance=_NOTHING * abs(scale),
        budget=judge.budget,
        deadline=judge.deadline,
        executor=judge.executor,
    )
    rises = decision.verdict == "refuted" and (decision.mean or 0.0) > 0
    return replace(decision, verdict="consistent") if rises else decision
