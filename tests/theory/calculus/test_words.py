"""Words: one spelling for equal traces, and no spelling shared by different ones."""

from __future__ import annotations

import numpy as np
import pytest
from sympy import Integer, Symbol, latex, pretty

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import SIGMA, TRUTH, A, B, M, R, W
from ridgeproof.theory.calculus.words import (
    Tr,
    letter,
    map_words,
    occurs,
    spell,
    trace,
    traces,
    transposed,
)
from ridgeproof.theory.errors import DerivationError

Mt, Wt = transposed(M), transposed(W)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (SIGMA * A * B, A * B * SIGMA),
        (SIGMA * A * B, B * A * SIGMA),  # symmetric letters: read backwards
        (M * A, A * Mt),
        (SIGMA * W * Wt, Wt * SIGMA * W),
        (SIGMA * M * M, Mt * Mt * SIGMA),
        (SIGMA**2 * A, SIGMA * A * SIGMA),
        ((SIGMA + A) * B, SIGMA * B + A * B),
        (2 * sy.lam * SIGMA * A, A * SIGMA * sy.lam * 2),
    ],
)
def test_equal_traces_have_one_spelling(left, right):
    """Cyclic turns, transposes, powers and linearity all lead to the same word."""
    assert trace(left) == trace(right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (SIGMA * A * SIGMA * B, SIGMA * SIGMA * A * B),
        (M * M * A, M * Mt * A),
        (M * A * B, M * B * A),
        (SIGMA * A, SIGMA),
    ],
)
def test_different_traces_stay_apart(left, right):
    """Only turns and transposes are free: reordering letters changes the trace."""
    assert trace(left) != trace(right)


def test_spelling_agrees_with_numbers():
    """Every rotation and transposition of a word has the trace of its canonical spelling."""
    rng = np.random.Generator(np.random.PCG64DXSM(1))
    symmetric = {x: y + y.T for x, y in zip((SIGMA, A), rng.normal(size=(2, 3, 3)), strict=True)}
    m = rng.normal(size=(3, 3))
    numbers = {**symmetric, M: m, Mt: m.T}
    for word in ((SIGMA, M, A, M), (M, M, SIGMA), (Mt, A, SIGMA, A)):
        product, canonical = np.eye(3), np.eye(3)
        for x in word:
            product = product @ numbers[x]
        for x in spell(word):
            canonical = canonical @ numbers[x]
        assert np.trace(product) == pytest.approx(np.trace(canonical), rel=1e-12)


def test_coefficients_stay_outside():
    """Scalars multiply the trace; they are no letters."""
    assert trace(3 * sy.kappa * SIGMA) == 3 * sy.kappa * trace(SIGMA)
    assert trace(SIGMA).free_symbols == set()


@pytest.mark.parametrize("matrix", [Integer(1), 2 + SIGMA])
def test_a_trace_needs_a_letter(matrix):
    """The trace of a number would need a dimension that the word does not carry."""
    with pytest.raises(DerivationError, match="at least one letter"):
        trace(matrix)


def test_negative_powers_are_no_words():
    """An inverse is a letter of its own, never a power."""
    with pytest.raises(DerivationError, match="positive power"):
        trace(SIGMA**-1)


def test_only_random_letters_need_an_expectation():
    """E tr is shown for words that hold a draw, tr for the others, in every notation."""
    noisy, quiet = trace(SIGMA * R), trace(SIGMA * A)
    assert noisy.is_random
    assert not quiet.is_random
    assert str(noisy).startswith("E tr(")
    assert pretty(noisy, use_unicode=True).startswith("E tr(")
    assert "mathbb{E}" in latex(noisy)
    assert str(quiet) == "tr(A Sigma)"
    assert "mathbb{E}" not in latex(quiet)


def test_transposes_of_vectors_are_told_apart():
    """A column vector and its transpose are different letters, each the other's transpose."""
    x = letter("test-x", "x", "x", symmetric=False)
    assert transposed(transposed(x)) == x
    assert transposed(x) != x
    assert transposed(SIGMA) == SIGMA


def test_words_are_mapped_until_nothing_changes():
    """Rewriting multiplies sums of traces out, keeps denominators, and stops."""
    expression = trace(A * B) * trace(SIGMA * A) / (1 - sy.gamma)

    def split(word):
        return trace(SIGMA) + trace(B) if A in word and B in word else None

    mapped = map_words(expression, split)
    assert mapped == (trace(SIGMA) + trace(B)).args[0] * trace(SIGMA * A) / (1 - sy.gamma) + (
        trace(SIGMA) + trace(B)
    ).args[1] * trace(SIGMA * A) / (1 - sy.gamma)
    with pytest.raises(DerivationError, match="does not terminate"):
        map_words(trace(A * B), lambda _: trace(A * B) * 2)


def test_finding_letters():
    """Occurrence looks into every word, and tells a letter from its transpose."""
    expression = sy.kappa * trace(SIGMA * M) + trace(A)
    assert [str(x) for x in traces(expression)] == ["tr(A)", "tr(M Sigma)"]
    assert occurs(A, expression)
    assert not occurs(TRUTH, expression)
    assert not occurs(Symbol("kappa"), expression)


def test_an_atom_keeps_its_word():
    """The letters of a trace come back in order."""
    assert Tr(SIGMA * A * SIGMA).word == (SIGMA, A, SIGMA)
