"""What the derived theory knows about a quantity at a setting."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from numerics.evaluate import Value, evaluate
from theory.errors import InfiniteExpectation, NotBuilt, NoTheorem
from theory.formula import ERROR_TERMS, Form
from theory.relevant import relevant
from theory.setting import Setting
from verification.ladder.claimed import DIGITS

__all__ = ["Known", "known_value"]


@dataclass(frozen=True, eq=False)
class Known:
    """A value of the derived theory: exact at this size, or the limit that the kind asks for."""

    value: Any
    radius: Any
    formulas: tuple[str, ...]
    exact: bool


@lru_cache(maxsize=1024)
def known_value(setting: Setting, quantity: str, kind: str) -> Known | None:
    """The theory's value, to `DIGITS` digits; None where no theorem applies, or it is infinite.

    For kind "exact" only theorems exact at finite size count.
    """
    try:
        if quantity == "optimal_lam":
            return _optimum(setting, kind)
        form = Form.EXACT if kind == "exact" else Form.LIMIT
        value = evaluate(relevant(setting, quantity), digits=DIGITS, form=form)
    except (InfiniteExpectation, NoTheorem, NotBuilt):
        return None
    if kind == "exact" and not value.is_exact:
        return None
    return Known(_term(value, quantity), value.radius, value.formulas, kind == "exact")


def _term(value: Value, quantity: str) -> Any:
    return value.terms[quantity] if quantity in ERROR_TERMS else value.value


def _optimum(setting: Setting, kind: str) -> Known | None:
    from numerics.optimum import optimum

    if kind == "exact":
        return None
    found = optimum(setting, digits=DIGITS)
    return Known(found.lam, found.lam_radius, ("optimal-ridge",), exact=False)
