"""The tables of a user's TOML file, as data; decimals stay exact; errors name file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from decimal import Decimal
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar, cast

from ridgeproof.theory.errors import InputError

__all__ = ["located", "read_tables"]

Reader = TypeVar("Reader", bound=Callable[..., Any])

_MAX_BYTES = 64 * 1024


def read_tables(source: Path | str, name: str) -> dict[str, Any]:
    """Read a TOML file, or its text (a string with a line break).

    Args:
        source: the path or the text.
        name: what the file is called in an error message, such as "conjecture file".

    Raises:
        InputError: the file cannot be read, is too large, or is not TOML.

    >>> read_tables(chr(10) + "grid.lam = 0.1", "sweep file")
    {'grid': {'lam': Decimal('0.1')}}
    """
    if not isinstance(source, Path | str):
        raise InputError(name, source, "is no path and no text", "give one of the two")
    text = source if isinstance(source, str) and "\n" in source else _text_of(Path(source), name)
    if len(text) > _MAX_BYTES:
        condition = f"is too long a text ({len(text)} characters)"
        raise InputError(name, text, condition, f"use at most {_MAX_BYTES}")
    try:
        # Decimal keeps what the user wrote; no number of it is ever expanded before it is checked.
        return tomllib.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError) as error:
        condition = f"is not TOML ({str(error)[:200]})"
        raise InputError(name, _line_of(error, text), condition, "correct it there") from error


def located(read: Reader) -> Reader:
    """Let the errors of a reader of TOML, a path or text, name the file and the line where it is.

    The line is the one that sets the key, or the one within its text that the error names.
    """

    @wraps(read)
    def reader(source: Path | str, *arguments: Any, **named: Any) -> Any:
        try:
            return read(source, *arguments, **named)
        except InputError as error:
            if not error.is_located:  # by the reader of another file, which this one names
                _locate(error, source)
            raise

    return cast("Reader", reader)


def _locate(error: InputError, source: Path | str) -> None:
    is_text = isinstance(source, str) and "\n" in source
    try:
        text = str(source) if is_text else Path(source).read_text(encoding="utf-8-sig")
    except (OSError, ValueError, TypeError):
        return  # the error is about the file itself
    # A syntax error says its own line.
    line = None if "at line" in error.condition else _place(error, text.splitlines())
    places = [*([] if is_text else [str(source)]), *([f"line {line}"] if line else [])]
    if places:
        error.condition += f" ({', '.join(places)})"
    error.is_located = True


def _place(error: InputError, lines: list[str]) -> int | None:
    """The line of a mistake, from 1: of a text of several lines, the line in it that is named."""
    within = re.match(r"(\w+), line (\d+)", error.name)
    if within and (first := _line_of_key(within[1], lines)):
        opens = re.search("(\"{3}|'{3})$", lines[first - 1].strip())  # its text begins below
        return first + int(within[2]) - (0 if opens else 1)
    refused = str(error.value).strip().partition("\n")[0]
    words = [*re.findall(r"\w+", error.name), *re.findall(r"^\w+$", refused)]
    found = (_line_of_key(word, lines) for word in reversed(words))
    return next(filter(None, found), None)


def _line_of_key(key: str, lines: list[str]) -> int | None:
    sets = re.compile(rf"""\s*["']?{key}["']?\s*=""")
    return next((i for i, line in enumerate(lines, 1) if sets.match(line)), None)


def _line_of(error: Exception, text: str) -> str:
    """The line that an error of the reader names, or the first."""
    named = re.search(r"at line (\d+)", str(error))
    lines = text.splitlines() or [""]
    number = int(named[1]) if named else 1
    return lines[min(number, len(lines)) - 1].strip() or text.strip().partition("\n")[0]


def _text_of(path: Path, name: str) -> str:
    try:
        if not path.is_file():
            raise InputError(name, path, "is not a file", "check the path")
        with path.open("rb") as file:
            content = file.read(_MAX_BYTES + 1)
        if len(content) > _MAX_BYTES:
            raise InputError(name, path, "is too large", f"keep it within {_MAX_BYTES} bytes")
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        condition = f"is not UTF-8 text (byte {error.start})"
        raise InputError(name, path, condition, "save it as UTF-8") from error
    except (OSError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        reason = getattr(error, "strerror", None) or error
        raise InputError(name, path, f"cannot be read ({reason})", "check the path") from error
