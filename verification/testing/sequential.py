"""Decide by simulation whether a mean is the claimed one, at a fixed level, looking at any time.

Four e-processes share one stream: "mean > F" and "mean < F" refute the claim that the mean is F;
"mean > F - margin" and "mean < F + margin" bound its deviation.  The probability that a true claim
is ever refuted is at most alpha, whatever the budget, as long as the variance bound holds.
Source: the processes are those of `verification.testing.e_process`; pilot, looks and verdicts are
chosen here.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ridgeproof.theory.checks import check_choice
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.verification.compute.executors import iterate_chunks
from ridgeproof.verification.simulation.controls import Adjusted, adjusted
from ridgeproof.verification.simulation.repetitions import RunningMoments
from ridgeproof.verification.testing.e_process import EProcess

__all__ = ["CHUNK", "FIRST_LOOK", "PILOT", "RELATIONS", "Decision", "EValues", "Stopped", "decide"]

Array: TypeAlias = NDArray[np.float64]
Sampler: TypeAlias = Callable[[int, int], Array]

CHUNK = 64  # repetitions per call of the sampler
PILOT = 512  # repetitions of the pilot that estimates the variance
FIRST_LOOK = 256  # then twice as many at each further look

# Rounding makes repetitions of a deterministic quantity differ in the last digits; a standard
# deviation below this share of the claimed value is rounding, not randomness.
_ROUNDING = 1e-8

_REFUTING = {
    "equals": ("above_claim", "below_claim"),
    "at-most": ("above_claim",),
    "at-least": ("below_claim",),
}
_BOUNDING = {
    "equals": ("above_lower", "below_upper"),
    "at-most": ("below_upper",),
    "at-least": ("above_lower",),
}
RELATIONS = tuple(_REFUTING)

_ZERO = (
    "the claimed value is 0: a relative tolerance cannot bound the deviation; give an absolute "
    "tolerance, or use an exact route"
)


@dataclass(frozen=True, slots=True)
class EValues:
    """Natural logarithms of the four e-values; None where the relation does not use one."""

    above_claim: float | None = None
    below_claim: float | None = None
    above_lower: float | None = None
    below_upper: float | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict ("refuted", "consistent" or "undecided") with its evidence.

    `mean` and `standard_error` are ordinary statistics of the `repetitions` that the test saw (the
    pilot is not among them); they are None when there are too few.  A refuted claim may still be
    `within_tolerance`.  `reason` says in words what was found, or what is missing; `needed` is
    about how many repetitions would decide what is undecided, from the mean and variance seen;
    `controlled` says that control variates were taken off the draws.
    """

    verdict: str
    repetitions: int
    mean: float | None
    standard_error: float | None
    e_values: EValues
    within_tolerance: bool
    reason: str
    needed: float | None = None
    controlled: bool = False


class Stopped(KeyboardInterrupt):
    """Ctrl-C during a test; ``decision`` holds what the looks before it had seen."""

    def __init__(self, decision: Decision) -> None:
        super().__init__()
        self.decision = decision


def decide(
    sample: Sampler,
    claimed: float,
    *,
    relation: str = "equals",
    alpha: float,
    tolerance: float,
    absolute_tolerance: float | None = None,
    allowance: float = 0.0,
    budget: int,
    variance_bound: float | None = None,
    deadline: float | None = None,
    executor: Executor | None = None,
) -> Decision:
    """Test whether the mean of `sample` equals (is at most, at least) the claimed value.

    Looks at 256, 512, 1024, ... repetitions up to the budget.  Refuted: a process against the claim
    reaches 2/alpha.  Consistent: the processes that bound the deviation by the margin reach
    1/alpha.  Both: refuted, within tolerance.  Otherwise undecided.

    Args:
        sample: `sample(chunk, size)` draws `size` repetitions, shape (size,), from the stream of
            that chunk alone; chunks -1, -2, ... are the pilot.  Where it shows controls
            (`verification.simulation.controls`) and they pay, their part is taken off.
        claimed: the claimed value F.
        relation: "equals", "at-most" (mean <= F) or "at-least".
        alpha: bound on the probability that a true claim is ever refuted.
        tolerance: relative; the margin is tolerance * |F|.
        absolute_tolerance: the margin itself, instead; needed when F = 0.
        allowance: a stated bias of the stream; only means outside F -+ allowance refute.
        budget: most repetitions to draw, pilot excluded.
        variance_bound: a known bound on the variance of one repetition; otherwise twice the
            variance of an independent pilot of 512.  Given one, no pilot is drawn.
        deadline: value of `time.monotonic()` after which the verdict is undecided.
        executor: where to draw, inline where None; the decision does not depend on it.

    Raises:
        InputError: an argument outside its range.
        SolverError: the sampler returned a value that is not finite.
        Stopped: on Ctrl-C, with what had been seen.
    """
    _check(
        claimed, relation, alpha, tolerance, absolute_tolerance, allowance, budget, variance_bound
    )
    margin = tolerance * abs(claimed) if absolute_tolerance is None else absolute_tolerance
    if margin == 0:
        return _undecided({}, RunningMoments(), _ZERO)
    draw = partial(_draw, deadline, executor)
    s2 = variance_bound
    if s2 is None:
        observe = getattr(sample, "observed", sample)
        pilot, complete = draw(observe, [(-1 - k, CHUNK) for k in range(PILOT // CHUNK)])
        if not complete:
            late = "the time limit was reached during the pilot: allow more time"
            return _undecided({}, RunningMoments(), late)
        sample, variance = adjusted(sample, pilot)
        s2 = 2 * variance
    s2 = max(s2, (_ROUNDING * max(abs(claimed), margin)) ** 2)
    processes = _processes(relation, claimed, margin, allowance, s2)
    look = partial(draw, sample)
    decision = _watch(look, processes, relation, claimed, margin, alpha, budget)
    return replace(decision, controlled=isinstance(sample, Adjusted))


def _watch(
    draw: Callable[[Sequence[tuple[int, int]]], tuple[Array, bool]],
    processes: dict[str, EProcess],
    relation: str,
    claimed: float,
    margin: float,
    alpha: float,
    budget: int,
) -> Decision:
    """Look, and look again, until a threshold is reached or the budget is spent."""
    moments = RunningMoments()
    for tasks in _looks(budget):
        try:
            x, complete = draw(tasks)
        except KeyboardInterrupt:
            raise Stopped(_undecided(processes, moments, "stopped on trial")) from None
        if len(x):
            moments = moments.updated(x)
            processes = {name: process.updated(x) for name, process in processes.items()}
        if not complete:
            return _undecided(processes, moments, "the time limit was reached: allow more time")
        refuted = any(processes[name].log_e >= math.log(2 / alpha) for name in _REFUTING[relation])
        bounded = all(processes[name].log_e >= math.log(1 / alpha) for name in _BOUNDING[relation])
        if refuted or bounded:
            return _decided(processes, moments, claimed, margin, refuted, bounded)
    needed = _needed(processes, moments, relation, alpha)
    return replace(_undecided(processes, moments, _missing(needed, moments)), needed=needed)


def _processes(
    relation: str, claimed: float, margin: float, allowance: float, s2: float
) -> dict[str, EProcess]:
    """The processes that the relation needs, by name."""
    every = {
        "above_claim": EProcess(claimed + allowance, 1, s2),
        "below_claim": EProcess(claimed - allowance, -1, s2),
        "above_lower": EProcess(claimed - margin, 1, s2),
        "below_upper": EProcess(claimed + margin, -1, s2),
    }
    return {name: every[name] for name in _REFUTING[relation] + _BOUNDING[relation]}


def _looks(budget: int) -> Iterator[list[tuple[int, int]]]:
    """For each look, the (chunk, size) pairs that are new since the one before."""
    start, stop = 0, FIRST_LOOK
    while start < budget:
        stop = min(stop, budget)
        yield [(k // CHUNK, min(CHUNK, stop - k)) for k in range(start, stop, CHUNK)]
        start, stop = stop, 2 * stop


def _draw(
    deadline: float | None,
    executor: Executor | None,
    sample: Sampler,
    tasks: Sequence[tuple[int, int]],
) -> tuple[Array, bool]:
    """The concatenated draws, and whether they are complete or cut short by the deadline."""
    pieces: list[Array] = []
    if deadline is None or time.monotonic() < deadline:
        with closing(iterate_chunks(partial(_call, sample), tasks, executor=executor)) as drawn:
            for x in drawn:
                pieces.append(x)
                if deadline is not None and time.monotonic() >= deadline:
                    break
    return np.concatenate(pieces) if pieces else np.empty(0), len(pieces) == len(tasks)


def _call(sample: Sampler, task: tuple[int, int]) -> Array:
    x = np.asarray(sample(*task), dtype=float)
    if not np.isfinite(x).all():
        raise SolverError(
            "the simulation returned a value that is not finite: the setting is beyond double "
            "precision; bring the eigenvalues and noise levels closer together"
        )
    return x


def _decided(
    processes: dict[str, EProcess],
    moments: RunningMoments,
    claimed: float,
    margin: float,
    refuted: bool,
    bounded: bool,
) -> Decision:
    if refuted:
        reason = f"the mean {moments} differs from the claimed {claimed:.6g}"
        if bounded:
            reason += f", though by less than the tolerance {margin:.3g}"
    else:
        reason = f"the mean {moments} is bounded within {margin:.3g} of the claimed {claimed:.6g}"
    return _decision("refuted" if refuted else "consistent", processes, moments, bounded, reason)


def _undecided(processes: dict[str, EProcess], moments: RunningMoments, reason: str) -> Decision:
    return _decision("undecided", processes, moments, False, reason)


def _decision(
    verdict: str, processes: dict[str, EProcess], moments: RunningMoments, within: bool, reason: str
) -> Decision:
    return Decision(
        verdict=verdict,
        repetitions=moments.count,
        mean=moments.mean if moments.count else None,
        standard_error=moments.standard_error if moments.count > 1 else None,
        e_values=EValues(**{name: process.log_e for name, process in processes.items()}),
        within_tolerance=within,
        reason=reason,
    )


def _needed(
    processes: dict[str, EProcess], moments: RunningMoments, relation: str, alpha: float
) -> float | None:
    """About how many repetitions would decide; None where no number of them would."""
    to_refute = min(
        processes[name].repetitions_to(math.log(2 / alpha), moments.mean)
        for name in _REFUTING[relation]
    )
    to_bound = max(
        processes[name].repetitions_to(math.log(1 / alpha), moments.mean)
        for name in _BOUNDING[relation]
    )
    needed = max(min(to_refute, to_bound), 2.0 * moments.count)
    return None if math.isinf(needed) else needed


def _missing(needed: float | None, moments: RunningMoments) -> str:
    """What an exhausted budget would have needed, in words."""
    if needed is None:
        return (
            f"the budget was spent and the mean {moments} sits too close to the edge of the "
            "tolerance: change the tolerance"
        )
    return f"the budget was spent; about {float(f'{needed:.2g}'):,.0f} repetitions would decide it"


def _check(
    claimed: float,
    relation: str,
    alpha: float,
    tolerance: float,
    absolute_tolerance: float | None,
    allowance: float,
    budget: int,
    variance_bound: float | None,
) -> None:
    if not math.isfinite(claimed):
        raise InputError("claimed", claimed, "is not finite", "refute it without simulation")
    check_choice("relation", relation, RELATIONS)
    if not 0 < alpha < 1:
        raise InputError("alpha", alpha, "must lie strictly between 0 and 1", "try 0.001")
    for name, value in (("tolerance", tolerance), ("absolute_tolerance", absolute_tolerance)):
        if value is not None and not 0 < value < math.inf:
            raise InputError(name, value, "must be positive and finite", "try 0.01")
    if not 0 <= allowance < math.inf:
        raise InputError("allowance", allowance, "must be finite and at least 0", "give 0")
    if budget < 1:
        raise InputError("budget", budget, "must be at least 1", "try 16384")
    if variance_bound is not None and not 0 <= variance_bound < math.inf:
        raise InputError(
            "variance_bound", variance_bound, "must be finite and at least 0", "leave it out"
        )
