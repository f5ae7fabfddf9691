"""Lines beyond the deterministic equivalent: wrong corrections are seen, for every law."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Rational

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.rows import CUBE
from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.catalogue import find
from ridgeproof.verification.derivations.steps import check_step


@pytest.mark.slow
def test_wrong_first_corrections_are_seen():
    """Half of the term of normal entries, or kappa4 with a wrong factor, fails; the line passes."""
    size = CUBE / sy.T / (1 - sy.gamma)
    slips = (size, sy.kappa4 * size / 2, sy.kappa4 * size * sy.gamma / (1 - sy.gamma))
    lines = [
        pair
        for section in find("universality").derive().sections
        for pair in section.pairs()
        if pair[1].rule.kind is RuleKind.CORRECTION
    ]
    assert lines
    for previous, step in lines:
        assert check_step(previous, step).checked
        for slip in slips:
            wrong = replace(step, expression=step.expression + slip)
            assert not check_step(previous, wrong).checked, step.rule.name


@pytest.mark.slow
def test_wrong_equivalents_are_seen():
    """What the corrections rest on holds, and not with one part in twenty more."""
    sections = find("universality").derive().sections
    lines = [pair for section in sections for pair in section.pairs()]
    lines = [pair for pair in lines if pair[1].rule.kind is RuleKind.EQUIVALENT]
    assert lines
    for previous, step in lines:
        assert check_step(previous, step).checked
        wrong = replace(step, expression=step.expression * Rational(21, 20))
        assert not check_step(previous, wrong).checked, step.rule.name
