"""Rung 5 for optimal_lam: on which side of a penalty does the simulated error still fall?

The error falls in lam up to its optimum and rises after it, so that the sign of E(high) - E(low),
on common draws, says on which side of low or of high the optimum lies.

For a claimed value L and the tolerance t, E(L (1+2t)) - E(L) decides about L (1+t), and so does
E(L) - E(L / (1+2t)) about L / (1+t).  That the optimum moves up from one setting to another is
shown at a penalty between the two: the first error rises to it from below, the second from above.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
from scipy.optimize import minimize_scalar

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.claimed import claimed_value
from ridgeproof.verification.simulation.quantity_draws import Difference, Sampler
from ridgeproof.verification.testing.allowance import allowance, growth, large_enough
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.redo import simulation_call, simulation_command
from ridgeproof.verification.testing.sequential import CHUNK

__all__ = ["judge_optimum", "judge_optimum_change"]

_METHOD = "conditional"
# The side on which each relation forbids the optimum to lie.
_SIDES = {"equals": (1, -1), "at-most": (1,), "at-least": (-1,)}
# Where a pilot looks for the optimum, relative to the mean eigenvalue, and on how many draws.
_RANGE = (1e-4, 1e4)
_PILOT_CHUNKS = 2
_SAME = 5e-4  # an optimum of a pilot is not told from a penalty that is relatively so close


def judge_optimum(
    conjecture: Conjecture, setting: Setting, judge: Judge, method: str = _METHOD
) -> None:
    """Put the claimed optimal penalty at one setting on trial.

    A claimed penalty of zero is judged in units of the mean eigenvalue.

    Raises:
        Refutation: the error still falls beyond the claim, or rises before it, by more than the
            tolerance.
    """
    claimed = Fraction(f"{float(claimed_value(conjecture, setting)):.15g}")
    sampled = large_enough(setting) if conjecture.kind == "limit" else setting
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
        shown = _Lower(sampled, claimed, end, limit, method)
        if shown.decided(half) is False:
            command, python = _redo([replace(shown, near=end, far=claimed)], judge)
            raise Refutation(
                Counterexample(
                    sampled,
                    "optimal_lam",
                    _shown(claimed),
                    f"{'>=' if side > 0 else '<='} {_shown(edge)}",
                    None,
                    f"the error is lower at lam = {_shown(end)}, {_by(judge)}",
                    redo=command,
                    redo_python=python,
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
    limit = conjecture.kind == "limit"
    factor = growth(before, after) if limit else 1
    ends = [each.grown(factor) for each in (before, after)]
    optima = [_pilot_optimum(each, judge, limit=limit) for each in ends]
    variable = str(conjecture.variable)
    near = " and ".join(
        f"{own:.4g} at {variable} = {getattr(each, variable)}"
        for own, each in zip(optima, ends, strict=True)
    )
    middle = math.sqrt(optima[0] * optima[1])
    allowed = [1 + allowance(each.with_(lam=_penalty(middle))) if limit else 1.0 for each in ends]
    rises = optima[1] > optima[0]
    # Each optimum is shown to lie on its side of the middle, by what a limit is allowed.
    edges = [
        middle / share if own < middle else middle * share
        for own, share in zip(optima, allowed, strict=True)
    ]
    room = [
        math.log(edge / own) * (1 if own < middle else -1)
        for own, edge in zip(optima, edges, strict=True)
    ]
    if min(room) < _SAME:
        judge.undecided.append(
            f"optimal_lam at {after}: a pilot finds it near {near}, too close to tell apart; let "
            f"{variable} range more widely"
        )
        return
    half = replace(judge, alpha=judge.alpha / 2, budget=-(-judge.budget // 2))
    shown = [
        _Lower(each, _penalty(own), _penalty(edge), limit)
        for each, own, edge in zip(ends, optima, edges, strict=True)
    ]
    for lower in shown:
        decided = lower.decided(half)
        if decided is False:
            judge.undecided.append(
                f"optimal_lam at {after}: a pilot found it near {near}, which did not hold"
            )
        if not decided:
            return
    if rises is not claims_rise:
        command, python = _redo(shown, judge)
        raise Refutation(
            Counterexample(
                ends[1],
                f"change of optimal_lam from {variable} = {getattr(ends[0], variable)}",
                ">= 0" if claims_rise else "<= 0",
                f"{'> 0' if rises else '< 0'}: either side of {middle:.4g}",
                None,
                f"the error is lower at lam = {_shown(shown[0].near)} before and "
                f"{_shown(shown[1].near)} after, {_by(judge)}",
                term="optimal_lam",
                before=ends[0],
                redo=command,
                redo_python=python,
            )
        )


@dataclass(frozen=True)
class _Lower:
    """That the error of a setting is lower at one penalty than at another."""

    setting: Setting
    near: Fraction
    far: Fraction
    limit: bool
    method: str = _METHOD

    def decided(self, judge: Judge) -> bool | None:
        """Whether it is, by simulation; None where neither is shown."""
        ends = [
            Sampler(
                each,
                judge.seed,
                judge.claim,
                method=self.method,
                richardson=self.limit,
                stream=self.setting,
            )
            for each in (self.at(self.near), self.at(self.far))
        ]
        name = f"test_error at lam = {_shown(self.far)} minus that at {_shown(self.near)}"
        difference = Difference(ends[0], ends[1])
        decision, _ = judge.sign(difference, self.setting, name, strict=True, limit=self.limit)
        return {"consistent": True, "refuted": False}.get(decision.verdict)

    def at(self, lam: Fraction) -> Setting:
        return self.setting.with_(lam=lam)


def _by(judge: Judge) -> str:
    last = judge.points[-1]
    return f"{last.sampled_by} simulation, {last.repetitions} repetitions"


def _redo(shown: list[_Lower], judge: Judge) -> tuple[str, str]:
    """Lines that simulate how much the error is higher at the worse penalty of each."""
    repetitions, method = judge.points[-1].repetitions, shown[0].method
    factors = (1, 2) if shown[0].limit else (1,)
    pairs = [
        (each.at(each.far).grown(factor), each.at(each.near).grown(factor))
        for each in shown
        for factor in factors
    ]
    commands = [
        simulation_command(far, near, "test_error", method, repetitions) for far, near in pairs
    ]
    calls = [simulation_call(far, near, "test_error", method, repetitions) for far, near in pairs]
    printed = ", ".join(calls)
    return " && ".join(commands), f"import ridgeproof; print({printed})"


def _pilot_optimum(setting: Setting, judge: Judge, *, limit: bool) -> float:
    """Where a few draws, the same for every penalty, have their least mean error."""

    def error(exponent: float) -> float:
        at = setting.with_(lam=_penalty(math.exp(exponent)))
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


def _penalty(lam: float) -> Fraction:
    return Fraction(f"{lam:.6g}")


def _shown(lam: Fraction) -> str:
    return f"{float(lam):.6g}"
