"""ProcessConjecture: a claim about the asks of a process, and how a file states it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.entries import Choice, read_option
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt
from ridgeproof.theory.process.expressions import (
    Call,
    Expression,
    Name,
)
from ridgeproof.theory.process.file import make_process, read_process
from ridgeproof.theory.process.names import bound, free_names
from ridgeproof.theory.process.normal import check_process, count_names
from ridgeproof.theory.process.record import Process
from ridgeproof.verification.conjectures.claim import Claim, stated_in
from ridgeproof.verification.conjectures.domain_table import check_keys, read_entry
from ridgeproof.verification.conjectures.guards import Guard
from ridgeproof.verification.conjectures.parser import read_formula
from ridgeproof.verification.conjectures.processes.place import OPTIONS, ProcessDomain
from ridgeproof.verification.conjectures.processes.sizes import check_sizes_grow, size_names

__all__ = ["ProcessConjecture", "is_about_process", "state", "whole_names"]

_OPTIONAL = {"title": "", "process": "", "kind": "limit"}
# kappa(m) and df(m): names of as many characters stand for them, so that columns stay.
_ASKED = re.compile(r"\b(kappa|df)(\s*\(\s*)([A-Za-z]\w*)(\s*\))", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class ProcessConjecture(Claim):
    """A claim about the asks of a process, over a domain of parameters.

    Attributes:
        quantity, formula: arithmetic of asks, parameters, d, b, beta and r.
        quantity_text: as the user wrote it.
        process: what is claimed about; its asks are those that the claim uses.
        file: where the process is written; "" where it is not on a file.
        guards: what the pieces of both, as they are written, need to be defined.

    Raises:
        InputError: a field is not one of its choices or does not suit the others.
        NotBuilt: the relation is scales-as.
    """

    formula: Expr
    domain: ProcessDomain
    process: Process
    file: str
    quantity_text: str
    guards: tuple[Guard, ...] = ()

    def __post_init__(self) -> None:
        self.check_words()
        if self.relation == "scales-as":
            raise NotBuilt("scales-as is not decided for processes in this version")
        if self.variable is not None:
            self.check_varies()

    @property
    def name(self) -> str:
        """The quantity as the user wrote it."""
        return self.quantity_text

    @property
    def plain_guards(self) -> tuple[Guard, ...]:
        """The guards that no ask enters: a place decides them."""
        asks = {Symbol(name, real=True) for name, _ in self.process.asks}
        return tuple(guard for guard in self.guards if not guard.value.free_symbols & asks)

    @property
    def asks(self) -> Mapping[str, Expression]:
        """The asks by name, kappa(m) and df(m) among them."""
        return dict(self.process.asks)


def is_about_process(tables: Mapping[str, Any]) -> bool:
    """Whether the tables of a conjecture file are about a process."""
    stated = tables.get("conjecture")
    return "process" in tables or (isinstance(stated, dict) and "process" in stated)


def state(tables: Mapping[str, Any], origin: Path | None) -> ProcessConjecture:
    """The conjecture of a file's tables; `origin` is the file, None for a text.

    Raises:
        InputError: a table, key, claim or entry is none; names the column of a formula.
    """
    stated = stated_in(tables, ("conjecture", "domain", "process", "ask"), _OPTIONAL)
    process, file = _process(tables, stated["process"], origin)
    process, symbols, readings = _symbols(
        process, (stated["quantity"], stated["formula"]), tables["domain"]
    )
    (quantity, before), (formula, after) = (
        read_formula(reading, symbols, name=name)
        for reading, name in zip(readings, ("quantity", "formula"), strict=True)
    )
    pieces = tuple(dict.fromkeys((*before, *after)))
    written = (quantity, formula, *(guard.value for guard in pieces))
    used = {symbol.name for part in written for symbol in part.free_symbols}
    asks = tuple((name, ask) for name, ask in process.asks if name in used)
    if not asks:
        condition, remedy = "asks nothing of the process", "name an ask in the quantity"
        raise InputError("conjecture quantity", stated["quantity"], condition, remedy)
    check_process(_only(process, asks))
    domain = _domain(process, tables["domain"])
    found = ProcessConjecture(
        title=stated["title"] or process.title or stated["quantity"],
        process=_only(process, asks),
        file=file,
        quantity=quantity,
        relation=stated["relation"],
        kind=stated["kind"],
        formula=formula,
        domain=domain,
        quantity_text=stated["quantity"],
        formula_text=stated["formula"],
        guards=pieces,
    )
    if found.kind == "limit":
        check_sizes_grow(process, tables["domain"])
        sizes = [name for name, symbol in domain.symbols if symbol.is_positive]
        found.check_sizes(sizes, readings, symbols)
    found.check_laws(symbol for part in written for symbol in part.free_symbols)
    return found


def _process(tables: Mapping[str, Any], path: str, origin: Path | None) -> tuple[Process, str]:
    """The record, and the file that a command reads it from."""
    if not path:
        written = {name: tables[name] for name in ("process", "ask") if name in tables}
        return make_process(written), "" if origin is None else str(origin)
    if {"process", "ask"} & tables.keys():
        condition, remedy = "is given beside [process] or [ask]", "give the one or the other"
        raise InputError("conjecture process", path, condition, remedy)
    file = Path(path) if origin is None else origin.parent / path
    return read_process(file), str(file)


def _symbols(
    process: Process, texts: tuple[str, str], table: Mapping[str, Any]
) -> tuple[Process, dict[str, Symbol], tuple[str, ...]]:
    """The process with kappa(m) and df(m) among its asks, the symbols, and the texts to parse."""
    symbols = {sy.b.name: sy.b, sy.beta.name: sy.beta, sy.r.name: sy.r}
    symbols |= _parameters(process, table) | {name: _number(name) for name, _ in process.asks}
    asks = dict(process.asks)

    def named(found: re.Match[str]) -> str:
        word, _, model, _ = found.groups()
        name = f"{word}({model})"
        asks[name] = Call(word, (Name(model),))
        stand_in = re.sub(r"[\s()]", "_", found.group())
        symbols[stand_in] = _number(name)
        return stand_in

    readings = tuple(_ASKED.sub(named, text) for text in texts)
    return _only(process, tuple(asks.items())), symbols, readings


def _parameters(process: Process, table: Mapping[str, Any]) -> dict[str, Symbol]:
    """The symbols of d and the parameters; sizes are positive, which a limit relies on."""
    names = (free_names(process) | process.defaults.keys() | {"d"}) - {"spectrum", "signal"}
    sizes = {*size_names(process, table), "d"}
    return {name: Symbol(name, positive=True) if name in sizes else _number(name)
            for name in sorted(names)}  # fmt: skip


def _number(name: str) -> Symbol:
    return Symbol(name, real=True)


def _only(process: Process, asks: tuple[tuple[str, Expression], ...]) -> Process:
    return replace(process, asks=asks)


def _domain(process: Process, table: Mapping[str, Any]) -> ProcessDomain:
    symbols = _parameters(process, table)
    check_keys("[domain]", table, (*symbols, *OPTIONS))
    names = symbols | {sy.beta.name: sy.beta, sy.r.name: sy.r}
    items = [(name, read_entry(name, value, names)) for name, value in table.items()]
    for name, text in (
        ("spectrum", process.spectrum or "isotropic"),
        ("signal", process.signal or "flat"),
    ):
        if name not in table:
            items.append((name, Choice((read_option(name, text),))))
    free = {name: value for name, value in process.defaults.items() if name not in table}
    missing = sorted(symbols.keys() - table.keys() - free.keys() - bound(process.asks))
    if missing:
        condition = "is a parameter without a default"
        raise InputError(f"domain {missing[0]}", MISSING, condition, "give it in [domain]")
    return ProcessDomain(
        tuple(items), whole_names(process, table), tuple(symbols.items()), tuple(free.items())
    )


def whole_names(process: Process, table: Mapping[str, Any]) -> frozenset[str]:
    """The parameters that must be whole: sizes, d, and what counts rounds or steps."""
    known = free_names(process) | process.defaults.keys() | {"d"}
    return frozenset({*size_names(process, table), *count_names(process), "d"} & known)
