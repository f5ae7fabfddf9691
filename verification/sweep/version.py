"""code_version: a fingerprint of everything that a row of a sweep is computed from."""

from __future__ import annotations

from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path

from ridgeproof import numerics, theory, verification

__all__ = ["code_version"]

_LIBRARIES = ("gmpy2", "mpmath", "numpy", "python-flint", "scipy", "sympy")
# A row comes from the theory, the numerics, the simulation and the module that puts it together;
# claims, conjectures' ladders and the rest of the sweep do not touch its numbers.
_SOURCES = (
    (theory, "**/*.py"),
    (numerics, "**/*.py"),
    (verification, "simulation/*.py"),
    (verification, "compute/*.py"),
    (verification, "sweep/answer.py"),
    (verification, "sweep/process_rows.py"),
    (verification, "sweep/question.py"),
)


@cache
def code_version() -> str:
    """A hash of the source files that rows are computed by, and of the libraries' versions.

    Rows are kept under it, so that a row of other code is never taken for one of this code, and a
    worker with other code is found out.
    """
    state = blake2b(digest_size=16)
    for package, pattern in _SOURCES:
        root = Path(package.__path__[0])
        for path in sorted(root.glob(pattern)):
            content = path.read_bytes()
            state.update(
                f"{package.__name__}/{path.relative_to(root).as_posix()} {len(content)}\n".encode()
            )
            state.update(content)
    for library in _LIBRARIES:
        state.update(f"{library} {version(library)}\n".encode())
    return state.hexdigest()
