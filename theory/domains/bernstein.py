"""positive_on: prove that an expression is positive on a box whose ends may depend on each other.

On x in [lo, hi] a polynomial of degree k equals sum_j c_j B_j(x) with the Bernstein polynomials
B_j >= 0, B_0(lo) = B_k(hi) = 1: it is >= 0 if every c_j is, and > 0 if c_0 and c_k are as well.
The c_j are polynomials in the variables before x, so the last variable can always be removed; for
a linear expression nothing is lost, c_0 and c_1 being its values at the two ends.  Derived here
from the classical Bernstein form.
"""

from __future__ import annotations

from math import comb, gcd, lcm

from sympy import (
    Dummy,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
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
"""(variable, end, other end), in an order in which the ends use earlier variables only."""

_MAX_STEPS = 2000
_MAX_DEGREE = 40
_MAX_TERMS = 1000


class _Budget:
    """Counts the steps, so that an attempt at a proof ends."""

    def __init__(self) -> None:
        self.left = _MAX_STEPS

    def spend(self) -> bool:
        self.left -= 1
        return self.left >= 0


def positive_on(expression: Expr, box: Box, *, strict: bool = True) -> bool:
    """Whether expression > 0 (or >= 0 if not strict) is proved on the whole box.

    False means "not proved".  Powers with a fractional exponent are treated as variables of
    their own, between their values at the ends of their base.

    >>> from ridgeproof.theory.symbols import d, T
    >>> positive_on(T - d - 1, ((d, Integer(5), Integer(60)), (T, d + 2, 4 * d)))
    True
    """
    return _positive(expression, box, strict, _Budget())


def enclosure(expression: Expr, box: Box) -> tuple[Expr, Expr] | None:
    """Two numbers between which the expression lies on the whole box, if they are found.

    >>> from ridgeproof.theory.symbols import d
    >>> enclosure(d**2 - d, ((d, Integer(2), Integer(4)),))
    (2, 12)
    """
    return _enclosure(expression, box, _Budget())


def _positive(expression: Expr, box: Box, strict: bool, budget: _Budget) -> bool:
    if not budget.spend() or _size(expression, box) > _MAX_TERMS:
        return False
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
        return known is True
    root = _root(expression, box)
    if root is not None:
        unrooted = _unrooted(expression, root, box, budget)
        return unrooted is not None and _positive(*unrooted, strict, budget)
    coefficients = _bernstein(expression, *box[-1])
    ends = {0, len(coefficients) - 1}
    return bool(coefficients) and all(
        _positive(coefficient, box[:-1], strict and index in ends, budget)
        for index, coefficient in enumerate(coefficients)
    )


def _enclosure(expression: Expr, box: Box, budget: _Budget) -> tuple[Expr, Expr] | None:
    box = _used(expression, box)
    if not (budget.spend() and box) or _size(expression, box) > _MAX_TERMS:
        known = not box and expression.is_number and expression.is_real
        return (expression, expression) if known else None
    root = _root(expression, box)
    if root is not None:
        unrooted = _unrooted(expression, root, box, budget)
        return None if unrooted is None else _enclosure(*unrooted, budget)
    parts = [_enclosure(c, box[:-1], budget) for c in _bernstein(expression, *box[-1])]
    known = [part for part in parts if part is not None]
    if not parts or len(known) < len(parts):
        return None
    return Min(*(least for least, _ in known)), Max(*(most for _, most in known))


def _size(expression: Expr, box: Box) -> int:
    """How many monomials the expression may have in the variables of the box."""
    variables = [variable for variable, _, _ in box if expression.has(variable)]
    return comb(_degree(expression, set(variables)) + len(variables), len(variables))


def _degree(expression: Expr, variables: set[Symbol]) -> int:
    """The total degree of numerator and denominator together, roots counted as variables."""
    if isinstance(expression, Pow) and expression.exp.is_Rational:
        return max(1, abs(int(expression.exp))) * _degree(expression.base, variables)
    degrees = [_degree(argument, variables) for argument in expression.args]
    if isinstance(expression, Mul):
        return sum(degrees)
    return max(degrees, default=int(expression in variables))


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


def _unrooted(expression: Expr, root: Expr, box: Box, budget: _Budget) -> tuple[Expr, Box] | None:
    """The expression with one fractional power less, over a box with one variable changed.

    Powers of the last variable x itself are whole powers of one z = x^g.  Any other base^e becomes
    a variable of its own, between the values of the power at the ends of the base, which forgets
    how the two are related.
    """
    x, least, most = box[-1]
    z = Dummy(nonnegative=True)
    if root.base == x and _positive(least, box[:-1], False, budget):
        powers = [p for p in expression.atoms(Pow) if p.base == x and p.exp.is_Rational]
        if expression.xreplace(dict.fromkeys(powers, z)).has(x):
            powers.append(x)
        exponents = [power.as_base_exp()[1] for power in powers]
        g = Rational(gcd(*(int(e.p) for e in exponents)), lcm(*(int(e.q) for e in exponents)))
        if max(exponents) <= _MAX_DEGREE * g:
            whole = {power: z ** (e / g) for power, e in zip(powers, exponents, strict=True)}
            return expression.xreplace(whole), (*box[:-1], (z, Pow(least, g), Pow(most, g)))
    ends = _enclosure(root.base, box, budget)
    if ends is None or ends[0].is_negative is not False or (ends[0] == 0 and root.exp < 0):
        return None
    # Which of the two values is the larger does not matter to the coefficients.
    variable = (z, *(Pow(end, root.exp) for end in ends))
    return expression.xreplace({root: z}), (variable, *box)


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
