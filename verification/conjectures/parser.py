"""parse_formula: a user's text to a SymPy expression, through a whitelist and never by evaluation.

`verification.conjectures.tokens` lets only arithmetic through to Python's parser; here its syntax
tree is walked, and every node either has a rule or is refused.  SymPy folds constants while an
expression is built, hence the limits on powers, on numbers and on the arguments of exp and zeta.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterable, Mapping
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

from ridgeproof.theory.checks import counted
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.symbols import NAMED
from ridgeproof.verification.conjectures.guards import Guard, plainly_positive
from ridgeproof.verification.conjectures.tokens import SourceText, translate

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

_MAX_NODES = 400
_MAX_EXPONENT = 64
_MAX_BITS = 1024
_MAX_ARGUMENTS = 8

_GRAMMAR = "a formula has numbers, names, + - * / ^, parentheses and the functions " + ", ".join(
    FUNCTIONS
)


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
    source = translate(text, [*names, *CONSTANTS], FUNCTIONS, name)
    tree = _tree(source)
    count = sum(isinstance(node, ast.expr) for node in ast.walk(tree))
    if count > _MAX_NODES:
        raise InputError(name, text, f"has {count} terms", f"use at most {_MAX_NODES}")
    try:
        expression = _build(tree, source, {**CONSTANTS, **names})
    except InputError:
        raise
    except (ArithmeticError, NotImplementedError, RecursionError, TypeError, ValueError) as error:
        raise InputError(name, text, f"cannot be built ({error})", "simplify it") from error
    return expression, tuple(dict.fromkeys(source.guards))


def whole_numbers(text: str, names: Iterable[str] = NAMED) -> set[int]:
    """The whole numbers that a formula's text writes outside exponents, alone or as 10+10 or 2*10.

    A number with a decimal point is none, and enters no such sum or product.

    Raises:
        InputError: the text is not a formula.

    >>> sorted(whole_numbers("sigma^2*2*10/(T - 7 - 8) + 30.0"))
    [2, 7, 8, 10, 15, 20]
    """
    if not text:
        return set()
    source = translate(text, [*names, *CONSTANTS], FUNCTIONS, "formula")
    found: set[Fraction] = set()
    _fold(_tree(source), source, found)
    return {abs(int(number)) for number in found if number.denominator == 1}


# Each with its neutral number.
_OPERATIONS: dict[type[ast.operator], tuple[Callable[[Any, Any], Any], int]] = {
    ast.Add: (operator.add, 0), ast.Sub: (operator.sub, 0),
    ast.Mult: (operator.mul, 1), ast.Div: (operator.truediv, 1),
}  # fmt: skip


def _fold(
    node: ast.AST, source: SourceText, found: set[Fraction]
) -> tuple[Fraction | None, int | None]:
    """The constant part of a sum (then 0) or of a product (1); of a number alone then None."""
    constant: Fraction | None = None
    kind: int | None = None
    match node:
        case ast.Constant() if "." not in source.literal(node):
            constant = Fraction(source.literal(node))
        case ast.UnaryOp(op=sign, operand=operand):
            constant, kind = _fold(operand, source, found)
            if constant is not None and isinstance(sign, ast.USub):
                constant = -constant
        case ast.BinOp(left=left, op=ast.Pow()):
            _fold(left, source, found)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            operation, neutral = _OPERATIONS[type(op)]
            parts = [_fold(side, source, found) for side in (left, right)]
            alone = all(part is not None and alike is None for part, alike in parts)
            one, other = (
                part if part is not None and alike in {None, neutral} else Fraction(neutral)
                for part, alike in parts
            )
            if other or operation is not operator.truediv:
                constant, kind = operation(one, other), None if alone else neutral
        case _:
            for child in ast.iter_child_nodes(node):
                _fold(child, source, found)
    if constant is not None and constant != kind:  # a sum of no numbers writes no 0
        found.add(constant)
    return constant, kind


def _tree(source: SourceText) -> ast.expr:
    try:
        return ast.parse(source.translated, mode="eval").body
    except SyntaxError as error:  # of tokens in order: a name that Python keeps for itself
        start = source.columns[min(max((error.offset or 1) - 1, 0), len(source.columns) - 1)]
        piece = source.text[start : start + 20]
        condition, remedy = "does not continue as a formula", _GRAMMAR
    except (ValueError, MemoryError, RecursionError):
        start, piece = 0, source.text
        condition, remedy = "is nested too deeply", "write it with fewer levels"
    raise source.error_at(start, piece, condition, remedy)


def _build(node: ast.expr, source: SourceText, names: Mapping[str, Expr]) -> Expr:
    """The expression of a node; sums, products and signs are unrolled, so recursion is shallow."""
    spine: list[ast.BinOp | ast.UnaryOp] = []
    while True:
        if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
            spine.append(node)
            node = node.left
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.UAdd | ast.USub):
            spine.append(node)
            node = node.operand
        else:
            break
    start = len(source.guards)
    value = _atom(node, source, names)
    for parent in reversed(spine):
        if isinstance(parent, ast.UnaryOp):
            value = -value if isinstance(parent.op, ast.USub) else value
        else:
            middle, left = len(source.guards), value
            right = _build(parent.right, source, names)
            value = _combine(parent, left, right, source)
            if isinstance(parent.op, ast.Mult | ast.Div):
                above = right if isinstance(parent.op, ast.Mult) else Integer(1)
                source.guards[start:] = [
                    *(guard.times(above) for guard in source.guards[start:middle]),
                    *(guard.times(left) for guard in source.guards[middle:]),
                ]
        _check_value(parent, value, source)
    return value


def _atom(node: ast.expr, source: SourceText, names: Mapping[str, Expr]) -> Expr:
    match node:
        case ast.Constant():
            number = Fraction(source.literal(node))
            value = Rational(number.numerator, number.denominator)
        case ast.Name(id=name) if name in names:
            return names[name]
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            value = _power(node, _build(left, source, names), right, source, names)
        case ast.Call():
            value = _call(node, source, names)
        case _:
            raise source.error(node, "is not part of a formula", _GRAMMAR)
    _check_value(node, value, source)
    return value


def _combine(node: ast.BinOp, left: Expr, right: Expr, source: SourceText) -> Expr:
    if isinstance(node.op, ast.Div):
        if right == 0:
            raise source.error(node.right, "is zero and divides", "remove the division by zero")
        _guard(node, right, Integer(-1), source)
    operation, _ = _OPERATIONS[type(node.op)]
    return operation(left, right)


def _power(
    node: ast.BinOp, base: Expr, right: ast.expr, source: SourceText, names: Mapping[str, Expr]
) -> Expr:
    """base^exponent, refused before SymPy could fold it into a number of astronomical size."""
    for inner in ast.walk(right):
        if isinstance(inner, ast.BinOp) and isinstance(inner.op, ast.Pow):
            raise source.error(inner, "is a power inside an exponent", "multiply the exponents out")
    exponent = _build(right, source, names)
    if exponent.has(log, exp):
        raise source.error(right, "is an exponent with log or exp in it", "rewrite the power")
    if base.has(exp) and not exponent.is_Rational:
        raise source.error(node, "is a power of exp", "write exp(a)^b as exp(a*b)")
    if not exponent.is_number and any(not power.exp.is_number for power in base.atoms(Pow)):
        raise source.error(node, "is a power of a power", "multiply the exponents out")
    if _is_negative(base) and not exponent.is_integer:
        raise source.error(node, "is not real: its base is negative", "check the sign of the base")
    if base == 0 and exponent.is_negative:
        raise source.error(node, "divides by zero", "remove the division by zero")
    size = max([abs(x) for x in exponent.atoms(Rational)], default=Integer(1)) * _degree(base)
    if size > _MAX_EXPONENT:
        raise source.error(
            node, f"has an exponent beyond {_MAX_EXPONENT}", f"keep powers within {_MAX_EXPONENT}"
        )
    if not (exponent.is_integer and exponent.is_nonnegative):
        _guard(node, base, exponent, source)
    return Pow(base, exponent)


def _guard(node: ast.expr, value: Expr, exponent: Expr | None, source: SourceText) -> None:
    if not plainly_positive(value):
        source.guards.append(Guard(value, exponent, source.literal(node)))


def _degree(value: Expr) -> Expr:
    """The largest product of numeric exponents along any path, at least 1."""
    if isinstance(value, Pow):
        own = max([abs(x) for x in value.exp.atoms(Rational)], default=Integer(1))
        return max(Integer(1), own * _degree(value.base))
    return max((_degree(argument) for argument in value.args), default=Integer(1))


def _call(node: ast.Call, source: SourceText, names: Mapping[str, Expr]) -> Expr:
    called = node.func.id if isinstance(node.func, ast.Name) else ""
    if called not in FUNCTIONS:
        raise source.error(node.func, "is not a function", "write a product with *, as in d*(T-1)")
    least, most = (2, _MAX_ARGUMENTS) if called in {"min", "max"} else (1, 1)
    if not least <= len(node.args) <= most:
        wanted = "one argument" if most == 1 else f"{least} to {most} arguments"
        raise source.error(
            node, f"has {counted(len(node.args), 'argument')}", f"give {called} {wanted}"
        )
    values = [_build(given, source, names) for given in node.args]
    _check_arguments(called, node, values[0], source)
    if called in {"sqrt", "log", "zeta"}:
        least = 1 if called == "zeta" else 0
        exponent = Rational(1, 2) if called == "sqrt" else None
        _guard(node, values[0] - least, exponent, source)
    # Evaluating exp or log asks for the sign of the argument: slow, and it changes nothing here.
    evaluate = called not in {"exp", "log"} or values[0].is_number
    return FUNCTIONS[called](*values, evaluate=evaluate)


def _check_arguments(called: str, node: ast.Call, value: Expr, source: SourceText) -> None:
    if called == "exp" and value.has(exp, log):
        # exp(k log x) is folded into x^k, which escapes the limit on exponents.
        raise source.error(node, "has exp or log inside exp", "write it as a power")
    if called == "zeta" and value.has(zeta):
        raise source.error(node, "has zeta inside zeta", "use one zeta at a time")
    if called == "sqrt" and _is_negative(value):
        raise source.error(node, "is not real", "give sqrt a non-negative argument")
    if called == "log" and (value == 0 or _is_negative(value)):
        raise source.error(node, "is not real", "give log a positive argument")
    if called == "zeta" and value.is_number and not 1 < value <= _MAX_EXPONENT:
        raise source.error(
            node, "has a bad argument", f"zeta takes numbers in (1, {_MAX_EXPONENT}]"
        )


def _is_negative(value: Expr) -> bool:
    """Whether a number, or a product of symbols, is negative; sums of symbols take too long."""
    return (value.is_number or not value.has(Add)) and value.is_negative is True


def _check_value(node: ast.expr, value: Expr, source: SourceText) -> None:
    if value.has(zoo, oo, -oo, nan, I):
        raise source.error(
            node, "is not a finite real number", "check divisions, roots and logarithms"
        )
    if any(max(abs(x.p), x.q).bit_length() > _MAX_BITS for x in value.atoms(Rational)):
        raise source.error(
            node, "contains too large a number", "keep numbers within 1e-300 and 1e300"
        )
