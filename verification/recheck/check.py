"""Whether a certificate proves its claim: every leaf anew, and that the leaves fill the domain.

A leaf is a box of settings on which the difference of the claim is said to be non-negative.  It is
enclosed as it stands, then with every variable in which it is monotone at one end, then by the mean
value form; a leaf that all three leave open is halved a few times.  Nothing of the search that
found the leaves is used, or needed.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from flint import arb
from sympy import Expr, Integer

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.recheck.intervals import Interval, Program, ball, hull
from ridgeproof.verification.recheck.reading import (
    DIVISOR,
    INTEGERS,
    ROOT,
    Statement,
    number,
    read_formula,
    read_statement,
)
from ridgeproof.verification.recheck.theorem import (
    NAMES,
    Levels,
    LevelSum,
    enclosed_sums,
    forms,
    kappa_between,
    levels,
    slope,
)

__all__ = ["Recheck", "read_certificate", "recheck"]

VERSION, THEOREM = 1, "ridge"
_MOST_BYTES = 50_000_000
_MOST_HALVES = 64
_ROUNDED = Fraction(1, 2**51)
_BOXED = ("T", "T0", "n", "sigma", "sigma0", "lam")

Box = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Recheck:
    """The outcome: ``accepted``, or the first ``reason`` why not.

    An equality is accepted up to ``delta``, which is 0 of all others.
    """

    accepted: bool
    leaves: int
    reason: str = ""
    delta: Fraction = Fraction(0)


def read_certificate(path: Path) -> dict[str, Any]:
    """The certificate of a file.

    Raises:
        InputError: it is too large, no JSON object, or of another kind, version or theorem.
    """
    remedy = "give a certificate (docs/certificates.md has the format)"
    try:
        size = path.stat().st_size
        text = path.read_text(encoding="utf-8") if size <= _MOST_BYTES else ""
    except OSError as error:
        condition = f"cannot be read ({error.strerror})"
        raise InputError("CERTIFICATE", path, condition, remedy) from None
    except UnicodeDecodeError:
        raise InputError("CERTIFICATE", path, "is not text", remedy) from None
    if size > _MOST_BYTES:
        condition = f"is too large, {size:,} bytes of at most {_MOST_BYTES:,}"
        raise InputError("CERTIFICATE", path, condition, remedy)
    try:
        found = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise InputError("CERTIFICATE", path, "is not JSON, or is cut short", remedy) from None
    if not isinstance(found, dict) or found.get("format") != "ridgeproof certificate":
        raise InputError("CERTIFICATE", path, "is no certificate of ridgeproof", remedy)
    for name, known in (("version", VERSION), ("theorem", THEOREM)):
        if found.get(name) != known:
            condition = f"is not {known}, the only one that recheck knows"
            raise InputError(f"certificate {name}", found.get(name), condition, remedy)
    if not isinstance(found.get("leaves"), list) or not isinstance(found.get("variables"), list):
        raise InputError("CERTIFICATE", path, "has no list of leaves and variables", remedy)
    return found


def _no_number(text: str) -> None:
    raise ValueError(text)


def recheck(certificate: Mapping[str, Any], conjecture: str | None = None) -> Recheck:
    """Check a certificate again, for its own claim or for that of a conjecture file.

    Args:
        certificate: as `read_certificate` gives it.
        conjecture: the text of a conjecture file; its claim must be that of the certificate.

    Raises:
        InputError: the claim or a leaf cannot be read.
    """
    claim, domain = certificate.get("conjecture"), certificate.get("domain")
    statement = read_statement(claim, domain)
    count = len(certificate["leaves"])
    if conjecture is not None and not _same(conjecture, claim, domain):
        return Recheck(False, count, "it is a certificate for another claim")
    delta = number(certificate.get("delta", 0))
    if delta < 0 or (delta > 0) != statement.equal:
        return Recheck(
            False, count, "an equality is proved up to a delta > 0, an inequality exactly"
        )
    by_place = defaultdict(list)
    names = set(statement.box(statement.sizes()[0])) - {"d"}
    for index, leaf in enumerate(certificate["leaves"]):
        spectrum, signal, size, box = _leaf(leaf, certificate["variables"], names)
        if leaf.get("sign") != 1:
            return Recheck(False, count, f"leaf {index} does not say that its sign is +1")
        by_place[spectrum, signal or statement.signals[0], size].append((index, box))
    prover = _Prover(statement, delta)
    for spectrum in statement.spectra:
        for signal in statement.signals:
            for size in statement.sizes():
                held = by_place.pop((spectrum, signal, size), [])
                place = f"{spectrum}, d = {size}"
                whole = statement.box(size)
                if not held and any(low > high for low, high in whole.values()):
                    continue  # one value, and no step from it
                wrong = _misfit(whole, [box for _, box in held])
                if wrong:
                    return Recheck(False, count, f"{place}: {wrong}")
                at = levels(spectrum, signal, size)
                for index, box in held:
                    if not prover.holds(at, size, box):
                        where = f"leaf {index} ({place}, {_shown(box)})"
                        return Recheck(False, count, f"{where} is not confirmed")
    if by_place:
        spectrum, _, size = next(iter(by_place))
        where = f"{spectrum}, d = {size}"
        return Recheck(False, count, f"{where}: a leaf reaches beyond the domain")
    if not count:
        return Recheck(False, count, "there is nothing to compare")
    return Recheck(True, count, delta=delta)


def _same(conjecture: str, claim: Any, domain: Any) -> bool:
    try:
        tables = tomllib.loads(conjecture, parse_float=str)
    except tomllib.TOMLDecodeError as error:
        raise InputError("CONJECTURE", error, "is not TOML", "give the conjecture file") from None
    stated = tables.get("conjecture")
    if not isinstance(stated, dict) or tables.keys() - {"conjecture", "domain"}:
        condition = "has no table [conjecture], or others than it and [domain]"
        raise InputError("CONJECTURE", ", ".join(tables), condition, "give the conjecture file")
    own = {k: v for k, v in stated.items() if k != "title"}
    told = {k: v for k, v in claim.items() if k != "title"}
    return _plain(own) == _plain(told) and _plain(tables.get("domain")) == _plain(domain)


def _plain(value: Any) -> Any:
    """Tables with their numbers and formulas as what they mean, however they are written."""
    if isinstance(value, Mapping):
        if set(value) == {"integers"} and isinstance(value["integers"], list):
            return "range", [_plain(each) for each in value["integers"]]
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return _plain(value[0]) if len(value) == 1 else [_plain(each) for each in value]
    if isinstance(value, str) and ".." in value:
        return "range", [_plain(each) for each in value.split("..")]
    try:
        return number(value)
    except InputError:
        pass
    guards: list[Any] = []  # 0*log(d - T) is not 0
    try:
        return read_formula(str(value), guards), tuple(guards)
    except InputError:
        # The name of a spectrum with its numbers.
        return re.sub(r"\d*\.\d+|\d+\.", lambda x: str(Fraction(x[0])), "".join(str(value).split()))


def _leaf(leaf: Any, variables: list[Any], names: set[str]) -> tuple[str, str, int, Box]:
    """The place and the box of a leaf, its sides those of names."""

    def wrong(condition: str) -> InputError:
        return InputError("leaf", str(leaf), condition, "write the certificate anew")

    if not isinstance(leaf, dict) or not isinstance(leaf.get("box"), list):
        raise wrong("has no box")
    if len(leaf["box"]) != len(variables) or len(set(map(str, variables))) != len(variables):
        raise wrong("has not one pair of ends for each variable")
    box: Box = {}
    for name, ends in zip(variables, leaf["box"], strict=True):
        if name not in {*INTEGERS, *_BOXED} or not isinstance(ends, list) or len(ends) != 2:
            raise wrong(f"has no ends for {name}")
        low, high = map(number, ends)
        if low > high or (name in INTEGERS and (low.denominator, high.denominator) != (1, 1)):
            raise wrong(f"has ends of {name} that are no range")
        box[name] = (low, high)
    size = box.pop("d", (Fraction(0),) * 2)
    if size[0] != size[1]:
        raise wrong("spans several d")
    if box.keys() != names:
        raise wrong("has other variables than the domain")
    return str(leaf.get("spectrum")), str(leaf.get("signal", "")), int(size[0]), box


def _shown(box: Mapping[str, tuple[Any, Any]]) -> str:
    return ", ".join(f"{x} in [{float(a):.6g}, {float(b):.6g}]" for x, (a, b) in box.items())


# --- that the leaves fill the domain


def _misfit(whole: Mapping[str, tuple[Fraction, Fraction]], leaves: list[Box]) -> str:
    """How the leaves fail to be the domain cut in pieces; empty where they are.

    Boxes within the domain of which no two overlap fill it if their volumes add up to its own.
    Between a whole number and the next there is nothing to fill.
    """
    filled, sides = Fraction(0), []
    for box in leaves:
        share = Fraction(1)
        for x, (low, high) in box.items():
            least, most = whole[x]
            # The ends of a decimal range may be rounded outwards to binary numbers.
            slack = 0 if x in INTEGERS else max(abs(least), abs(most)) * _ROUNDED
            first, last = max(low, least), min(high, most)
            if low < least - slack or high > most + slack or first > last:
                return f"a leaf reaches beyond the domain, {_shown(box)}"
            if most > least:
                share *= (last - first + (x in INTEGERS)) / (most - least + (x in INTEGERS))
            sides.append((first, last + 1 if x in INTEGERS or most == least else last))
        filled += share
    # Which end comes first is all that matters for two leaves to overlap, and ranks are exact.
    ranks = {end: k for k, end in enumerate(sorted({end for side in sides for end in side}))}
    ranked = np.array([[ranks[end] for end in side] for side in sides], dtype=np.int64)
    lows, highs = ranked.reshape(len(leaves), -1, 2).transpose(2, 0, 1) if leaves else ((), ())
    for k, (low, high) in enumerate(zip(lows, highs, strict=True)):
        if ((np.maximum(low, lows[:k]) < np.minimum(high, highs[:k])).all(1)).any():
            return "leaves overlap"
    return "" if filled == 1 else f"no leaf fills a share of {float(1 - filled):.3g} of the domain"


# --- that a leaf holds


class _Prover:
    """The difference of a statement, its slopes, and their enclosures."""

    def __init__(self, statement: Statement, delta: Fraction) -> None:
        self.delta, self.equal = ball(delta), statement.equal
        self.ridge = Program([statement.ridge])
        self.derived = statement.ridge != NAMES["lam"]
        self.guards = _Compiled([piece for piece, _ in statement.guards])
        self.kinds = [kind for _, kind in statement.guards]
        self.names = [
            x for x in _BOXED if x in statement.domain and not (x == "lam" and self.derived)
        ]
        found = [statement.difference]
        if not statement.equal:
            low = statement.box(statement.sizes()[0]).get("lam", (0, 0))[0]
            found = forms(statement.difference, at_zero=low == 0)
        self.forms = [(_Compiled([each]), self._with_slopes(each, statement)) for each in found]
        self.along, function = statement.moving or ("", Integer(0))
        self.function = self._with_slopes(function, statement)

    def _with_slopes(self, value: Expr, statement: Statement) -> _Compiled:
        return _Compiled([value, *(slope(value, x, statement.ridge) for x in self.names)])

    def holds(self, at: Levels, size: int, box: Box) -> bool:
        """Whether the difference is >= 0 (of an equality, at most delta either way) on a box."""
        pending, count = [box], 0
        while pending:
            here = pending.pop()
            if self._is_singular(size, here):
                return False
            felt = (self._steps if self.along else self._felt)(at, size, here)
            if not felt:
                continue
            count += 1
            halves = _halves(here, felt)
            if halves is None or count > _MOST_HALVES:
                return False
            pending += halves
        return True

    def _is_singular(self, size: int, box: Box) -> bool:
        """No ridge and T = d: what is divided out vanishes, and the sign of what is left with it.

        Where lam ranges from 0 up, the value there is the limit of those next to it.
        """
        low, high = box["T"]
        known: dict[Expr, Interval] = {NAMES[x]: hull(a, b) for x, (a, b) in box.items()}
        known[NAMES["d"]] = hull(Fraction(size), Fraction(size))
        known.setdefault(NAMES["lam"], hull(Fraction(0), Fraction(0)))
        (ridge,) = self.ridge(known)
        return low <= size <= high and bool(ridge.high == 0)

    def _steps(self, at: Levels, size: int, box: Box) -> dict[str, float]:
        """As `_felt`, for steps along a whole number.

        The slope is of one sign on all reals up to the end of the last step; or, of one step, the
        difference is, as it stands or by the mean value form in the other numbers.
        """
        low, high = box[self.along]
        felt = self._felt(at, size, {**box, self.along: (low, high + 1)})
        if not felt or low < high:
            return felt
        middle: Box = {x: ((a + b) / 2,) * 2 for x, (a, b) in box.items()}
        value, *slopes = self._change(at, size, box)
        start, *_ = self._change(at, size, middle)
        for x, g in zip(self.names, slopes, strict=True):
            if x != self.along:
                (a, b), (c, _) = box[x], middle[x]
                start = start + g * hull(a - c, b - c)
        if value.low >= 0 or start.low >= 0:
            return {}
        felt = {x: _felt(g, *box[x]) for x, g in zip(self.names, slopes, strict=True)}
        return {**felt, self.along: -1.0}

    def _change(self, at: Levels, size: int, box: Box) -> list[Interval]:
        low, _ = box[self.along]
        before, after = (
            self._enclosed(self.function, at, size, {**box, self.along: (x, x)})
            for x in (low, low + 1)
        )
        return [last + first * hull(-1, -1) for first, last in zip(before, after, strict=True)]

    def _felt(self, at: Levels, size: int, box: Box) -> dict[str, float]:
        """Nothing where the box is confirmed; else how much each side of it matters."""
        for form in list(self.forms):
            felt = self._felt_by(form, at, size, box)
            if not felt:
                # What did for this box is likely to do for the next.
                self.forms.sort(key=lambda x: x is not form)
                break
        return felt

    def _felt_by(
        self, form: tuple[_Compiled, _Compiled], at: Levels, size: int, box: Box
    ) -> dict[str, float]:
        plain, whole = form
        value, *slopes = self._enclosed(whole, at, size, box)
        defined = self._defined(at, size, box)
        if defined and self._fits(value):
            return {}
        felt = {x: _felt(g, *box[x]) for x, g in zip(self.names, slopes, strict=True)}
        if not defined:
            return felt
        rises = {x: (g.low >= 0) - (g.high <= 0) for x, g in zip(self.names, slopes, strict=True)}
        if not self.equal and any(rises.values()):
            ends = {
                x: ((a, a) if rises[x] > 0 else (b, b) if rises[x] < 0 else (a, b))
                for x, (a, b) in box.items()
            }
            box = ends
            value, *slopes = self._enclosed(whole, at, size, box)
            if self._fits(value):
                return {}
        middle = {x: ((a + b) / 2,) * 2 for x, (a, b) in box.items()}
        (value,) = self._enclosed(plain, at, size, middle)
        for x, g in zip(self.names, slopes, strict=True):
            (a, b), (c, _) = box[x], middle[x]
            value = value + g * hull(a - c, b - c)
        return {} if self._fits(value) else felt

    def _defined(self, at: Levels, size: int, box: Box) -> bool:
        """Whether no piece divides by zero, or takes a root or logarithm that is not real."""
        if not self.kinds:
            return True
        pieces = self._enclosed(self.guards, at, size, box)
        return all(
            piece.low >= 0 if kind == ROOT
            else piece.low > 0 or (kind == DIVISOR and piece.high < 0)
            for piece, kind in zip(pieces, self.kinds, strict=True)
        )  # fmt: skip

    def _fits(self, value: Interval) -> bool:
        if self.equal:
            return bool(value.low >= -self.delta and value.high <= self.delta)
        return bool(value.low >= 0)

    def _enclosed(self, program: _Compiled, at: Levels, size: int, box: Box) -> list[Interval]:
        known: dict[Expr, Interval] = {NAMES[x]: hull(a, b) for x, (a, b) in box.items()}
        known[NAMES["d"]] = hull(Fraction(size), Fraction(size))
        known.setdefault(NAMES["lam"], Interval(arb(0), arb(0)))
        if self.derived:
            (known[NAMES["lam"]],) = self.ridge(known)
        ridge = known[NAMES["lam"]]
        if not ridge.low >= 0:
            return [Interval(arb("-inf"), arb("inf"))] * len(program.program.results)
        between = kappa_between(at, ridge, known[NAMES["T"]])
        known[NAMES["kappa"]] = between
        if not between.high.is_finite():
            return [Interval(arb("-inf"), arb("inf"))] * len(program.program.results)
        return program.program({**known, **enclosed_sums(program.sums, at, between)})


class _Compiled:
    """Expressions with the sums that they hold."""

    def __init__(self, expressions: list[Expr]) -> None:
        held = {x for each in expressions for x in each.atoms(LevelSum)}
        self.sums = sorted(held, key=str)
        self.program = Program(expressions)


def _felt(slope_: Interval, low: Any, high: Any) -> float:
    """How far a variable may move the difference on a side of the box."""
    steepest = max(abs(float(slope_.low)), abs(float(slope_.high)))
    return steepest * float(high - low) if high > low else -1.0


def _halves(box: Box, felt: Mapping[str, float]) -> list[Box] | None:
    """The box in two parts, across the side that matters most."""
    name = max(felt, key=lambda x: (felt[x], box[x][1] - box[x][0]))
    a, b = box[name]
    if a == b:
        return None
    middle = (a + b) / 2
    if name in INTEGERS:
        below = Fraction(middle // 1)
        return [{**box, name: (a, below)}, {**box, name: (below + 1, b)}]
    return [{**box, name: (a, middle)}, {**box, name: (middle, b)}]
