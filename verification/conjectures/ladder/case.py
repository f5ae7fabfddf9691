"""What the rungs of a check ask of a claim: its cases, both sides of each, and how to try one.

A case is a place, or for a claim of monotony two places between which one parameter moves.  A
place is a setting, or a process with all its numbers fixed; its numbers are attributes.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import mpmath
from hypothesis.strategies import SearchStrategy
from sympy import Expr, Symbol

from ridgeproof.theory.domains.entries import RealInterval
from ridgeproof.theory.errors import InputError, SolverError, UndecidedLimit
from ridgeproof.verification.conjectures.drawing import Drawn, draw, places
from ridgeproof.verification.conjectures.guards import Guard
from ridgeproof.verification.conjectures.ladder.choosers import moved
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge

if TYPE_CHECKING:
    from ridgeproof.verification.testing.progress import Trial
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = [
    "DIGITS",
    "Case",
    "Finding",
    "Proof",
    "Side",
    "Subject",
    "cases_at",
    "compared",
    "distance",
    "examined",
    "failed",
    "undefined",
]

# Digits in which the sides are compared.
DIGITS = 50
# Steps of a real, in its interval; the first is for turns close to an end, which theory can see
# and simulation cannot.
_FINE, *_SHARES = (Fraction(1, 1000), Fraction(1, 20), Fraction(1, 4))
_SIGNS = {"equals": 0, "at-most": -1, "decreases-in": -1}


@dataclass(frozen=True)
class Case:
    """A place, and for a claim of monotony the place before it."""

    place: Any
    before: Any | None = None

    @property
    def places(self) -> tuple[Any, ...]:
        """The places that are compared, the earlier one first."""
        return (self.place,) if self.before is None else (self.before, self.place)


@dataclass(frozen=True)
class Side:
    """A value by theory or of a formula, perhaps infinite, and how far it may be off.

    Two sides agree within the sum of their radii.
    """

    value: Any
    radius: Any = 0


@dataclass(frozen=True, eq=False)
class Proof:
    """That a claim holds on its whole domain.

    Attributes:
        how: in words.
        certificate: of the proof, for a second reader; None where none knows the theorem.
        is_exact: false of an equality that is shown up to a delta.
    """

    how: str
    certificate: Callable[[], Mapping[str, Any]] | None
    is_exact: bool = True


@dataclass(frozen=True, eq=False)
class Finding:
    """What theory says of a case.

    Attributes:
        is_known: whether it says anything.
        margin: by how much the claim holds, relatively, per octave of a size that moves or interval
            of a real; negative where it fails, None where that is not known.
        example: the counterexample, where the claim fails.
        unclear: why the case is not decided though theory speaks.
        refused: why a number there is none that the claim can be about.
        theorems: that spoke.
    """

    is_known: bool
    margin: float | None = None
    example: Counterexample | None = None
    unclear: str = ""
    refused: InputError | None = None
    theorems: tuple[str, ...] = ()


class Subject(ABC):
    """A claim as the rungs see it; a rung that needs more is offered by those that have it.

    Attributes:
        claim: statement, relation, kind, variable and domain.
        theory: what the precision rung compares with, in words.
        digits: numbers of digits in which both sides are shown, until they differ.
    """

    claim: Any
    theory: str = ""
    digits: Sequence[int] = (15, 30, DIGITS)

    @property
    def name(self) -> str:
        """The claimed quantity."""
        return str(self.claim.name)

    @property
    def evaluations(self) -> int:
        """Margins that the search may compute."""
        return 120

    @property
    def literal(self) -> int:
        """How many places are tried by the literal process as well."""
        return 0

    @property
    def judged(self) -> str:
        """The quantity that decides where simulation can judge; "" where it may be anywhere."""
        return ""

    def draw(self, count: int, seed: int) -> Drawn[Any]:
        """Places of the domain that simulation can judge, and what was out of scope."""
        return draw(self.claim.domain, count, seed, self.judged)

    def places(self) -> SearchStrategy[Any]:
        """The same places as hypothesis draws and shrinks them."""
        return places(self.claim.domain, self.judged)

    @abstractmethod
    def put(self, case: Case, judge: Judge, method: str) -> None:
        """Put a case on trial by simulation; raises Refutation."""

    def begin(self, trial: Trial, places: list[Any]) -> Verdict | None:
        """Rungs of this kind of claim that come before all others."""
        del trial, places
        return None

    def everywhere(self, trial: Trial) -> Proof | Counterexample | str | None:
        """A proof on the whole domain, a counterexample met on the way to it, or why neither is."""
        del trial
        return None

    def silence(self) -> str:
        """Why theory has said nothing at the drawn places."""
        return "no derived theorem gives the quantity at the drawn points"

    def starts(self, place: Any) -> Iterator[Any]:
        """The ways to write a place from which the variable moves."""
        yield place

    def sides(self, case: Case) -> tuple[Side, Side, tuple[str, ...]] | None:
        """(later or claimed about, earlier or formula, theorems); None where theory is silent.

        Raises:
            SolverError: a side is undefined.
            UndecidedLimit: the limit of a side is not known.
        """
        del case
        return None

    def examine(self, case: Case) -> Finding:
        """What theory says of a case."""
        return examined(self, case)

    def example(self, case: Case, claimed: str, observed: str, method: str = "") -> Counterexample:
        """The counterexample of a case, with lines that do it again; by theory unless stated."""
        method = method or self.theory
        return Counterexample(case.place, self.moved(case), claimed, observed, None, method)

    def gaps(self) -> Iterator[Callable[[Any], float | None]]:
        """How far places are from where a piece of the formula is undefined, piece by piece."""
        yield from ()

    def off(self, places: Sequence[Any]) -> Counterexample | None:
        """A counterexample where the sides differ by less than any digits show."""
        del places
        return None

    def remark(self, example: Counterexample, places: Sequence[Any]) -> str:
        """What is to be said of the limit at a counterexample."""
        del example, places
        return ""

    def why_not(self, place: Any) -> str:
        """Why simulation cannot judge at a place, or ""."""
        del place
        return ""

    def why_none(self, reasons: Mapping[str, int]) -> str:
        """Why simulation can judge no place at all."""
        return next(iter(reasons), "no place is left")

    def pilot(self, case: Case, seed: int) -> float | None:
        """How tight the claim looks by a few draws: a positive number, None where none may be."""
        del case, seed
        return None

    def moved(self, case: Case) -> str:
        """The name of the quantity, or of its change."""
        if case.before is None:
            return self.name
        variable = str(self.claim.variable)
        return f"change of {self.name} from {variable} = {getattr(case.before, variable)}"

    @property
    def sign(self) -> int:
        """1 where the first side is to be the larger, -1 the smaller, 0 where they are equal."""
        return _SIGNS.get(self.claim.relation, 1)

    @property
    def bound(self) -> str:
        """What the difference of the sides is claimed to be."""
        return {0: "0", 1: ">= 0", -1: "<= 0"}[self.sign]


def distance(
    guard: Guard, value: Expr, numbers: Callable[[Any], Mapping[Symbol, Expr]]
) -> Callable[[Any], float | None]:
    """How far a place is from where a piece is undefined; None where that is no number.

    Args:
        guard: what the piece needs.
        value: what must not vanish, or must be above 0.
        numbers: of a place.
    """

    def far(place: Any) -> float | None:
        number = value.xreplace(numbers(place))
        known = number.is_number and number.is_real
        return guard.room(float(number)) if known else None

    return far


def cases_at(subject: Subject, place: Any, *, simulated: bool = False) -> Iterator[Case]:
    """The place itself, or the moves of the variable that begin there, the smallest first.

    Derived entries follow, all else is held fixed.  The first step of a real is very small, unless
    it is to be simulated.
    """
    claim = subject.claim
    if claim.variable is None:
        yield Case(place)
        return
    name, entry = str(claim.variable), claim.domain[str(claim.variable)]
    value = Fraction(getattr(place, name))
    steps = [value + 1, value + 2, 2 * value]
    if isinstance(entry, RealInterval):
        shares = _SHARES if simulated else (_FINE, *_SHARES)
        steps = [value + (entry.most - entry.least) * share for share in shares]
    if name == "synthetic_fraction":  # whole rows
        steps = [Fraction(math.ceil(step * place.T), place.T) for step in steps]
    for step in dict.fromkeys(step for step in steps if step > value):
        for start in subject.starts(place):
            there = moved(claim.domain, start, name, step)
            if there is not None:
                yield Case(there, place)


def examined(subject: Subject, case: Case) -> Finding:
    """Put a case before the theory."""
    try:
        sides = subject.sides(case)
    except UndecidedLimit as error:
        return Finding(is_known=True, unclear=str(error))
    except SolverError as error:
        return undefined(subject, case, str(error))
    return Finding(is_known=False) if sides is None else compared(subject, case, *sides)


def undefined(subject: Subject, case: Case, why: str, claimed: str = "undefined") -> Finding:
    """A claim that has no value where it needs one."""
    return failed(subject.example(case, claimed, "a finite value is needed", why))


def failed(example: Counterexample, theorems: tuple[str, ...] = ()) -> Finding:
    """A claim that fails."""
    return Finding(is_known=True, margin=-1.0, example=example, theorems=theorems)


def compared(
    subject: Subject, case: Case, first: Side, last: Side, theorems: tuple[str, ...] = ()
) -> Finding:
    """Compare the two sides of a case."""
    with mpmath.workdps(DIGITS + 15):
        equal = first.value == last.value  # both may be infinite
        gap = mpmath.mpf(0) if equal else mpmath.mpf(first.value) - last.value
        lacks = abs(gap) if subject.sign == 0 else -subject.sign * gap
        if lacks > first.radius + last.radius:
            claimed, observed = subject.bound, _shown(gap, 12)
            if case.before is None:
                claimed, observed = _told_apart(last.value, first.value, subject.digits)
            return failed(subject.example(case, claimed, observed), theorems)
        scale = max(abs(first.value), abs(last.value)) or 1
        room = abs(gap) if subject.sign == 0 else max(-lacks, 0)
        share = 0.0 if equal else 1.0 if mpmath.isinf(scale) else float(room / scale)
    return Finding(is_known=True, margin=share / _length(subject, case), theorems=theorems)


def _told_apart(claimed: Any, observed: Any, known: Sequence[int]) -> tuple[str, str]:
    """Both values, to as many of the known digits as tell them apart."""
    shown = "", ""
    for digits in known:
        shown = _shown(claimed, digits), _shown(observed, digits)
        if shown[0] != shown[1]:
            break
    return shown


def _shown(value: Any, digits: int) -> str:
    if mpmath.isinf(value):
        return "infinite" if value > 0 else "-infinite"
    return str(mpmath.nstr(mpmath.mpf(value), digits))


def _length(subject: Subject, case: Case) -> float:
    """How far apart two values of the variable are: in octaves, or as a share of the interval."""
    if case.before is None:
        return 1.0
    name = str(subject.claim.variable)
    entry, least, most = (
        subject.claim.domain[name],
        getattr(case.before, name),
        getattr(case.place, name),
    )
    if isinstance(entry, RealInterval):
        return float((most - least) / (entry.most - entry.least))
    return math.log2((most + 1) / (least + 1))
