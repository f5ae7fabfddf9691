"""Which theorem holds: assumptions of the catalogue against the facts of a setting."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Rational, Symbol, false, oo, true
from sympy.logic.boolalg import Boolean

from theory import symbols as sy
from theory.catalogue import catalogue, find
from theory.errors import NoTheorem
from theory.formula import Formula
from theory.setting import Setting
from theory.spectra import Isotropic

__all__ = ["applicable", "best", "facts", "holds"]


def facts(setting: Setting) -> dict[Symbol, Any]:
    """What an assumption may ask about a setting, as exact SymPy values."""
    known: dict[Symbol, Any] = {
        getattr(sy, name): Rational(value.numerator, value.denominator)
        for name in ("T", "n", "sigma", "sigma0", "lam", "lam0")
        if (value := getattr(setting, name)) is not None
    }
    known[sy.d] = oo if setting.is_infinite else Rational(setting.d)
    if setting.T0 is not None:
        known[sy.T0] = Rational(setting.T0)
    known[sy.shared] = true if setting.design == "shared" else false
    known[sy.is_isotropic] = true if isinstance(setting.spectrum, Isotropic) else false
    return known


def holds(assumption: Boolean, known: Mapping[Symbol, Any]) -> bool:
    """Whether the facts make the assumption true."""
    return bool(assumption.subs(known) == true)


def applicable(setting: Setting) -> list[Formula]:
    """The test-error formulas whose assumptions hold, the most specific first."""
    known = facts(setting)
    found = [f for f in catalogue().values() if f.is_test_error and holds(f.assumptions, known)]
    return sorted(found, key=lambda f: -f.priority)


def best(setting: Setting) -> tuple[Formula, ...]:
    """The formulas that evaluate a setting: one closed form, or the functional and the step.

    Raises:
        NoTheorem: the combination has none; the message says which are known.
    """
    closed = applicable(setting)
    if closed:
        return (closed[0],)
    if setting.design == "shared" and setting.lam0 > 0 and setting.n > 1:
        raise NoTheorem(
            f"design = shared with lam0 = {setting.lam0} > 0 and n = {setting.n}: no theorem is "
            "catalogued. Known are independent designs with any lam0, and shared designs with "
            "lam0 = 0; simulate runs this combination"
        )
    return find("moments"), find("generator")
