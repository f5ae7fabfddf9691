"""Judge: puts a claimed value on trial by simulation, and keeps the record.

An exact claim meets the simulated mean itself, a limit the Richardson combination of two sizes,
with an allowance for what is left (`verification.testing.allowance`).
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np

from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.quantity_draws import Difference, Sampler, cheapest_method
from ridgeproof.verification.simulation.repetitions import Draw
from ridgeproof.verification.suite.theory_on_trial import signal_energy
from ridgeproof.verification.testing.allowance import allowance, growth, large_enough
from ridgeproof.verification.testing.counterexample import Counterexample, Located
from ridgeproof.verification.testing.sequential import CHUNK, Decision, Stopped, decide
from ridgeproof.verification.testing.stream import Stream
from ridgeproof.verification.testing.verdict import PointEvidence

__all__ = ["Judge", "Refutation", "method_of"]

# Where the sign alone is in question, differences below this share of the error are none.
_NOTHING = 1e-9
_LEAST_SCALE = 1e-12  # of an error that vanishes
# A draw from a known law costs a thousandth of a simulated one, and is noisier.
_CHEAPER = 32


class Refutation(AssertionError):
    """A claim failed at a point."""

    def __init__(self, counterexample: Counterexample) -> None:
        self.counterexample = counterexample
        super().__init__(
            f"{counterexample.quantity} at {counterexample.setting}: claimed "
            f"{counterexample.claimed}, observed {counterexample.observed} "
            f"({counterexample.method})"
        )


@dataclass
class Judge:
    """The trial of one claim; ``points`` is its record.

    ``alpha`` bounds the probability of a false refutation at one point.  ``redo`` is the command
    that repeats the trial, where its samplers are not simulations of a setting.  Judges that share
    ``streams`` see the same draws of a mean, which are made once.
    """

    claim: str
    alpha: float
    tolerance: float = 0.01
    budget: int = 16_384
    seed: int = 0
    deadline: float | None = None
    executor: Executor | None = None
    redo: str = ""
    streams: dict[Sampler, Stream] | None = None
    points: list[PointEvidence] = field(default_factory=list)
    undecided: list[str] = field(default_factory=list)
    needed: list[float] = field(default_factory=list)  # budgets that would decide a point

    def mean(
        self,
        setting: Setting,
        claimed: float,
        *,
        quantity: str = "test_error",
        limit: bool = False,
        relation: str = "equals",
        method: str | None = None,
        tolerance: float | None = None,
        absolute_tolerance: float | None = None,
        allowed: float | None = None,
        sampler: Draw | None = None,
    ) -> Decision:
        """Decide whether the simulated mean stands in the relation to the claimed value.

        The method is the cheapest one unless it is named; ``sampler`` replaces the simulation.
        ``allowed`` is the relative error that the claim itself admits: only more refutes.

        Raises:
            Refutation: it does not; the sequential test's level is ``alpha``.
        """
        sampled = large_enough(setting) if limit else setting
        method = method or cheapest_method(sampled)
        tolerance = tolerance or self.tolerance
        if claimed == 0 and absolute_tolerance is None:
            # A claimed zero is judged in units of b = ||w0||_Sigma^2.
            absolute_tolerance = tolerance * signal_energy(sampled)
        if sampler is None:
            sampler = self._drawn(
                Sampler(sampled, self.seed, self.claim, quantity, method, richardson=limit)
            )
        if allowed is None:
            allowed = allowance(sampled) if limit else 0.0
        return self.sampled(
            sampled, claimed, sampler, quantity=quantity, method=method, limit=limit,
            relation=relation, tolerance=tolerance, absolute_tolerance=absolute_tolerance,
            allowed=allowed,
        )  # fmt: skip

    def sampled(
        self, place: Located, claimed: float, sampler: Draw, *, shown: str = "", **options: Any
    ) -> Decision:
        """Decide whether the mean of a sampler stands in the relation to the value claimed of it.

        The options are those of `decided`; ``shown`` is the claimed side in words.

        Raises:
            Refutation: it does not, and by more than is allowed.
        """
        decision, method = self.decided(place, claimed, sampler, **options)
        if decision.verdict == "refuted":
            what, limit = options["quantity"], options.get("limit", False)
            shown = shown or f"{claimed:.6g}"
            raise self.refutation(place, what, shown, decision, method, limit=limit)
        return decision

    def decided(
        self,
        place: Located,
        claimed: float,
        sampler: Draw,
        *,
        quantity: str,
        method: str,
        relation: str = "equals",
        allowed: float = 0.0,
        scale: float = 0.0,
        limit: bool = False,
        strict: bool = False,
        **tolerances: float | None,
    ) -> tuple[Decision, str]:
        """What the sequential test says of the mean of a sampler, on record; and what drew.

        ``allowed`` and the tolerance are relative to ``scale``, without one to the claimed value.
        A ``strict`` claim is that the mean is above the value, which level alpha has to establish.
        Ctrl-C leaves what was seen on record.
        """
        keep = partial(
            self.record, place, quantity, claimed, limit=limit, relation=relation, allowed=allowed
        )
        bounds: dict[str, Any] = {
            "alpha": self.alpha, "tolerance": self.tolerance, "deadline": self.deadline,
            "absolute_tolerance": self.tolerance * scale or None, "executor": self.executor,
            "budget": self.budget * _cost(method), "relation": "equals" if strict else relation,
            "allowance": allowed * (scale or abs(claimed)), **tolerances,
        }  # fmt: skip
        try:
            decision = decide(sampler, claimed, **bounds)
        except Stopped as stopped:
            keep(stopped.decision, method)
            raise
        # Put on trial is that nothing moves: refuting it in the right direction is what is wanted.
        if strict and decision.verdict != "undecided":
            moved = decision.verdict == "refuted" and (decision.mean or 0.0) > claimed
            decision = replace(decision, verdict="consistent" if moved else "refuted")
        method = method_of(decision, method)
        keep(decision, method)
        return decision, method

    def no_worse(self, best: Setting, other: Setting, quantity: str = "test_error") -> Decision:
        """Decide by simulation whether ``best`` has no more error than ``other``, of equal sizes.

        Both run on the same designs; the difference is taken at the size of a limit.

        Raises:
            Refutation: the other setting has less error.
        """
        best, other = large_enough(best), large_enough(other)
        name = f"{quantity} minus that at lam = {best.lam}"
        pair = self.pair(best, other, quantity)
        decision, method = self.sign(pair, other, name, strict=False)
        if decision.verdict == "refuted":
            raise self.refutation(other, name, ">= 0", decision, method, term=quantity, before=best)
        return decision

    def moves(
        self, before: Setting, after: Setting, sign: int, quantity: str = "test_error"
    ) -> Decision:
        """Decide by simulation that the mean rises (sign 1) or falls (-1) between two settings.

        Consistent only where that sign is established at level alpha.

        Raises:
            Refutation: the other sign is, or the two differ by nothing.
        """
        name = f"{'rise' if sign > 0 else 'fall'} of {quantity} from T = {before.T}"
        low, high = (
            Sampler(setting, self.seed, self.claim, quantity, "conditional")
            for setting in (before, after)
        )
        decision, method = self.sign(Difference(low, high, sign), after, name, strict=True)
        if decision.verdict == "refuted":
            raise self.refutation(
                after, name, "> 0", decision, method, term=quantity, before=before
            )
        return decision

    def changes(
        self,
        before: Setting,
        after: Setting,
        sign: int,
        quantity: str,
        variable: str,
        *,
        limit: bool,
    ) -> Decision:
        """Decide that the mean does not fall (sign 1), or rise (-1), by more than the tolerance.

        A limit is the Richardson combination of two sizes, with the allowance of both settings.

        Raises:
            Refutation: it does.
        """
        if limit:
            factor = growth(before, after)
            before, after = before.grown(factor), after.grown(factor)
        name = f"change of {quantity}"
        pair = self.pair(before, after, quantity, sign, limit=limit)
        allowed = allowance(before) + allowance(after) if limit else 0.0
        decision, method = self.sign(pair, after, name, strict=False, limit=limit, allowed=allowed)
        if decision.verdict == "refuted":
            name = f"{name} from {variable} = {getattr(before, variable)}"
            decision = replace(decision, mean=sign * (decision.mean or 0.0))
            bound = ">= 0" if sign > 0 else "<= 0"
            raise self.refutation(
                after, name, bound, decision, method, limit=limit, term=quantity, before=before
            )
        return decision

    def pair(
        self, before: Setting, after: Setting, quantity: str, sign: int = 1, *, limit: bool = False
    ) -> Difference:
        """Draws of how the quantity moves between two settings, on common random numbers."""
        at_before = Sampler(
            before, self.seed, self.claim, quantity, "conditional", limit, stream=before
        )
        return Difference(at_before, replace(at_before, setting=after), sign)

    def sign(
        self,
        pair: Difference,
        setting: Setting,
        name: str,
        *,
        strict: bool,
        limit: bool = False,
        allowed: float = 0.0,
    ) -> tuple[Decision, str]:
        """Decide whether the mean of a difference is positive, and keep it as that of a setting.

        Consistent where that is established at level alpha, refuted where it is negative or
        nothing at all; or, if not strict, where it is above minus the tolerance, and below zero by
        more than is allowed.  Both are relative to the quantity before.
        """
        scale = max(float(np.mean(np.abs(pair.before(-1000, CHUNK)))), _LEAST_SCALE)
        return self.decided(
            setting, 0.0, pair, quantity=name, method=pair.before.method, relation="at-least",
            allowed=allowed, scale=scale, limit=limit, strict=strict,
            absolute_tolerance=(_NOTHING if strict else self.tolerance) * scale,
        )  # fmt: skip

    def _drawn(self, sampler: Sampler) -> Sampler | Stream:
        """The sampler itself, or its draws as they are remembered."""
        if self.streams is None:
            return sampler
        return self.streams.setdefault(sampler, Stream(sampler))

    def record(
        self,
        setting: Located,
        quantity: str,
        claimed: float,
        decision: Decision,
        method: str,
        *,
        limit: bool,
        relation: str = "equals",
        allowed: float = 0.0,
    ) -> None:
        """Keep what was seen at a point."""
        if decision.verdict == "undecided":
            by = " (literal run)" if method == "literal" else ""
            self.undecided.append(f"{quantity} at {setting}{by}: {decision.reason}")
            if decision.needed is not None and method != "literal":
                self.needed.append(decision.needed / _cost(method))
        if decision.mean is not None and decision.standard_error is not None:
            self.points.append(
                PointEvidence(
                    setting,
                    quantity,
                    claimed,
                    decision.mean,
                    decision.standard_error,
                    decision.repetitions,
                    method,
                    decision.verdict,
                    relation,
                    allowed,
                    limit,
                )
            )

    def compare(
        self,
        setting: Located,
        quantity: str,
        claimed: float,
        observed: float,
        *,
        holds: bool,
        method: str,
    ) -> None:
        """Record a deterministic comparison, and refute where it fails.

        Raises:
            Refutation: ``holds`` is false.
        """
        outcome = "consistent" if holds else "refuted"
        self.points.append(
            PointEvidence(setting, quantity, claimed, observed, 0.0, 0, method, outcome)
        )
        if not holds:
            told = f"{claimed:.10g}", f"{observed:.10g}"
            raise Refutation(Counterexample(setting, quantity, *told, None, method, redo=self.redo))

    def refutation(
        self,
        setting: Located,
        quantity: str,
        claimed: str,
        decision: Decision,
        method: str,
        *,
        limit: bool = False,
        **more: Any,
    ) -> Refutation:
        """What a simulation has refuted, with further fields of the counterexample."""
        by = f"{method} simulation, {decision.repetitions} repetitions"
        return Refutation(
            Counterexample(
                setting,
                quantity,
                claimed,
                f"{decision.mean:.6g}",
                decision.standard_error,
                f"{by}, Richardson in d" if limit else by,
                redo=self.redo,
                repetitions=decision.repetitions,
                sampler=method,
                pair=limit,
                **more,
            )
        )

    @property
    def repetitions(self) -> int:
        """Repetitions of every kind so far."""
        return sum(point.repetitions for point in self.points)

    @property
    def spent(self) -> float:
        """Of the budget: a draw from a known law counts for a small part of a repetition."""
        return sum(point.repetitions / _cost(point.method) for point in self.points)

    @property
    def literal_repetitions(self) -> int:
        """Repetitions of the process exactly as written."""
        return sum(p.repetitions for p in self.points if p.method.startswith("literal"))

    @property
    def worst(self) -> PointEvidence | None:
        """The simulated point whose mean lies farthest from the claim, in standard errors."""
        simulated = [point for point in self.points if point.standard_error > 0]
        return max(simulated, key=lambda point: point.deviation, default=None)


def _cost(method: str) -> int:
    """How many draws cost as much as a repetition."""
    return _CHEAPER if method == "exact-law" else 1


def method_of(decision: Decision, method: str) -> str:
    """The name of what drew: conditional draws with control variates taken off are controlled."""
    return "controlled" if decision.controlled else method
