"""Rungs 1 and 3: the claim at drawn points, against its definition and the derived theory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath

from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.ladder.claimed import DIGITS, claimed_value
from ridgeproof.verification.conjectures.ladder.truth import Known, known_value
from ridgeproof.verification.testing.counterexample import Counterexample

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
    is_trivial: bool = False
    undecided: str = ""  # why the limit of the formula is not known

    @property
    def is_settled(self) -> bool:
        """Whether theory knows the quantity, or it need only not be negative."""
        return self.known is not None or self.is_trivial

    @property
    def margin(self) -> float | None:
        """By how much an inequality holds, relatively; negative where it fails.

        None where theory does not know; an equality holds by nothing.
        """
        if self.counterexample is not None:
            return -1.0
        if self.is_trivial:
            return 1.0
        if self.known is None or self.claimed is None:
            return None
        if mpmath.isinf(self.known.value):
            return 1.0
        with mpmath.workdps(DIGITS):
            gap = abs(mpmath.mpf(self.known.value) - self.claimed)
            return float(gap / (max(abs(self.known.value), abs(self.claimed)) or 1))


def examine(conjecture: Conjecture, setting: Setting) -> Finding:
    """Put the claim at one point before its own definition and the derived theory."""
    claimed = None
    try:
        claimed = claimed_value(conjecture, setting)
    except UndecidedLimit as error:
        return Finding(setting, None, None, None, undecided=str(error))
    except SolverError:
        pass
    if claimed == mpmath.inf and conjecture.relation == "at-most":
        return Finding(setting, claimed, None, None, is_trivial=True)
    if claimed is None or claimed == mpmath.inf:
        known = known_value(setting, conjecture.quantity, conjecture.kind)
        if known is not None and mpmath.isinf(known.value):
            return Finding(setting, None, None, None, is_trivial=True)  # infinite on either side
        if claimed is None or known is None:
            shown = "undefined" if claimed is None else "infinite"
            why = f"{conjecture.formula_text or conjecture.formula} has no finite real value there"
            return _refuted(conjecture, setting, shown, "a finite value is needed", why)
        return Finding(setting, claimed, known, _against(conjecture, setting, claimed, known))
    if _impossible(conjecture, claimed):
        shown = _shown(claimed, 12)
        what = "a penalty" if conjecture.quantity == "optimal_lam" else "an error"
        return _refuted(conjecture, setting, shown, ">= 0", f"{what} is never negative")
    if conjecture.relation == "at-least" and claimed <= 0:
        return Finding(setting, claimed, None, None, is_trivial=True)
    known = known_value(setting, conjecture.quantity, conjecture.kind)
    if known is None or _agrees(conjecture, claimed, known):
        return Finding(setting, claimed, known, None)
    return Finding(setting, claimed, known, _against(conjecture, setting, claimed, known))


def _against(
    conjecture: Conjecture, setting: Setting, claimed: Any, known: Known
) -> Counterexample:
    for digits in (15, 30, DIGITS):
        shown = _shown(claimed, digits), _shown(known.value, digits)
        if shown[0] != shown[1]:
            break
    return Counterexample(
        setting,
        conjecture.quantity,
        *shown,
        None,
        f"{known.source}, {DIGITS} digits" if known.formulas else known.source,
        exact=known.exact and bool(known.formulas),
    )


def _shown(value: Any, digits: int) -> str:
    if mpmath.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    with mpmath.workdps(DIGITS):
        return str(mpmath.nstr(value, digits))


def _impossible(conjecture: Conjecture, claimed: Any) -> bool:
    return conjecture.relation in {"equals", "at-most"} and bool(claimed < 0)


def _refuted(
    conjecture: Conjecture, setting: Setting, claimed: str, observed: str, method: str
) -> Finding:
    example = Counterexample(setting, conjecture.quantity, claimed, observed, None, method)
    return Finding(setting, None, None, example)


def _agrees(conjecture: Conjecture, claimed: Any, known: Known) -> bool:
    with mpmath.workdps(DIGITS + 15):
        value = mpmath.mpf(known.value)
        if mpmath.isinf(value):
            return conjecture.relation == "at-least"
        slack = known.radius + mpmath.mpf(10) ** -SEPARATION * max(abs(value), abs(claimed))
        match conjecture.relation:
            case "at-most":
                return bool(value <= claimed + slack)
            case "at-least":
                return bool(value >= claimed - slack)
            case _:
                return bool(abs(value - claimed) <= slack)
