"""The claim of a certificate: its formula and its domain, read from the text and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Max, Min, Mul, Rational, exp, log, pi, sqrt

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.recheck.theorem import NAMES, QUANTITIES, LevelSum, slope

__all__ = ["DIVISOR", "INTEGERS", "ROOT", "Statement", "number", "read_formula", "read_statement"]

INTEGERS = ("d", "T", "T0", "n")
_REALS = ("sigma", "sigma0", "lam")
_TOKEN = re.compile(r"\s*(?:(\d+\.?\d*|\.\d+)|([A-Za-z_]\w*)|(\*\*|[-+*/^(),]))")
_FUNCTIONS: Mapping[str, Any] = {"sqrt": sqrt, "log": log, "exp": exp, "min": Min, "max": Max}
_MOST_POWER, _LONGEST, _MOST_DIRECTIONS = 1000, 2000, 5000
_SETTINGS = {*INTEGERS, *_REALS, "spectrum", "signal", "design", "lam0"}
_USUAL: Mapping[str, Any] = {"design": "independent", "lam0": 0}
_MOST_BITS = 10_000  # of a power of numbers
# What is above zero, what is not zero, and what is not below zero.
LOG, DIVISOR, ROOT = "log", "divisor", "root"
Guard = tuple[Expr, str]
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


def read_formula(text: str, guards: list[Guard] | None = None) -> Expr:  # noqa: PLR0915
    """A formula: sums, products, powers, functions; by recursive descent.

    Args:
        text: the formula.
        guards: takes what must hold for every piece to be defined, however much of it cancels.

    Raises:
        InputError: it is not one; names what stands where it stops, or is undefined everywhere.
    """
    words = list(_words(text))
    kept = [] if guards is None else guards

    def guard(piece: Expr, kind: str) -> Expr:
        if not piece.is_number:
            kept.append((piece, kind))
        elif not _is_defined(piece, kind):
            raise InputError("formula", text, "is undefined in a part", "leave that part out")
        return piece

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
            factors.append(signed() if take() == "*" else 1 / guard(signed(), DIVISOR))
        return Mul(*factors)

    def signed() -> Expr:
        if words and words[0] in "+-":
            return signed() if take() == "+" else -signed()
        base = atom()
        if words and words[0] in {"^", "**"}:
            take()
            exponent = signed()
            if not _is_short_power(base, exponent):
                raise wrong()
            if not exponent.is_integer:
                guard(base, ROOT)
            if exponent <= 0:
                guard(base, DIVISOR)
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
            first = arguments[0]
            is_long = word == "exp" and first.is_number and abs(first) > _MOST_POWER
            if is_long or (len(arguments) != 1 and word not in {"min", "max"}):
                raise wrong()
            if word in {"log", "sqrt"}:
                guard(first, LOG if word == "log" else ROOT)
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


def _is_defined(piece: Expr, kind: str) -> bool:
    """Whether a number may be divided by, or have its root or logarithm taken."""
    if not piece.is_real or (piece == 0 and kind != ROOT):
        return False
    return kind == DIVISOR or bool(piece >= 0)


def _is_short_power(base: Expr, exponent: Expr) -> bool:
    if not isinstance(exponent, Rational) or abs(exponent) > _MOST_POWER:
        return False
    length = base.p.bit_length() + base.q.bit_length() if isinstance(base, Rational) else 0
    return bool(abs(exponent) * length <= _MOST_BITS)


def _degree(expression: Expr) -> Rational | None:
    """The power of the sizes, d, T, T0 and the degrees of freedom, that it grows with; or None."""
    if expression.is_number:
        return Rational(0)
    if isinstance(expression, LevelSum):
        return Rational(int(expression.args[0] == 0))
    if expression.is_Symbol:
        return Rational(int(expression in {NAMES[x] for x in ("d", "T", "T0")}))
    if expression.is_Pow:
        base, exponent = expression.as_base_exp()
        inner = _degree(base)
        return inner * exponent if inner is not None and exponent.is_number else None
    degrees = [_degree(each) for each in expression.args]
    if None in degrees:
        return None
    if expression.is_Mul:
        return Add(*degrees)
    same = len(set(degrees)) == 1
    if expression.is_Add or isinstance(expression, Max | Min):
        return degrees[0] if same else None
    return Rational(0) if same and degrees[0] == 0 else None


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
        guards: what makes every piece of its formulas defined.
        moving: a whole number along which a function is to rise, and the function; the difference
            is its slope then.
    """

    difference: Expr
    ridge: Expr
    domain: Mapping[str, Any]
    spectra: tuple[str, ...]
    signals: tuple[str, ...]
    equal: bool
    guards: tuple[Guard, ...]
    moving: tuple[str, Expr] | None = None

    def box(self, size: int) -> dict[str, tuple[Fraction, Fraction]]:
        """The ends of every setting in d = size directions; x of a step from x to x + 1.

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
        if self.moving is not None:
            low, high = known[self.moving[0]]
            known[self.moving[0]] = low, high - 1
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
    guards: list[Guard] = []
    moving: tuple[str, Expr] | None = None
    ridge = read_formula(lam, guards) if derived else NAMES["lam"]
    value = QUANTITIES[quantity]
    if relation in {"increases-in", "decreases-in"}:
        variable = str(conjecture["formula"]).strip()
        if variable not in {"T", "T0", "n", "sigma", "sigma0", "lam"}:
            raise InputError("formula", variable, "is no variable", "name one, such as lam")
        value *= 1 if relation == "increases-in" else -1
        difference = slope(value, variable, ridge)
        if variable in INTEGERS:
            moving = variable, value
    elif relation in {"at-most", "at-least", "equals"}:
        formula = read_formula(str(conjecture["formula"]), guards)
        if _degree(formula) != 0:
            condition = "is not of ratios of sizes alone, so that its limit is another formula"
            raise InputError("formula", conjecture["formula"], condition, "write its limit")
        difference = (formula - value) * (-1 if relation == "at-least" else 1)
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
        tuple((piece.subs(absent), kind) for piece, kind in guards),
        None if moving is None else (moving[0], moving[1].subs(absent)),
    )


def _texts(entry: object) -> list[str]:
    texts = entry if isinstance(entry, list) else [entry]
    named = [each for each in texts if isinstance(each, str)]
    if not named or named != texts:
        raise InputError("domain", entry, "is no list of names", "give texts")
    return named
