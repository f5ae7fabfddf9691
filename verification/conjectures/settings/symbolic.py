"""Rung 2: is the claim symbolically equal to a derived theorem, or ordered against it?

The theorem's assumptions must be proved on the whole domain; the comparison is made after putting
in what the domain fixes (lam = 0 with T >= d means kappa = 0 and df1 = df2 = d).
"""

from __future__ import annotations

import math
from contextlib import suppress
from fractions import Fraction
from functools import partial

from sympy import (
    Add,
    Eq,
    Expr,
    GreaterThan,
    Integer,
    Max,
    Min,
    Mul,
    Ne,
    Pow,
    Rational,
    StrictGreaterThan,
    Symbol,
    diff,
    factor_list,
    false,
    fraction,
    oo,
    simplify,
    true,
)
from sympy.logic.boolalg import Boolean

from ridgeproof.numerics.walker import AMPLITUDES
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import canonical
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import EXTRA, Derived, Fixed, used_symbols
from ridgeproof.theory.domains.holds import holds_on, slack_substitution
from ridgeproof.theory.errors import DerivationError, SolverError, UndecidedLimit
from ridgeproof.theory.formula import ERROR_TERMS, Form, Formula, FormulaKind
from ridgeproof.theory.limits import limit_value, proportional_limit
from ridgeproof.theory.settings.features import Elliptical, Gaussian
from ridgeproof.theory.settings.spectra import Flat, Isotropic, Source
from ridgeproof.theory.specialise import isotropic
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.guards import Guard

__all__ = [
    "claimed_expression",
    "covering_theorem",
    "excess",
    "gaps",
    "is_tractable",
    "kinds_of",
    "ordered",
    "prove",
    "settled",
    "specialised",
    "stands",
]

# Functions of the setting that only the fixed point defines.
_IMPLICIT = {
    sy.kappa, sy.kappa0, sy.df1, sy.df2, sy.df1_0, sy.df2_0, sy.gamma, sy.gamma0, sy.q, sy.q0,
}  # fmt: skip

# The theorems are fractions of degree below 10, and so is what one compares with them.
_MAX_DEGREE = 40


def covering_theorem(domain: Domain, kind: str) -> Formula | None:
    """The most specific test-error theorem whose assumptions are proved on the whole domain."""
    flags, kinds = _flags(domain), kinds_of(domain, kind)
    found = [
        formula
        for formula in catalogue().values()
        if formula.is_test_error
        and (formula.chain, formula.downstream, formula.features) == kinds
        and (kind == "limit" or formula.kind is FormulaKind.EXACT)
        and holds_on(domain, formula.assumptions.subs(flags))
    ]
    return max(found, key=lambda formula: formula.priority, default=None)


def kinds_of(domain: Domain, kind: str) -> tuple[str, str, str] | None:
    """The kinds of chain, downstream fit and features, where the domain has one of each."""
    chains = {str(option).partition(":")[0] for option in domain.options("chain")}
    laws = domain.options("features")
    features = {"elliptical" if isinstance(law, Elliptical) else "iid" for law in laws}
    # Mixtures and random features are compared point by point.
    plain = not {name for name, _ in domain.items} & set(EXTRA)
    if not plain or len(chains) != 1 or len(features) != 1:
        return None
    if kind == "exact" and any(law != Gaussian() for law in laws):
        return None
    return chains.pop(), "ridge", features.pop()


def prove(conjecture: Conjecture) -> Formula | None:
    """The theorem from which the claim follows on its whole domain, or None.

    equals: the difference is zero in canonical form.  at-most, at-least: the difference has one
    sign on the domain.  increases-in, decreases-in: so has the derivative.
    """
    if conjecture.quantity == "optimal_lam" or conjecture.relation == "scales-as":
        return None
    if not is_tractable(conjecture):
        return None
    theorem = covering_theorem(conjecture.domain, conjecture.kind) or _passed_on(conjecture)
    if theorem is None:
        return None
    try:
        return theorem if _follows(conjecture, theorem) else None
    except (DerivationError, SolverError, TypeError, ValueError):
        # SymPy compares reals only: a claim undefined somewhere is left to the points.
        return None


def _passed_on(conjecture: Conjecture) -> Formula | None:
    """The theorem about a limit whose generators' moments are exact, where they are passed on.

    At lam = 0 with T >= d a fit without noise of its own returns the last generator as it is.
    """
    domain = conjecture.domain
    heard = conjecture.kind == "exact" and conjecture.quantity in {"bias", "synthetic"}
    fits = domain["lam"] == Fixed(Fraction(0)) and holds_on(domain, sy.T >= sy.d)
    if not (heard and fits and kinds_of(domain, "exact")):
        return None
    theorem = covering_theorem(domain, "limit")
    return theorem if theorem is not None and theorem.exact_pieces else None


def excess(conjecture: Conjecture) -> Expr:
    """By what share of it the claim is above the theorem on the whole domain; 0 if not constant.

    Where digits no longer tell them apart, an exact share does.
    """
    theorem = covering_theorem(conjecture.domain, conjecture.kind)
    if theorem is None or not is_tractable(conjecture):
        return Integer(0)
    name = conjecture.quantity if conjecture.quantity in ERROR_TERMS else ""
    form = Form.LIMIT if conjecture.kind == "limit" else Form.EXACT
    with suppress(DerivationError, SolverError, TypeError, ValueError):
        truth = specialised(theorem.expression(name, form), conjecture.domain)
        claim = specialised(claimed_expression(conjecture), conjecture.domain)
        share = canonical(claim / truth) - 1 if truth != 0 else Integer(0)
        if share.is_Rational:
            return share
    return Integer(0)


def claimed_expression(conjecture: Conjecture) -> Expr:
    """The formula, or its limit, in which what no size enters is put in first."""
    if conjecture.kind != "limit":
        return conjecture.formula
    domain = conjecture.domain
    return limit_value(settled(conjecture.formula, domain), partial(_sign, domain=domain))


def gaps(conjecture: Conjecture) -> dict[Guard, Expr]:
    """The pieces not proved to be defined, with what would have to vanish: explicit sizes only."""
    found: dict[Guard, Expr] = {}
    limit = conjecture.kind == "limit"
    for guard in conjecture.guards:
        with suppress(DerivationError, SolverError, TypeError, ValueError):
            value = proportional_limit(guard.value) if limit else guard.value
            form = Form.LIMIT if limit else Form.EXACT
            if value.free_symbols & _IMPLICIT or value in found.values():
                continue
            if not stands(guard, conjecture.domain, Integer(1), form):
                found[guard] = value
    return found


def is_tractable(conjecture: Conjecture) -> bool:
    """Whether the claim is a fraction of a low degree; algebra on others would not end."""
    return _degree(conjecture.formula) <= _MAX_DEGREE


def _degree(claim: Expr) -> float:
    """A bound on the degree of the fraction that the claim is; infinite where it is none."""
    if not claim.free_symbols:
        return 0
    if claim.is_Symbol:
        return 1
    if isinstance(claim, Pow):
        base, exponent = claim.args
        if exponent.is_Rational:
            return abs(float(exponent)) * _degree(base)
        # b eta^n is one of the theorems.
        linear = exponent.free_symbols == {sy.n} and exponent.diff(sy.n).is_Rational
        return _degree(base) + 1 if linear else math.inf
    if isinstance(claim, Add | Mul | Min | Max):
        return sum(_degree(part) for part in claim.args)
    return math.inf


def _follows(conjecture: Conjecture, theorem: Formula) -> bool:
    domain = conjecture.domain
    form = Form.LIMIT if conjecture.kind == "limit" else Form.EXACT
    name = conjecture.quantity if conjecture.quantity in ERROR_TERMS else ""
    truth = specialised(theorem.expression(name, form), domain)
    if conjecture.relation in {"increases-in", "decreases-in"}:
        # kappa moves with every variable, and so may derived entries: a partial derivative proves
        # nothing.
        if truth.free_symbols & _IMPLICIT or _followers(domain, conjecture.variable):
            return False
        slope = diff(truth, conjecture.variable)
        return ordered(domain, slope if conjecture.relation == "increases-in" else -slope)
    if not all(stands(guard, domain, truth, form) for guard in conjecture.guards):
        return False
    claim = claimed_expression(conjecture)
    if claim in (oo, -oo):
        return False
    difference = specialised(claim, domain) - truth
    if conjecture.relation == "equals":
        return _vanishes(difference, domain)
    return ordered(domain, difference if conjecture.relation == "at-most" else -difference)


def stands(guard: Guard, domain: Domain, truth: Expr, form: Form) -> bool:
    """Whether a piece of the formula is proved to be defined on the whole domain.

    The denominators of the theorem do not vanish: its assumptions are proved.  In the limit the
    leading coefficient decides.  What a noise of zero multiplies is absent, but not sigma/sigma.
    """
    value = settled(guard.value, domain)
    if value == 0 or settled(guard.scale, domain) == 0:
        return value != 0
    if form is Form.LIMIT:
        if value.has(Min, Max):
            return False
        value = proportional_limit(value)
    value = specialised(value, domain)
    if value == 0 or _degree(value) > _MAX_DEGREE:
        return False
    if guard.exponent is None or not guard.exponent.is_integer:
        return ordered(domain, value, strict=True)
    if not value.free_symbols & _IMPLICIT and holds_on(domain, Ne(value, 0)):
        return True
    sound = _factors(1 / truth)
    return all(
        factor in sound or ordered(domain, factor, strict=True) for factor in _factors(value)
    )


def _factors(expression: Expr) -> set[Expr]:
    """The factors of the numerator, up to constants."""
    return {factor for factor, _ in factor_list(fraction(canonical(expression))[0])[1]}


def _followers(domain: Domain, variable: Symbol | None) -> set[Symbol]:
    """The derived entries that follow a variable, directly or through others."""
    moving = {variable}
    for name, entry in domain.numbers():
        if isinstance(entry, Derived) and used_symbols(entry) & moving:
            moving.add(sy.NAMED[name])
    return moving - {variable}


def _sign(expression: Expr, domain: Domain) -> int:
    """The sign that an expression has on the whole domain.

    Raises:
        UndecidedLimit: it has several, or they are not proved.
    """
    if not expression.free_symbols & _IMPLICIT:
        signs = {1: expression > 0, -1: expression < 0, 0: Eq(expression, 0)}
        for sign, assumption in signs.items():
            if holds_on(domain, assumption):
                return sign
    raise UndecidedLimit(f"the limit is not decided: {expression} may vanish on the domain")


def _vanishes(difference: Expr, domain: Domain) -> bool:
    if canonical(difference) == 0:
        return True
    return bool(simplify(canonical(difference.subs(slack_substitution(domain)))) == 0)


def ordered(domain: Domain, value: Expr, *, strict: bool = False) -> bool:
    """Whether a value is >= 0 on the whole domain, or > 0."""
    # Degrees of freedom are not rational functions of the setting: nothing to prove with.
    if value.free_symbols & _IMPLICIT:
        return False
    # SymPy takes max(1, x) >= 0 for granted, though x may be undefined.
    relation = StrictGreaterThan if strict else GreaterThan
    return holds_on(domain, relation(value, 0, evaluate=False)) is True


def specialised(expression: Expr, domain: Domain) -> Expr:
    """Put in what the domain fixes."""
    expression = settled(expression, domain)
    fixed = {
        sy.NAMED[name]: Rational(entry.value.numerator, entry.value.denominator)
        for name, entry in domain.numbers()
        if isinstance(entry, Fixed)
    }
    expression = expression.subs(fixed)
    if _all(domain, "spectrum", Isotropic):
        expression = isotropic(expression)
        if _all(domain, "signal", Flat):
            expression = expression.subs(sy.b, 1)
    if _all(domain, "signal", Source):
        expression = expression.subs(sy.b, 1)
    return expression


def settled(expression: Expr, domain: Domain) -> Expr:
    """Put in what no size enters: the design, least squares, and noises that the domain lacks."""
    expression = expression.subs(_flags(domain))
    if domain["lam"] == Fixed(Fraction(0)) and holds_on(domain, sy.T >= sy.d):
        expression = expression.subs({sy.gamma: sy.df2 / sy.T})
        expression = expression.subs({sy.df1: sy.d, sy.df2: sy.d, sy.kappa: 0, sy.lam: 0})
    absent = {x: Integer(0) for x in AMPLITUDES if domain[x.name] == Fixed(Fraction(0))}
    return expression.subs(absent)


def _all(domain: Domain, name: str, kind: type) -> bool:
    return all(isinstance(option, kind) for option in domain.options(name))


def _flags(domain: Domain) -> dict[Symbol, Boolean]:
    """The Boolean facts that the domain settles: the design and whether Sigma = I."""
    flags: dict[Symbol, Boolean] = {}
    designs = set(domain.options("design"))
    if len(designs) == 1:
        flags[sy.shared] = true if designs == {"shared"} else false
    kinds = {isinstance(option, Isotropic) for option in domain.options("spectrum")}
    if len(kinds) == 1:
        flags[sy.is_isotropic] = true if kinds == {True} else false
    return flags
