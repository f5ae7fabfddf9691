"""The rules of the calculus: what each rewrites, what it refuses, and that none is superfluous."""

from __future__ import annotations

import pytest
from sympy import Integer, expand

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus import rules
from ridgeproof.theory.calculus.alphabet import (
    INVERSE,
    NOISE,
    PLUS,
    PROJECTOR,
    SIGMA,
    SIGMA_INVERSE,
    TRUTH,
    W_TRUTH,
    A,
    B,
    M,
    R,
    S,
    W,
    X,
)
from ridgeproof.theory.calculus.derivation import restate, unfold
from ridgeproof.theory.calculus.eigenbasis import eigenbasis
from ridgeproof.theory.calculus.words import trace, transposed
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

Xt, Et, Pt, Wt = (transposed(x) for x in (X, NOISE, PLUS, W))

REWRITES = [
    (rules.gram(), trace(B * Xt * X), sy.T * trace(B * S)),
    (rules.resolvent(), trace(B * R * S), trace(B) - sy.lam * trace(B * R)),
    # R S R holds R S once and S R once: the transpose of the pattern must be seen too.
    (rules.resolvent(), trace(B * S * R), trace(B) - sy.lam * trace(B * R)),
    (rules.noise_expectation(), trace(Xt * NOISE * Et * X), trace(Xt * X)),
    (rules.noise_expectation(), trace(Xt * NOISE * Wt), Integer(0)),
    (rules.generator_moments(), trace(B * W * Wt), trace(A * B)),
    (rules.generator_moments(), trace(B * W * transposed(TRUTH)), trace(B * M)),
    (rules.truth(), trace(SIGMA * TRUTH * transposed(TRUTH)), trace(SIGMA * W_TRUTH)),
    (rules.inverse_wishart(), trace(B * INVERSE), trace(B * SIGMA_INVERSE) / (sy.T - sy.d - 1)),
    (rules.pseudo_inverse(), trace(B * PLUS * X * A), trace(A * B)),
    (rules.pseudo_inverse(), trace(B * PLUS * Pt), trace(B * INVERSE)),
    (rules.projector(), trace(B * PLUS * X * A * Xt * Pt), trace(B * PROJECTOR * A * PROJECTOR)),
    (rules.projector(), trace(A * PLUS * X * PLUS * Pt), trace(A * PLUS * Pt)),
    (rules.random_projection(), trace(A * PROJECTOR), sy.T / sy.d * trace(A)),
    (rules.dual_inverse_wishart(), trace(B * PLUS * Pt),
     sy.T / (sy.d * (sy.d - sy.T - 1)) * trace(B * SIGMA)),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "line", "expected"), REWRITES)
def test_a_rule_rewrites_as_its_equation_says(rule, line, expected):
    """One small line for each rule, against the equation typed again by hand."""
    assert expand(rule(line) - expected) == 0


@pytest.mark.parametrize("rule", [rule for rule, _, _ in REWRITES])
def test_a_rule_that_finds_nothing_is_an_error(rule):
    """A step that does nothing is none."""
    with pytest.raises(DerivationError, match="does not apply"):
        rule(trace(B * B) * sy.b)


@pytest.mark.parametrize(
    ("rule", "line", "complaint"),
    [
        (rules.noise_expectation(), trace(A * NOISE * Wt * NOISE * Wt), "2 noise vectors"),
        (eigenbasis(), trace(SIGMA * R), "still holds a random matrix"),
        (eigenbasis(), trace(A * W_TRUTH), "more than the diagonal"),
        (eigenbasis(), trace(SIGMA * TRUTH * transposed(TRUTH)), "which has no diagonal"),
        (restate(sy.b, "b"), SpectralSum(sy.s), "which is not b"),
    ],
)
def test_a_rule_refuses_what_its_equation_does_not_cover(rule, line, complaint):
    """Fourth moments, third-order equivalents and unproved restatements are errors, not guesses."""
    with pytest.raises(DerivationError, match=complaint):
        rule(line)


def sections():
    """Every section of every derivation made of rules, each once."""
    found = {}
    for formula in catalogue().values():
        if formula.kind.value in {"scaling", "equations"}:
            continue  # its lines are statements with proofs of their own
        for section in formula.derive().by_rules:
            found.setdefault((section.title, str(section.start), str(section.result)), section)
    return list(found.values())


def test_no_rule_of_a_section_can_be_left_out():
    """Leaving out any one rule makes the derivation fail, or end elsewhere."""
    for section in sections():
        chain = [step.rule for step in section.steps]
        for left_out in {rule.name: rule for rule in chain}.values():
            shorter = [rule for rule in chain if rule.statement != left_out.statement]
            try:
                shortened = unfold(section.title, section.label, section.start, "", shorter)
            except DerivationError:
                continue
            assert shortened.result != section.result, (section.title, left_out.name)


@pytest.mark.slow
def test_unfolding_again_gives_the_same_lines():
    """A section is a function of its start and its rules: nothing is typed in between."""
    for section in sections():
        chain = [step.rule for step in section.steps]
        again = unfold(section.title, section.label, section.start, "", chain)
        lines = [[step.expression for step in each.steps] for each in (again, section)]
        assert lines[0] == lines[1], section.title


def test_steps_say_why():
    """A justification is the kind of the rule and its equation."""
    step = catalogue()["finite-size"].derive().sections[0].steps[2]
    assert step.justification == "exact identity: R S = 1 - lam R"
