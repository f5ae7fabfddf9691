"""Recurrences along the chain of generators, solved with n symbolic."""

from __future__ import annotations

from functools import lru_cache

from sympy import Expr, expand_func, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.errors import DerivationError

__all__ = ["solve_affine", "solved_over_generations"]


@lru_cache(maxsize=256)
def solve_affine(step: Expr, unknown: Expr, start: Expr) -> Expr:
    """The n-th iterate of ``unknown -> step`` from ``start``, for an affine step, n symbolic.

    start + n shift where the rate is 1, else a geometric sum; proved by induction each time.

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
    return _by_induction(step, unknown, start, closed)


def _by_induction(step: Expr, unknown: Expr, start: Expr, closed: Expr) -> Expr:
    """The closed form: it equals ``start`` at n = 0, and one step leads from n to n + 1."""
    if simplify(closed.subs(sy.n, 0) - start) != 0:
        raise DerivationError(f"{closed} does not start at {start}")
    gap = closed.subs(sy.n, sy.n + 1) - step.subs(unknown, closed)
    if simplify(expand_func(gap)) != 0:
        raise DerivationError(f"{closed} does not satisfy the recurrence {step}")
    return closed


def solved_over_generations(unknown: Expr, start: Expr, closed: Expr | None = None) -> Rule:
    """Rewrite the step from generation n to n + 1 as its n-th iterate from ``start``.

    Args:
        unknown: what the step is of.
        start: its value at n = 0.
        closed: the iterate; that of an affine step is found.
    """

    def rewrite(step: Expr) -> Expr:
        if closed is None:
            return solve_affine(step, unknown, start)
        return _by_induction(step, unknown, start, closed)

    return Rule(
        "induction over the generations",
        RuleKind.RECURRENCE,
        f"iterate from {unknown}_0 = {start}; holds at n = 0, and one step leads from n to n+1"
        + (" by psi(x+1) = psi(x) + 1/x" if closed is not None else ""),
        rewrite,
        substitution={unknown: start},
    )
