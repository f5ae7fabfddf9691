"""The exponents of every ask of a process: at a ridge, at the best ridge, in all that is open."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from typing import Any

from sympy import Expr, Min, Piecewise, Rational, Symbol, oo, sign
from sympy.polys.fields import FracElement

from ridgeproof.theory.checks import check_real
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.facts import require_known, require_values
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.scaling.leading import Leading, Orders, PowerLaws
from ridgeproof.theory.scaling.order import Cancelled, Place, Space, Tie
from ridgeproof.theory.scaling.scale import Scale
from ridgeproof.theory.scaling.sweep import Found, Piece, sweep, sweep_all
from ridgeproof.theory.settings.spectra import PowerLaw, Source, parse_signal, parse_spectrum

__all__ = ["ELL", "OPEN", "REGIMES", "Law", "laws_of", "scaling_laws"]

ELL = "ell"
OPEN = "open"
# {base} is the size that all are powers of.
REGIMES = {
    "balanced": "the error falls before the best ell and rises beyond it",
    "constant": "the error rises with every further ell: it is best not to let the penalty vanish",
    "level": "every ell from the one given on reaches the rate",
    "ridgeless": "the error falls with every further ell: faster than any power of {base}",
    "given": "no ell is free",
}
# Sizes that decide on the branch of a fit without ridge: these powers of two.
_BITS, _INFINITE = 1500, 12000


@dataclass(frozen=True)
class Law:
    """ask ~ T^rate log(T)^logs at lam ~ T^-ell: numbers, or Piecewise in what is open.

    Attributes:
        rate: the exponent; -oo where the ask falls faster than any power.
        ell: the best one; None where none is free.
        least_ell: the least that reaches the rate.
        logs: how many logarithms go with the power.
        regime: one of REGIMES by name, as a symbol.
    """

    rate: Expr
    ell: Expr | None
    least_ell: Expr | None
    logs: Expr
    regime: Expr


@dataclass(frozen=True)
class _Order:
    """T^rate log(T)^logs; ``known`` is False where that only bounds it."""

    rate: FracElement
    logs: int
    known: bool


@dataclass(frozen=True)
class _Best:
    """What is best over ell, or what there is; None is infinity."""

    rate: FracElement | None
    ell: FracElement | None
    least_ell: FracElement | None
    logs: int
    regime: str


def laws_of(process: Process, beta: object = None, r: object = None) -> PowerLaws:
    """beta and r as given, else of what the process says of its space, else left open.

    Args:
        process: the record.
        beta: a number above 1, or OPEN.
        r: a number above 0, or OPEN.

    Raises:
        InputError: the spectrum is no power law with a finite trace, or the signal has no source.
    """
    if beta is None and process.spectrum:
        spectrum = parse_spectrum(process.spectrum)
        if not isinstance(spectrum, PowerLaw):
            raise InputError("spectrum", process.spectrum, "is no power law", "give beta")
        beta = spectrum.beta
    if r is None and process.signal:
        signal = parse_signal(process.signal)
        if not isinstance(signal, Source):
            raise InputError("signal", process.signal, "is no power law", "give r")
        r = signal.r
    return PowerLaws(
        None if beta in {None, OPEN} else check_real("beta", beta, above=1),
        None if r in {None, OPEN} else check_real("r", r, above=0),
    )


def scaling_laws(
    process: Process, scale: Scale, laws: PowerLaws, values: Mapping[str, Fraction]
) -> dict[str, Law | NotBuilt | Cancelled]:
    """The law of every ask, or why there is none at leading order.

    Args:
        process: the record.
        scale: what grows how; the exponents that have a value are put in.
        laws: spectrum and signal.
        values: of the parameters that do not grow.

    Raises:
        InputError: --scale names what is no size or penalty of the process, a parameter has no
            value, or an ask is not positive.
    """
    _require_scale(process, scale)
    values = {k: v for k, v in {**process.defaults, **values}.items() if k not in scale.powers}
    graph = normal_form(process, {k: v for k, v in values.items() if k in count_names(process)})
    require_values(graph, {**values, **dict.fromkeys(scale.powers, Fraction(1))})
    open_names = [name for name in scale.open if name != ELL]
    names = [name for name in ("beta", "r") if getattr(laws, name) is None] + open_names
    if clash := {"beta", "r"} & set(scale.open):
        condition = "is an exponent of the spectrum or of the signal"
        raise InputError("--scale", min(clash), condition, "name it otherwise")
    free = ELL in scale.open
    space = Space([*names, ELL] if free else names)
    branches = _Branches(process, scale, laws, values, space)
    found: dict[str, Law | NotBuilt | Cancelled] = {}
    for name, _ in process.asks:
        try:
            found[name] = _law(_Ask(name, branches), space, names, free=free)
        except (NotBuilt, Cancelled) as reason:
            found[name] = reason
        except Tie as tie:
            found[name] = NotBuilt(str(tie))
    return found


def _require_scale(process: Process, scale: Scale) -> None:
    for name in scale.powers:
        if name == "d":
            continue
        try:
            require_known(process, [name])
        except InputError as error:
            raise InputError("--scale", name, error.condition, error.remedy) from None
        if name in count_names(process):
            condition = "counts rounds, and does not grow here"
            raise InputError("--scale", name, condition, "give it a value")


class _Branches:
    """The formulas of a process, on each branch of its fits without ridge that is met."""

    def __init__(
        self,
        process: Process,
        scale: Scale,
        laws: PowerLaws,
        values: Mapping[str, Fraction],
        space: Space,
    ) -> None:
        self.process, self.scale, self.laws = process, scale, laws
        self.values, self.space = values, space
        self.known: list[Leading] = []

    def at(self, place: Place) -> Orders:
        """The orders of the branch at a place."""
        for leading in self.known:
            orders = leading.at(place)
            if orders.holds():
                break
        else:
            self.known.append(self._derived(place))
            orders = self.known[-1].at(place)
            if not orders.holds():
                raise NotBuilt("the branch of a fit without ridge")
        return orders

    def _derived(self, place: Place) -> Leading:
        sizes = {"d": Fraction(1 << _INFINITE)}
        exponents = {
            name: place.value(self.space.form(power))
            for name, (_, power) in self.scale.powers.items()
        }
        bits = min(_BITS, _INFINITE / (2 * max(exponents.values())))
        for name, (factor, _) in self.scale.powers.items():
            height = int(bits * exponents[name])
            if not height and exponents[name] > 0:
                raise NotBuilt(f"{name} next to so much larger sizes")
            sizes[name] = max(factor, Fraction(1)) * Fraction(2) ** height
            if height > 0:
                sizes[name] = Fraction(int(factor * Fraction(2) ** height))
        formulas = derive_process(self.process, **{**self.values, **sizes})
        return Leading(formulas, self.values, self.scale, self.laws)


class _Ask:
    """The order of one ask at any sample, remembered with where it holds."""

    def __init__(self, name: str, branches: _Branches) -> None:
        self.name, self.branches = name, branches
        self.orders: list[Found] = []
        self.signs: list[Found] = []

    def __call__(self, sample: Mapping[str, Fraction]) -> Found:
        """Its order."""
        return self._remembered(self.orders, self._order, sample)

    def growth(self, sample: Mapping[str, Fraction]) -> Found:
        """Whether it grows with the penalty, 1, falls, -1, or neither is known, 0."""
        return self._remembered(self.signs, self._sign, sample)

    def _remembered(
        self, known: list[Found], find: Callable[[Orders], Any], sample: Mapping[str, Fraction]
    ) -> Found:
        place = Place(self.branches.space, sample)
        for found in known:
            if all(place.value(each) > 0 for each in found.positive):
                return found
        content = find(self.branches.at(place))
        known.append(Found(content, tuple(place.positive)))
        return known[-1]

    def _order(self, orders: Orders) -> _Order:
        refused = orders.leading.formulas.refused
        if self.name in refused:
            raise NotBuilt(refused[self.name])
        order = orders.ask(self.name)
        if order is None:
            raise InputError(f"ask {self.name}", 0, "is zero at every size", "ask something else")
        if order.factor < 0:
            shown = (
                f"{float(order.factor):.3g} {self.branches.scale.base}^({order.exponent.as_expr()})"
            )
            remedy = "change its sign: exponents are of positive asks"
            raise InputError(f"ask {self.name}", shown, "is negative for large sizes", remedy)
        return _Order(order.exponent, order.logs, bool(order.factor))

    def _sign(self, orders: Orders) -> int:
        order = orders.growth(self.name)
        return 0 if order is None else int(sign(order.factor))


def _law(ask: _Ask, space: Space, names: list[str], *, free: bool) -> Law:
    def compute(sample: dict[str, Fraction]) -> Found:
        if free:
            swept = sweep(space, ELL, (Fraction(0), None), sample, ask)
            growth = partial(sweep, space, ELL, (Fraction(0), None), sample, ask.growth)
            return _optimum(swept, growth, Place(space, sample))
        found = ask(sample)
        if not found.content.known:
            raise Cancelled("leading terms cancel")
        return replace(
            found, content=_Best(found.content.rate, None, None, found.content.logs, "given")
        )

    content = sweep_all(space, names, compute)

    def written(read: Callable[[_Best], Expr]) -> Expr:
        return _written(content, names, read)

    def form(value: FracElement | None, infinite: Expr) -> Expr:
        return infinite if value is None else value.as_expr().factor()

    return Law(
        written(lambda best: form(best.rate, -oo)),
        written(lambda best: form(best.ell, oo)) if free else None,
        written(lambda best: form(best.least_ell, oo)) if free else None,
        written(lambda best: Rational(best.logs)),
        written(lambda best: Symbol(best.regime)),
    )


def _optimum(swept: Found, growth: Callable[[], Found], place: Place) -> Found:
    """The least rate over the pieces of the axis ell, and the least ell that reaches it."""
    space = place.space
    for each in swept.positive:
        place.positive[each] = None
    axis = space.generators[ELL]
    ends: list[tuple[FracElement, FracElement | None, Piece]] = []
    for piece in swept.content:
        order: _Order = piece.content
        if not order.known:
            raise Cancelled("leading terms cancel where the ask may be least")
        slope = order.rate.diff(axis)
        falls = place.compare(slope, space.form(0)) < 0
        if falls and piece.high is None:
            return Found(_Best(None, None, None, 0, "ridgeless"), tuple(place.positive))
        x = piece.high if falls else piece.low
        ends.append((order.rate + slope * (x - axis), x, piece))
    rate, ell, piece = ends[0]
    for end in ends[1:]:
        if place.compare(end[0], rate) < 0:
            rate, ell, piece = end
    beside = [p for _, _, p in ends if ell in {p.low, p.high}]
    level = any(p.low == ell and not p.content.rate.diff(axis) for p in beside)
    logs = min(each.content.logs for each in beside)
    settled = ell
    if level:
        with suppress(NotBuilt, Cancelled):
            settled = _settled(ell, growth(), place)
    inside = "balanced" if ell else "constant"
    best = _Best(rate, settled, ell, logs, "level" if level else inside)
    return Found(best, tuple(place.positive))


def _settled(ell: FracElement, growth: Found, place: Place) -> FracElement:
    """Where on a level a smaller penalty stops to help at next order; its start if nowhere."""
    for each in growth.positive:
        place.positive[each] = None
    for piece in growth.content:
        behind = piece.high is not None and place.compare(piece.high, ell) <= 0
        if not behind and piece.content <= 0:
            return piece.low if place.compare(piece.low, ell) > 0 else ell
    return ell


def _written(content: Any, names: list[str], read: Callable[[_Best], Expr]) -> Expr:
    """Nested pieces as a Piecewise in the open names, the first outermost."""
    if isinstance(content, _Best):
        return read(content)
    axis = Symbol(names[0])
    pieces: list[tuple[Expr, Expr | None]] = []
    for piece in content:
        value = _written(piece.content, names[1:], read)
        if pieces and pieces[-1][0] == value:
            pieces.pop()
        pieces.append((value, None if piece.high is None else piece.high.as_expr().factor()))
    return _joined(axis, pieces)


def _joined(axis: Symbol, pieces: list[tuple[Expr, Expr | None]]) -> Expr:
    if len(pieces) == 1:
        return pieces[0][0]
    (low, border), (high, _), *more = pieces
    saturated = not more and axis in low.free_symbols and low.subs(axis, border)
    if saturated and saturated.expand() == high.expand():
        return low.subs(axis, Min(axis, border))  # what saturates
    return Piecewise(*((value, True if end is None else axis <= end) for value, end in pieces))
