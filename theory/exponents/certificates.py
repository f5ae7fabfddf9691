"""Certificates that a vertex is the minimum over ell of the error's exponent, on a whole region.

On one cell the minimum of a maximum of lines is a linear programme in (ell, exponent).  The
optimum is proved the way linear programmes are: it is attained (every line at the vertex is at
most the claimed rate), and it is a lower bound on every cell, by one line that stays above the
rate at both ends of the cell, or by dual weights: a convex combination of a falling and a rising
line that is constant in ell and at least the rate.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from sympy import Expr, oo

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.maxplus import Affine, Cell, Vertex
from ridgeproof.theory.exponents.proofs import (
    Method,
    Proof,
    cancel,
    is_nonnegative,
    is_positive,
    prove,
)
from ridgeproof.theory.exponents.regions import Region
from ridgeproof.theory.exponents.terms import Noise, error_exponent
from ridgeproof.theory.symbols import ell

__all__ = ["certify", "certify_by_smt", "certify_collapse"]


def certify(functions: Sequence[Cell], vertex: Vertex, region: Region) -> tuple[Proof, ...]:
    """Prove that the vertex is the leftmost minimum over ell, for every parameter of the region.

    Raises:
        DerivationError: some inequality is not proved, by any method.
    """
    home = functions[vertex.cell]
    proofs = [prove(vertex.ell - home.low, region)]
    if home.high is not oo:
        proofs.append(prove(home.high - vertex.ell, region))
    proofs += [prove(vertex.value - line.at(vertex.ell), region) for line in home.lines]
    for cell in functions:
        proofs += _lower_bound(cell, vertex.value, region)
    return (*proofs, *_leftmost(functions, vertex, region))


def certify_collapse(functions: Sequence[Cell], region: Region) -> tuple[Proof, ...]:
    """Prove that the exponent falls to -oo: every line of the last cell has a negative slope."""
    return tuple(prove(-line.slope, region, strict=True) for line in functions[-1].lines)


def certify_by_smt(noise: Noise, vertex: Vertex, region: Region) -> tuple[Proof, ...]:
    """Prove the same minimum with z3, from the max-plus expression and not from its cells.

    Raises:
        NotBuilt: z3 is not installed.
        DerivationError: z3 refutes the minimum, or does not decide it in time.
    """
    exponent = error_exponent(noise)
    everywhere = region.within(ell, 0, oo)
    return (
        prove(exponent - vertex.value, everywhere, method=Method.Z3),
        prove(vertex.value - exponent.xreplace({ell: vertex.ell}), region, method=Method.Z3),
    )


def _lower_bound(cell: Cell, rate: Expr, region: Region) -> list[Proof]:
    candidates = [_gaps(cell, line, rate) for line in cell.lines]
    candidates += [_dual_gaps(*pair, rate) for pair in combinations(cell.lines, 2)]
    candidates = [gaps for gaps in candidates if gaps]
    # SymPy's positivity names the certificate; only where it finds none are the others asked.
    candidates.sort(key=lambda gaps: not all(is_nonnegative(gap, region) for gap in gaps))
    for gaps in candidates:
        try:
            return [prove(gap, region) for gap in gaps]
        except DerivationError:
            continue
    message = f"the rate {rate} is not shown to bound the exponent for {region.condition}"
    raise DerivationError(message)


def _gaps(cell: Cell, line: Affine, rate: Expr) -> list[Expr]:
    """One line above the rate: at the left end, and at the right end or along the ray."""
    right = line.slope if cell.high is oo else line.at(cell.high) - rate
    return [cancel(line.at(cell.low) - rate), cancel(right)]


def _dual_gaps(first: Affine, second: Affine, rate: Expr) -> list[Expr]:
    """Dual weights w and 1 - w that cancel the slopes, and the constant they leave."""
    difference = cancel(second.slope - first.slope)
    if difference == 0:
        return []
    weight = cancel(second.slope / difference)
    constant = weight * first.intercept + (1 - weight) * second.intercept
    return [weight, cancel(1 - weight), cancel(constant - rate)]


def _leftmost(functions: Sequence[Cell], vertex: Vertex, region: Region) -> list[Proof]:
    """A term that falls strictly all the way to the vertex: smaller ell are strictly worse."""
    before = functions[: vertex.cell + 1]
    for line in before[-1].lines:
        falling = [other for cell in before for other in cell.lines if other.term == line.term]
        touches = cancel(line.at(vertex.ell) - vertex.value) == 0
        if (
            touches
            and len(falling) == len(before)
            and all(is_positive(-other.slope, region) for other in falling)
        ):
            return [prove(-other.slope, region, strict=True) for other in falling]
    message = f"ell = {vertex.ell} is not shown to be the smallest minimiser"
    raise DerivationError(message)
