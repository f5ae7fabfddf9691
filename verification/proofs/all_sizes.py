"""Proofs for all sizes at once: by identities, and by polynomials without negative terms."""

from __future__ import annotations

from contextlib import suppress

from sympy import PolynomialError

from ridgeproof.theory.errors import DerivationError, NotBuilt, SolverError, UndecidedLimit
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.idle import stands_still, without_idle
from ridgeproof.verification.conjectures.settings.symbolic import is_tractable, prove
from ridgeproof.verification.proofs.any_spectrum import level_by_level
from ridgeproof.verification.proofs.pathwise import every_design
from ridgeproof.verification.proofs.positivity import Certificate
from ridgeproof.verification.proofs.ratios import in_ratios

__all__ = ["all_sizes", "proof_of"]

_ROUTES = (every_design, level_by_level, in_ratios)
# What a route says when it proves nothing.  SymPy compares reals only.
_SILENT = (
    DerivationError,
    NotBuilt,
    PolynomialError,
    SolverError,
    TypeError,
    UndecidedLimit,
    ValueError,
)


def all_sizes(conjecture: Conjecture) -> Certificate | None:
    """The proof of a claim by the first route that finds one; None says nothing about the claim."""
    for route in _ROUTES if is_tractable(conjecture) else ():
        with suppress(*_SILENT):
            return route(conjecture)
    return None


def proof_of(conjecture: Conjecture) -> Certificate | None:
    """The proof of a claim about settings by the cheapest way that finds one."""
    if stands_still(conjecture):
        text = f"the {conjecture.name} does not depend on {conjecture.variable}"
        return Certificate(text, how="symbolic")
    heard = without_idle(conjecture)
    theorem = prove(heard)
    if theorem is not None:
        text = f"follows from {theorem.theorem} ({theorem.id}) on the whole domain"
        return Certificate(text, how="symbolic")
    return all_sizes(heard)
