"""Numbers from a .npy, .csv or .txt file, exactly as written, with errors that say what to do."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.checks import counted, parse_rational
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import SignalFile, SpectrumFile

__all__ = ["check_files", "file_length", "file_stamp", "map_floats", "read_numbers"]

_KINDS = (".npy", ".csv", ".txt")
# Entries of a .npy file that are looked at together.
_CHUNK = 2**20


def check_files(setting: Setting, where: str = "") -> None:
    """Open the files of a setting, also where what is asked does not depend on their numbers.

    ``where`` stands before the name of the field in what is refused.

    Raises:
        InputError: as `read_numbers`.
    """
    for name, spec in (("spectrum", setting.spectrum), ("signal", setting.signal)):
        if isinstance(spec, SpectrumFile | SignalFile):
            read = map_floats if spec.path.suffix.lower() == ".npy" else read_numbers
            file_stamp(spec.path, where + name)
            positive = name == "spectrum"
            read(where + name, spec.path, length=setting.distinct, positive=positive)


def file_length(path: Path, name: str = "spectrum") -> int:
    """How many numbers the file holds, so that d can be inferred.

    Raises:
        InputError: the file cannot be read, or holds something else than numbers.
    """
    file_stamp(path, name)
    if path.suffix.lower() == ".npy":
        return len(_mapped(name, path))
    return len(_numbers(name, path, file_stamp(path, name)))


def map_floats(name: str, path: Path, *, length: int, positive: bool = False) -> Array:
    """The numbers of a .npy file as float64, memory-mapped where they are stored so.

    Raises:
        InputError: as `read_numbers`.
    """
    values = _mapped(name, path)
    _check_length(name, path, len(values), length)
    for start in range(0, len(values) if positive else 0, _CHUNK):
        bad = np.flatnonzero(values[start : start + _CHUNK] <= 0)
        if len(bad):
            position = start + int(bad[0])
            raise _not_positive(name, path, float(values[position]), position + 1)
    return np.asarray(values, dtype=np.float64)


def file_stamp(path: Path, name: str = "spectrum") -> tuple[int, int]:
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
    _check_length(name, path, len(numbers), length)
    if positive:
        for position, number in enumerate(numbers, start=1):
            if number <= 0:
                raise _not_positive(name, path, float(number), position)
    return numbers


def _check_length(name: str, path: Path, found: int, length: int) -> None:
    if found != length:
        raise InputError(
            name,
            path,
            f"holds {counted(found, 'number')} for d = {length}",
            f"set d = {found} or give another file",
        )


def _not_positive(name: str, path: Path, value: float, position: int) -> InputError:
    return InputError(
        name,
        path,
        f"has the eigenvalue {value:g} in position {position}, which is not positive",
        "drop null directions: they carry no error",
    )


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
    return tuple(Fraction(value) for value in _mapped(name, path).tolist())


def _mapped(name: str, path: Path) -> Array:
    """The array of a .npy file, left on disk, every entry finite."""
    try:
        values = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(name, path, error) from error
    if not isinstance(values, np.ndarray) or values.ndim != 1 or values.dtype.kind not in "fiu":
        shown = f"{getattr(values, 'dtype', '?')} of shape {getattr(values, 'shape', '?')}"
        raise InputError(
            name, path, f"holds {shown}", "save a one-dimensional array of real numbers"
        )
    for start in range(0, len(values), _CHUNK):
        bad = np.flatnonzero(~np.isfinite(values[start : start + _CHUNK]))
        if len(bad):
            position = start + int(bad[0])
            shown = f"has {values[position]} in position {position + 1}"
            raise InputError(name, path, shown, "give finite numbers only")
    return values


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
