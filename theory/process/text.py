"""The text of a process: read through a whitelist of Python's syntax, and written back.

The text is parsed by `ast` and walked; it is never executed.  A node without a rule here is
refused.  `^` is power and is written `**` before Python sees it, so that it binds as a power.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from ridgeproof.theory.checks import parse_rational
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import (
    Call,
    Expression,
    Items,
    Name,
    Number,
    Text,
    binary,
    negative,
)
from ridgeproof.theory.process.record import Let, Loop, Step

__all__ = ["read_expression", "read_steps", "steps_text"]

_MAX_CHARACTERS = 20_000
_MAX_NODES = 3_000
_WORD = re.compile(r"[A-Za-z0-9_:.,*/+ -]{1,200}\Z")
_FORBIDDEN = re.compile(r"[^\x20-\x7e\n\t]|[\\`$?!]|__|'''|\"\"\"")
_POWER = re.compile(r"\^")

_SIGNS: dict[type[ast.operator], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.MatMult: "@",
    ast.Pow: "^",
}
_STATEMENTS = "write name = expression, or: for _ in range(n):"
_EXPRESSIONS = "write numbers, names, + - * / ^ @, calls, lists and quoted words"


def read_steps(text: str) -> tuple[Step, ...]:
    """The steps of a process.

    Raises:
        InputError: the text is too long, is no such text, or holds what the language does not.

    >>> print(steps_text(read_steps("A = rows(T)  # fresh" + chr(10) + "m = ridge(A@w0, 1/10)")))
    A = rows(T)
    m = ridge(A@w0, 1/10)
    """
    source = _Source(text, "steps")
    return source.block(source.tree.body)


def read_expression(text: str, name: str) -> Expression:
    """One expression: an ask or a profile, called `name` in an error message.

    Raises:
        InputError: as `read_steps`.

    >>> str(read_expression("mean_square(y - A@m)/(1 - df(m))^2", "ask gcv"))
    'mean_square(y - A@m)/(1 - df(m))^2'
    """
    source = _Source(text.strip() if isinstance(text, str) else text, name)
    match source.tree.body:
        case [ast.Expr(value=value)]:
            return source.expression(value)
    raise InputError(name, text, "is not one expression", _EXPRESSIONS)


def steps_text(steps: Iterable[Step]) -> str:
    """The text of steps; `read_steps` makes the same steps of it."""
    return "\n".join(_lines(steps, ""))


def _lines(steps: Iterable[Step], indent: str) -> Iterable[str]:
    for step in steps:
        if isinstance(step, Let):
            yield f"{indent}{step.name} = {step.value}"
        else:
            yield f"{indent}for {step.index} in range({step.count}):"
            yield from _lines(step.steps, indent + "    ")


class _Source:
    """One text on its way to a record."""

    def __init__(self, text: object, name: str) -> None:
        self.name = name
        if not isinstance(text, str):
            raise InputError(name, text, "is not text", "write it in quotes")
        if len(text) > _MAX_CHARACTERS:
            condition = f"has {len(text)} characters"
            raise InputError(name, text[:80], condition, f"use at most {_MAX_CHARACTERS}")
        bad = _FORBIDDEN.search(re.sub("#.*", "", text))
        if bad:
            remedy = "use plain letters, digits, + - * / ^ @ = ( ) [ ] , : and quotes"
            condition = f"holds {bad.group()!a}, which is no part of the language"
            raise InputError(name, bad.group(), condition, remedy)
        # A comment may hold anything; it must not move the columns or reach the parser.
        self.text = _POWER.sub("**", re.sub("#.*", "", text).replace("**", "^"))
        self.lines = self.text.split("\n")
        try:
            self.tree = ast.parse(self.text)
        except SyntaxError as error:
            line = error.lineno or 1
            shown = self.lines[min(line, len(self.lines)) - 1].strip() or "(end)"
            where, condition = f"{name}, line {line}", f"does not read as a process ({error.msg})"
            raise InputError(where, shown.replace("**", "^"), condition, _STATEMENTS) from None
        except (ValueError, MemoryError, RecursionError) as error:
            condition, remedy = "is nested too deeply", "write it with fewer levels"
            raise InputError(name, text[:80], condition, remedy) from error
        count = sum(isinstance(node, ast.expr | ast.stmt) for node in ast.walk(self.tree))
        if count > _MAX_NODES:
            raise InputError(name, text[:80], f"has {count} terms", f"use at most {_MAX_NODES}")

    def refuse(self, node: ast.AST, condition: str, remedy: str) -> InputError:
        """The error at a node of the text."""
        line = getattr(node, "lineno", 1)
        shown = ast.get_source_segment(self.text, node) or self.lines[line - 1]
        where = f"{self.name}, line {line}" if self.name == "steps" else self.name
        shown = shown.strip().partition("\n")[0]
        return InputError(where, shown.replace("**", "^"), condition, remedy)

    def block(self, body: list[ast.stmt]) -> tuple[Step, ...]:
        """The steps of a block."""
        return tuple(self.step(statement) for statement in body)

    def step(self, node: ast.stmt) -> Step:
        """One step."""
        match node:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                return Let(name, self.expression(value), node.lineno)
            case ast.For(
                target=ast.Name(id=index),
                iter=ast.Call(func=ast.Name(id="range"), args=[count], keywords=[]),
                body=body,
                orelse=[],
            ):
                return Loop(index, self.expression(count), self.block(body), node.lineno)
            case ast.For():
                raise self.refuse(node, "is no loop over a count", "write for _ in range(n):")
            case ast.AugAssign():
                raise self.refuse(node, "assigns in place", "write name = name + ...")
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                remedy = "write the steps out: the text has no functions and no recursion"
                raise self.refuse(node, "defines a function", remedy)
            case ast.Expr():
                raise self.refuse(node, "is a value that nothing holds", "write name = ...")
        raise self.refuse(node, "is no step", _STATEMENTS)

    def expression(self, node: ast.expr) -> Expression:
        """The tree of an expression; a chain of operations costs no recursion to its left."""
        spine: list[ast.BinOp] = []
        while isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            spine.append(node)
            node = node.left
        tree = self.atom(node)
        for parent in reversed(spine):
            try:
                tree = binary(_SIGNS[type(parent.op)], tree, self.expression(parent.right))
            except InputError as error:
                if error.name != "expression":
                    raise
                raise self.refuse(parent, error.condition, error.remedy) from None
        return tree

    def atom(self, node: ast.expr) -> Expression:
        """The tree of what is no operation."""
        match node:
            case ast.Constant(value=bool() | None):
                pass
            case ast.Constant(value=int() | float()):
                written = self.lines[node.lineno - 1][node.col_offset : node.end_col_offset]
                return Number(parse_rational(f"{self.name}: number", written))
            case ast.Constant(value=str(word)) if _WORD.match(word):
                return Text(word)
            case ast.Constant(value=str()):
                raise self.refuse(node, "is no word", "quote a name such as 'S2' or 'student:5'")
            case ast.Name(id=name):
                return Name(name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return negative(self.expression(operand))
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.expression(operand)
            case ast.List(elts=items):
                return Items(tuple(self.expression(item) for item in items))
            case ast.Call(func=ast.Name(id=name), args=given, keywords=keywords) if all(
                keyword.arg for keyword in keywords
            ) and not any(isinstance(item, ast.Starred) for item in given):
                return Call(
                    name,
                    tuple(self.expression(item) for item in given),
                    tuple((str(k.arg), self.expression(k.value)) for k in keywords),
                )
            case ast.Compare():
                remedy = "a process is linear in its labels: this is outside linear processes"
                raise self.refuse(node, "compares", remedy)
        raise self.refuse(node, "is not part of the language", _EXPRESSIONS)
