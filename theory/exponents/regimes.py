"""The regimes of the optimal exponent in c: found by vertex enumeration, then proved one by one.

The critical values of c are where vertices meet other lines, cell ends or each other.  Between
them the optimal vertex is read off at exact rational sample points (a guess), and every regime is
then certified for all beta > 1 and 0 < r_ <= 1 (the proof).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

from sympy import Expr, Rational, Symbol, factor, fraction, oo

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.certificates import certify, certify_collapse
from ridgeproof.theory.exponents.maxplus import Cell, Side, Vertex, cells, vertices
from ridgeproof.theory.exponents.proofs import Proof, cancel, prove
from ridgeproof.theory.exponents.regions import PARAMETERS, Region, c, source
from ridgeproof.theory.exponents.terms import Noise
from ridgeproof.theory.symbols import beta

__all__ = ["ScalingRegime", "critical_values", "lowest", "optimal_regimes", "settle"]

# Where regimes are guessed.  Smooth and rough truths, flat and steep spectra.
_SAMPLES: tuple[dict[Symbol, Expr], ...] = tuple(
    {beta: Rational(*pair[0]), source: Rational(*pair[1])}
    for pair in (((3, 2), (2, 5)), ((3, 1), (1, 5)), ((5, 4), (9, 10)), ((6, 1), (1, 1)))
)

_COLLAPSE = (oo, -oo)


@dataclass(frozen=True)
class ScalingRegime:
    """low < c <= high: the ridge exponent ell and the rate it reaches.

    least_ell is the smallest exponent that reaches the rate: ell itself, unless the rate is reached
    on a whole ray.  ell = oo and rate = -oo stand for lam = 0 and an error of exactly 0.
    """

    low: Expr
    high: Expr
    ell: Expr
    least_ell: Expr
    rate: Expr
    proofs: tuple[Proof, ...]

    @property
    def region(self) -> Region:
        """The parameters of this regime."""
        return PARAMETERS.within(c, self.low, self.high)


def optimal_regimes(noise: Noise, side: Side) -> tuple[ScalingRegime, ...]:
    """Return the certified regimes of min over ell >= 0 of the error's exponent.

    Raises:
        DerivationError: a regime is not proved, or the regimes depend on beta and r.
    """
    functions = cells(noise, side)
    candidates, critical = tuple(vertices(functions)), critical_values(functions)
    guesses = {_guess(functions, candidates, critical, side, sample) for sample in _SAMPLES}
    if len(guesses) > 1:
        message = f"the regimes in c depend on beta and r: {guesses}"
        raise DerivationError(message)
    return tuple(_certified(functions, *piece) for piece in guesses.pop())


def _certified(
    functions: Sequence[Cell], low: Expr, high: Expr, optimum: tuple[Expr, Expr]
) -> ScalingRegime:
    region = PARAMETERS.within(c, low, high)
    if optimum == _COLLAPSE:
        return ScalingRegime(low, high, oo, oo, -oo, certify_collapse(functions, region))
    home = next(v.cell for v in vertices(functions) if (v.ell, v.value) == optimum)
    vertex = Vertex(*optimum, home)
    settled = settle(functions, vertex)
    proofs = (*certify(functions, vertex, region), prove(settled - vertex.ell, region))
    return ScalingRegime(low, high, settled, vertex.ell, vertex.value, proofs)


def settle(functions: Sequence[Cell], vertex: Vertex) -> Expr:
    """Return the ell of the optimal penalty, the vertex's unless a whole ray reaches the rate.

    On a ray all d directions are learned and the variance is flat to leading order.  What
    the ridge still saves of it is (d - df2)/d, of order kappa d^beta = T^-(ell - low), and the
    optimum balances that saving with the bias:  rate - (ell - low) = bias(ell).
    """
    cell = functions[vertex.cell]
    touching = [line for line in cell.lines if cancel(line.at(vertex.ell) - vertex.value) == 0]
    falling = [line for line in touching if cancel(line.slope) != 0]
    if cell.high is not oo or len(touching) == len(falling):
        return vertex.ell
    (bias,) = falling
    return factor((vertex.value + cell.low - bias.intercept) / (bias.slope + 1))


def lowest(functions: Sequence[Cell]) -> Vertex:
    """Return the leftmost minimum, for cells at numeric parameters; (oo, -oo) if unbounded."""
    if functions[-1].unbounded_below:
        return Vertex(*_COLLAPSE, len(functions) - 1)
    feasible = (v for v in vertices(functions) if functions[v.cell].holds(v.ell))
    best = min((functions[v.cell].value(v.ell), v.ell, v.cell) for v in feasible)
    return Vertex(best[1], best[0], best[2])


def critical_values(functions: Sequence[Cell]) -> list[Expr]:
    """Return every c at which the optimal vertex may change, as functions of beta and r_."""
    found: list[Expr] = []
    for root in _coincidences(functions):
        if root not in found:
            found.append(root)
    return found


def _coincidences(functions: Sequence[Cell]) -> Iterator[Expr]:
    candidates = list(vertices(functions))
    for vertex in candidates:
        cell = functions[vertex.cell]
        for line in cell.lines:
            yield from _roots(line.at(vertex.ell) - vertex.value)
        for end in (cell.low, cell.high):
            if end is not oo:
                yield from _roots(vertex.ell - end)
    for first, second in combinations(candidates, 2):
        yield from _roots(first.value - second.value)


def _roots(expression: Expr) -> Iterator[Expr]:
    """The root in c of an expression whose numerator is affine in c."""
    numerator = fraction(cancel(expression))[0].as_poly(c)
    if numerator is not None and numerator.degree() == 1:
        slope, intercept = numerator.all_coeffs()
        yield cancel(-intercept / slope)


def _guess(
    functions: Sequence[Cell],
    candidates: Sequence[Vertex],
    critical: Sequence[Expr],
    side: Side,
    sample: Mapping[Symbol, Expr],
) -> tuple[tuple[Expr, Expr, tuple[Expr, Expr]], ...]:
    """Return (low, high, (ell, rate)) for each maximal interval of c, at one (beta, r_)."""
    inside = [root for root in critical if side.low < root.subs(sample) < side.high]
    inside.sort(key=lambda root: root.subs(sample))
    pieces: list[tuple[Expr, Expr, tuple[Expr, Expr]]] = []
    for low, high in pairwise([side.low, *inside, side.high]):
        left, right = low.subs(sample), high.subs(sample)
        if left == right:
            continue
        between = left + 1 if right is oo else (left + right) / 2
        optimum = _formula(functions, candidates, {**sample, c: between})
        same = bool(pieces) and pieces[-1][2] == optimum
        pieces.append((pieces.pop()[0] if same else low, high, optimum))
    return tuple(pieces)


def _formula(
    functions: Sequence[Cell], candidates: Sequence[Vertex], values: Mapping[Symbol, Expr]
) -> tuple[Expr, Expr]:
    """Return the formulas (ell, rate) of the vertex that is optimal at the given parameters."""
    best = lowest([cell.at(values) for cell in functions])
    if (best.ell, best.value) == _COLLAPSE:
        return _COLLAPSE
    for vertex in candidates:
        if (vertex.ell.xreplace(values), vertex.value.xreplace(values)) == (best.ell, best.value):
            return vertex.ell, vertex.value
    message = f"no vertex is optimal at {dict(values)}"
    raise DerivationError(message)
