"""Checking the formulas of a process: every line at numbers that another solver finds.

The float64 solver of `numerics.equivalent` knows no formula: it solves each fit by its own
certified root finder, substitutes back with numbers, and puts the whole solution into the four
equations.  Each unknown has its places in that solution, responses and correlations, and every
equation of the derivation must hold at those numbers; so must each ask.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
from sympy import Add, Expr, Mul, Pow, Symbol

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Directions, directions_of, space_of
from ridgeproof.numerics.equivalent.solve import solution_of
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.checks import exact
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.asks import Solution, answer
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
from ridgeproof.theory.equivalent.formulas.sections import summed
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.equivalent.pencil import RandomFeatures
from ridgeproof.theory.process.facts import size_names
from ridgeproof.theory.process.graph import Graph
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["check_formulas", "check_theorem"]

# float64 through a few hundred operations; a wrong term is of the order of the value.
_ROUNDING = 1e-9
# Entries at which an unknown is compared: the first are those of the pair that it was solved for.
_MOST_PLACES = 4

Checks = list[list[bool | None]]


def check_formulas(formulas: ProcessFormulas, **given: Any) -> Checks:
    """Whether each line of `formulas.sections.derivation_of` holds; None for a name.

    Args:
        formulas: of a process.
        **given: d, spectrum, signal and parameters where the process does not say them; what
            nobody says is chosen here.

    Raises:
        InputError: the values contradict the branch of the formulas, or each other.
    """
    return _checked(formulas, given)[0]


def check_theorem(derivation: Derivation, formulas: ProcessFormulas) -> Checks:
    """The same of a theorem whose first sections are of a process, with the last line of each."""
    checks, at = _checked(formulas, {})
    for symbol, meaning in derivation.meanings.items():
        at.numbers[symbol] = at.value(meaning)
    for place, ask in enumerate(formulas.asks.values(), 2):
        target = defined(summed(derivation.sections[place].result))
        checks[place].append(_close(at.value(target), at.value(ask)))
    return checks


def _checked(formulas: ProcessFormulas, given: Mapping[str, Any]) -> tuple[Checks, _At]:
    lowered = formulas.solution.lowering.graph
    asks = tuple((name, ask) for name, ask in lowered.asks if name in formulas.asks)
    graph = Graph(lowered.nodes, asks, lowered.names)
    known = _numbers(formulas, graph, given)
    space = space_of(formulas.process, known.pop("d"), given.get("spectrum"), given.get("signal"))
    directions = directions_of(graph, space, Float64())
    values = {name: np.full((1, 1), float(value)) for name, value in known.items()}
    values["d"] = np.full((1, 1), float(space.d))
    solution, _ = solution_of(graph, values, Float64Ring(directions))
    at = _At(formulas, known, directions)
    entries = _Entries(formulas, solution)
    unknowns = [_check(unknown, entries, at) for unknown in formulas.unknowns]
    answers = (answer(ask, solution, {}).value.item() for _, ask in asks)
    last: Checks = [
        [_close(at.value(formulas.asks[name]), float(number))]
        for (name, _), number in zip(asks, answers, strict=True)
    ]
    return [[], unknowns, *last], at


def _numbers(
    formulas: ProcessFormulas, graph: Graph, given: Mapping[str, Any]
) -> dict[str, Fraction]:
    """A value for every parameter, and for d."""
    known = dict(formulas.process.defaults)
    known |= {n: exact(n, v) for n, v in given.items() if n not in {"spectrum", "signal"}}
    known.setdefault("d", Fraction(20))
    whole = size_names(graph.nodes)
    for place, name in enumerate(formulas.parameters):
        chosen = 2 * known["d"] + 7 * place if name in whole else Fraction(2 + place, 7 + place)
        known.setdefault(name, Fraction(chosen))
    return known


class _At:
    """Numbers for symbols, filled in as unknowns are met."""

    def __init__(
        self, formulas: ProcessFormulas, known: Mapping[str, Fraction], directions: Directions
    ) -> None:
        self.numbers: dict[Symbol, Any] = {
            symbol: float(known[name]) for name, symbol in formulas.parameters.items()
        }
        self.numbers |= {sy.s: directions.s, sy.w0: directions.w0, sy.d: float(directions.d)}
        for symbol, profile in formulas.levels.items():
            self.numbers[symbol] = directions.profile(profile, signed=True, infinite=True)
        self.multiplicity = directions.multiplicity

    def value(self, expression: Expr) -> Any:
        """A number, or one for each direction.

        Powers of infinity are those of an infinite penalty, whose directions are not fitted.
        """
        match expression:
            case SpectralSum():
                return (self.multiplicity * self.value(expression.summand)).sum()
            case Add():
                return sum(map(self.value, expression.args))
            case Mul():
                return np.prod(np.broadcast_arrays(*map(self.value, expression.args)), axis=0)
            case Pow():
                return np.power(self.value(expression.base), self.value(expression.exp))
            case Symbol():
                return self.numbers[expression]
        return float(expression)


class _Entries:
    """What stands in H_g and C_g in symbols, with the numbers that the solver has there."""

    def __init__(self, formulas: ProcessFormulas, solved: Solution) -> None:
        self.derived, self.solved = formulas.solution, solved
        response, correlation = self.derived.response, self.derived.correlation
        self.pairs = [
            (value, (rho, sigma, of_noise))
            for sides in [response.lanes.sides]
            for j, node in enumerate(sides)
            for k, other in enumerate(sides[: j + 1])
            for group in node.rows.keys() & other.rows.keys()
            for rho, sigma in [(node.rows[group], other.rows[group])]
            for of_noise, table in ((False, response), (True, correlation))
            if (value := table.on_rows(rho, sigma)) is not None
        ]
        self.generators = [{x for held in value.terms for x, _ in held} for value, _ in self.pairs]

    def holding(self, unknown: Unknown, at: _At) -> Iterator[tuple[Expr, tuple[int, int, bool]]]:
        """Those that hold an unknown, and else only what is known."""
        for generators, (value, place) in zip(self.generators, self.pairs, strict=True):
            holds = not generators.isdisjoint(unknown.symbols)
            if holds and value.expression.atoms(Symbol) <= at.numbers.keys():
                yield value.expression, place

    def number(self, rho: int, sigma: int, of_noise: bool, at: _At) -> float:
        """The solver's number, in the units of the formulas."""
        units, equations = _units(self.derived, self.solved, at)
        if of_noise:
            number = _number(self.solved.correlation.on_rows(rho, sigma))
            return number * units[rho] * units[sigma]
        return _number(self.solved.response.on_rows(rho, sigma)) * units[rho] / equations[sigma]


def _check(unknown: Unknown, entries: _Entries, at: _At) -> bool | None:
    holds = True
    if unknown.kind is UnknownKind.KAPPA or unknown.kind is UnknownKind.RESPONSES:
        at.numbers |= dict(_of_fits(unknown, entries, at))
        sides = zip(unknown.left, unknown.right, strict=True)
        holds = all(_close(at.value(left), at.value(right)) for left, right in sides)
    elif unknown.kind is UnknownKind.SYSTEM:
        at.numbers |= _solved(unknown, at)
    else:
        value = at.value(unknown.right[0])
        rounded = np.floor(value + 0.5) if unknown.kind is UnknownKind.SIZE else value
        at.numbers[unknown.symbols[0]] = rounded
    places = list(islice(entries.holding(unknown, at), _MOST_PLACES))
    if unknown.kind in {UnknownKind.SIZE, UnknownKind.PROFILE} or not places:
        return holds if unknown.kind in {UnknownKind.KAPPA, UnknownKind.RESPONSES} else None
    return holds and all(
        _close(float(at.value(value)), entries.number(*place, at)) for value, place in places
    )


def _of_fits(unknown: Unknown, entries: _Entries, at: _At) -> Iterator[tuple[Symbol, float]]:
    """Kappas and responses as the solver of each fit finds them."""
    derived, solved = entries.derived.response.diagonals, entries.solved.response.diagonals
    for own, number in zip(derived, solved, strict=True):
        for symbol in unknown.symbols:
            if own.kappa is not None and own.kappa.expression == symbol:
                yield symbol, _number(number.kappa)
            for row, value in own.rows.items():
                if value.expression == symbol:
                    yield symbol, entries.number(row, row, False, at)


def _solved(unknown: Unknown, at: _At) -> dict[Symbol, float]:
    """The solution of a linear system."""
    at.numbers |= dict.fromkeys(unknown.symbols, 0.0)
    given = [float(at.value(each)) for each in unknown.right]
    matrix = np.eye(len(given))
    for column, symbol in enumerate(unknown.symbols):
        at.numbers[symbol] = 1.0
        one = [float(at.value(each)) for each in unknown.right]
        matrix[:, column] -= np.subtract(one, given)
        at.numbers[symbol] = 0.0
    return dict(zip(unknown.symbols, np.linalg.solve(matrix, given), strict=True))


def _units(derived: Solution, solved: Solution, at: _At) -> tuple[list[float], list[float]]:
    """What a number of each row block, and of its equation, is times in the formulas.

    lam stands on the rows in the formulas, and where sizes say so in the solver: on the rows, on
    the weights of random features, or on the model.
    """
    count = range(len(derived.pencil.rows))
    units, equations = [1.0 for _ in count], [1.0 for _ in count]
    for node, own, number in zip(
        derived.pencil.nodes, derived.response.diagonals, solved.response.diagonals, strict=True
    ):
        if not own.mu:
            continue
        mu = {row: _number(number.mu[row]) for row in own.mu}
        first, *_ = own.mu
        there = float(at.value(own.mu[first].expression))
        moved = 1.0 if mu[first] == there else mu[first] / there
        for row in node.rows:
            units[row] = moved
            if isinstance(node.fit, RandomFeatures) and derived.pencil.rows[row].group == (
                node.fit.projection
            ):
                units[row], equations[row] = moved * mu[row], moved
    return units, equations


def _number(value: Any) -> float:
    return float(np.asarray(value).item())


def _close(left: float, right: float) -> bool:
    return bool(abs(left - right) <= _ROUNDING * max(abs(left), abs(right), 1e-3))
