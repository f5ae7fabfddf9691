"""Draws of one quantity at one setting, by each of the methods: what judges and estimates sample.

literal      the process as written (`simulation.process`),
conditional  label noise integrated out given the designs (`simulation.conditional`), with control
             variates at hand (`simulation.controls`),
exact-law    the law of the error itself, where it is known (`simulation.samplers`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.generations import Accumulate, Weighted
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.conditional import conditional_errors, has_conditional
from ridgeproof.verification.simulation.controls import control_values
from ridgeproof.verification.simulation.feature_laws import Entries
from ridgeproof.verification.simulation.process import Process, test_errors
from ridgeproof.verification.simulation.samplers import has_exact_law, sampled_errors
from ridgeproof.verification.simulation.seeds import make_generator

__all__ = ["Difference", "Sampler", "cheapest_method", "has_law", "isolate"]

_METHODS = ("literal", "conditional", "exact-law")
_DESIGNS = 4  # with controls of their own, before those of the generators are added up


@dataclass(frozen=True)
class Sampler:
    """Draws of one quantity at one setting; picklable, and a function of (chunk, size) alone.

    With ``richardson`` a draw is 2 x(2) - x(1), x(k) being the quantity at the setting grown k
    times: its mean differs from the proportional limit by O(1/d^2) instead of O(1/d).
    ``stream`` names another setting whose random numbers to use, for common random numbers.

    Raises:
        InputError: the quantity or the method is none that can be drawn.
    """

    setting: Setting
    seed: int
    claim: str
    quantity: str = "test_error"
    method: str = "literal"
    richardson: bool = False
    stream: Setting | None = None

    def __post_init__(self) -> None:
        for name, value, known in (
            ("quantity", self.quantity, ("test_error", *ERROR_TERMS)),
            ("method", self.method, _METHODS),
        ):
            if value not in known:
                raise InputError(name, value, "cannot be drawn", f"choose from {', '.join(known)}")

    def __call__(self, chunk: int, size: int) -> NDArray[np.float64]:
        """``size`` independent draws from the stream of this chunk."""
        return self._table(chunk, size, controls=False)[:, 0]

    def observed(self, chunk: int, size: int) -> NDArray[np.float64]:
        """The same draws with their controls, which only the conditional method has."""
        return self._table(chunk, size, controls=self.method == "conditional")

    def _table(self, chunk: int, size: int, *, controls: bool) -> NDArray[np.float64]:
        rng = make_generator(
            self.seed,
            self.claim,
            {**(self.stream or self.setting).canonical(), "quantity": self.quantity},
            f"{self.method}{'-richardson' if self.richardson else ''}",
            chunk,
        )
        draw = partial(_draw, self.quantity, self.method, controls, rng, size)
        if not self.richardson:
            return draw(self.setting)
        twice, once = draw(self.setting.grown(2)), draw(self.setting)
        return np.hstack([2 * twice[:, :1] - once[:, :1], twice[:, 1:], once[:, 1:]])


@dataclass(frozen=True)
class Difference:
    """Draws of quantity(after) - quantity(before), on common random numbers where sizes agree."""

    before: Sampler
    after: Sampler
    sign: int = 1

    def __call__(self, chunk: int, size: int) -> NDArray[np.float64]:
        """``size`` independent draws from the stream of this chunk."""
        return self.sign * (self.after(chunk, size) - self.before(chunk, size))

    def observed(self, chunk: int, size: int) -> NDArray[np.float64]:
        """The same draws with the controls of either end."""
        after, before = (each.observed(chunk, size) for each in (self.after, self.before))
        moved = self.sign * (after[:, :1] - before[:, :1])
        return np.hstack([moved, after[:, 1:], before[:, 1:]])


def _draw(
    quantity: str,
    method: str,
    controls: bool,
    rng: np.random.Generator,
    size: int,
    setting: Setting,
) -> NDArray[np.float64]:
    """Draws of one quantity in the first column, then their controls if they are wanted."""
    s, w0 = _arrays(setting)
    process = _process(setting)
    designs: list[NDArray[np.float64]] = []
    if method == "literal":
        isolated, keeps_truth = isolate(setting, quantity)
        truth = w0 if keeps_truth else w0 * 0
        return test_errors(size, s, truth, rng=rng, **_process(isolated))[:, None]
    if method == "exact-law":
        parts = sampled_errors(size, s, w0, rng=rng, **process)
    else:
        show = partial(control_values, s=s, w0=w0, normal="draw" not in process)
        watch = (lambda Z: designs.append(show(Z))) if controls else None
        parts = conditional_errors(size, s, w0, rng=rng, average_signs=True, watch=watch, **process)
    total = quantity == "test_error"
    drawn = parts.sum(axis=1) if total else parts[:, ERROR_TERMS.index(quantity)]
    return np.column_stack([drawn, *_gathered(designs, size)])


def _gathered(designs: list[NDArray[np.float64]], size: int) -> list[NDArray[np.float64]]:
    """The controls of each design of a repetition; in long chains the generators' are added up."""
    if not designs:
        return []
    each = np.reshape(designs, (size, len(designs) // size, -1))
    if each.shape[1] <= _DESIGNS:
        return list(np.moveaxis(each, 1, 0))
    return [each[:, :-1].sum(axis=1), each[:, -1]]


def cheapest_method(setting: Setting) -> str:
    """The estimator with the least variance for its cost, as measured by benchmarks/.

    Least squares everywhere has a known law, which costs a microsecond a draw; otherwise the
    conditional estimator, whose bias is averaged over the signs of w0, is far ahead.
    """
    least_squares = setting.lam == 0 and setting.T >= setting.d
    if not has_conditional(_process(setting)):
        return "literal"
    return "exact-law" if least_squares and has_law(setting) else "conditional"


def has_law(setting: Setting) -> bool:
    """Whether the law of the error is known, so that it can be drawn itself."""
    return has_exact_law(setting.d, _process(setting))


def isolate(setting: Setting, quantity: str) -> tuple[Setting, bool]:
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
