"""Draws of one quantity at one setting, by each of the methods: what judges and estimates sample.

A setting is drawn as the process that it is shorthand for:

literal      as written (`simulation.interpreter`),
conditional  label noise integrated out given the rows (`simulation.conditional`), with control
             variates at hand (`simulation.controls`),
exact-law    that with rows drawn by their law, where it is known.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache, partial

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.checks import check_choice
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Flat, Isotropic
from ridgeproof.verification.simulation.conditional import Conditional, make_conditional
from ridgeproof.verification.simulation.conditional import has_law as known_law
from ridgeproof.verification.simulation.controls import control_values
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.interpreter import Literal, make_literal
from ridgeproof.verification.simulation.seeds import make_generator
from ridgeproof.verification.simulation.world import ProcessWorld

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
        quantities = "test_error", *ERROR_TERMS
        check_choice("quantity", self.quantity, quantities, "cannot be drawn")
        check_choice("method", self.method, _METHODS, "cannot be drawn")

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` independent draws from the stream of this chunk."""
        return self._table(chunk, size, controls=False)[:, 0]

    def observed(self, chunk: int, size: int) -> Array:
        """The same draws with their controls, which only the conditional method has."""
        return self._table(chunk, size, controls=self.method == "conditional")

    def _table(self, chunk: int, size: int, *, controls: bool) -> Array:
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

    def __call__(self, chunk: int, size: int) -> Array:
        """``size`` independent draws from the stream of this chunk."""
        return self.sign * (self.after(chunk, size) - self.before(chunk, size))

    def observed(self, chunk: int, size: int) -> Array:
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
) -> Array:
    """Draws of one quantity in the first column, then their controls if they are wanted."""
    if method == "literal":
        return _literal(setting, quantity)(rng, size)
    run, kept = _conditional(setting, method == "exact-law", quantity)
    if not controls:
        return (run(rng, size)[:, 0] @ kept)[:, None]
    s, w0 = _arrays(setting)
    # Fourth moments of other laws may scatter too much for a pilot to find coefficients.
    kurtosis = 0.0 if setting.features == Gaussian() else None
    show = partial(control_values, s=s, w0=w0, kurtosis=kurtosis)
    drawn, shown = run.observed(rng, size, show)
    if shown.shape[1] > _DESIGNS:  # the first is the downstream one
        shown = np.stack([shown[:, 0], shown[:, 1:].sum(axis=1)], axis=1)
    return np.column_stack([drawn[:, 0] @ kept, shown.reshape(size, -1)])


def _quantity(source: str) -> str:
    """The term of the error that a source makes: noise of the generators is synthetic."""
    if source in {"w0", "constant"}:
        return "bias"
    return "synthetic" if "sigma0" in source else "variance"


def cheapest_method(setting: Setting) -> str:
    """The estimator with the least variance for its cost, as measured by benchmarks/.

    Least squares everywhere has a known law, which costs a microsecond a draw; otherwise the
    conditional estimator, whose bias is averaged over the signs of w0, is far ahead.
    """
    least_squares = setting.lam == 0 and setting.T >= setting.d
    return "exact-law" if least_squares and has_law(setting) else "conditional"


@lru_cache(maxsize=64)
def has_law(setting: Setting) -> bool:
    """Whether the law of the error is known, so that it can be drawn itself."""
    return known_law(*_pipeline(setting))


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
def _arrays(setting: Setting) -> tuple[Array, Array]:
    return expanded(build_spectrum(setting, Float64()))


@lru_cache(maxsize=64)
def _pipeline(setting: Setting) -> tuple[Graph, ProcessWorld]:
    """The process of a setting, whose steps do not depend on its spectrum, and its numbers."""
    s, w0 = _arrays(setting)  # which infinitely many directions have not
    process = replace(setting, spectrum=Isotropic(), signal=Flat(), copies=1).process()
    counts = {name: process.defaults[name] for name in count_names(process)}
    return normal_form(process, counts), ProcessWorld(s, w0, process.defaults)


@lru_cache(maxsize=64)
def _conditional(setting: Setting, by_law: bool, quantity: str) -> tuple[Conditional, Array]:
    """The conditional run of a setting, and which of its sources make a quantity.

    Raises:
        NotBuilt: rows are to be drawn by a law that is not known.
    """
    if by_law and not has_law(setting):
        condition = f"have no known law at {setting}: use the conditional method"
        raise NotBuilt(f"the generators {condition}")
    run = make_conditional(*_pipeline(setting), by_law=by_law)
    kept = [quantity in {"test_error", _quantity(name)} for name in run.names]
    return run, np.array(kept, dtype=float)


@lru_cache(maxsize=64)
def _literal(setting: Setting, quantity: str) -> Literal:
    isolated, keeps_truth = isolate(setting, quantity)
    graph, world = _pipeline(isolated)
    return make_literal(graph, world if keeps_truth else replace(world, w0=0 * world.w0))
