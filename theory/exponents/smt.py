"""The same statements put to an SMT solver: the optional extra `prove` (z3).

z3 decides polynomial real arithmetic; Min, Max and Piecewise become if-then-else.  It sees the
max-plus expression itself rather than its cells and dual weights, hence an independent route.
"""

from __future__ import annotations

from functools import reduce
from typing import Any

from sympy import (
    Add,
    Basic,
    Expr,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    oo,
)
from sympy.core.relational import Relational

from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.theory.exponents.regions import Region

__all__ = ["no_counterexample"]

_TIMEOUT_MS = 20_000


def no_counterexample(
    expression: Expr, region: Region, *, strict: bool, milliseconds: int = _TIMEOUT_MS
) -> bool:
    """Return True when z3 shows that expression >= 0 (> 0 if strict) fails nowhere in the region.

    False means refuted or undecided within the time limit.

    Raises:
        NotBuilt: z3 is not installed.
        DerivationError: the expression has a node that has no translation.
    """
    try:
        import z3
    except ImportError as error:
        message = "z3 is not installed: pip install 'ridgeproof[prove]'"
        raise NotBuilt(message) from error
    solver = z3.Solver()
    solver.set("timeout", milliseconds)
    for interval in region.intervals:
        symbol = _translate(interval.symbol, z3)
        solver.add(symbol > _translate(interval.low, z3))
        if interval.high is not oo:
            high = _translate(interval.high, z3)
            solver.add(symbol <= high if interval.closed else symbol < high)
    # z3 leaves x/0 unspecified, so `unsat` also means that no denominator can spoil the claim.
    value = _translate(expression, z3)
    solver.add(value <= 0 if strict else value < 0)
    return bool(solver.check() == z3.unsat)


def _translate(node: Basic, z3: Any) -> Any:
    match node:
        case Symbol():
            return z3.Real(node.name)
        case Rational():
            return z3.Q(int(node.p), int(node.q))
        case Piecewise():
            *head, last = node.args
            otherwise = _translate(last.expr, z3)
            for branch in reversed(head):
                condition = _translate_relation(branch.cond, z3)
                otherwise = z3.If(condition, _translate(branch.expr, z3), otherwise)
            return otherwise
        case Add() | Mul() | Min() | Max():
            parts = [_translate(argument, z3) for argument in node.args]
            return reduce(lambda x, y: _combine(node, x, y, z3), parts)
        case Pow() if node.exp.is_Integer:
            base = _translate(node.base, z3)
            product = reduce(lambda x, y: x * y, [base] * abs(int(node.exp)))
            return product if node.exp > 0 else 1 / product
        case _:
            message = f"no translation to z3 for {node}"
            raise DerivationError(message)


def _combine(node: Expr, left: Any, right: Any, z3: Any) -> Any:
    match node:
        case Add():
            return left + right
        case Mul():
            return left * right
        case Min():
            return z3.If(left <= right, left, right)
        case _:
            return z3.If(left >= right, left, right)


def _translate_relation(condition: Relational, z3: Any) -> Any:
    left, right = _translate(condition.lhs, z3), _translate(condition.rhs, z3)
    relations = {"<=": left <= right, "<": left < right, ">=": left >= right, ">": left > right}
    return relations[condition.rel_op]
