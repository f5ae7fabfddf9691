"""Numbers from a .npy, .csv or .txt file, exactly as written, with errors that say what to do."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np

from theory.checks import parse_rational
from theory.errors import InputError

__all__ = ["file_length", "file_stamp", "read_numbers"]

_KINDS = (".npy", ".csv", ".txt")


def file_length(path: Path, name: str = "--spectrum") -> int:
    """How many numbers the file holds, so that d can be inferred.

    Raises:
        InputError: the file cannot be read, or holds something else than numbers.
    """
    return len(_numbers(name, path, file_stamp(path, name)))


def file_stamp(path: Path, name: str = "--spectrum") -> tuple[int, int]:
    """Time of change and size, which tell a cached reading from a stale one.

    Raises:
        InputError: there is no such file.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise _unreadable(name, path, error) from error
    return status.st_mtime_ns, status.st_size


def read_numbers(
    name: str, path: Path, *, length: int, positive: bool = False
) -> tuple[Fraction, ...]:
    """The numbers of a file; decimals are exact, and so are the binary values of a .npy array.

    Raises:
        InputError: unreadable, not finite, not positive where asked, or not `length` numbers.
    """
    numbers = _numbers(name, path, file_stamp(path, name))
    if len(numbers) != length:
        raise InputError(
            name,
            path,
            f"holds {len(numbers)} numbers where d = {length} are needed",
            f"set d = {len(numbers)} or give another file",
        )
    if positive:
        for position, number in enumerate(numbers, start=1):
            if number <= 0:
                raise InputError(
                    name,
                    path,
                    f"has the eigenvalue {float(number):g} in position {position}, which is not "
                    "positive",
                    "drop null directions: they carry no error",
                )
    return numbers


@lru_cache(maxsize=8)
def _numbers(name: str, path: Path, _stamp: tuple[int, int]) -> tuple[Fraction, ...]:
    kind = path.suffix.lower()
    if kind not in _KINDS:
        raise InputError(name, path, "is not a kind of file read here", "give .npy, .csv or .txt")
    numbers = _from_npy(name, path) if kind == ".npy" else _from_text(name, path)
    if not numbers:
        raise InputError(name, path, "is empty", "give at least one number")
    return numbers


def _from_npy(name: str, path: Path) -> tuple[Fraction, ...]:
    try:
        values = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(name, path, error) from error
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "fiu":
        shown = f"{getattr(values, 'dtype', '?')} of shape {getattr(values, 'shape', '?')}"
        raise InputError(
            name, path, f"holds {shown}", "save a one-dimensional array of real numbers"
        )
    for position, value in enumerate(values, start=1):
        if not np.isfinite(value):
            raise InputError(
                name, path, f"has {value} in position {position}", "give finite numbers only"
            )
    return tuple(Fraction(value) for value in values.tolist())


def _from_text(name: str, path: Path) -> tuple[Fraction, ...]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(name, path, error) from error
    numbers = []
    for line, content in enumerate(text.splitlines(), start=1):
        for word in content.replace(",", " ").replace(";", " ").split():
            try:
                numbers.append(parse_rational(name, word))
            except InputError as error:
                raise InputError(
                    name,
                    path,
                    f"has {word[:40]!r} in line {line}, which {error.condition}",
                    "write finite numbers only, separated by commas, spaces or new lines",
                ) from error
    return tuple(numbers)


def _unreadable(name: str, path: Path, error: Exception) -> InputError:
    reason = getattr(error, "strerror", None) or type(error).__name__
    return InputError(name, path, f"cannot be read ({reason})", "check the path and the file")
