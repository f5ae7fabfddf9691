"""Conjecture: what a user claims about a quantity, over which domain; read from a TOML file.

The file is data: its formula goes through `verification.conjectures.parser`, its decimals stay
exact, and nothing in it is ever evaluated or imported.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from sympy import Expr, Integer, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_choice
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
from ridgeproof.theory.toml_file import located, read_tables
from ridgeproof.verification.conjectures.claim import SIGNS, Claim, stated_in
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.conjectures.guards import Guard
from ridgeproof.verification.conjectures.parser import parse_formula, read_formula
from ridgeproof.verification.conjectures.processes.stated import (
    ProcessConjecture,
    is_about_process,
    state,
)

__all__ = ["QUANTITIES", "Conjecture", "read_conjecture"]

QUANTITIES = ("test_error", "bias", "variance", "synthetic", "optimal_lam")
TOWARD = ("infinity", "0")

_OPTIONAL = {"title": "", "toward": "infinity"}
# The sizes that grow in a limit.
_GROWING = ("d", "T", "T0", "width")
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
class Conjecture(Claim):
    """A claim about a quantity of settings.

    Attributes:
        quantity: test_error, its terms bias, variance or synthetic, or optimal_lam.
        formula: for scales-as a power of one variable.
        scale: the variable of scales-as, where the formula alone does not show it (T^0).
        toward: the end of the variable's range at which scales-as is read, infinity or 0.

    Raises:
        InputError: a field is not one of its choices, the domain lacks an entry that the quantity
            or the formula needs, or the formula does not suit the relation.
    """

    quantity: str
    formula: Expr
    domain: Domain
    scale: Symbol | None = None
    toward: str = "infinity"

    def __post_init__(self) -> None:
        check_choice("conjecture quantity", self.quantity, QUANTITIES, "is not a quantity")
        self.check_words()
        check_choice("conjecture toward", self.toward, TOWARD, "is not a toward")
        self._check_needs()
        self._check_formula()
        if self.relation not in SIGNS:
            self._check_variable()
        elif self.kind == "limit":
            self.check_sizes(_GROWING, [self.formula_text], sy.NAMED)
        if self.relation == "scales-as":
            self._check_range()
        elif self.toward != "infinity":
            condition = f"is an end of a range, which {self.relation} does not read"
            raise InputError("conjecture toward", self.toward, condition, "leave it out")

    @property
    def variable(self) -> Symbol | None:
        """The variable that grows, for scales-as, increases-in and decreases-in."""
        if self.relation in SIGNS:
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
        end = f" as {self.variable} -> 0" if self.toward == "0" else ""
        return f"{super().statement}{end}"

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
        self.check_laws(self.formula.free_symbols)
        ridge = {sy.lam, sy.kappa, sy.df1, sy.df2, sy.gamma} & self.formula.free_symbols
        if self.quantity == "optimal_lam" and ridge:
            condition = f"gives optimal_lam in terms of {min(map(str, ridge))}"
            raise self.refuse(condition, "write it without lam and kappa")

    def _check_variable(self) -> None:
        variable, choices = self.variable, f"give one of {', '.join((*SIZES, *REALS))}"
        if variable is None or variable.name not in (*SIZES, *REALS):
            raise self.refuse(f"names no variable for {self.relation}", choices)
        if self.relation != "scales-as" and self.formula != variable:
            raise self.refuse(f"is not one variable, as {self.relation} needs", choices)
        if self.exponent is not None and not self.exponent.free_symbols <= {sy.beta, sy.r}:
            raise self.refuse("is not a power of one variable", "write, say, T^(-6/11)")
        self.check_varies()

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


@located
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
    stated = stated_in(tables, ("conjecture", "domain"), _OPTIONAL)
    text = stated["formula"]
    return Conjecture(
        title=stated["title"] or text,
        quantity=stated["quantity"],
        relation=stated["relation"],
        kind=stated["kind"],
        formula=parse_formula(text),
        domain=read_domain(tables["domain"]),
        formula_text=text,
        scale=_named_variable(text),
        toward=stated["toward"],
    )


def _named_variable(text: str) -> Symbol | None:
    """The one setting variable a formula's text names: in T^0 the expression has lost it."""
    named = set(re.findall(r"[A-Za-z_]\w*", text)) & {*SIZES, *REALS}
    return sy.NAMED[named.pop()] if len(named) == 1 else None
