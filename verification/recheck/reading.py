"""The claim of a certificate: its formula and its domain, read from the text and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Max, Min, Mul, Rational, exp, log, pi, sqrt

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.recheck.theorem import NAMES, QUANTITIES, slope

__all__ = ["INTEGERS", "Statement", "number", "read_formula", "read_statement"]

INTEGERS = ("d", "T", "T0", "n")
_REALS = ("sigma", "sigma0", "lam")
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([A-Za-z_]\w*)|(\*\*|[-+*/^(),]))")
_FUNCTIONS: Mapping[str, Any] = {"sqrt": sqrt, "log": log, "exp": exp, "min": Min, "max": Max}
_MOST_POWER, _LONGEST, _MOST_DIRECTIONS = 1000, 2000, 5000
_SETTINGS = {*INTEGERS, *_REALS, "spectrum", "signal", "design", "lam0"}
_USUAL: Mapping[str, Any] = {"design": "independent", "lam0": 0}
_KEYS = {"quantity", "relation", "formula", "kind"}


def number(value: object) -> Fraction:
    """A number of a claim, exactly.

    Raises:
        InputError: it is none.
    """
    try:
        if isinstance(value, int | float | str | Fraction) and not isinstance(value, bool):
            return Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError):
        pass
    raise InputError("domain", value, "is not a number", "give a whole number or 'p/q'")


def read_formula(text: str) -> Expr:
    """A formula: sums, products, powers, functions; by recursive descent.

    Raises:
        InputError: it is not one; names what stands where it stops.
    """
    words = list(_words(text))

    def wrong() -> InputError:
        rest = " ".join(words) or "the end"
        return InputError("formula", text, f"cannot be read at {rest}", "write it as in TOML")

    def take(*wanted: str) -> str:
        if words and (not wanted or words[0] in wanted):
            return words.pop(0)
        raise wrong()

    def total() -> Expr:
        terms = [product()]
        while words and words[0] in "+-":
            terms.append(product() if take() == "+" else -product())
        return Add(*terms)

    def product() -> Expr:
        factors = [signed()]
        while words and words[0] in {"*", "/"}:
            factors.append(signed() if take() == "*" else 1 / signed())
        return Mul(*factors)

    def signed() -> Expr:
        if words and words[0] in "+-":
            return signed() if take() == "+" else -signed()
        base = atom()
        if words and words[0] in {"^", "**"}:
            take()
            exponent = signed()
            if exponent.is_number and abs(exponent) > _MOST_POWER:
                raise wrong()
            return base**exponent
        return base

    def atom() -> Expr:
        word = take()
        if word == "(":
            inner = total()
            take(")")
            return inner
        if word[0].isdigit() or word[0] == ".":
            value = Fraction(word)
            return Rational(value.numerator, value.denominator)
        if word in _FUNCTIONS:
            take("(")
            arguments = [total()]
            while take(",", ")") == ",":
                arguments.append(total())
            if len(arguments) != 1 and word not in {"min", "max"}:
                raise wrong()
            return _FUNCTIONS[word](*arguments)
        if word == "pi":
            return pi
        if word in NAMES:
            return NAMES[word]
        words.insert(0, word)
        raise wrong()

    if len(text) > _LONGEST or text.count("(") > 50:
        raise InputError("formula", text, "is too long", "recheck reads formulas of people")
    found = total()
    if words:
        raise wrong()
    return found


def _words(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = _TOKEN.match(text, at)
        if found is None:
            condition = f"holds {text[at:].strip()[0]!r}"
            raise InputError("formula", text[:80], condition, "write it as in TOML")
        at = found.end()
        yield found[1] or found[2] or found[3]


@dataclass(frozen=True)
class Statement:
    """A claim as an inequality: ``difference`` >= 0 for all settings of the domain.

    Attributes:
        difference: in settings, kappa and sums.
        ridge: lam, or what the domain derives it by.
        domain: the entries of the domain.
        spectra, signals: their texts.
        equal: whether it must vanish, up to the delta of the certificate.
    """

    difference: Expr
    ridge: Expr
    domain: Mapping[str, Any]
    spectra: tuple[str, ...]
    signals: tuple[str, ...]
    equal: bool

    def box(self, size: int) -> dict[str, tuple[Fraction, Fraction]]:
        """The ends of every setting in d = size directions.

        Raises:
            InputError: an entry is of a kind that recheck does not read.
        """
        least, most = self._ends("d", size)
        if not least <= size <= most:
            raise InputError("leaf", f"d = {size}", "lies outside the domain", "leave it out")
        known = {"d": (Fraction(size), Fraction(size))}
        for name in (*INTEGERS[1:], *_REALS):
            if name in self.domain and not (name == "lam" and self.ridge != NAMES["lam"]):
                known[name] = self._ends(name, size)
        generations = "n" in known and bool(known["n"][1])
        for name, (low, high) in known.items():
            bound = size + 2 if name == "T0" and generations else int(name == "T")
            if not bound <= low <= high:
                condition = f"begins below {bound} at d = {size}, or ends before it begins"
                remedy = "the theorem is about lam >= 0 and T0 >= d + 2"
                raise InputError(f"domain {name}", self.domain[name], condition, remedy)
        return known

    def sizes(self) -> range:
        """Every d."""
        least, most = self._ends("d", 0)
        if not 1 <= least <= most <= _MOST_DIRECTIONS:
            limit = f"is no range within 1 .. {_MOST_DIRECTIONS}"
            raise InputError("domain d", self.domain["d"], limit, "take fewer directions")
        return range(int(least), int(most) + 1)

    def _ends(self, name: str, size: int) -> tuple[Fraction, Fraction]:
        entry = self.domain[name]
        if isinstance(entry, Mapping) and set(entry) == {"integers"}:
            entry = entry["integers"]
        if isinstance(entry, str) and ".." in entry:
            low, _, high = entry.partition("..")
            ends = [_at(read_formula(each), size, name) for each in (low, high)]
            if name in INTEGERS:
                ends = [Fraction(-(-ends[0] // 1)), Fraction(ends[1] // 1)]
        elif isinstance(entry, list) and len(entry) == 2:
            ends = [number(each) for each in entry]
        elif isinstance(entry, str):
            ends = [_at(read_formula(entry), size, name)] * 2
        else:
            ends = [number(entry)] * 2
        if name in INTEGERS and any(x.denominator != 1 for x in ends):
            raise InputError(f"domain {name}", entry, "is not whole", "give whole numbers")
        return ends[0], ends[1]


def _at(formula: Expr, size: int, name: str) -> Fraction:
    value = formula.subs(NAMES["d"], size)
    if not isinstance(value, Rational):
        condition = "follows settings other than d, so that the domain is no box"
        raise InputError(f"domain {name}", formula, condition, "recheck reads boxes")
    return Fraction(value.p, value.q)


def read_statement(conjecture: object, domain: object) -> Statement:
    """The claim as an inequality.

    Raises:
        InputError: it is not one that recheck reads.
    """
    if not isinstance(conjecture, dict) or not conjecture.keys() >= _KEYS:
        keys = ", ".join(sorted(_KEYS))
        raise InputError("conjecture", conjecture, f"has not all of {keys}", "write it anew")
    if not isinstance(domain, dict) or "d" not in domain or "T" not in domain:
        raise InputError("domain", domain, "is no table with d and T", "write it anew")
    others = {x: domain[x] for x in domain.keys() - _SETTINGS}
    others |= {
        x: domain[x] for x, usual in _USUAL.items() if domain.get(x, usual) not in (usual, [usual])
    }
    if others:
        condition = "is about more than ridge on labels of independent least-squares generators"
        raise InputError("domain", others, condition, "recheck knows that theorem only")
    quantity, relation = conjecture["quantity"], conjecture["relation"]
    if quantity not in QUANTITIES or conjecture["kind"] != "limit":
        shown = f"{quantity} ({conjecture['kind']})"
        remedy = f"it takes limits of {', '.join(QUANTITIES)}"
        raise InputError("conjecture", shown, "is no claim that recheck reads", remedy)
    lam = domain.get("lam", 0)
    derived = isinstance(lam, str) and ".." not in lam and not re.fullmatch(r"[\d./\s]+", lam)
    ridge = read_formula(lam) if derived else NAMES["lam"]
    value = QUANTITIES[quantity]
    if relation in {"increases-in", "decreases-in"}:
        variable = str(conjecture["formula"]).strip()
        if variable not in {"T", "T0", "n", "sigma", "sigma0", "lam"}:
            raise InputError("formula", variable, "is no variable", "name one, such as lam")
        difference = slope(value, variable, ridge) * (1 if relation == "increases-in" else -1)
    elif relation in {"at-most", "at-least", "equals"}:
        difference = (read_formula(str(conjecture["formula"])) - value) * (
            -1 if relation == "at-least" else 1
        )
    else:
        raise InputError("relation", relation, "is none that recheck reads", "see its help")
    # With n = 0 nothing synthetic is there, and neither T0 nor sigma0 need be.
    absent = {NAMES[x]: Rational(0) for x in ("n", "sigma", "sigma0", "lam") if x not in domain}
    return Statement(
        difference.subs(absent),
        ridge.subs(absent),
        domain,
        tuple(_texts(domain.get("spectrum", "isotropic"))),
        tuple(_texts(domain.get("signal", "flat"))),
        relation == "equals",
    )


def _texts(entry: object) -> list[str]:
    texts = entry if isinstance(entry, list) else [entry]
    named = [each for each in texts if isinstance(each, str)]
    if not named or named != texts:
        raise InputError("domain", entry, "is no list of names", "give texts")
    return named
