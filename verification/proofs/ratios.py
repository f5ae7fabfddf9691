"""Sigma = I, in the limit: a claim as a rational function of ratios, proved for all of them.

With v = 1/(1 + kappa) and phi = d/T the penalty is lam = (1 - v)(1 - phi v)/v, which falls from
infinity to 0 as v rises from 0 to min(1, 1/phi).  Every quantity at a fixed n is rational in v,
phi, phi0, the noises and b after generators without ridge: no kappa is solved for.  The regions
below contain what the domain allows.  Where lam follows other numbers, or the claim is about the
best lam, one of the numbers can be taken out instead.  Derived here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import product

from sympy import (
    Dummy,
    Expr,
    Integer,
    Poly,
    Symbol,
    cancel,
    diff,
    factor_list,
    fraction,
    oo,
    sqrt,
    together,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import Derived, Fixed, number
from ridgeproof.theory.domains.holds import holds_on, range_on
from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.theory.settings.spectra import Flat, Isotropic
from ridgeproof.theory.specialise import isotropic
from ridgeproof.verification.conjectures.claim import SIGNS
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.guards import plainly_positive
from ridgeproof.verification.conjectures.settings.symbolic import (
    claimed_expression,
    covering_theorem,
    kinds_of,
    settled,
    stands,
)
from ridgeproof.verification.proofs.positivity import Certificate, Parts, nonnegative, vanishing
from ridgeproof.verification.proofs.regions import Interval, Region

__all__ = ["NOISES", "in_ratios", "require_apart", "scale_free"]

NOISES = (sy.n, sy.sigma, sy.sigma0)


@dataclass(frozen=True)
class _Reduced:
    """A quantity in d, T, T0, n, the noises, b, v and v0; each of ``implicit`` is 0."""

    theorem: str
    quantity: Expr
    implicit: dict[Symbol, Expr]


def in_ratios(conjecture: Conjecture) -> Certificate:
    """Prove a claim about the limit at Sigma = I.

    Raises:
        NotBuilt: the claim is of another kind, or no theorem covers its domain.
        DerivationError: it is not proved.
    """
    domain = conjecture.domain
    if conjecture.kind != "limit" or not _all(domain, "spectrum", Isotropic):
        raise NotBuilt("no limit at Sigma = I")
    reduced = _reduced(conjecture)
    conditions, goal = list(_conditions(conjecture)), _goal(conjecture, reduced)
    same = conjecture.relation in {"equals", "scales-as"}
    parts = (_same if same else _proved)(conjecture, reduced, goal)
    for condition in conditions:
        parts += _proved(conjecture, reduced, condition)
    text = f"follows from {reduced.theorem} for all ratios of the sizes"
    return Certificate(text, tuple(parts))


# The quantity.


def _reduced(conjecture: Conjecture) -> _Reduced:
    domain, name = conjecture.domain, conjecture.quantity
    if name == "optimal_lam":
        return _optimum(conjecture)
    require_apart(domain)
    theorem = covering_theorem(domain, "limit")
    if theorem is None:
        raise NotBuilt("no theorem covers the domain")
    fixed = domain["lam"] == Fixed(Fraction(0))
    implicit = {} if fixed else {sy.v: _penalty(sy.v, sy.d / sy.T) - sy.lam}
    expression = theorem.expression(name if name in ERROR_TERMS else "", Form.LIMIT)
    title = f"{theorem.theorem} ({theorem.id})"
    return _Reduced(title, _plain(expression, domain), implicit)


def _optimum(conjecture: Conjecture) -> _Reduced:
    """The penalty (T8) as an expression in v at which it is claimed, or at which it is.

    Where lam(v) = L is the claimed penalty, the expression of T8 less L has the sign of the best
    penalty less L: the error rises with v where the quartic is positive.
    """
    domain, best = conjecture.domain, find("optimal-ridge")
    noisy = holds_on(domain, sy.sigma > 0) or holds_on(domain, sy.n * sy.sigma0 > 0)
    if kinds_of(domain, "limit") is None or not noisy:
        raise NotBuilt("T8 needs noise, and a plain domain")
    if not holds_on(domain, settled(best.assumptions, domain)):
        raise NotBuilt("T8 needs generators of least squares")
    put = {sy.Delta: sy.n * sy.sigma0**2 * sy.d / (sy.T0 - sy.d), sy.phi: sy.d / sy.T}
    lam, root = (best.expressions[name].subs(put) for name in ("lam", "root"))
    penalty = _penalty(sy.v, sy.d / sy.T)
    title = f"{best.theorem} ({best.id})"
    if conjecture.variable is not None:
        return _Reduced(title, penalty, {sy.v: root})
    return _Reduced(title, lam, {sy.v: penalty - claimed_expression(conjecture)})


def _plain(expression: Expr, domain: Domain) -> Expr:
    expression = isotropic(settled(expression, domain)).subs(sy.eta, DEFINITIONS[sy.eta])
    # Without penalty and with fewer rows than dimensions v = T/d.
    v = sy.T / sy.d if domain["lam"] == Fixed(Fraction(0)) else sy.v
    return expression.subs(sy.kappa, (1 - v) / v)


def _penalty(v: Expr, ratio: Expr) -> Expr:
    return (1 - v) * (1 - ratio * v) / v


def require_apart(domain: Domain) -> None:
    """Refuse a domain with a place where lam = 0 and T = d, or lam < 0.

    Raises:
        NotBuilt: that is not excluded.
    """
    apart = any(holds_on(domain, fact) for fact in (sy.lam > 0, sy.T > sy.d, sy.T < sy.d))
    if not apart or not holds_on(domain, sy.lam >= 0):
        raise NotBuilt("lam may vanish where T = d")


# What is to be proved.


def _goal(conjecture: Conjecture, reduced: _Reduced) -> Expr:
    """What is to be >= 0, or = 0."""
    sign = -1 if conjecture.relation in {"at-most", "decreases-in"} else 1
    if conjecture.relation == "scales-as":
        return _slope(conjecture, reduced) - conjecture.exponent * reduced.quantity
    if conjecture.variable is None:
        claim = claimed_expression(conjecture)
        if claim.has(oo):
            raise NotBuilt("an infinite claim")
        return sign * (reduced.quantity - _plain(claim, conjecture.domain))
    return sign * _slope(conjecture, reduced)


def _slope(conjecture: Conjecture, reduced: _Reduced) -> Expr:
    """The total derivative in the variable, times it: derived entries and v follow."""
    x, domain = conjecture.variable, conjecture.domain
    assert x is not None
    flows: dict[Symbol, Expr] = {}
    for name, entry in domain.numbers():
        y = sy.NAMED[name]
        follows = entry.expression if isinstance(entry, Derived) else None
        flows[y] = Integer(int(y == x)) if follows is None else _flow(follows, flows)
    for v, zero in reduced.implicit.items():
        flows[v] = -_flow(zero, flows) / diff(zero, v)
    if x == sy.n and diff(reduced.quantity, x, 2) != 0:
        raise NotBuilt("not linear in n")
    return x * _flow(reduced.quantity, flows)


def _flow(expression: Expr, flows: dict[Symbol, Expr]) -> Expr:
    return sum((diff(expression, y) * rate for y, rate in flows.items()), Integer(0))


def _conditions(conjecture: Conjecture) -> Iterator[Expr]:
    """What the claim needs to be defined, and of a penalty that is claimed that it is >= 0.

    Raises:
        NotBuilt: a piece of the formula may be undefined.
    """
    domain = conjecture.domain
    if conjecture.relation not in SIGNS:
        return
    for guard in conjecture.guards:
        value = settled(guard.value, domain)
        if not (plainly_positive(value) or stands(guard, domain, Integer(1), Form.LIMIT)):
            value = proportional_limit(value)
            whole = guard.exponent is not None and guard.exponent.is_integer
            if not whole or not _is_sound(_put(conjecture, _plain(value, domain)), domain):
                raise NotBuilt(f"{guard.text} may be undefined")
    if conjecture.quantity == "optimal_lam":
        yield claimed_expression(conjecture)


def _is_sound(value: Expr, domain: Domain) -> bool:
    """Whether an expression is a product of what does not vanish: v, sizes, 1 - gamma."""
    sound = {sy.v, sy.d, sy.phi, sy.phi0, 1 - sy.phi * sy.v**2}
    if holds_on(domain, sy.lam > 0):
        sound |= {1 - sy.v, 1 - sy.phi * sy.v}
    factors = [x for part in fraction(together(value)) for x, _ in factor_list(part)[1]]
    return value != 0 and all(x in sound or cancel(-x) in sound for x in factors)


# The ratios.


def scale_free(expression: Expr, domain: Domain) -> Expr:
    """Fixed and derived noises put in, and sizes as ratios."""
    for name, entry in reversed(domain.numbers()):
        y = sy.NAMED[name]
        if y in NOISES and isinstance(entry, Fixed | Derived):
            put = number(entry.value) if isinstance(entry, Fixed) else entry.expression
            expression = expression.subs(y, put)
    return expression.subs({sy.T: sy.d / sy.phi, sy.T0: sy.d / sy.phi0})


def _put(conjecture: Conjecture, expression: Expr) -> Expr:
    """As `scale_free`, with penalties as functions of v."""
    domain = conjecture.domain
    expression = scale_free(expression, domain)
    # The best penalty stays the same where b and the noises are scaled together.
    free = conjecture.quantity == "optimal_lam" and conjecture.variable is not None
    if _all(domain, "signal", Flat) and not free:
        expression = expression.subs(sy.b, 1)
    return cancel(expression.subs(sy.lam, _penalty(sy.v, sy.phi)))


def _forms(conjecture: Conjecture, reduced: _Reduced, goal: Expr) -> Iterator[Expr]:
    """The goal as it stands, and with b, or sigma, solved for where v is tied to it."""
    plain = _put(conjecture, goal)
    yield plain
    entry, zero = conjecture.domain["lam"], reduced.implicit.get(sy.v)
    if zero is None or not (isinstance(entry, Derived) or conjecture.quantity == "optimal_lam"):
        return
    if isinstance(entry, Derived):
        zero = zero.subs(sy.lam, entry.expression)
    zero = fraction(together(_put(conjecture, zero)))[0]
    square = Dummy(positive=True)
    for y, power in ((sy.b, square), (sy.sigma, sqrt(square))):
        tied = zero.subs(y, power)
        if tied.is_polynomial(square) and Poly(tied, square).degree() == 1:
            slope, rest = Poly(tied, square).all_coeffs()
            yield cancel(plain.subs(y, power).subs(square, -rest / slope))


def _proved(conjecture: Conjecture, reduced: _Reduced, goal: Expr) -> Parts:
    """The witnesses of the first form and region, wide or as narrow as the domain, that do."""
    forms = list(dict.fromkeys(_forms(conjecture, reduced, goal)))
    for z3, narrow, form in product((False, True), (False, True), forms):
        regions = _regions(conjecture, form, narrow=narrow)
        with suppress(DerivationError):
            return [
                part
                for put, region in regions
                for part in nonnegative(cancel(form.subs(put)), [region], z3=z3)
            ]
    raise DerivationError(f"{forms[0]} >= 0 is not proved")


def _same(conjecture: Conjecture, reduced: _Reduced, goal: Expr) -> Parts:
    for form in _forms(conjecture, reduced, goal):
        with suppress(DerivationError):
            return vanishing(form)
    raise DerivationError(f"{goal} = 0 is not proved")


def _regions(
    conjecture: Conjecture, form: Expr, *, narrow: bool
) -> Iterator[tuple[dict[Symbol, Expr], Region]]:
    """Regions that together hold what the domain allows, and what is one number in each."""
    domain, used = conjecture.domain, form.free_symbols
    alone = conjecture.quantity == "optimal_lam"
    ends = None if alone or not narrow else range_on(domain, sy.lam)
    cells = list(_cells(_ratios_of(domain, sy.T, narrow=narrow), *(ends or (Integer(0), oo))))
    rest = [Interval(y, Integer(0), oo) for y in (sy.d, sy.b) if y in used]
    for y in NOISES:
        if y in used:
            ends = range_on(domain, y) if narrow else None
            rest.append(Interval(y, *(ends or (Integer(0), oo))))
    if sy.phi0 in used:
        low, high = _ratios_of(domain, sy.T0, narrow=narrow)
        rest.append(Interval(sy.phi0, low, high))
    for put, cell in cells:
        yield put, Region((*cell, *rest))


def _ratios_of(domain: Domain, rows: Symbol, *, narrow: bool) -> tuple[Expr, Expr]:
    """The range of d over rows: what the domain says of its sign, or its ends; a number's own."""
    known = range_on(domain, rows / sy.d)
    if known is not None and known[0] > 0 and (narrow or known[0] == known[1]):
        return 1 / known[1], 1 / known[0]
    one = Integer(1)
    if holds_on(domain, rows >= sy.d):
        return Integer(0), one
    return (one, oo) if holds_on(domain, rows <= sy.d) else (Integer(0), oo)


def _cells(
    ratios: tuple[Expr, Expr], low: Expr, high: Expr
) -> Iterator[tuple[dict[Symbol, Expr], tuple[Interval, ...]]]:
    """Where phi and v may lie for lam from low to high: for many rows, and for few.

    lam <= kappa <= lam + phi bounds v by functions of phi.
    """
    least, most = ratios
    below = 1 / (1 + high + sy.phi) if high is not oo else Integer(0)
    edge = 1 + low
    for start, stop, above in (
        (least, min(most, edge), 1 / edge),
        (max(least, edge), most, 1 / sy.phi),
    ):
        if start < stop:
            yield {}, (Interval(sy.phi, start, stop), Interval(sy.v, below, above))
        elif start == stop == least == most:
            put = {sy.phi: start}
            yield put, (Interval(sy.v, below.subs(put), above.subs(put)),)


def _all(domain: Domain, name: str, kind: type) -> bool:
    return all(isinstance(option, kind) for option in domain.options(name))
