"""read_data: rows and labels from .npz, .npy and .csv files, read as data and never executed."""

from __future__ import annotations

import csv
import re
import zipfile
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.errors import MISSING, InputError

__all__ = ["read_data"]

_MOST_LINES = 200_000
_WHOLE = re.compile("[+-]?[0-9]+")


def read_data(paths: tuple[str, ...], label: str = "") -> tuple[Any, Any]:
    """X and y of one .npz or .csv file, or of two .npy files, X and y.

    A .npz holds the arrays X and y.  In a .csv every other column is a number; the label is the
    last column, or the one named, and is a class where one of its entries is no number.

    Raises:
        InputError: a file cannot be read, or does not hold what it must.
    """
    for path in map(Path, paths):
        if not path.is_file():
            raise InputError("FILE", path, "is not a file", "check the path")
    suffixes = [Path(path).suffix.lower() for path in paths]
    if label and suffixes != [".csv"]:
        raise InputError("--label", label, "names a column of a .csv", "leave it out")
    match suffixes:
        case [".npz"]:
            return _from_npz(paths[0])
        case [".npy", ".npy"]:
            return _array(paths[0]), _array(paths[1])
        case [".csv"]:
            return _from_csv(Path(paths[0]), label)
    remedy = "give FILE.npz with X and y, X.npy and y.npy, or FILE.csv"
    raise InputError("FILE", " ".join(paths) or MISSING, "is not one of the forms known", remedy)


def _from_npz(path: str) -> tuple[Array, Array]:
    try:
        with np.load(path, allow_pickle=False) as held:
            names = set(held.files)
            if {"X", "y"} <= names:
                return held["X"], held["y"]
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        raise InputError("FILE", path, f"cannot be read ({error})", "save it again") from error
    shown = ", ".join(sorted(names)) or "nothing"
    raise InputError("FILE", path, f"holds {shown}", "save it with np.savez(FILE, X=X, y=y)")


def _array(path: str) -> Array:
    try:
        found: Array = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise InputError("FILE", path, f"cannot be read ({error})", "save numbers") from error
    return found


def _from_csv(path: Path, label: str) -> tuple[Array, Any]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = [line for line in islice(csv.reader(file), _MOST_LINES + 1) if line]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError("FILE", path, f"cannot be read ({error})", "save it as UTF-8") from error
    if len(lines) > _MOST_LINES:
        raise InputError("FILE", path, f"has more than {_MOST_LINES:,} lines", "take a subset")
    head = lines[0] if lines and not any(map(_is_number, lines[0])) else None
    rows = lines[1:] if head else lines
    width = len(lines[0]) if lines else 0
    if not rows or width < 2:
        remedy = "give two columns or more, with commas between"
        raise InputError("FILE", path, "has no rows with a label", remedy)
    column = width - 1
    if label:
        names = [name.strip() for name in head or ()]
        if names.count(label) != 1:
            condition = "is no column" if label not in names else "is the name of several columns"
            remedy = f"the first line has {', '.join(names) or 'no names'}"
            raise InputError("--label", label, condition, remedy)
        column = names.index(label)
    X, y = [], []
    first = 2 if head else 1
    for number, row in enumerate(rows, first):
        if len(row) != width:
            condition = f"has {len(row)} columns, and the first line {width}"
            raise InputError(f"{path}, line {number}", row[0], condition, "complete the line")
        X.append([_number(path, number, i, cell) for i, cell in enumerate(row) if i != column])
        y.append(row[column].strip())
    return np.array(X), _labels(y, path, first)


def _labels(texts: list[str], path: Path, first: int) -> Any:
    """Whole numbers as they are, other numbers as floats, words as text.

    Raises:
        InputError: a label is no number, and another is a fraction.
    """
    if all(map(_WHOLE.fullmatch, texts)):
        return np.array(list(map(int, texts)))
    strange = [number for number, text in enumerate(texts) if not _is_number(text)]
    if not strange:
        return np.array(list(map(float, texts)))
    if len(strange) < sum(1 for text in texts if not _WHOLE.fullmatch(text)):
        where, text = f"{path}, line {first + strange[0]}, label", texts[strange[0]] or MISSING
        raise InputError(where, text, "is no number, and others are", "leave the line out")
    return np.array(texts)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text


def _number(path: Path, line: int, column: int, cell: str) -> float:
    if not _is_number(cell):
        where = f"{path}, line {line}, column {column + 1}"
        raise InputError(
            where, cell.strip() or MISSING, "is no number", "encode it, or leave it out"
        )
    return float(cell)
