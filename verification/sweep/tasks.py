"""Tasks: one setting with what is asked about it, as text that travels and as a key to keep it by.

A task travels to a worker as the canonical JSON of its setting and comes back as the JSON of its
cells, so that it is the same on every engine.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.number_files import file_stamp
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import SignalFile, SpectrumFile
from ridgeproof.verification.simulation.seeds import canonical_json, digest
from ridgeproof.verification.sweep.answer import answer
from ridgeproof.verification.sweep.grid import Point
from ridgeproof.verification.sweep.question import Question
from ridgeproof.verification.sweep.version import code_version

__all__ = ["Finished", "Task", "TaskBatch", "make_task", "run_batch"]

_KEY_BYTES = 16


@dataclass(frozen=True)
class Task:
    """One setting of a sweep: the key of its row, and the setting as canonical JSON."""

    key: bytes
    setting: str


@dataclass(frozen=True)
class TaskBatch:
    """Tasks that go to a worker together."""

    question: Question
    tasks: tuple[Task, ...]

    def __str__(self) -> str:
        return f"one of {len(self.tasks)} settings, the first of them {self.tasks[0].setting}"


@dataclass(frozen=True)
class Finished:
    """The rows of a batch: key and cells as JSON, in order, with what computed them."""

    rows: tuple[tuple[bytes, str], ...]
    seconds: float
    version: str


def make_task(question: Question, point: Point) -> Task:
    """The task of a setting or of a point of a process; its key covers all that its row depends on.

    Raises:
        InputError: a file of the setting cannot be read, or does not fit it.
    """
    content = _files(point if isinstance(point, Setting) else point.setting)
    key = digest([code_version(), question.canonical(), point.canonical(), content])[:_KEY_BYTES]
    return Task(key, canonical_json(point.stated()))


def _files(setting: Setting) -> list[str]:
    """Hashes of the files that a setting names, once they are found to fit it."""
    specs = [
        x for x in (setting.spectrum, setting.signal) if isinstance(x, SpectrumFile | SignalFile)
    ]
    if specs:
        for spec in specs:
            file_stamp(spec.path, "grid file")
        build_spectrum(setting, Float64())
    return [blake2b(spec.path.read_bytes(), digest_size=16).hexdigest() for spec in specs]


def run_batch(batch: TaskBatch) -> Finished:
    """Compute the rows of a batch: what a worker does."""
    start = time.perf_counter()
    rows = tuple(
        (task.key, json.dumps(answer(batch.question, _point(batch.question, task))))
        for task in batch.tasks
    )
    return Finished(rows, time.perf_counter() - start, code_version())


def _point(question: Question, task: Task) -> Setting | dict[str, Any]:
    stated: dict[str, Any] = json.loads(task.setting)
    return make_setting(**stated) if question.process is None else stated
