"""parse_formula: a user's text to a SymPy expression, by a grammar of its own, never by evaluation.

Only numbers, known names, ``+ - * / ^ ** , ( )`` and space are tokens.  SymPy folds constants while
an expression is built, hence the limits on powers, on numbers and on the arguments of exp and zeta.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from sympy import (
    Add,
    Expr,
    I,
    Integer,
    Max,
    Min,
    Pow,
    Rational,
    Symbol,
    exp,
    log,
    nan,
    oo,
    pi,
    sqrt,
    zeta,
    zoo,
)

from ridgeproof.theory.checks import closest, counted
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.symbols import NAMED
from ridgeproof.verification.conjectures.guards import Guard, plainly_positive

__all__ = ["CONSTANTS", "FUNCTIONS", "parse_formula", "read_formula", "whole_numbers"]

FUNCTIONS: dict[str, Callable[..., Expr]] = {
    "sqrt": sqrt,
    "log": log,
    "exp": exp,
    "min": Min,
    "max": Max,
    "zeta": zeta,
}
CONSTANTS: dict[str, Expr] = {"pi": pi}

_MAX_CHARACTERS = 2000
_MAX_TERMS = 400
_MAX_DEPTH = 30
_MAX_DIGITS = 30
_MAX_DECADES = 300
_MAX_EXPONENT = 64
_MAX_BITS = 1024
_MAX_ARGUMENTS = 8

_GRAMMAR = "a formula has numbers, names, + - * / ^, parentheses and the functions " + ", ".join(
    FUNCTIONS
)
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?P<digits>\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<decades>[+-]?\d+))?(?![\w.]))"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/^(),])",
    re.ASCII,
)
# Each with its neutral number.
_OPERATIONS: dict[str, tuple[Callable[[Any, Any], Any], int]] = {
    "+": (operator.add, 0), "-": (operator.sub, 0),
    "*": (operator.mul, 1), "/": (operator.truediv, 1),
}  # fmt: skip


def parse_formula(text: str, names: Mapping[str, Symbol] = NAMED, *, name: str = "formula") -> Expr:
    """Read a formula such as ``sigma^2*d/(T-d-1)`` as an exact SymPy expression.

    ``^`` and ``**`` both mean power, with Python's precedence (``-d^2`` is ``-(d^2)``, and powers
    group from the right).  Decimals are exact: 0.1 is 1/10.

    Args:
        text: the formula, at most 2,000 characters.
        names: the names that may occur, each with its symbol; ``pi`` and the functions sqrt, log,
            exp, min, max, zeta are always known.
        name: what the text is called in an error message.

    Raises:
        InputError: the text is not a formula, or is too large; names the column (from 1, in the
            user's text), the offending piece and the remedy.

    >>> parse_formula("sigma^2*d/(T - d - 1) + 0.1")
    d*sigma**2/(T - d - 1) + 1/10
    >>> parse_formula("sigam^2")
    Traceback (most recent call last):
    ridgeproof.theory.errors.InputError: formula, column 1 = sigam: is not a known name...
    """
    return read_formula(text, names, name=name)[0]


def read_formula(
    text: str, names: Mapping[str, Symbol] = NAMED, *, name: str = "formula"
) -> tuple[Expr, tuple[Guard, ...]]:
    """A formula, and what its pieces need to be defined as they are written, the inner ones first.

    Arguments and errors are those of `parse_formula`.

    >>> [guard.text for guard in read_formula("0*log(d - T) + d/T")[1]]
    ['log(d - T)']
    """
    reader = _Reader(text, names, name)
    return reader.read(), tuple(dict.fromkeys(reader.guards))


def whole_numbers(text: str, names: Mapping[str, Symbol] = NAMED) -> set[int]:
    """The whole numbers that a formula's text writes outside exponents, alone or as 10+10 or 2*10.

    A number with a decimal point is none, and enters no such sum or product.

    Raises:
        InputError: the text is not a formula.

    >>> sorted(whole_numbers("sigma^2*2*10/(T - 7 - 8) + 30.0"))
    [2, 7, 8, 10, 15, 20]
    """
    if not text:
        return set()
    reader = _Reader(text, names, "formula")
    reader.read()
    return {abs(int(number)) for number in reader.numbers if number.denominator == 1}


@dataclass(frozen=True)
class _Piece:
    """A piece of the text that has been read.

    Attributes:
        value: what it is.
        inner: where it begins and ends, without parentheses around it.
        outer: the same with them.
        constant: of a sum, product or number the part that is written in whole numbers.
        kind: 0 where that is of a sum, 1 of a product, None of a number alone.
    """

    value: Expr
    inner: tuple[int, int]
    outer: tuple[int, int]
    constant: Fraction | None = None
    kind: int | None = None


class _Reader:
    """One text on its way to an expression.

    Attributes:
        guards: what the pieces need to be defined.
        numbers: what whole numbers come to outside exponents.
    """

    def __init__(self, text: str, names: Mapping[str, Symbol], name: str) -> None:
        self.text, self.name = text, name
        self.names: dict[str, Expr] = {**names, **CONSTANTS}
        self.guards: list[Guard] = []
        self.numbers: set[Fraction] = set()
        self.place = self.terms = self.depth = self.exponents = 0
        if len(text) > _MAX_CHARACTERS:
            remedy = f"use at most {_MAX_CHARACTERS:,} characters"
            raise InputError(name, text, "is too long", remedy)
        self.tokens = list(self._tokens())

    def read(self) -> Expr:
        """The expression of the whole text."""
        if not self.tokens:
            whole = 0, len(self.text)
            raise self._error(whole, "is empty", "give a formula such as sigma^2*d/(T-d-1)")
        try:
            found = self._chain("+", "-")
        except InputError:
            raise
        except (ArithmeticError, NotImplementedError, RecursionError, TypeError, ValueError) as why:
            condition = f"cannot be built ({why})"
            raise InputError(self.name, self.text, condition, "simplify it") from why
        if self.place < len(self.tokens):
            raise self._unexpected()
        return found.value

    def _error(self, span: tuple[int, int], condition: str, remedy: str) -> InputError:
        where, piece = f"{self.name}, column {span[0] + 1}", self.text[slice(*span)]
        return InputError(where, piece, condition, remedy)

    def _tokens(self) -> Iterator[re.Match[str]]:
        position = 0
        while position < len(self.text):
            token = _TOKEN.match(self.text, position)
            if token is None:
                raise self._bad_character(position)
            position = token.end()
            if token["number"]:
                self._check_number(token)
            if token["name"]:
                self._check_name(token)
            if not token["space"]:
                yield token

    def _bad_character(self, position: int) -> InputError:
        piece = re.match(r"\S+", self.text[position : position + 40])
        shown = piece.group() if piece else self.text[position]
        condition, remedy = "is not allowed in a formula", "use numbers, names, + - * / ^ and ( )"
        if shown[0].isascii() and shown[0].isdigit():
            condition, remedy = "is not a number", "write 0.5 or 1e-3, and 2*d for a product"
        elif shown.startswith(("=", "<", ">")):
            condition, remedy = "compares", "give only the right-hand side"
        elif not shown[0].isascii():
            remedy = "spell Greek letters and powers in ASCII, as in sigma^2"
        return self._error((position, position + len(shown)), condition, remedy)

    def _check_number(self, token: re.Match[str]) -> None:
        digits = sum(character.isdigit() for character in token["digits"])
        if digits > _MAX_DIGITS:
            raise self._error(token.span(), f"has {digits} digits", f"use {_MAX_DIGITS}")
        decades = token["decades"] or "0"
        if len(decades) > 6 or abs(int(decades)) > _MAX_DECADES:
            remedy = f"stay within {_MAX_DECADES} decades"
            raise self._error(token.span(), "has too large an exponent", remedy)

    def _check_name(self, token: re.Match[str]) -> None:
        piece, known = token.group(), [*self.names, *FUNCTIONS]
        if piece not in known:
            remedy = f"{closest(piece, known, 3)}the names are {', '.join(known)}"
            raise self._error(token.span(), "is not a known name", remedy)

    def _next(self) -> str:
        """The next token, "" at the end."""
        return self.tokens[self.place].group() if self.place < len(self.tokens) else ""

    def _take(self) -> re.Match[str]:
        if self.place == len(self.tokens):
            raise self._error(self.tokens[-1].span(), "ends too early", "complete the formula")
        self.place += 1
        return self.tokens[self.place - 1]

    def _unexpected(self) -> InputError:
        """The refusal of a token that nothing before it leads to."""
        token, previous = self.tokens[self.place], self.tokens[self.place - 1].group()
        piece = token.group()
        if piece == ")":
            condition, remedy = "closes nothing", "remove it, or open a ( before"
        elif piece == ",":
            condition, remedy = "is not part of a formula", _GRAMMAR
        else:
            condition = f"follows {previous} directly"
            remedy = f"write {previous} * {piece} for a product"
        return self._error(token.span(), condition, remedy)

    def _kept(
        self,
        value: Expr,
        span: tuple[int, int],
        constant: Fraction | None = None,
        kind: int | None = None,
    ) -> _Piece:
        """A piece of a bounded size, whose constant is noted."""
        self.terms += 1
        if self.terms > _MAX_TERMS:
            remedy = f"use at most {_MAX_TERMS}"
            raise InputError(self.name, self.text, f"has more than {_MAX_TERMS} terms", remedy)
        if value.has(zoo, oo, -oo, nan, I):
            remedy = "check divisions, roots and logarithms"
            raise self._error(span, "is not a finite real number", remedy)
        if any(max(abs(x.p), x.q).bit_length() > _MAX_BITS for x in value.atoms(Rational)):
            remedy = "keep numbers within 1e-300 and 1e300"
            raise self._error(span, "contains too large a number", remedy)
        if constant is not None and constant != kind and not self.exponents:
            self.numbers.add(constant)  # a sum of no numbers writes no 0
        return _Piece(value, span, span, constant, kind)

    def _guard(self, value: Expr, exponent: Expr | None, span: tuple[int, int]) -> None:
        if not plainly_positive(value):
            self.guards.append(Guard(value, exponent, self.text[slice(*span)]))

    def _chain(self, *signs: str) -> _Piece:
        """A sum of products, or a product of powers with their signs."""
        first = len(self.guards)
        left = self._chain("*", "/") if "+" in signs else self._signed()
        while self._next() in signs:
            sign, middle = self._take().group(), len(self.guards)
            right = self._chain("*", "/") if "+" in signs else self._signed()
            if sign == "/":
                if right.value == 0:
                    remedy = "remove the division by zero"
                    raise self._error(right.inner, "is zero and divides", remedy)
                self._guard(right.value, Integer(-1), (left.outer[0], right.outer[1]))
            if "*" in signs:
                above = right.value if sign == "*" else Integer(1)
                self.guards[first:] = [
                    *(guard.times(above) for guard in self.guards[first:middle]),
                    *(guard.times(left.value) for guard in self.guards[middle:]),
                ]
            left = self._joined(sign, left, right)
        return left

    def _joined(self, sign: str, left: _Piece, right: _Piece) -> _Piece:
        operation, neutral = _OPERATIONS[sign]
        parts = [(side.constant, side.kind) for side in (left, right)]
        alone = all(part is not None and alike is None for part, alike in parts)
        one, other = (
            part if part is not None and alike in {None, neutral} else Fraction(neutral)
            for part, alike in parts
        )
        value, span = operation(left.value, right.value), (left.outer[0], right.outer[1])
        if sign == "/" and not other:
            return self._kept(value, span)
        return self._kept(value, span, operation(one, other), None if alone else neutral)

    def _signed(self) -> _Piece:
        """A power, with all the signs before it."""
        start, before = None, self.place
        while self._next() in {"+", "-"}:
            token = self._take()
            start = token.start() if start is None else start
        minus = sum(token.group() == "-" for token in self.tokens[before : self.place]) % 2
        self.terms += self.place - before
        found = self._power()
        if start is None:
            return found
        constant = None if found.constant is None else (-1) ** minus * found.constant
        value = -found.value if minus else found.value
        return self._kept(value, (start, found.outer[1]), constant, found.kind)

    def _power(self) -> _Piece:
        """base^exponent, refused before SymPy could fold it into a number of astronomical size."""
        base = self._atom()
        if self._next() not in {"^", "**"}:
            return base
        self._take()
        if self.exponents:
            span = base.outer[0], self._take().end()
            raise self._error(span, "is a power inside an exponent", "multiply the exponents out")
        self.exponents += 1
        exponent = self._signed()
        self.exponents -= 1
        span = base.outer[0], exponent.outer[1]
        self._check_power(base.value, exponent.value, exponent.inner, span)
        if not (exponent.value.is_integer and exponent.value.is_nonnegative):
            self._guard(base.value, exponent.value, span)
        return self._kept(Pow(base.value, exponent.value), span)

    def _check_power(
        self, base: Expr, exponent: Expr, above: tuple[int, int], span: tuple[int, int]
    ) -> None:
        if exponent.has(log, exp):
            raise self._error(above, "is an exponent with log or exp in it", "rewrite the power")
        if base.has(exp) and not exponent.is_Rational:
            raise self._error(span, "is a power of exp", "write exp(a)^b as exp(a*b)")
        if not exponent.is_number and any(not power.exp.is_number for power in base.atoms(Pow)):
            raise self._error(span, "is a power of a power", "multiply the exponents out")
        if _is_negative(base) and not exponent.is_integer:
            remedy = "check the sign of the base"
            raise self._error(span, "is not real: its base is negative", remedy)
        if base == 0 and exponent.is_negative:
            raise self._error(span, "divides by zero", "remove the division by zero")
        size = max([abs(x) for x in exponent.atoms(Rational)], default=Integer(1)) * _degree(base)
        if size > _MAX_EXPONENT:
            condition = f"has an exponent beyond {_MAX_EXPONENT}"
            raise self._error(span, condition, f"keep powers within {_MAX_EXPONENT}")

    def _atom(self) -> _Piece:
        """A number, a name, a call, or what stands in parentheses."""
        token = self._take()
        piece = token.group()
        if token["number"]:
            number = Fraction(piece)
            value = Rational(number.numerator, number.denominator)
            return self._kept(value, token.span(), None if "." in piece else number)
        if piece in FUNCTIONS:
            return self._call(token)
        if token["name"]:
            return self._kept(self.names[piece], token.span())
        if piece != "(":
            raise self._error(token.span(), "has nothing before it", "give the value before")
        (found,) = self._inside(token, commas=False)
        return replace(found, outer=(token.start(), self.tokens[self.place - 1].end()))

    def _inside(self, opening: re.Match[str], *, commas: bool) -> list[_Piece]:
        """What stands between parentheses, of which one at a time may be so deep in others."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            remedy = f"use {_MAX_DEPTH} levels"
            raise self._error(opening.span(), "is nested too deeply", remedy)
        found = [self._chain("+", "-")]
        while commas and self._next() == ",":
            self._take()
            found.append(self._chain("+", "-"))
        if not self._next():
            rest = opening.start(), len(self.text)
            raise self._error(rest, "is never closed", "add a )")
        if self._next() != ")":
            raise self._unexpected()
        self._take()
        self.depth -= 1
        return found

    def _call(self, function: re.Match[str]) -> _Piece:
        called = function.group()
        opening = self._take()
        if opening.group() != "(":
            condition, remedy = f"follows the function {called}", f"write {called}(...)"
            raise self._error(opening.span(), condition, remedy)
        given = self._inside(opening, commas=True)
        span = function.start(), self.tokens[self.place - 1].end()
        least, most = (2, _MAX_ARGUMENTS) if called in {"min", "max"} else (1, 1)
        if not least <= len(given) <= most:
            wanted = "one argument" if most == 1 else f"{least} to {most} arguments"
            condition = f"has {counted(len(given), 'argument')}"
            raise self._error(span, condition, f"give {called} {wanted}")
        values = [piece.value for piece in given]
        self._check_argument(called, span, values[0])
        if called in {"sqrt", "log", "zeta"}:
            exponent = Rational(1, 2) if called == "sqrt" else None
            self._guard(values[0] - int(called == "zeta"), exponent, span)
        # Evaluating exp or log asks for the sign of the argument: slow, and it changes nothing.
        evaluate = called not in {"exp", "log"} or values[0].is_number
        return self._kept(FUNCTIONS[called](*values, evaluate=evaluate), span)

    def _check_argument(self, called: str, span: tuple[int, int], value: Expr) -> None:
        if called == "exp" and value.has(exp, log):
            # exp(k log x) is folded into x^k, which escapes the limit on exponents.
            raise self._error(span, "has exp or log inside exp", "write it as a power")
        if called == "zeta" and value.has(zeta):
            raise self._error(span, "has zeta inside zeta", "use one zeta at a time")
        if called == "sqrt" and _is_negative(value):
            raise self._error(span, "is not real", "give sqrt a non-negative argument")
        if called == "log" and (value == 0 or _is_negative(value)):
            raise self._error(span, "is not real", "give log a positive argument")
        if called == "zeta" and value.is_number and not 1 < value <= _MAX_EXPONENT:
            remedy = f"zeta takes numbers in (1, {_MAX_EXPONENT}]"
            raise self._error(span, "has a bad argument", remedy)


def _degree(value: Expr) -> Expr:
    """The largest product of numeric exponents along any path, at least 1."""
    if isinstance(value, Pow):
        own = max([abs(x) for x in value.exp.atoms(Rational)], default=Integer(1))
        return max(Integer(1), own * _degree(value.base))
    return max((_degree(argument) for argument in value.args), default=Integer(1))


def _is_negative(value: Expr) -> bool:
    """Whether a number, or a product of symbols, is negative; sums of symbols take too long."""
    return (value.is_number or not value.has(Add)) and value.is_negative is True
