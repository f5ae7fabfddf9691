"""Lines beyond the deterministic equivalent: wrong corrections are seen, for every law."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.rows import CUBE
from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.catalogue import find
from ridgeproof.verification.derivations.steps import check_step

LINES = [
    pair
    for section in find("universality").derive().sections
    for pair in section.pairs()
    if pair[1].rule.kind is RuleKind.CORRECTION
]


@pytest.mark.slow
@pytest.mark.parametrize("pair", LINES, ids=lambda pair: pair[1].rule.name)
def test_wrong_first_corrections_are_seen(pair):
    """Half of the term of normal entries, or kappa4 with a wrong factor, fails; the line passes."""
    previous, step = pair
    assert check_step(previous, step).checked
    size = CUBE / sy.T / (1 - sy.gamma)
    for slip in (size, sy.kappa4 * size / 2, sy.kappa4 * size * sy.gamma / (1 - sy.gamma)):
        assert not check_step(previous, replace(step, expression=step.expression + slip)).checked
