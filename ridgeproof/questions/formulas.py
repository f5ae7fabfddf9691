"""Formulas: those of the catalogue, derivations, and derived formulas as functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import (
    process_of,
)
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.theory.formula import Formula

__all__ = ["derive", "formulas", "function"]


def formulas(formula_id: str | None = None) -> dict[str, Formula] | Formula:
    """The catalogue by id, or one of its entries.

    Raises:
        InputError: there is no such entry.

    >>> formulas("ridge").theorem
    'T2'
    """
    from ridgeproof.theory.catalogue import catalogue, find

    if formula_id is not None and not isinstance(formula_id, str):
        raise InputError("formula", formula_id, "is no id", "give one, such as ridge")
    return catalogue() if formula_id is None else find(formula_id)


def derive(question: Process | Path | str, **values: Any) -> ProcessFormulas | Derivation:
    """The derivation of a theorem, by its id; or the asks of a process as formulas.

    Args:
        question: an id of the catalogue, such as "ridge"; or a process: its record, a path, or its
            text.  Its parameters stay symbols.
        **values: what decides the shape of a process's formulas, as in
            `theory.equivalent.formulas.derived.derive_process`.

    Raises:
        RidgeproofError: as there.
    """
    from ridgeproof.theory.catalogue import catalogue, find

    if isinstance(question, str) and question.upper() in {
        name.upper() for formula in catalogue().values() for name in (formula.id, formula.theorem)
    }:
        if values:
            raise InputError(
                "derive", question, "is a theorem, and takes no values", "leave them out"
            )
        return find(question).derive()
    from ridgeproof.theory.equivalent.formulas.derived import derive_process

    return derive_process(process_of(question), **values)


def function(
    question: Process | Path | str, *, backend: str = "numpy", **values: Any
) -> Callable[..., dict[str, Any]]:
    """The derived formulas as a plain function of s, w0 and parameters by name.

    ``f(s, w0, T=..., lam=...)`` is a dictionary of values by name, s and w0 arrays over directions.
    It is the module that `derive --format python` (or jax) prints, and needs nothing of ridgeproof.
    With jax, grad and vmap go through it.

    Args:
        question: an id of the catalogue, or a process: its record, a path, or its text.
        backend: "numpy" or "jax".
        **values: as in `derive`.

    Raises:
        InputError: the backend is another, or is not installed.
        RidgeproofError: as of `derive`.

    >>> f = function("ridgeless")
    >>> answers = f([1.0] * 10, [0.5] * 10, T=20, T0=30, n=0, sigma=1, sigma0=0)
    >>> round(float(answers["variance"]), 4)
    1.1111
    """
    from ridgeproof.theory.catalogue import find
    from ridgeproof.theory.equivalent.formulas.code import code
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.theory.equivalent.formulas.program import program_of, program_of_theorem

    languages = {"numpy": "python", "jax": "jax"}
    if backend not in languages:
        raise InputError("backend", backend, "is none", "give numpy or jax")
    if find_spec(backend) is None:
        raise InputError("backend", backend, "is not installed", f"pip install {backend}")
    found = derive(question, **values)
    if isinstance(found, ProcessFormulas):
        program = program_of(found)
    else:
        program = program_of_theorem(find(str(question)))
    # Printed by ourselves from expressions; of a user's text it has checked names only.
    text = code(replace(program, title="formulas"), languages[backend])
    module: dict[str, Any] = {"__name__": "formulas"}
    exec(compile(text, "<formulas>", "exec"), module)  # noqa: S102
    made: Callable[..., dict[str, Any]] = module["f"]
    return made
