"""The value of a formula at many points at once, in float64: a tree walk on whole arrays.

The rules are those of `numerics.walker`: a product with sigma, sigma0 or n equal to zero is zero
whatever else it holds, and what is not finite elsewhere is an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from typing import Any

import numpy as np
import sympy
from sympy import Expr, Symbol
from sympy.core.relational import Relational
from sympy.logic.boolalg import And, Boolean, BooleanAtom, Not, Or

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.grids.level_blocks import sums_over_levels
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["BatchPoint"]

_AMPLITUDES = frozenset({sy.sigma, sy.sigma0, sy.n})
_RELATIONS = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}


class BatchPoint:
    """Many points of one spectrum; remembers the sums it has computed.

    Args:
        spectrum: levels in float64.
        values: a flat array for each symbol, all of one length; booleans for the flags.
    """

    def __init__(self, spectrum: Spectrum, values: Mapping[Symbol, Array]) -> None:
        self.spectrum = spectrum
        self.values = dict(values)
        self.points = len(next(iter(values.values())))

    def value(self, expression: Expr) -> Array:
        """The value at every point, as a flat array; may hold what is not finite.

        Raises:
            InputError: a symbol has no value.
            NotBuilt: a node has no rule.
        """
        with np.errstate(all="ignore"):
            return np.broadcast_to(self._scalar(expression), (self.points,))

    def holds(self, condition: Boolean) -> Array:
        """Where a condition on the symbols holds.

        Raises:
            NotBuilt: the condition has no rule.
        """
        return np.broadcast_to(self._condition(condition), (self.points,))

    def _condition(self, node: Any) -> Any:
        match node:
            case BooleanAtom():
                return bool(node)
            case Symbol():
                return self.values[node].astype(bool)
            case And():
                return reduce(np.logical_and, map(self._condition, node.args))
            case Or():
                return reduce(np.logical_or, map(self._condition, node.args))
            case Not():
                return np.logical_not(self._condition(node.args[0]))
            case Relational() if node.rel_op in _RELATIONS:
                return _RELATIONS[node.rel_op](*map(self._scalar, node.args))
        raise NotBuilt(f"{node}: a batch cannot decide this condition")

    def _scalar(self, node: Expr) -> Any:
        if node in self.values:
            return self.values[node]
        if isinstance(node, Symbol):
            if node not in DEFINITIONS:
                raise InputError(node.name, MISSING, "the expression uses it", "give a value")
            self.values[node] = self._scalar(DEFINITIONS[node])
            return self.values[node]
        if isinstance(node, SpectralSum):
            self.values[node] = self._summed(node.summand)
            return self.values[node]
        return _combined(node, self._scalar, self._condition)

    def _summed(self, summand: Expr) -> Array:
        outside = {x: self._scalar(x) for x in summand.free_symbols - sy.LEVEL_SYMBOLS}

        def summands(s: Array, w0sq: Array, part: slice) -> tuple[Any, ...]:
            known = {x: np.broadcast_to(v, (self.points,))[part, None] for x, v in outside.items()}
            # Only w0^2 is known, and formulas hold no other power of w0.
            known |= {sy.s: s, sy.w0: np.sqrt(w0sq)}

            def level(node: Expr) -> Any:
                if node == sy.w0**2:
                    return w0sq
                return known[node] if node in known else _combined(node, level, None)

            return (level(summand),)

        return sums_over_levels(self.spectrum, self.points, summands)[0]


def _combined(node: Expr, part: Any, condition: Any) -> Any:
    match node:
        case sympy.Rational():
            return int(node.p) / int(node.q)
        case sympy.Add():
            return reduce(np.add, map(part, node.args))
        case sympy.Mul():
            return _product(node, part)
        case sympy.Pow() if node.exp.is_Integer:
            return np.asarray(part(node.base), np.float64) ** int(node.exp)
        case sympy.Pow():
            return np.power(part(node.base), part(node.exp))
        case sympy.Max():
            return reduce(np.maximum, map(part, node.args))
        case sympy.Min():
            return reduce(np.minimum, map(part, node.args))
        case sympy.log():
            return np.log(part(node.args[0]))
        case sympy.exp():
            return np.exp(part(node.args[0]))
        case sympy.Piecewise() if condition is not None:
            where = [condition(each) for _, each in node.args]
            branches = np.broadcast_arrays(*where, *(part(each) for each, _ in node.args))
            return np.select(branches[: len(where)], branches[len(where) :], np.nan)
    raise NotBuilt(f"{type(node).__name__} in {node}: a batch has no rule for this node")


def _product(node: Expr, part: Any) -> Any:
    above: list[Any] = []
    below: list[Any] = []
    absent: Any = False
    for factor in node.args:
        base, exponent = factor.as_base_exp()
        inverted = exponent.is_Rational and exponent < 0
        value = part(base**-exponent if inverted else factor)
        (below if inverted else above).append(value)
        if not inverted and factor.free_symbols & _AMPLITUDES:
            absent = absent | (np.asarray(value) == 0)
    top = reduce(np.multiply, above, 1.0)
    product = top / reduce(np.multiply, below) if below else top
    return product if absent is False else np.where(absent, 0.0, product)
