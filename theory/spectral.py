"""SpectralSum: a sum over the eigenvalues of Sigma, as one SymPy node.

``SpectralSum(g)`` stands for sum_{i=1}^{d} g(s_i, w0_i, a_i, m_i); the level symbols of
`theory.symbols` are bound inside it, everything else (kappa, T, ...) is free.  Levels with
multiplicity, Euler-Maclaurin tails and rigorous balls enter when an engine evaluates this node,
and nowhere else.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Sum, Symbol
from sympy.core.sympify import _sympify

from ridgeproof.theory import symbols as sy

__all__ = ["SpectralSum"]


class SpectralSum(Expr):
    """sum_i g(s_i, w0_i, a_i, m_i) over the d eigenvalues of Sigma.

    >>> from ridgeproof.theory.symbols import s, kappa
    >>> SpectralSum(s / (s + kappa)).free_symbols
    {kappa}
    """

    is_commutative = True

    def __new__(cls, summand: Any) -> Expr:
        """Build the node; the sum of zero is zero."""
        summand = _sympify(summand)
        if summand == 0:
            return Integer(0)
        return Expr.__new__(cls, summand)

    @property
    def summand(self) -> Expr:
        """The summand g."""
        return self.args[0]

    @property
    def free_symbols(self) -> set[Symbol]:
        """Every symbol of the summand except the bound level symbols."""
        return {x for x in self.summand.free_symbols if not sy.is_level(x)}

    @property
    def bound_symbols(self) -> list[Symbol]:
        """The level symbols that occur in the summand."""
        return sorted(filter(sy.is_level, self.summand.free_symbols), key=lambda x: x.name)

    def _eval_is_nonnegative(self) -> bool | None:
        return self.summand.is_nonnegative

    def _eval_is_real(self) -> bool | None:
        return self.summand.is_real

    def _eval_derivative(self, symbol: Symbol) -> Expr:
        if sy.is_level(symbol):
            return Integer(0)
        return SpectralSum(self.summand.diff(symbol))

    def _eval_subs(self, old: Expr, new: Expr) -> Expr | None:
        # A bound symbol is not visible from outside: use `with_levels` to replace one.
        return self if sy.is_level(old) else None

    def with_levels(self, replacement: dict[Symbol, Expr]) -> Expr:
        """The sum with level symbols replaced inside, such as a -> w0^2."""
        return SpectralSum(self.summand.subs(replacement, simultaneous=True))

    @lru_cache(maxsize=4096)  # noqa: B019
    def indexed(self) -> Sum:
        """The same sum with explicit indices, for printing."""
        levels = {symbol: Symbol(f"{symbol.name}_i") for symbol in self.bound_symbols}
        if sy.w0 in levels:
            levels[sy.w0] = Symbol("w_0i")
        return Sum(self.summand.subs(levels, simultaneous=True), (Symbol("i"), 1, sy.d))

    def _pretty(self, printer: Any) -> Any:
        return printer._print(self.indexed())

    def _latex(self, printer: Any) -> str:
        # SymPy asks the node before the printer; one that knows sums sets them itself.
        own = getattr(printer, "_print_SpectralSum", None)
        return str(own(self) if own else printer._print(self.indexed()))

    def _numpycode(self, printer: Any) -> str:
        # With the level symbols as arrays among the arguments of lambdify.
        levels = "*".join(["0", *map(printer._print, self.bound_symbols or [sy.s])])
        return f"{printer._module_format('numpy.sum')}({printer._print(self.summand)} + {levels})"

    def _sympystr(self, printer: Any) -> str:
        return f"sum_i({printer._print(self.summand)})"
