"""simulate: the Monte Carlo estimate of a setting's test error."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass, field, replace
from dataclasses import fields as dataclass_fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.checks import check_choice
from ridgeproof.theory.errors import InputError, NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.verification.compute.executors import borrow
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.simulation.controls import Adjusted, adjusted
from ridgeproof.verification.simulation.deviation import (
    deviation,
    finite,
    mean_in_words,
    scale_of,
)
from ridgeproof.verification.simulation.quantity_draws import Difference, Sampler, has_law
from ridgeproof.verification.simulation.repetitions import (
    Draw,
    RunningMoments,
    check_lengths,
    drawn_by,
    repeated,
)

__all__ = ["METHODS", "QUANTITIES", "Estimate", "simulate", "tails"]

Array: TypeAlias = NDArray[np.float64]

METHODS = ("literal", "conditional", "controlled", "exact-law")
QUANTITIES = ("test_error", *ERROR_TERMS)

_CHUNK = 16  # repetitions per task of an estimate
_LAW_CHUNK = 4096  # the same for draws of a known law, which take a microsecond
_PILOT = 512  # repetitions that fit the control variates, not counted in the estimate
_MOST = 10**6  # repetitions after which an estimate gives up on its relative error
_HEAVY = 4096  # repetitions where tails leave no relative error to stop at
_TINY = 1e-9  # a mean that may be the rounding of 0
_LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)  # of the quantiles that then stand for the error


@dataclass(frozen=True, eq=False)
class Estimate(Shown):
    """A Monte Carlo mean with its standard error; theory and z where a theorem exists.

    Where the tails are so heavy that a standard error would mislead (`tails`), there is none, and
    no z: ``tails`` says why, and ``quantiles`` has those of the draws by level.
    ``theory`` is computed in exact form as far as one is known; ``theory_kind`` says whether it
    is exact at this size or a limit with an O(1/d) error that z then shows.
    """

    mean: float
    standard_error: float | None
    repetitions: int
    method: str
    seed: int
    theory: float | None
    theory_kind: str | None
    z: float | None
    quantiles: Mapping[float, float] | None = None
    tails: str | None = None
    quantity: str = field(default="test_error", compare=False)
    setting: Setting | None = field(default=None, compare=False)

    def __float__(self) -> float:
        """The mean."""
        return self.mean

    @property
    def is_rounding(self) -> bool:
        """Whether the error is 0, and the mean what float64 leaves of it."""
        return self.theory == 0 == self.z

    def data(self) -> dict[str, Any]:
        """Plain data."""
        fields = {each.name: getattr(self, each.name) for each in dataclass_fields(self)}
        del fields["quantity"], fields["setting"]
        setting = self.setting and echoed(self.setting.canonical())
        shown = {f"{p:g}": x for p, x in (self.quantiles or {}).items()} or None
        return {"setting": setting, **fields, "quantiles": shown}

    def rows(self) -> list[tuple[str, str]]:
        """The mean, how it was found, and the theory."""
        rows = [
            (self.quantity, mean_in_words(self.mean, self.standard_error)),
            ("repetitions", f"{self.repetitions} ({self.method}, seed {self.seed})"),
        ]
        if self.quantiles is not None:
            drawn = ", ".join(f"{100 * p:g} % {x:.3g}" for p, x in self.quantiles.items())
            rows += [("quantiles", drawn), ("tails", str(self.tails))]
        if self.theory is None:
            rows.append(("theory", "no theorem is catalogued for this combination"))
        else:
            rows.append(("theory", f"{self.theory:.6g} ({self.theory_kind})"))
        if self.is_rounding:
            rows.append(("z", "0: the mean is what float64 leaves of 0"))
        elif self.z is not None:
            rows.append(("z", f"{self.z:+.2f} standard errors"))
        return rows


def tails(setting: Setting, quantity: str = "test_error") -> str | None:
    """Why the draws of a quantity have no finite variance that repetitions would show, or None.

    The same question decides what `ridgeproof check` may judge by simulation.
    """
    reason = admissible(setting, quantity)
    return reason and f"no finite variance that repetitions would show ({reason})"


def simulate(
    setting: Setting,
    *,
    repetitions: Any = None,
    relative_error: Any = None,
    quantity: str = "test_error",
    method: str = "literal",
    minus: Setting | None = None,
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[int], None] | None = None,
) -> Estimate:
    """Estimate E ||w_hat - w0||_Sigma^2 by simulation.

    Args:
        setting: what to simulate; every combination with a finite expectation runs.
        repetitions: how many; or
        relative_error: stop when standard error / mean is below it (default 0.01), or nothing but
            rounding is left of an error that is 0; heavy tails have none, and take 4096 repetitions
            by default.
        quantity: test_error, or one of its terms bias, variance, synthetic.
        method: ``literal``, the process as written; ``conditional``, label noise integrated out
            exactly given the designs; ``controlled``, that with control variates fitted on a
            pilot of 512 repetitions, where they pay; or ``exact-law``, draws of the error itself,
            where its law is known.  All have the same expectation.
        minus: estimate the difference from this setting instead, on the same random numbers as
            far as sizes agree; theory is the difference too.
        seed: of every draw; the estimate does not depend on the number of workers.
        workers: processes to draw with.
        executor: where to draw, instead of a pool of its own.
        watch: called with the number of repetitions so far.

    Raises:
        InfiniteExpectation: the expectation does not exist.
        InputError: an argument outside its range, or a relative error where tails are heavy.
        SimulationInterrupted: on Ctrl-C, with the estimate so far.
    """
    for each in (setting, minus):
        if each is not None:
            if not isinstance(each, Setting):
                raise InputError("minus", each, "is no setting", "give setting.with_(lam=...)")
            require_finite(each)
            _check_law(each, method)
    check_choice("method", method, METHODS)
    check_choice("quantity", quantity, QUANTITIES)
    repetitions, relative_error = check_lengths(repetitions, relative_error)
    heavy = next(filter(None, (tails(x, quantity) for x in (setting, minus) if x)), None)
    if heavy and relative_error is not None:
        raise InputError(
            "relative_error", relative_error, f"cannot be reached: {heavy}", "give repetitions"
        )
    target = relative_error or (0.01 if repetitions is None and not heavy else 0.0)
    most = repetitions or (_HEAVY if heavy else _MOST)
    seen: list[Array] = []
    drawn_by = "conditional" if method == "controlled" else method
    plain: Sampler | Difference = Sampler(setting, seed, "simulate", quantity, drawn_by)
    if minus is not None:
        before = Sampler(minus, seed, "simulate", quantity, drawn_by, stream=minus)
        plain = Difference(before, replace(before, setting=setting))
    chunk = _LAW_CHUNK if method == "exact-law" else _CHUNK
    moments, used = RunningMoments(), method

    def saw(x: Array) -> None:
        nonlocal moments
        moments = moments.updated(x)
        if heavy:
            seen.append(x)
        if watch is not None:
            watch(moments.count)

    def estimate() -> Estimate:
        return _spread(_estimate(setting, minus, moments, quantity, used, seed), seen, heavy)

    def precise() -> bool:
        if target <= 0 or moments.standard_error <= target * abs(moments.mean):
            return target > 0
        return abs(moments.mean) < _TINY and estimate().is_rounding

    with borrow(workers, executor) as lender:
        draw: Draw = plain
        if method == "controlled":
            draw = _controlled(plain, lender)
            used = method if isinstance(draw, Adjusted) else "conditional"
        found: Estimate = repeated(
            draw, saw, estimate, precise, most=most, chunk=chunk, executor=lender
        )
    return found


def _spread(estimate: Estimate, seen: list[Array], heavy: str | None) -> Estimate:
    """The estimate with quantiles of the draws in place of a standard error, if tails are heavy."""
    if not heavy:
        return estimate
    values = np.quantile(np.concatenate(seen), _LEVELS)
    quantiles = dict(zip(_LEVELS, values.tolist(), strict=True))
    return replace(estimate, standard_error=None, z=None, quantiles=quantiles, tails=heavy)


def _controlled(sampler: Sampler | Difference, executor: Executor | None) -> Draw:
    """The sampler without what its controls explain, where that pays."""
    tasks = [(-1 - k, _CHUNK) for k in range(_PILOT // _CHUNK)]
    with closing(drawn_by(sampler.observed, tasks, executor)) as few:
        return adjusted(sampler, np.vstack(list(few)))[0]


def _check_law(setting: Setting, method: str) -> None:
    if method == "exact-law" and not has_law(setting):
        condition = f"has no known law to draw from at {setting}"
        raise InputError("method", method, condition, "choose conditional")


def _estimate(
    setting: Setting,
    minus: Setting | None,
    moments: RunningMoments,
    quantity: str,
    method: str,
    seed: int,
) -> Estimate:
    theory, kind = _theory(setting, quantity)
    if minus is not None:
        less, other_kind = _theory(minus, quantity)
        theory = None if theory is None or less is None else theory - less
        kind = "limit" if "limit" in {kind, other_kind} else kind
        kind = None if theory is None else kind
    error = moments.standard_error
    scale = sum(scale_of(each, quantity) for each in (setting, minus) if each)
    z = finite(deviation(moments.mean, theory, error, scale=scale))
    name = quantity if minus is None else f"change of {quantity}"
    found = moments.mean, error, moments.count, method, seed, theory, kind, z
    return Estimate(*found, quantity=name, setting=setting)


def _theory(setting: Setting, quantity: str) -> tuple[float | None, str | None]:
    """The theory's value, in its most exact form, and its kind; None where there is none."""
    for form in (Form.EXACT, Form.LIMIT):
        try:
            value = evaluate(setting, form=form)
            break
        except (NoTheorem, NotBuilt, InputError):  # an infinite expectation is one of these
            continue
    else:
        return None, None
    number = float(value.terms[quantity] if quantity in ERROR_TERMS else value.value)
    return (
        (number, "exact" if value.is_exact else "limit") if math.isfinite(number) else (None, None)
    )
