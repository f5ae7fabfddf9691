"""Positivity on a region: what is true is proved by both methods, what is false by neither."""

from __future__ import annotations

import sys

import pytest
from sympy import Symbol, oo

from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.verification.proofs.positivity import nonnegative
from ridgeproof.verification.proofs.regions import Region
from ridgeproof.verification.proofs.smt import no_counterexample

x, y = Symbol("x", positive=True), Symbol("y", positive=True)
TRIANGLE = Region(()).within(x, 1, oo).within(y, 0, x)


@pytest.mark.parametrize("z3", [False, True])
def test_inequalities_on_a_triangle(z3):
    """On 1 < x, 0 < y <= x; of the false ones the last two fail near an end or a pole only."""
    if z3:
        pytest.importorskip("z3")
    for true in (x - y, x**2 - y, (x - y) / (x + y), x / (x - y / 2) - 1):
        assert nonnegative(true, [TRIANGLE], z3=z3)
    for false in (y - x, x - 2, x - y - 1, 1 / (x - 2) + 1):
        with pytest.raises(DerivationError):
            nonnegative(false, [TRIANGLE], z3=z3)


def test_z3_proves_where_coefficients_have_both_signs(monkeypatch):
    """(x - 2)^2 >= 0; an answer `unknown` proves nothing, and a symbolic exponent is refused."""
    solver = pytest.importorskip("z3")
    with pytest.raises(DerivationError):
        nonnegative((x - 2) ** 2, [TRIANGLE], z3=False)
    assert nonnegative((x - 2) ** 2, [TRIANGLE], z3=True)
    with pytest.raises(DerivationError, match="no translation"):
        no_counterexample(x**y, TRIANGLE, milliseconds=100)
    monkeypatch.setattr(solver.Solver, "check", lambda _: solver.unknown)
    with pytest.raises(DerivationError):
        nonnegative((x - 2) ** 2, [TRIANGLE], z3=True)


def test_without_z3_there_is_a_missing_extra(monkeypatch):
    """Nothing is assumed."""
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(NotBuilt, match="prove"):
        no_counterexample(x, TRIANGLE, milliseconds=100)
