"""The symbolic regimes: equal to the exact evaluation, proved twice, and refuted when mutated."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from itertools import product

import pytest
from sympy import Max, Min, Rational, oo

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents import (
    Method,
    Noise,
    c,
    classical_ell,
    error_exponent,
    exponents,
    formulas,
    optimal_exponents,
    rate_regimes,
    source,
    terms,
)
from ridgeproof.theory.exponents.certificates import certify, certify_by_smt
from ridgeproof.theory.exponents.maxplus import SIDES, Vertex, cells, resolve, vertices
from ridgeproof.theory.exponents.regimes import lowest, optimal_regimes
from ridgeproof.theory.symbols import beta, ell, r

FLAGS = {
    Noise.SYNTHETIC: {},
    Noise.CLEAN: {"clean": True},
    Noise.NOISE_FREE: {"noise_free": True},
}
POINTS = list(
    product(
        [Rational(3, 2), Rational(4)],
        [Rational(1, 10), Rational(2, 3), Rational(3)],
        [Rational(1, 9), Rational(1, 3), Rational(9, 10), Rational(1), Rational(7, 4)],
    )
)


@pytest.mark.parametrize("noise", FLAGS)
def test_formulas_equal_the_exact_exponents(noise):
    """Every Piecewise, at rational points, is what vertex enumeration gives there."""
    optimum = optimal_exponents(noise)
    for point in POINTS:
        found = exponents(*(Fraction(int(x.p), int(x.q)) for x in point), **FLAGS[noise])
        at = dict(zip((beta, r, c), point, strict=True))
        assert optimum.ell.subs(at) == found.ell
        assert optimum.least_ell.subs(at) == found.least_ell
        assert optimum.rate.subs(at) == found.rate
        assert optimum.classical_ell.subs(at) == found.classical_ell
        assert optimum.rate_at_classical.subs(at) == found.rate_at_classical
        assert str(formulas({}, noise).regime.subs(at)) == found.regime


def test_fake_data_formulas():
    """The corrected optimum and the classical ridge in the symbols of the theory."""
    optimum, saturated = optimal_exponents(), Min(1, r)
    width = 2 * beta * saturated + 1
    below, above = optimum.ell.args
    assert below.args == (beta * c / width, c <= 1)
    assert above.args == (beta / width, True)
    assert optimum.rate.args[0].args == (-2 * beta * c * saturated / width, c <= 1)
    plateau, slower, _ = optimum.rate_at_classical.args
    assert plateau.args == (0, c <= 1 / width)
    assert slower.args == (1 / width - c, c <= 1)


def test_the_label_noise_of_the_downstream_set_does_not_matter_on_fake_data():
    """sigma = 0 leaves the corrected optimum and its rate as they are."""
    with_noise, without = optimal_exponents(), optimal_exponents(Noise.SYNTHETIC_ONLY)
    assert (with_noise.ell, with_noise.rate) == (without.ell, without.rate)


def test_the_classical_ridge_is_the_clean_optimum_of_an_unlimited_spectrum():
    """beta/(2 beta r_ + 1), derived and not typed."""
    assert classical_ell() == beta / (2 * beta * source + 1)


@pytest.mark.parametrize("noise", Noise)
def test_every_regime_carries_proofs(noise):
    """No regime is asserted: each has proofs, by SymPy's positivity alone."""
    optimum = optimal_exponents(noise)
    for regime in (*optimum.regimes, *optimum.classical):
        assert regime.proofs
        assert {proof.method for proof in regime.proofs} == {Method.POSITIVITY}


@pytest.mark.parametrize("noise", Noise)
def test_z3_proves_the_same_minima(noise):
    """The SMT solver, given the max-plus expression itself, confirms every finite regime."""
    pytest.importorskip("z3")
    for regime in optimal_exponents(noise).regimes:
        if regime.rate != -oo:
            vertex = Vertex(regime.least_ell, regime.rate, 0)
            proofs = certify_by_smt(noise, vertex, regime.region)
            assert [proof.method for proof in proofs] == [Method.Z3, Method.Z3]


@pytest.mark.parametrize("noise", [Noise.SYNTHETIC, Noise.CLEAN])
@pytest.mark.parametrize("factor", [Rational(101, 100), Rational(99, 100)])
def test_wrong_rates_are_refused_by_both_methods(noise, factor):
    """A rate 1 % too good or too bad is not certified, by either route."""
    pytest.importorskip("z3")
    for side in SIDES:
        functions = cells(noise, side)
        for regime in optimal_regimes(noise, side):
            optimum = (regime.least_ell, regime.rate)
            home = next(v.cell for v in vertices(functions) if (v.ell, v.value) == optimum)
            for wrong in (
                Vertex(regime.least_ell, regime.rate * factor, home),
                Vertex(regime.least_ell * factor, regime.rate, home),
            ):
                with pytest.raises(DerivationError):
                    certify(functions, wrong, regime.region)
            with pytest.raises(DerivationError):
                certify_by_smt(noise, replace(wrong, value=regime.rate * factor), regime.region)


def test_a_regime_stretched_beyond_its_end_is_refused():
    """The parametric regime does not extend past c = 1/(2 beta r_ + 1)."""
    functions = cells(Noise.CLEAN, SIDES[0])
    small, large = optimal_regimes(Noise.CLEAN, SIDES[0])
    vertex = Vertex(small.least_ell, small.rate, 1)
    certify(functions, vertex, small.region)
    with pytest.raises(DerivationError):
        certify(functions, vertex, replace(small, high=large.high).region)


def test_cells_agree_with_the_expression_they_resolve():
    """On rational points the cells' maximum is the Max/Min expression itself."""
    for noise, (b, s, growth) in product(Noise, POINTS):
        saturated = min(s, Rational(1))
        at = {beta: b, source: saturated, c: growth}
        side = SIDES[0] if growth <= 1 else SIDES[1]
        whole = error_exponent(noise).subs(at)
        for cell in (cell.at(at) for cell in cells(noise, side)):
            stop = cell.low + 3 if cell.high == oo else cell.high
            for fraction in (Rational(0), Rational(1, 3), Rational(1)):
                position = cell.low + fraction * (stop - cell.low)
                assert cell.value(position) == whole.subs(ell, position)


def test_the_minimum_sees_what_convexity_would_miss():
    """Beyond the domain the bias bends downwards: the leftmost minimum lies past the edge."""
    at = {beta: Rational(3, 2), source: Rational(2, 5), c: Rational(3, 10)}
    best = lowest([cell.at(at) for cell in cells(Noise.CLEAN, SIDES[0])])
    assert (best.ell, best.value, best.cell) == (Rational(31, 50), Rational(-7, 10), 1)


def test_an_undecided_minimum_is_an_error():
    """Min(beta, 2) has no single winner for all beta > 1."""
    with pytest.raises(DerivationError, match="no single winner"):
        resolve(Min(beta, 2), SIDES[0].region)
    with pytest.raises(DerivationError, match="no single branch"):
        resolve(terms()["bias"], SIDES[0].region.within(c, 0, oo))


def test_an_undecided_position_keeps_the_maximum():
    """Clean, small c, the classical ridge kept: bias or variance, depending on beta and r."""
    beyond = rate_regimes(Noise.CLEAN, classical_ell())[0]
    assert isinstance(beyond.rate, Max)
    assert len(beyond.rate.args) == 2


def test_partial_parameters_leave_the_others_open():
    """Values inserted, conditions simplified, rate_at_ell still symbolic in c."""
    found = formulas({"beta": "3/2", "r": "2/5"}, ell=1)
    assert found.rate.free_symbols == {c}
    assert found.ell.args[0].args == (Rational(15, 22) * c, c <= 1)
    assert found.rate_at_ell.subs(c, Rational(7, 10)) == Rational(-1, 30)
