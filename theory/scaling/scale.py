"""What grows how: `T0 = T^c, lam = T^-ell` as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from sympy import Expr, Poly, Rational, Symbol
from sympy.polys.polyerrors import PolynomialError

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Name, evaluate, walk
from ridgeproof.theory.process.text import read_expression

__all__ = ["Scale", "read_scale"]

_REMEDY = "write powers of one size, as in T0 = T^c, d = T^c/2, lam = T^-ell"


@dataclass(frozen=True)
class Scale:
    """Every named quantity as a constant times a power of one size.

    Attributes:
        base: the size that the others are powers of.
        powers: (constant, exponent) by name; an exponent is linear in the names left open.
    """

    base: str
    powers: Mapping[str, tuple[Fraction, Expr]]

    @property
    def open(self) -> list[str]:
        """The names in exponents, sorted."""
        return sorted({x.name for _, each in self.powers.values() for x in each.free_symbols})

    def holding(self, name: str) -> list[str]:
        """What has this name in its exponent."""
        symbol = Symbol(name, positive=True)
        return [each for each, (_, power) in self.powers.items() if power.has(symbol)]

    def at(self, values: Mapping[str, Fraction]) -> Scale:
        """The same with values of some names in the exponents."""
        put = {
            Symbol(name, positive=True): Rational(x.numerator, x.denominator)
            for name, x in values.items()
        }
        powers = {
            name: (factor, power.xreplace(put)) for name, (factor, power) in self.powers.items()
        }
        return Scale(self.base, powers)


def read_scale(text: str) -> Scale:
    """A scale of the text `NAME = power, ...`.

    Raises:
        InputError: an entry is no assignment, comes twice, or is no constant times a power of one
            size, the same throughout.

    >>> read_scale("T0 = T^c, d = T^c/2").powers["d"]
    (Fraction(1, 2), c)
    """
    if not isinstance(text, str):
        raise InputError("scale", text, "is no text", _REMEDY)
    powers: dict[str, tuple[Fraction, Expr]] = {}
    bases: set[str] = set()
    for part in text.split(","):
        name, sign, right = (piece.strip() for piece in part.partition("="))
        if not (sign and name.isidentifier() and right):
            raise InputError("--scale", part.strip(), "is no NAME = POWER", _REMEDY)
        if name in powers:
            raise InputError("--scale", name, "comes twice", "give it once")
        base, *power = _power(name, right)
        powers[name] = power[0], power[1]
        bases.add(base)
    if len(bases) != 1 or bases & powers.keys():
        named = ", ".join(sorted(bases))
        raise InputError("--scale", text, f"has powers of {named}, not of one size", _REMEDY)
    base = bases.pop()
    scale = Scale(base, {base: (Fraction(1), Rational(1)), **powers})
    if clash := [name for name in scale.open if name in scale.powers]:
        raise InputError("--scale", clash[0], "is a size and an exponent", "rename one")
    return scale


def _power(name: str, text: str) -> tuple[str, Fraction, Expr]:
    tree = read_expression(text, f"scale of {name}")
    names = {part.name for part in walk(tree) if isinstance(part, Name)}
    refused = InputError("--scale", f"{name} = {text}", "is no power of a size", _REMEDY)
    try:
        value = evaluate(
            tree,
            {each: Symbol(each, positive=True) for each in names},
            lambda exact: Rational(exact.numerator, exact.denominator),
        )
    except InputError:
        raise refused from None
    constant, power = value.as_coeff_Mul()
    base, exponent = power.as_base_exp()
    if not (base.is_Symbol and constant.is_Rational and constant > 0):
        raise refused
    if base in exponent.free_symbols:
        raise refused
    try:
        linear = Poly(exponent, *sorted(exponent.free_symbols, key=str) or [base])
    except PolynomialError:
        raise refused from None
    if linear.total_degree() > 1 or not all(each.is_Rational for each in linear.coeffs()):
        raise refused
    return base.name, Fraction(constant.p, constant.q), exponent
