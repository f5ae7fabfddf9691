"""Proofs of non-negativity: what is proved can be read off, what is false is never proved."""

from __future__ import annotations

from itertools import product

import pytest
from sympy import symbols

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.positivity import prove_nonnegative
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.theorems.optimal_ridge import correction_is_nonnegative, optimum_increases

x, y, z = symbols("x y z")


@pytest.mark.parametrize(
    ("expression", "substitution"),
    [
        (1 - x, {x: 1 / (1 + y)}),
        ((x - 1) ** 2 / x, {x: 1 + y}),
        (1 / (1 - x), {x: y / (1 + y)}),
        ((x - z) / (x + z), {x: z + y}),
    ],
)
def test_a_proof_shows_nonnegative_coefficients(expression, substitution):
    """Numerator and denominator have no negative coefficient, and their ratio is the expression."""
    proof = prove_nonnegative("e >= 0", "region", expression, substitution)
    assert all(c >= 0 for c in (*proof.numerator.coeffs(), *proof.denominator.coeffs()))
    ratio = proof.numerator.as_expr() / proof.denominator.as_expr()
    assert (ratio - expression.subs(substitution)).simplify() == 0


@pytest.mark.parametrize(
    ("expression", "substitution"),
    [
        (x - 1, {x: 1 / (1 + y)}),  # negative everywhere
        (1 - 2 * x, {x: 1 / (1 + y)}),  # changes sign
        (1 / (x - 1), {x: 1 / (1 + y)}),  # negative through its denominator
        (x**2 - x + 1, {x: y}),  # true, but not by coefficients: unproved is refused
    ],
)
def test_what_is_not_shown_is_refused(expression, substitution):
    """A negative coefficient means that nothing is proved."""
    with pytest.raises(DerivationError, match="not proved"):
        prove_nonnegative("e >= 0", "region", expression, substitution)


def test_proofs_about_the_optimum_can_be_checked_by_hand():
    """Each substitution maps the orthant into its region, where the expression is >= 0."""
    for proof, k in product((*correction_is_nonnegative(), *optimum_increases()), range(1, 4)):
        orthant = {
            v: (i + k) / 3 for i, v in enumerate(sorted(
                set().union(*(e.free_symbols for e in proof.substitution.values()))
                | proof.expression.free_symbols - set(proof.substitution), key=str))
        }  # fmt: skip
        inside = {symbol: e.subs(orthant) for symbol, e in proof.substitution.items()}
        if sy.v in inside:
            assert 0 < inside[sy.v] <= 1
        assert proof.expression.subs(inside).subs(orthant) >= 0
