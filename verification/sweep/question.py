"""Question: what a sweep asks at every setting, and the columns that hold the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ridgeproof.theory.checks import check_choice, check_integer, exact
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.formula import Form
from ridgeproof.theory.process.file import process_text
from ridgeproof.theory.process.record import Process
from ridgeproof.verification.conjectures.domain_table import check_keys
from ridgeproof.verification.simulation.simulate import METHODS, QUANTITIES
from ridgeproof.verification.sweep.axes import AxisKind

__all__ = ["FORMS", "OPTIMA", "Column", "Question", "read_question"]

FORMS = tuple(form.value for form in Form)
# Quantities of `numerics.optima.optimum`, each with its field there.
OPTIMA = {
    "optimal_lam": "lam",
    "optimal_value": "value",
    "classical_lam": "classical_lam",
    "value_at_classical": "value_at_classical",
}


@dataclass(frozen=True)
class Column:
    """A column of the table."""

    name: str
    kind: AxisKind


@dataclass(frozen=True)
class Question:
    """What to compute at every setting, or at every point of a process.

    Attributes:
        process: whose asks the quantities are; None for settings.
        theory: quantities to take from the theorems: the test error, its terms, `OPTIMA`.
        forms: of the theory: limit, exact (finite-size pieces where they are known), or both.
        simulation: quantities to simulate: the test error and its terms.
        method: literal or conditional.
        repetitions: of each simulation; or
        relative_error: at which it stops.
        seed: of every draw.
    """

    process: Process | None = field(default=None, kw_only=True)
    theory: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()
    simulation: tuple[str, ...] = ()
    method: str = "literal"
    repetitions: int | None = None
    relative_error: Fraction | None = None
    seed: int = 0

    @property
    def effort(self) -> dict[str, Any]:
        """How long to simulate, and from which seed."""
        error = None if self.relative_error is None else float(self.relative_error)
        return {"repetitions": self.repetitions, "relative_error": error, "seed": self.seed}

    def canonical(self) -> dict[str, Any]:
        """The question as plain JSON values; what does not enter the answers is left out."""
        plain: dict[str, Any] = {"theory": list(self.theory), "forms": list(self.forms)}
        if self.simulation:
            error = self.relative_error
            plain |= {
                "simulation": list(self.simulation),
                "method": self.method,
                "repetitions": self.repetitions,
                "relative_error": None if error is None else str(error),
                "seed": self.seed,
            }
        if self.process is not None:
            bare = replace(self.process, title="", source="", parameters=(), spectrum="", signal="")
            plain["process"] = process_text(bare)
        return plain

    def columns(self) -> tuple[Column, ...]:
        """The columns of the answers, in order; the last one says why cells are empty.

        >>> question = Question(theory=("test_error",), forms=("limit",), simulation=("bias",))
        >>> [column.name for column in question.columns()][:2]
        ['test_error_limit', 'bias_simulated']
        """
        found = [
            Column(f"{quantity}_{form}", AxisKind.REAL)
            for quantity in self.theory
            for form in self.forms
        ]
        if "exact" in self.forms and not set(self.theory) <= set(OPTIMA):
            found.append(Column("theory_kind", AxisKind.TEXT))
        for quantity in self.simulation:
            found += [
                Column(f"{quantity}_simulated", AxisKind.REAL),
                Column(f"{quantity}_standard_error", AxisKind.REAL),
                Column(f"{quantity}_repetitions", AxisKind.WHOLE),
            ]
            if quantity in self.theory:
                found += [Column(f"{quantity}_z_{form}", AxisKind.REAL) for form in self.forms]
        return (*found, Column("reason", AxisKind.TEXT))


def read_question(tables: Mapping[str, Any], seed: int, process: Process | None = None) -> Question:
    """Read the [theory] and [simulation] tables of a sweep file, of settings or of a process.

    Raises:
        InputError: naming the key, what is wrong with it, and what to write.
    """
    if not {"theory", "simulation"} & set(tables):
        raise InputError(
            "sweep file",
            "neither [theory] nor [simulation]",
            "asks for nothing",
            "give one of them",
        )
    given: dict[str, Any] = {"seed": seed, "process": process}
    theory: tuple[str, ...] = (*QUANTITIES, *OPTIMA)
    simulation: tuple[str, ...] = QUANTITIES
    forms: tuple[str, ...] = FORMS
    methods: tuple[str, ...] = METHODS
    default: list[str] | None = None
    if process is not None:
        theory = simulation = tuple(name for name, _ in process.asks)
        forms, methods, default = (Form.LIMIT.value,), ("literal",), list(theory)
    if "theory" in tables:
        table = _table(tables, "theory", ("quantities", "forms"))
        given["theory"] = _list(table, "theory", "quantities", theory, default)
        given["forms"] = _list(table, "theory", "forms", forms, default=[Form.LIMIT.value])
    if "simulation" in tables:
        table = _table(
            tables, "simulation", ("quantities", "method", "repetitions", "relative_error")
        )
        given["simulation"] = _list(table, "simulation", "quantities", simulation, default)
        given["method"] = check_choice("simulation method", table.get("method", "literal"), methods)
        given |= _effort(table)
    return Question(**given)


def _table(tables: Mapping[str, Any], name: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
    table = tables[name]
    if not isinstance(table, dict):
        raise InputError(name, table, "a table is needed", f"begin with [{name}]")
    check_keys(f"[{name}]", table, keys)
    return table


def _effort(table: Mapping[str, Any]) -> dict[str, Any]:
    """How long to simulate: a number of repetitions or a relative error, never both."""
    if ("repetitions" in table) is ("relative_error" in table):
        both = "repetitions" in table
        raise InputError(
            "simulation repetitions",
            table.get("repetitions", MISSING),
            "contradicts relative_error" if both else "it says when to stop",
            "give one of repetitions and relative_error",
        )
    if "repetitions" in table:
        label = "simulation repetitions"
        count = _exact(label, table["repetitions"])
        return {"repetitions": check_integer(label, count, least=2, most=10**9)}
    error = _exact("simulation relative_error", table["relative_error"])
    if not 0 < error < 1:
        raise InputError("simulation relative_error", error, "must lie in (0, 1)", "try 0.01")
    return {"relative_error": error}


def _exact(label: str, value: Any) -> Fraction:
    if not isinstance(value, int | Decimal | str):
        raise InputError(label, value, "is not a number", "give one number")
    return exact(label, str(value) if isinstance(value, Decimal) else value)


def _list(
    table: Mapping[str, Any],
    name: str,
    key: str,
    choices: tuple[str, ...],
    default: list[str] | None = None,
) -> tuple[str, ...]:
    """A choice or a list of distinct choices."""
    label = f"{name} {key}"
    given = table.get(key, default or [choices[0]])
    chosen = given if isinstance(given, list) else [given]
    if not chosen:
        raise InputError(label, "[]", "asks for nothing", f"choose from {', '.join(choices)}")
    for each in chosen:
        check_choice(label, each, choices)
        if chosen.count(each) > 1:
            raise InputError(label, each, "is listed twice", "list it once")
    return tuple(chosen)
