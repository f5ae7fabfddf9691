"""Both sides of a claim at a place: balls around the theorem's values, or functions of means.

An ask is arithmetic of expectations (its leaves) and parameters, and a side is arithmetic of asks:
the leaves are evaluated or simulated, everything above them is computed here, one way for both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from flint import arb
from sympy import Expr, Symbol

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.equivalent.evaluate import DIGITS, evaluate_process
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.space import decay
from ridgeproof.theory.errors import (
    InfiniteExpectation,
    InputError,
    RidgeproofError,
    SolverError,
    UndecidedLimit,
)
from ridgeproof.theory.limits import limit_value
from ridgeproof.theory.process.expressions import Call, Expression, Name, evaluate, parts
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture

__all__ = ["CLOSE", "FAR", "Sides", "Theory"]

# Two sides agree within CLOSE and are apart beyond FAR, relatively to the leaves; in between the
# digits of float64 do not say.
CLOSE, FAR = 10.0**-DIGITS, 10.0 ** (3 - DIGITS)
# The place of a minimum has half the digits of its value.
_PLACES_BLUR = 1e5
# What is left of an expectation that cancels, in units of its radius times b.
_CANCELLED = 0.01
_ENGINE = Balls(30)
# Symbols that stand for sizes in `theory.limits`, which grow; d stands for itself.
_GROWING = (sy.T, sy.T0, sy.width, sy.gathered, sy.df1, sy.df2, sy.df1_0, sy.df2_0, sy.df2_width)

Leaves = Mapping[str, Any]


@dataclass(frozen=True)
class Sides:
    """Quantity and formula of a conjecture, as functions of the leaves of its asks."""

    conjecture: ProcessConjecture

    @property
    def process(self) -> Process:
        """The process that asks the leaves."""
        asks = self.conjecture.asks.values()
        process = self.conjecture.process
        found = {str(leaf): leaf for ask in asks for leaf in _leaves(ask, free_names(process))}
        return replace(process, asks=tuple(found.items()))

    def at(self, place: Place, leaves: Leaves) -> tuple[Any, Any]:
        """(quantity, formula) at a place, as balls; a limit is taken where the claim is one.

        Raises:
            SolverError: a side is infinite or undefined.
            UndecidedLimit: the limit of a side is not known.
        """
        with _ENGINE.scope():
            values = self._values(place, leaves)
            first, last = (self._side(side, place, values) for side in self._expressions)
        return first, last

    @property
    def _expressions(self) -> tuple[Expr, Expr]:
        conjecture = self.conjecture
        changes = conjecture.variable is not None
        return conjecture.quantity, conjecture.quantity if changes else conjecture.formula

    def _values(self, place: Place, leaves: Leaves) -> dict[Symbol, Any]:
        numbers = {name: exact_ball(value) for name, value in place.numbers}
        leaves = {name: arb(x) if isinstance(x, float) else x for name, x in leaves.items()}
        known = {**numbers, **leaves}
        symbols = dict(self.conjecture.domain.symbols)
        values: dict[Symbol, Any] = {symbols[name]: x for name, x in place.numbers}
        values |= decay(place.spectrum, place.signal)
        for name, ask in self.conjecture.asks.items():
            value = evaluate(ask, known, exact_ball, lambda leaf: leaves[str(leaf)])
            values[Symbol(name, real=True)] = value
        return values

    def _side(self, side: Expr, place: Place, values: Mapping[Symbol, Any]) -> Any:
        if self.conjecture.kind == "limit":
            side = _limit(side, lambda expression: _sign(expression, place, values))
        value = _value(side, place, values)
        if not _ENGINE.is_finite(value):
            raise SolverError(f"{side} is not a finite real number")
        return value


def _leaves(ask: Expression, free: frozenset[str]) -> Iterator[Expression]:
    """The calls in an ask, and the names of numbers that a step has made."""
    if isinstance(ask, Call) or (isinstance(ask, Name) and ask.name not in free):
        yield ask
        return
    for part in parts(ask):
        yield from _leaves(part, free)


def _value(expression: Expr, place: Place, values: Mapping[Symbol, Any]) -> Any:
    needs_signal = expression.has(sy.b)
    spectrum, signal = (place.spectrum, place.signal) if needs_signal else ("isotropic", "flat")
    levels = _levels(place.dimension, spectrum, signal)
    return _ENGINE.convert(
        _plain(evaluate_expression(expression, FormulaPoint(_ENGINE, levels, values)))
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, arb) else exact_ball(value)


@lru_cache(maxsize=256)
def _levels(d: int, spectrum: SpectrumSpec | str, signal: SignalSpec | str) -> Spectrum:
    return build_spectrum(make_setting(d=d, T=1, spectrum=spectrum, signal=signal), _ENGINE)


def _sign(expression: Expr, place: Place, values: Mapping[Symbol, Any]) -> int:
    try:
        return _ENGINE.compare(_value(expression, place, values), exact_ball(0))
    except RidgeproofError:
        raise UndecidedLimit(f"the limit is not decided: is {expression} zero?") from None


def _limit(side: Expr, sign: Callable[[Expr], int]) -> Expr:
    """A side as the sizes grow together, everything else held fixed.

    Raises:
        UndecidedLimit: the limit is infinite, or not known.
    """
    sizes = sorted((x for x in side.free_symbols if x.is_positive), key=str)
    sizes = [x for x in sizes if x not in {sy.b, sy.beta, sy.r}]
    if not sizes:
        return side
    if len(sizes) > len(_GROWING):
        raise UndecidedLimit(f"the formula has {len(sizes)} sizes: use fewer")
    growing = dict(zip(sizes, (sy.d, *_GROWING), strict=False))
    others = {x: Symbol(f"{x}_fixed", real=True) for x in side.free_symbols - set(sizes)
              if x not in {sy.b, sy.beta, sy.r}}  # fmt: skip
    there = growing | others
    back = {new: old for old, new in there.items()}
    found = limit_value(side.xreplace(there), lambda expression: sign(expression.xreplace(back)))
    if found.is_infinite:
        raise SolverError(f"{side} tends to infinity")
    return found.xreplace(back)


def _blur(leaf: str) -> float:
    return _PLACES_BLUR if leaf.startswith("argmin(") else 1.0


@dataclass
class Theory:
    """What the one theorem says of the leaves, each place looked up once.

    Attributes:
        silent: why it says nothing, by place.
    """

    sides: Sides
    silent: dict[Place, RidgeproofError] = field(default_factory=dict)
    _found: dict[Place, Mapping[str, float]] = field(default_factory=dict)

    def leaves(self, place: Place) -> Mapping[str, float] | None:
        """The values of the leaves in the limit; None where the theorem gives none."""
        if place in self.silent:
            return None
        if place not in self._found:
            try:
                self._found[place] = self._evaluated(place)
            except RidgeproofError as error:
                self.silent[place] = error
                return None
        return self._found[place]

    def refused(self) -> InputError | None:
        """An error of the user's, where no place could be evaluated."""
        if self._found:
            return None
        errors = [e for e in self.silent.values() if type(e) is InputError]
        return errors[0] if len(errors) == len(self.silent) and errors else None

    def is_infinite(self, place: Place) -> bool:
        """Whether an expectation is infinite there."""
        return isinstance(self.silent.get(place), InfiniteExpectation)

    def _evaluated(self, place: Place) -> Mapping[str, float]:
        process = self.sides.process
        known = free_names(process) | process.defaults.keys()
        numbers = {n: value for n, value in place.numbers if n in known and n != "d"}
        found = evaluate_process(
            process,
            d=place.dimension,
            spectrum=str(place.spectrum),
            signal=str(place.signal),
            terms=False,
            **numbers,  # type: ignore[arg-type]
        )
        return {name: float(value) for name, value in found.values.items()}

    def balls(self, place: Place, relative: float) -> Mapping[str, Any]:
        """The leaves as balls of a relative radius; the theorem must give them."""
        found = self.leaves(place)
        assert found is not None
        with _ENGINE.scope():
            b = float(_value(sy.b, place, {}).mid())
            return {
                name: arb(value, relative * _blur(name) * (abs(value) + _CANCELLED * b))
                for name, value in found.items()
            }
