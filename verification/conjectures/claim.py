"""Claim: what a conjecture of any kind says, over a domain; and the tables that state one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_choice
from ridgeproof.theory.domains.entries import (
    Derived,
    Fixed,
    IntegerRange,
    RealInterval,
    evaluated,
    nearest,
    used_symbols,
)
from ridgeproof.theory.domains.space import Space
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.spectra import Levels, PowerLaw, Source, Spiked
from ridgeproof.verification.conjectures.domain_table import check_keys
from ridgeproof.verification.conjectures.parser import whole_numbers

__all__ = ["SIGNS", "Claim", "fixed_sizes", "stated_in"]

RELATIONS = ("equals", "at-most", "at-least", "scales-as", "increases-in", "decreases-in")
KINDS = ("exact", "limit")
# The relations whose formula is a value.
SIGNS = {"equals": "=", "at-most": "<=", "at-least": ">="}
_SIDES = ("quantity", "relation", "formula")
_CLAIM = re.compile(r"<=|>=|=|[<>]")


@dataclass(frozen=True)
class Claim:
    """A claim: quantity, relation, formula, over a domain.

    Attributes:
        quantity: a name of the catalogue, or an expression in asks and parameters.
        relation: equals, at-most, at-least, scales-as, increases-in or decreases-in.
        kind: exact at finite size, or limit (the sizes to infinity together).
        formula: the claimed value, an expression; for increases-in and decreases-in the variable
            itself; of a claim in Python None.
        domain: the places the claim is made for.
        formula_text: the formula as the user wrote it.
    """

    title: str
    quantity: Any
    relation: str
    kind: str
    formula: Any
    domain: Space[Any]
    formula_text: str = ""

    @property
    def name(self) -> str:
        """The quantity in words."""
        return str(self.quantity)

    @property
    def variable(self) -> Any:
        """The variable of increases-in and decreases-in."""
        return None if self.relation in SIGNS else self.formula

    @property
    def statement(self) -> str:
        """The claim in one line, without its domain."""
        sign = SIGNS.get(self.relation, self.relation.replace("-", " "))
        return f"{self.name} {sign} {self.shown}"

    @property
    def words(self) -> dict[str, str]:
        """What is claimed, as the file says it."""
        said = {"quantity": self.name, "relation": self.relation, "kind": self.kind}
        return {**said, "formula": self.shown}

    @property
    def shown(self) -> str:
        """The formula in words."""
        return self.formula_text or str(self.formula)

    def refuse(self, condition: str, remedy: str) -> InputError:
        """The error of a formula."""
        return InputError("formula", self.shown, condition, remedy)

    def check_words(self) -> None:
        """Check relation and kind."""
        check_choice("conjecture relation", self.relation, RELATIONS, "is not a relation")
        check_choice("conjecture kind", self.kind, KINDS, "is not a kind")

    def check_varies(self) -> None:
        """Check that the variable ranges over the domain."""
        name = str(self.variable)
        entry = self.domain[name]
        if not isinstance(entry, IntegerRange | RealInterval) or entry.least == entry.most:
            condition = f"does not vary, but the claim is how the {self.name} changes with {name}"
            remedy = f"let {name} range, as in {{ integers = [100, 10000] }}"
            raise InputError(f"domain {name}", entry or MISSING, condition, remedy)

    def check_laws(self, used: Iterable[Symbol]) -> None:
        """Check that beta and r are exponents of every spectrum and signal."""
        for symbol, kind, name, fix in (
            (sy.beta, PowerLaw, "spectrum", "power-law:BETA"),
            (sy.r, Source, "signal", "source:R"),
        ):
            options = self.domain.options(name)
            if symbol in set(used) and not all(isinstance(x, kind) for x in options):
                condition = f"uses {symbol}, which not every {name} of the domain has"
                raise self.refuse(condition, f"let every {name} be {fix}")

    def check_sizes(
        self, sizes: Iterable[str], texts: Iterable[str], names: Mapping[str, Symbol]
    ) -> None:
        """Refuse a size written out as a number, which would stay while the sizes grow.

        1 is left alone: it stands in phi/(1-phi).
        """
        for text in texts:
            written = whole_numbers(text, names) - {1}
            for size, name, instead in fixed_sizes(self.domain, sizes):
                if size in written:
                    condition = f"has {size}, which is {name} in this domain and grows in the limit"
                    remedy = f"write {instead}; for a number that stays, write {size}.0"
                    raise InputError("formula", text, condition, remedy)


def fixed_sizes(domain: Space[Any], sizes: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """(number, what it is, what to write instead) of each size, and of each count in a spectrum.

    >>> from ridgeproof.verification.conjectures.domain_table import read_domain
    >>> domain = read_domain({"d": 20, "T": "3*d", "n": 0, "spectrum": "spiked:10*5,0.01"})
    >>> list(fixed_sizes(domain, ("d", "T", "T0")))
    [(20, 'd', 'd'), (60, 'T', 'T'), (5, 'a count of spiked:10*5,1/100', 'd/4')]
    """
    known: dict[Symbol, Fraction] = {}
    for name, entry in domain.numbers():
        if used_symbols(entry) <= set(known):
            symbol = domain.symbol(name)
            match entry:
                case Fixed(value):
                    known[symbol] = value
                case Derived(expression):
                    value = evaluated(name, expression, known)
                    known[symbol] = Fraction(nearest(value)) if domain.is_whole(name) else value
                case IntegerRange():
                    least, most = entry.ends(name, known)
                    if least == most:
                        known[symbol] = Fraction(least)
    settled = {symbol.name: int(value) for symbol, value in known.items()}
    yield from ((settled[name], name, name) for name in sizes if name in settled)
    for spectrum in domain.options("spectrum"):
        match spectrum:
            case Spiked(spikes=levels) | Levels(levels=levels):
                for _, count in levels:
                    share = f"{sy.d * count / settled['d']}" if "d" in settled else "a share of d"
                    yield count, f"a count of {spectrum}", share


def stated_in(
    tables: Mapping[str, Any], names: Iterable[str], optional: Mapping[str, str]
) -> dict[str, str]:
    """The texts of a file's [conjecture], with those of a claim in one line taken apart.

    Args:
        tables: of the file.
        names: of the tables that it may have.
        optional: keys with the texts that stand for them.

    Raises:
        InputError: a table or key is missing, unknown or of another kind.
    """
    check_keys("conjecture file", tables, names)
    for name in ("conjecture", "domain"):
        if not isinstance(tables.get(name), dict):
            shown = tables.get(name, MISSING)
            raise InputError(name, shown, "a table is needed", f"begin with [{name}]")
    given = tables["conjecture"]
    keys = dict.fromkeys((*optional, *_SIDES, "kind"))
    check_keys("[conjecture]", given, ("claim", *keys))
    found = {**dict.fromkeys(keys, MISSING), **optional, **given}
    for key, value in found.items():
        if not isinstance(value, str) and not (key in _SIDES and "claim" in given):
            remedy = f'give {key} = "..."'
            raise InputError(f"conjecture {key}", value, "a text is needed", remedy)
    return found | _split(given) if "claim" in given else found


def _split(given: Mapping[str, str]) -> dict[str, str]:
    """Quantity, relation and formula of a claim in one line."""
    claim, twice = given["claim"], [key for key in _SIDES if key in given]
    if twice:
        remedy = f"leave out {' and '.join(twice)}"
        raise InputError("conjecture claim", claim, f"is given beside {twice[0]}", remedy)
    signs = _CLAIM.findall(claim)
    if len(signs) != 1 or signs[0] not in SIGNS.values():
        condition = "does not have exactly one of <=, >= and ="
        raise InputError("conjecture claim", claim, condition, 'write, say, "student <= teacher"')
    quantity, formula = claim.split(signs[0])
    relation = next(name for name, sign in SIGNS.items() if sign == signs[0])
    return {"quantity": quantity.strip(), "relation": relation, "formula": formula.strip()}
