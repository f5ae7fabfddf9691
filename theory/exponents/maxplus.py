"""Piecewise-linear functions of ell: cells, on each of which the error is a maximum of lines.

Min, Max and Piecewise are resolved on a cell by proof (an argument is dropped when another one is
shown to dominate it on the whole cell), never by sampling.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from sympy import Basic, Expr, Max, Min, Piecewise, S, Symbol, factor, oo
from sympy.core.sympify import _sympify

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.proofs import cancel, is_nonnegative
from ridgeproof.theory.exponents.regions import PARAMETERS, Region, c
from ridgeproof.theory.exponents.terms import Noise, terms
from ridgeproof.theory.symbols import beta, ell

__all__ = [
    "SIDES",
    "Affine",
    "Cell",
    "Side",
    "Vertex",
    "cells",
    "resolve",
    "undominated",
    "vertices",
]


@dataclass(frozen=True)
class Affine:
    """One term on one cell: slope * ell + intercept."""

    term: str
    slope: Expr
    intercept: Expr

    def at(self, position: Expr) -> Expr:
        """Return the exponent of the term at ell = position."""
        return cancel(self.slope * position + self.intercept)


@dataclass(frozen=True)
class Cell:
    """low <= ell <= high (high may be oo), where the error's exponent is the largest line."""

    low: Expr
    high: Expr
    lines: tuple[Affine, ...]

    def at(self, values: Mapping[Symbol, Expr]) -> Cell:
        """Return the cell at given parameters."""
        lines = tuple(
            Affine(line.term, line.slope.xreplace(values), line.intercept.xreplace(values))
            for line in self.lines
        )
        return Cell(self.low.xreplace(values), self.high.xreplace(values), lines)

    def holds(self, position: Expr) -> bool:
        """Whether a number lies in a cell with numeric ends."""
        return bool(self.low <= position) and bool(position <= self.high)

    def value(self, position: Expr) -> Expr:
        """Return the error's exponent at a number, in a cell at numeric parameters."""
        return max(line.at(position) for line in self.lines)

    @property
    def unbounded_below(self) -> bool:
        """Whether the exponent falls to -oo along the cell (at numeric parameters)."""
        return self.high is oo and all(line.slope < 0 for line in self.lines)


@dataclass(frozen=True)
class Side:
    """The two worlds of c, T >= d and T < d, and the ell at which the domain ends in each."""

    name: str
    low: Expr
    high: Expr
    edge: Expr

    @property
    def region(self) -> Region:
        """The parameters of this side."""
        return PARAMETERS.within(c, self.low, self.high)


SIDES = (Side("T >= d", S.Zero, S.One, beta * c), Side("T < d", S.One, oo, beta))


@dataclass(frozen=True)
class Vertex:
    """A point (ell, exponent) where two lines cross, or a line meets the end of its cell."""

    ell: Expr
    value: Expr
    cell: int


@lru_cache(maxsize=64)
def cells(noise: Noise, side: Side) -> tuple[Cell, Cell]:
    """Return the error's exponent inside and beyond the domain, as maxima of lines.

    >>> [str(line.at(ell)) for line in cells(Noise.SYNTHETIC, SIDES[0])[0].lines]
    ['-2*ell*r_', '(-beta*c + ell)/beta']
    """
    ends = ((S.Zero, side.edge), (side.edge, oo))
    return tuple(  # type: ignore[return-value]
        Cell(low, high, _lines(noise, side.region.within(ell, low, high))) for low, high in ends
    )


def _lines(noise: Noise, region: Region) -> tuple[Affine, ...]:
    resolved = {name: resolve(term, region) for name, term in terms(noise).items()}
    kept = undominated(list(resolved.values()), region)
    return tuple(_line(name, term) for name, term in resolved.items() if term in kept)


def _line(name: str, term: Expr) -> Affine:
    slope = cancel(term.diff(ell))
    intercept = factor(term - slope * ell)
    if (slope.free_symbols | intercept.free_symbols) & {ell}:
        message = f"the {name} term {term} is not linear in ell on its cell"
        raise DerivationError(message)
    return Affine(name, slope, intercept)


def resolve(expression: Expr, region: Region) -> Expr:
    """Replace every Min, Max and Piecewise by the argument that wins on the whole region.

    Raises:
        DerivationError: no argument is shown to win.
    """
    if isinstance(expression, Piecewise):
        return resolve(_branch(expression, region), region)
    if not expression.has(Min, Max, Piecewise):
        return expression
    arguments = [resolve(argument, region) for argument in expression.args]
    if isinstance(expression, Min | Max):
        sign = 1 if isinstance(expression, Max) else -1
        winners = undominated([sign * argument for argument in arguments], region)
        if len(winners) > 1:
            message = f"{expression} has no single winner for {region.condition}"
            raise DerivationError(message)
        return sign * winners[0]
    return cancel(expression.func(*arguments))


def _branch(piecewise: Piecewise, region: Region) -> Expr:
    for branch, condition in piecewise.args:
        if condition == S.true or _holds(condition, region):
            return branch
        if not _holds(condition.negated, region):
            break
    message = f"{piecewise} has no single branch for {region.condition}"
    raise DerivationError(message)


def _holds(condition: Basic, region: Region) -> bool:
    # On an open region a weak and a strict inequality differ only by a null set.
    return is_nonnegative(condition.gts - condition.lts, region)


def undominated(arguments: Sequence[Expr], region: Region) -> list[Expr]:
    """Drop every argument that another one is shown to be at least as large as."""
    kept: list[Expr] = []
    for argument in arguments:
        if any(is_nonnegative(other - argument, region) for other in kept):
            continue
        kept = [other for other in kept if not is_nonnegative(argument - other, region)]
        kept.append(argument)
    return kept


def vertices(functions: Sequence[Cell]) -> Iterator[Vertex]:
    """Enumerate every candidate for a minimum over ell: cell ends and crossings of lines.

    A continuous piecewise-linear function that is bounded below attains its minimum at one of
    them.  Works with symbolic and with numeric cells; a crossing may lie outside its cell.
    """
    for index, cell in enumerate(functions):
        for end in [cell.low] if cell.high is oo else [cell.low, cell.high]:
            for line in cell.lines:
                yield Vertex(_sympify(end), line.at(end), index)
        for first, second in combinations(cell.lines, 2):
            if cancel(first.slope - second.slope) != 0:
                crossing = (second.intercept - first.intercept) / (first.slope - second.slope)
                position = cancel(crossing)
                yield Vertex(position, first.at(position), index)
