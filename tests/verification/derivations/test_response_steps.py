"""The lines of the limit of processes: true ones hold on random pencils, altered ones do not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sympy import Add, preorder_traversal

from ridgeproof.theory.catalogue import find
from ridgeproof.theory.equivalent.formulas.sections import four_equations
from ridgeproof.theory.theorems.process_limit import BOUND, MEAN, ORDER
from ridgeproof.verification.derivations.response_steps import check_response

_LINES = [step for section in find("process-limit").derive().sections for step in section.steps]


def _dropped(expression):
    """The expression without one term of one of its sums, each in turn."""
    for part in preorder_traversal(expression):
        if isinstance(part, Add):
            for term in part.args:
                yield expression.xreplace({part: part - term})


@pytest.mark.slow
def test_lines_hold_and_altered_lines_do_not():
    """Each line; and without a term of its right side, or with a tenth more of it, none."""
    for step in _LINES:
        assert check_response(step)[0], step.expression
        if step.rule.name == BOUND:
            wrong = [step.expression.func(step.expression.lhs, step.expression.rhs * 9 / 10)]
        else:
            left, right = step.expression.args
            more = right * 11 / 10
            wrong = [step.expression.func(left, each) for each in (more, *_dropped(right))]
            if step.rule.name not in {MEAN, ORDER}:
                wrong += [step.expression.func(each, right) for each in _dropped(left)]
        for expression in wrong:
            assert not check_response(replace(step, expression=expression))[0], expression


def test_the_entry_states_the_four_equations():
    """Its expressions are the equations that processes are derived from."""
    entry = find("N9")
    assert list(entry.expressions.values()) == [each.args[1] for each in four_equations()]
    assert list(entry.expressions) == ["G", "H_g", "C", "C_g"]
