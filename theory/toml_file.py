"""read_tables: the tables of a user's TOML file, as data; decimals stay exact."""

from __future__ import annotations

import re
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from ridgeproof.theory.errors import InputError

__all__ = ["read_tables"]

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
