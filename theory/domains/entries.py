"""The entries of a domain: a number, a range, an interval, a derived value, or a choice.

Ends of ranges and derived values are SymPy expressions in earlier names; they evaluate exactly
where they are rational, and to `DIGITS` significant digits where they are not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Context, DecimalException
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Float, Max, Min, Mul, Pow, Rational, Symbol, integer_nthroot

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.features import FeatureLaw, parse_features
from ridgeproof.theory.settings.generations import ChainSpec, parse_chain
from ridgeproof.theory.settings.setting import DESIGNS
from ridgeproof.theory.settings.spectra import (
    SignalSpec,
    SpectrumSpec,
    parse_signal,
    parse_spectrum,
)

__all__ = [
    "CHOICES",
    "DIGITS",
    "EXTRA",
    "REALS",
    "SIZES",
    "Choice",
    "Derived",
    "Entry",
    "Fixed",
    "IntegerRange",
    "RealInterval",
    "check_entry",
    "check_kind",
    "evaluated",
    "least_value",
    "nearest",
    "number",
    "read_option",
    "used_symbols",
]

SIZES = ("d", "T", "T0", "n", "width")
REALS = ("sigma", "sigma0", "lam", "lam0", "synthetic_fraction", "sigma_real")
# Numbers that a setting of the source's process does not mention.
EXTRA = ("width", "synthetic_fraction", "sigma_real")
CHOICES = ("spectrum", "signal", "design", "chain", "features")
DIGITS = 60
_MAX_BITS = 20_000
_MAX_DECADES = 400
_MAX_SIZE = 10**12


@dataclass(frozen=True)
class Fixed:
    """One number."""

    value: Fraction

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class IntegerRange:
    """The whole numbers between two ends, which may use earlier names."""

    least: Expr
    most: Expr

    def __str__(self) -> str:
        return f"{{{self.least}, …, {self.most}}}"

    def ends(self, name: str, known: Mapping[Symbol, Fraction]) -> tuple[int, int]:
        """The smallest and the largest member; the range is empty when they cross."""
        least, most = (evaluated(name, end, known) for end in (self.least, self.most))
        return math.ceil(least), math.floor(most)


@dataclass(frozen=True)
class RealInterval:
    """The reals between two numbers, ends included."""

    least: Fraction
    most: Fraction

    def __str__(self) -> str:
        return f"[{self.least}, {self.most}]"


@dataclass(frozen=True)
class Derived:
    """A value computed from earlier names; rounded to the nearest integer for d, T, T0 and n."""

    expression: Expr

    def __str__(self) -> str:
        return str(self.expression)


@dataclass(frozen=True)
class Choice:
    """One of a few specifications of spectrum, signal, design, chain or features."""

    options: tuple[SpectrumSpec | SignalSpec | ChainSpec | FeatureLaw | str, ...]

    def __str__(self) -> str:
        return "{" + ", ".join(map(str, self.options)) + "}"


Entry = Fixed | IntegerRange | RealInterval | Derived | Choice


def least_value(name: str) -> int:
    """The least admissible value of a number: 1 for d, T, T0 and the width, 0 for the others."""
    return 1 if name in {"d", "T", "T0", "width"} else 0


_READERS: Mapping[str, Callable[[str, str], Any]] = {
    "spectrum": parse_spectrum,
    "signal": parse_signal,
    "chain": parse_chain,
    "features": parse_features,
}


def read_option(name: str, text: str) -> Any:
    """A text as an option of spectrum, signal, chain or features; a design is its own text."""
    return text if name == "design" else _READERS[name](text, f"domain {name}")


def check_entry(name: str, entry: Entry) -> None:
    """Refuse an entry that does not suit its name.

    Raises:
        InputError: the name is not a setting's, or no value of the entry is admissible for it.
    """
    if name not in (*SIZES, *REALS, *CHOICES):
        remedy = f"the names are {', '.join((*SIZES, *REALS, *CHOICES))}"
        raise InputError("domain", name, "is not a name of a setting", remedy)
    label, least = f"domain {name}", least_value(name)
    check_kind(name, entry, is_choice=name in CHOICES, is_whole=name in SIZES)
    match entry:
        case Choice(()):
            raise InputError(label, "[]", "has no option", "give at least one")
        case Choice(options) if name == "design" and not set(options) <= set(DESIGNS):
            raise InputError(label, entry, "is not a design", f"choose from {', '.join(DESIGNS)}")
        case Fixed(value) | RealInterval(value, _) if value < least:
            raise InputError(label, entry, f"goes below {least}", f"give {name} >= {least}")
        case IntegerRange(Rational() as low, _) if low < least:
            raise InputError(label, entry, f"goes below {least}", f"give {name} >= {least}")
        case Fixed(value) | RealInterval(_, value) if name == "synthetic_fraction" and value > 1:
            raise InputError(label, entry, "goes above 1", "give a share from 0 to 1")
        case Fixed(value) | IntegerRange(_, Rational() as value) if (
            name in SIZES and value > _MAX_SIZE
        ):
            raise InputError(label, entry, f"goes above {_MAX_SIZE}", f"give a smaller {name}")


def check_kind(name: str, entry: Entry, *, is_choice: bool, is_whole: bool) -> None:
    """Refuse an entry of another kind than its name is, and one that is empty.

    Raises:
        InputError: texts for numbers or numbers for texts, a size that is not whole, crossed ends.
    """
    label = f"domain {name}"
    if isinstance(entry, Choice) is not is_choice:
        remedy = "give a list of texts" if is_choice else "give numbers"
        raise InputError(label, entry, "does not suit this name", remedy)
    match entry:
        case RealInterval() if is_whole:
            raise InputError(label, entry, "must be whole", "write { integers = [a, b] }")
        case Fixed(value) if is_whole and value.denominator > 1:
            raise InputError(label, entry, "must be whole", f"round {name} to an integer")
        case RealInterval(low, high) | IntegerRange(Rational() as low, Rational() as high):
            if low > high:
                raise InputError(label, entry, "is empty", "give the smaller end first")


def used_symbols(entry: Entry) -> set[Symbol]:
    """The names that an entry is computed from."""
    match entry:
        case IntegerRange(least, most):
            return set(least.free_symbols | most.free_symbols)
        case Derived(expression):
            return set(expression.free_symbols)
    return set()


def number(value: Fraction) -> Rational:
    """The SymPy rational of a Fraction."""
    return Rational(value.numerator, value.denominator)


def nearest(value: Fraction) -> int:
    """The nearest integer, halves upwards.

    >>> [nearest(Fraction(k, 2)) for k in (1, 3, 5)]
    [1, 2, 3]
    """
    return math.floor(value + Fraction(1, 2))


def evaluated(name: str, expression: Expr, known: Mapping[Symbol, Fraction]) -> Fraction:
    """The value of an expression: exact if rational, else correct to `DIGITS` significant digits.

    Raises:
        InputError: the value is not a finite real number there.

    >>> from ridgeproof.theory.symbols import T
    >>> evaluated("T0", T ** Rational(3, 5), {T: Fraction(32)})
    Fraction(8, 1)
    """
    try:
        value = _rational(expression, known)
    except ZeroDivisionError:
        raise _undefined(name, expression, known) from None
    return _decimal(name, expression, known) if value is None else value


def _undefined(name: str, expression: Expr, known: Mapping[Symbol, Fraction]) -> InputError:
    place = ", ".join(f"{symbol} = {value}" for symbol, value in known.items())
    condition = f"is not a finite real number at {place}"
    return InputError(f"domain {name}", expression, condition, "change it, or narrow the domain")


def _rational(expression: Expr, known: Mapping[Symbol, Fraction]) -> Fraction | None:
    """The exact value, or None where it is irrational or too long to be worth it."""
    if isinstance(expression, Rational):
        return Fraction(int(expression.p), int(expression.q))
    if isinstance(expression, Symbol):
        return known.get(expression)
    if not isinstance(expression, Add | Mul | Pow | Min | Max):
        return None
    parts = [_rational(argument, known) for argument in expression.args]
    values = [part for part in parts if part is not None]
    if len(values) < len(parts):
        return None
    if isinstance(expression, Pow):
        return _rational_power(*values)
    if isinstance(expression, Add):
        return sum(values, Fraction(0))
    if isinstance(expression, Mul):
        return math.prod(values, start=Fraction(1))
    return min(values) if isinstance(expression, Min) else max(values)


def _rational_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    """Return base^exponent where it is rational: a perfect power, and not too long."""
    bits = max(base.numerator.bit_length(), base.denominator.bit_length())
    if abs(exponent) * bits > _MAX_BITS or (base < 0 and exponent.denominator > 1):
        return None
    if exponent.denominator > 1:
        above, whole = integer_nthroot(base.numerator, exponent.denominator)
        below, also_whole = integer_nthroot(base.denominator, exponent.denominator)
        if not (whole and also_whole):
            return None
        base = Fraction(int(above), int(below))
    return base**exponent.numerator


def _settled(expression: Expr, known: Mapping[Symbol, Fraction]) -> Expr:
    """The expression with its values put in, exact where rational and otherwise unevaluated.

    SymPy would expand 2^(10^9) if it evaluated, and take log(T - T) for a tiny number if it
    substituted only while computing digits.
    """
    value = _rational(expression, known)
    if value is not None:
        return number(value)
    if not expression.args:
        return expression
    return expression.func(*(_settled(part, known) for part in expression.args), evaluate=False)


def _decimal(name: str, expression: Expr, known: Mapping[Symbol, Fraction]) -> Fraction:
    try:
        value = _settled(expression, known).evalf(DIGITS + 10)
    except (ArithmeticError, TypeError, ValueError):  # a pole, in mpmath's words
        raise _undefined(name, expression, known) from None
    if not (value.is_Float or value.is_Rational) or value.is_finite is not True:
        raise _undefined(name, expression, known)
    try:
        # Rounding in decimal brings back an exact value such as 32^(3/5) = 8.
        rounded = Context(prec=DIGITS).create_decimal(str(Float(value, DIGITS + 10)))
    except DecimalException:
        raise _undefined(name, expression, known) from None
    if abs(rounded.adjusted()) > _MAX_DECADES:
        raise _undefined(name, expression, known)
    return Fraction(rounded)
