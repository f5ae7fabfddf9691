"""Exact claims that hold for every design: one eigenvalue x of X'X/T at a time.

Given the design, a fit with penalty lam filters by functions of A = X'X/T:

    variance    sigma^2/T         tr Sigma f(A),    f(x) = x/(x + lam)^2,
    synthetic   n sigma0^2/(T0-d-1)   tr f(A),      f(x) = x^2/(x + lam)^2    (Sigma = I),
    bias        b/d                   tr f(A),      f(x) = lam^2/(x + lam)^2  (Sigma = I),

the last two after generators of least squares, whose mean is the truth, and averaged over the
rotations of a normal design.  f <= g on [0, oo) gives tr Sigma f(A) <= tr Sigma g(A) for every
Sigma.  With Sigma = I the error's slope in lam is the mean over x of

    2 x/(x + lam)^3 (b/d (lam - L) - c x),    L = sigma^2 d/(T b),    c = n sigma0^2/(T0-d-1) >= 0:

the best penalty is at least L, and L where there is no chain.  Derived here.
"""

from __future__ import annotations

from fractions import Fraction

from sympy import Expr, Integer, Symbol, cancel, diff, oo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import Derived, Fixed, used_symbols
from ridgeproof.theory.domains.holds import holds_on
from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.spectra import Flat, Isotropic
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.settings.symbolic import (
    kinds_of,
    ordered,
    settled,
    specialised,
    stands,
)
from ridgeproof.verification.proofs.positivity import Certificate, Parts, nonnegative, vanishing
from ridgeproof.verification.proofs.regions import Region

__all__ = ["every_design"]

_x = Symbol("x", positive=True)
_REGION = Region(()).within(_x, 0, oo).within(sy.lam, 0, oo)
_FILTERS = {
    "variance": _x / (_x + sy.lam) ** 2,
    "synthetic": _x**2 / (_x + sy.lam) ** 2,
    "bias": sy.lam**2 / (_x + sy.lam) ** 2,
}
# What the filter is at most: that at lam = 0, and for the bias at lam = oo.
_MOST = {"variance": 1 / _x, "synthetic": Integer(1), "bias": Integer(1)}


def every_design(conjecture: Conjecture) -> Certificate:
    """Prove a claim of kind exact for every design, or every eigenvalue of it.

    Raises:
        NotBuilt: the claim is of another kind.
        DerivationError: it is not proved.
    """
    domain, name = conjecture.domain, conjecture.quantity
    if conjecture.kind != "exact" or kinds_of(domain, "exact") is None:
        raise NotBuilt("not exact, or not normal rows")
    if name != "variance":
        _require_means(domain)
    if not all(stands(guard, domain, Integer(1), Form.EXACT) for guard in conjecture.guards):
        raise NotBuilt("a piece of the formula may be undefined")
    if name == "optimal_lam":
        return _best_penalty(conjecture)
    if name not in _FILTERS:
        raise NotBuilt("a sum of terms")
    words = f"holds for every eigenvalue of X'X/T: the {name} is a mean of {_FILTERS[name]}"
    return Certificate(words, tuple(_filtered(conjecture, name)))


def _filtered(conjecture: Conjecture, name: str) -> Parts:
    """The filter moves along lam in one direction, or is at most that of least squares."""
    domain, relation = conjecture.domain, conjecture.relation
    if relation in {"increases-in", "decreases-in"}:
        _require_alone(conjecture, sy.lam)
        sign = 1 if relation == "increases-in" else -1
        return nonnegative(sign * diff(_FILTERS[name], sy.lam), [_REGION], z3=False)
    if relation != "at-most":
        raise NotBuilt("no upper bound")
    rows = {"variance": sy.T, "synthetic": sy.T0}.get(name)
    if rows is not None and not holds_on(domain, rows >= sy.d + 2):
        raise NotBuilt("the bound may be infinite")
    bound = sy.b if rows is None else find("ridgeless").expressions[name]
    room = _require_ordered(domain, conjecture.formula - bound)
    return [*nonnegative(_MOST[name] - _FILTERS[name], [_REGION], z3=False), room]


def _best_penalty(conjecture: Conjecture) -> Certificate:
    domain, relation = conjecture.domain, conjecture.relation
    if not holds_on(domain, sy.sigma > 0):
        raise NotBuilt("no noise")
    classical, c = sy.sigma**2 * sy.d / (sy.T * sy.b), Symbol("c", nonnegative=True)
    weights = {"variance": sy.sigma**2 / sy.T, "synthetic": c, "bias": sy.b / sy.d}
    error = sum((weights[name] * each for name, each in _FILTERS.items()), Integer(0))
    slope = 2 * _x / (_x + sy.lam) ** 3 * (sy.b / sy.d * (sy.lam - classical) - c * _x)
    parts = vanishing(diff(error, sy.lam) - slope)
    if domain["n"] != Fixed(Fraction(0)) and relation != "at-least":
        raise NotBuilt("only a lower bound holds for every eigenvalue")
    difference = conjecture.formula - classical
    if conjecture.variable is not None:
        _require_alone(conjecture, conjecture.variable)
        difference = diff(classical, conjecture.variable)
    match relation:
        case "equals":
            parts += vanishing(_room(difference, domain))
        case "at-most" | "increases-in":
            parts.append(_require_ordered(domain, difference))
        case "at-least" | "decreases-in":
            parts.append(_require_ordered(domain, -difference))
        case _:
            raise NotBuilt("a scaling law")
    words = "holds for every eigenvalue of X'X/T: the error turns at sigma^2*d/(T*b)"
    return Certificate(words, tuple(parts))


def _require_means(domain: Domain) -> None:
    """Sigma = I, b = 1, and a last generator whose mean is the truth."""
    plain = all(isinstance(each, Isotropic) for each in domain.options("spectrum")) and all(
        isinstance(each, Flat) for each in domain.options("signal")
    )
    if not plain or not holds_on(domain, settled(find("optimal-ridge").assumptions, domain)):
        raise NotBuilt("another spectrum, signal or chain")


def _require_alone(conjecture: Conjecture, variable: Expr) -> None:
    entries = conjecture.domain.numbers()
    followed = any(isinstance(e, Derived) and variable in used_symbols(e) for _, e in entries)
    if conjecture.variable != variable or followed:
        raise NotBuilt(f"not along {variable} alone")


def _room(difference: Expr, domain: Domain) -> Expr:
    ratios = {x: DEFINITIONS[x] for x in (sy.phi, sy.phi0)}
    return cancel(specialised(difference.subs(ratios), domain))


def _require_ordered(domain: Domain, difference: Expr) -> dict[str, str]:
    room = _room(difference, domain)
    if not ordered(domain, room):
        raise DerivationError(f"{room} >= 0 is not proved on the domain")
    return {"claim": f"{room} >= 0", "by": "Bernstein coefficients over the domain"}
