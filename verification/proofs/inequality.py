"""A conjecture about settings as an inequality to prove, where a theorem covers its domain."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sympy import Expr, Symbol, oo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.holds import holds_on
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.verification.conjectures.claim import SIGNS, Claim
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.symbolic import (
    claimed_expression,
    covering_theorem,
    settled,
)
from ridgeproof.verification.proofs.boxes.problem import (
    KappaOf,
    Problem,
    pinned_by,
    places_of,
    substituted,
)
from ridgeproof.verification.proofs.boxes.sums import with_level_sums

__all__ = ["RELATION_SIGNS", "on_domain", "stated"]

# Dimensions and spectra, together, that are looked at one by one; and numbers that may range.
_MOST_PLACES, _MOST_VARIABLES = 2000, 8
_FITS = (KappaOf(sy.kappa, sy.lam, sy.T), KappaOf(sy.kappa0, sy.lam0, sy.T0))
RELATION_SIGNS = {"equals": 1, "at-most": -1, "at-least": 1, "increases-in": 1, "decreases-in": -1}


def stated(conjecture: Conjecture) -> Problem:
    """The inequality, or of an equality the difference, by the theorem that covers the domain.

    Raises:
        NotBuilt: the claim is of another kind, or its domain is no union of boxes; says which.
        UndecidedLimit, SolverError: the limit of the formula is not known, or there is none.
    """
    domain, sign = conjecture.domain, RELATION_SIGNS.get(conjecture.relation)
    if conjecture.quantity == "optimal_lam" or sign is None:
        raise NotBuilt(f"{conjecture.statement} is no claim about the size of a test error")
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
    return on_domain(conjecture, value, guards, fits, theorem.id, tuple(_positive(domain, held)))


def on_domain(
    claim: Claim,
    value: Expr,
    guards: Iterable[tuple[Expr, bool]],
    fits: Iterable[KappaOf],
    theorem: str,
    positive: tuple[Expr, ...] = (),
) -> Problem:
    """The inequality on the boxes of a claim's domain; of a change, for the value's slope.

    Args:
        claim: with its domain.
        value: of which the sign, or the slope, is claimed; in numbers that range, kappas and sums.
        guards: what must not vanish, or must be positive (True).
        fits: the kappas, those that occur among others.
        theorem: that gives the value.
        positive: as of `Problem`.

    Raises:
        NotBuilt: a number is not of the domain, too many range, or the domain is no union of boxes.
    """
    domain, defined_by = claim.domain, tuple(guards)
    every = (value, *(each for each, _ in defined_by))
    kappas = tuple(k for k in fits if any(each.has(k.kappa) for each in every))
    used = {x for each in every for x in each.free_symbols}
    used |= {x for k in kappas for x in k.lam.free_symbols | k.rows.free_symbols}
    used -= {k.kappa for k in kappas} | {sy.d}
    names = {domain.symbol(name): name for name, _ in domain.numbers() if name != "d"}
    if unknown := used - names.keys():
        raise NotBuilt(f"{min(map(str, unknown))} is no number of the domain")
    variables = tuple(x for x in names if x in used)
    if len(variables) > _MOST_VARIABLES:
        raise NotBuilt(f"{len(variables)} numbers range, too many for a proof by boxes")
    problem = Problem(
        value,
        defined_by,
        kappas,
        variables,
        frozenset(x for x in variables if domain.is_whole(names[x])),
        places_of(domain, [names[x] for x in variables], _MOST_PLACES),
        theorem,
        positive,
    )
    if claim.relation in SIGNS:
        return problem
    if claim.variable not in variables:
        raise NotBuilt(f"{claim.variable} is not among the numbers that the boxes range over")
    if str(claim.variable) in pinned_by(domain, [names[x] for x in variables]):
        raise NotBuilt(f"the ranges of other numbers follow {claim.variable}")
    return problem.rising(claim.variable)


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
