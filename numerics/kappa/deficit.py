"""By how much df_1 stays below its bound: the one place where T and the width meet kappa.

Without random features the bound is T, and lam = kappa (1 - df_1/T) says that df_1 lacks

    p(kappa) = lam T/kappa.

Random features of width M make it lam = kappa (1 - df_1/M) (1 - df_1/T) on the branch with
df_1 < min(T, M).  With c = lam T M/kappa and the exact integer spare = |T - M| that is

    p (p + spare) = c,    p = min(T, M) - df_1 > 0:    p = 2 c/(spare + sqrt(spare^2 + 4 c)),

so that the pair of equations is again df_1 + p(kappa) = bound with a positive, falling p: every
root of it lies on the right branch, and T near M costs no digits.  -d log p/d log kappa lies
between 1/2 and 1, and so does the power of kappa with which -dp/d log kappa falls.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from ridgeproof.numerics.arithmetic.precision import Number

__all__ = ["Bound", "Deficit", "make_bound"]


class Deficit(NamedTuple):
    """p at one kappa, and its slope -dp/d log kappa."""

    value: Number
    slope: Number


@dataclass(frozen=True)
class Bound:
    """The bound of df_1 and the penalty that keeps df_1 away from it.

    Attributes:
        lam: ridge penalty, a number of some engine.
        rows: the bound: T, or min(T, width).
        larger: the greater of T and width; None where no width counts.
        T: rows of the training set.
    """

    lam: Number
    rows: Any
    larger: Any
    T: Any

    def deficit(self, kappa: Number, sqrt: Any) -> Deficit:
        """p and its slope; ``sqrt`` is the square root of kappa's arithmetic."""
        if self.larger is None:
            p = self.lam / kappa * self.rows
            return Deficit(p, p)
        spare = self.larger - self.rows
        c = self.lam / kappa * self.rows * self.larger
        root = sqrt(4 * c + spare * spare)
        return Deficit(2 * c / (root + spare), c / root)

    @property
    def place(self) -> str:
        """T, and the width where it counts, in words."""
        if self.larger is None:
            return f"T = {self.T}"
        width = self.larger if self.T == self.rows else self.rows
        return f"T = {self.T}, width = {width}"


def make_bound(lam: Number, T: int | Fraction, width: int | Fraction | None) -> Bound:
    """The bound for a penalty, T rows and random features of this width.

    At lam = 0 nothing is lacking: df_1 = min(T, width), and the greater one does not count.
    """
    if width is None:
        return Bound(lam, T, None, T)
    rows = min(T, width)
    return Bound(lam, rows, None if lam == 0 else max(T, width), T)
