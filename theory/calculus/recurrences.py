"""Affine recurrences along the chain of generators, solved with n symbolic."""

from __future__ import annotations

from sympy import Expr, Function, rsolve, simplify

from theory import symbols as sy
from theory.calculus.rules import Kind, Rule
from theory.errors import DerivationError

__all__ = ["solve_affine", "solved_over_generations"]


def solve_affine(step: Expr, unknown: Expr, start: Expr) -> Expr:
    """The n-th iterate of ``unknown -> step`` from ``start``, for an affine step, n symbolic.

    The closed form is found with `rsolve` and then proved by induction: it equals ``start`` at
    n = 0, and one step leads from n to n + 1.

    Raises:
        DerivationError: the step is not affine, or the induction fails.
    """
    rate = step.diff(unknown)
    if rate.has(unknown):
        raise DerivationError(f"{step} is not affine in {unknown}")
    y = Function("y")
    shift = step.subs(unknown, 0)
    closed = rsolve(y(sy.n + 1) - rate * y(sy.n) - shift, y(sy.n), {y(0): start})
    if closed is None:
        raise DerivationError(f"no closed form for the recurrence {step}")
    if simplify(closed.subs(sy.n, 0) - start) != 0:
        raise DerivationError(f"{closed} does not start at {start}")
    if simplify(closed.subs(sy.n, sy.n + 1) - step.subs(unknown, closed)) != 0:
        raise DerivationError(f"{closed} does not satisfy the recurrence {step}")
    return closed


def solved_over_generations(unknown: Expr, start: Expr) -> Rule:
    """Rewrite one affine step as its n-th iterate from ``start``."""
    return Rule(
        "induction over the generations",
        Kind.RECURRENCE,
        f"iterate from {unknown}_0 = {start}; holds at n = 0, and one step leads from n to n+1",
        lambda step: solve_affine(step, unknown, start),
        substitution={unknown: start},
    )
