"""What the derived theory knows about a quantity at a setting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import mpmath

from ridgeproof.numerics.evaluate import Value, evaluate
from ridgeproof.theory.errors import InfiniteExpectation, NotBuilt, NoTheorem, SolverError
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.folds import is_finite, relevant
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.ladder.case import DIGITS

__all__ = ["Known", "known_value"]

# A limit is looked at in a setting so many times as large where the size itself is too special.
_GROWN = 4


@dataclass(frozen=True, eq=False)
class Known:
    """A value of the derived theory: exact at this size, or the limit that the kind asks for.

    It may be infinite: an expectation that does not exist, a penalty where no fit is the best one.
    """

    value: Any
    radius: Any
    formulas: tuple[str, ...]
    exact: bool

    @property
    def source(self) -> str:
        """Where the value comes from, in words."""
        if mpmath.isinf(self.value) and not self.formulas:
            return "the expectation is infinite"
        return f"{'exact' if self.exact else 'limit'} theorem {', '.join(self.formulas)}"


@lru_cache(maxsize=1024)
def known_value(setting: Setting, quantity: str, kind: str) -> Known | None:
    """The theory's value, to `DIGITS` digits, or infinity; None where theory gives no number.

    That is where no theorem applies, no penalty is optimal, or the digits cannot be had.
    For kind "exact" only theorems exact at finite size count.  A limit is one of growing sizes, and
    finite where those are.
    """
    if quantity == "optimal_lam":
        return _optimum(setting, kind)
    setting = relevant(setting, quantity)
    limit = kind == "limit"
    if limit and not is_finite(setting, limit=True):
        setting = setting.grown(_GROWN)
    if not is_finite(setting, limit=limit):
        return Known(mpmath.inf, mpmath.mpf(0), (), exact=kind == "exact")
    try:
        form = Form.EXACT if kind == "exact" else Form.LIMIT
        value = evaluate(setting, digits=DIGITS, form=form)
    except (NoTheorem, NotBuilt, SolverError):
        return None
    if kind == "exact" and not value.is_exact:
        return None
    return Known(_term(value, quantity), value.radius, value.formulas, kind == "exact")


def _term(value: Value, quantity: str) -> Any:
    return value.terms[quantity] if quantity in ERROR_TERMS else value.value


def _optimum(setting: Setting, kind: str) -> Known | None:
    from ridgeproof.numerics.optima.optimum import optimum

    if kind == "exact":
        return None
    try:
        found = optimum(setting, digits=DIGITS)
    except (InfiniteExpectation, NoTheorem, NotBuilt, SolverError):
        return None
    return Known(found.lam, found.lam_radius, ("optimal-ridge",), exact=False)
