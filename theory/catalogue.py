"""The catalogue: every theorem that is a module of theory.theorems, found by looking there."""

from __future__ import annotations

import importlib
import pkgutil
from functools import lru_cache
from typing import Any

from ridgeproof.theory import theorems
from ridgeproof.theory.checks import closest
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.formula import Formula
from ridgeproof.theory.shown import Shown

__all__ = ["Catalogue", "catalogue", "find"]


class Catalogue(dict[str, Formula], Shown):
    """Formulas by id; printed as `ridgeproof formulas` prints them, a table in notebooks."""

    __hash__ = None  # type: ignore[assignment]

    def data(self) -> dict[str, Any]:
        """The entries as plain data."""
        return {"formulas": [formula.data() for formula in self.values()]}

    def rows(self) -> list[tuple[str, str]]:
        """The id of each and its title."""
        return [(f"{each.theorem} {each.id}", each.title) for each in self.values()]

    def __str__(self) -> str:
        from ridgeproof.theory.rendering import catalogue_text

        return catalogue_text(self.values())


@lru_cache
def catalogue() -> Catalogue:
    """Every formula by id, in the order of its theorem number."""
    modules = (
        importlib.import_module(f"{theorems.__name__}.{info.name}")
        for info in pkgutil.iter_modules(theorems.__path__)
    )
    found = sorted(
        (module.FORMULA for module in modules), key=lambda f: (f.theorem[0] != "T", f.theorem)
    )
    return Catalogue({formula.id: formula for formula in found})


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
