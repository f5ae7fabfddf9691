"""A conjecture about settings as an inequality to prove, where a theorem covers its domain."""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Expr, Symbol, oo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.holds import holds_on
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.verification.conjectures.claim import SIGNS
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.symbolic import (
    claimed_expression,
    covering_theorem,
    settled,
)
from ridgeproof.verification.proofs.boxes.problem import KappaOf, Problem, places_of, substituted
from ridgeproof.verification.proofs.boxes.sums import with_level_sums

__all__ = ["MOST_PLACES", "MOST_VARIABLES", "RELATION_SIGNS", "stated"]

# Dimensions and spectra, together, that are looked at one by one; and numbers that may range.
MOST_PLACES, MOST_VARIABLES = 2000, 8
_FITS = (KappaOf(sy.kappa, sy.lam, sy.T), KappaOf(sy.kappa0, sy.lam0, sy.T0))
RELATION_SIGNS = {"at-most": -1, "at-least": 1, "increases-in": 1, "decreases-in": -1}


def stated(conjecture: Conjecture) -> Problem:
    """The inequality, by the theorem that covers the domain.

    A change of sign in a derivative is not looked for between whole numbers: that the derivative
    over the reals is of one sign is sufficient.

    Raises:
        NotBuilt: the claim is of another kind, or its domain is no union of boxes; says which.
        UndecidedLimit, SolverError: the limit of the formula is not known, or there is none.
    """
    domain, sign = conjecture.domain, RELATION_SIGNS.get(conjecture.relation)
    if conjecture.quantity == "optimal_lam" or sign is None:
        raise NotBuilt(f"{conjecture.statement} is no inequality of a test error")
    theorem = covering_theorem(domain, conjecture.kind)
    if theorem is None:
        raise NotBuilt("no theorem covers the whole domain")
    names = [name for name, _ in domain.numbers() if name != "d"]
    held = substituted(domain, names)

    def plain(expression: Expr) -> Expr:
        return with_level_sums(defined(settled(expression, domain))).xreplace(held)

    name = conjecture.quantity if conjecture.quantity in ERROR_TERMS else ""
    limit = conjecture.kind == "limit"
    value = sign * plain(theorem.expression(name, Form.LIMIT if limit else Form.EXACT))
    if conjecture.relation in SIGNS:
        claim = claimed_expression(conjecture)
        if claim.has(oo, -oo):
            raise NotBuilt("the formula is infinite in the limit")
        value -= sign * plain(claim)
    guards = tuple(
        (plain(each), positive) for each, positive in _guarded(conjecture, domain, limit=limit)
    )
    fits = [KappaOf(x.kappa, x.lam.xreplace(held), x.rows.xreplace(held)) for x in _FITS]
    every = (value, *(each for each, _ in guards))
    kappas = tuple(k for k in fits if any(each.has(k.kappa) for each in every))
    used = {x for each in every for x in each.free_symbols}
    used |= {x for k in kappas for x in (k.lam.free_symbols | k.rows.free_symbols)}
    used -= {k.kappa for k in kappas} | {sy.d}
    if conjecture.relation not in SIGNS and conjecture.variable not in used | {sy.d}:
        raise NotBuilt(f"{conjecture.name} does not depend on {conjecture.variable}")
    symbols = {domain.symbol(x): x for x in names}
    if unknown := used - symbols.keys():
        raise NotBuilt(f"{min(map(str, unknown))} is none of the numbers of a setting")
    variables = tuple(x for x in symbols if x in used)
    if len(variables) > MOST_VARIABLES:
        raise NotBuilt(f"{len(variables)} numbers range, too many for a proof by boxes")
    problem = Problem(
        value,
        guards,
        kappas,
        variables,
        frozenset(x for x in variables if domain.is_whole(symbols[x])),
        places_of(domain, [symbols[x] for x in variables], MOST_PLACES),
        theorem.id,
        tuple(_positive(domain, held)),
    )
    if conjecture.relation in SIGNS:
        return problem
    if conjecture.variable not in variables:
        raise NotBuilt(f"{conjecture.variable} is no number that ranges over an interval")
    return problem.with_value(problem.slope(value, conjecture.variable))


def _guarded(conjecture: Conjecture, domain: Domain, *, limit: bool) -> Iterator[tuple[Expr, bool]]:
    """What must not vanish, or must be positive (True), for the formula to be defined."""
    for guard in conjecture.guards:
        power, value = guard.exponent, settled(guard.value, domain)
        if (settled(guard.scale, domain) == 0 and value != 0) or (
            power is not None and power.is_Integer and power > 0
        ):
            continue
        yield proportional_limit(value) if limit else value, power is None or not power.is_Integer


def _positive(domain: Domain, held: dict[Symbol, Expr]) -> Iterator[Expr]:
    """Differences of sizes that are not negative on the domain."""
    for rows in (sy.T, sy.T0):
        if domain[rows.name] is not None and holds_on(domain, rows >= sy.d):
            yield rows.xreplace(held) - sy.d
