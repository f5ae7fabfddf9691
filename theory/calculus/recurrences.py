"""Affine recurrences along the chain of generators, solved with n symbolic."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.errors import DerivationError

__all__ = ["solve_affine", "solved_over_generations"]


@lru_cache(maxsize=256)
def solve_affine(step: Expr, unknown: Expr, start: Expr) -> Expr:
    """The n-th iterate of ``unknown -> step`` from ``start``, for an affine step, n symbolic.

    start + n shift where the rate is 1, else a geometric sum; proved by induction each time: it
    equals ``start`` at n = 0, and one step leads from n to n + 1.

    Raises:
        DerivationError: the step is not affine, or the induction fails.
    """
    rate = step.diff(unknown)
    if rate.has(unknown):
        raise DerivationError(f"{step} is not affine in {unknown}")
    shift = step.subs(unknown, 0)
    if rate == 1:
        closed = start + sy.n * shift
    else:
        closed = rate**sy.n * start + shift * (1 - rate**sy.n) / (1 - rate)
    if simplify(closed.subs(sy.n, 0) - start) != 0:
        raise DerivationError(f"{closed} does not start at {start}")
    if simplify(closed.subs(sy.n, sy.n + 1) - step.subs(unknown, closed)) != 0:
        raise DerivationError(f"{closed} does not satisfy the recurrence {step}")
    return closed


def solved_over_generations(unknown: Expr, start: Expr) -> Rule:
    """Rewrite one affine step as its n-th iterate from ``start``."""
    return Rule(
        "induction over the generations",
        RuleKind.RECURRENCE,
        f"iterate from {unknown}_0 = {start}; holds at n = 0, and one step leads from n to n+1",
        lambda step: solve_affine(step, unknown, start),
        substitution={unknown: start},
    )
