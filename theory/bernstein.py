"""positive_on: prove that an expression is positive on a box whose ends may depend on each other.

On x in [lo, hi] a polynomial of degree k equals sum_j c_j B_j(x) with the Bernstein polynomials
B_j >= 0, B_0(lo) = B_k(hi) = 1: it is >= 0 if every c_j is, and > 0 if c_0 and c_k are as well.
The c_j are polynomials in the variables before x, so the last variable can always be removed; for
a linear expression nothing is lost, c_0 and c_1 being its values at the two ends.  Derived here
from the classical Bernstein form.
"""

from __future__ import annotations

from math import comb

from sympy import (
    Dummy,
    Expr,
    Integer,
    Max,
    Min,
    Poly,
    PolynomialError,
    Pow,
    Rational,
    Symbol,
    cancel,
    fraction,
)

__all__ = ["Box", "enclosure", "positive_on"]

Box = tuple[tuple[Symbol, Expr, Expr], ...]
"""(variable, least, most), in an order in which the ends use earlier variables only."""

_MAX_LEAVES = 2000


class _Budget:
    """Counts the signs asked for, so that a proof attempt ends."""

    def __init__(self) -> None:
        self.left = _MAX_LEAVES

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def positive_on(expression: Expr, box: Box, *, strict: bool = True) -> bool:
    """Whether expression > 0 (or >= 0 if not strict) is proved on the whole box.

    False means "not proved".  Powers with a fractional exponent are treated as variables of
    their own, between their values at the ends of their base.

    >>> from theory.symbols import d, T
    >>> positive_on(T - d - 1, ((d, Integer(5), Integer(60)), (T, d + 2, 4 * d)))
    True
    """
    return _positive(expression, box, strict, _Budget())


def enclosure(expression: Expr, box: Box) -> tuple[Expr, Expr] | None:
    """Two numbers between which the expression lies on the whole box, if they are found.

    >>> from theory.symbols import d
    >>> enclosure(d**2 - d, ((d, Integer(2), Integer(4)),))
    (2, 12)
    """
    return _enclosure(expression, box, _Budget())


def _positive(expression: Expr, box: Box, strict: bool, budget: _Budget) -> bool:
    above, below = fraction(cancel(expression))
    if not below.is_number:
        if _positive(below, box, True, budget):
            expression = above
        elif _positive(-below, box, True, budget):
            expression = -above
        else:
            return False
    box = _used(expression, box)
    if not box:
        known = expression.is_positive if strict else expression.is_nonnegative
        return budget.spend() and known is True
    root = _root(expression, box)
    if root is not None:
        variable = _root_variable(root, box, budget)
        if variable is None:
            return False
        return _positive(expression.xreplace({root: variable[0]}), (variable, *box), strict, budget)
    coefficients = _bernstein(expression, *box[-1])
    ends = {0, len(coefficients) - 1}
    return bool(coefficients) and all(
        _positive(coefficient, box[:-1], strict and index in ends, budget)
        for index, coefficient in enumerate(coefficients)
    )


def _enclosure(expression: Expr, box: Box, budget: _Budget) -> tuple[Expr, Expr] | None:
    box = _used(expression, box)
    if not box:
        found = budget.spend() and expression.is_number and expression.is_real
        return (expression, expression) if found else None
    root = _root(expression, box)
    if root is not None:
        variable = _root_variable(root, box, budget)
        if variable is None:
            return None
        return _enclosure(expression.xreplace({root: variable[0]}), (variable, *box), budget)
    parts = [_enclosure(c, box[:-1], budget) for c in _bernstein(expression, *box[-1])]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        return None
    return Min(*(least for least, _ in known)), Max(*(most for _, most in known))


def _used(expression: Expr, box: Box) -> Box:
    """The box up to the last variable that occurs."""
    while box and not expression.has(box[-1][0]):
        box = box[:-1]
    return box


def _root(expression: Expr, box: Box) -> Expr | None:
    """A fractional power of the last variable, innermost first."""
    variable = box[-1][0]
    roots = [
        power
        for power in expression.atoms(Pow)
        if power.base.has(variable) and power.exp.is_Rational and not power.exp.is_Integer
    ]
    return min(roots, key=lambda power: (power.count_ops(), str(power)), default=None)


def _root_variable(root: Expr, box: Box, budget: _Budget) -> tuple[Symbol, Expr, Expr] | None:
    """A variable for base^q, between the values of the power at the ends of its base."""
    ends = _enclosure(root.base, box, budget)
    if ends is None or ends[0].is_negative is not False or (ends[0] == 0 and root.exp < 0):
        return None
    least, most = ends if root.exp > 0 else ends[::-1]
    return Dummy(nonnegative=True), Pow(least, root.exp), Pow(most, root.exp)


def _bernstein(expression: Expr, variable: Symbol, least: Expr, most: Expr) -> list[Expr]:
    """Bernstein coefficients in one variable; none where the expression is no polynomial in it."""
    t = Dummy()
    try:
        shifted = expression.xreplace({variable: least + (most - least) * t})
        powers = Poly(shifted, t).all_coeffs()[::-1]
    except PolynomialError:
        return []
    k = len(powers) - 1
    return [
        sum((powers[i] * Rational(comb(j, i), comb(k, i)) for i in range(j + 1)), Integer(0))
        for j in range(k + 1)
    ]
