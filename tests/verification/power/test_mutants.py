"""Mutants: the usual slips are all there, distinct, and never the formula itself."""

from __future__ import annotations

import pytest
from sympy import Rational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.power.mutants import SCALES, mutants_of

GAP = sy.T - sy.d - 1
CLEAN = sy.sigma**2 * sy.d
USUAL = {
    "T-d for T-d-1": CLEAN / (sy.T - sy.d),
    "T-d-2 for T-d-1": CLEAN / (GAP - 1),
    "T-d+1 for T-d-1": CLEAN / (GAP + 2),
    "T+d-1": CLEAN / (sy.T + sy.d - 1),
    "T0 for T": CLEAN / (sy.T0 - sy.d - 1),
    "sigma0 for sigma": sy.sigma0**2 * sy.d / GAP,
    "sigma": sy.sigma * sy.d / GAP,
    "sigma^3": sy.sigma**3 * sy.d / GAP,
    "dropped d": sy.sigma**2 / GAP,
    "dropped denominator": CLEAN,
    "squared denominator": CLEAN / GAP**2,
    "0.98": Rational(98, 100) * CLEAN / GAP,
}


@pytest.mark.parametrize("slip", USUAL)
def test_the_usual_slips_of_the_ridgeless_variance_are_there(slip):
    """Constant, sign, symbol, exponent, dropped factor and scale, each exactly once."""
    found = [
        mutant
        for mutant in mutants_of("ridgeless").mutants
        if mutant.name == "variance" and equal(mutant.formula.expression("variance"), USUAL[slip])
    ]
    assert len(found) == 1


def test_slips_inside_a_spectral_sum_are_there():
    """The summand of the ridge bias is broken too: one power of kappa too many."""
    wrong = SpectralSum(sy.kappa**3 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2) / (1 - sy.gamma)
    assert any(
        equal(mutant.formula.expression("bias"), wrong)
        for mutant in mutants_of("ridge").mutants
        if mutant.name == "bias"
    )


@pytest.mark.parametrize("name", ["ridgeless", "ridge", "noise-free"])
def test_mutants_are_distinct_and_never_the_formula(name):
    """Equal expressions count once, and the formula in another guise not at all."""
    formula, found = find(name), mutants_of(name)
    for mutant in found.mutants:
        changed = [
            key
            for key, expression in formula.expressions.items()
            if mutant.formula.expressions[key] != expression
        ]
        assert changed == [mutant.name]
    if name != "noise-free":  # branches: compared one by one inside
        one = [m.formula.expression("variance") for m in found.mutants if m.name == "variance"]
        assert not any(equal(x, formula.expression("variance")) for x in one)
        assert not any(equal(x, y) for k, x in enumerate(one) for y in one[:k])


def test_both_branches_of_a_design_are_broken():
    """Shared and fresh designs have their own formula, hence their own mutants."""
    found = [mutant.description for mutant in mutants_of("noise-free").mutants]
    assert any(text.endswith("(shared design)") for text in found)
    assert any(text.endswith("(fresh designs)") for text in found)
    assert any("eta**n -> eta**(n + 1)" in text for text in found)


def test_order_and_scales_are_fixed():
    """Twice the same list; every scale for every expression that is not zero."""
    once = [mutant.description for mutant in mutants_of("ridge").mutants]
    mutants_of.cache_clear()
    assert once == [mutant.description for mutant in mutants_of("ridge").mutants]
    assert sum(": times " in text for text in once) == 3 * len(SCALES)
