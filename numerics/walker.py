"""One tree walker: the value of any expression of the theory, in any engine.

Rational parts stay exact for as long as they can, so that T - d - 1 has no rounding.  A factor
that is exactly zero removes its product even when another factor is infinite or unknown, in two
cases: it holds a label noise, n or the synthetic fraction, so that the term is absent from the
process (sigma^2/0 is 0 at sigma = 0); or kappa = 0 by definition meets 1/(1-gamma) at T = d, which
diverges more slowly.
An exact 0/0 such as lam/kappa, and every other non-finite intermediate, is an error, never a NaN.

Inside sums w0, m and a are random or differ within a level, so only level means are known: of
w0^2, m w0, m^2 (m = f w0) and a.  Each part therefore carries an order: 0 (a function of s alone),
1 (a multiple of w0), 2 (a level mean); products of means are refused.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import reduce
from typing import Any, NamedTuple

import numpy as np
import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanFalse, BooleanTrue, Not, Or

from ridgeproof.numerics.arithmetic.precision import Array, Number
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt, RidgeproofError, SolverError
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["AMPLITUDES", "evaluate_column", "evaluate_expression", "evaluate_levels"]

# Scales of the process: at zero, what they multiply does not happen.
AMPLITUDES = frozenset({sy.sigma, sy.sigma_real, sy.sigma0, sy.n, sy.synthetic_fraction})

# Beyond this size an exact power costs more than it is worth.
_MAX_EXACT_BITS = 2000


class _Undefined(SolverError):
    """A node is infinite or undefined; exact when an exact zero divides."""

    def __init__(self, node: Any, *, exact: bool) -> None:
        self.exact = exact
        shown = str(node)
        super().__init__(
            f"{shown if len(shown) <= 120 else shown[:117] + '...'} is infinite or undefined at "
            "this point: a denominator vanishes or a number leaves the range of the precision. "
            "Check the theorem's assumptions against the setting, or ask for more digits"
        )


class _Part(NamedTuple):
    value: Any  # Fraction, number or level array
    order: int = 0  # in w0: 0, 1 or 2


def evaluate_expression(expression: Expr, point: FormulaPoint) -> Number:
    """The value of an expression without free level symbols, as a number of the point's engine.

    Abbreviations (df1, gamma, phi, b, ...) that the point does not give are unfolded by
    `theory.definitions.DEFINITIONS`; repeated sub-expressions are computed once.

    Raises:
        InputError: a symbol has no value, or a moment of w0 beyond the second is asked for.
        NotBuilt: a node has no numerical rule.
        SolverError: an intermediate value is infinite or undefined.

    >>> from ridgeproof.numerics.point import make_point
    >>> from ridgeproof.numerics.arithmetic.precision import Float64
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> point = make_point(make_setting(d=300, T=600), Float64())
    >>> float(evaluate_expression(sy.gamma, point))
    0.5
    """
    with point.engine.scope():
        part = _Walk(point).part(expression)
        if part.order or isinstance(part.value, np.ndarray):
            raise InputError(
                "expression",
                expression,
                "has a level symbol outside a sum over levels",
                "wrap it in SpectralSum, or ask for evaluate_levels",
            )
        return _lifted(part.value, point)


def evaluate_levels(expression: Expr, point: FormulaPoint) -> Array:
    """The value on every level of an expression in the level symbols, as an array.

    An expression linear in w0 or m, such as the generator's m' = (1-K0) m, returns its factor of
    w0, that is, the array that `Point.m` expects.

    Raises:
        InputError, NotBuilt, SolverError: as `evaluate_expression`.
    """
    with point.engine.scope():
        value = _lifted(_Walk(point).part(expression).value, point)
        if isinstance(value, np.ndarray):
            return value
        return np.array([value] * len(point.spectrum.s), dtype=point.spectrum.s.dtype)


def evaluate_column(expression: Expr, point: FormulaPoint) -> Array:
    """The values (k x 1) of an expression without free level symbols at a column of k kappas.

    What does not depend on kappa, such as a noise term at sigma = 0, is repeated down the column.

    Raises:
        InputError, NotBuilt, SolverError: as `evaluate_expression`.
    """
    with point.engine.scope():
        value = _lifted(_Walk(point).part(expression).value, point)
        return np.broadcast_to(value, point.values[sy.kappa].shape)


def _lifted(value: Any, point: FormulaPoint) -> Any:
    return point.engine.number(value) if isinstance(value, Fraction) else value


class _Walk:
    """One evaluation; remembers the parts it has met."""

    def __init__(self, point: FormulaPoint) -> None:
        self.point = point
        self.engine = point.engine
        self.known: dict[Any, _Part] = {}

    def part(self, node: Expr) -> _Part:
        if node in self.known:
            return self.known[node]
        try:
            part = self._rule(node)(node)
        except ZeroDivisionError as error:
            raise _Undefined(node, exact=False) from error
        if not isinstance(part.value, Fraction) and not self.engine.is_finite(part.value):
            raise _Undefined(node, exact=False)
        self.known[node] = part
        return part

    def _rule(self, node: Any) -> Callable[[Any], _Part]:
        for kind, rule in _RULES:
            if isinstance(node, kind):
                return lambda found: rule(self, found)
        raise NotBuilt(f"{type(node).__name__} in {node}: the walker has no rule for this node")

    def symbol(self, node: Symbol) -> _Part:
        point = self.point
        if node in point.values:
            return _Part(point.values[node])
        if node == sy.s:
            return _Part(point.spectrum.s)
        if node == sy.w0:
            return _Part(Fraction(1), 1)
        if node == sy.a and point.a is not None:
            return _Part(point.a, 2)
        if node == sy.m and point.m is not None:
            return _Part(point.m, 1)
        if node in DEFINITIONS:
            return self.part(DEFINITIONS[node])
        if node == sy.d and math.isinf(point.spectrum.d):
            raise InputError("d", "inf", "enters the formula itself", "give a finite d")
        remedy = "give the moments a and m" if node in sy.LEVEL_SYMBOLS else "give it a value"
        raise InputError(node.name, MISSING, "the expression uses it", remedy)

    def add(self, node: Expr) -> _Part:
        parts = [part for each in node.args if not _is_zero(part := self.part(each))]
        orders = {part.order for part in parts}
        if 1 in orders and len(orders) > 1:
            raise _unknown_moment(node)
        value = self._fold(operator.add, (part.value for part in parts), Fraction(0))
        return _Part(value, max(orders, default=0))

    def mul(self, node: Expr) -> _Part:
        above: list[_Part] = []
        below: list[_Part] = []
        failures: list[RidgeproofError] = []
        zeros: list[Expr] = []
        for factor in node.args:
            base, exponent = factor.as_base_exp()
            inverted = exponent.is_Rational and exponent < 0
            try:
                part = self.part(base**-exponent if inverted else factor)
                if _is_zero(part) and inverted:
                    raise _Undefined(factor, exact=True)
            except RidgeproofError as error:
                failures.append(error)
                continue
            if _is_zero(part):
                zeros.append(factor)
            (below if inverted else above).append(part)
        self._judge(zeros, failures)
        return _Part(Fraction(0)) if zeros else self._quotient(node, above, below)

    @staticmethod
    def _judge(zeros: list[Expr], failures: list[RidgeproofError]) -> None:
        if any(zero.free_symbols & AMPLITUDES for zero in zeros):
            return
        for failure in failures:
            if not (zeros and isinstance(failure, _Undefined) and not failure.exact):
                raise failure

    def _quotient(self, node: Expr, above: list[_Part], below: list[_Part]) -> _Part:
        orders = sorted(part.order for part in above if part.order)
        if orders not in ([], [1], [2], [1, 1]) or any(part.order for part in below):
            raise _unknown_moment(node)
        values = [part.value for part in above]
        if orders == [1, 1]:
            values.append(self.point.spectrum.w0sq)
        # Divide once, rather than multiply by reciprocals: s/s is then exactly 1.
        top = self._fold(operator.mul, values, Fraction(1))
        bottom = self._fold(operator.mul, (part.value for part in below), Fraction(1))
        if isinstance(bottom, Fraction) and bottom == 1:
            return _Part(top, sum(orders))
        return _Part(self._apply(operator.truediv, top, bottom), sum(orders))

    def power(self, node: Expr) -> _Part:
        base, exponent = self.part(node.base), self.part(node.exp)
        if exponent.order or isinstance(exponent.value, np.ndarray):
            raise _unknown_moment(node)
        if base.order:
            return self._moment(node, base, exponent.value)
        if isinstance(exponent.value, Fraction) and isinstance(base.value, Fraction):
            if base.value == 0 and exponent.value < 0:
                raise _Undefined(node, exact=True)
            exact = _exact_power(base.value, exponent.value)
            if exact is not None:
                return _Part(exact)
        return _Part(self.engine.power(_lifted(base.value, self.point), exponent.value))

    def _moment(self, node: Expr, base: _Part, exponent: Any) -> _Part:
        if base.order == 1 and exponent == 2:
            square = self._apply(operator.mul, base.value, base.value)
            return _Part(self._apply(operator.mul, square, self.point.spectrum.w0sq), 2)
        raise _unknown_moment(node)

    def spectral_sum(self, node: SpectralSum) -> _Part:
        inner = self.part(node.summand)
        if inner.order == 1:
            raise _unknown_moment(node)
        spectrum = self.point.spectrum
        if not isinstance(inner.value, np.ndarray):
            return _Part(self._apply(operator.mul, inner.value, self.part(sy.d).value))
        return _Part(self.engine.weighted_sum(inner.value, spectrum.weights))

    def extremum(self, node: Expr) -> _Part:
        largest = isinstance(node, sympy.Max)
        values = [self._plain(each) for each in node.args]
        if all(isinstance(value, Fraction) for value in values):
            return _Part(max(values) if largest else min(values))
        choose = self.engine.maximum if largest else self.engine.minimum
        return _Part(reduce(choose, (_lifted(value, self.point) for value in values)))

    def piecewise(self, node: Expr) -> _Part:
        for value, condition in node.args:
            if self._holds(condition):
                return self.part(value)
        raise SolverError(f"{node}: no branch of the piecewise expression holds here")

    def _holds(self, condition: Boolean) -> bool:
        match condition:
            case BooleanTrue():
                return True
            case BooleanFalse():
                return False
            case And():
                return all(map(self._holds, condition.args))
            case Or():
                return any(map(self._holds, condition.args))
            case Not():
                return not self._holds(condition.args[0])
            case Relational() if condition.rel_op in _RELATIONS:
                left, right = (self._plain(side) for side in condition.args)
                return _RELATIONS[condition.rel_op](self._compare(left, right), 0)
        raise NotBuilt(f"{condition}: the walker cannot decide this condition")

    def _compare(self, left: Any, right: Any) -> int:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return int(left > right) - int(left < right)
        if isinstance(left, np.ndarray) or isinstance(right, np.ndarray):
            raise NotBuilt("a condition on level symbols has no single answer")
        return self.engine.compare(_lifted(left, self.point), _lifted(right, self.point))

    def function(self, node: Expr) -> _Part:
        first, *others = (_lifted(self._plain(each), self.point) for each in node.args)
        match node:
            case sympy.log():
                return _Part(self.engine.log(first))
            case sympy.exp():
                return _Part(self.engine.exp(first))
            case sympy.Abs():
                return _Part(abs(first))
            case sympy.gamma():
                return _Part(self.engine.gamma(first))
            case sympy.zeta():
                return _Part(self.engine.zeta(first, *(others or [self.engine.number(1)])))
            case sympy.digamma():
                return _Part(self.engine.polygamma(0, first))
        order = node.args[0]
        if not (order.is_Integer and order >= 0):
            raise NotBuilt(f"{node}: polygamma needs a whole order")
        return _Part(self.engine.polygamma(int(order), others[0]))

    def constant(self, node: Expr) -> _Part:
        if node is sympy.pi:
            return _Part(self.engine.pi())
        if node is sympy.E:
            return _Part(self.engine.exp(self.engine.number(1)))
        return _Part(self.engine.euler_gamma())

    def _plain(self, node: Expr) -> Any:
        part = self.part(node)
        if part.order:
            raise _unknown_moment(node)
        return part.value

    def _fold(
        self, operation: Callable[[Any, Any], Any], values: Iterable[Any], start: Fraction
    ) -> Any:
        # Exact parts first, then numbers, then arrays: fewer passes and fewer roundings.
        ordered = sorted(values, key=_rank)
        total: Any = start
        for value in ordered:
            total = value if _same(total, start) else self._apply(operation, total, value)
        return total

    def _apply(self, operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
        if isinstance(left, Fraction) and isinstance(right, Fraction):
            return operation(left, right)
        return operation(_lifted(left, self.point), _lifted(right, self.point))


_RULES: tuple[tuple[Any, Callable[[_Walk, Any], _Part]], ...] = (
    (Symbol, _Walk.symbol),
    (sympy.Rational, lambda _, node: _Part(Fraction(int(node.p), int(node.q)))),
    (sympy.Add, _Walk.add),
    (sympy.Mul, _Walk.mul),
    (sympy.Pow, _Walk.power),
    (SpectralSum, _Walk.spectral_sum),
    ((sympy.Max, sympy.Min), _Walk.extremum),
    (sympy.Piecewise, _Walk.piecewise),
    (
        (
            sympy.log,
            sympy.exp,
            sympy.Abs,
            sympy.gamma,
            sympy.zeta,
            sympy.polygamma,
            sympy.digamma,
        ),
        _Walk.function,
    ),
    ((type(sympy.pi), type(sympy.E), type(sympy.EulerGamma)), _Walk.constant),
)

_RELATIONS: dict[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def _rank(value: Any) -> int:
    return 0 if isinstance(value, Fraction) else 1 + isinstance(value, np.ndarray)


def _same(value: Any, exact: Fraction) -> bool:
    return isinstance(value, Fraction) and value == exact


def _is_zero(part: _Part) -> bool:
    return isinstance(part.value, Fraction) and part.value == 0


def _exact_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if base in {0, 1} and exponent > 0:
        return base
    if exponent.denominator != 1:
        return None
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    return base ** int(exponent) if abs(exponent) * bits <= _MAX_EXACT_BITS else None


def _unknown_moment(node: Any) -> InputError:
    return InputError(
        "expression",
        node,
        "needs a moment of w0, m or a that a level does not carry",
        "only w0^2, m w0, m^2 and a are known, linearly, with factors that depend on s",
    )
