"""Proofs of inequalities between rational functions: every coefficient is non-negative.

After a substitution that maps the region onto the positive orthant (v = 1/(1+x), x >= 0, say), a
polynomial with no negative coefficient is non-negative there.  The proof is data that anyone can
expand and read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sympy import Expr, Poly, Symbol, fraction, together

from ridgeproof.theory.errors import DerivationError

__all__ = ["PositivityProof", "prove_nonnegative"]


@dataclass(frozen=True)
class PositivityProof:
    """``expression`` >= 0 on a region: ``numerator``/``denominator`` have no negative coefficient.

    ``substitution`` maps the region's variables to non-negative ones.
    """

    statement: str
    region: str
    expression: Expr
    substitution: Mapping[Symbol, Expr]
    numerator: Poly
    denominator: Poly


def prove_nonnegative(
    statement: str,
    region: str,
    expression: Expr,
    substitution: Mapping[Symbol, Expr],
) -> PositivityProof:
    """Prove that a rational function is non-negative where the substitution reaches.

    Raises:
        DerivationError: a negative coefficient remains, so that nothing is proved.

    >>> from sympy.abc import x, y
    >>> prove_nonnegative("1 - x >= 0", "0 <= x <= 1", 1 - x, {x: 1 / (1 + y)}).numerator.as_expr()
    y
    """
    numerator, denominator = fraction(together(expression.subs(substitution)).factor())
    variables = sorted(numerator.free_symbols | denominator.free_symbols, key=str)
    above, below = Poly(numerator, *variables), Poly(denominator, *variables)
    if any(c < 0 for c in below.coeffs()):
        above, below = -above, -below
    if any(c < 0 for c in (*above.coeffs(), *below.coeffs())):
        raise DerivationError(f"not proved: {statement} ({region}): {above.as_expr()}")
    return PositivityProof(statement, region, expression, dict(substitution), above, below)
