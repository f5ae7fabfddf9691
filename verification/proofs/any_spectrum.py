"""Any spectrum, in the limit: a difference that is linear in spectral sums, proved level by level.

A sum is >= 0 where its summand is, for every s > 0 and kappa > 0.  With y = df2/d, the mean of
(s/(s + kappa))^2, y lies in (0, 1] and gamma = phi y below 1.  Along lam only kappa moves, and it
rises.  Derived here.
"""

from __future__ import annotations

from sympy import Dummy, Expr, Integer, Poly, Rational, Symbol, cancel, diff, fraction, oo, sqrt

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.domains.entries import Derived, used_symbols
from ridgeproof.theory.domains.holds import holds_on
from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.symbolic import (
    claimed_expression,
    covering_theorem,
    settled,
    specialised,
    stands,
)
from ridgeproof.verification.proofs.positivity import Certificate, Parts, nonnegative
from ridgeproof.verification.proofs.ratios import NOISES, require_apart, scale_free
from ridgeproof.verification.proofs.regions import Region

__all__ = ["level_by_level"]

# df2/d, and the square of a component of the truth.
_y, _square = Symbol("y", positive=True), Symbol("h", positive=True)
_SIGNS = {"at-most": -1, "at-least": 1, "increases-in": 1, "decreases-in": -1}
_SUMS = (sy.df1, sy.df2, sy.b)


def level_by_level(conjecture: Conjecture) -> Certificate:
    """Prove an inequality, or a monotony, of a limit for every spectrum.

    Raises:
        NotBuilt: the claim is of another kind, or is not linear in the sums.
        DerivationError: it is not proved.
    """
    domain = conjecture.domain
    theorem = covering_theorem(domain, "limit")
    if conjecture.kind != "limit" or conjecture.relation not in _SIGNS or theorem is None:
        raise NotBuilt("no inequality of a limit that a theorem covers")
    if conjecture.quantity == "optimal_lam":
        raise NotBuilt("a best penalty")
    require_apart(domain)
    name = conjecture.quantity if conjecture.quantity in ERROR_TERMS else ""
    ratios = {x: DEFINITIONS[x] for x in (sy.phi, sy.phi0, sy.eta)}
    truth = settled(theorem.expression(name, Form.LIMIT), domain).subs(ratios)
    if conjecture.variable is not None:
        goal = _slope(conjecture, truth)
    else:
        whole = specialised(theorem.expression(name, Form.LIMIT), domain)
        if not all(stands(guard, domain, whole, Form.LIMIT) for guard in conjecture.guards):
            raise NotBuilt("a piece of the formula may be undefined")
        goal = truth - settled(claimed_expression(conjecture), domain).subs(ratios)
    parts = _proved(conjecture, _SIGNS[conjecture.relation] * goal)
    title = f"{theorem.theorem} ({theorem.id})"
    text = f"follows from {title} level by level, for every spectrum and all ratios of the sizes"
    return Certificate(text, tuple(parts))


def _slope(conjecture: Conjecture, truth: Expr) -> Expr:
    """The derivative in a variable that kappa does not follow, or along lam that in kappa."""
    x, entries = conjecture.variable, conjecture.domain.numbers()
    if any(isinstance(entry, Derived) and x in used_symbols(entry) for _, entry in entries):
        raise NotBuilt(f"other entries follow {x}")
    if x == sy.lam:
        found = diff(truth, sy.kappa) + diff(truth, sy.gamma) * _falls(sy.df2) / sy.T
        return found + sum(diff(truth, y) * _falls(y) for y in (sy.df1, sy.df2))
    if x not in {*NOISES, sy.T0} or (x == sy.n and diff(truth, x, 2) != 0):
        raise NotBuilt(f"kappa follows {x}")
    return diff(truth, x)


def _falls(y: Symbol) -> Expr:
    return diff(DEFINITIONS[y], sy.kappa)


def _proved(conjecture: Conjecture, goal: Expr) -> Parts:
    """With df2 as a sum of its own, or as d y."""
    for put in ({}, {sy.df2: sy.d * _y}):
        try:
            summand = _summand(conjecture, goal.subs(put))
            return nonnegative(summand, _regions(conjecture, summand), z3=False)
        except DerivationError as error:
            failed = error
    raise failed


def _summand(conjecture: Conjecture, goal: Expr) -> Expr:
    """What is summed over the levels, divided by what does not depend on them."""
    goal = goal.subs({sy.gamma: sy.d / sy.T * _y}).subs({x: DEFINITIONS[x] for x in _SUMS})
    sums = {node: Dummy() for node in goal.atoms(SpectralSum)}
    goal = scale_free(goal.xreplace(sums), conjecture.domain)
    above, below = fraction(cancel(goal))
    totals = [sy.d, *sums.values()]
    degrees = {sum(powers) for powers in Poly(above, *totals).monoms()}
    if below.free_symbols & set(sums.values()) or len(degrees) > 1 or max(degrees) > 1:
        raise NotBuilt("not linear in the spectral sums")
    if degrees == {1}:
        levels = {total: node.summand for node, total in sums.items()}
        above = above.subs(levels | {sy.d: Integer(1)})
    return cancel((above / below).subs(sy.w0, sqrt(_square)))


def _regions(conjecture: Conjecture, summand: Expr) -> list[Region]:
    """phi and y with phi y < 1, phi0 in (0, 1), and everything else positive."""
    known = {sy.phi, _y, sy.phi0, sy.s, sy.kappa, sy.lam, sy.d, _square, *NOISES}
    domain, used = conjecture.domain, summand.free_symbols
    if not used <= known:
        raise NotBuilt(f"{used - known} may have any sign")
    pairs = [(0, 1, Integer(1)), (1, oo, 1 / sy.phi)]
    if holds_on(domain, sy.T >= 2 * sy.d):
        pairs = [(0, Rational(1, 2), Integer(1))]
    elif holds_on(domain, sy.T >= sy.d):
        del pairs[1]
    regions = []
    for low, high, above in pairs:
        region = Region(()).within(sy.phi, low, high).within(_y, 0, above)
        if sy.phi0 in used and not holds_on(domain, sy.T0 > sy.d):
            raise NotBuilt("generators with few rows")
        for x in used - {sy.phi, _y}:
            region = region.within(x, 0, 1 if x == sy.phi0 else oo)
        regions.append(region)
    return regions
