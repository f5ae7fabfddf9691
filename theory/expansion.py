"""Series in N, the factor by which all sizes grow: terms c N^a (log N)^b, the largest first.

Coefficients are exact expressions, and what is left out is of known order.  Whether a coefficient
vanishes, and its sign, is asked of whoever knows the setting or the domain.

The signal energy stays fixed, so that it is split over ever more levels: w0^2, m w0 and a on one
level fall like 1/d, and a sum over levels grows one power faster than its summand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cmp_to_key, reduce
from itertools import islice

from sympy import (
    Abs,
    Add,
    Expr,
    Integer,
    Max,
    Min,
    Mul,
    Piecewise,
    Pow,
    Rational,
    Symbol,
    exp,
    factorial,
    log,
    oo,
    preorder_traversal,
    zeta,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["DEPTHS", "Asked", "Expansion", "Series", "Short", "undecided"]

# Extensive quantities grow like N when d, T, T0 and the width are multiplied by N.
_EXTENSIVE = {
    sy.d, sy.T, sy.T0, sy.width, sy.gathered, sy.df1, sy.df2, sy.df1_0, sy.df2_0, sy.df2_width,
}  # fmt: skip
_POWERS = {
    **dict.fromkeys(_EXTENSIVE, Integer(1)),
    sy.w0: Rational(-1, 2),
    sy.m: Rational(-1, 2),
    sy.a: Integer(-1),
}

# How many terms of every series are followed: more of them where so many cancel.
DEPTHS = (1, 2, 4, 8)
# Products of terms in one expansion, and parts of one coefficient, before it is given up.
_MOST_PRODUCTS, _LONGEST = 20_000, 2_000

# Of N^a (log N)^b: (a, b).
_Order = tuple[Expr, Expr]
_CONSTANT: _Order = (Integer(0), Integer(0))
_LOGARITHM: _Order = (Integer(0), Integer(1))
_BELOW_ALL: _Order = (-oo, Integer(0))  # of what falls faster than every power


class Short(Exception):
    """Everything that was followed cancels: more terms are needed."""


class Asked(Exception):
    """The sign of a coefficient is needed."""

    def __init__(self, question: Expr) -> None:
        self.question = question
        super().__init__(question)


@dataclass(frozen=True)
class Series:
    """Terms (order, coefficient), the largest first, and the order of what is left out."""

    terms: tuple[tuple[_Order, Expr], ...] = ()
    rest: _Order | None = None

    @property
    def order(self) -> _Order | None:
        """An order that the series does not exceed; None for an exact zero."""
        return self.terms[0][0] if self.terms else self.rest

    def times(self, coefficient: Expr, order: _Order = _CONSTANT) -> Series:
        """The series times one term."""
        terms = tuple((_product(each, order), c * coefficient) for each, c in self.terms)
        return Series(terms, None if self.rest is None else _product(self.rest, order))


def _constant(value: Expr) -> Series:
    return Series(((_CONSTANT, value),)) if value != 0 else Series()


def _product(one: _Order, other: _Order) -> _Order:
    return (one[0] + other[0], one[1] + other[1]) if _BELOW_ALL not in (one, other) else _BELOW_ALL


def _multiple(order: _Order, factor: Expr) -> _Order:
    return _BELOW_ALL if order == _BELOW_ALL else (order[0] * factor, order[1] * factor)


@dataclass
class Expansion:
    """Series of a fixed number of terms; ``answers`` are signs, all positive where there are none.

    Every method that meets a coefficient whose sign it needs and does not know raises `Asked`.
    """

    most: int
    answers: Mapping[Expr, int] | None
    products: int = 0
    known: dict[Expr, Series] = field(default_factory=dict)

    def limit(self, node: Expr) -> Expr:
        """0, the constant term, oo or -oo."""
        series = self.of(node)
        for order, coefficient in series.terms:
            side = self.compare(order, _CONSTANT)
            if side <= 0:
                return coefficient if side == 0 else Integer(0)
            sign = self.sign(coefficient)
            if sign:
                return sign * oo
        if series.rest is not None and self.compare(series.rest, _CONSTANT) >= 0:
            raise Short
        return Integer(0)

    def sign_of(self, node: Expr) -> int:
        """-1, 0 or 1: the sign of a node at all large sizes."""
        return self.settled(self.of(node))[1]

    def of(self, node: Expr) -> Series:
        """The series of a node, each computed once."""
        if node not in self.known:
            if node.atoms(Symbol).isdisjoint(_POWERS) and not node.has(SpectralSum):
                self.known[node] = _constant(node)
            else:
                self.known[node] = self._rule(node)
        return self.known[node]

    def _rule(self, node: Expr) -> Series:
        match node:
            case Symbol():
                return Series((((_POWERS[node], Integer(0)), node),))
            case Add():
                return self.sum(map(self.of, node.args))
            case Mul():
                return self.product([self.of(factor) for factor in node.args])
            case exp():
                return self.exponential(self.of(node.args[0]))
            case Pow() if node.exp.atoms(Symbol).isdisjoint(_POWERS):
                return self.power(self.of(node.base), node.exp)
            case Pow():
                base, sign = self.settled(self.of(node.base))
                if sign <= 0:
                    raise undecided("it has a growing power of what is not positive")
                return self.exponential(self.product([self.of(node.exp), self.logarithm(base)]))
            case log():
                return self.logarithm(self.of(node.args[0]))
            case Min() | Max():
                side = 1 if isinstance(node, Max) else -1
                return reduce(lambda x, y: self.extreme(x, y, side), map(self.of, node.args))
            case Abs():
                inside, sign = self.settled(self.of(node.args[0]))
                return inside.times(Integer(sign or 1))
            case SpectralSum():
                inner = self.of(node.summand).times(Integer(1), (Integer(1), Integer(0)))
                return Series(tuple((o, SpectralSum(c)) for o, c in inner.terms), inner.rest)
            case Piecewise():
                return self.piecewise(node)
        return self.function(node)

    def sign(self, coefficient: Expr) -> int:
        """-1, 0 or 1."""
        if coefficient.is_number or not coefficient.has(Add):
            # Of a sum SymPy would think for too long.
            for sign, holds in ((1, "is_positive"), (-1, "is_negative"), (0, "is_zero")):
                if getattr(coefficient, holds):
                    return sign
        if self.answers is None:
            return 1
        if coefficient not in self.answers:
            raise Asked(coefficient)
        return self.answers[coefficient]

    def compare(self, one: _Order, other: _Order) -> int:
        """-1, 0 or 1 as one order is below, equal to or above another."""
        if _BELOW_ALL in (one, other):
            return (other == _BELOW_ALL) - (one == _BELOW_ALL)
        for x, y in zip(one, other, strict=True):
            side = 0 if x == y else self.sign(x - y)
            if side:
                return side
        return 0

    def larger(self, *orders: _Order | None) -> _Order | None:
        """The largest of some orders, None being that of an exact zero."""
        found = [order for order in orders if order is not None]
        return max(found, key=cmp_to_key(self.compare), default=None)

    def sum(self, parts: Iterable[Series]) -> Series:
        """The sum: terms of one order are added, as many kept as are followed."""
        parts = list(parts)
        gathered: dict[_Order, list[Expr]] = {}
        for part in parts:
            for order, coefficient in part.terms:
                gathered.setdefault(order, []).append(coefficient)
        rest = self.larger(*(part.rest for part in parts))
        merged: list[tuple[_Order, list[Expr]]] = []
        for order in sorted(gathered, key=cmp_to_key(self.compare), reverse=True):
            # Orders such as n and 1 may be one at a point.
            if merged and self.compare(merged[-1][0], order) == 0:
                merged[-1][1].extend(gathered[order])
            else:
                merged.append((order, gathered[order]))
        kept: list[tuple[_Order, Expr]] = []
        for order, coefficients in merged:
            total = Add(*coefficients)
            if total == 0:
                continue
            if len(kept) == self.most or (rest is not None and self.compare(order, rest) <= 0):
                return Series(tuple(kept), self.larger(rest, order))
            if len(coefficients) > 1 and sum(1 for _ in _first(total)) > _LONGEST:
                raise undecided("its expansion is too long")
            kept.append((order, total))
        return Series(tuple(kept), rest)

    def product(self, factors: list[Series]) -> Series:
        """The product; of single terms at once, so that they are written as they were."""
        if all(len(factor.terms) == 1 and factor.rest is None for factor in factors):
            order = reduce(_product, (factor.terms[0][0] for factor in factors))
            return Series(((order, Mul(*(factor.terms[0][1] for factor in factors))),))
        if self.most == 1 and all(factor.terms for factor in factors):
            order = reduce(_product, (factor.terms[0][0] for factor in factors))
            rests = [
                _product(_product(order, _multiple(factor.terms[0][0], Integer(-1))), factor.rest)
                for factor in factors
                if factor.rest is not None
            ]
            terms = ((order, Mul(*(factor.terms[0][1] for factor in factors))),)
            return Series(terms, self.larger(*rests))
        return reduce(self._product_of_two, factors)

    def _product_of_two(self, one: Series, other: Series) -> Series:
        if one.order is None or other.order is None:
            return Series()
        self.products += len(one.terms) * len(other.terms)
        if self.products > _MOST_PRODUCTS:
            raise undecided("its expansion is too long")
        parts = [other.times(coefficient, order) for order, coefficient in one.terms]
        if one.rest is not None:
            parts.append(Series((), _product(one.rest, other.order)))
        return self.sum(parts)

    def settled(self, series: Series) -> tuple[Series, int]:
        """The series without leading terms that vanish, and the sign of the one that leads it."""
        for skipped, (_, coefficient) in enumerate(series.terms):
            sign = self.sign(coefficient)
            if sign:
                return Series(series.terms[skipped:], series.rest), sign
        if series.rest is not None:
            raise Short
        return Series(), 0

    def power(self, base: Series, exponent: Expr) -> Series:
        """The power with an exponent that does not grow."""
        if len(base.terms) == 1 and base.rest is None:
            # A division by zero is one at every size, and is seen when the limit is evaluated.
            ((order, coefficient),) = base.terms
            if exponent.is_integer is not True and self.sign(coefficient) < 0:
                raise SolverError("a root of a negative number is taken at all large sizes")
            return Series(((_multiple(order, exponent), coefficient**exponent),))
        base, sign = self.settled(base)
        if sign == 0:
            vanishes = self.sign(exponent)
            if vanishes < 0:
                raise SolverError("a denominator vanishes at all large sizes")
            return Series() if vanishes else _constant(Integer(1))
        if sign < 0 and exponent.is_integer is not True:
            raise SolverError("a root of a negative number is taken at all large sizes")

        def binomial(k: int) -> Expr:
            return Mul(*(exponent - i for i in range(k))) / factorial(k)

        ends = exponent.is_Integer and 0 <= exponent < self.most
        order, coefficient = base.terms[0]
        around_one = self.composed(binomial, _relative(base), ends=ends)
        return around_one.times(coefficient**exponent, _multiple(order, exponent))

    def composed(
        self, coefficient: Callable[[int], Expr], small: Series, *, ends: bool = False
    ) -> Series:
        """Sum over k of coefficient(k) small^k, for a series that tends to 0."""
        total, power = [], _constant(Integer(1))
        for k in range(self.most):
            total.append(power.times(coefficient(k)))
            power = self._product_of_two(power, small)
        if not ends and power.order is not None:
            total.append(Series((), power.order))
        return self.sum(total)

    def logarithm(self, series: Series) -> Series:
        """Log c + a log N + log(1 + small)."""
        series, sign = self.settled(series)
        if sign <= 0:
            raise SolverError("a logarithm of no positive number is taken at all large sizes")
        (a, b), coefficient = series.terms[0]
        if self.sign(b):
            raise undecided("it has a logarithm of a logarithm")
        parts = [
            _constant(log(coefficient)),
            Series(((_LOGARITHM, a),) if a != 0 else ()),
            self.composed(
                lambda k: Rational((-1) ** (k + 1), k) if k else Integer(0), _relative(series)
            ),
        ]
        return self.sum(parts)

    def exponential(self, series: Series) -> Series:
        """exp(c + a log N + small) = exp(c) N^a exp(small)."""
        factor, a = Integer(1), Integer(0)
        small: list[tuple[_Order, Expr]] = []
        for order, coefficient in series.terms:
            side = self.compare(order, _LOGARITHM)
            if side > 0:
                sign = self.sign(coefficient)
                if sign < 0:
                    return Series((), _BELOW_ALL)
                if sign > 0:
                    raise undecided("it grows faster than every power of the sizes")
            elif side == 0:
                a = coefficient
            elif self.compare(order, _CONSTANT) > 0:
                if self.sign(coefficient):
                    raise undecided("it has an exponential of a power of a logarithm")
            elif self.compare(order, _CONSTANT) == 0:
                factor = exp(coefficient)
            else:
                small.append((order, coefficient))
        if series.rest is not None and self.compare(series.rest, _CONSTANT) >= 0:
            raise Short
        around_one = self.composed(
            lambda k: Integer(1) / factorial(k), Series(tuple(small), series.rest)
        )
        return around_one.times(factor, (a, Integer(0)))

    def extreme(self, one: Series, other: Series, side: int) -> Series:
        """The larger of two (side 1), or the smaller (side -1)."""
        difference = self.sum([one, other.times(Integer(-1))])
        try:
            _, sign = self.settled(difference)
        except Short:
            if self.most < DEPTHS[-1]:
                raise
            # As far as they are known they are the same.
            return self.sum([one, Series((), difference.rest)])
        return one if sign * side >= 0 else other

    def piecewise(self, node: Piecewise) -> Series:
        """Branch by branch, where they grow alike."""
        branches = [(self.of(value), condition) for value, condition in node.args]
        if len({series.order for series, _ in branches}) != 1:
            raise undecided("its branches grow differently")
        orders = dict.fromkeys(order for series, _ in branches for order, _ in series.terms)
        terms = [
            Series(((order, Piecewise(*((dict(x.terms).get(order, 0), c) for x, c in branches))),))
            for order in orders
        ]
        return self.sum([*terms, *(Series((), series.rest) for series, _ in branches)])

    def function(self, node: Expr) -> Series:
        """A smooth function of what tends to constants."""
        constants, rests = [], []
        for argument in node.args:
            series, _ = self.settled(self.of(argument))
            if series.order is not None and self.compare(series.order, _CONSTANT) != 0:
                raise undecided(f"it has {node.func} of what is no positive constant in the limit")
            constants.append(series.terms[0][1] if series.terms else Integer(0))
            rests += [_relative(series).order]
        if isinstance(node, zeta) and any(rests) and self.sign(constants[0] - 1) <= 0:
            raise undecided("it has zeta of what is not above 1 in the limit")
        return self.sum([_constant(node.func(*constants)), Series((), self.larger(*rests))])


def _relative(series: Series) -> Series:
    """What is left of a series divided by its first term, after 1."""
    if not series.terms:
        return Series()
    order, coefficient = series.terms[0]
    rest = Series(series.terms[1:], series.rest)
    return rest.times(1 / coefficient, _multiple(order, Integer(-1)))


def _first(expression: Expr) -> Iterable[Expr]:
    return islice(preorder_traversal(expression), _LONGEST + 1)


def undecided(why: str) -> UndecidedLimit:
    """The error that says why a limit is not known."""
    return UndecidedLimit(f"the limit is not decided: {why}")
