"""What no box can close: a piece that vanishes inside the domain is found, exactly or nearly."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sympy import Rational, Symbol

from ridgeproof import check
from ridgeproof.theory.settings.spectra import Flat, Isotropic
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.proofs.boxes.problem import Place, Problem
from ridgeproof.verification.proofs.boxes.search import searched
from ridgeproof.verification.proofs.boxes.zeros import zeros

X, Y = Symbol("x", real=True), Symbol("y", real=True)


def of(piece, *, positive=False):
    """The zeros that are found of a piece of 1 >= 0 on a square."""
    side = (Fraction(1, 10), Fraction(1))
    place = Place(Isotropic(), Flat(), 2, {X: side, Y: side})
    problem = Problem(X**0, ((piece, positive),), (), (X, Y), frozenset(), (place,), "none")
    search = searched(problem, lambda: False)
    return list(zeros(problem, search.form.levels, search.open_points()))


def test_a_zero_is_bracketed_and_the_short_number_in_it_tried():
    """x = 1/3 exactly, x y = 1/2 nearly, an even power as well; nothing where there is none."""
    exact = [point.numbers[X] for zero in of(X - Rational(1, 3)) for point in zero.points]
    assert Fraction(1, 3) in exact
    (found, *_) = of((X * Y - Rational(1, 2)) ** 2)
    other = float(found.start.numbers[Y if found.variable == X else X])
    assert found.low <= 0.5 / other <= found.high
    assert found.high - found.low < 1e-9
    assert not of(X + Y)
    assert not of((X - Rational(1, 2)) ** 2, positive=True)  # of a root


@pytest.mark.parametrize(
    ("piece", "verdict"),
    [
        pytest.param("lam - 1/3", "refuted", marks=pytest.mark.slow),
        ("kappa(m) - 2/5", "undecided"),
    ],
)
def test_a_claim_that_is_undefined_inside_is_not_identical(piece, verdict):
    """At 1/3 it is undefined; of kappa no number of the domain is known to be the one."""
    found = check(
        read_conjecture(
            f'[conjecture]\nclaim = "risk + 0/({piece}) <= 5"\n[domain]\nd = 4\nT = 8\n'
            'lam = [0.1, 1]\n[process]\nsteps = "m = ridge(rows(T)@w0, lam)"\n'
            '[ask]\nrisk = "risk(m)"\n'
        ),
        budget=1,
    )
    assert found.verdict.value == verdict
