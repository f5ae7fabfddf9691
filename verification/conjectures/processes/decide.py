"""The rungs of a check about a process: domain, precision, search, simulation.

A claim is looked at case by case: a place, or for a claim of monotony two places between which one
parameter moves.  In a case two sides are compared, by the theorem or by simulation.
"""

from __future__ import annotations

import math
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

from ridgeproof.theory.domains.entries import RealInterval
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError, UndecidedLimit
from ridgeproof.verification.conjectures.ladder.choosers import ends_of, moved
from ridgeproof.verification.conjectures.ladder.on_trial import decide_by_simulation
from ridgeproof.verification.conjectures.ladder.search import smallest
from ridgeproof.verification.conjectures.ladder.worst import worst
from ridgeproof.verification.conjectures.processes.place import Place, draw_places, places
from ridgeproof.verification.conjectures.processes.sides import CLOSE, FAR, Sides, Theory
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.conjectures.processes.trial import (
    Case,
    judge_case,
    pilot_case,
    sizes_of,
    why_not,
)
from ridgeproof.verification.simulation.seeds import digest
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["decide_process"]

_PLACES = 24
_ENDS = 24  # places with every number at an end of its range
_EVALUATIONS = 120  # margins that the search may compute
_EXAMPLES = 60  # places that the search for a smaller counterexample draws
_SHARES = (Fraction(1, 1000), Fraction(1, 20), Fraction(1, 4))  # steps of a real in its interval
# Options of the command line that are parameters; others are given with --set.
_OPTIONS = ("d", "T", "T0", "n", "sigma", "sigma0", "lam", "lam0", "spectrum", "signal")


@dataclass(frozen=True)
class _Finding:
    """What the theorem says of a case.

    Attributes:
        is_known: whether it says anything.
        margin: by how much an inequality holds, relatively; negative where it fails.
        example: the counterexample, where the claim fails.
        unclear: why the case is not decided though the theorem speaks.
    """

    is_known: bool
    margin: float | None = None
    example: Counterexample | None = None
    unclear: str = ""


def decide_process(trial: Trial, *, theorem: bool) -> Verdict:
    """Compare the claim with the theorem, and put what it leaves open on trial by simulation.

    Raises:
        InputError: the domain has no place, or a number in all of it is out of its range.
    """
    conjecture = _question(trial)
    theory = Theory(Sides(conjecture))
    seed = int.from_bytes(digest([trial.seed, conjecture.statement])[:8], "big")
    drawn, failed = draw_places(conjecture.domain, _PLACES, seed)
    if not drawn:
        reason = next(iter(failed), "its entries exclude each other")
        described = conjecture.domain.describe()
        raise InputError("domain", described, f"has no place: {reason}", "change that entry")
    unknown = drawn
    if not theorem:
        trial.note("precision", "the theorem was not asked")
    elif conjecture.kind == "exact":
        trial.note(
            "precision", "the theorem is one of limits: simulation at the size itself decides"
        )
    else:
        verdict, unknown = _precise(trial, theory, drawn, seed)
        if verdict is not None:
            return verdict
    return _simulated(trial, theory.sides, unknown)


def _question(trial: Trial) -> ProcessConjecture:
    assert isinstance(trial.question, ProcessConjecture)
    return trial.question


def _cases(conjecture: ProcessConjecture, place: Place) -> Iterator[Case]:
    """The place itself, or the moves of the variable that begin there, the smallest first."""
    if conjecture.variable is None:
        yield Case(place)
        return
    name = str(conjecture.variable)
    value, entry = place.values[name], conjecture.domain[name]
    steps = [value + 1, value + 2, 2 * value]
    if isinstance(entry, RealInterval):
        steps = [value + (entry.most - entry.least) * share for share in _SHARES]
    domain: Any = conjecture.domain  # which has all that the walk asks of a domain
    held: Any = place
    for step in dict.fromkeys(step for step in steps if step > value):
        there: Any = moved(domain, held, name, step)
        if there is not None:
            yield Case(there, place)


# --- precision


def _precise(
    trial: Trial, theory: Theory, drawn: list[Place], seed: int
) -> tuple[Verdict | None, list[Place]]:
    """The verdict, if the theorem decides; otherwise the places that it leaves to simulation."""
    conjecture = _question(trial)
    known, unknown, unclear = 0, [], ""
    cases = [case for place in drawn for case in _cases(conjecture, place)]
    if not cases:
        trial.note("domain", f"no two values of {conjecture.variable} to compare could be drawn")
        return trial.verdict(Outcome.UNDECIDED), []
    out_of_scope: Counter[str] = Counter()
    for case in cases:
        if trial.late():
            return trial.out_of_time("precision"), []
        trial.watch(f"precision: {known} of {len(cases)} cases")
        finding = _examined(theory, case)
        if finding.example is not None:
            return _shrunk(trial, theory, finding.example, "precision"), []
        # A case that is not clear may be followed by one that refutes.
        unclear = unclear or finding.unclear
        known += finding.is_known
        if not finding.is_known:
            errors = [theory.silent[place] for place in case.places if place in theory.silent]
            if any(isinstance(error, InputError) for error in errors):
                out_of_scope[str(errors[0]).partition(". ")[0]] += 1
            else:
                unknown.append(case.places[-1])
    trial.out_of_scope = dict(out_of_scope)
    refused = theory.refused()
    if refused is not None:
        raise refused
    if unclear:
        trial.note("precision", f"not every case could be compared: {unclear}")
        return trial.verdict(Outcome.UNDECIDED), []
    if known:
        trial.note("precision", f"agrees with the theorem of processes in {known} of {len(cases)}"
                   " cases, to 12 digits")  # fmt: skip
        example, unclear = _searched(trial, theory, drawn, seed)
        if example is not None:
            return _shrunk(trial, theory, example, "search"), []
        if unclear:
            trial.note("search", f"not every case could be compared: {unclear}")
            return trial.verdict(Outcome.UNDECIDED), []
        if trial.late():
            return trial.out_of_time("search"), []
    else:
        reasons = dict.fromkeys(str(error) for error in theory.silent.values())
        trial.note("precision", f"the theorem gives no value: {next(iter(reasons), '')}")
    return (None if unknown or not known else trial.verdict(Outcome.IDENTICAL)), unknown


def _examined(theory: Theory, case: Case) -> _Finding:
    """Put a case before the theorem."""
    if any(theory.leaves(place) is None for place in case.places):
        return _Finding(is_known=False)
    try:
        (first, last), (far_first, far_last) = (_pair(theory, case, r) for r in (CLOSE, FAR))
    except UndecidedLimit as error:
        return _Finding(is_known=True, unclear=str(error))
    except SolverError as error:
        example = _example(theory, case, "undefined", "a finite value is needed", str(error))
        return _Finding(is_known=True, margin=-1.0, example=example)
    sign = {"equals": 0, "at-most": -1, "decreases-in": -1}.get(theory.sides.conjecture.relation, 1)
    gap, far_gap = first - last, far_first - far_last
    scale = max(abs(float(first.mid())), abs(float(last.mid()))) or 1.0
    wrong, apart = (
        (not each.contains(0)) if sign == 0 else bool(sign * each < 0) for each in (gap, far_gap)
    )
    if apart:
        claimed, seen = (f"{float(side.mid()):.12g}" for side in (last, first))
        if case.before is not None:
            claimed, seen = ">= 0" if sign > 0 else "<= 0", f"{float(gap.mid()):.12g}"
        method = "the theorem of processes (a limit), 12 digits"
        example = _example(theory, case, claimed, seen, method)
        return _Finding(is_known=True, margin=-1.0, example=example)
    if wrong:
        digits = f"differs by {float(abs(gap.mid())):.2g}, which float64 does not decide, at"
        return _Finding(is_known=True, unclear=f"the claim {digits} {case.place}")
    margin = abs(float(gap.mid())) / scale
    return _Finding(is_known=True, margin=0.0 if wrong else margin / _length(theory, case))


def _pair(theory: Theory, case: Case, relative: float) -> tuple[Any, Any]:
    sides = theory.sides
    first, last = sides.at(case.place, theory.balls(case.place, relative))
    if case.before is not None:
        last, _ = sides.at(case.before, theory.balls(case.before, relative))
    return first, last


def _length(theory: Theory, case: Case) -> float:
    """How far apart two values of the variable are: in octaves, or as a share of the interval."""
    if case.before is None:
        return 1.0
    name = str(theory.sides.conjecture.variable)
    entry = theory.sides.conjecture.domain[name]
    least, most = case.before.values[name], case.place.values[name]
    if isinstance(entry, RealInterval):
        return float((most - least) / (entry.most - entry.least))
    return math.log2((most + 1) / (least + 1))


def _first(theory: Theory, place: Place) -> _Finding | None:
    """The finding of the first case of a place that fails, or is least certain to hold."""
    findings = [_examined(theory, case) for case in _cases(theory.sides.conjecture, place)]
    failed = [finding for finding in findings if finding.example is not None]
    return next(iter([*failed, *findings]), None)


def _searched(
    trial: Trial, theory: Theory, drawn: list[Place], seed: int
) -> tuple[Counterexample | None, str]:
    """A failure where the claim is tightest; with it why a case met on the way is unclear."""
    trial.watch("search: looking for where the claim is closest to failing")
    domain: Any = theory.sides.conjecture.domain
    unclear = [""]

    def margin(place: Any) -> float | None:
        finding = _first(theory, place)
        if finding is None:
            return None
        unclear.append(finding.unclear)
        return finding.margin

    kinds = {(place.spectrum, place.signal): place for place in drawn}.values()
    ends = [end for place in kinds for end in islice(_ends(domain, place, seed), _ENDS)]
    # The margin of an equality leads nowhere.
    equality = theory.sides.conjecture.relation == "equals"
    look: Any = [*drawn, *ends]
    found, tried = worst(
        domain, look, margin, evaluations=0 if equality else _EVALUATIONS, late=trial.late
    )
    if found is not None:
        wrong: Any = found
        finding = _first(theory, wrong)
        return (None if finding is None else finding.example), ""
    trial.note("search", f"holds at all of {tried} places, ends of ranges included")
    return None, max(unclear)


def _ends(domain: Any, place: Any, seed: int) -> Iterator[Any]:
    yield from ends_of(domain, place, _ENDS, seed)


def _shrunk(trial: Trial, theory: Theory, found: Counterexample, rung: str) -> Verdict:
    conjecture = _question(trial)
    trial.found = found

    def example(place: Place) -> Counterexample | None:
        finding = _first(theory, place)
        return None if finding is None else finding.example

    place = smallest(
        places(conjecture.domain),
        lambda place: not trial.late() and example(place) is not None,
        examples=_EXAMPLES,
    )
    best = example(place) if place is not None else None
    trial.note(rung, "the claim fails; the smallest counterexample found at this budget")
    return trial.verdict(Outcome.REFUTED, best or found)


def _example(
    theory: Theory, case: Case, claimed: str, observed: str, method: str
) -> Counterexample:
    conjecture = theory.sides.conjecture
    name = conjecture.quantity_text
    if case.before is not None:
        variable = str(conjecture.variable)
        name = f"change of {name} from {variable} = {case.before.values[variable]}"
    example = Counterexample(case.place, name, claimed, observed, None, method)
    return _redone(conjecture, case, example, ())


# --- simulation


def _simulated(trial: Trial, sides: Sides, unknown: list[Place]) -> Verdict:
    conjecture = sides.conjecture
    judged: dict[Place, Case | None] = {}
    reasons: Counter[str] = Counter(trial.out_of_scope)

    def case_at(place: Place) -> Case | None:
        """The largest move from a place, or the place, that simulation can judge."""
        if place not in judged:
            judged[place] = None
            for case in reversed(list(_cases(conjecture, place))):
                why = why_not(sides, case)
                if not why:
                    judged[place] = case
                    break
                reasons[why] += 1
        return judged[place]

    possible: list[Any] = [place for place in dict.fromkeys(unknown) if case_at(place) is not None]
    trial.out_of_scope = dict(reasons)
    if not possible:
        trial.note(
            "simulation", f"cannot judge the claim: {next(iter(reasons), 'no place is left')}"
        )
        return trial.verdict(Outcome.UNDECIDED)

    def put(place: Any, judge: Judge, _method: str) -> None:
        case = case_at(place)
        if case is None:
            return
        try:
            judge_case(sides, case, judge)
        except Refutation as refutation:
            found = _redone(conjecture, case, refutation.counterexample, sizes_of(sides, case))
            raise Refutation(found) from None
        except (NotBuilt, SolverError) as error:
            judge.undecided.append(f"{conjecture.quantity_text} at {place}: {error}")

    def pilot(place: Any) -> float | None:
        case = case_at(place)
        return None if case is None else pilot_case(sides, case, trial.seed)

    return decide_by_simulation(
        trial, possible, put, literal=0, pilot=pilot, places=places(conjecture.domain)
    )


# --- how to do it again


def _redone(
    conjecture: ProcessConjecture, case: Case, example: Counterexample, sizes: tuple[int, ...]
) -> Counterexample:
    """The counterexample with lines that do it again: evaluated, or simulated at some sizes."""
    if not conjecture.file:
        return replace(example, redo="(save the conjecture as a file to do it again)")
    order = case.places[::-1]
    if not sizes:
        commands = [f"ridgeproof evaluate {_arguments(conjecture, place, 1)}" for place in order]
        calls = [f"evaluate_process(p, {_keywords(place)})" for place in order]
        python = (
            "from ridgeproof.numerics.equivalent.evaluate import evaluate_process; "
            "from ridgeproof.theory.process.file import read_process; "
            f"p = read_process({conjecture.file!r}); "
            f"print([{{k: float(v) for k, v in e.values.items()}} for e in ({', '.join(calls)},)])"
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
