"""The catalogue: every theorem that is a module of theory.theorems, found by looking there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache

from ridgeproof.theory import theorems
from ridgeproof.theory.checks import closest
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.formula import Formula

__all__ = ["catalogue", "find"]


@lru_cache
def catalogue() -> dict[str, Formula]:
    """Every formula by id, in the order of its theorem number."""
    modules = (
        importlib.import_module(f"{theorems.__name__}.{info.name}")
        for info in pkgutil.iter_modules(theorems.__path__)
    )
    found = sorted(
        (module.FORMULA for module in modules), key=lambda f: (f.theorem[0] != "T", f.theorem)
    )
    return {formula.id: formula for formula in found}


def find(formula_id: str) -> Formula:
    """The formula with that id (or theorem number, such as T2).

    Raises:
        InputError: no such formula; the message names the closest.
    """
    known = catalogue()
    for formula in known.values():
        if formula_id in {formula.id, formula.theorem}:
            return formula
    hint = closest(formula_id, known)
    raise InputError(
        "ID", formula_id, "is not in the catalogue", f"{hint}Choose from {', '.join(known)}"
    )
