"""simulate: the Monte Carlo estimate of a setting's test error, and samplers for the tests.

The process is simulated by `verification.process` (literal) or `verification.conditional` (label
noise integrated out exactly given the designs: same expectation, far smaller variance).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from contextlib import closing
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from numerics.evaluate import evaluate
from numerics.precision import Float64
from numerics.spectrum import build_spectrum, expanded
from theory.checks import check_integer
from theory.errors import InfiniteExpectation, InputError, NoTheorem
from theory.features import Gaussian
from theory.finiteness import require_finite
from theory.formula import ERROR_TERMS, Form
from theory.generations import Accumulate, Weighted
from theory.setting import Setting
from verification.conditional import conditional_errors, has_conditional
from verification.executors import borrow, iterate_chunks
from verification.feature_laws import Entries
from verification.moments import Moments
from verification.process import Process, test_errors
from verification.samplers import has_exact_law, sampled_errors
from verification.seeds import make_generator

__all__ = [
    "METHODS",
    "QUANTITIES",
    "Difference",
    "Estimate",
    "Sampler",
    "cheapest_method",
    "simulate",
]

METHODS = ("literal", "conditional")
QUANTITIES = ("test_error", *ERROR_TERMS)

_CHUNK = 16  # repetitions per task of an estimate
_LEAST = 64  # repetitions before a relative error is believed
_MOST = 10**6  # repetitions after which an estimate gives up on its relative error


@dataclass(frozen=True)
class Estimate:
    """A Monte Carlo mean with its standard error; theory and z where a theorem exists.

    ``theory`` is computed in exact form as far as one is known; ``theory_kind`` says whether it
    is exact at this size or a limit with an O(1/d) error that z then shows.
    """

    mean: float
    standard_error: float
    repetitions: int
    method: str
    seed: int
    theory: float | None
    theory_kind: str | None
    z: float | None


@dataclass(frozen=True)
class Sampler:
    """Draws of one quantity at one setting; picklable, and a function of (chunk, size) alone.

    With ``richardson`` a draw is 2 x(2) - x(1), x(k) being the quantity at the setting grown k
    times: its mean differs from the proportional limit by O(1/d^2) instead of O(1/d).
    ``stream`` names another setting whose random numbers to use, for common random numbers.
    """

    setting: Setting
    seed: int
    claim: str
    quantity: str = "test_error"
    method: str = "literal"
    richardson: bool = False
    stream: Setting | None = None

    def __call__(self, chunk: int, size: int) -> NDArray[np.float64]:
        """``size`` independent draws from the stream of this chunk."""
        rng = make_generator(
            self.seed,
            self.claim,
            {**(self.stream or self.setting).canonical(), "quantity": self.quantity},
            f"{self.method}{'-richardson' if self.richardson else ''}",
            chunk,
        )
        draw = partial(_draw, quantity=self.quantity, method=self.method, rng=rng, size=size)
        if not self.richardson:
            return draw(self.setting)
        return 2 * draw(self.setting.grown(2)) - draw(self.setting)


@dataclass(frozen=True)
class Difference:
    """Draws of quantity(after) - quantity(before), on common random numbers where sizes agree."""

    before: Sampler
    after: Sampler
    sign: int = 1

    def __call__(self, chunk: int, size: int) -> NDArray[np.float64]:
        """``size`` independent draws from the stream of this chunk."""
        return self.sign * (self.after(chunk, size) - self.before(chunk, size))


def _draw(
    setting: Setting, *, quantity: str, method: str, rng: np.random.Generator, size: int
) -> NDArray[np.float64]:
    s, w0 = _arrays(setting)
    if method == "exact-law":
        parts = sampled_errors(size, s, w0, rng=rng, **_process(setting))
    elif method == "conditional":
        parts = conditional_errors(size, s, w0, rng=rng, average_signs=True, **_process(setting))
    else:
        isolated, keeps_truth = _isolate(setting, quantity)
        truth = w0 if keeps_truth else w0 * 0
        return test_errors(size, s, truth, rng=rng, **_process(isolated))
    if quantity == "test_error":
        return parts.sum(axis=1)
    return parts[:, ERROR_TERMS.index(quantity)]


def cheapest_method(setting: Setting) -> str:
    """The estimator with the least variance for its cost, as measured by benchmarks/.

    Least squares everywhere has a known law, which costs a microsecond a draw; otherwise the
    conditional estimator, whose bias is averaged over the signs of w0, is far ahead.
    """
    least_squares = setting.lam == 0 and setting.T >= setting.d
    known = has_exact_law(setting.d, _process(setting))
    if not has_conditional(_process(setting)):
        return "literal"
    return "exact-law" if least_squares and known else "conditional"


def _isolate(setting: Setting, quantity: str) -> tuple[Setting, bool]:
    """The literal process of one term: the error is quadratic in (w0, sigma e, sigma0 e0)."""
    match quantity:
        case "bias":
            return setting.silenced("sigma", "sigma0", "sigma_real"), True
        case "variance":
            return setting.silenced("sigma0"), False
        case "synthetic":
            return setting.silenced("sigma", "sigma_real"), False
    return setting, True


@lru_cache(maxsize=64)
def _arrays(setting: Setting) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return expanded(build_spectrum(setting, Float64()))


def _process(setting: Setting) -> Process:
    process = Process(
        T=setting.T,
        T0=setting.T0,
        n=setting.n,
        sigma=float(setting.sigma),
        sigma0=float(setting.sigma0),
        lam=float(setting.lam),
        lam0=float(setting.lam0),
        design=setting.design,
    )
    return process | _variations(setting)


def _variations(setting: Setting) -> Process:
    """What a setting changes in the source's process; only that, so that samplers can tell."""
    found: dict[str, Any] = {}
    if setting.schedule:
        found["schedule"] = tuple(
            (each.T0, float(each.sigma0), float(each.lam0)) for each in setting.schedule
        )
    if setting.n and isinstance(setting.chain, Accumulate):
        found["accumulate"] = True
    if setting.n and isinstance(setting.chain, Weighted):
        found["weights"] = tuple(float(weight) for weight in setting.chain.over(setting.n))
    if setting.synthetic_fraction != 1:
        found["real_rows"] = setting.T - setting.synthetic_rows
    if "real_rows" in found or "weights" in found:
        found["sigma_real"] = float(setting.real_noise)
    if setting.width is not None:
        found["width"] = setting.width
    if setting.features != Gaussian():
        found["draw"] = Entries(setting.features)
    return cast("Process", found)


def simulate(
    setting: Setting,
    *,
    repetitions: int | None = None,
    relative_error: float | None = None,
    quantity: str = "test_error",
    method: str = "literal",
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[Moments], None] | None = None,
) -> Estimate:
    """Estimate E ||w_hat - w0||_Sigma^2 by simulation.

    Args:
        setting: what to simulate; every combination with a finite expectation runs.
        repetitions: how many; or
        relative_error: stop when standard error / mean is below it (default 0.01).
        quantity: test_error, or one of its terms bias, variance, synthetic.
        method: ``literal`` or ``conditional``.
        seed: of every draw; the estimate does not depend on the number of workers.
        workers: processes to draw with.
        executor: where to draw, instead of a pool of its own.
        watch: called with the running moments.

    Raises:
        InfiniteExpectation: the expectation does not exist.
        InputError: an argument outside its range.
    """
    require_finite(setting)
    if method not in METHODS:
        raise InputError("method", method, "is unknown", f"choose from {', '.join(METHODS)}")
    if quantity not in QUANTITIES:
        raise InputError("quantity", quantity, "is unknown", f"choose from {QUANTITIES}")
    if repetitions is not None:
        check_integer("repetitions", repetitions, least=2)
    if relative_error is not None and not 0 < relative_error < 1:
        raise InputError("relative_error", relative_error, "must lie in (0, 1)", "try 0.01")
    target = relative_error or (0.01 if repetitions is None else 0.0)
    most = repetitions or _MOST
    sampler = Sampler(setting, seed, "simulate", quantity, method)
    moments = Moments()
    with borrow(workers, executor) as lender:
        for tasks in _batches(most):
            with closing(iterate_chunks(partial(_call, sampler), tasks, executor=lender)) as drawn:
                for x in drawn:
                    moments = moments.updated(x)
                    if watch is not None:
                        watch(moments)
            if moments.standard_error <= target * abs(moments.mean):
                break
    return _estimate(setting, moments, quantity, method, seed)


def _batches(most: int) -> Iterator[list[tuple[int, int]]]:
    """(chunk, size) tasks in growing batches: the precision reached is looked at in between."""
    start, stop = 0, min(_LEAST, most)
    while start < most:
        yield [(k // _CHUNK, min(_CHUNK, stop - k)) for k in range(start, stop, _CHUNK)]
        # Whole chunks, so that a repetition's stream does not depend on where batches end.
        start, stop = stop, min(most, (stop + stop // 4) // _CHUNK * _CHUNK + _CHUNK)


def _call(sampler: Sampler, task: tuple[int, int]) -> NDArray[np.float64]:
    return sampler(*task)


def _estimate(
    setting: Setting, moments: Moments, quantity: str, method: str, seed: int
) -> Estimate:
    theory, kind = _theory(setting, quantity)
    error = moments.standard_error
    z = None
    if theory is not None and error > 0:
        z = (moments.mean - theory) / error
    return Estimate(moments.mean, error, moments.count, method, seed, theory, kind, z)


def _theory(setting: Setting, quantity: str) -> tuple[float | None, str | None]:
    try:
        # Features that are not normal have limits only.
        form = Form.EXACT if setting.features == Gaussian() else Form.LIMIT
        value = evaluate(setting, form=form)
    except (NoTheorem, InfiniteExpectation):
        return None, None
    number = float(value.terms[quantity] if quantity in ERROR_TERMS else value.value)
    return (
        (number, "exact" if value.is_exact else "limit") if math.isfinite(number) else (None, None)
    )
