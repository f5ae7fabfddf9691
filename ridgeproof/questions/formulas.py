"""Formulas: those of the catalogue, derivations, and derived formulas as functions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import is_process_file, process_of
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation
    from ridgeproof.theory.catalogue import Catalogue
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.theory.equivalent.formulas.program import Program
    from ridgeproof.theory.formula import Formula

__all__ = ["derive", "formulas", "function"]


def formulas(formula_id: str | None = None) -> Catalogue | Formula:
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
        **values: of symbols in the result of a theorem, such as n=3, lam=0, spectrum="isotropic";
            of a process, what decides the shape of its formulas, as in
            `theory.equivalent.formulas.derived.derive_process`.

    Raises:
        RidgeproofError: as there; there is no such theorem or symbol.

    >>> derive("ridgeless", n=0, sigma=0).result
    0
    """
    if isinstance(question, str) and not is_process_file(question):
        from ridgeproof.theory.catalogue import find

        derivation = find(question).derive()
        for name, value in values.items():
            derivation = derivation.specialised(name, value)
        return derivation
    from ridgeproof.theory.equivalent.formulas.derived import derive_process

    return derive_process(process_of(question), **values)


def program(question: ProcessFormulas | Process | Path | str, **values: Any) -> Program:
    """The derived formulas as straight-line code, ready for a language.

    Raises:
        InputError: values are given for a theorem, whose formulas keep their symbols.
        RidgeproofError: as of `derive`.
    """
    from ridgeproof.theory.catalogue import find
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas, derive_process
    from ridgeproof.theory.equivalent.formulas.program import program_of, program_of_theorem

    if isinstance(question, str) and not is_process_file(question):
        if values:
            name = next(iter(values))
            raise InputError(name, values[name], "is for a process", "give it to the function")
        return program_of_theorem(find(question))
    if isinstance(question, ProcessFormulas):
        return program_of(question)
    return program_of(derive_process(process_of(question), **values))


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
    from ridgeproof.theory.equivalent.formulas.code import code

    languages = {"numpy": "python", "jax": "jax"}
    if backend not in languages:
        raise InputError("backend", backend, "is none", "give numpy or jax")
    if find_spec(backend) is None:
        raise InputError("backend", backend, "is not installed", f"pip install {backend}")
    # Printed by ourselves from expressions; of a user's text it has checked names only.
    text = code(replace(program(question, **values), title="formulas"), languages[backend])
    module: dict[str, Any] = {"__name__": "formulas"}
    exec(compile(text, "<formulas>", "exec"), module)  # noqa: S102
    made: Callable[..., dict[str, Any]] = module["f"]
    return made
