"""The test error as a function of kappa, rewritten so that nothing cancels where it is used.

The functional (T3) is linear in the second moment a, in the product m w0 and in sigma^2.  Near
kappa = 0 the small quantity is B = m w0 - a, far out it is B = m w0 itself: one rewriting for
each end, both made from the catalogued expression.  ``gap`` stands for 1 - gamma, which is
written as a sum of positive terms when T >= d.  Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from sympy import Add, Expr, Integer, Symbol, factor

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.definitions import defined, ridge_of_kappa
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["CurveTerms", "far_curve", "gap", "gap_of_kappa", "near_curve", "penalty_of_kappa"]

gap = Symbol("gap", positive=True)
_LEVELS = (sy.a, sy.B, sy.w0)


@dataclass(frozen=True)
class CurveTerms:
    """E(kappa) = anchor + sum of error; dE/dlog kappa = sum of slope.

    Each entry is of one sign where B >= 0.  ``anchor`` does not depend on kappa.
    """

    anchor: Expr
    error: tuple[Expr, ...]
    slope: tuple[Expr, ...]


@lru_cache
def near_curve() -> CurveTerms:
    """Anchored at kappa = 0, with B = m w0 - a inside sums; the anchor is the chain's error."""
    return _curve(find("moments").expression().subs(sy.kappa, 0).subs(sy.gamma, 0), sy.a + sy.B)


@lru_cache
def far_curve() -> CurveTerms:
    """Anchored at kappa = infinity, with B = m w0 inside sums; the anchor is b."""
    return _curve(sy.b, sy.B)


def gap_of_kappa(*, T_at_least_d: bool) -> Expr:
    """1 - gamma, as (T - d + sum of 1 - u^2)/T when that has no negative term."""
    gamma = defined(sy.gamma)
    return _complement(gamma * sy.T) if T_at_least_d else 1 - gamma


def penalty_of_kappa(*, T_at_least_d: bool) -> Expr:
    """lam = kappa (1 - df1/T), as kappa (T - d + sum of 1 - u)/T when nothing is negative there."""
    if T_at_least_d:
        return sy.kappa * _complement(defined(sy.df1))
    return defined(ridge_of_kappa())


def _complement(degrees: Expr) -> Expr:
    return (sy.T - sy.d + SpectralSum(factor(1 - degrees.summand))) / sy.T


def _curve(anchor: Expr, product: Expr) -> CurveTerms:
    """The curve in terms of B, where ``product`` is what m w0 equals."""
    functional = _in_sums(
        find("moments").expression(),
        lambda node: node.with_levels({sy.m: product / sy.w0}),
    ).subs(sy.gamma, 1 - gap)
    at_zero = product.has(sy.a)
    parts = [_part(functional, level, at_zero) for level in (sy.B, sy.a)]
    parts.append(_without_levels(functional, _LEVELS))
    return CurveTerms(
        anchor, tuple(parts), tuple(piece for part in parts for piece in _slope(part))
    )


def _part(functional: Expr, level: Symbol, at_zero: bool) -> Expr:
    """What is linear in one level symbol, less its value at the anchor (0 at infinity)."""
    others = tuple(symbol for symbol in _LEVELS if symbol != level)
    part = _without_levels(functional.subs(sy.sigma, 0), others)

    def less_anchor(node: SpectralSum) -> Expr:
        summand = node.summand
        start = summand.subs(sy.kappa, 0) if at_zero else Integer(0)
        return SpectralSum(factor(summand - start))

    restated = _in_sums(part, less_anchor)
    return _in_sums(factor(restated), _tidied) if at_zero else restated


def _without_levels(expression: Expr, levels: tuple[Symbol, ...]) -> Expr:
    return _in_sums(expression, lambda node: node.with_levels(dict.fromkeys(levels, Integer(0))))


def _slope(part: Expr) -> tuple[Expr, ...]:
    """kappa d/dkappa of one part, as terms of one sign: through the sums, and through gap."""
    gap_slope = (1 - defined(sy.gamma)).diff(sy.kappa)
    total = part.diff(sy.kappa) + factor(part.diff(gap)) * gap_slope
    return tuple(
        sy.kappa * _in_sums(term, _tidied)
        for term in Add.make_args(total.expand(deep=False))
        if term != 0
    )


def _tidied(node: SpectralSum) -> Expr:
    return SpectralSum(factor(node.summand))


def _in_sums(expression: Expr, change: Callable[[SpectralSum], Expr]) -> Expr:
    return expression.replace(lambda node: isinstance(node, SpectralSum), change)
