"""The rate of a given ridge exponent, in particular of the classical one kept on fake data."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sympy import Expr, Max, cancel, solve

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.maxplus import SIDES, Side, cells, undominated
from ridgeproof.theory.exponents.proofs import Proof, is_nonnegative, prove
from ridgeproof.theory.exponents.regimes import ScalingRegime, optimal_regimes
from ridgeproof.theory.exponents.regions import PARAMETERS, c
from ridgeproof.theory.exponents.terms import Noise
from ridgeproof.theory.symbols import beta

__all__ = ["classical_ell", "naive_rate", "rate_regimes"]


@lru_cache(maxsize=1)
def classical_ell() -> Expr:
    """Return the optimum of clean, noisy data with an unlimited spectrum (c -> oo).

    >>> classical_ell()
    beta/(2*beta*r_ + 1)
    """
    (unlimited,) = optimal_regimes(Noise.CLEAN, SIDES[-1])
    return unlimited.ell


def rate_regimes(noise: Noise, position: Expr) -> tuple[ScalingRegime, ...]:
    """Return the error's exponent at ell = position, for every c, each regime proved.

    Where no single line is shown to win, the rate is the maximum of those left.

    Raises:
        DerivationError: whether the position is inside the domain is not decided.
    """
    return tuple(
        _rate(noise, side, index, low, high, position)
        for side in SIDES
        for index, low, high in _cell_ranges(side, position)
    )


def naive_rate(position: Expr) -> Expr:
    """Return the synthetic exponent ell/beta - c that forgets that df_2 cannot exceed d.

    >>> naive_rate(classical_ell())
    -c + 1/(2*beta*r_ + 1)
    """
    return position / beta - c


def _cell_ranges(side: Side, position: Expr) -> Iterator[tuple[int, Expr, Expr]]:
    """Split the side at the c where the position leaves the domain: (cell, low, high)."""
    slack = side.edge - position
    if is_nonnegative(slack, side.region):
        yield 0, side.low, side.high
    elif is_nonnegative(-slack, side.region):
        yield 1, side.low, side.high
    else:
        roots = solve(slack, c)
        if len(roots) != 1:
            message = f"{position} is not placed relative to the edge {side.edge}"
            raise DerivationError(message)
        root = cancel(roots[0])
        prove(root - side.low, PARAMETERS)
        prove(side.high - root, PARAMETERS)
        yield 1, side.low, root
        yield 0, root, side.high


def _rate(
    noise: Noise, side: Side, index: int, low: Expr, high: Expr, position: Expr
) -> ScalingRegime:
    region = PARAMETERS.within(c, low, high)
    cell = cells(noise, side)[index]
    # Not cancelled: 1/(2 beta r_ + 1) - c reads better than its common denominator.
    values = [line.slope * position + line.intercept for line in cell.lines]
    winners = undominated(values, region)
    proofs: list[Proof] = [prove((side.edge - position) * (1 - 2 * index), region)]
    proofs += [prove(winners[0] - value, region) for value in values if len(winners) == 1]
    return ScalingRegime(low, high, position, position, Max(*winners), tuple(proofs))
