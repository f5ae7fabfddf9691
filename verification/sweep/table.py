"""The table of a sweep, as CSV or Parquet: written beside its place, then moved there at once."""

from __future__ import annotations

import csv
import json
import math
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from itertools import islice
from pathlib import Path
from typing import Any

from ridgeproof.theory.checks import check_output
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.sweep.axes import AxisKind
from ridgeproof.verification.sweep.grid import Grid
from ridgeproof.verification.sweep.question import Column, Question

__all__ = ["check_format", "table_columns", "write_table"]

Row = tuple[Any, ...]

_GROUP = 50_000  # rows of a Parquet row group


def table_columns(grid: Grid, question: Question) -> tuple[Column, ...]:
    """The columns of a sweep: the names that its grid states, then the answers."""
    stated = (Column(values.name, values.shown_as) for axis in grid.axes for values in axis)
    return (*stated, *question.columns())


def check_format(path: Path) -> None:
    """Refuse an output that cannot be written, before anything runs.

    Raises:
        InputError: an unknown ending, a missing library, or no such folder.
    """
    if path.suffix not in _WRITERS:
        raise InputError("--out", path, "has no known ending", "name it .csv or .parquet")
    check_output("--out", path)
    if path.suffix == ".parquet":
        try:
            import pyarrow.parquet  # noqa: F401
        except ImportError:
            remedy = "run pip install 'ridgeproof[parquet]', or name the file .csv"
            raise InputError("--out", path, "needs pyarrow, which is absent", remedy) from None


def write_table(
    path: Path, columns: tuple[Column, ...], answers: int, found: Iterable[tuple[str, str]]
) -> None:
    """Write the rows, given as JSON of setting and cells; a reader sees all of them or none.

    Args:
        path: where; its ending chooses the format.
        columns: of which the last ``answers`` come from the cells, the others from the setting.
        answers: how many columns hold answers.
        found: (setting, cells) in the order of the table.

    Raises:
        RidgeproofError: the disk is full, or the file is not ours to write.
    """
    partial = path.with_name(path.name + ".partial")
    stated = [(column, _default(column.name)) for column in columns[: len(columns) - answers]]
    rows = (_row(stated, setting, cells) for setting, cells in found)
    try:
        _WRITERS[path.suffix](partial, columns, rows)
        partial.replace(path)
    except OSError as error:
        message = f"{path} cannot be written ({error}). Its rows are kept: make room, then --resume"
        raise RidgeproofError(message) from error
    finally:
        partial.unlink(missing_ok=True)


def _default(name: str) -> Any:
    """What a setting that does not mention a field has there, as plain JSON has it.

    A point of a process mentions all that its grid states.
    """
    value = next((field.default for field in fields(Setting) if field.name == name), None)
    return value if isinstance(value, int) or value is None else str(value)


def _row(stated: list[tuple[Column, Any]], setting: str, cells: str) -> Row:
    plain = json.loads(setting)
    front = (_cell(column.kind, plain.get(column.name, default)) for column, default in stated)
    return (*front, *json.loads(cells))


def _cell(kind: AxisKind, value: Any) -> Any:
    """A number as int or float64, from the exact text that a setting is stored with."""
    if value is None:
        return None
    if kind is AxisKind.TEXT:
        return str(value)
    # Beside a schedule of another number, a setting repeats this one for each generation.
    (number,) = set(str(value).split(","))
    if kind is AxisKind.WHOLE:
        return int(number)
    return math.inf if number == "inf" else float(Fraction(number))


def _write_csv(path: Path, columns: tuple[Column, ...], rows: Iterator[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(column.name for column in columns)
        writer.writerows(rows)  # floats in their shortest form that reads back the same
        file.flush()
        os.fsync(file.fileno())


def _write_parquet(path: Path, columns: tuple[Column, ...], rows: Iterator[Row]) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {AxisKind.WHOLE: pa.int64(), AxisKind.REAL: pa.float64(), AxisKind.TEXT: pa.string()}
    kinds = [types[column.kind] for column in columns]
    schema = pa.schema(
        [pa.field(column.name, kind) for column, kind in zip(columns, kinds, strict=True)]
    )
    with pq.ParquetWriter(path, schema) as writer:
        while group := list(islice(rows, _GROUP)):
            arrays = [
                pa.array([row[index] for row in group], type=kind)
                for index, kind in enumerate(kinds)
            ]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


_WRITERS: dict[str, Callable[[Path, tuple[Column, ...], Iterator[Row]], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}
