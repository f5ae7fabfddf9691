"""Conjecture: what a user claims about a quantity, over which domain; read from a TOML file.

The file is data: its formula goes through `verification.conjectures.parser`, its decimals stay
exact, and nothing in it is ever evaluated or imported.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from sympy import Expr, Integer, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import (
    REALS,
    SIZES,
    Fixed,
    IntegerRange,
    RealInterval,
    used_symbols,
)
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.spectra import PowerLaw, Source
from ridgeproof.verification.conjectures.domain_table import check_keys, read_domain
from ridgeproof.verification.conjectures.fixed_sizes import fixed_sizes
from ridgeproof.verification.conjectures.guards import Guard
from ridgeproof.verification.conjectures.parser import parse_formula, read_formula, whole_numbers
from ridgeproof.verification.conjectures.processes.stated import (
    ProcessConjecture,
    is_about_process,
    state,
)
from ridgeproof.verification.conjectures.toml_file import read_tables

__all__ = ["KINDS", "QUANTITIES", "RELATIONS", "Conjecture", "read_conjecture"]

QUANTITIES = ("test_error", "bias", "variance", "synthetic", "optimal_lam")
RELATIONS = ("equals", "at-most", "at-least", "scales-as", "increases-in", "decreases-in")
KINDS = ("exact", "limit")
TOWARD = ("infinity", "0")

_KEYS = ("title", "quantity", "relation", "kind", "formula", "toward")
# The relations whose formula is a value.
_COMPARED = ("equals", "at-most", "at-least")
_OPTIONAL = {"title": "", "toward": "infinity"}
_NEEDS = {
    "test_error": ("d", "T", "n", "lam", "sigma"),
    "bias": ("d", "T", "n", "lam"),
    "variance": ("d", "T", "lam", "sigma"),
    "synthetic": ("d", "T", "n", "lam"),
    "optimal_lam": ("d", "T", "n", "sigma"),
}
_MEANS = {
    sy.phi: ("d", "T"),
    sy.phi0: ("d", "T0"),
    sy.eta: ("d", "T0"),
    sy.kappa: ("d", "T", "lam"),
    sy.df1: ("d", "T", "lam"),
    sy.df2: ("d", "T", "lam"),
    sy.gamma: ("d", "T", "lam"),
    sy.kappa0: ("d", "T0"),
    sy.b: (),
    sy.beta: (),
    sy.r: (),
}


@dataclass(frozen=True)
class Conjecture:
    """A claim: quantity, relation, formula, over a domain.

    Attributes:
        quantity: test_error, its terms bias, variance or synthetic, or optimal_lam.
        relation: equals, at-most, at-least, scales-as, increases-in or decreases-in.
        kind: exact at finite size, or limit (d, T, T0 to infinity together).
        formula: the claimed value; for scales-as a power of one variable, for increases-in and
            decreases-in that variable itself.
        domain: the settings the claim is made for.
        formula_text: the formula as the user wrote it.
        scale: the variable of scales-as, where the formula alone does not show it (T^0).
        toward: the end of the variable's range at which scales-as is read, infinity or 0.

    Raises:
        InputError: a field is not one of its choices, the domain lacks an entry that the quantity
            or the formula needs, or the formula does not suit the relation.
    """

    title: str
    quantity: str
    relation: str
    kind: str
    formula: Expr
    domain: Domain
    formula_text: str = ""
    scale: Symbol | None = None
    toward: str = "infinity"

    def __post_init__(self) -> None:
        _check_choice("quantity", self.quantity, QUANTITIES)
        _check_choice("relation", self.relation, RELATIONS)
        _check_choice("kind", self.kind, KINDS)
        _check_choice("toward", self.toward, TOWARD)
        self._check_needs()
        self._check_formula()
        if self.relation in {"scales-as", "increases-in", "decreases-in"}:
            self._check_variable()
        if self.relation == "scales-as":
            self._check_range()
        elif self.relation in _COMPARED and self.kind == "limit":
            self._check_sizes()
        if self.relation != "scales-as" and self.toward != "infinity":
            condition = f"is an end of a range, which {self.relation} does not read"
            raise InputError("conjecture toward", self.toward, condition, "leave it out")

    @property
    def variable(self) -> Symbol | None:
        """The variable that grows, for scales-as, increases-in and decreases-in."""
        if self.relation in _COMPARED:
            return None
        if self.formula == 1:
            return self.scale
        base = self.formula.as_base_exp()[0]
        return base if isinstance(base, Symbol) else None

    @cached_property
    def guards(self) -> tuple[Guard, ...]:
        """What the pieces of the formula, as it is written, need to be defined."""
        return read_formula(self.formula_text)[1] if self.formula_text else ()

    @property
    def exponent(self) -> Expr | None:
        """The claimed exponent of scales-as."""
        if self.relation != "scales-as":
            return None
        return self.formula.as_base_exp()[1] if self.formula.free_symbols else Integer(0)

    @property
    def statement(self) -> str:
        """The claim in one line, without its domain."""
        sign = {"equals": "=", "at-most": "<=", "at-least": ">="}.get(
            self.relation, self.relation.replace("-", " ")
        )
        end = f" as {self.variable} -> 0" if self.toward == "0" else ""
        return f"{self.quantity} {sign} {self.formula_text or self.formula}{end}"

    def _check_needs(self) -> None:
        given = {name for name, _ in self.domain.items}
        needs = dict.fromkeys(_NEEDS[self.quantity], f"the {self.quantity} needs it")
        if self.domain["n"] != Fixed(Fraction(0)) and self.quantity in {
            "test_error", "synthetic", "optimal_lam",
        }:  # fmt: skip
            needs["sigma0"] = f"the {self.quantity} needs it when n may be positive"
        for symbol in sorted(self.formula.free_symbols, key=str):
            for name in _MEANS.get(symbol, (symbol.name,)):
                needs.setdefault(name, f"the formula uses {symbol}")
        for name, reason in needs.items():
            if name not in given and not (name == "lam0" or self._is_free_ridge(name)):
                raise InputError(f"domain {name}", MISSING, reason, f"give {name} in [domain]")

    def _is_free_ridge(self, name: str) -> bool:
        return name == "lam" and self.quantity == "optimal_lam"

    def _check_formula(self) -> None:
        for symbol, kind, name, fix in (
            (sy.beta, PowerLaw, "spectrum", "power-law:BETA"),
            (sy.r, Source, "signal", "source:R"),
        ):
            options = self.domain.options(name)
            if self.formula.has(symbol) and not all(isinstance(x, kind) for x in options):
                condition = f"uses {symbol}, which not every {name} of the domain has"
                raise InputError("formula", self._shown, condition, f"let every {name} be {fix}")
        ridge = {sy.lam, sy.kappa, sy.df1, sy.df2, sy.gamma} & self.formula.free_symbols
        if self.quantity == "optimal_lam" and ridge:
            condition = f"gives optimal_lam in terms of {min(map(str, ridge))}"
            raise InputError("formula", self._shown, condition, "write it without lam and kappa")

    def _check_variable(self) -> None:
        variable = self.variable
        if variable is None or variable.name not in (*SIZES, *REALS):
            condition = f"names no variable for {self.relation}"
            raise InputError("formula", self._shown, condition, f"give one of {_variables()}")
        if self.relation != "scales-as" and self.formula != variable:
            condition = f"is not one variable, as {self.relation} needs"
            raise InputError("formula", self._shown, condition, f"give one of {_variables()}")
        if self.exponent is not None and not self.exponent.free_symbols <= {sy.beta, sy.r}:
            condition = "is not a power of one variable"
            raise InputError("formula", self._shown, condition, "write, say, T^(-6/11)")
        entry = self.domain[variable.name]
        if not isinstance(entry, IntegerRange | RealInterval) or entry.least == entry.most:
            condition = f"does not vary, but the claim is how the error changes with {variable}"
            remedy = f"let {variable} range, as in {{ integers = [100, 10000] }}"
            raise InputError(f"domain {variable}", entry, condition, remedy)

    def _check_range(self) -> None:
        name = str(self.variable)
        entry = self.domain[name]
        if self.toward == "0" and name in SIZES:
            condition = f"is no end that {name} can go to: it is a whole number"
            raise InputError("conjecture toward", self.toward, condition, "leave it out")
        if entry is not None and used_symbols(entry):
            condition = "has ends that follow other names, but the claim is about this one alone"
            raise InputError(f"domain {name}", entry, condition, "give its ends as numbers")
        if isinstance(entry, RealInterval | IntegerRange) and entry.least == 0:
            condition = "begins at 0, and scales-as compares logarithms"
            raise InputError(f"domain {name}", entry, condition, f"let {name} begin above 0")

    def _check_sizes(self) -> None:
        """A size written out as a number would stay while the sizes grow.

        1 is left alone: it stands in phi/(1-phi).
        """
        written = whole_numbers(self.formula_text) - {1}
        for size, name, instead in fixed_sizes(self.domain):
            if size in written:
                condition = f"has {size}, which is {name} in this domain and grows in the limit"
                remedy = f"write {instead}; for a number that stays, write {size}.0"
                raise InputError("formula", self._shown, condition, remedy)

    @property
    def _shown(self) -> str:
        return self.formula_text or str(self.formula)


def read_conjecture(source: Path | str) -> Conjecture | ProcessConjecture:
    """Read a conjecture from a TOML file, or from its text (a string with a line break).

    Raises:
        InputError: the file cannot be read, is not TOML, or does not state a conjecture; names
            the key, or the column of a formula, and says what to do.
    """
    tables = read_tables(source, "conjecture file")
    if is_about_process(tables):
        is_text = isinstance(source, str) and "\n" in source
        return state(tables, None if is_text else Path(source))
    check_keys("conjecture file", tables, ("conjecture", "domain"))
    for name in ("conjecture", "domain"):
        if not isinstance(tables.get(name), dict):
            shown = tables.get(name, MISSING)
            raise InputError(name, shown, "a table is needed", f"begin with [{name}]")
    stated = tables["conjecture"]
    check_keys("[conjecture]", stated, _KEYS)
    for key in _KEYS:
        if not isinstance(stated.get(key, _OPTIONAL.get(key)), str):
            shown = stated.get(key, MISSING)
            raise InputError(f"conjecture {key}", shown, "a text is needed", f'give {key} = "..."')
    formula_text = stated["formula"]
    formula = parse_formula(formula_text)
    return Conjecture(
        title=stated.get("title") or formula_text,
        quantity=stated["quantity"],
        relation=stated["relation"],
        kind=stated["kind"],
        formula=formula,
        domain=read_domain(tables["domain"]),
        formula_text=formula_text,
        scale=_named_variable(formula_text),
        toward=stated.get("toward", _OPTIONAL["toward"]),
    )


def _check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        close = difflib.get_close_matches(value[:40], choices, n=1)
        guess = f"did you mean {close[0]}? " if close else ""
        remedy = f"{guess}choose from {', '.join(choices)}"
        raise InputError(f"conjecture {name}", value, f"is not a {name}", remedy)


def _variables() -> str:
    return ", ".join((*SIZES, *REALS))


def _named_variable(text: str) -> Symbol | None:
    """The one setting variable a formula's text names: in T^0 the expression has lost it."""
    named = set(re.findall(r"[A-Za-z_]\w*", text)) & {*SIZES, *REALS}
    return sy.NAMED[named.pop()] if len(named) == 1 else None
