"""Guard: what a piece of a formula needs to be defined, kept as it was written.

SymPy drops 0*log(x), x/x and log(x) - log(x) while an expression is built, and a limit drops what
vanishes.  The user wrote them: where such a piece is undefined, so is the formula.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from sympy import Add, Expr, Max, Min, Mul, Pow, S, Symbol, exp

from ridgeproof.numerics.walker import AMPLITUDES
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import SolverError, UndecidedLimit

__all__ = ["Guard", "plainly_positive"]

# What multiplies these is absent where they are zero, whatever it is: the walker's rule.
_SCALES = {*AMPLITUDES, sy.kappa, sy.kappa0}


@dataclass(frozen=True)
class Guard:
    """A piece value^exponent that must be defined, or without an exponent a value that must be > 0.

    Attributes:
        value: what is divided by, rooted, raised to a power or put into a logarithm; of zeta its
            argument minus 1.
        exponent: that of the power, -1 of a denominator; None of a logarithm and of zeta.
        text: the piece, as the user wrote it.
        scale: the noises, n and kappa that multiply the piece, as a product.
    """

    value: Expr
    exponent: Expr | None
    text: str
    scale: Expr = S.One

    def times(self, factor: Expr) -> Guard:
        """The guard where its piece is multiplied by a factor."""
        scales = factor.free_symbols & _SCALES
        return replace(self, scale=self.scale * factor) if scales else self

    def room(self, value: float) -> float:
        """How far a value is from where the piece is undefined."""
        signed = self.exponent is None or not self.exponent.is_integer
        return max(value, 0.0) if signed else abs(value)

    def check(
        self,
        sign: Callable[[Expr], int],
        values: Mapping[Symbol, Expr],
        zeros: Mapping[Symbol, Expr],
    ) -> None:
        """Check the piece at one place.

        Args:
            sign: the sign of an expression there.
            values: of the names, as far as they are rational there.
            zeros: the values of noises, of n and, if it is zero, of kappa.

        Raises:
            SolverError: the piece is undefined.
            UndecidedLimit: that is not known.
        """
        if self.scale.xreplace(zeros) == 0 and self.value.xreplace(zeros) != 0:
            return
        side = sign(self.value)
        if side > 0:
            return
        if self.exponent is None or (side == 0 and sign(self.exponent) < 0):
            raise SolverError(f"{self.text} is undefined")
        if side < 0 and not self.exponent.is_integer:
            exponent = self.exponent.xreplace(values)
            if not exponent.is_number:
                raise UndecidedLimit(f"it is not decided whether {self.text} is real")
            if not exponent.is_integer:
                raise SolverError(f"{self.text} is undefined")


def plainly_positive(value: Expr) -> bool:
    """Whether an expression is positive because all its parts are; SymPy would think for long."""
    match value:
        case Add():
            known = [
                plainly_positive(part) or (part.is_Symbol and part.is_nonnegative)
                for part in value.args
            ]
            return all(known) and any(map(plainly_positive, value.args))
        case Mul():
            return all(map(plainly_positive, value.args))
        case Max():
            return any(map(plainly_positive, value.args))
        case Min():
            return all(map(plainly_positive, value.args))
        case Pow():
            return plainly_positive(value.base)
        case exp():
            return True
    return not value.args and value.is_positive is True
