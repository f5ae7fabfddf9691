"""Certificates on small hand-made programmes: each single condition refuses something."""

from __future__ import annotations

import pytest
from sympy import Rational, S, oo

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents import PARAMETERS
from ridgeproof.theory.exponents.certificates import certify, certify_collapse
from ridgeproof.theory.exponents.maxplus import Affine, Cell, Vertex
from ridgeproof.theory.exponents.regimes import lowest, settle

HALF = Rational(1, 2)


def cell(*lines, low=0, high=oo):
    """A cell at numeric parameters from (slope, intercept) pairs, one term each."""
    named = (Affine(f"term {i}", S(slope), S(at_0)) for i, (slope, at_0) in enumerate(lines))
    return Cell(S(low), S(high), tuple(named))


VALLEY = cell((-1, 0), (1, -1))


def test_the_crossing_of_a_falling_and_a_rising_line():
    """max(-ell, ell - 1) has its minimum -1/2 at 1/2; found and certified."""
    best = lowest([VALLEY])
    assert (best.ell, best.value) == (HALF, -HALF)
    assert certify([VALLEY], best, PARAMETERS)


@pytest.mark.parametrize(
    ("function", "position", "value"),
    [
        (VALLEY, Rational(3, 4), Rational(-3, 4)),  # a bound, not attained there
        (VALLEY, Rational(1, 4), Rational(-1, 4)),  # attained, no bound
        # Two rising lines with weights 2 and -1 would make the constant 3/2.
        (cell((-1, 2), (1, 0), (2, Rational(-3, 2))), HALF, Rational(3, 2)),
        (cell((-1, 0)), 0, 0),  # falls along the ray
        (cell((-1, 0), high=2), 1, -1),  # falls to the far end
        (cell((0, 0), high=2), 1, 0),  # a minimum, not the leftmost one
        (cell((-1, 0), (1, -1), low=HALF / 2), HALF / 4, -HALF),  # outside its cell
        (cell((-1, 1), (0, 0), high=HALF), 1, 0),  # beyond its cell
    ],
)
def test_what_is_no_leftmost_minimum_is_refused(function, position, value):
    """Every way of being wrong runs into its own condition."""
    with pytest.raises(DerivationError):
        certify([function], Vertex(S(position), S(value), 0), PARAMETERS)


def test_the_corner_where_a_falling_line_meets_a_flat_one():
    """The falling line shows that nothing to the left does as well, whichever comes first."""
    for function in (cell((0, -1), (-1, 0)), cell((-1, 0), (0, -1))):
        assert certify([function], Vertex(S.One, -S.One, 0), PARAMETERS)


def test_a_later_cell_may_be_lower():
    """A bound on the first cell is not enough."""
    first, second = cell((-1, 0), (1, -1), high=1), cell((-2, 2), (0, -1), low=1)
    with pytest.raises(DerivationError):
        certify([first, second], Vertex(HALF, -HALF, 0), PARAMETERS)
    best = lowest([first, second])
    assert (best.ell, best.value, best.cell) == (Rational(3, 2), -1, 1)


def test_collapse_needs_every_line_to_fall():
    """One flat line stops the fall."""
    assert certify_collapse([cell((-2, 1), (-1, 0))], PARAMETERS)
    with pytest.raises(DerivationError):
        certify_collapse([cell((-2, 1), (0, 0))], PARAMETERS)
    assert lowest([cell((-2, 1), (-1, 0))]).value == -oo


def test_a_tie_on_a_ray_is_settled_by_the_next_order():
    """Bias -2 ell against the saving -(ell - 1) of a flat variance -3 that starts at 1."""
    function = cell((-2, 0), (0, -3), low=1)
    vertex = lowest([function])
    assert vertex.ell == Rational(3, 2)
    # -3 - (ell - 1) = -2 ell
    assert settle([function], vertex) == 2
    assert settle([VALLEY], lowest([VALLEY])) == HALF
