"""Sums with one cofactor as one sum, so that what cancels between them cancels in the summand.

tr[(1 - u)^2] of the theorem is d - 2 df1 + df2 term by term; where all directions are learned the
terms are d, 2 d and d, and only the summand kappa^2/(s + kappa)^2 shows what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sympy import Add, Expr, Mul, Symbol, factor

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["gathered"]


def gathered(expression: Expr, kappas: frozenset[Symbol]) -> Expr:
    """The same, with the sums of each of its sums that share their cofactor as one.

    Args:
        expression: in numbers and spectral sums.
        kappas: what may move into a sum, beside numbers.
    """
    if isinstance(expression, SpectralSum) or not expression.args:
        return expression
    if not expression.is_Add:
        return expression.func(*(gathered(each, kappas) for each in expression.args))
    waiting = [gathered(term, kappas) for term in expression.args]
    made: list[Expr] = []
    while waiting:
        counts = Counter(key for term in waiting for key in {k for k, _ in _parted(term, kappas)})
        if not counts:
            break
        key, count = max(counts.items(), key=lambda each: (each[1], str(each[0])))
        if count < 2:
            break
        inside: list[Expr] = []
        rest = []
        for term in waiting:
            found = next((item for k, item in _parted(term, kappas) if k == key), None)
            if found is None:
                rest.append(term)
            else:
                inside.append(found)
        made.append(key[0] * SpectralSum(factor(Add(*inside))))
        waiting = rest
    return Add(*made, *waiting)


def _parted(term: Expr, kappas: frozenset[Symbol]) -> Iterator[tuple[tuple[Expr, bool], Expr]]:
    """The ways to read a term as a sum with a cofactor: (cofactor, of w0 or not), summand."""
    parts = Mul.make_args(term)
    for part in parts:
        base, _ = part.as_base_exp()
        if not (isinstance(base, SpectralSum) or base == sy.d) or not _is_power(part):
            continue
        summand = base.summand if isinstance(base, SpectralSum) else Mul()
        moved: list[Expr] = [summand]
        cofactor: list[Expr] = []
        for other in Mul.make_args(term / base):
            symbol, power = other.as_base_exp()
            within = other.is_Rational or (symbol in kappas and power.is_Integer)
            (moved if within else cofactor).append(other)
        yield (Mul(*cofactor), sy.w0 in summand.free_symbols), Mul(*moved)


def _is_power(part: Expr) -> bool:
    exponent = part.as_base_exp()[1]
    return bool(exponent.is_Integer and exponent > 0)
