"""How a question is put: a setting by its parts, a process by its record, path or text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting

__all__ = [
    "DEFAULT_SEED",
    "Question",
    "given_numbers",
    "is_process_file",
    "path_of",
    "process_of",
    "seed_of",
    "subject_of",
]

# Of every random result, on the command line and in Python, unless another is given.
DEFAULT_SEED = 20240212

Question = Setting | Process | Path | str


def seed_of(value: Any) -> int:
    """A seed, given as a number or its text.

    Raises:
        InputError: it is no whole number, or too large.
    """
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdigit() and len(text) <= 38):
        raise InputError("seed", value, "is not a whole number from 0 to 10^38", "give an integer")
    return int(text)


def path_of(name: str, value: Any) -> Path:
    """A path, or its text.

    Raises:
        InputError: it is neither.
    """
    if not isinstance(value, Path | str) or not str(value):
        raise InputError(name, value, "is no path", "give a path or its text")
    return Path(value)


def is_process_file(text: str) -> bool:
    """Whether a text is that of a process, or is meant as the path of one, and no name."""
    try:
        return "\n" in text or text.endswith(".toml") or Path(text).is_file()
    except (OSError, ValueError):  # no file can be called by it
        return False


def given_numbers(
    d: Any, T: Any, T0: Any, n: Any, sigma: Any, sigma0: Any, lam: Any, lam0: Any,
    spectrum: Any, signal: Any, others: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What was given of a question's numbers."""
    named = {
        "d": d, "T": T, "T0": T0, "n": n, "sigma": sigma, "sigma0": sigma0, "lam": lam,
        "lam0": lam0, "spectrum": spectrum, "signal": signal,
    }  # fmt: skip
    return {name: value for name, value in {**named, **others}.items() if value is not None}


def subject_of(
    question: Question | None, given: dict[str, Any]
) -> Setting | Process | dict[str, Any]:
    """A setting, the fields of one, or a process; arrays of a spectrum become its text."""
    from ridgeproof.curves import is_curve

    if not all(isinstance(given.get(name), str | None) for name in ("spectrum", "signal")):
        from ridgeproof.profiles import read_profiles

        given.update(read_profiles(given.get("spectrum"), given.get("signal"), given.get("d")))
    if isinstance(question, Setting):
        if not is_curve(given):
            return question.with_(**given)
        stated = {name: value for name, value in question.stated().items() if value is not None}
        return {**stated, **given}
    return given if question is None else process_of(question)


def process_of(question: Process | Path | str) -> Process:
    """A process by its record, its path, or its text.

    Raises:
        InputError: it is none of them, or its text is not one.
    """
    from ridgeproof.theory.process.file import read_process

    return question if isinstance(question, Process) else read_process(question)
