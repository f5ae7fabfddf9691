"""The proportional limit: d, T, T0, width grow together, and with them the degrees of freedom.

The sizes are N times what they are, and N goes to infinity.  Every expression becomes a series of
terms c N^a (log N)^b, the largest first, with exact coefficients and a remainder of known order, or
none.  The leading term is enough for most; where leading terms cancel more of them are followed.
Whether a coefficient vanishes, and its sign, is asked of whoever knows the setting or the domain:
nothing is evaluated at a large size.

The signal energy stays fixed, so that it is split over ever more levels: w0^2, m w0 and a on one
level fall like 1/d, and a sum over levels grows one power faster than its summand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cmp_to_key, lru_cache, reduce
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
    nan,
    oo,
    preorder_traversal,
    zeta,
    zoo,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["limit_value", "proportional_limit"]

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
_DEPTHS = (1, 2, 4, 8)
# Products of terms in one expansion, and parts of one coefficient, before it is given up.
_MOST_PRODUCTS, _LONGEST = 20_000, 2_000

# Of N^a (log N)^b: (a, b).
_Order = tuple[Expr, Expr]
_CONSTANT: _Order = (Integer(0), Integer(0))
_LOGARITHM: _Order = (Integer(0), Integer(1))
_BELOW_ALL: _Order = (-oo, Integer(0))  # of what falls faster than every power

Sign = Callable[[Expr], int]


@lru_cache(maxsize=256)
def proportional_limit(expression: Expr) -> Expr:
    """Keep what survives when d, T, T0 -> infinity at fixed ratios: 1/(T0-d-1) -> 1/(T0-d).

    The coefficient of the leading power, for a theorem, whose assumptions keep it from vanishing.
    Weighted spectral sums (sum s w0^2) are intensive, unweighted ones extensive.

    Raises:
        UndecidedLimit: the expression is no series in powers and logarithms, or has no leading
            term.
    """

    def leading(expansion: _Expansion) -> Expr:
        series = expansion.of(expression)
        if series.terms:
            return series.terms[0][1]
        if series.rest is not None:
            raise _Short
        return Integer(0)

    return _deepened(expression, leading, None)


def limit_value(expression: Expr, sign: Sign) -> Expr:
    """The limit of an expression in d, T, T0, ... (of ratios, where it is finite), or oo or -oo.

    Args:
        expression: a claim, in the names of `theory.symbols`.
        sign: -1, 0 or 1 for an expression that does not depend on N.  It raises `UndecidedLimit`
            where it does not know.

    Raises:
        UndecidedLimit: the expression is no series in powers and logarithms of N, too many of its
            leading terms cancel, or ``sign`` does not know.
        SolverError: the expression is not real, or divides by zero, at all large sizes.

    >>> from ridgeproof.theory.symbols import T, d
    >>> positive = lambda expression: 1
    >>> limit_value(d / (T - d - 1), positive), limit_value(d * log(1 + 1 / T), positive)
    (d/(T - d), d/T)
    >>> limit_value(log(d) / log(T), positive), limit_value(d / log(T), positive)
    (1, oo)
    """
    if expression.has(zoo, nan):
        raise SolverError("a denominator vanishes")
    answers: dict[Expr, int] = {}
    while True:
        found = _attempt(expression, tuple(answers.items()))
        if isinstance(found, _Asked):
            answers[found.question] = sign(found.question)
        elif isinstance(found, Exception):
            raise type(found)(*found.args)
        else:
            return found


@lru_cache(maxsize=2048)
def _attempt(expression: Expr, answers: tuple[tuple[Expr, int], ...]) -> Expr | Exception:
    """The limit as far as some answers lead: the next question, or why there is no limit.

    Points at which every sign is the same share one expansion.
    """
    try:
        return _deepened(expression, lambda expansion: expansion.limit(expression), dict(answers))
    except (_Asked, SolverError, UndecidedLimit) as outcome:
        return outcome.with_traceback(None)


def _deepened(
    expression: Expr, find: Callable[[_Expansion], Expr], answers: Mapping[Expr, int] | None
) -> Expr:
    for terms in _DEPTHS:
        try:
            return find(_Expansion(terms, answers))
        except _Short:
            continue
    raise _undecided(f"more than {_DEPTHS[-1]} leading terms of {_shown(expression)} cancel")


class _Short(Exception):
    """Everything that was followed cancels: more terms are needed."""


class _Asked(Exception):
    """The sign of a coefficient is needed."""

    def __init__(self, question: Expr) -> None:
        self.question = question
        super().__init__(question)


@dataclass(frozen=True)
class _Series:
    """Terms (order, coefficient), the largest first, and the order of what is left out."""

    terms: tuple[tuple[_Order, Expr], ...] = ()
    rest: _Order | None = None

    @property
    def order(self) -> _Order | None:
        """An order that the series does not exceed; None for an exact zero."""
        return self.terms[0][0] if self.terms else self.rest

    def times(self, coefficient: Expr, order: _Order = _CONSTANT) -> _Series:
        """The series times one term."""
        terms = tuple((_product(each, order), c * coefficient) for each, c in self.terms)
        return _Series(terms, None if self.rest is None else _product(self.rest, order))


def _constant(value: Expr) -> _Series:
    return _Series(((_CONSTANT, value),)) if value != 0 else _Series()


def _product(one: _Order, other: _Order) -> _Order:
    return (one[0] + other[0], one[1] + other[1]) if _BELOW_ALL not in (one, other) else _BELOW_ALL


def _multiple(order: _Order, factor: Expr) -> _Order:
    return _BELOW_ALL if order == _BELOW_ALL else (order[0] * factor, order[1] * factor)


@dataclass
class _Expansion:
    """Series of a fixed number of terms; ``answers`` are signs, all positive where there are none.

    Every method that meets a coefficient whose sign it needs and does not know raises `_Asked`.
    """

    most: int
    answers: Mapping[Expr, int] | None
    products: int = 0
    known: dict[Expr, _Series] = field(default_factory=dict)

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
            raise _Short
        return Integer(0)

    def of(self, node: Expr) -> _Series:
        """The series of a node, each computed once."""
        if node not in self.known:
            if node.atoms(Symbol).isdisjoint(_POWERS) and not node.has(SpectralSum):
                self.known[node] = _constant(node)
            else:
                self.known[node] = self._rule(node)
        return self.known[node]

    def _rule(self, node: Expr) -> _Series:
        match node:
            case Symbol():
                return _Series((((_POWERS[node], Integer(0)), node),))
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
                    raise _undecided("it has a growing power of what is not positive")
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
                return _Series(tuple((o, SpectralSum(c)) for o, c in inner.terms), inner.rest)
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
            raise _Asked(coefficient)
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

    def sum(self, parts: Iterable[_Series]) -> _Series:
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
                return _Series(tuple(kept), self.larger(rest, order))
            if len(coefficients) > 1 and sum(1 for _ in _first(total)) > _LONGEST:
                raise _undecided("its expansion is too long")
            kept.append((order, total))
        return _Series(tuple(kept), rest)

    def product(self, factors: list[_Series]) -> _Series:
        """The product; of single terms at once, so that they are written as they were."""
        if all(len(factor.terms) == 1 and factor.rest is None for factor in factors):
            order = reduce(_product, (factor.terms[0][0] for factor in factors))
            return _Series(((order, Mul(*(factor.terms[0][1] for factor in factors))),))
        if self.most == 1 and all(factor.terms for factor in factors):
            order = reduce(_product, (factor.terms[0][0] for factor in factors))
            rests = [
                _product(_product(order, _multiple(factor.terms[0][0], Integer(-1))), factor.rest)
                for factor in factors
                if factor.rest is not None
            ]
            terms = ((order, Mul(*(factor.terms[0][1] for factor in factors))),)
            return _Series(terms, self.larger(*rests))
        return reduce(self._product_of_two, factors)

    def _product_of_two(self, one: _Series, other: _Series) -> _Series:
        if one.order is None or other.order is None:
            return _Series()
        self.products += len(one.terms) * len(other.terms)
        if self.products > _MOST_PRODUCTS:
            raise _undecided("its expansion is too long")
        parts = [other.times(coefficient, order) for order, coefficient in one.terms]
        if one.rest is not None:
            parts.append(_Series((), _product(one.rest, other.order)))
        return self.sum(parts)

    def settled(self, series: _Series) -> tuple[_Series, int]:
        """The series without leading terms that vanish, and the sign of the one that leads it."""
        for skipped, (_, coefficient) in enumerate(series.terms):
            sign = self.sign(coefficient)
            if sign:
                return _Series(series.terms[skipped:], series.rest), sign
        if series.rest is not None:
            raise _Short
        return _Series(), 0

    def power(self, base: _Series, exponent: Expr) -> _Series:
        """The power with an exponent that does not grow."""
        if len(base.terms) == 1 and base.rest is None:
            # A division by zero is one at every size, and is seen when the limit is evaluated.
            ((order, coefficient),) = base.terms
            if exponent.is_integer is not True and self.sign(coefficient) < 0:
                raise SolverError("a root of a negative number is taken at all large sizes")
            return _Series(((_multiple(order, exponent), coefficient**exponent),))
        base, sign = self.settled(base)
        if sign == 0:
            vanishes = self.sign(exponent)
            if vanishes < 0:
                raise SolverError("a denominator vanishes at all large sizes")
            return _Series() if vanishes else _constant(Integer(1))
        if sign < 0 and exponent.is_integer is not True:
            raise SolverError("a root of a negative number is taken at all large sizes")

        def binomial(k: int) -> Expr:
            return Mul(*(exponent - i for i in range(k))) / factorial(k)

        ends = exponent.is_Integer and 0 <= exponent < self.most
        order, coefficient = base.terms[0]
        around_one = self.composed(binomial, _relative(base), ends=ends)
        return around_one.times(coefficient**exponent, _multiple(order, exponent))

    def composed(
        self, coefficient: Callable[[int], Expr], small: _Series, *, ends: bool = False
    ) -> _Series:
        """Sum over k of coefficient(k) small^k, for a series that tends to 0."""
        total, power = [], _constant(Integer(1))
        for k in range(self.most):
            total.append(power.times(coefficient(k)))
            power = self._product_of_two(power, small)
        if not ends and power.order is not None:
            total.append(_Series((), power.order))
        return self.sum(total)

    def logarithm(self, series: _Series) -> _Series:
        """Log c + a log N + log(1 + small)."""
        series, sign = self.settled(series)
        if sign <= 0:
            raise SolverError("a logarithm of no positive number is taken at all large sizes")
        (a, b), coefficient = series.terms[0]
        if self.sign(b):
            raise _undecided("it has a logarithm of a logarithm")
        parts = [
            _constant(log(coefficient)),
            _Series(((_LOGARITHM, a),) if a != 0 else ()),
            self.composed(
                lambda k: Rational((-1) ** (k + 1), k) if k else Integer(0), _relative(series)
            ),
        ]
        return self.sum(parts)

    def exponential(self, series: _Series) -> _Series:
        """exp(c + a log N + small) = exp(c) N^a exp(small)."""
        factor, a = Integer(1), Integer(0)
        small: list[tuple[_Order, Expr]] = []
        for order, coefficient in series.terms:
            side = self.compare(order, _LOGARITHM)
            if side > 0:
                sign = self.sign(coefficient)
                if sign < 0:
                    return _Series((), _BELOW_ALL)
                if sign > 0:
                    raise _undecided("it grows faster than every power of the sizes")
            elif side == 0:
                a = coefficient
            elif self.compare(order, _CONSTANT) > 0:
                if self.sign(coefficient):
                    raise _undecided("it has an exponential of a power of a logarithm")
            elif self.compare(order, _CONSTANT) == 0:
                factor = exp(coefficient)
            else:
                small.append((order, coefficient))
        if series.rest is not None and self.compare(series.rest, _CONSTANT) >= 0:
            raise _Short
        around_one = self.composed(
            lambda k: Integer(1) / factorial(k), _Series(tuple(small), series.rest)
        )
        return around_one.times(factor, (a, Integer(0)))

    def extreme(self, one: _Series, other: _Series, side: int) -> _Series:
        """The larger of two (side 1), or the smaller (side -1)."""
        difference = self.sum([one, other.times(Integer(-1))])
        try:
            _, sign = self.settled(difference)
        except _Short:
            if self.most < _DEPTHS[-1]:
                raise
            # As far as they are known they are the same.
            return self.sum([one, _Series((), difference.rest)])
        return one if sign * side >= 0 else other

    def piecewise(self, node: Piecewise) -> _Series:
        """Branch by branch, where they grow alike."""
        branches = [(self.of(value), condition) for value, condition in node.args]
        if len({series.order for series, _ in branches}) != 1:
            raise _undecided("its branches grow differently")
        orders = dict.fromkeys(order for series, _ in branches for order, _ in series.terms)
        terms = [
            _Series(((order, Piecewise(*((dict(x.terms).get(order, 0), c) for x, c in branches))),))
            for order in orders
        ]
        return self.sum([*terms, *(_Series((), series.rest) for series, _ in branches)])

    def function(self, node: Expr) -> _Series:
        """A smooth function of what tends to constants."""
        constants, rests = [], []
        for series in map(self.of, node.args):
            series, _ = self.settled(series)
            if series.order is not None and self.compare(series.order, _CONSTANT) != 0:
                raise _undecided(f"it has {node.func} of what is no positive constant in the limit")
            constants.append(series.terms[0][1] if series.terms else Integer(0))
            rests += [_relative(series).order]
        if isinstance(node, zeta) and any(rests) and self.sign(constants[0] - 1) <= 0:
            raise _undecided("it has zeta of what is not above 1 in the limit")
        return self.sum([_constant(node.func(*constants)), _Series((), self.larger(*rests))])


def _relative(series: _Series) -> _Series:
    """What is left of a series divided by its first term, after 1."""
    if not series.terms:
        return _Series()
    order, coefficient = series.terms[0]
    rest = _Series(series.terms[1:], series.rest)
    return rest.times(1 / coefficient, _multiple(order, Integer(-1)))


def _first(expression: Expr) -> Iterable[Expr]:
    return islice(preorder_traversal(expression), _LONGEST + 1)


def _shown(expression: Expr) -> str:
    text = str(expression)
    return text if len(text) <= 80 else text[:77] + "..."


def _undecided(why: str) -> UndecidedLimit:
    return UndecidedLimit(f"the limit is not decided: {why}")
