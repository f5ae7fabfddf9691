"""Store: the finished rows of a sweep in a SQLite file, kept whenever the process dies.

Rows are kept by key, so that another grid over the same store computes only what is new in it.
The plan of the current grid (which key stands at which place) is rewritten by every run.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.verification.sweep.tasks import Task

__all__ = ["Store"]

_APPLICATION = 0x52505357  # marks the file as a store of sweeps
_LAYOUT = 1
_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS rows (key BLOB PRIMARY KEY, run INTEGER, cells TEXT) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS runs (run INTEGER PRIMARY KEY, version TEXT, spec TEXT);
CREATE TABLE IF NOT EXISTS grid (place INTEGER PRIMARY KEY, key BLOB, setting TEXT);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {_LAYOUT};
COMMIT;
"""
_PAGE = 1000  # rows read or written together


class Store:
    """The rows of a sweep.  One process at a time; a second one is refused.

    A row is written once and never changed: computing it again would be an error.  ``run`` says
    which run wrote it.

    Raises:
        InputError: the file is not a store of this layout, or another process uses it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, timeout=1.0)
        except sqlite3.Error as error:
            raise _refusal(path, error) from error
        try:
            self._open()
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.Error):
                raise _refusal(path, error) from error
            raise

    def _open(self) -> None:
        self._connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        known = self._number("PRAGMA application_id"), self._number("PRAGMA user_version")
        tables = self._number("SELECT count(*) FROM sqlite_master")
        if tables and known != (_APPLICATION, _LAYOUT):
            raise _refusal(self.path, "it holds something else")
        # In write-ahead mode a commit survives the death of the process at any moment.
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.executescript(_TABLES)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._connection.close()
        if isinstance(error, sqlite3.Error):
            message = (
                f"{self.path} cannot be written ({error}). What is finished is kept: make room, "
                "then --resume"
            )
            raise RidgeproofError(message) from error

    def discard(self) -> None:
        """Close the store and delete its file, with what SQLite keeps beside it."""
        self._connection.close()
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)

    def _number(self, query: str, *values: object) -> int:
        return int(self._connection.execute(query, values).fetchone()[0] or 0)

    def last_run(self) -> tuple[str, str] | None:
        """The version and the spec of the last run, or None in a new store."""
        found = self._connection.execute(
            "SELECT version, spec FROM runs ORDER BY run DESC LIMIT 1"
        ).fetchone()
        return None if found is None else (found[0], found[1])

    def plan(self, tasks: Iterable[Task], *, afresh: bool = False) -> int:
        """Put the tasks of a grid in their places; all of them or, on any error, none.

        ``afresh`` also forgets every row.  Returns the number of places.
        """
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            cursor.execute("DELETE FROM grid")
            if afresh:
                cursor.execute("DELETE FROM rows")
                cursor.execute("DELETE FROM runs")
            cursor.executemany(
                "INSERT INTO grid VALUES (?, ?, ?)",
                ((place, task.key, task.setting) for place, task in enumerate(tasks)),
            )
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")
        cursor.execute("DROP TABLE IF EXISTS temp.waiting")
        # A setting that the grid repeats waits once, at its first place.
        cursor.execute(
            "CREATE TEMP TABLE waiting AS SELECT min(place) AS place FROM grid"
            " WHERE NOT EXISTS (SELECT 1 FROM rows WHERE rows.key = grid.key)"
            " GROUP BY key ORDER BY 1"
        )
        return self._number("SELECT count(*) FROM grid")

    def begin(self, version: str, spec: str) -> None:
        """Note that a run begins: the rows that follow are its own."""
        self._connection.execute("INSERT INTO runs (version, spec) VALUES (?, ?)", (version, spec))

    @property
    def waiting(self) -> int:
        """How many different tasks of the plan had no row when it was made."""
        return self._number("SELECT count(*) FROM temp.waiting")

    def tasks(self) -> Iterator[Task]:
        """The tasks that had no row when the plan was made, in the order of the grid."""
        yield from (
            Task(key, setting)
            for key, setting in self._pages(
                "SELECT waiting.rowid, key, setting FROM temp.waiting"
                " JOIN grid ON grid.place = waiting.place"
                " WHERE waiting.rowid > ? ORDER BY waiting.rowid LIMIT ?"
            )
        )

    def save(self, rows: Iterable[tuple[bytes, str]]) -> None:
        """Keep finished rows, all in one transaction."""
        run = self._number("SELECT max(run) FROM runs")
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            cursor.executemany(
                "INSERT INTO rows VALUES (?, ?, ?)", ((key, run, cells) for key, cells in rows)
            )
        except BaseException:
            cursor.execute("ROLLBACK")
            raise
        cursor.execute("COMMIT")

    def rows(self) -> Iterator[tuple[str, str]]:
        """Setting and cells of every place of the grid, in order."""
        yield from self._pages(
            "SELECT place, setting, cells FROM grid JOIN rows ON rows.key = grid.key"
            " WHERE place > ? ORDER BY place LIMIT ?"
        )

    def _pages(self, query: str) -> Iterator[tuple[Any, Any]]:
        """Two columns of a query by growing place, read in pieces: writing may go on in between."""
        place = -1
        while page := self._connection.execute(query, (place, _PAGE)).fetchall():
            for place, first, second in page:  # noqa: B007  (the last place is where to go on)
                yield first, second


def _refusal(path: Path, reason: object) -> InputError:
    if "locked" in str(reason):
        return InputError(
            "store", path, "is in use by another sweep", "wait for it, or give another --out"
        )
    return InputError(
        "store", path, f"cannot be used ({reason})", "move it away, or give another --out"
    )
