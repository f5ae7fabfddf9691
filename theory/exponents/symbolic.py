"""The exponents when some of beta, r and c are left open: Piecewise formulas in those."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from textwrap import indent
from typing import Any

from sympy import Expr, Piecewise, Rational, Symbol, latex, pretty

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.exponents.evaluation import ShownExponents, check_parameter
from ridgeproof.theory.exponents.optimum import optimal_exponents
from ridgeproof.theory.exponents.plateau import threshold
from ridgeproof.theory.exponents.regions import c
from ridgeproof.theory.exponents.terms import Noise, error_exponent, unfold
from ridgeproof.theory.shown import aligned

__all__ = ["Formulas", "formulas"]

_SYMBOLS = {"beta": sy.beta, "r": sy.r, "c": c}


@dataclass(frozen=True)
class Formulas(ShownExponents):
    """The fields of Exponents as SymPy expressions in the parameters left open.

    regime is a Piecewise whose values are symbols named after the regimes.
    """

    ell: Expr
    rate: Expr
    classical_ell: Expr
    rate_at_classical: Expr
    regime: Expr
    rate_at_ell: Expr | None = None
    setting: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def __str__(self) -> str:
        rows = self.rows()
        formulas = dict(zip((label for label, _ in rows), self._answers().values(), strict=False))
        blocks = [
            f"{label}\n{indent(str(pretty(value, use_unicode=True, wrap_line=False)), '  ')}"
            for label, value in formulas.items()
        ]
        return "\n\n".join([*blocks, aligned(rows[len(formulas) :], indent="  ")])

    def _repr_latex_(self) -> str:
        lines = [
            rf"\mathrm{{{key.replace('_', ' ')}}} &= {latex(value)}"
            for key, value in self._answers().items()
        ]
        return r"$\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}$"


def formulas(
    given: Mapping[str, object], noise: Noise = Noise.SYNTHETIC, ell: object = None
) -> Formulas:
    """Return the proved formulas with the given parameters among beta, r, c inserted.

    Raises:
        InputError: a name or a value is not one of the parameters'.
        DerivationError: a regime is not proved.

    >>> formulas({"beta": 2, "r": "1/2"}).ell
    Piecewise((2*c/3, c <= 1), (2/3, True))
    """
    for name in given.keys() - _SYMBOLS.keys():
        raise InputError(name, given[name], "is no parameter", "give beta, r or c")
    values = {
        _SYMBOLS[name]: _rational(check_parameter(name, value)) for name, value in given.items()
    }
    optimum = optimal_exponents(noise)
    at_ell = None
    if ell is not None:
        kept = _rational(check_parameter("ell", ell))
        at_ell = unfold(error_exponent(noise)).subs({**values, sy.ell: kept})
    return Formulas(
        ell=optimum.ell.subs(values),
        rate=optimum.rate.subs(values),
        classical_ell=optimum.classical_ell.subs(values),
        rate_at_classical=optimum.rate_at_classical.subs(values),
        regime=_regime(noise).subs(values),
        rate_at_ell=at_ell,
    )


def _regime(noise: Noise) -> Expr:
    """The regime's name, as a symbol, from c alone."""
    edge = unfold(threshold())
    names = {
        Noise.NOISE_FREE: (("interpolation", c <= 1), ("undersampled", True)),
        Noise.CLEAN: (("finite-dimension", c < edge), ("classical-optimal", True)),
    }
    default = (
        ("classical-plateaus", c <= edge),
        ("classical-slower", c < 1),
        ("classical-optimal", True),
    )
    return Piecewise(*((Symbol(name), where) for name, where in names.get(noise, default)))


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)
