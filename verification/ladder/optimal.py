"""Rung 5 for optimal_lam: on which side of a penalty does the simulated error still fall?

The error falls in lam up to its optimum and rises after it, so that the sign of E(high) - E(low),
on common draws, says on which side of low or of high the optimum lies.

For a claimed value L and the tolerance t, E(L (1+2t)) - E(L) decides about L (1+t), and so does
E(L) - E(L / (1+2t)) about L / (1+t).  That the optimum moves up from one setting to another is
shown at a penalty between the two: the first error rises to it from below, the second from above.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from numerics.precision import Float64
from numerics.spectrum import build_spectrum, expanded
from theory.setting import Setting
from verification.conjecture import Conjecture
from verification.drawing import admissible
from verification.draws import Difference, Sampler
from verification.judge import Judge, Refutation, allowance, large_enough
from verification.ladder.claimed import claimed_value
from verification.sequential import CHUNK
from verification.verdict import Counterexample

__all__ = ["judge_optimum", "judge_optimum_change"]

_METHOD = "conditional"
# The side on which each relation forbids the optimum to lie.
_SIDES = {"equals": (1, -1), "at-most": (1,), "at-least": (-1,)}
# Where a pilot looks for the optimum, relative to the mean eigenvalue, and on how many draws.
_RANGE = (1e-4, 1e4)
_PILOT_CHUNKS = 2
_SAME = 1.001  # optima of a pilot with a smaller ratio are not told apart


def judge_optimum(conjecture: Conjecture, setting: Setting, judge: Judge) -> None:
    """Put the claimed optimal penalty at one setting on trial.

    A claimed penalty of zero is judged in units of the mean eigenvalue.

    Raises:
        Refutation: the error still falls beyond the claim, or rises before it, by more than the
            tolerance.
    """
    claimed = Fraction(f"{float(claimed_value(conjecture, setting)):.15g}")
    sampled = _sampled(conjecture, setting)
    at_claim = sampled.with_(lam=claimed)
    if claimed == 0 and admissible(at_claim) is not None:
        judge.undecided.append(
            f"optimal_lam at {setting}: the simulated error at the claimed lam = 0 has no finite "
            "variance; keep T further from d, or claim a positive penalty"
        )
        return
    limit = conjecture.kind == "limit"
    margin = judge.tolerance + (allowance(at_claim) if limit else 0.0)
    step = Fraction(f"{margin:.15g}")
    half = replace(judge, alpha=judge.alpha / 2, budget=-(-judge.budget // 2))
    for side in _SIDES[conjecture.relation]:
        if claimed == 0 and side < 0:
            continue  # no penalty is less
        edge, end = (_beyond(sampled, claimed, k * step, side) for k in (1, 2))
        ends = sorted((claimed, end))
        if _is_lower(half, sampled, ends[0], ends[1], side, limit=limit) is False:
            where, last = (">=" if side > 0 else "<="), judge.points[-1]
            raise Refutation(
                Counterexample(
                    sampled,
                    "optimal_lam",
                    _shown(claimed),
                    f"{where} {_shown(edge)}",
                    None,
                    f"sign of dE/dlam, {last.method} simulation, {last.repetitions} repetitions",
                )
            )


def judge_optimum_change(
    conjecture: Conjecture, before: Setting, after: Setting, judge: Judge
) -> None:
    """Decide whether the optimal penalty moves as claimed from one setting to the next.

    Raises:
        Refutation: it moves the other way.
    """
    claims_rise = conjecture.relation == "increases-in"
    sampled = [_sampled(conjecture, setting) for setting in (before, after)]
    guess = [_pilot_optimum(each, judge, conjecture) for each in sampled]
    variable = str(conjecture.variable)
    shown = " and ".join(
        f"{guess[k]:.4g} at {variable} = {getattr(each, variable)}"
        for k, each in enumerate(sampled)
    )
    if max(guess) < _SAME * min(guess):
        judge.undecided.append(
            f"optimal_lam at {after}: a pilot finds it near {shown}, too close to tell apart; let "
            f"{variable} range more widely"
        )
        return
    limit = conjecture.kind == "limit"
    middle = Fraction(f"{math.sqrt(guess[0] * guess[1]):.6g}")
    half = replace(judge, alpha=judge.alpha / 2, budget=-(-judge.budget // 2))
    rises = guess[1] > guess[0]
    for each, own in zip(sampled, guess, strict=True):
        # The error at the setting's own optimum is less than at the penalty in the middle.
        low, high = sorted((Fraction(f"{own:.6g}"), middle))
        side = 1 if high == middle else -1
        shown_lower = _is_lower(half, each, low, high, side, limit=limit)
        if shown_lower is False:
            judge.undecided.append(
                f"optimal_lam at {after}: a pilot found it near {shown}, which did not hold"
            )
        if not shown_lower:
            return
    if rises is not claims_rise:
        last = judge.points[-1]
        raise Refutation(
            Counterexample(
                sampled[1],
                f"change of optimal_lam from {variable} = {getattr(sampled[0], variable)}",
                ">= 0" if claims_rise else "<= 0",
                f"{'> 0' if rises else '< 0'}: on either side of {float(middle):.4g}",
                None,
                f"sign of dE/dlam, {last.method} simulation, {last.repetitions} repetitions",
                term="optimal_lam",
                before=sampled[0],
            )
        )


def _sampled(conjecture: Conjecture, setting: Setting) -> Setting:
    return large_enough(setting) if conjecture.kind == "limit" else setting


def _is_lower(
    judge: Judge, setting: Setting, low: Fraction, high: Fraction, side: int, *, limit: bool
) -> bool | None:
    """Whether the error is shown to be lower at ``low`` (side 1), at ``high`` (side -1).

    None where neither is shown.
    """
    ends = [
        Sampler(
            setting.with_(lam=lam), judge.seed, judge.claim, "test_error", _METHOD, limit, setting
        )
        for lam in (low, high)
    ]
    name = f"test_error at lam = {_shown(high)} minus that at lam = {_shown(low)}"
    decision, _ = judge.sign(
        Difference(ends[0], ends[1], side), setting, name, strict=True, limit=limit
    )
    return {"consistent": True, "refuted": False}.get(decision.verdict)


def _pilot_optimum(setting: Setting, judge: Judge, conjecture: Conjecture) -> float:
    """Where a few draws, the same for every penalty, have their least mean error."""
    limit = conjecture.kind == "limit"

    def error(exponent: float) -> float:
        at = setting.with_(lam=Fraction(f"{math.exp(exponent):.6g}"))
        draw = Sampler(at, judge.seed, judge.claim, "test_error", _METHOD, limit, setting)
        return float(np.mean([draw(-2000 - k, CHUNK).mean() for k in range(_PILOT_CHUNKS)]))

    least, most = (math.log(share * _mean_eigenvalue(setting)) for share in _RANGE)
    found = minimize_scalar(error, bounds=(least, most), method="bounded", options={"xatol": 1e-3})
    return math.exp(found.x)


def _beyond(setting: Setting, lam: Fraction, step: Fraction, side: int) -> Fraction:
    """The penalty a relative step away, above (side 1) or below (-1)."""
    if lam == 0:
        return step * _mean_eigenvalue(setting)
    return lam * (1 + step) if side > 0 else lam / (1 + step)


def _mean_eigenvalue(setting: Setting) -> Fraction:
    s, _ = expanded(build_spectrum(setting, Float64()))
    return Fraction(f"{s.mean():.6g}")


def _shown(lam: Fraction) -> str:
    return f"{float(lam):.6g}"
