"""Rungs 1 and 3: the claim at drawn points, against its definition and the derived theory."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import mpmath

from theory.errors import InputError, SolverError
from theory.finiteness import require_finite
from theory.setting import Setting
from verification.conjecture import Conjecture
from verification.ladder.claimed import DIGITS, claimed_value
from verification.ladder.truth import Known, known_value
from verification.verdict import Counterexample

__all__ = ["SEPARATION", "Finding", "examine"]

# Claims and theorems closer than this, relatively, are taken as equal: 40 digits and more.
SEPARATION = 40


@dataclass(frozen=True, eq=False)
class Finding:
    """One point: what is claimed, what is known, and the counterexample if they disagree."""

    setting: Setting
    claimed: Any | None
    known: Known | None
    counterexample: Counterexample | None


def examine(conjecture: Conjecture, setting: Setting) -> Finding:
    """Put the claim at one point before its own definition and the derived theory."""
    try:
        claimed = claimed_value(conjecture, setting)
    except SolverError as error:
        return _refuted(conjecture, setting, "undefined", "a finite value is needed", str(error))
    if _impossible(conjecture, claimed):
        shown = mpmath.nstr(claimed, 12)
        return _refuted(conjecture, setting, shown, ">= 0", "an error is never negative")
    try:
        # The optimal penalty is a property of every lam: that of the drawn setting is not used.
        free = conjecture.quantity == "optimal_lam"
        require_finite(setting.with_(lam=Fraction(1)) if free else setting)
    except InputError:
        return Finding(setting, claimed, None, None)
    known = known_value(setting, conjecture.quantity, conjecture.kind)
    if known is None or _agrees(conjecture, claimed, known):
        return Finding(setting, claimed, known, None)
    form = "exact" if known.exact else "limit"
    with mpmath.workdps(DIGITS):
        example = Counterexample(
            setting,
            conjecture.quantity,
            mpmath.nstr(claimed, 15),
            mpmath.nstr(known.value, 15),
            None,
            f"{form} theorem {', '.join(known.formulas)}, 50 digits",
        )
    return Finding(setting, claimed, known, example)


def _impossible(conjecture: Conjecture, claimed: Any) -> bool:
    return conjecture.relation == "equals" and bool(claimed < 0)


def _refuted(
    conjecture: Conjecture, setting: Setting, claimed: str, observed: str, method: str
) -> Finding:
    example = Counterexample(setting, conjecture.quantity, claimed, observed, None, method)
    return Finding(setting, None, None, example)


def _agrees(conjecture: Conjecture, claimed: Any, known: Known) -> bool:
    with mpmath.workdps(DIGITS + 15):
        value = mpmath.mpf(known.value)
        slack = known.radius + mpmath.mpf(10) ** -SEPARATION * max(abs(value), abs(claimed))
        match conjecture.relation:
            case "at-most":
                return bool(value <= claimed + slack)
            case "at-least":
                return bool(value >= claimed - slack)
            case _:
                return bool(abs(value - claimed) <= slack)
