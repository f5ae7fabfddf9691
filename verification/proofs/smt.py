"""The same statements put to an SMT solver: the optional extra `prove` (z3).

z3 decides polynomial real arithmetic, hence an independent route.
"""

from __future__ import annotations

from functools import reduce
from operator import add, mul
from typing import Any

from sympy import Add, Basic, Expr, Mul, Pow, Rational, Symbol, oo

from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.verification.proofs.regions import Region

__all__ = ["no_counterexample"]


def no_counterexample(expression: Expr, region: Region, *, milliseconds: int) -> bool:
    """Return True when z3 shows that expression >= 0 fails nowhere in the region.

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
            solver.add(symbol <= _translate(interval.high, z3))
    # z3 leaves x/0 unspecified, so `unsat` also means that no denominator can spoil the claim.
    solver.add(_translate(expression, z3) < 0)
    return bool(solver.check() == z3.unsat)


def _translate(node: Basic, z3: Any) -> Any:
    match node:
        case Symbol():
            return z3.Real(node.name)
        case Rational():
            return z3.Q(int(node.p), int(node.q))
        case Add() | Mul():
            combined = add if isinstance(node, Add) else mul
            return reduce(combined, (_translate(argument, z3) for argument in node.args))
        case Pow() if node.exp.is_Integer:
            base = _translate(node.base, z3)
            product = reduce(mul, [base] * abs(int(node.exp)))
            return product if node.exp > 0 else 1 / product
        case _:
            message = f"no translation to z3 for {node}"
            raise DerivationError(message)
