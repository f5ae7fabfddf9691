"""run_sweep: plan, run and tabulate a sweep; whatever happens, finished rows are kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from ridgeproof.theory.errors import MISSING, InputError, RidgeproofError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.theory.toml_file import located, read_tables
from ridgeproof.verification.compute.executors import iterate_done
from ridgeproof.verification.conjectures.domain_table import check_keys
from ridgeproof.verification.simulation.seeds import canonical_json
from ridgeproof.verification.sweep.grid import MOST_SETTINGS, Grid, read_grid
from ridgeproof.verification.sweep.question import Question, read_question
from ridgeproof.verification.sweep.store import Store
from ridgeproof.verification.sweep.table import check_format, table_columns, write_table
from ridgeproof.verification.sweep.tasks import Finished, Task, TaskBatch, make_task, run_batch
from ridgeproof.verification.sweep.version import code_version

__all__ = ["Summary", "Sweep", "read_sweep", "run_sweep", "store_path"]

# A batch takes so long: sending it costs a few milliseconds, losing it costs no more than this.
_BATCH_SECONDS = 0.1
_MOST_IN_BATCH = 500


@dataclass(frozen=True)
class Sweep:
    """A grid of settings and the question asked at each."""

    grid: Grid
    question: Question
    title: str = ""

    def stated(self) -> dict[str, Any]:
        """The grid's entries as text, and the question."""
        entries = {x.name: ", ".join(map(str, x.items)) for axis in self.grid.axes for x in axis}
        asked = self.question.canonical()
        asked.pop("process", None)
        return {**entries, **{name: value for name, value in asked.items() if value}}

    @property
    def fingerprint(self) -> str:
        """Text that differs between sweeps that differ in grid or question."""
        axes = [
            [[x.name, [str(item) for item in x.items]] for x in axis] for axis in self.grid.axes
        ]
        return canonical_json([axes, self.question.canonical()])


@dataclass(frozen=True, eq=False)
class Summary(Shown):
    """How a sweep ended: the table, its rows, and how many settings were computed now."""

    out: Path
    total: int
    computed: int
    seconds: float
    setting: Mapping[str, Any] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """Plain data."""
        found = {"out": str(self.out), "rows": self.total, "computed": self.computed}
        return {"setting": echoed(self.setting), **found, "seconds": self.seconds}

    def rows(self) -> list[tuple[str, str]]:
        """Where the table is, and what was done for it."""
        kept = f"{store_path(self.out)} (for --resume with a changed grid; delete it at will)"
        return [
            ("table", str(self.out)),
            ("rows", f"{self.total}, of which {self.computed} computed now"),
            ("kept in", kept),
            ("time", f"{self.seconds:.1f} s"),
        ]


@dataclass(frozen=True)
class Progress:
    """How far a sweep is: rows computed in this run, of those to compute, after so many seconds."""

    computed: int
    wanted: int
    seconds: float

    def __str__(self) -> str:
        if not self.computed:
            return f"0 of {self.wanted} rows"
        rate = self.computed / self.seconds
        left = _duration((self.wanted - self.computed) / rate)
        return f"{self.computed} of {self.wanted} rows, {rate:.3g} a second, {left} left"


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


@located
def read_sweep(source: Path | str, seed: int) -> Sweep:
    """Read a sweep from a TOML file, or from its text (a string with a line break).

    Raises:
        InputError: the file cannot be read, is not TOML, or does not state a sweep; names the key
            and says what to do.
    """
    tables = read_tables(source, "sweep file")
    check_keys("sweep file", tables, ("title", "process", "grid", "theory", "simulation"))
    if not isinstance(tables.get("title", ""), str):
        raise InputError("title", tables["title"], "a text is needed", 'write title = "..."')
    if not isinstance(tables.get("grid"), dict):
        raise InputError(
            "grid", tables.get("grid", MISSING), "a table is needed", "begin with [grid]"
        )
    process = _process(source, tables.get("process"))
    question = read_question(tables, seed, process)
    return Sweep(read_grid(tables["grid"], process), question, tables.get("title", ""))


def _process(source: Path | str, path: object) -> Process | None:
    """The process that a sweep file names, its path seen from that file."""
    if path is None:
        return None
    if not isinstance(path, str):
        raise InputError("process", path, "is no path", 'write process = "file.toml"')
    is_text = isinstance(source, str) and "\n" in source
    return read_process(Path(path) if is_text else Path(source).parent / path)


def store_path(out: Path) -> Path:
    """Where the rows of a table are kept while it is not complete, and after."""
    return out.with_name(out.name + ".store")


def run_sweep(
    sweep: Sweep,
    out: Path,
    *,
    workers: int = 1,
    executor: Executor | None = None,
    resume: bool = False,
    overwrite: bool = False,
    watch: Callable[[Progress | str], None] | None = None,
    note: Callable[[str], None] | None = None,
) -> Summary:
    """Compute the rows that the store beside ``out`` lacks, then write the table.

    The table is a function of the sweep alone: not of the engine, the number of workers, or how
    often the process died on the way.

    Args:
        sweep: what to compute.
        out: the table, .csv or .parquet.
        workers: processes; for an executor, how many workers it is thought to have.
        executor: where to compute, instead of a pool of its own.
        resume: go on with the store of an earlier run.
        overwrite: forget the rows of an earlier run, and replace its table.
        watch: called with the state, often.
        note: called with what a user should know, rarely.

    Raises:
        InputError: an output that is in the way or cannot be written; a setting that is none.
        RidgeproofError: workers died again and again, or run other code.
    """
    start = time.monotonic()
    check_format(out)
    path = store_path(out)
    is_new = _check_room(out, path, resume=resume, overwrite=overwrite)
    with Store(path) as store:
        try:
            rows = store.plan(_planned(sweep, watch), afresh=overwrite)
        except RidgeproofError:
            if is_new:
                store.discard()
            raise
        before = store.last_run()
        wanted = store.waiting
        if note is not None and before is not None:
            note(_comparison(before, sweep, rows, wanted))
        store.begin(code_version(), sweep.fingerprint)
        for progress in _compute(store, sweep.question, wanted, workers, executor):
            if watch is not None:
                watch(progress)
        columns = table_columns(sweep.grid, sweep.question)
        write_table(out, columns, len(sweep.question.columns()), store.rows())
    return Summary(out, rows, wanted, time.monotonic() - start, sweep.stated())


def _check_room(out: Path, path: Path, *, resume: bool, overwrite: bool) -> bool:
    """Refuse to touch an earlier run unasked; whether there is no store yet."""
    if resume and overwrite:
        raise InputError("--resume", "given", "contradicts --overwrite", "give one of the two")
    if path.exists() and not (resume or overwrite):
        raise InputError(
            "--out",
            out,
            f"has rows of an earlier sweep in {path.name}",
            "go on with --resume, start afresh with --overwrite, or name another file",
        )
    if out.exists() and not path.exists() and not overwrite:
        raise InputError(
            "--out", out, "exists and is no sweep's", "name another file, or give --overwrite"
        )
    return not path.exists()


def _planned(sweep: Sweep, watch: Callable[[Progress | str], None] | None) -> Iterator[Task]:
    """The task of every setting; a setting that is none is refused before anything runs."""
    place = -1
    for place, setting in enumerate(sweep.grid):
        if place >= MOST_SETTINGS:
            remedy = "split it into several sweeps"
            raise InputError("grid", f"over {place} settings", "is too large", remedy)
        if watch is not None and place % 100 == 0:
            watch(f"planning, {place} settings")
        yield make_task(sweep.question, setting)
    if place < 0:
        raise InputError("grid", "no setting", "is empty", "widen its ranges")


def _comparison(before: tuple[str, str], sweep: Sweep, rows: int, wanted: int) -> str:
    """What a run finds in a store, and why it computes what it does."""
    version, spec = before
    why = ""
    if version != code_version():
        why = "the code or a library changed since, so that earlier rows do not count; "
    elif spec != sweep.fingerprint:
        why = "the sweep changed since; rows are kept by what they hold; "
    return f"{why}{wanted} of {rows} rows are to be computed"


def _compute(
    store: Store, question: Question, wanted: int, workers: int, executor: Executor | None
) -> Iterator[Progress]:
    pace = _Pace()
    computed, start = 0, time.monotonic()
    batches = pace.batches(question, store.tasks())
    # A pool is worth its start only where there is more than one batch to share.
    finished = iterate_done(
        run_batch, batches, min(workers, max(1, wanted)), executor,
        ahead=1, hint="; --resume goes on where this stopped",
    )  # fmt: skip
    with closing(finished):
        for _, done in finished:
            if done.version != code_version():
                raise RidgeproofError(
                    "a worker runs another version of ridgeproof or of a library it computes "
                    "with, so its numbers may differ. Install the same versions everywhere, then "
                    "--resume"
                )
            store.save(done.rows)
            pace.learn(done)
            computed += len(done.rows)
            yield Progress(computed, wanted, time.monotonic() - start)


class _Pace:
    """How many tasks make a batch, from the time that the last ones took."""

    def __init__(self) -> None:
        self.size = 1

    def learn(self, done: Finished) -> None:
        """Let the next batches last as long as a batch should."""
        each = done.seconds / len(done.rows)
        # Growth by a factor: the first tasks of a process are no guide, they also load libraries.
        self.size = max(1, min(int(_BATCH_SECONDS / each) + 1, 8 * self.size, _MOST_IN_BATCH))

    def batches(self, question: Question, tasks: Iterator[Task]) -> Iterator[TaskBatch]:
        """Batches of the current size, each made when it is asked for."""
        while piece := tuple(islice(tasks, self.size)):
            yield TaskBatch(question, piece)
