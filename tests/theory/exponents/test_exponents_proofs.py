"""Proofs: what is true is proved by both methods, what is false by neither."""

from __future__ import annotations

import sys

import pytest
from sympy import Max, Min, Piecewise, Symbol, oo

from ridgeproof.theory.errors import DerivationError, NotBuilt
from ridgeproof.theory.exponents import Method, Region, prove
from ridgeproof.theory.exponents import proofs as proofs_module
from ridgeproof.theory.exponents.proofs import is_nonnegative, is_positive

x, y = Symbol("x", positive=True), Symbol("y", positive=True)
TRIANGLE = Region(()).within(x, 1, oo).within(y, 0, x)
METHODS = [Method.POSITIVITY, Method.Z3]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "expression", [x - y, x - 1, x**2 - y, (x - y) / (x + y), x / (x - y / 2) - 1, 0 * x]
)
def test_true_inequalities(expression, method):
    """Each holds on 1 < x, 0 < y <= x and is proved."""
    pytest.importorskip("z3")
    proof = prove(expression, TRIANGLE, method=method)
    assert (proof.method, proof.strict, proof.region) == (method, False, TRIANGLE)


@pytest.mark.parametrize("method", [*METHODS, None])
@pytest.mark.parametrize(
    "expression", [y - x, x - 2, 1 - y, x - y - 1, (y - x) / (x + y), 1 / (x - 2) + 1, Symbol("z")]
)
def test_false_inequalities_are_not_asserted(expression, method):
    """Each fails somewhere in the region: a typed error."""
    pytest.importorskip("z3")
    with pytest.raises(DerivationError, match="not proved"):
        prove(expression, TRIANGLE, method=method)


@pytest.mark.parametrize("method", METHODS)
def test_strictness_sees_the_included_end(method):
    """x - y is 0 at the included end y = x, and positive once that end is left out."""
    pytest.importorskip("z3")
    with pytest.raises(DerivationError):
        prove(x - y, TRIANGLE, strict=True, method=method)
    opened = Region(()).within(x, 1, oo).within(y, 0, x, closed=False)
    assert prove(x - y, opened, strict=True, method=method).strict
    assert prove(x - 1, TRIANGLE, strict=True, method=method).strict


def test_zero_is_non_negative_but_not_positive():
    """The zero polynomial proves >= 0 and not > 0."""
    assert is_nonnegative(x - x, TRIANGLE)
    assert not is_positive(x - x, TRIANGLE)


def test_z3_takes_over_where_positivity_fails():
    """(x - 2)^2 >= 0 has coefficients of both signs; z3 settles it and is named."""
    pytest.importorskip("z3")
    assert prove((x - 2) ** 2, TRIANGLE).method is Method.Z3


def test_z3_reads_min_max_and_piecewise():
    """The SMT route takes the max-plus expression itself."""
    pytest.importorskip("z3")
    expression = Max(Min(x, y), Piecewise((y, x <= 2), (x, True))) - y
    assert prove(expression, TRIANGLE, method=Method.Z3).method is Method.Z3
    with pytest.raises(DerivationError):
        prove(expression - y / 1000, TRIANGLE, method=Method.Z3)


def test_z3_refuses_what_it_cannot_translate():
    """A symbolic exponent has no polynomial meaning."""
    pytest.importorskip("z3")
    with pytest.raises(DerivationError, match="no translation"):
        prove(x**y, TRIANGLE, method=Method.Z3)


def test_an_undecided_question_is_not_a_proof(monkeypatch):
    """z3 may answer `unknown`: that proves nothing."""
    z3 = pytest.importorskip("z3")
    monkeypatch.setattr(z3.Solver, "check", lambda _: z3.unknown)
    with pytest.raises(DerivationError, match="not proved"):
        prove(x, TRIANGLE, method=Method.Z3)


def test_without_z3_nothing_is_assumed(monkeypatch):
    """Not installed: asked for by name it is a missing extra, otherwise simply not a proof."""
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(NotBuilt, match="prove"):
        prove(x, TRIANGLE, method=Method.Z3)
    monkeypatch.setattr(proofs_module, "find_spec", lambda _: None)
    with pytest.raises(DerivationError, match="not proved"):
        prove((x - 2) ** 2, TRIANGLE)
