"""verify_process: a process's theory against its literal simulation, near its own parameters.

The asks are put on trial at the place that is given and at neighbours of it, each number moved by
up to a quarter.  The same draws then meet the altered equations, each where it shows most: those
that matter for this process must fall, or the trial has shown nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ridgeproof.numerics.equivalent.profiles import space_of
from ridgeproof.theory.checks import check_choice, exact
from ridgeproof.theory.errors import NotBuilt, RidgeproofError, shortened
from ridgeproof.theory.process.facts import require_known, require_values
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.verification.compute.executors import iterate_done
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.suite.altered import ALTERED, Altered
from ridgeproof.verification.suite.process_on_trial import Bench, simulated_only
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.verdict import PointEvidence

__all__ = ["PROCESS_PROFILES", "ProcessProfile", "ProcessReport", "verify_process"]

_LEAST_WHOLE = 5  # whole numbers below it are kept: they say what is done, not how much
_SPREAD = 0.25
_TRIES = 30


@dataclass(frozen=True)
class ProcessProfile:
    """How thoroughly a process is verified; ``alpha`` bounds the false alarms of all its trials."""

    places: int
    tolerance: float
    budget: int
    alpha: float = 0.001


# Literal runs are noisy, so that tolerances are wide; what is wrong in a formula is wider.
PROCESS_PROFILES = {
    "quick": ProcessProfile(3, 0.1, 8_192),
    "full": ProcessProfile(6, 0.05, 32_768),
}


@dataclass(frozen=True, eq=False)
class ProcessReport(Shown):
    """What the trials of a process found.

    Attributes:
        process: its title.
        asks: by name, a verdict, the worst place, and a reason where there is no trial.
        mutants: the altered equations, each with its verdict: refuted, or "no effect here".
        places: how many were tried.
        repetitions: literal ones.
        complete: false where Ctrl-C ended the trials.
    """

    process: str
    asks: Mapping[str, dict[str, Any]]
    mutants: tuple[dict[str, Any], ...]
    places: int
    repetitions: int
    complete: bool = True
    profile: str = "quick"
    seed: int = 0
    setting: Mapping[str, Any] = field(default_factory=dict, compare=False)

    def data(self) -> dict[str, Any]:
        """Plain data."""
        names = (each.name for each in fields(self))
        return {**{name: getattr(self, name) for name in names}, "setting": echoed(self.setting)}

    def rows(self) -> list[tuple[str, str]]:
        """Each ask with its worst place, the altered equations, and the effort."""
        rows = [("process", shortened(self.process))] if self.process else []
        for name, ask in self.asks.items():
            rows.append((name, ask["verdict"]))
            worst = ask["worst"]
            if worst is None:
                rows += [("  reason", ask["reason"])] if "reason" in ask else []
                continue
            seen = f"{worst['observed']:.5g} +- {worst['standard_error']:.1g}"
            rows += [
                ("  worst", f"{seen} against {worst['claimed']:.5g} (z = {worst['z']})"),
                ("", f"at {worst['setting']}"),
            ]
        rows += [("altered", f"{each['verdict']}: {each['name']}") for each in self.mutants]
        chosen = PROCESS_PROFILES[self.profile]
        effort = (
            f"{self.places} places, {self.repetitions} literal repetitions at each of two sizes"
        )
        level = f"false alarms below {chosen.alpha:g}, tolerance {chosen.tolerance:g}"
        return [*rows, ("tried", effort), ("level", f"{level}, seed {self.seed}")]

    @property
    def verdicts(self) -> set[str]:
        """Of the asks on trial; an altered equation that matters and stands leaves it open."""
        found = {ask["verdict"] for ask in self.asks.values()} - {"not-run"}
        alive = {mutant["verdict"] for mutant in self.mutants} - {"refuted", "no effect here"}
        return found | ({"undecided"} if alive or not found else set())


@dataclass(frozen=True)
class _Task:
    """One place, and which altered equations are tried on which ask there."""

    process: Process
    place: Place
    seed: int
    profile: ProcessProfile
    alpha: float
    altered: tuple[tuple[int, str], ...] = ()


def verify_process(
    process: Process,
    *,
    d: int | str | None = None,
    spectrum: SpectrumSpec | str | None = None,
    signal: SignalSpec | str | None = None,
    profile: str = "quick",
    seed: int = 0,
    workers: int = 1,
    watch: Callable[[str], None] | None = None,
    **parameters: Any,
) -> ProcessReport:
    """Put the theory of a process on trial by literal simulation, near some parameters.

    Args:
        process: the record.
        d: the dimension; what the process says unless given, as for the next two.
        spectrum: as for a setting.
        signal: as for a setting.
        profile: quick or full.
        seed: of every draw.
        workers: processes to draw with.
        watch: called with the state in words.
        **parameters: exact numbers, floats or text, one value each.

    Raises:
        InputError: a parameter is missing, unknown or has no meaning.
        NotBuilt: no ask can be simulated, or none with a finite variance, near the parameters.
        RidgeproofError: there is no theory.
    """
    check_choice("profile", profile, PROCESS_PROFILES)
    chosen = PROCESS_PROFILES[profile]
    place = _place(process, d, spectrum, signal, parameters)
    process, left = simulated_only(process, place.values)
    if not process.asks:
        raise NotBuilt("none of the asks can be simulated: ask risk, norm2 or mean_square as well")
    places = _neighbours(process, place, chosen.places, seed)
    benches = [Bench(process, each, seed, "verify") for each in places]
    tried = _where_it_shows(benches, chosen.tolerance)
    alpha = chosen.alpha / (len(places) * len(process.asks) + len(ALTERED))
    tasks = [
        _Task(process, each, seed, chosen, alpha, tuple(tried.get(index, ())))
        for index, each in enumerate(places)
    ]
    results: list[_Found] = []
    complete = False
    try:
        with closing(iterate_done(_tried, tasks, workers)) as finished:
            for _, result in finished:
                results.append(result)
                if watch is not None:
                    watch(f"{len(results)} of {len(tasks)} places")
        complete = True
    except KeyboardInterrupt:
        pass
    found = _reported(process, left, results, tried, complete=complete)
    space = {"spectrum": place.spectrum, "signal": place.signal}
    return replace(found, profile=profile, seed=seed, setting={**dict(place.numbers), **space})


def _place(
    process: Process,
    d: object,
    spectrum: SpectrumSpec | str | None,
    signal: SignalSpec | str | None,
    parameters: Mapping[str, Any],
) -> Place:
    require_known(process, parameters)
    space = space_of(process, d, spectrum, signal)
    given = {**process.defaults, **parameters}
    given.pop("d", None)
    values = {name: exact(name, value) for name, value in given.items()}
    require_values(normal_form(process, {**values, "d": Fraction(space.d)}), values)
    setting = make_setting(T=1, **space._asdict())
    numbers = (("d", Fraction(space.d)), *values.items())
    return Place(numbers, setting.spectrum, setting.signal)


def _neighbours(process: Process, place: Place, count: int, seed: int) -> list[Place]:
    """The place and others around it, where there is a theory and a finite variance.

    Raises:
        RidgeproofError: there is none; says why at the place itself.
    """
    kept = count_names(process) | {"d"}
    draw = random.Random(seed)
    found: list[Place] = []
    reason: RidgeproofError | None = None
    for trial in range(_TRIES):
        numbers = tuple(
            (name, value if trial == 0 or name in kept else _moved(value, draw))
            for name, value in place.numbers
        )
        near = replace(place, numbers=numbers)
        if near in found:
            continue
        try:
            Bench(process, near, seed, "verify").theory()
        except RidgeproofError as error:
            reason = reason or error
            continue
        found.append(near)
        if len(found) == count:
            break
    if not found:
        assert reason is not None
        raise reason
    return found


def _moved(value: Fraction, draw: random.Random) -> Fraction:
    """A number near another; a small whole one stays."""
    factor = 1 + _SPREAD * (2 * draw.random() - 1)
    if value.denominator == 1:
        return Fraction(round(value * Fraction(factor))) if value >= _LEAST_WHOLE else value
    return Fraction(f"{float(value) * factor:.3g}")


def _where_it_shows(benches: list[Bench], tolerance: float) -> dict[int, list[tuple[int, str]]]:
    """By place, the altered equations that move an ask there most and far enough, and that ask."""
    truths = [bench.theory() for bench in benches]
    found: dict[int, list[tuple[int, str]]] = {}
    for number, ring in enumerate(ALTERED):
        effects = [
            (effect, index, name)
            for index, (bench, truth) in enumerate(zip(benches, truths, strict=True))
            for name, effect in _effects(bench, truth, ring).items()
        ]
        effect, index, name = max(effects)
        if effect > tolerance:
            found.setdefault(index, []).append((number, name))
    return found


def _effects(bench: Bench, truth: Mapping[str, float], ring: type[Altered]) -> dict[str, float]:
    """How far an altered equation moves each ask beyond what is allowed, relatively."""
    wrong = _wrong(bench, ring)
    return {
        name: (abs(wrong.get(name, np.inf) - value) - bench.bias(name)) / bench.scale(name)
        for name, value in truth.items()
    }


def _wrong(bench: Bench, ring: type[Altered]) -> dict[str, float]:
    """The limits by altered equations; what has none is left out."""
    try:
        found = bench.theory(ring)
    except (RidgeproofError, ArithmeticError, np.linalg.LinAlgError):
        return {}
    return {name: value for name, value in found.items() if np.isfinite(value)}


@dataclass(frozen=True)
class _Found:
    points: tuple[PointEvidence, ...]
    undecided: tuple[str, ...]
    mutants: tuple[tuple[int, str], ...]
    repetitions: int


def _tried(task: _Task) -> _Found:
    bench = Bench(task.process, task.place, task.seed, "verify", task.profile.tolerance / 8)
    profile = task.profile
    judge = Judge("verify", task.alpha, profile.tolerance, profile.budget, task.seed)
    theory = bench.theory()
    open_asks = [
        name for name, claimed in theory.items()
        if bench.judge(name, claimed, judge).verdict == "undecided"
    ]  # fmt: skip
    fates = []
    for number, name in task.altered:
        claimed = _wrong(bench, ALTERED[number]).get(name)
        other = replace(judge, points=[], undecided=[], needed=[])
        fate = "refuted"
        if claimed is not None:  # what has no value is wrong as it stands
            fate = bench.judge(name, claimed, other).verdict
        fates.append((number, fate))
    return _Found(tuple(judge.points), tuple(open_asks), tuple(fates), bench.repetitions)


def _reported(
    process: Process,
    left: set[str],
    results: list[_Found],
    tried: Mapping[int, list[tuple[int, str]]],
    *,
    complete: bool,
) -> ProcessReport:
    asks: dict[str, dict[str, Any]] = {}
    for name, _ in process.asks:
        points = [point for found in results for point in found.points if point.quantity == name]
        seen = {point.outcome for point in points}
        worst = max(points, key=lambda point: point.deviation, default=None)
        verdict = "refuted" if "refuted" in seen else "consistent"
        if verdict == "consistent" and ("undecided" in seen or not points or not complete):
            verdict = "undecided"
        asks[name] = {
            "verdict": verdict,
            "worst": None if worst is None else {**worst.data(), "z": round(worst.deviation, 2)},
        }
    for name in sorted(left):
        reason = "no draw observes it"
        asks[name] = {"verdict": "not-run", "worst": None, "reason": reason}
    fates = {number: fate for found in results for number, fate in found.mutants}
    waiting = {number for each in tried.values() for number, _ in each}
    mutants = tuple(
        {
            "name": ring.slip(),
            "verdict": fates.get(n, "undecided") if n in waiting else "no effect here",
        }
        for n, ring in enumerate(ALTERED)
    )
    done = sum(found.repetitions for found in results)
    return ProcessReport(process.title, asks, mutants, len(results), done, complete)
