"""translate: cut a formula into tokens, and write it so that Python's own parser may read it.

Only numbers, known names, ``+ - * / ^ ** , ( )`` and space get through: no string, attribute,
bracket, comparison or keyword ever reaches `ast.parse`.  Columns always refer to the user's text.
"""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Collection
from dataclasses import dataclass, field

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.conjectures.guards import Guard

__all__ = ["SourceText", "translate"]

_MAX_CHARACTERS = 2000
_MAX_DEPTH = 30
_MAX_DIGITS = 30
_MAX_DECADES = 300

_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r"|(?P<number>(?P<digits>\d+(?:\.\d*)?|\.\d+)(?:[eE](?P<decades>[+-]?\d+))?(?![\w.]))"
    r"|(?P<name>[A-Za-z_]\w*)"
    r"|(?P<operator>\*\*|[-+*/^(),])",
    re.ASCII,
)
_LEADING_ZEROS = re.compile(r"^0+(?=\d)")  # Python refuses them


@dataclass(frozen=True)
class SourceText:
    """The user's text, its translation for Python's parser, and the way back to the columns."""

    name: str
    text: str
    translated: str
    columns: tuple[int, ...]  # position in `translated` -> position in `text`
    # What the pieces need, filled while the expression is built.
    guards: list[Guard] = field(default_factory=list, compare=False)

    def error(self, node: ast.expr, condition: str, remedy: str) -> InputError:
        """The refusal of a node of the translated text, with its column and the user's text."""
        end = node.end_col_offset or node.col_offset + 1
        start, last = self.columns[node.col_offset], self.columns[end - 1]
        return self.error_at(start, self.text[start : last + 1], condition, remedy)

    def error_at(self, position: int, piece: str, condition: str, remedy: str) -> InputError:
        """The refusal of a piece of the user's text that starts at a position."""
        return _error(self.name, position, piece, condition, remedy)

    def literal(self, node: ast.expr) -> str:
        """The user's text of a node, digit for digit."""
        end = node.end_col_offset or node.col_offset + 1
        return self.text[self.columns[node.col_offset] : self.columns[end - 1] + 1]


def translate(
    text: str, names: Collection[str], functions: Collection[str], name: str = "formula"
) -> SourceText:
    """Check every token, write ``^`` as ``**``, and drop the leading space and zeros.

    Raises:
        InputError: a token, a name, a number or the parentheses are not those of a formula.

    >>> translate(" d^2", {"d"}, set()).translated
    'd**2'
    """
    if len(text) > _MAX_CHARACTERS:
        remedy = f"use at most {_MAX_CHARACTERS:,} characters"
        raise InputError(name, text, "is too long", remedy)
    out: list[str] = []
    columns: list[int] = []
    opened: list[int] = []
    previous = ""
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _bad_character(text, position, name)
        piece = token.group()
        position = token.end()
        if token["space"]:
            shown = " " * len(piece)
        else:
            _check_token(token, names, functions, name)
            _check_neighbours(token, previous, functions, name)
            _check_parentheses(token, opened, name)
            previous = piece
            shown = "**" if piece == "^" else _LEADING_ZEROS.sub(_blank, piece)
        out.append(shown)
        columns.extend(token.start() + min(i, len(piece) - 1) for i in range(len(shown)))
    if previous and (previous in "-+*/^**,(" or previous in functions):
        at = text.rstrip().rindex(previous)
        raise _error(name, at, previous, "ends too early", "complete the formula")
    if opened:
        raise _error(name, opened[-1], text[opened[-1] :], "is never closed", "add a )")
    if not previous:
        raise _error(name, 0, text, "is empty", "give a formula such as sigma^2*d/(T-d-1)")
    padded = "".join(out)
    translated = padded.lstrip()
    return SourceText(name, text, translated, tuple(columns[len(padded) - len(translated) :]))


def _error(name: str, position: int, piece: str, condition: str, remedy: str) -> InputError:
    return InputError(f"{name}, column {position + 1}", piece, condition, remedy)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())


def _bad_character(text: str, position: int, name: str) -> InputError:
    piece = re.match(r"\S+", text[position : position + 40])
    shown = piece.group() if piece else text[position]
    condition, remedy = "is not allowed in a formula", "use numbers, names, + - * / ^ and ( )"
    if shown[0].isascii() and shown[0].isdigit():
        condition, remedy = "is not a number", "write 0.5 or 1e-3, and 2*d for a product"
    elif shown.startswith(("=", "<", ">")):
        condition, remedy = "compares", "give only the right-hand side"
    elif not shown[0].isascii():
        remedy = "spell Greek letters and powers in ASCII, as in sigma^2"
    return _error(name, position, shown, condition, remedy)


def _check_token(
    token: re.Match[str], names: Collection[str], functions: Collection[str], name: str
) -> None:
    position, piece = token.start(), token.group()
    if token["number"]:
        digits = sum(character.isdigit() for character in token["digits"])
        if digits > _MAX_DIGITS:
            raise _error(name, position, piece, f"has {digits} digits", f"use {_MAX_DIGITS}")
        decades = token["decades"] or "0"
        if len(decades) > 6 or abs(int(decades)) > _MAX_DECADES:
            remedy = f"stay within {_MAX_DECADES} decades"
            raise _error(name, position, piece, "has too large an exponent", remedy)
    known = [*names, *functions]
    if token["name"] and piece not in known:
        same = [other for other in known if other.lower() == piece.lower()]
        close = same or difflib.get_close_matches(piece[:40], known, n=3, cutoff=0.6)
        guess = f"did you mean {' or '.join(close)}? " if close else ""
        remedy = f"{guess}the names are {', '.join(known)}"
        raise _error(name, position, piece, "is not a known name", remedy)


def _check_neighbours(
    token: re.Match[str], previous: str, functions: Collection[str], name: str
) -> None:
    """Operands and operators alternate: 2(d) and d T lack a sign, d + * T lacks an operand."""
    piece = token.group()
    ends = previous == ")" or previous[-1:].isalnum() or previous[-1:] in {".", "_"}
    starts = piece == "(" or token["number"] or token["name"]
    if previous in functions and piece != "(":
        remedy = f"write {previous}(...)"
        raise _error(name, token.start(), piece, f"follows the function {previous}", remedy)
    if ends and starts and previous not in functions:
        remedy = f"write {previous} * {piece} for a product"
        raise _error(name, token.start(), piece, f"follows {previous} directly", remedy)
    if not ends and piece in {"*", "/", "^", "**", ",", ")"}:
        raise _error(name, token.start(), piece, "has nothing before it", "give the value before")


def _check_parentheses(token: re.Match[str], opened: list[int], name: str) -> None:
    """Keep the positions of the open parentheses, and bound how many there are at a time."""
    position, piece = token.start(), token.group()
    if piece == "(":
        opened.append(position)
        if len(opened) > _MAX_DEPTH:
            raise _error(name, position, piece, "is nested too deeply", f"use {_MAX_DEPTH} levels")
    elif piece == ")":
        if not opened:
            raise _error(name, position, piece, "closes nothing", "remove it, or open a ( before")
        opened.pop()
