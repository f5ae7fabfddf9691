"""Both sides of a claim at a place: balls around the theorem's values, or functions of means.

An ask is arithmetic of expectations (its leaves) and parameters, and a side is arithmetic of asks:
the leaves are evaluated or simulated, everything above them is computed here, one way for both.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

from flint import arb
from mpmath.libmp import to_rational
from sympy import Expr, Symbol

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.rational_balls import exact_ball
from ridgeproof.numerics.equivalent.evaluate import DIGITS, evaluate_process
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.entries import number
from ridgeproof.theory.domains.space import decay
from ridgeproof.theory.errors import (
    RidgeproofError,
    SolverError,
    UndecidedLimit,
)
from ridgeproof.theory.process.expressions import Call, Expression, Name, evaluate, parts
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import SignalSpec, SpectrumSpec
from ridgeproof.verification.conjectures.ladder.formula import Where, check_guards, limit_at
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture

__all__ = ["FINE", "FLOAT", "Sides", "Theory", "rational"]

# Digits of the theorem: in float64, and in balls where these do not tell two sides apart.
FLOAT, FINE = DIGITS, 25
# What they are right to, relatively, where no radius is proved.
_RIGHT = {FLOAT: 10.0 ** (3 - FLOAT), FINE: 10.0 ** (3 - FINE)}
# In float64 the place of a minimum has half the digits of its value.
_PLACES_BLUR = 1e5
# What is left of an expectation that cancels, in units of its radius times b.
_CANCELLED = 0.01
_ENGINE = Balls(30)
# Symbols that stand for sizes in `theory.limits`, which grow.
_GROWING = (sy.d, sy.T, sy.T0, sy.width, sy.gathered, sy.df1, sy.df2, sy.df1_0, sy.df2_0,
            sy.df2_width)  # fmt: skip
_LAWS = {sy.b, sy.beta, sy.r}

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
            SolverError: a side, or a piece of one, is infinite or undefined.
            UndecidedLimit: the limit of a side is not known.
        """
        limit = self.conjecture.kind == "limit"
        with _ENGINE.scope():
            where = self.where(place, self._values(place, leaves))
            check_guards(self.conjecture.guards, where, limit=limit)
            first, last = (_side(side, where, limit=limit) for side in self._expressions)
        return first, last

    def slope(self, place: Place, leaves: Leaves, name: str, slopes: Mapping[str, Any]) -> Any:
        """The derivative of the quantity along a number of a place, as a ball, by the chain rule.

        Raises:
            UndecidedLimit: the quantity holds sizes that grow.
        """
        quantity = self.conjecture.quantity
        if self.conjecture.kind == "limit" and any(x.is_positive for x in quantity.free_symbols):
            raise UndecidedLimit(f"{quantity} holds sizes that grow")
        moved = {dict(self.conjecture.domain.symbols)[name]: arb(1)}
        moved |= {Symbol(ask, real=True): slope for ask, slope in slopes.items()}
        with _ENGINE.scope():
            ball = self.where(place, self._values(place, leaves)).ball
            return sum(ball(quantity.diff(x)) * each for x, each in moved.items())

    def check(self, place: Place) -> None:
        """Check the pieces of the claim that no ask enters.

        Raises:
            SolverError: one is undefined.
            UndecidedLimit: that is not known.
        """
        with _ENGINE.scope():
            where = self.where(place, {})
            limit = self.conjecture.kind == "limit"
            check_guards(self.conjecture.plain_guards, where, limit=limit)

    def where(self, place: Place, values: Mapping[Symbol, Any]) -> Where:
        """The place as a formula sees it, with the values of the asks."""
        numbers = {x: number(value) for x, value in self._numbers(place).items()}
        every = {**self._numbers(place), **values}
        return Where(numbers, lambda side: _value(side, place, every), stand_ins=self.stand_ins)

    def _numbers(self, place: Place) -> dict[Symbol, Fraction]:
        symbols = dict(self.conjecture.domain.symbols)
        found = {symbols[name]: value for name, value in place.numbers}
        return found | decay(place.spectrum, place.signal)

    @cached_property
    def stand_ins(self) -> Mapping[Symbol, Symbol]:
        """Of the sizes, which grow in a limit, and of everything else, which does not.

        Raises:
            UndecidedLimit: there are more sizes than `theory.limits` has names for.
        """
        sides = (*self._expressions, *(guard.value for guard in self.conjecture.guards))
        used = {symbol for side in sides for symbol in side.free_symbols} - _LAWS
        sizes = sorted((x for x in used if x.is_positive), key=str)
        if len(sizes) > len(_GROWING):
            raise UndecidedLimit(f"the formula has {len(sizes)} sizes: use fewer")
        others = {x: Symbol(f"{x}_fixed", real=True) for x in used.difference(sizes)}
        return dict(zip(sizes, _GROWING, strict=False)) | others

    @property
    def _expressions(self) -> tuple[Expr, Expr]:
        conjecture = self.conjecture
        changes = conjecture.variable is not None
        return conjecture.quantity, conjecture.quantity if changes else conjecture.formula

    def _values(self, place: Place, leaves: Leaves) -> dict[Symbol, Any]:
        numbers = {name: exact_ball(value) for name, value in place.numbers}
        leaves = {name: arb(x) if isinstance(x, float) else x for name, x in leaves.items()}
        known = {**numbers, **leaves}
        return {
            Symbol(name, real=True): evaluate(
                ask, known, exact_ball, lambda leaf: leaves[str(leaf)]
            )
            for name, ask in self.conjecture.asks.items()
        }


def _side(side: Expr, where: Where, *, limit: bool) -> Any:
    grows = any(where.stand_ins.get(symbol) in _GROWING for symbol in side.free_symbols)
    found = limit_at(side, where) if limit and grows else side
    if found.is_infinite:
        raise SolverError(f"{side} is not a finite real number")
    value = where.ball(found)
    if not _ENGINE.is_finite(value):  # a ball that something is divided by reaches over zero
        raise UndecidedLimit(f"it is not decided whether {side} is finite")
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


@dataclass
class Theory:
    """What the one theorem says of the leaves, each place looked up once.

    Attributes:
        silent: why it says nothing, by place.
    """

    sides: Sides
    silent: dict[Place, RidgeproofError] = field(default_factory=dict)
    _found: dict[tuple[Place, int], Leaves] = field(default_factory=dict)

    def leaves(self, place: Place, digits: int) -> Leaves | None:
        """The leaves in the limit, as balls; None where the theorem gives none.

        Where no more digits are to be had those of float64 stand.
        """
        if place in self.silent:
            return None
        if (place, digits) not in self._found:
            try:
                self._found[place, digits] = self._evaluated(place, digits)
            except RidgeproofError as error:
                if digits > FLOAT:
                    return self.leaves(place, FLOAT)
                self.silent[place] = error
                return None
        return self._found[place, digits]

    def digits(self, place: Place) -> int:
        """To how many digits the leaves of a place have been found."""
        return FINE if (place, FINE) in self._found else FLOAT

    def given(self, place: Place) -> dict[str, Any]:
        """A place as the arguments of an evaluation."""
        process = self.sides.process
        known = free_names(process) | process.defaults.keys()
        numbers = {n: value for n, value in place.numbers if n in known and n != "d"}
        space = {"spectrum": str(place.spectrum), "signal": str(place.signal)}
        return {"d": place.dimension, **space, **numbers}

    def _evaluated(self, place: Place, digits: int) -> Leaves:
        found = evaluate_process(
            self.sides.process, terms=False, digits=digits, **self.given(place)
        )
        with _ENGINE.scope():
            b = float(_value(sy.b, place, {}).mid())
            balls = {}
            for name, array in found.values.items():
                value, radius = array.item(), found.radii.get(name)
                if radius is None:
                    blur = _PLACES_BLUR if name.startswith("argmin(") and digits == FLOAT else 1.0
                    reach = _RIGHT[digits] * blur * (abs(float(value)) + _CANCELLED * b)
                else:
                    reach = float(radius.item()) * (1 + _RIGHT[FLOAT])
                balls[name] = exact_ball(rational(value)) + arb(0, reach)
        return balls


def rational(value: Any) -> Fraction:
    """A float or an mpmath number exactly: mpmath would round it to its precision of the day."""
    if isinstance(value, float):
        return Fraction(value)
    return Fraction(*map(int, to_rational(value._mpf_)))
