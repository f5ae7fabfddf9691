"""power: can our checks fail?  Every mutant of every formula goes on trial, and so does the truth.

The evidence is independent of the formulas: the simulated process, through the sequential test,
and where features are isotropic the exact finite-size results.  For each mutant the point is the
one, among those drawn from the formula's domain, where its effect stands out most.  A mutant whose
effect is below the tolerance at every drawn point is no target; one that survives above it shows
a check without power.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate_terms
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import DerivationError, InputError, NotBuilt, NoTheorem, SolverError
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.settings.selection import facts
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Isotropic
from ridgeproof.verification.compute.executors import iterate_done
from ridgeproof.verification.power.measured_benches import VALUE_BENCHES
from ridgeproof.verification.power.measured_trial import ValueTrial
from ridgeproof.verification.power.mutants import Mutant, mutants_of
from ridgeproof.verification.power.simulated_benches import BENCHES, PAIRS, Bench, Met
from ridgeproof.verification.power.table import (
    ALPHA,
    TOLERANCE,
    Fate,
    PowerRow,
    PowerTable,
    TruthRow,
)
from ridgeproof.verification.simulation.quantity_draws import Sampler, cheapest_method
from ridgeproof.verification.testing.allowance import allowance
from ridgeproof.verification.testing.sequential import Decision, decide
from ridgeproof.verification.testing.stream import Stream

__all__ = ["formulas", "measure_power"]

# A point that stands out by this much decides as well as a better one: fewer points, fewer draws.
_PLENTY = 0.1
_ROUNDING = 1e-9


def formulas() -> tuple[str, ...]:
    """The formulas that are put on trial."""
    return tuple(dict.fromkeys([*(bench.formula for bench in BENCHES), *VALUE_BENCHES]))


def measure_power(
    names: tuple[str, ...] = (),
    *,
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[str], None] | None = None,
) -> PowerTable:
    """Put every mutant of the formulas named, or of all, on trial, and the formulas themselves.

    Each formula is one task for the workers; an interrupt keeps those that are done.
    """
    start = time.monotonic()
    wanted = names or formulas()
    done: dict[str, PowerTable] = {}
    tasks = [(name, seed) for name in wanted]
    try:
        with closing(iterate_done(_measure, tasks, workers, executor)) as finished:
            for place, table in finished:
                name = wanted[place]
                done[name] = table
                if watch is not None:
                    watch(f"{len(done)} of {len(wanted)} formulas, {name}")
    except KeyboardInterrupt:
        pass
    return PowerTable(
        rows=tuple(row for name in wanted if name in done for row in done[name].rows),
        truths=tuple(truth for name in wanted if name in done for truth in done[name].truths),
        equivalent=sum(table.equivalent for table in done.values()),
        repeated=sum(table.repeated for table in done.values()),
        unfinished=tuple(name for name in wanted if name not in done),
        seconds=time.monotonic() - start,
    )


def _measure(task: tuple[str, int]) -> PowerTable:
    name, seed = task
    formula = find(name)
    bench = VALUE_BENCHES.get(name)
    trial = _FormulaTrial(formula, seed) if bench is None else ValueTrial(formula, bench)
    found = mutants_of(name)
    rows = tuple(trial.row(mutant) for mutant in found.mutants)
    return PowerTable(rows, tuple(trial.truths()), found.equivalent, found.repeated)


@dataclass(frozen=True, eq=False)
class _Place:
    """A point, a term of the error, its true value, and the evidence that is to be had there."""

    bench: Bench
    setting: Setting
    quantity: str
    truth: float
    slack: float  # relative error that a limit is allowed at this size
    stream: Stream
    oracle: float | None

    def decide(self, claimed: float, budget: int) -> Decision:
        return decide(
            self.stream,
            claimed,
            alpha=ALPHA,
            tolerance=TOLERANCE,
            absolute_tolerance=TOLERANCE * abs(self.truth),
            allowance=self.slack * abs(claimed),
            budget=budget,
        )

    def oracle_refutes(self, claimed: float) -> bool:
        if self.oracle is None:
            return False
        return abs(self.oracle - claimed) > (self.slack + _ROUNDING) * abs(claimed)


class _FormulaTrial:
    """The places of one formula, and those that have been used."""

    def __init__(self, formula: Formula, seed: int) -> None:
        self.formula = formula
        benches = [bench for bench in BENCHES if bench.formula == formula.id]
        self.places = [p for bench in benches for p in _places(bench, formula, seed)]
        assert all(bench.settings for bench in benches)  # no point is no evidence
        self.used: dict[_Place, None] = {}

    def row(self, mutant: Mutant) -> PowerRow:
        name = self.formula.id, mutant.description
        claims = _claims(mutant, self.places)
        for place, claim in claims.items():
            if not np.isfinite(claim) and np.isfinite(place.truth):
                return PowerRow(
                    *name, Fate.KILLED, np.inf, place.quantity, place.setting, ("definition",)
                )
        effects = {p: abs(claim - p.truth) / abs(p.truth) for p, claim in claims.items()}
        largest = max(effects.values(), default=0.0)
        if largest < TOLERANCE:
            return PowerRow(*name, Fate.BELOW, largest)
        for place in self._telling(effects):
            self.used[place] = None
            decision = place.decide(claims[place], place.bench.budget)
            if decision.verdict == "refuted":
                break
        refuted = {
            "simulation": decision.verdict == "refuted",
            # What refutes the truth as well shows nothing about the mutant.
            "oracle": any(
                p.oracle_refutes(claim) and not p.oracle_refutes(p.truth)
                for p, claim in claims.items()
            ),
        }
        by = tuple(witness for witness, says_so in refuted.items() if says_so)
        fate = Fate.KILLED if by else Fate.SURVIVED
        count = decision.repetitions
        return PowerRow(*name, fate, largest, place.quantity, place.setting, by, count)

    def _telling(self, effects: Mapping[_Place, float]) -> list[_Place]:
        """Where the effect exceeds the allowance most, then the same for each other term.

        A place in use comes first if it tells enough.
        """
        beyond = {p: effect - p.slack for p, effect in effects.items() if effect >= TOLERANCE}
        enough = min(max(beyond.values()), _PLENTY)
        known = [place for place in self.used if beyond.get(place, -1.0) >= enough]
        best: dict[str, _Place] = {}
        for place in sorted(beyond, key=lambda place: -beyond[place]):
            best.setdefault(place.quantity, place)
        return [*known[:1], *best.values()]

    def truths(self) -> Iterator[TruthRow]:
        for place in self.used:
            # Richardson pairs are dear: there the truth sees what the mutants have paid for.
            dear = place.bench.budget == PAIRS
            decision = place.decide(
                place.truth, place.stream.repetitions if dear else place.bench.budget
            )
            wrong = place.oracle_refutes(place.truth)
            yield TruthRow(
                self.formula.id,
                place.quantity,
                place.setting,
                place.truth,
                "refuted" if wrong else decision.verdict,
                decision.mean or 0.0,
                decision.standard_error or 0.0,
                decision.repetitions,
                place.oracle,
            )


def _places(bench: Bench, formula: Formula, seed: int) -> Iterator[_Place]:
    for setting in bench.settings:
        truth = _values(formula, bench, setting, bench.quantities)
        for quantity in bench.quantities:
            if not truth[quantity]:
                continue
            sampler = Sampler(
                setting,
                seed,
                f"power of {bench.formula}",
                quantity,
                method=cheapest_method(setting),
                richardson=bench.kind is not Met.EXACT,
            )
            yield _Place(
                bench,
                setting,
                quantity,
                truth[quantity],
                _slack(bench.kind, setting),
                Stream(sampler),
                _oracle(bench.kind, setting, quantity),
            )


def _slack(kind: Met, setting: Setting) -> float:
    if kind is Met.EXACT:
        return 0.0
    return allowance(setting.clean() if kind is Met.EXACT_CHAIN else setting)


def _claims(mutant: Mutant, places: list[_Place]) -> dict[_Place, float]:
    """What a mutant claims at each place that it speaks of; NaN where it is undefined."""
    claims: dict[_Place, float] = {}
    values: dict[tuple[int, Setting], dict[str, float]] = {}
    for place in places:
        if mutant.formula.is_test_error and mutant.name != place.quantity:
            continue
        key = id(place.bench), place.setting
        if key not in values:
            names = (mutant.name,) if mutant.formula.is_test_error else place.bench.quantities
            values[key] = _values(mutant.formula, place.bench, place.setting, names)
        claims[place] = values[key][place.quantity]
    return claims


def _values(
    formula: Formula, bench: Bench, setting: Setting, names: tuple[str, ...]
) -> dict[str, float]:
    try:
        if bench.kind is not Met.EXACT_CHAIN:
            form = Form.EXACT if bench.kind is Met.EXACT else Form.LIMIT
            return _terms(formula, form, setting, names)
        one, two = (_terms(formula, Form.EXACT, setting.grown(k), names) for k in (1, 2))
        return {name: 2 * two[name] - one[name] for name in names}
    except (SolverError, DerivationError):
        return dict.fromkeys(names, np.nan)


def _terms(
    formula: Formula, form: Form, setting: Setting, names: tuple[str, ...]
) -> dict[str, float]:
    if not formula.is_test_error:
        terms = evaluate_terms(setting, Float64(), form, {formula.id: formula})
        return {name: float(terms[name]) for name in names}
    known = {s: fact for s, fact in facts(setting).items() if s in {sy.shared, sy.is_isotropic}}
    point = _point(setting)
    return {
        name: float(evaluate_expression(formula.expression(name, form).subs(known), point))
        for name in names
    }


@lru_cache(maxsize=256)
def _point(setting: Setting) -> FormulaPoint:
    return make_point(setting, Float64())


def _oracle(kind: Met, setting: Setting, quantity: str) -> float | None:
    """The exact value at finite size, or its Richardson combination for a limit."""
    if not isinstance(setting.spectrum, Isotropic):
        return None
    try:
        one = float(getattr(finite_size_terms(setting), quantity))
        if kind is Met.EXACT:
            return one
        return 2 * float(getattr(finite_size_terms(setting.grown(2)), quantity)) - one
    except (NoTheorem, NotBuilt, InputError):
        return None
