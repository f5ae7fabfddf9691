"""ProcessSubject: a claim about the asks of a process as the rungs of a check see it."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ridgeproof.numerics.arithmetic.rational_balls import center, upper_radius
from ridgeproof.theory.errors import InputError, SolverError, UndecidedLimit
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.verification.conjectures.ladder.case import (
    Case,
    Finding,
    Proof,
    Side,
    Subject,
    distance,
    examined,
)
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.sides import FINE, FLOAT, Sides, Theory
from ridgeproof.verification.conjectures.processes.slopes import by_slope
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.conjectures.processes.trial import (
    judge_case,
    pilot_case,
    sizes_of,
    why_not,
)
from ridgeproof.verification.proofs.process_inequality import stated_of_process
from ridgeproof.verification.proofs.whole_domain import on_whole_domain
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.progress import Trial

__all__ = ["ProcessSubject"]

# Options of the command line that are parameters; others are given with --set.
_OPTIONS = ("d", "T", "T0", "n", "sigma", "sigma0", "lam", "lam0", "spectrum", "signal")


@dataclass(frozen=True)
class ProcessSubject(Subject):
    """A claim about the asks of a process; the one theorem gives their limits."""

    claim: ProcessConjecture
    asks_theorem: bool = True
    theory = "the theorem of processes (a limit), up to 25 digits"
    digits = (FLOAT, FINE)

    @cached_property
    def theorem(self) -> Theory:
        """What the one theorem says, each place looked up once."""
        return Theory(Sides(self.claim))

    def silence(self) -> str:
        """Why the theorem is not asked, or gives no value."""
        if not self.asks_theorem:
            return "the theorem was not asked"
        if self.claim.kind == "exact":
            return "the theorem is one of limits: simulation at the size itself decides"
        reasons = (str(error) for error in self.theorem.silent.values())
        return f"the theorem gives no value: {next(reasons, '')}"

    def examine(self, case: Case) -> Finding:
        """What the theorem says; where it refuses a number, the claim is about other places."""
        decides = self.asks_theorem and self.claim.kind == "limit"
        finding = (by_slope(self, self.theorem, case) if decides else None) or examined(self, case)
        silent = [self.theorem.silent.get(place) for place in case.places]
        refused = next((error for error in silent if isinstance(error, InputError)), None)
        return replace(finding, refused=refused)

    def sides(self, case: Case) -> tuple[Side, Side, tuple[str, ...]] | None:
        """Quantity and formula, or the quantity after and before, as balls around the theorem's."""
        for place in case.places:
            self.theorem.sides.check(place)
        if not self.asks_theorem or self.claim.kind == "exact":
            return None
        for digits in (FLOAT, FINE):
            if any(self.theorem.leaves(place, digits) is None for place in case.places):
                return None
            try:
                first, last = self._pair(case, digits)
            except (SolverError, UndecidedLimit):
                # What float64 cannot divide by may be far from zero.
                if digits == FINE:
                    raise
                continue
            # Nothing is refuted, nor taken for equal, in float64.
            if self.sign * (first - last) > 0:
                break
        return _side(first), _side(last), ()

    def _pair(self, case: Case, digits: int) -> tuple[Any, Any]:
        pairs = [
            self.theorem.sides.at(place, self.theorem.leaves(place, digits) or {})
            for place in case.places
        ]
        return pairs[-1] if case.before is None else (pairs[1][0], pairs[0][0])

    def example(self, case: Case, claimed: str, observed: str, method: str = "") -> Counterexample:
        """The counterexample of a case; its lines evaluate the process."""
        found = super().example(case, claimed, observed, method)
        digits = min(self.theorem.digits(place) for place in case.places)
        return _redone(self.claim, case, found, digits=digits)

    def everywhere(self, trial: Trial) -> Proof | Counterexample | str | None:
        """By boxes that fill the domain, where every fit has one kappa."""
        return on_whole_domain(trial, self, stated_of_process)

    def gaps(self) -> Iterator[Callable[[Place], float | None]]:
        """The pieces that no ask enters, in a limit their leading coefficients."""
        sides = self.theorem.sides
        back = {new: old for old, new in sides.stand_ins.items()}
        for guard in self.claim.plain_guards:
            value = guard.value
            if self.claim.kind == "limit":
                with suppress(UndecidedLimit):
                    value = proportional_limit(value.xreplace(sides.stand_ins)).xreplace(back)
            yield distance(guard, value, lambda place: sides.where(place, {}).numbers)

    def why_not(self, place: Place) -> str:
        """Why simulation cannot judge, or ""."""
        return why_not(self.theorem.sides, place)

    def why_none(self, reasons: Mapping[str, int]) -> str:
        """Why simulation can judge no place at all."""
        return f"simulation cannot judge: {super().why_none(reasons)}"

    def put(self, case: Case, judge: Judge, method: str) -> None:
        """Put the difference of the sides on trial.

        Raises:
            Refutation: its simulated mean contradicts the relation.
        """
        del method
        sides = self.theorem.sides
        try:
            judge_case(self, sides, case, judge)
        except Refutation as refutation:
            sizes = sizes_of(sides, case)
            raise Refutation(_redone(self.claim, case, refutation.counterexample, sizes)) from None

    def pilot(self, case: Case, seed: int) -> float:
        """How tight the claim looks by a few draws."""
        return pilot_case(self, self.theorem.sides, case, seed)


def _side(ball: Any) -> Side:
    return Side(center(ball), upper_radius(ball))


def _redone(
    conjecture: ProcessConjecture,
    case: Case,
    example: Counterexample,
    sizes: tuple[int, ...] = (),
    digits: int = FLOAT,
) -> Counterexample:
    """The counterexample with lines that do it again: evaluated, or simulated at some sizes."""
    if not conjecture.file:
        return replace(example, redo="(save the conjecture as a file to do it again)")
    order = case.places
    if not sizes:
        more = "" if digits == FLOAT else f" --digits {digits}"
        commands = [
            f"ridgeproof evaluate {_arguments(conjecture, place, 1)}{more}" for place in order
        ]
        calls = [f"evaluate_process(p, digits={digits}, {_keywords(place)})" for place in order]
        shown = f"{{k: mpmath.nstr(v.item(), {digits}) for k, v in e.values.items()}}"
        python = (
            "import mpmath; from ridgeproof.numerics.equivalent.evaluate import evaluate_process; "
            "from ridgeproof.theory.process.file import read_process; "
            f"p = read_process({conjecture.file!r}); "
            f"print([{shown} for e in ({', '.join(calls)},)])"
        )
    else:
        effort = f"--repetitions {example.repetitions} --seed 0"
        # Only a flat world has a name at every size; another is shown at its own.
        flat = all((str(p.spectrum), str(p.signal)) == ("isotropic", "flat") for p in order)
        commands = [
            f"ridgeproof simulate {_arguments(conjecture, place, size)} {effort}"
            for size in (sizes if flat else (1,))
            for place in order
        ]
        python = ""
    return replace(example, redo=" && ".join(commands), redo_python=python)


def _arguments(conjecture: ProcessConjecture, place: Place, growth: int) -> str:
    growing = {symbol.name for _, symbol in conjecture.domain.symbols if symbol.is_positive}
    words = [shlex.quote(conjecture.file)]
    for name, value in place.canonical().items():
        shown = value * growth if name in growing else value
        option = f"--{name} " if name in _OPTIONS else f"--set {name}="
        words.append(f"{option}{shlex.quote(str(shown))}")
    return " ".join(words)


def _keywords(place: Place) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in place.canonical().items())
